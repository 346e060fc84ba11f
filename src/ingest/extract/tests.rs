//! Whole pages, written for these tests: what stays, what goes, and the laws of cleaning.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::ingest::formats::text;
use crate::model::block::{Block, BlockKind};

static RULES: LazyLock<ChromeRules> = LazyLock::new(ChromeRules::builtin);

const ENGLISH: &str = "\
Skip to content
Lakeside Health Post
Stories
Ask a nurse
Your spot: Lakeside Health Post » Teeth » What braces cost in Ningbo and who pays
What braces cost in Ningbo and who pays
By Mara Lindt · 14 March 2022 · 6 min read
A plain answer first: braces are paid by the patient, with two exceptions that we explain below.
1. The price
Metal braces cost about 9,000 yuan. Clear aligners cost three times as much.
[Ad] Teeth whitening from 199 yuan
2. The exceptions
The insurance pays when chewing is impaired, and for children with a cleft lip.
Related articles
The office keeps a list of related articles and rules on its wall. Ask for it.
Conclusion
Ask the clinic for a written plan before you sign anything.
Filed under: Teeth, Insurance
Share on WeChat Weibo
More stories from our teeth section
What a crown costs in Ningbo and who pays
How long do braces hurt? A diary
House rules
Texts on this site are submitted by members and express their personal opinions. Write to us if your rights are violated and we will remove the text.
(c) 2022 Lakeside Health Post";

const CHINESE: &str = "\
网站导航 | 登录 | 注册
所在位置：湖畔健康网 > 口腔 > 宁波牙齿矫正多少钱，谁来付？
宁波牙齿矫正多少钱，谁来付？
时间：2022年3月14日 14:20 作者：李岚 来源：湖畔健康网
导读：牙齿矫正一般由患者自费，但有两种例外。
一、价格
金属托槽大约九千元，隐形矫正的价格是它的三倍。
宁波牙齿矫正多少钱，谁来付？
二、例外
影响咀嚼功能的，以及唇裂儿童，医保可以报销一部分。
三、免责声明怎么看
网站上的免责声明只说明文章由用户上传，并不代表内容有错。
写在后面
签字之前，请医院给出书面方案。
（编辑：周）
上一篇：宁波种牙能报销吗
网友们还在看
宁波烤瓷牙多少钱，谁来付
矫正牙齿有多疼？一篇日记
本站说明
本站文章由会员投稿，观点不代表本站立场，若侵害了您的权益，请来信告知，我们会及时删除。";

/// The article of a page of a site that nothing is known of.
fn article_of(parsed: Parsed) -> Article {
    let site = KnownSite { entry: &SiteEntry::default(), templates: &SiteTemplates::default() };
    article(parsed, &RULES, site).article
}

fn clean_text(page: &str) -> Article {
    article_of(text::parse(page))
}

fn texts(article: &Article) -> Vec<&str> {
    article.parts.iter().map(|part| part.text.as_str()).collect()
}

#[test]
fn an_english_page_of_a_site_that_no_rule_knows() {
    let article = clean_text(ENGLISH);
    assert_eq!(article.title, "What braces cost in Ningbo and who pays");
    assert_eq!(article.breadcrumb, ["Lakeside Health Post", "Teeth"]);
    assert_eq!(article.flags, BTreeSet::from([Flag::UserSubmitted]));
    assert_eq!(published(&[], &article, None).as_deref(), Some("2022-03-14"));
    let kept: Vec<&str> = ENGLISH.lines().skip(7).take(10).filter(|line| !line.starts_with("[Ad]")).collect();
    assert_eq!(texts(&article), kept);
}

#[test]
fn a_chinese_page_of_a_site_that_no_rule_knows() {
    let article = clean_text(CHINESE);
    assert_eq!(article.title, "宁波牙齿矫正多少钱，谁来付？");
    assert_eq!(article.breadcrumb, ["湖畔健康网", "口腔"]);
    assert_eq!(article.flags, BTreeSet::from([Flag::UserSubmitted]));
    assert_eq!(published(&[], &article, None).as_deref(), Some("2022-03-14"));
    let kept: Vec<&str> = CHINESE.lines().skip(4).take(10).filter(|line| *line != article.title.as_str()).collect();
    assert_eq!(texts(&article)[..kept.len()], kept[..]);
    assert_eq!(texts(&article).last(), Some(&"签字之前，请医院给出书面方案。"));
}

#[test]
fn pages_without_an_article() {
    for (name, page) in [
        ("empty", ""),
        ("blank", " \n\t\n"),
        ("menu", "Home | News | Doctors\nAbout us | Contact\n© 2024 Some Site"),
        ("menu in lines", "首页\n资讯\n医院\n医生\n登录"),
        ("error", "404\nSorry, the page you are looking for does not exist.\nBack to home"),
        ("no text", "\u{E001}\u{E002}abc\u{FFFD}x\u{E123}\u{E999} \u{F000}"),
    ] {
        let article = clean_text(page);
        assert_eq!(texts(&article), Vec::<&str>::new(), "{name}");
    }
}

