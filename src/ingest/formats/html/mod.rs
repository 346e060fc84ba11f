//! HTML: one page → all of its visible lines, each with its place.
//!
//! `guard` builds the tree, or gives up on a page that is too deep or too costly, which `linear` reads. `walk` takes the
//! tree apart in one pass into an `outline` of lines and containers. Then lines are judged: `named` finds chrome by the
//! names of elements, `root` the element of the article, `prune` the chrome inside it; `body` asks the page's JSON-LD. Every visible line becomes a block,
//! in reading order; chrome keeps its reason.

mod assemble;
mod attributes;
mod body;
mod decision;
mod entities;
mod guard;
mod line;
mod linear;
mod metadata;
mod named;
mod outline;
mod prune;
mod root;
mod sums;
mod tag;
mod trim;
mod walk;

use std::ops::Range;

use scraper::Html;

use crate::knowledge::markup::Markup;
use crate::knowledge::sites::SiteEntry;
use crate::model::article::Reason;
use crate::model::block::BlockKind;

use super::Parsed;
use decision::{Decider, Decision};
use metadata::Metadata;
use outline::{Outline, Piece};
use sums::Sums;
use walk::Hidden;

/// A page with less visible prose than this shows no article.
const FEW_PROSE_BYTES: usize = 250;
/// A page that hides its article hides at least this much prose.
const MUCH_PROSE_BYTES: usize = 1_500;

/// A paragraph between title and article is a lead when it is at least this long, in bytes.
const MIN_LEAD_BYTES: usize = 120;

/// Reads one page of the site that `site` is known of.
#[must_use]
pub fn parse(html: &str, site: &SiteEntry) -> Parsed {
    let Some(tree) = guard::tree(html) else { return linear::parse(html) };
    let (outline, metadata) = read(&tree, site);
    let mut reasons = judge(&outline);
    body::confirm(&outline, &mut reasons, &metadata.data_bodies);
    assemble::parsed(outline, &reasons, metadata)
}

/// Takes the page apart. Some pages hide their article until a script shows it: when nearly nothing else can be seen, what
/// is hidden is read as well.
fn read(tree: &Html, site: &SiteEntry) -> (Outline, Metadata) {
    let seen = walk::walk(tree, Markup::built_in(), site, Hidden::LeaveOut);
    let prose = |outline: &Outline| outline.pieces.iter().map(Piece::prose).sum::<usize>();
    if !seen.0.leaves_out || prose(&seen.0) >= FEW_PROSE_BYTES {
        return seen;
    }
    let whole = walk::walk(tree, Markup::built_in(), site, Hidden::Read);
    if prose(&whole.0) >= MUCH_PROSE_BYTES { whole } else { seen }
}

/// Why each line is no part of the article; nothing for the lines of the article.
fn judge(outline: &Outline) -> Vec<Option<Decision>> {
    let mut reasons = named::reasons(outline);
    let live = Sums::new(&outline.pieces, |index| reasons.get(index).is_some_and(Option::is_none));
    let root = root::choose(outline, &live);
    let article = outline.containers.get(root).map_or(0..0, |container| container.pieces.clone());
    let article = lead_start(outline, &reasons, &article)..article.end;
    for (index, reason) in reasons.iter_mut().enumerate() {
        if !article.contains(&index) {
            *reason = reason.or(Some(Decider::Place.on(Reason::OutsideArticle)));
        }
    }
    prune::prune(outline, &article, root, &mut reasons);
    reasons
}

