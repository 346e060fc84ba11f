//! One page of the index: as it came, and as a page of the web.

use scraper::{Html, Selector};

use crate::workbench::Workbench;

const PAGE: &str = "Home > Insurance > Can implants be reimbursed in Dalian?
Can implants be reimbursed in Dalian?
The Dalian Haijing Dental Clinic says that implants are paid by the patient, because they count as cosmetic.
1. What the rules say
The rules of Dalian leave implants out, & so does \"every\" <b>other</b> city that we asked about this spring.
Site reminders and announcements: the content of this article is uploaded by users, we are not responsible for it.
";

fn bench(files: &[(&str, &[u8])]) -> Workbench {
    let workbench = Workbench::with_files(files);
    assert_eq!(workbench.search(&["index"]).code, 0);
    workbench
}

fn id_of(workbench: &Workbench, path: &str) -> String {
    let rows = workbench.search(&["export"]).rows();
    let row = rows.iter().find(|row| row["path"] == path).expect("the page");
    row["id"].as_str().expect("an id").to_owned()
}

#[test]
fn raw_is_the_page_with_what_was_stripped_at_its_place() {
    let html = "<title>Costs of a crown</title><nav><a href=/>Start here</a></nav><article><h1>Costs of a crown</h1>\
        <p>The clinic has worked in Chongqing for eight years, and most of its patients come back.</p>\
        <p>A crown costs about nine hundred yuan there, with the examination.</p></article>\
        <div class=related-posts><a href=x>Other costs</a></div>";
    let lines = "Start here\nCosts of a crown\nThe clinic has worked in Chongqing for eight years, and most of its patients \
        come back.\nA crown costs about nine hundred yuan there, with the examination.\nOther costs\n";
    let workbench = bench(&[("corpus/a.txt", PAGE.as_bytes()), ("corpus/b.html", html.as_bytes())]);
    for (path, expected) in [("corpus/a.txt", PAGE), ("corpus/b.html", lines)] {
        let id = id_of(&workbench, path);
        let raw = workbench.search(&["show", &id, "--raw"]);
        assert_eq!(raw.stdout, expected, "{path}");
        let stripped = workbench.search(&["show", &id, "--removed"]).stdout;
        assert!(!stripped.is_empty(), "{path}: something was stripped");
        let cleaned = workbench.search(&["show", &id]).stdout;
        assert!(!cleaned.contains("Site reminders") && !cleaned.contains("Other costs"), "{cleaned}");
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    let workbench = bench(&[("corpus/a.txt", PAGE.as_bytes())]);
    let id = id_of(&workbench, "corpus/a.txt");
    let section = format!("{id}#1");
    for (arguments, message) in [
        (&["show", &id, "--raw", "--html"][..], "cannot be used with"),
        (&["show", &id, "--raw", "--removed"], "cannot be used with"),
        (&["show", &id, "-j", "--html"], "cannot be used with"),
        (&["show", &section, "--raw"], "sections are of the cleaned article"),
        (&["show", &format!("{id}#9"), "--html"], "has no section `9`"),
    ] {
        let run = workbench.search(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn html_holds_the_text_and_no_markup_of_the_page() {
    let feed = r#"{"url": "javascript:alert(1)", "title": "</title><script>alert('t')</script>", "text": "A clinic in Dalian asks \"why\" & <img src=x onerror=alert(2)> is in its text, \u001b[31mred\u202e.\n\nIt costs 900 yuan there, says the clinic of this text."}
{"url": "https://a.example/?a=1&b=\"x", "title": "Fees", "text": "Implants in Harbin cost 8,000 yuan at Harbin Beixing Dental Clinic, all in."}"#;
    let workbench = bench(&[("corpus/feed.jsonl", feed.as_bytes()), ("corpus/a.txt", PAGE.as_bytes())]);
    let mut links = 0;
    for row in workbench.search(&["export"]).rows() {
        let page = workbench.search(&["show", row["id"].as_str().expect("an id"), "--html"]).stdout;
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "{page:?}");
        let html = Html::parse_document(&page);
        let all = |selector: &str| -> Vec<String> {
            let selector = Selector::parse(selector).expect("a selector");
            html.select(&selector).map(|element| element.text().collect()).collect()
        };
        assert!(all("script, img, b, iframe, object, link").is_empty(), "{page}");
        let text = row["text"].as_array().expect("a list");
        let text: Vec<&str> = text.iter().filter_map(|line| line.as_str()).collect();
        let shown = all("article > p:not(.facts), article > h2, article > h3, article li");
        assert_eq!(shown, text, "the text, and nothing else");
        assert_eq!([all("h1"), all("title")].concat(), vec![row["title"].as_str().expect("a title"); 2]);
        for link in html.select(&Selector::parse("[href], [src]").expect("a selector")) {
            links += 1;
            assert_eq!(link.attr("href"), Some("https://a.example/?a=1&b=%22x"));
        }
        let attributes =
            html.tree.values().filter_map(|node| node.as_element()).flat_map(scraper::node::Element::attrs);
        assert!(attributes.into_iter().all(|(name, _)| !name.starts_with("on")), "{page}");
    }
    assert_eq!(links, 1, "to the address that is one of the web");
    let id = id_of(&workbench, "corpus/a.txt");
    let section = workbench.search(&["show", &format!("{id}#0"), "--html"]).stdout;
    assert!(section.contains("paid by the patient") && !section.contains("leave implants out"), "{section}");
}
