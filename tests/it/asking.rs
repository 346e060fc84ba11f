//! What a query is taken for: names that no page is about, filters, slips, and what is cut off.

use article_search::model::page::{Format, Origin, Page};
use article_search::{Answer, Config, Engine, Query};
use tempfile::TempDir;

use crate::workbench::Workbench;

/// An index of these pages, by file name.
fn engine_of(pages: &[(&str, &str)]) -> (TempDir, Engine) {
    let folder = TempDir::new().expect("a folder");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("a new index");
    let pages = pages.iter().map(|(name, text)| Page::new(Origin::at(*name), Format::Text, *text));
    engine.ingest_pages(pages).expect("indexed");
    (folder, engine)
}

fn search(engine: &Engine, query: &str) -> Answer {
    engine.search(&Query::new(query)).expect("an answer")
}

/// The names of the pages that are found, in order of names.
fn names(answer: &Answer) -> Vec<&str> {
    let mut names: Vec<&str> = answer.hits.iter().map(|hit| hit.row.path.as_str()).collect();
    names.sort_unstable();
    names
}

const CLINICS: &[(&str, &str)] = &[
    (
        "lige",
        "重庆联合丽格医疗美容诊所能用医保吗？\n\n重庆联合丽格医疗美容诊所不能使用医保，需要患者自己承担全部费用。",
    ),
    (
        "xinya",
        "Can Dalian Xinya Dental Clinic reimburse medical insurance?\n\n\
         The clinic in Dalian has a contract. To sum up, Dalian Xinya Dental Clinic can reimburse medical insurance.",
    ),
    (
        "bolan",
        "Can Chongqing Bolan Dental Clinic reimburse medical insurance?\n\n\
         Chongqing has many of them. To sum up, Chongqing Bolan Dental Clinic cannot be reimbursed through medical \
         insurance.",
    ),
    ("price", "What does a crown cost?\n\nA crown of gold costs more than medical insurance pays for one of steel."),
];

#[test]
fn a_clinic_that_no_page_is_about_is_missed() {
    let (_folder, engine) = engine_of(CLINICS);
    for (name, query, absent) in [
        ("a brand with a character that is a word too", "重庆早美芳医疗美容诊所医保", &["早美芳"][..]),
        ("such a brand alone", "重庆美芳诊所医保", &["美芳"]),
        ("by its kind", "Does Chongqing Zaomeifang Clinic take medical insurance?", &["Zaomeifang"]),
        ("by its brand alone", "Does Chongqing Zaomeifang take medical insurance?", &["Zaomeifang"]),
        ("beside a topic", "zaomeifang medical insurance", &["zaomeifang"]),
        ("one that pages are about", "重庆联合丽格医疗美容诊所医保", &[]),
        ("its brand alone", "Dalian Xinya medical insurance", &[]),
        ("no Chinese name", "Does Chongqing Wexford take medical insurance?", &[]),
        ("a short name right behind the city", "Chongqing Muran medical insurance", &["Muran"]),
        ("a word that only looks like syllables", "Can one take a lake in Chongqing for medical insurance?", &[]),
        ("beside nothing", "zaomeifang gold crown", &[]),
    ] {
        let answer = search(&engine, query);
        assert_eq!(answer.absent, absent, "{name}: {query}");
        assert_eq!(answer.no_match, !absent.is_empty(), "{name}: {query}");
    }
}

#[test]
fn facets_are_left_out() {
    let (_folder, engine) = engine_of(CLINICS);
    for (name, query, expected) in [
        ("a city", "medical insurance -city:Chongqing", &["price", "xinya"][..]),
        ("two cities", "medical insurance -city:Chongqing -city:大连", &["price"]),
        ("a clinic", "medical insurance -clinic:\"Xinya Dental Clinic\" lang:en", &["bolan", "price"]),
        ("a language", "医保 medical insurance -lang:en", &["lige"]),
        ("a verdict", "medical insurance -verdict:no", &["price", "xinya"]),
        ("a topic", "medical insurance -topic:medical_insurance", &["price"]),
        ("in a filter's own words", "medical insurance city:Chongqing -lang:zh", &["bolan"]),
    ] {
        assert_eq!(names(&search(&engine, query)), expected, "{name}: {query}");
    }
    let none = search(&engine, "gold crown city:Dalian");
    assert!(none.hits.is_empty());
    let none = search(&engine, "contract -city:Dalian");
    let parts: Vec<_> = none.help.obstacles.iter().map(|obstacle| (obstacle.part.as_str(), obstacle.pages)).collect();
    assert_eq!(parts, [("-city:Dalian", 1)], "said where it hides all pages");
    let why = engine.why("xinya", &Query::new("contract -city:Dalian")).expect("a page");
    assert!(why.rank.is_none() && why.obstacles[0].contains("to be left out"), "{:?}", why.obstacles);
    assert!(engine.search(&Query::new("contract -city:Nowhere")).is_err(), "as a filter that means nothing");
}

