//! A hit with everything in it that output has to be careful about.

use article_search::model::answer::{AnswerSentence, CityRow, HitGroup, ROW_VERSION};
use article_search::{DocumentId, Hit, Passage, Row};

pub(in crate::cli) fn hit() -> Hit {
    let city = |name: &str| CityRow { name: name.to_owned(), hanzi: String::new(), adcode: String::new() };
    let row = Row {
        v: ROW_VERSION,
        id: DocumentId::from_u64(0xAB),
        path: "a.txt".to_owned(),
        record: None,
        key: None,
        url: Some("https://a.example/x?a=1".to_owned()),
        title: "=Fees in Dalian".to_owned(),
        lang: Some("en".to_owned()),
        date: None,
        verdict: None,
        city: vec![city("Dalian"), city("Harbin")],
        city_alternatives: vec![],
        clinic: vec![],
        topics: vec!["price".to_owned()],
        flags: vec![],
        status: "ok".to_owned(),
        duplicate_of: None,
        template_group: None,
    };
    let text = "It costs \"1,000\" yuan.".to_owned();
    Hit {
        rank: 1,
        qid: None,
        score: 7.25,
        row,
        answer: Some(AnswerSentence { section: 0, start: 0, end: 22, text, hits: vec![] }),
        passages: vec![Passage {
            section: 0,
            start: 0,
            end: 12,
            text: "one \u{1b}[31mtwo".to_owned(),
            hits: vec![],
            begins_inside: false,
            ends_inside: false,
        }],
        missing: vec![],
        group: Some(HitGroup { by: "text".to_owned(), key: String::new(), size: 1, addresses: vec![] }),
        explain: None,
    }
}
