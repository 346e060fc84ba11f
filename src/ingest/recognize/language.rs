//! The language an article is written in.

use whatlang::Lang;

use crate::model::article::Article;
use crate::text::normalize::is_han;

/// So much of the article is enough to tell.
const SAMPLE_BYTES: usize = 1000;
/// Share of Chinese characters, of all letters, from which on a text is Chinese; one character says about as much as
/// four Latin letters.
const CHINESE_SHARE: f64 = 0.12;
/// Shorter Latin text than this is too little for letter statistics.
const MIN_LETTERS_FOR_STATISTICS: usize = 200;

/// The ISO 639-1 code of the article's language; none when it has no letters.
///
/// What the markup declares decides where the text is too short to tell, and only for languages that are rarely declared
/// by mistake: templates say `en` or `zh` of anything.
pub(super) fn language(article: &Article, declared: Option<&str>) -> Option<String> {
    let sample = sample(article);
    let (mut han, mut kana, mut latin, mut other) = (0_usize, 0_usize, 0_usize, 0_usize);
    for character in sample.chars() {
        match character {
            _ if character.is_ascii_alphabetic() => latin += 1,
            '\u{3041}'..='\u{30FF}' => kana += 1,
            _ if is_han(character) => han += 1,
            _ if character.is_alphabetic() => other += 1,
            _ => {}
        }
    }
    let letters = han + kana + latin + other;
    if letters == 0 {
        return None;
    }
    if kana * 10 > han + kana {
        return Some("ja".to_owned());
    }
    if han as f64 >= CHINESE_SHARE * letters as f64 && han > other {
        return Some("zh".to_owned());
    }
    let is_too_short = latin + other < MIN_LETTERS_FOR_STATISTICS;
    if is_too_short && let Some(declared) = declared.and_then(rarely_by_mistake) {
        return Some(declared.to_owned());
    }
    if latin >= other && (is_too_short || has_english_words(&sample)) {
        return Some("en".to_owned());
    }
    let guess = whatlang::detect(&sample).filter(|guess| guess.is_reliable() || latin < other);
    Some(guess.and_then(|guess| code(guess.lang())).unwrap_or("en").to_owned())
}

/// The code of a declared language such as `de-AT`, if we know it and it is neither English nor Chinese.
fn rarely_by_mistake(declared: &str) -> Option<&'static str> {
    let primary = declared.split(['-', '_']).next().unwrap_or_default().trim().to_ascii_lowercase();
    let mut known = Lang::all().iter().filter_map(|&language| code(language));
    known.find(|&code| code == primary && code != "en" && code != "zh")
}

/// Whether so many of the words are those that hold English sentences together that no statistics are needed.
fn has_english_words(sample: &str) -> bool {
    let (mut words, mut english) = (0_usize, 0_usize);
    for word in sample.split_ascii_whitespace() {
        words += 1;
        english += usize::from(ENGLISH_WORDS.contains(&word));
    }
    english * ENGLISH_SHARE >= words
}

/// Frequent in English, and no words of another language written in Latin letters.
const ENGLISH_WORDS: [&str; 14] =
    ["the", "of", "and", "to", "is", "that", "with", "for", "are", "this", "by", "be", "which", "from"];
/// One word in so many.
const ENGLISH_SHARE: usize = 8;

fn sample(article: &Article) -> String {
    let mut sample = article.title.clone();
    for part in &article.parts {
        sample.push('\n');
        sample.push_str(&part.text);
        if sample.len() > SAMPLE_BYTES {
            break;
        }
    }
    let cut = (0..=SAMPLE_BYTES.min(sample.len())).rev().find(|&at| sample.is_char_boundary(at)).unwrap_or(0);
    sample.truncate(cut);
    sample
}

/// ISO 639-1 code of the languages that pages of this field are written in; others are too rare to trust a guess.
fn code(language: Lang) -> Option<&'static str> {
    let code = match language {
        Lang::Eng => "en",
        Lang::Cmn => "zh",
        Lang::Jpn => "ja",
        Lang::Kor => "ko",
        Lang::Rus => "ru",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Vie => "vi",
        Lang::Tha => "th",
        Lang::Ara => "ar",
        Lang::Tur => "tr",
        Lang::Ind => "id",
        Lang::Nld => "nl",
        Lang::Pol => "pl",
        Lang::Ukr => "uk",
        Lang::Hin => "hi",
        _ => return None,
    };
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages() {
        let long_german = "Die Klinik bietet viele Behandlungen an, und die Versicherung bezahlt sie nicht. ".repeat(6);
        for (name, title, declared, expected) in [
            ("english", "Can it be reimbursed?", None, Some("en")),
            ("short and declared", "Ist das teuer?", Some("de-AT"), Some("de")),
            ("declared as anything", "Ist das teuer?", Some("zh-CN"), Some("en")),
            ("declared as nothing we know", "Ist das teuer?", Some("xx"), Some("en")),
            ("chinese declared as german", "大连医疗美容能报销吗", Some("de"), Some("zh")),
            ("chinese with latin words", "大连CLINIC医疗美容IPL光子嫩肤", None, Some("zh")),
            (
                "english with a chinese name",
                "Zhiling Medical Beauty Clinic in Dalian (致领医疗) reviewed at length",
                None,
                Some("en"),
            ),
            ("german", long_german.as_str(), None, Some("de")),
            ("german declared as french", long_german.as_str(), Some("fr"), Some("de")),
            ("nothing", "123 …", Some("de"), None),
        ] {
            let article = Article { title: title.to_owned(), ..Article::default() };
            assert_eq!(language(&article, declared).as_deref(), expected, "{name}");
        }
    }
}
