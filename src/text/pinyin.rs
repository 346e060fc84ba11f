//! How Chinese names are written in Latin letters: Hanyu Pinyin without tones and spaces.

use pinyin::ToPinyin;

use super::normalize::{comparison_key, is_han};

/// A name as names are compared: folded, letters and digits only, without spaces; `Zao Mei-fang` is `zaomeifang`.
#[must_use]
pub fn squashed(name: &str) -> String {
    let mut key = comparison_key(name);
    key.retain(|character| character != ' ');
    key
}

/// The pinyin of a name with Chinese characters, squashed: `zaomeifang` of 早美芳; `None` of a name without any.
///
/// A character with several readings has its usual one; one that has none stays as it is.
#[must_use]
pub fn pinyin(name: &str) -> Option<String> {
    let name = squashed(name);
    if !name.contains(is_han) {
        return None;
    }
    let mut out = String::with_capacity(2 * name.len());
    for character in name.chars() {
        match character.to_pinyin() {
            Some(reading) => out.push_str(&reading.plain().replace('ü', "v")),
            None => out.push(character),
        }
    }
    Some(out)
}

/// The first letters of the pinyin of a name with Chinese characters: `zmf` of 早美芳; `None` of a name without any.
#[must_use]
pub fn initials(name: &str) -> Option<String> {
    let name = squashed(name);
    let first = |character: char| {
        let reading = character.to_pinyin().map(pinyin::Pinyin::first_letter);
        reading.and_then(|letter| letter.chars().next()).unwrap_or(character)
    };
    name.contains(is_han).then(|| name.chars().map(first).collect())
}

/// The first letters of the syllables of `latin`, which is how `name` is spelt: `cq` of 重庆, Chongqing. A character that is
/// read otherwise in this name is told by what the others leave of `latin`; what cannot be told is as in [`initials`].
#[must_use]
pub fn initials_by(name: &str, latin: &str) -> String {
    let characters: Vec<char> = squashed(name).chars().collect();
    let usual = initials(name).unwrap_or_default();
    let reading = |character: &char| character.to_pinyin().map(|reading| reading.plain().replace('ü', "v"));
    let (mut rest, mut first, mut last) = (latin, 0, characters.len());
    while let Some(after) = characters.get(first).and_then(reading).and_then(|reading| rest.strip_prefix(&*reading)) {
        (rest, first) = (after, first + 1);
    }
    while let Some(before) = characters
        .get(first..last)
        .and_then(<[char]>::last)
        .and_then(reading)
        .and_then(|reading| rest.strip_suffix(&*reading))
    {
        (rest, last) = (before, last - 1);
    }
    let only = rest.chars().next().filter(|_| first + 1 == last);
    usual.chars().enumerate().map(|(at, letter)| only.filter(|_| at == first).unwrap_or(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("早美芳", Some("zaomeifang")),
            ("愛爾眼科", Some("aieryanke")),
            ("瑞 丽 101", Some("ruili101")),
            ("绿城", Some("lvcheng")),
            ("Zhiling", None),
            ("", None),
        ] {
            assert_eq!(pinyin(name).as_deref(), expected, "{name}");
        }
        assert_eq!(squashed("Zao Mei-fang’s"), "zaomeifangs");
    }

    #[test]
    fn first_letters() {
        for (name, expected) in [("早美芳", Some("zmf")), ("绿城 101", Some("lc101")), ("Zhiling", None)] {
            assert_eq!(initials(name).as_deref(), expected, "{name}");
        }
        for (name, latin, expected) in [
            ("重庆", "chongqing", "cq"),
            ("大连", "dalian", "dl"),
            ("厦门", "xiamen", "xm"),
            ("西安", "xian", "xa"),
            ("呼和浩特", "hohhot", "hhht"),
        ] {
            assert_eq!(initials_by(name, latin), expected, "{name}");
        }
    }
}
