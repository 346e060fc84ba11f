//! Pages that only do harm: one thing again and again, alone and inside every kind of element, and trees without end.
//!
//! In: how long a page is to be. Out: the pages. The test reads them all; the benchmark measures them.

use article_search::model::page::Format;

/// A hostile page.
pub(crate) struct Shape {
    pub(crate) name: String,
    pub(crate) format: Format,
    pub(crate) content: String,
}

/// What is repeated.
const UNITS: [(&str, &str); 60] = [
    ("a character", "重"),
    ("an opening bracket", "【"),
    ("a book title", "《"),
    ("a comma", "、"),
    ("a colon", "："),
    ("a bracket", "("),
    ("a digit", "7"),
    ("a letter", "x"),
    ("a full-width letter", "Ａ"),
    ("a traditional character", "慶"),
    ("a compatibility character", "㎏"),
    ("an emoji", "😀"),
    ("combining marks", "\u{301}"),
    ("a letter with a mark", "a\u{301}"),
    ("zero-width spaces", "\u{200B}"),
    ("direction marks", "\u{202E}"),
    ("escape sequences", "\u{1B}["),
    ("returns", "\r"),
    ("bars", "|"),
    ("cells", "a | "),
    ("exclamation marks", "!"),
    ("full stops", "."),
    ("quotation marks", "\""),
    ("quotations", "“a” "),
    ("addresses", "a@b "),
    ("sentences", "价格。"),
    ("questions", "Is it? "),
    ("a path", "Home > "),
    ("a city", "Dalian "),
    ("a Chinese city", "大连"),
    ("a Chinese city in full", "重庆市"),
    ("a province", "吉林"),
    ("a district", "Yuzhong District "),
    ("a Chinese district", "渝中区"),
    ("a road", "重庆路"),
    ("a clinic", "Dalian Zhiling Medical Beauty Clinic "),
    ("a Chinese clinic", "大连致领医疗美容诊所"),
    ("a word for clinics", "clinic "),
    ("a Chinese word for clinics", "医院"),
    ("a translated clinic", "clinic of "),
    ("a topic", "medical insurance "),
    ("a Chinese topic", "双眼皮"),
    ("a verdict", "cannot be reimbursed "),
    ("a Chinese verdict", "不能报销"),
    ("a sentence with a verdict", "The clinic cannot be reimbursed. "),
    ("a day", "2024-01-01 "),
    ("lines of a word", "word\n"),
    ("lines of a letter", "a\n"),
    ("lines for home", "Home\n"),
    ("lines of arrows", ">\n"),
    ("lines of numbers", "1. \n"),
    ("one line", "The same line again.\n"),
    ("rows", "a\tb\n"),
    ("bullets", "- a\n"),
    ("days on lines", "2024-01-01\n"),
    ("offers", "[Ad] Double eyelid from 980 yuan\n"),
    ("breadcrumbs", "Home > News > Title\n"),
    ("menus", "Home | News | Contact\n"),
    ("comments", "Comments\nuser 2022-01-01\nok\n"),
    ("notices", "Disclaimer: this site's content comes from the internet, contact us to delete what infringes.\n"),
];

/// Elements around what is repeated, around each and around all.
const ELEMENTS: [(&str, &str, &str); 8] = [
    ("p", "<p>", "</p>"),
    ("a", "<a href=x>", "</a>"),
    ("li", "<li>", "</li>"),
    ("td", "<td>", "</td>"),
    ("title", "<title>", "</title>"),
    ("h1", "<h1>", "</h1>"),
    ("time", "<time>", "</time>"),
    ("div", "<div class=x>", "</div>"),
];

/// Places of a page's head and of its tags that hold what is repeated.
const PLACES: [(&str, &str, &str); 3] = [
    ("meta", "<meta property=og:title content=\"", "\"><p>x"),
    ("a class", "<div class=\"", "\"><p>x"),
    ("JSON-LD", "<script type=application/ld+json>{\"@type\":\"Article\",\"headline\":\"", "\"}</script><p>x"),
];

