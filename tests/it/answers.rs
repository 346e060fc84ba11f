//! What an answer says beside its hits: highlights, sides of a question, why nothing was found, that time ran out.

use std::time::Duration;

use article_search::model::answer::{Answer, Hit};
use article_search::model::page::{Format, Origin, Page};
use article_search::model::query::Query;
use article_search::{Config, Engine};
use proptest::prelude::*;
use tempfile::TempDir;

fn engine_of(pages: impl IntoIterator<Item = (String, String)>) -> (TempDir, Engine) {
    let folder = TempDir::new().expect("a folder");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("a new index");
    let pages = pages.into_iter().map(|(name, text)| Page::new(Origin::at(&name), Format::Text, text));
    engine.ingest_pages(pages).expect("indexed");
    (folder, engine)
}

fn named(pages: &[(&str, &str)]) -> Vec<(String, String)> {
    pages.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn search(engine: &Engine, query: &str) -> Answer {
    engine.search(&Query::new(query)).expect("an answer")
}

/// The highlighted texts of all passages of a hit.
fn highlights(hit: &Hit) -> Vec<String> {
    let of = |text: &str, &(start, end): &(usize, usize)| text.chars().skip(start).take(end - start).collect();
    hit.passages.iter().flat_map(|passage| passage.hits.iter().map(|hit| of(&passage.text, hit))).collect()
}

const MIXED: &[(&str, &str)] = &[
    (
        "dental.txt",
        "Is Dalian Haijing Dental Clinic on the list?\n\n\
         The clinic reimburses treatments of injuries. Reimbursing takes a month, and being reimbursed needs an invoice.\n\n\
         The medical insurance pays the chamber of the injured. An insurance that is medical in name only pays nothing.\n\n\
         The ｃａｔａｌｏｇｕｅ is printed on ＰＡＰＥＲ every year.",
    ),
    (
        "chinese.txt",
        "重庆医保报销政策说明\n\n重庆市的医保目录每年公布一次。種植牙的費用不在目錄之内，患者需要自己承担。\n\n医生会在手术前解释费用的组成，并给出书面的说明。",
    ),
];

#[test]
fn highlights_are_what_matched() {
    let (_folder, engine) = engine_of(named(MIXED));
    for (name, query, expected) in [
        ("stems", "reimbursement treatment", &["reimburses", "treatments", "Reimbursing", "reimbursed"][..]),
        ("a synonym in the other language", "catalogue 医保", &["医保"]),
        ("corrected slips", "chambre injurde", &["chamber", "injured"]),
        ("a phrase, and not its words elsewhere", "\"medical insurance\"", &["medical", "insurance"]),
        ("full width in the page", "catalogue paper", &["ｃａｔａｌｏｇｕｅ", "ＰＡＰＥＲ"]),
        ("full width in the query", "ｉｎｖｏｉｃｅ ｍｏｎｔｈ", &["invoice", "month"]),
        ("traditional characters in the page", "种植牙 费用", &["種植牙", "費用"]),
        ("traditional characters in the query", "醫生 手術", &["医生", "手术"]),
        ("Han text, without the particle", "书面的说明", &["书面", "说明"]),
    ] {
        let answer = search(&engine, query);
        let shown: Vec<String> = answer.hits.iter().flat_map(highlights).collect();
        for word in expected {
            assert!(shown.iter().any(|text| text.contains(word)), "{name}: {word} in {shown:?}");
        }
    }
    let phrase = highlights(&search(&engine, "\"medical insurance\"").hits[0]);
    let lone = phrase.iter().filter(|text| *text == "medical").count();
    assert_eq!(lone, phrase.iter().filter(|text| *text == "insurance").count(), "{phrase:?}");
    assert!(!phrase.contains(&"medical insurance that".to_owned()));
}

#[test]
fn passages_are_as_many_and_as_long_as_asked_for() {
    let (_folder, engine) = engine_of(named(MIXED));
    for (count, characters) in [(0, 80), (1, 40), (2, 80), (3, 120), (4, 2000)] {
        let query = Query::new("clinic insurance catalogue invoice").passages(count).passage_characters(characters);
        let answer = engine.search(&query).expect("an answer");
        for hit in &answer.hits {
            assert!(hit.passages.len() <= count, "{count}");
            assert!(hit.passages.iter().all(|passage| passage.text.chars().count() <= characters), "{characters}");
        }
        assert!(count == 0 || answer.hits.iter().any(|hit| !hit.passages.is_empty()));
    }
}

#[test]
fn a_passage_says_what_a_thing_is_where_that_is_asked() {
    let pages = named(&[(
        "dicer.txt",
        "Dicer and its uses\n\nNobody cleans a dicer well, and a dicer without care rusts.\n\n\
         A dicer (the small one) is a tool that cuts.\n\nAsk for the dicer in a shop, or for its price.",
    )]);
    let (_folder, engine) = engine_of(pages);
    for (query, expected) in [("what is a dicer", true), ("dicer without care", false)] {
        let query = Query::new(query).passages(1).passage_characters(50);
        let hit = engine.search(&query).expect("an answer").hits.remove(0);
        let passage = &hit.passages[0];
        assert_eq!(passage.text.contains("is a tool"), expected, "{passage:?}");
        let is_shown = |&(start, end): &(usize, usize)| passage.text.get(start..end) == Some("is");
        assert!(!passage.hits.iter().any(is_shown), "it is no word of the query");
    }
}

/// A page may lack an excluded phrase, hold it, or hold its words apart; a segment may lack it altogether.
#[test]
fn an_excluded_phrase_excludes_pages_that_hold_it_and_nothing_else() {
    let (_folder, engine) = engine_of(named(&[
        ("a.txt", "Bags\n\nThe nose and the eye bags are looked after here by a doctor of long standing."),
        ("b.txt", "Noses\n\nThe nose is looked after here, and bags for the eye are sold beside the door."),
        ("c.txt", "Noses\n\nThe nose is looked after here by a doctor of long standing, who sells nothing."),
        ("d.txt", "Eyes\n\nThe eye bags are looked after here by a doctor of long standing, every day."),
    ]));
    for (query, expected) in [
        ("nose -\"eye bags\"", vec!["b.txt", "c.txt"]),
        ("nose -\"eye zebras\"", vec!["a.txt", "b.txt", "c.txt"]),
        ("nose -\"doctor of long standing\"", vec!["b.txt"]),
        ("\"eye bags\" -\"nose and the\"", vec!["d.txt"]),
    ] {
        for query in [Query::new(query), Query::new(query).exact()] {
            let answer = engine.search(&query).expect("an answer");
            let mut found: Vec<_> = answer.hits.iter().map(|hit| hit.row.path.clone()).collect();
            found.sort();
            assert_eq!(found, expected, "{query:?}");
        }
    }
}

#[test]
fn a_passage_holds_a_number_where_one_is_asked_for() {
    let pages = named(&[(
        "implant.txt",
        "What to know about an implant\n\nAn implant lasts as long as the jaw carries it.\n\n\
         With good care an implant holds for 25 years.\n\nThe doctor checks every implant with care.",
    )]);
    let (_folder, engine) = engine_of(pages);
    for (query, expected) in [("how long does an implant last", true), ("what makes an implant last", false)] {
        let query = Query::new(query).passages(1).passage_characters(50);
        let hit = engine.search(&query).expect("an answer").hits.remove(0);
        let passage = &hit.passages[0];
        assert_eq!(passage.text.contains("25 years"), expected, "{passage:?}");
        let is_shown = |&(start, end): &(usize, usize)| passage.text.get(start..end) == Some("25");
        assert!(!passage.hits.iter().any(is_shown), "the number is no word of the query");
    }
}

#[test]
fn passages_of_a_long_sentence_are_cut_between_words() {
    let words =
        "the enamel of molars wears down wherever sour drinks meet it unprotected while nobody rinses afterwards";
    let latin = format!("{words} and {} because implants hurt {words}", words.replace('e', "e\u{301}"));
    let kana = "か\u{3099}いしゃ".repeat(30) + "歯医者" + &"か\u{3099}いしゃ".repeat(30);
    let texts = [("latin", "implants", &latin), ("kana", "歯医者", &kana)];
    for (name, query, text) in texts {
        let (_folder, engine) = engine_of([(name.to_owned(), format!("A title\n\n{text}"))]);
        for characters in 40..90 {
            let query = Query::new(query).passages(1).passage_characters(characters);
            let hit = engine.search(&query).expect("an answer").hits.remove(0);
            let text = engine.document(&hit.row.id.to_string()).expect("the page").article.body();
            let passage = hit.passages[0].text.clone();
            let length = passage.chars().count();
            assert!(length <= characters && length > characters / 2, "{name} {characters}: {passage}");
            assert_eq!(passage, passage.trim(), "{name} {characters}");
            let (before, after) = text.split_once(&passage).expect("verbatim");
            let is_mark = |character: char| matches!(character, '\u{301}' | '\u{3099}');
            assert!(!passage.starts_with(is_mark) && !after.starts_with(is_mark), "{name} {characters}: {passage}");
            if name == "latin" {
                let is_border = |text: Option<char>| text.is_none_or(char::is_whitespace);
                assert!(
                    is_border(before.chars().next_back()) && is_border(after.chars().next()),
                    "{characters}: {passage}"
                );
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn highlights_are_slices_in_order(
        text in "[a-c重庆医保Ａ１é.。 \n]{20,300}",
        query in "[a-c重庆医保Ａ１é\" ]{1,30}",
        characters in 40_usize..200,
    ) {
        let body = format!("The first line of the page says what it is about.\n\n{text}\n\nAnd the last one ends it.");
        let (_folder, engine) = engine_of([("page.txt".to_owned(), body)]);
        let answer = engine.search(&Query::new(query).passages(3).passage_characters(characters)).expect("an answer");
        for hit in &answer.hits {
            let article = engine.document(&hit.row.id.to_string()).expect("the page").article.body();
            let slice = |start: usize, end: usize| article.chars().skip(start).take(end - start).collect::<String>();
            let mut places: Vec<(usize, usize)> = Vec::new();
            for passage in &hit.passages {
                prop_assert_eq!(&passage.text, &slice(passage.start, passage.end), "verbatim");
                let length = passage.text.chars().count();
                prop_assert!(passage.hits.iter().all(|(start, end)| start < end && *end <= length), "inside");
                prop_assert!(passage.hits.windows(2).all(|pair| pair[0].1 <= pair[1].0), "ascending and disjoint");
                prop_assert!(!passage.hits.is_empty());
                places.push((passage.start, passage.end));
            }
            places.sort_unstable();
            prop_assert!(places.windows(2).all(|pair| pair[0].1 <= pair[1].0), "passages do not overlap");
            if let Some(sentence) = &hit.answer {
                prop_assert_eq!(&sentence.text, &slice(sentence.start, sentence.end), "the answer is verbatim");
            }
        }
    }
}

const SIDES: &[(&str, &str)] = &[
    (
        "no.txt",
        "Can Dalian Haijing Dental Clinic reimburse medical insurance?\n\n\
         Patients in Dalian ask this every day. The clinic has no contract with the fund.\n\n\
         To sum up, Dalian Haijing Dental Clinic cannot be reimbursed through medical insurance.",
    ),
    (
        "also-no.txt",
        "Can Dalian Bolan Dental Clinic reimburse medical insurance?\n\n\
         The question comes up in Dalian at every visit. The clinic is private and small.\n\n\
         To sum up, Dalian Bolan Dental Clinic cannot be reimbursed through medical insurance.",
    ),
    (
        "yes.txt",
        "Can Dalian Xinya Dental Clinic reimburse medical insurance?\n\n\
         The clinic in Dalian signed a contract with the fund last year. Bring the card along.\n\n\
         To sum up, Dalian Xinya Dental Clinic can reimburse medical insurance.",
    ),
    ("price.txt", "What does Dalian Xinya Dental Clinic cost?\n\nThe price of an implant in Dalian is 9000 yuan."),
];

#[test]
fn pages_that_disagree_are_quoted_for_each_side() {
    let (_folder, engine) = engine_of(named(SIDES));
    let answer = search(&engine, "Dalian dental medical insurance");
    let sides: Vec<(&str, usize)> =
        answer.disagreement.iter().map(|side| (side.verdict.as_str(), side.pages)).collect();
    assert_eq!(sides, [("no", 2), ("yes", 1)]);
    for side in &answer.disagreement {
        let quote = side.quote.as_ref().expect("a sentence");
        let document = engine.document(&quote.id.to_string()).expect("the page");
        let slice: String = document.article.body().chars().skip(quote.start).take(quote.end - quote.start).collect();
        assert_eq!(quote.text, slice, "verbatim");
        let verdict = document.facets.verdict.expect("a verdict").verdict.name();
        assert_eq!(verdict, side.verdict);
    }
    let only = engine.search(&Query::new("Dalian dental medical insurance").limit(1)).expect("an answer");
    assert!(only.disagreement.iter().all(|side| side.quote.is_some()), "also from pages that are no hits");
    for (name, query) in [
        ("one clinic", "Dalian Xinya Dental Clinic medical insurance"),
        ("no question of yes or no", "Dalian dental price"),
    ] {
        assert!(search(&engine, query).disagreement.is_empty(), "{name}");
    }
}

#[test]
fn nothing_found_teaches() {
    let (_folder, engine) = engine_of(named(SIDES));
    let parts = |answer: &Answer| -> Vec<(String, usize)> {
        answer.help.obstacles.iter().map(|obstacle| (obstacle.part.clone(), obstacle.pages)).collect()
    };
    let price = engine.search(&Query::new("implant price").in_city("Wuhan")).expect("an answer");
    assert_eq!(parts(&price), [("city:Wuhan".to_owned(), 1)]);
    let empty: Vec<_> = price.help.empty_cities.iter().map(|empty| empty.city.name.as_str()).collect();
    assert_eq!(empty, ["Wuhan"]);
    assert_eq!(price.help.empty_cities[0].instead[0].label, "Dalian");
    let excluded = search(&engine, "implant price -yuan");
    assert_eq!(parts(&excluded), [("-\"yuan\"".to_owned(), 1)]);
    let phrase = search(&engine, "implant price \"yuan implant\"");
    assert_eq!((parts(&phrase).len(), phrase.no_match), (1, true), "the nearest pages are offered as such");
    let words: Vec<(&str, usize)> = phrase.words.iter().map(|word| (word.word.as_str(), word.pages)).collect();
    assert!(words.contains(&("implant", 1)), "{words:?}");
    let found = search(&engine, "implant price");
    assert_eq!((parts(&found), found.help.empty_cities.len()), (vec![], 0), "nothing to teach");
}

#[test]
fn spelling_is_said_offered_and_reversible() {
    let mut pages = named(SIDES);
    pages.extend((0..30).map(|n| {
        let text =
            format!("Notes on porcelain, part {n}\n\nThe porcelain of part {n} was fired twice and glazed by hand.");
        (format!("porcelain-{n}.txt"), text)
    }));
    pages.push((
        "rare.txt".to_owned(),
        "A slip of the pen\n\nThe porcelaim of this page is a slip of the pen.".to_owned(),
    ));
    let (_folder, engine) = engine_of(pages);
    let corrected = search(&engine, "porcelian glazed");
    let words = |answer: &Answer| -> Vec<(String, String)> {
        answer.understood.corrected.iter().map(|word| (word.typed.clone(), word.used.clone())).collect()
    };
    assert_eq!(words(&corrected), [("porcelian".to_owned(), "porcelain".to_owned())]);
    let exact = engine.search(&Query::new("porcelian glazed").exact()).expect("an answer");
    assert!(words(&exact).is_empty());
    let offered = search(&engine, "porcelaim");
    assert!(words(&offered).is_empty() && offered.total == 1, "as typed");
    assert_eq!(offered.help.did_you_mean[0].used, "porcelain");
    assert_eq!(offered.suggestions, ["porcelain"]);
    for (name, query) in
        [("numbers", "part 123456"), ("quoted", "\"porcelian\""), ("short", "pqn"), ("Chinese", "瓷气")]
    {
        let answer = search(&engine, query);
        assert!(words(&answer).is_empty() && answer.help.did_you_mean.is_empty(), "{name}");
    }
}

#[test]
fn an_answer_out_of_time_says_so() {
    let page =
        |n: usize| (format!("{n}.txt"), format!("The glaze, part {n}\n\nGlaze number {n} is fired twice by hand."));
    let (_folder, engine) = engine_of((0..600).map(page));
    let hurried = engine.search(&Query::new("glaze fired").within(Duration::ZERO)).expect("an answer");
    assert!(hurried.partial && !hurried.hits.is_empty());
    let patient = engine.search(&Query::new("glaze fired").within(Duration::from_secs(600))).expect("an answer");
    assert!(!patient.partial && patient.total > hurried.total, "{} {}", patient.total, hurried.total);
}

#[test]
fn a_clinic_is_found_by_slips_in_its_city_and_by_its_name_in_the_other_script() {
    let (_folder, engine) = engine_of(named(&[
        (
            "wuhan.txt",
            "Can Wuhan Mingchen Dental Clinic reimburse medical insurance?\n\n\
             To sum up, Wuhan Mingchen Dental Clinic cannot be reimbursed through medical insurance.",
        ),
        ("dalian.txt", "大连明辰口腔门诊部能用医保吗？\n\n大连明辰口腔门诊部可以使用医保卡支付部分治疗项目。"),
        ("other.txt", "武汉博兰口腔门诊部能用医保吗？\n\n武汉博兰口腔门诊部不能使用医保，需要患者自己承担全部费用。"),
    ]));
    for (name, query, is_corrected) in [
        ("in Chinese, where another city has one of that name", "武汉明辰口腔门诊部医保", false),
        ("a slip", "Wuhan Mingchan medical insurance", true),
        ("without its first letter", "Wuhan ingchen medical insurance", true),
        ("both names with slips", "Wuahn Mingchan medical insurance", true),
        ("a letter beyond the space", "Wuha nMingchen medical insurance", true),
    ] {
        let answer = search(&engine, query);
        assert_eq!(answer.hits[0].row.path, "wuhan.txt", "{name}");
        assert!(answer.absent.is_empty() && !answer.no_match, "{name}: {:?}", answer.absent);
        assert_eq!(!answer.understood.corrected.is_empty(), is_corrected, "{name}");
    }
    let elsewhere = search(&engine, "Harbin Mingchan Dental Clinic medical insurance");
    assert!(elsewhere.no_match, "no page is about that city: {:?}", elsewhere.absent);
}

#[test]
fn what_only_pages_in_another_language_tell_of_a_clinic_is_found_behind_many_others() {
    let letters = ["澄", "妍", "柏", "璟", "欣", "瑞", "莱", "慕", "容", "姿", "荟", "阁"];
    let others = letters.iter().flat_map(|one| letters.map(|other| format!("{one}{other}"))).enumerate();
    let others = others.map(|(number, name)| {
        let text = format!(
            "沈阳{name}医疗美容医院能报销吗\n\n很多人问沈阳{name}医疗美容医院能不能报销。\n\n综上所述，沈阳{name}医疗美容医院的项目不能用医保报销。"
        );
        (format!("{number}.txt"), text)
    });
    let own = "Can Shenyang Kailingtang Medical Beauty Hospital reimburse medical insurance?\n\nMany people ask about it.\n\nTo sum \
               up, Shenyang Kailingtang Medical Beauty Hospital can reimburse medical insurance.";
    let (_folder, engine) = engine_of(others.chain([("own.txt".to_owned(), own.to_owned())]));
    let answer = search(&engine, "沈阳凯灵堂医疗美容医院能报销吗");
    assert!(answer.total > 100, "more pages hold the words than are looked at: {}", answer.total);
    assert_eq!(answer.hits[0].row.path, "own.txt");
}