#[test]
fn markup_decides_unless_nothing_remains() {
    let prose = "Braces are paid by the patient. There are two exceptions, and we explain both of them here in full, \
                 so that nobody signs a contract without knowing what the insurance pays and what it does not pay.";
    let block = |kind, text: &str, zone| Block { zone, ..Block::plain(kind, text) };
    let page = |zone| Parsed {
        blocks: vec![
            block(BlockKind::ListItem, "Home", Zone::Chrome(Reason::Breadcrumb)),
            block(BlockKind::ListItem, "Teeth", Zone::Chrome(Reason::Breadcrumb)),
            block(BlockKind::Heading(1), "What braces cost", Zone::Article),
            block(BlockKind::Paragraph, prose, zone),
            block(BlockKind::Paragraph, "A note in the margin of the page.", Zone::Chrome(Reason::Sidebar)),
        ],
        titles: vec!["What braces cost - Site".to_owned()],
        ..Parsed::default()
    };
    let cleaned = article_of(page(Zone::Article));
    assert_eq!((cleaned.title.as_str(), texts(&cleaned)), ("What braces cost", vec![prose]));
    assert_eq!(cleaned.breadcrumb, ["Teeth"]);
    assert_eq!(cleaned.flags, BTreeSet::new());
    let emptied = article_of(page(Zone::Chrome(Reason::Sidebar)));
    assert_eq!(emptied.flags, BTreeSet::from([Flag::Uncertain]));
    assert!(texts(&emptied).contains(&prose));
}

#[test]
fn a_title_without_end_is_cut_and_its_line_stays() {
    for (name, word, start) in [("words", "braces ", "braces braces"), ("characters", "牙", "牙牙")] {
        let claim = word.repeat(700 / word.len()).trim_end().to_owned();
        let blocks = [claim.as_str(), "Metal braces cost about 9,000 yuan, and the patient pays for all of them."];
        let blocks = blocks.map(|text| Block::plain(BlockKind::Paragraph, text)).to_vec();
        let article = article_of(Parsed { blocks, titles: vec![claim.clone()], ..Parsed::default() });
        assert!(article.title.starts_with(start) && article.title.len() <= 512, "{name}: {}", article.title);
        assert!(claim.strip_prefix(&article.title).is_some_and(|rest| rest.trim_start().starts_with(word)), "{name}");
        assert!(texts(&article).contains(&claim.as_str()), "{name}");
    }
}

#[test]
fn what_looks_like_wording_of_a_rule_stays_between_paragraphs() {
    let above = "The office explains below what its visitors ask about most, one thing after the other.";
    let below = "Whoever is still in doubt should come by in person, and should bring all the papers along.";
    let lost: Vec<&str> = RULES
        .counter_examples()
        .filter(|(_, line)| {
            !clean_text(&format!("A visit to the office\n{above}\n{line}\n{below}")).body().contains(line)
        })
        .map(|(_, line)| line)
        .collect();
    assert_eq!(lost, Vec::<&str>::new());
}

/// Lines of every kind, chrome and content.
fn line() -> impl Strategy<Value = String> {
    let lines: Vec<String> = [ENGLISH, CHINESE].iter().flat_map(|page| page.lines()).map(str::to_owned).collect();
    let more = [
        "Home",
        "Contents",
        "1. The price",
        "2. The exceptions",
        "Comments (2)",
        "user_1 2022-03-15",
        "I paid less",
        "Disclaimer",
        "Tips",
        "免责声明",
        "相关文章",
        "* * *",
        "Page 1 of 2",
        "2022-03-14",
        "About the author",
        "Next: What a crown costs",
        "• one item",
        "Summary",
    ];
    prop::sample::select(lines.into_iter().chain(more.map(str::to_owned)).collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_lost_and_order_stays(lines in prop::collection::vec(line(), 0..30)) {
        let parsed = text::parse(&lines.join("\n\n"));
        let blocks: Vec<String> = parsed.blocks.iter().map(|block| block.text.clone()).collect();
        let article = article_of(parsed);
        let parts: Vec<String> = article.parts.into_iter().map(|part| part.text).collect();
        let removed: Vec<String> = article.removed.into_iter().map(|removed| removed.text).collect();
        for (name, some) in [("parts", &parts), ("removed", &removed)] {
            let mut rest = blocks.iter();
            prop_assert!(some.iter().all(|text| rest.any(|block| block == text)), "{} out of order", name);
        }
        let (mut all, mut blocks) = ([parts, removed].concat(), blocks);
        all.sort();
        blocks.sort();
        prop_assert_eq!(all, blocks);
    }

    #[test]
    fn cleaning_again_removes_nothing(lines in prop::collection::vec(line(), 0..30)) {
        let once = clean_text(&lines.join("\n\n"));
        prop_assume!(once.has_content() && !once.flags.contains(&Flag::Uncertain));
        let again = clean_text(&format!("{}\n\n{}", once.title, texts(&once).join("\n\n")));
        // A page without a title of its own may take its first heading for one the second time.
        prop_assume!(again.title == once.title);
        prop_assert_eq!(texts(&again), texts(&once));
    }

    #[test]
    fn any_text_is_cleaned_without_panic(page in "(\\PC{0,40}\n){0,12}") {
        clean_text(&page);
    }
}

#[test]
fn an_endless_tail_is_walked_once() {
    const LINES: usize = 100_000;
    let prose = "The cost of braces depends on the clinic and on the doctor, as the office says.\n";
    for line in ["A line of some words", "Posted 2024-01-02", "You may also like", "Disclaimer"] {
        let page = format!("Braces in Ningbo\n{prose}{}", format!("{line}\n").repeat(LINES));
        let article = article_of(text::parse(&page));
        assert_eq!(article.parts.first().map(|part| part.text.as_str()), Some(prose.trim_end()), "{line}");
    }
}

#[test]
fn half_of_a_sentence_is_never_what_a_site_shares() {
    let edge = |text: &str| edge_line(&Line::new(Block::plain(BlockKind::Paragraph, text), &RULES), &Title::default());
    for (text, is_own) in
        [(", then let us look at it together.", true), ("，我们一起看看", true), ("Let us look", false)]
    {
        assert_eq!((edge(text).key == 0, edge(text).is_passable && is_own), (is_own, false), "{text}");
    }
}