/// Markup that is repeated; `#` stands for a number of its own.
const MARKUP: [(&str, &str, &str); 42] = [
    ("nested div", "", "<div>"),
    ("nested lists", "", "<ul><li>"),
    ("nested b", "", "<b>"),
    ("nested span", "", "<span>"),
    ("nested drawings", "", "<svg>"),
    ("nested groups", "<svg>", "<g>"),
    ("nested tables", "", "<table><tr><td>"),
    ("nested templates", "", "<template>"),
    ("nested links", "", "<a><b><i><u>"),
    ("links around paragraphs", "", "<a><p>"),
    ("links out of a table", "<table>", "<a>x"),
    ("attributes of p", "<p", " a#=1"),
    ("attributes of b", "<b", " a#=1"),
    ("classes", "<p class='", "ad# "),
    ("numbered b", "", "<b id=#><p>x"),
    ("numbered names", "", "<div class='share# ad#' id='box-#'>x</div>"),
    ("less-than signs", "", "<"),
    ("ampersands", "", "&"),
    ("references", "", "&amp;"),
    ("comments", "", "<!---->"),
    ("open comments", "", "<!--"),
    ("flat paragraphs", "", "<p>x</p>"),
    ("flat items", "", "<li>Home"),
    ("flat links", "", "<li><a href=x>Home</a></li>"),
    ("flat cells", "<table><tr>", "<td>x"),
    ("breaks", "", "x<br>"),
    ("lines as they stand", "<pre>", "a\n"),
    ("menus", "", "<nav>x</nav>"),
    ("headings", "", "<h1>Some title</h1>"),
    ("nested headings", "", "<h1>"),
    ("options", "<select>", "<option>x"),
    ("forms", "", "<form><button>"),
    ("hidden paragraphs", "", "<p hidden>x"),
    ("scripts", "", "<script></script>"),
    ("open scripts", "", "<script>"),
    ("styles", "", "<style>a{}</style>"),
    ("titles", "<title>", "x<title>"),
    ("claimed titles", "<p>x", "<meta property=og:title content='a - # - b | c _ d - e - f - g - h'>"),
    ("headlines", "", "<script type=application/ld+json>{\"@type\":\"Article\",\"headline\":\"a - #\"}</script>"),
    ("sections of data", "<svg>", "<![CDATA[x]]>"),
    ("open quotation marks", "", "<p title=\""),
    ("nested JSON", "<script type=application/ld+json>", "["),
];

/// All shapes, each of about `bytes` bytes.
pub(crate) fn shapes(bytes: usize) -> impl Iterator<Item = Shape> {
    let html = |name: String, content: String| Shape { name, format: Format::Html, content };
    let texts = UNITS.into_iter().map(move |(name, unit)| Shape {
        name: name.to_owned(),
        format: Format::Text,
        content: repeated(unit, bytes),
    });
    let inside = UNITS.into_iter().filter(|(_, unit)| !unit.ends_with('\n')).flat_map(move |(name, unit)| {
        let around_all = ELEMENTS.into_iter().chain(PLACES).map(move |(element, start, end)| {
            html(format!("{name} in {element}"), format!("{start}{}{end}", repeated(unit, bytes)))
        });
        let around_each = ELEMENTS.into_iter().map(move |(element, start, end)| {
            html(format!("{name} each in {element}"), repeated(&format!("{start}{unit}{end}"), bytes))
        });
        around_all.chain(around_each)
    });
    let markup = MARKUP.into_iter().map(move |(name, start, unit)| {
        let content = if unit.contains('#') { numbered(unit, bytes) } else { repeated(unit, bytes) };
        html(name.to_owned(), format!("{start}{content}"))
    });
    texts.chain(markup).chain(inside)
}

fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len())
}

fn numbered(unit: &str, bytes: usize) -> String {
    let mut out = String::with_capacity(bytes + 100);
    let mut number = 0;
    while out.len() < bytes {
        out.push_str(&unit.replace('#', &number.to_string()));
        number += 1;
    }
    out
}
