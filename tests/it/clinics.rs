//! Clinics are entities: one value for every spelling, found by every name, never mixed up between cities.

use article_search::model::page::{Format, Origin, Page};
use article_search::{Answer, Config, Engine, FacetField, Query};
use tempfile::TempDir;

/// Pages by file name.
const PAGES: &[(&str, &str)] = &[
    (
        "english",
        "Can Dalian Zaomei Medical Beauty Clinic reimburse medical insurance?\n\n\
         The clinic is private. To sum up, Zaomei Medical Beauty Clinic cannot be reimbursed. The beauty clinic of \
         early plum is in Dalian. Patients of the beauty clinic of early plum pay themselves.",
    ),
    (
        "other-words",
        "How much are fillers at Dalian Zao Mei Medical Cosmetology Clinic?\n\n\
         Fillers at Dalian Zao Mei Medical Cosmetology Clinic cost about 3,000 yuan, says the price list.",
    ),
    (
        "no-kind",
        "How to book at Dalian ZAOMEI Clinic\n\n\
         Appointments at Dalian ZAOMEI Clinic are made by telephone, at least two days ahead.",
    ),
    (
        "chinese",
        "大连早美医疗美容诊所双眼皮多少钱？\n\n大连早美医疗美容诊所的双眼皮价格在五千元左右，以面诊为准。医生会先检查。",
    ),
    (
        "other-city",
        "Can Wuhan Zaomei Medical Beauty Clinic reimburse medical insurance?\n\n\
         Wuhan Zaomei Medical Beauty Clinic says that nothing is paid by the insurance there.",
    ),
    (
        "paired",
        "大连明辰口腔门诊部（Bright Star Dental Clinic）能用医保吗？\n\n大连明辰口腔门诊部可以使用医保卡支付部分治疗项目。",
    ),
    (
        "pair-english",
        "Prices of implants at Dalian Bright Star Dental Clinic\n\n\
         Dalian Bright Star Dental Clinic asks 8,000 yuan for an implant, as its list says.",
    ),
];

struct Bench {
    _folder: TempDir,
    engine: Engine,
}

fn bench() -> Bench {
    let folder = TempDir::new().expect("a folder");
    let engine = Engine::create(folder.path().join("index"), &Config::default()).expect("a new index");
    let pages = PAGES.iter().map(|(name, text)| Page::new(Origin::at(*name), Format::Text, *text));
    engine.ingest_pages(pages).expect("indexed");
    Bench { _folder: folder, engine }
}

impl Bench {
    fn answer(&self, query: &Query) -> Answer {
        self.engine.search(query).expect("an answer")
    }

    fn paths(&self, query: &Query) -> Vec<String> {
        let mut paths: Vec<String> = self.answer(query).hits.into_iter().map(|hit| hit.row.path).collect();
        paths.sort();
        paths
    }
}

#[test]
fn one_clinic_is_one_value_and_its_namesake_elsewhere_another() {
    let bench = bench();
    let counts = bench.engine.facets(FacetField::Clinic).expect("counts");
    let shown: Vec<(&str, usize)> = counts.iter().map(|count| (count.value.as_str(), count.pages)).collect();
    assert_eq!(
        shown,
        [("210200/zaomei/aesthetic", 4), ("210200/brightstar/dental", 2), ("420100/zaomei/aesthetic", 1)]
    );
    for alias in ["早美医疗美容诊所", "beauty clinic of early plum", "ZAOMEI Clinic"] {
        let names: Vec<&String> = std::iter::once(&counts[0].label).chain(&counts[0].aliases).collect();
        assert!(names.iter().any(|name| *name == alias), "{alias} is among {names:?}");
    }
}

#[test]
fn every_name_finds_the_pages_of_its_clinic() {
    let bench = bench();
    for name in ["Zaomei", "zao mei", "早美", "Dalian Zaomei Clinic", "beauty clinic of early plum", "大连早美医美诊所"]
    {
        let understood = bench.answer(&Query::new(format!("{name} Dalian"))).understood;
        assert_eq!(understood.clinics.len(), 1, "{name}: {:?}", understood.clinics);
        let paths = bench.paths(&Query::new("").of_clinic(format!("{name} Dalian")));
        assert_eq!(paths, ["chinese", "english", "no-kind", "other-words"], "{name}");
    }
    assert_eq!(bench.paths(&Query::new("").of_clinic("420100/zaomei/aesthetic")), ["other-city"]);
    assert_eq!(bench.paths(&Query::new("").of_clinic("明辰")), ["pair-english", "paired"]);
    assert_eq!(bench.paths(&Query::new("").of_clinic("Bright")), ["pair-english", "paired"]);
    assert_eq!(bench.paths(&Query::new("").of_clinic("nobody")), [""; 0]);
}

#[test]
fn clinics_are_filtered_by_words_of_their_names() {
    let bench = bench();
    for (words, expected) in [
        ("Star Dental", &["pair-english", "paired"][..]),
        ("Medical Beauty", &["chinese", "english", "no-kind", "other-city", "other-words"]),
        ("Cosmetology", &["chinese", "english", "no-kind", "other-words"]),
        ("口腔门诊部", &["pair-english", "paired"]),
        ("医疗美容", &["chinese", "english", "no-kind", "other-words"]),
        ("Star Beauty", &[]),
        ("Tal", &[]),
    ] {
        assert_eq!(bench.paths(&Query::new("").of_clinic(words)), expected, "{words}");
    }
    let none = bench.answer(&Query::new("insurance").of_clinic("nobody").of_clinic("none"));
    let parts: Vec<&str> = none.help.obstacles.iter().map(|obstacle| obstacle.part.as_str()).collect();
    assert_eq!(parts, ["clinic:nobody or none"], "as typed");
}

#[test]
fn several_clinics_are_filtered_at_once() {
    let bench = bench();
    // One by words, one that nobody is called, one by its name, twice.
    let all = Query::new("").of_clinic("Star Dental").of_clinic("nobody").of_clinic("Zaomei").of_clinic("Zaomei");
    let mut each = bench.paths(&Query::new("").of_clinic("Star Dental"));
    each.extend(bench.paths(&Query::new("").of_clinic("Zaomei")));
    each.sort();
    assert!(each.len() > 2, "{each:?}");
    assert_eq!(bench.paths(&all), each);
}

#[test]
fn a_query_in_one_language_finds_the_page_in_the_other() {
    let bench = bench();
    let first = |query: &str| bench.answer(&Query::new(query)).hits.first().map(|hit| hit.row.path.clone());
    assert_eq!(first("Dalian Zaomei double eyelid price").as_deref(), Some("chinese"));
    assert_eq!(first("大连早美诊所怎么预约").as_deref(), Some("no-kind"));
    let hits = bench.answer(&Query::new("大连明辰种植牙价格")).hits;
    let found: Vec<&str> = hits.iter().take(2).map(|hit| hit.row.path.as_str()).collect();
    assert!(found.contains(&"pair-english"), "{found:?}");
}

#[test]
fn words_that_a_clinic_is_called_by_stay_words() {
    let bench = bench();
    let answer = bench.answer(&Query::new("insurance there"));
    assert!(answer.understood.clinics.is_empty());
    assert_eq!(answer.hits.first().map(|hit| hit.row.path.as_str()), Some("other-city"));
}