/// Where the article begins: at its first line, or at a paragraph that stands between the title and it.
fn lead_start(outline: &Outline, reasons: &[Option<Decision>], article: &Range<usize>) -> usize {
    let is_title =
        |(piece, reason): (&Piece, &Option<Decision>)| reason.is_none() && piece.kind == BlockKind::Heading(1);
    let before = outline.pieces.iter().zip(reasons).take(article.start);
    let title = before.clone().rposition(is_title);
    let Some(title) = title else { return article.start };
    let mut after_title = before.enumerate().skip(title + 1);
    let lead = after_title.find(|(_, (piece, reason))| reason.is_none() && piece.prose() >= MIN_LEAD_BYTES);
    lead.map_or(article.start, |(index, _)| index)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::model::block::Zone;
    use proptest::prelude::*;

    const PROSE: &str = "<p>The clinic has worked in Chongqing for eight years, and most of its patients come back.</p>\
        <p>Insurance pays for treatment of illness, but beauty is not an illness, so patients pay.</p>\
        <p>Whoever is in doubt should ask at the desk before the first treatment, and keep the receipt.</p>";

    const PROSE_END: &str =
        "<p>In a word, medical insurance does not pay for beauty, whatever the brochure may say.</p>";

    fn parse(html: &str) -> Parsed {
        super::parse(html, &SiteEntry::default())
    }

    fn page(before: &str, inside: &str, after: &str) -> Parsed {
        parse(&format!("<body>{before}<div class='x'><div>{PROSE}{inside}{PROSE_END}</div></div>{after}</body>"))
    }

    fn zone_of(parsed: &Parsed, text: &str) -> Option<Zone> {
        parsed.blocks.iter().find(|block| block.text == text).map(|block| block.zone)
    }

    #[test]
    fn chrome_around_the_article() {
        for (name, before, after, text, reason) in [
            ("menu", "<nav><a href=/>Home</a></nav>", "", "Home", Reason::Navigation),
            ("footer", "", "<footer>All rights reserved</footer>", "All rights reserved", Reason::Footer),
            ("comments", "", "<div id=comments><p>Nice!</p></div>", "Nice!", Reason::Comments),
            ("cookie", "<div class=cookie-bar>We use cookies.</div>", "", "We use cookies.", Reason::Cookie),
            ("label", "<div aria-label=Breadcrumb>Home</div>", "", "Home", Reason::Breadcrumb),
            ("part of a builder", "", "<div data-testid=share-bar>Post it</div>", "Post it", Reason::Share),
            ("no name at all", "<div>Hot line 400 123</div>", "", "Hot line 400 123", Reason::OutsideArticle),
        ] {
            let parsed = page(before, "", after);
            assert_eq!(zone_of(&parsed, text), Some(Zone::Chrome(reason)), "{name}");
            assert_eq!(parsed.blocks.iter().filter(|block| block.zone == Zone::Article).count(), 4, "{name}");
        }
    }

    #[test]
    fn inside_the_article() {
        for (name, inside, text, zone) in [
            ("heading", "<h2>Costs</h2>", "Costs", Zone::Article),
            ("list", "<ul><li>One item</ul>", "One item", Zone::Article),
            ("row", "<table><tr><td>Botox<td>100</table>", "Botox | 100", Zone::Article),
            ("lines", "<p>First<br>Second</p>", "Second", Zone::Article),
            ("caption", "<figure><figcaption>The desk</figcaption></figure>", "The desk", Zone::Article),
            ("links in a paragraph", "<p>See <a href=a>this</a> page.</p>", "See this page.", Zone::Article),
            ("links between paragraphs", "<ul><li><a href=a>Law</a><li><a href=b>Rule</a></ul>", "Law", Zone::Article),
            ("a word that is not the name", "<div class='shadow loading'>Text</div>", "Text", Zone::Article),
            ("slug of a heading", "<div id=how-to-share-your-story>Text</div>", "Text", Zone::Article),
            ("share bar", "<div class=post-share>Pin it</div>", "Pin it", Zone::Chrome(Reason::Share)),
            ("author box", "<div class=authorBox>By Li</div>", "By Li", Zone::Chrome(Reason::Byline)),
            ("advertisement", "<div id=ad-slot-3>Buy!</div>", "Buy!", Zone::Chrome(Reason::Advertisement)),
            ("aside", "<aside>In other news</aside>", "In other news", Zone::Chrome(Reason::Sidebar)),
            ("button", "<button>Print</button>", "Print", Zone::Chrome(Reason::Control)),
            ("one link", "<p><a href=a>Read on here</a></p>", "Read on here", Zone::Chrome(Reason::Related)),
            (
                "heading of chrome",
                "<h3>More</h3><div class=related><p>X</p><p>Y</p></div>",
                "More",
                Zone::Chrome(Reason::Related),
            ),
            (
                "a box below the heading of a text",
                "<h3>Summer</h3><div class=related><h4>More</h4><p>X</p></div>",
                "Summer",
                Zone::Article,
            ),
        ] {
            let parsed = page("", inside, "");
            assert_eq!(zone_of(&parsed, text), Some(zone), "{name}: {:?}", parsed.blocks);
        }
    }

    #[test]
    fn what_decided_is_told() {
        for (name, before, inside, after, text, expected) in [
            ("tag", "<nav><a href=/>Home</a></nav>", "", "", "Home", Some("nav")),
            ("class", "", "<div class='row post-share'>Pin it</div>", "", "Pin it", Some("class=share")),
            ("id", "", "", "<div id=comments class=x><p>Nice!</p></div>", "Nice!", Some("id=comment")),
            ("role", "<div role=navigation>Home</div>", "", "", "Home", Some("role=navigation")),
            ("label", "<div aria-label=Breadcrumb>Home</div>", "", "", "Home", Some("aria-label=breadcrumb")),
            ("part", "", "", "<div data-testid=share-bar>Post it</div>", "Post it", Some("data=share bar")),
            ("name on a tag", "<nav class=breadcrumb>Home</nav>", "", "", "Home", Some("class=breadcrumb")),
            ("place", "<div>Hot line 400 123</div>", "", "", "Hot line 400 123", Some("place")),
            ("links", "", "<p><a href=a>Read on here</a></p>", "", "Read on here", Some("links")),
            ("heading", "", "<h3>More</h3><div class=related><p>X</p><p>Y</p></div>", "", "More", Some("heading")),
            ("article", "", "<h2>Costs</h2>", "", "Costs", None),
        ] {
            let parsed = page(before, inside, after);
            let block = parsed.blocks.iter().find(|block| block.text == text).unwrap();
            assert_eq!(block.decided_by.as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_name_that_covers_the_article_is_not_believed() {
        for (name, html) in [
            ("one element", format!("<div class=sidebar>{PROSE}{PROSE_END}</div>")),
            ("many elements", PROSE.replace("<p>", "<div class=widget><p>").replace("</p>", "</p></div>") + PROSE_END),
            ("a form around the page", format!("<form>{PROSE}{PROSE_END}</form>")),
        ] {
            let parsed = parse(&html);
            assert_eq!(parsed.blocks.iter().filter(|block| block.zone == Zone::Article).count(), 4, "{name}");
        }
    }

    #[test]
    fn text_for_other_screens_goes_once() {
        let twice = parse(&format!("<div>{PROSE}</div><div>{PROSE}</div>"));
        let kept: Vec<_> = twice.blocks.iter().map(|block| block.zone == Zone::Article).collect();
        assert_eq!(kept, [true, true, true, false, false, false]);
        let house_sentence = parse(&format!("{PROSE}{PROSE_END}<h2>Again</h2>{PROSE_END}"));
        assert!(house_sentence.blocks.iter().all(|block| block.zone == Zone::Article));
    }

    #[test]
    fn unseen_text_is_left_out() {
        for html in [
            "<script>let secret</script>",
            "<style>.secret{}</style>",
            "<template>secret</template>",
            "<noscript>secret</noscript>",
            "<iframe>secret</iframe>",
            "<svg><text>secret</text></svg>",
            "<div hidden>secret</div>",
            "<p style='display: none'>secret</p>",
            "<!-- secret -->",
        ] {
            let parsed = page(html, html, html);
            assert!(parsed.blocks.iter().all(|block| !block.text.contains("secret")), "{html}");
        }
        let hidden_article = parse(&format!("<body style='visibility:hidden'>{}</body>", PROSE.repeat(8)));
        assert!(hidden_article.blocks.iter().any(|block| block.zone == Zone::Article), "scripts show it later");
    }

    #[test]
    fn claims_of_the_page() {
        let parsed = parse(&format!(
            "<html lang=zh-CN><head><title>Costs - Site</title><meta property=og:title content='Costs today'>\
             <link rel=canonical href=https://a.example/1><meta property=article:published_time content=2024-02-03>\
             <script type=application/ld+json>{{\"@graph\":[{{\"@type\":\"NewsArticle\",\"headline\":\"Costs!\",\
             \"datePublished\":\"2024-02-02\"}}]}}</script></head><h1>Site</h1><h1>Costs</h1>\
             <time datetime=2024-02-04>today</time>{PROSE}<div class=related><time>1999</time></div>"
        ));
        assert_eq!(parsed.titles, ["Costs", "Costs today", "Costs!", "Costs - Site"]);
        assert_eq!(parsed.dates, ["2024-02-02", "2024-02-03", "2024-02-04"]);
        assert_eq!(parsed.canonical_url.as_deref(), Some("https://a.example/1"));
        assert_eq!(parsed.language.as_deref(), Some("zh-CN"));
    }

    #[test]
    fn hostile_pages_end_soon() {
        for (name, html) in [
            ("nested div", "<div>".repeat(50_000)),
            ("nested lists", "<ul><li>".repeat(50_000)),
            ("too long", "<p>Some words. ".repeat(400_000)),
        ] {
            let start = Instant::now();
            let parsed = parse(&format!("{html}<p>end"));
            assert!(parsed.degraded, "{name}");
            // Generous: test machines are busy.
            assert!(start.elapsed() < Duration::from_secs(4), "{name}: {:?}", start.elapsed());
        }
    }

    fn markup_soup() -> impl Strategy<Value = String> {
        let part = prop::sample::select(vec![
            "<div>",
            "</div>",
            "<p>",
            "</p>",
            "<a href=x>",
            "</a>",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<h2>",
            "</h2>",
            "<ul>",
            "<li>",
            "</ul>",
            "<b>",
            "</b>",
            "<br>",
            "<nav>",
            "</nav>",
            "<form>",
            "<button>",
            "</button>",
            "<div class='share ad'>",
            "<article>",
            "</article>",
            "<script>",
            "</script>",
            "<!--",
            "-->",
            "<",
            "&amp;",
            "\"",
            "word ",
            "重庆。",
            "<svg>",
            "</svg>",
            "<time>",
            "<template>",
            "<caption>",
            "<select>",
            "<option>",
        ]);
        prop::collection::vec(part, 0..80).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_soup_gives_sound_blocks(html in markup_soup()) {
            for block in parse(&html).blocks.iter().chain(&linear::parse(&html).blocks) {
                prop_assert!(!block.text.is_empty());
                prop_assert!((0.0..=1.0).contains(&block.link_share));
                prop_assert_eq!(&crate::text::normalize::one_line(&crate::text::safe::cleaned(&block.text)), &block.text);
            }
        }

        #[test]
        fn every_visible_word_is_in_a_block(words in prop::collection::vec("[a-z]{1,9}", 1..30), tags in prop::collection::vec(prop::sample::select(vec!["p", "div", "span", "li", "td", "h2", "nav", "b"]), 30)) {
            let html: String = words.iter().zip(&tags).fold(String::new(), |html, (word, tag)| html + &format!("<{tag}>{word} </{tag}>"));
            let whole: Vec<String> = parse(&html).blocks.into_iter().map(|block| block.text).collect();
            let whole = whole.join(" ").replace(" |", "");
            prop_assert_eq!(whole, words.join(" "));
        }
    }
}