#[test]
fn a_phrase_counts_to_its_last_word() {
    let long =
        "the enamel of a molar is worn down by grinding in the night and by sour drinks during the whole long day";
    let text = format!("About teeth\n\nEvery dentist says that {long}, so drink water.");
    let chinese = "牙釉质在夜间磨牙以及白天长期饮用酸性饮料的共同作用之下会被逐渐磨损而且不能再生";
    let other = format!("关于牙齿\n\n每位牙医都说{chinese}，所以请多喝水。");
    let (_folder, engine) = engine_of(&[("teeth", &text), ("chinese", &other)]);
    for (phrase, another, page) in [
        (long.to_owned(), long.replace("long day", "long week"), "teeth"),
        (chinese.to_owned(), chinese.replace("再生", "恢复"), "chinese"),
    ] {
        assert_eq!(names(&search(&engine, &format!("\"{phrase}\""))), [page], "{phrase}");
        let answer = search(&engine, &format!("\"{another}\""));
        assert!(answer.no_match, "{another}");
        let with = |exclusion: &str| search(&engine, &format!("dentist 牙医 -\"{exclusion}\"")).hits.len();
        assert_eq!((with(&phrase), with(&another)), (1, 2), "as an exclusion: {phrase}");
    }
}

#[test]
fn what_is_too_much_is_cut_at_a_word_and_said() {
    let han = format!("价格 {}", "医保报销政策说明".repeat(50));
    let latin = format!("{} enamel grinding", "molar ".repeat(170));
    let endless = format!("crown {}", "x".repeat(2000));
    for (name, text, kept, cut_off) in [
        ("short", "two words", "two words", ""),
        ("Han text is cut between characters", han.as_str(), &han[..1024], &han[1024..]),
        ("a word stays whole", &latin, &latin[..1021], &latin[1021..]),
        ("a run of letters is no word", &endless, &endless[..1024], &endless[1024..]),
    ] {
        let query = Query::new(text);
        assert_eq!((query.text(), query.cut_off()), (kept, cut_off), "{name}");
    }
    let (_folder, engine) = engine_of(CLINICS);
    assert!(search(&engine, &latin).understood.ignored.contains(&"enamel grinding".to_owned()));
    let workbench = Workbench::with_files(&[("corpus/a.txt", b"Molars\n\nA molar grinds what the others bite off.")]);
    assert_eq!(workbench.search(&["index"]).code, 0);
    let said = "a query has at most 1024 bytes; not looked for: \u{201c}enamel grinding";
    assert!(workbench.search(&[&latin]).stderr.contains(said));
    assert!(!workbench.search(&["molar"]).stderr.contains("at most"));
}

#[test]
fn a_word_is_replaced_only_where_another_is_clearly_meant() {
    let page = |words: &str| format!("About {words}\n\nThis page is about {words}, and about nothing else.");
    let texts = [
        "the parts of a whole",
        "whoever asks",
        "the root of a tooth",
        "slimming at home",
        "light in the room",
        "what applies and what is applied",
        "a patch of skin",
        "a dry mouth",
        "a spoke of the wheel",
        "medical insurance",
        "reimbursement in Chongqing",
        "the price of porcelain",
        "the crown",
    ];
    let pages: Vec<(String, String)> = texts.map(|words| (words.replace(' ', "-"), page(words))).into();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let (_folder, engine) = engine_of(&pages);
    let shown = texts.map(page).concat().to_lowercase();
    let is_shown = |word: &str| shown.split(|character: char| !character.is_alphanumeric()).any(|other| other == word);
    for word in
        ["Paris", "masks", "robot", "swimming", "flight", "apple", "paths", "driving", "smoking", "carpets", "crowd"]
    {
        let answer = search(&engine, &format!("{word} nothing else"));
        assert!(answer.understood.corrected.is_empty(), "{word}: {:?}", answer.understood.corrected);
        for offer in &answer.help.did_you_mean {
            assert!(is_shown(&offer.used), "{word}: {} stands on no page", offer.used);
        }
    }
    let offered = search(&engine, "crowd nothing else").help.did_you_mean;
    assert_eq!(offered.iter().map(|word| word.used.as_str()).collect::<Vec<_>>(), ["crown"], "but offered");
    for (typed, used) in [
        ("chonqing medcial insurance", &["chongqing", "medical"][..]),
        ("reimbersement", &["reimbursement"]),
        ("priice of porcelian", &["price", "porcelain"]),
        ("reimburstment insurnce", &["reimbursement", "insurance"]),
    ] {
        let corrected = search(&engine, typed).understood.corrected;
        let corrected: Vec<&str> = corrected.iter().map(|word| word.used.as_str()).collect();
        assert_eq!(corrected, used, "{typed}");
    }
}

#[test]
fn what_once_held_and_what_others_say_is_no_answer() {
    let english = "Can Dalian Haijing Dental Clinic reimburse medical insurance?";
    let chinese = "大连海晶口腔诊所能用医保吗？";
    for (title, text, verdict) in [
        (
            english,
            "Until 2022 Dalian Haijing Dental Clinic could be reimbursed through medical insurance. Since then it can no \
             longer be reimbursed.",
            "no",
        ),
        (
            english,
            "Many websites say that Dalian Haijing Dental Clinic can reimburse medical insurance. That is wrong. It cannot.",
            "no",
        ),
        (
            english,
            "Dalian Haijing Dental Clinic used to be reimbursed by medical insurance, but now nothing is reimbursed.",
            "no",
        ),
        (chinese, "大连海晶口腔诊所并非不能用医保。", "yes"),
        (chinese, "很多人以为大连海晶口腔诊所不能用医保，其实可以。", "yes"),
        (chinese, "大连海晶口腔诊所以前能用医保，但现在不行了。", "no"),
        (chinese, "有人认为大连海晶口腔诊所可以用医保报销，这是错误的。", "no"),
    ] {
        let (_folder, engine) = engine_of(&[("page", &format!("{title}\n\n{text}"))]);
        let facet = engine.why("page", &Query::new("Dalian 大连")).expect("a page").row.verdict;
        assert_eq!(facet.as_deref(), Some(verdict), "{text}");
    }
}
