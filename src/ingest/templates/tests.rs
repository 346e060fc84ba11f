//! What a site shares and what it does not, on edges written as texts.

use proptest::prelude::*;

use super::*;
use crate::model::site::hash;

/// A line: `#` begins a heading, `-` a title of another article, `+` a label or a name; anything else is a paragraph.
fn line(text: &str) -> EdgeLine {
    EdgeLine {
        key: hash(text),
        characters: u16::try_from(text.chars().count()).unwrap(),
        is_solid: !text.starts_with(['#', '-', '+']),
        is_heading: text.starts_with('#'),
        is_passable: text.starts_with('-'),
        is_label: text.starts_with(['#', '-', '+']),
        is_marked: text.contains('>'),
        is_signed: text.contains(':'),
    }
}

fn edges(lines: &[&str]) -> Edges {
    Edges::of(lines.len(), |at| Some(line(lines.get(at)?)))
}

/// The lines that go from `page` when it is learnt from together with `others`.
fn gone<'a>(page: &[&'a str], others: &[Vec<&str>]) -> Vec<&'a str> {
    let own = edges(page);
    let others: Vec<Edges> = others.iter().map(|lines| edges(lines)).collect();
    let learnt = learn(std::iter::once(&own).chain(&others));
    let mut numbers: Vec<usize> = learnt.lines_of(&own).iter().map(|line| line.number).collect();
    numbers.sort_unstable();
    numbers.into_iter().filter_map(|number| page.get(number).copied()).collect()
}

/// Name, a page, the other pages of its site, and what goes from the page.
type Case<'a> = (&'a str, Vec<&'a str>, Vec<Vec<&'a str>>, Vec<&'a str>);

fn assert_gone(cases: &[Case<'_>]) {
    for (name, page, others, expected) in cases {
        assert_eq!(&gone(page, others), expected, "{name}");
    }
}

#[test]
fn what_goes() {
    let long_title = "-".repeat(130);
    assert_gone(&[
        (
            "an unknown notice under an unknown heading",
            vec!["a1", "a2", "#Notice", "all ours"],
            vec![vec!["b1", "b2", "#Notice", "all ours"], vec!["c1", "#Notice", "all ours"]],
            vec!["#Notice", "all ours"],
        ),
        (
            "titles that change under a heading that does not",
            vec!["a1", "#More", "-one of these", "-another", "all ours"],
            vec![
                vec!["b1", "#More", "-two of these", "-yet another", "all ours"],
                vec!["c1", "#More", "-three of these", "-still another", "all ours"],
            ],
            vec!["#More", "-one of these", "-another", "all ours"],
        ),
        (
            "but not past many foreign characters",
            vec!["a1", "#More", long_title.as_str(), "all ours"],
            vec![vec!["b1", "#More", "-short", "all ours"], vec!["c1", "#More", "-shorter", "all ours"]],
            vec!["all ours"],
        ),
        (
            "a head of several lines",
            vec!["welcome to us", "-a subtitle", "read on with us", "a1"],
            vec![vec!["welcome to us", "read on with us", "b1"], vec!["welcome to us", "read on with us", "c1"]],
            vec!["welcome to us", "read on with us"],
        ),
    ]);
}

#[test]
fn what_goes_with_less_to_show() {
    assert_gone(&[
        (
            "names and comments below two labels",
            vec!["a long text of mine, a1", "#More", "-one of these", "+Wall", "+Ann", "yes", "all ours"],
            vec![
                vec!["a long text of mine, b1", "#More", "-two of these", "+Wall", "+Bob", "no", "all ours"],
                vec!["a long text of mine, c1", "#More", "-three of these", "+Wall", "+Cid", "or", "all ours"],
            ],
            vec!["#More", "-one of these", "+Wall", "+Ann", "yes", "all ours"],
        ),
        (
            "a label between paragraphs, where no heading stands",
            vec!["a1", "#A2", "+Ask the doctor", "a2", "#A3", "a3"],
            vec![
                vec!["b1", "#B2", "+Ask the doctor", "b2", "b3"],
                vec!["c1", "+Ask the doctor", "c2", "#C3", "c3"],
                vec!["d1", "d2", "#D3", "d3", "+Ask the doctor", "#D4", "d4"],
            ],
            vec!["+Ask the doctor"],
        ),
        (
            "a label that no heading looks like",
            vec!["a1", "+Ask >> 10 online", "a2", "#A3", "a3"],
            vec![
                vec!["b1", "+Ask >> 10 online", "b2", "#B3", "b3"],
                vec!["c1", "+Ask >> 10 online", "c2", "#C3", "c3"],
                vec!["d1", "d2", "+Ask >> 10 online", "d3"],
            ],
            vec!["+Ask >> 10 online"],
        ),
    ]);
}

#[test]
fn too_little_evidence() {
    assert_gone(&[
        (
            "two pages tell nothing",
            vec!["a1", "a2", "#Notice", "all ours"],
            vec![vec!["b1", "b2", "#Notice", "all ours"]],
            vec![],
        ),
        (
            "copies do not count",
            vec!["a1", "a2", "a3", "all ours"],
            vec![vec!["a1", "a2", "a3", "all ours"], vec!["a1", "a2", "a3", "all ours"], vec!["b1", "all ours"]],
            vec![],
        ),
        (
            "near copies do not count",
            vec!["a1", "a2", "a3", "a4", "a5", "all ours"],
            vec![vec!["a1", "a2", "a3", "a4", "edited", "all ours"], vec!["b1", "b2", "all ours"]],
            vec![],
        ),
    ]);
}

#[test]
fn what_repeats_and_stays() {
    assert_gone(&[
        (
            "a paragraph of its own ends the run",
            vec!["a1", "all ours", "my last word", "#Foot"],
            vec![
                vec!["b1", "b2", "all ours", "#Foot"],
                vec!["c1", "c2", "all ours", "#Foot"],
                vec!["d1", "d2", "all ours", "#Foot"],
            ],
            vec!["#Foot"],
        ),
        (
            "a house sentence inside articles is content",
            vec!["a1", "we always say so", "a2"],
            vec![
                vec!["b1", "b2", "we always say so", "b3"],
                vec!["c1", "we always say so", "c3"],
                vec!["d1", "d2", "d3", "we always say so"],
                vec!["e1", "we always say so", "e2", "e3"],
            ],
            vec![],
        ),
        (
            "on the page where it happens to stand last, too",
            vec!["d1", "d2", "d3", "we always say so"],
            vec![
                vec!["b1", "b2", "we always say so", "b3"],
                vec!["c1", "we always say so", "c3"],
                vec!["e1", "we always say so", "e2", "e3"],
            ],
            vec![],
        ),
        (
            "a heading of every article",
            vec!["a1", "#Summary", "a2"],
            vec![vec!["b1", "#Summary", "b2"], vec!["c1", "#Summary", "c2"]],
            vec![],
        ),
        (
            "even as the first line",
            vec!["#At a glance", "a1", "a2"],
            vec![vec!["#At a glance", "b1"], vec!["#At a glance", "c1", "c2"]],
            vec![],
        ),
    ]);
}

#[test]
fn headings_stay_on_sites_of_many_pages() {
    assert_gone(&[
        (
            "between paragraphs",
            vec!["a1", "#A2", "a2", "+Summary", "a3"],
            vec![
                vec!["b1", "+Summary", "b2"],
                vec!["c1", "#C2", "-an item of mine", "+Summary", "c2"],
                vec!["d1", "d2", "+Summary", "d3"],
            ],
            vec![],
        ),
        (
            "above a last paragraph and what the site puts at its end",
            vec!["a1", "a2", "+Summary", "a3", "#Foot", "all ours"],
            vec![
                vec!["b1", "+Summary", "b2", "#Foot", "all ours"],
                vec!["c1", "#C2", "-an item of mine", "+Summary", "c2", "#Foot", "all ours"],
                vec!["d1", "d2", "+Summary", "d3", "#Foot", "all ours"],
            ],
            vec!["#Foot", "all ours"],
        ),
    ]);
}

#[test]
fn the_count_is_told() {
    let pages: Vec<Edges> = (0..5)
        .map(|page| {
            let body = format!("body {page}");
            if page < 4 { edges(&[&body, "all ours"]) } else { edges(&[&body]) }
        })
        .collect();
    let learnt = learn(&pages);
    let rules: Vec<String> = learnt.lines_of(&pages[0]).into_iter().map(|line| line.rule).collect();
    assert_eq!(rules, ["on 4 of 5 pages of this site"]);
    assert_eq!(Templates::from_bytes(&Templates::default().to_bytes()).unwrap(), Templates::default());
}

#[test]
fn the_middle_of_a_long_article_is_never_reached() {
    let page = |name: &str| {
        let lines: Vec<String> = (0..200)
            .map(|at| if at == 100 { format!("own {name}") } else { "same".to_owned() + &at.to_string() })
            .collect();
        Edges::of(lines.len(), |at| Some(line(lines.get(at)?)))
    };
    // Three articles that differ in one line only are copies; nothing is learnt from them.
    let pages = [page("a"), page("b"), page("c")];
    assert!(learn(&pages).is_empty());
}

/// What a run that learns from a million pages holds at once: their list, the edges of one site, what was learnt.
#[test]
#[ignore = "minutes long; cargo test --release learning_from_a_million -- --ignored --nocapture"]
fn learning_from_a_million_pages_takes_little_memory() {
    let (sites, lines) = (1_000_u64, 30_u64);
    // Site, id and address of each page, as the index lists them.
    let listed: Vec<[u64; 3]> = (0..1_000_000).map(|page| [page % sites, page, page]).collect();
    let mut templates = Templates::default();
    for site in 0..sites {
        let page = |page: u64| {
            let line = |at: usize| {
                let is_own = (at as u64) < lines - 8;
                let key = if is_own { (page + 1) * 1_000 + at as u64 } else { u64::MAX - at as u64 };
                Some(EdgeLine {
                    key,
                    characters: 80,
                    is_solid: true,
                    is_heading: false,
                    is_passable: false,
                    is_label: false,
                    is_marked: false,
                    is_signed: false,
                })
            };
            Edges::of(usize::try_from(lines).unwrap(), line)
        };
        let pages: Vec<Edges> = (0..MOST_PAGES as u64).map(page).collect();
        let learnt = learn(&pages);
        assert_eq!(learnt.lines.len(), 8);
        templates.set(Site(site), learnt);
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("unknown here");
    let kilobytes: usize = peak.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0);
    println!("{} pages: peak {kilobytes} kB, learnt {} bytes", listed.len(), templates.to_bytes().len());
    assert!(kilobytes < 100_000);
}

proptest! {
    #[test]
    fn the_order_of_pages_does_not_count(
        pages in prop::collection::vec(prop::collection::vec("[ab#-][a-d]", 0..7), 0..9),
        turn in 0_usize..9,
    ) {
        // Without copies, of which the first one counts.
        let pages: Vec<Edges> = pages
            .iter()
            .enumerate()
            .map(|(number, lines)| {
                let own: Vec<String> = (0..9).map(|at| format!("own {number} {at}")).collect();
                let lines: Vec<&str> = own.iter().map(String::as_str).chain(lines.iter().map(String::as_str)).collect();
                edges(&lines)
            })
            .collect();
        let learnt = learn(&pages);
        let mut turned = pages.clone();
        turned.rotate_left(turn.min(pages.len()));
        prop_assert_eq!(&learn(&turned), &learnt);
        for page in &pages {
            let gone = learnt.lines_of(page);
            prop_assert!(gone.iter().all(|line| line.number >= 9), "own lines stay");
        }
    }
}
