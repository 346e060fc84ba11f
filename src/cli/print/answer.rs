//! An answer for people: the sentence that answers, the hits with their passages, the facets.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::SystemTime;

use article_search::DocumentId;
use article_search::model::answer::{Answer, Effect, Hit, Passage, ScorePart, Understood, Why};
use article_search::model::plan::FacetField;
use article_search::model::query::Matching;
use article_search::text::safe::shown;

use unicode_width::UnicodeWidthStr;

use super::fold::folded;
use super::style::{faint, linked, strong};
use super::{Look, counted, grouped, moment};
use crate::cli::grammar::quoted;

/// Facet values printed in one line.
const SHOWN_VALUES: usize = 4;
/// Columns before the text of a hit.
const INDENT: &str = "    ";

/// Prints an answer with hits.
pub(in crate::cli) fn pretty(
    output: &mut impl Write,
    answer: &Answer,
    short_ids: &[String],
    look: Look<'_>,
) -> io::Result<()> {
    if let Some(id) = &answer.qid {
        writeln!(output, "{}", strong(&format!("{id}: {}", answer.query)))?;
    }
    if let Some(nearest) = only_nearest(answer) {
        for line in folded(&format!("{nearest}:"), &[], look.beside(1)) {
            writeln!(output, " {}", strong(&line))?;
        }
        writeln!(output)?;
    } else if look.has_best {
        headline(output, answer, look)?;
    }
    let best = answer.hits.first().map(|hit| hit.score).filter(|_| look.has_best);
    for (hit, short_id) in answer.hits.iter().zip(short_ids) {
        print_hit(output, hit, (short_id, best), look)?;
    }
    facets(output, answer, look)
}

/// What is said above hits that do not answer the query, and are only near to it.
pub(in crate::cli) fn only_nearest(answer: &Answer) -> Option<String> {
    if !answer.absent.is_empty() {
        return Some(format!("No page is about {}. The nearest pages", answer.absent.join(" or ")));
    }
    let is_near = answer.no_match && !answer.hits.is_empty();
    is_near.then(|| "No page has these words together. The nearest pages".to_owned())
}

/// [`only_nearest`] as a note beside rows, where there are any.
pub(in crate::cli) fn nearest_follow(answer: &Answer) -> Option<String> {
    only_nearest(answer).filter(|_| !answer.hits.is_empty()).map(|nearest| format!("{nearest} follow"))
}

/// What a query was taken for, and how many of its words a page must hold.
pub(in crate::cli) fn understood(answer: &Answer) -> String {
    let mode = match answer.understood.mode {
        Matching::Any => "any of the words",
        Matching::All => "all of the words",
        Matching::Most => "most of the words: two, where some page holds two",
    };
    format!("{} · mode: {mode}", taken_for(answer))
}

/// What a query was taken for: cities, topics, and words without weight.
pub(in crate::cli) fn taken_for(answer: &Answer) -> String {
    let Understood { mode: _, cities, clinics, topics, ignored, corrected } = &answer.understood;
    let cities: Vec<_> = cities.iter().map(|city| format!("{} {}", city.name, city.hanzi)).collect();
    let more = clinics.len().saturating_sub(SHOWN_VALUES);
    let mut clinics: Vec<String> = clinics.iter().take(SHOWN_VALUES).map(|name| shown(name).into_owned()).collect();
    clinics.extend((more > 0).then(|| format!("{more} more")));
    let mut parts = Vec::new();
    let corrected = corrected.iter().map(|word| format!("{} for {}", word.used, word.typed)).collect();
    for (name, values) in [
        ("about", &cities),
        ("clinic", &clinics),
        ("topic", topics),
        ("ignored words", ignored),
        ("corrected", &corrected),
    ] {
        if !values.is_empty() {
            parts.push(format!("{name} {}", values.join(", ")));
        }
    }
    if parts.is_empty() {
        parts.push("words only".to_owned());
    }
    format!("taken for: {}", parts.join(" · "))
}

/// The answer of the best hit, and how the pages answer that say yes, no or unless.
fn headline(output: &mut impl Write, answer: &Answer, look: Look<'_>) -> io::Result<()> {
    let Some((hit, sentence)) = answer.hits.iter().find_map(|hit| Some((hit, hit.answer.as_ref()?))) else {
        return Ok(());
    };
    let cities: Vec<&str> = answer.understood.cities.iter().map(|city| city.name.as_str()).collect();
    let about = if cities.is_empty() { String::new() } else { format!(" about {}", cities.join(" or ")) };
    let verdicts = verdicts(answer);
    let verdicts = if verdicts.is_empty() { String::new() } else { format!(" · {verdicts}") };
    let (head, rest) = (format!("Answer{about}"), format!("{verdicts} · quoted, not generated"));
    if look.columns.is_none_or(|columns| 1 + head.width() + rest.width() <= columns) {
        writeln!(output, " {}{}", strong(&head), faint(&rest))?;
    } else {
        let rest = rest.trim_start_matches(" · ");
        folded(&head, &[], look.beside(1)).iter().try_for_each(|line| writeln!(output, " {}", strong(line)))?;
        folded(rest, &[], look.beside(1)).iter().try_for_each(|line| writeln!(output, " {}", faint(line)))?;
    }
    let mut lines = folded(&sentence.text, &sentence.hits, look.beside(14));
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter_mut().enumerate() {
        let (open, close) = (if index == 0 { "“" } else { " " }, if index == last { "”" } else { "" });
        let source =
            if index == last { faint(&format!("  [{}] §{}", hit.rank, sentence.section)) } else { String::new() };
        writeln!(output, " {open}{line}{close}{source}")?;
    }
    disagreement(output, answer, look)?;
    writeln!(output)
}

/// How pages answer that differ: their number, and what one of them says.
fn disagreement(output: &mut impl Write, answer: &Answer, look: Look<'_>) -> io::Result<()> {
    if answer.disagreement.is_empty() {
        return Ok(());
    }
    writeln!(output, " {}", strong("Pages disagree:"))?;
    for side in &answer.disagreement {
        let head = format!("{} {}", side.verdict, grouped(side.pages));
        let Some(quote) = &side.quote else {
            writeln!(output, "   {head}")?;
            continue;
        };
        let place = quote.rank.map_or_else(|| quote.id.to_string(), |rank| format!("[{rank}]"));
        let source = faint(&format!("{place} §{}", quote.section));
        let lines = folded(&quote.text, &[], look.beside(30));
        writeln!(output, "   {head:<16} “{}”  {source}", lines.join(&format!("\n{:21}", "")))?;
    }
    Ok(())
}

/// `yes 2 · no 1`: how the matching pages about the cities asked for answer.
fn verdicts(answer: &Answer) -> String {
    let named = ["yes", "no", "conditional"].into_iter().filter_map(|verdict| {
        let pages = answer.verdicts.get(verdict)?;
        Some(format!("{verdict} {}", grouped(*pages)))
    });
    named.collect::<Vec<_>>().join(" · ")
}

fn print_hit(
    output: &mut impl Write,
    hit: &Hit,
    (short_id, best): (&str, Option<f32>),
    look: Look<'_>,
) -> io::Result<()> {
    let dots = best.map(|best| format!("{} ", dots(hit.score / best))).unwrap_or_default();
    let meter = format!("{short_id}  {dots}{:.1}", hit.score);
    let title = if hit.row.title.is_empty() { "(no title)" } else { &hit.row.title };
    let target = look.target(hit);
    let lines = folded(title, &[], look.beside(INDENT.len() + meter.width() + 3));
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter().enumerate() {
        let before = if index == 0 { format!("{:>2}  ", hit.rank) } else { INDENT.to_owned() };
        let after = if index == last { format!("   {}", faint(&meter)) } else { String::new() };
        writeln!(output, "{before}{}{after}", linked(line, target.as_deref()))?;
    }
    for line in folded(&facts(hit), &[], look.beside(INDENT.len())) {
        writeln!(output, "{INDENT}{}", faint(&line))?;
    }
    for passage in &hit.passages {
        print_passage(output, passage, look)?;
    }
    if !hit.missing.is_empty() {
        writeln!(output, "{INDENT}{}", faint(&format!("missing: {}", hit.missing.join(", "))))?;
    }
    if let Some(group) = hit.group.as_ref().filter(|group| group.size > 1) {
        let other = group.addresses.first().map(|address| format!(": {address}")).unwrap_or_default();
        let more = if group.addresses.len() > 1 { " …" } else { "" };
        let count = group.size - 1;
        let what = match group.by.as_str() {
            "template" => {
                format!("+ {count} with the same text for other clinics   (search similar {short_id} --template)")
            }
            "site" => format!("+ {count} more of the same site"),
            by => format!("+ {count} more with the same {by}{other}{more}"),
        };
        for line in folded(&what, &[], look.beside(INDENT.len())) {
            writeln!(output, "{INDENT}{}", faint(&line))?;
        }
    }
    parts(output, hit.explain.as_deref().unwrap_or_default())?;
    writeln!(output)
}

/// Five dots, filled by a share of 1.
fn dots(share: f32) -> String {
    (0..5).map(|dot| if share * 5.0 > dot as f32 + 0.5 { '●' } else { '○' }).collect()
}

/// The parts of a score, one a line.
fn parts(output: &mut impl Write, parts: &[ScorePart]) -> io::Result<()> {
    parts.iter().try_for_each(|part| {
        let sign = match part.effect {
            Effect::Plus => '+',
            Effect::Times => '×',
        };
        writeln!(output, "{INDENT}{}", faint(&format!("{sign} {:<8.3} {}", part.value, part.name)))
    })
}

/// Where a page stands in an answer, what its score is made of, and what keeps it out; `head` is the page with the same
/// article that stands for it.
pub(in crate::cli) fn print_why(
    output: &mut impl Write,
    why: &Why,
    (head, columns): (Option<DocumentId>, Option<usize>),
) -> io::Result<()> {
    let beside = |taken: usize| columns.map(|columns| columns.saturating_sub(taken));
    for line in folded(&why.row.title, &[], beside(1)) {
        writeln!(output, " {}", strong(&line))?;
    }
    writeln!(output, "{INDENT}{}", faint(&why.row.id.to_string()))?;
    let mut places = why.obstacles.iter().map(|what| format!("left out: {what}")).collect::<Vec<_>>();
    match (why.rank, head) {
        (Some(rank), _) => places = vec![format!("place {rank} of {}", grouped(why.pages))],
        (None, Some(head)) => places.push(format!("left out: {head} has the same article and stands for it")),
        (None, None) if places.is_empty() => {
            places.push(format!("behind the first {}, or the same text as one of them", counted(why.pages, "page")));
        }
        (None, None) => {}
    }
    for line in places.iter().flat_map(|place| folded(place, &[], beside(INDENT.len()))) {
        writeln!(output, "{INDENT}{line}")?;
    }
    writeln!(output, "{INDENT}score {:.3}", why.score)?;
    parts(output, &why.explain)?;
    if !why.missing.is_empty() {
        writeln!(output, "{INDENT}{}", faint(&format!("missing: {}", why.missing.join(", "))))?;
    }
    Ok(())
}

/// `Chongqing › Zaomeifang Clinic › medical_insurance     corpus/a.txt · no date · user-submitted`
fn facts(hit: &Hit) -> String {
    let row = &hit.row;
    let about = row.city.iter().map(|city| city.name.as_str());
    let about = about.chain(row.clinic.iter().map(String::as_str)).chain(row.topics.first().map(String::as_str));
    let about: Vec<&str> = about.collect();
    let place = row.record.map_or_else(|| row.path.clone(), |record| format!("{}#{record}", row.path));
    let mut source = vec![row.url.clone().unwrap_or(place)];
    source.push(row.date.clone().unwrap_or_else(|| "no date".to_owned()));
    source.extend(row.verdict.as_ref().map(|verdict| format!("says {verdict}")));
    source.extend(row.flags.iter().cloned());
    let alternatives: Vec<_> =
        row.city_alternatives.iter().map(|city| format!("{} {}", city.name, city.hanzi)).collect();
    if !alternatives.is_empty() {
        source.push(format!("or {}", alternatives.join(", ")));
    }
    let about = if about.is_empty() { String::new() } else { format!("{}     ", about.join(" › ")) };
    format!("{about}{}", source.join(" · "))
}

fn print_passage(output: &mut impl Write, passage: &Passage, look: Look<'_>) -> io::Result<()> {
    let (before, after) = (if passage.begins_inside { "… " } else { "" }, if passage.ends_inside { " …" } else { "" });
    let shift = before.chars().count();
    let hits: Vec<_> = passage.hits.iter().map(|(start, end)| (start + shift, end + shift)).collect();
    let mut lines = folded(&format!("{before}{}{after}", passage.text), &hits, look.beside(INDENT.len() + 8));
    if let Some(last) = lines.last_mut() {
        let _ = write!(last, "  {}", faint(&format!("§{}", passage.section)));
    }
    lines.iter().try_for_each(|line| writeln!(output, "{INDENT}{line}"))
}

fn facets(output: &mut impl Write, answer: &Answer, look: Look<'_>) -> io::Result<()> {
    for field in [FacetField::City, FacetField::Clinic, FacetField::Topic, FacetField::Verdict] {
        let Some(counts) = answer.facets.get(field.name()).filter(|counts| !counts.is_empty()) else { continue };
        let mut values: Vec<String> = counts
            .iter()
            .take(SHOWN_VALUES)
            .map(|count| format!("{} {}", shown(&count.label), grouped(count.pages)))
            .collect();
        if counts.len() > SHOWN_VALUES {
            values.push(format!("{} more", counts.len() - SHOWN_VALUES));
        }
        let lines = folded(&values.join(" · "), &[], look.beside(field.name().len() + 2));
        for (index, line) in lines.iter().enumerate() {
            let name = if index == 0 { faint(field.name()) } else { " ".repeat(field.name().len()) };
            writeln!(output, " {name} {line}")?;
        }
    }
    for line in folded(&narrowing(answer), &[], look.beside(1)).iter().filter(|line| !line.is_empty()) {
        writeln!(output, " {}", faint(line))?;
    }
    Ok(())
}

/// `(narrow: -c Dalian   --clinic Yunheli)`: by what the answer to a query can be narrowed, each flag with its most
/// frequent value.
fn narrowing(answer: &Answer) -> String {
    if answer.query.is_empty() || answer.no_match {
        return String::new();
    }
    let flags = [(FacetField::City, "-c"), (FacetField::Clinic, "--clinic"), (FacetField::Topic, "--topic")];
    let ways = flags.into_iter().filter_map(|(field, flag)| {
        let counts = answer.facets.get(field.name()).filter(|counts| counts.len() > 1)?;
        Some(format!("{flag} {}", quoted(&counts.first()?.label)))
    });
    let ways: Vec<String> = ways.collect();
    if ways.is_empty() { String::new() } else { format!("(narrow: {})", ways.join("   ")) }
}

/// What was searched for instead of words that no page holds.
pub(in crate::cli) fn corrected(answer: &Answer) -> Option<String> {
    let words = &answer.understood.corrected;
    let typed: Vec<_> = words.iter().map(|word| format!("“{}”", word.typed)).collect();
    let note = format!("No page has {}. Showing: {}", typed.join(" or "), as_used(answer));
    (!words.is_empty()).then_some(note)
}

/// The query with the words that were searched for in the place of those that no page holds.
fn as_used(answer: &Answer) -> String {
    let words = &answer.understood.corrected;
    let used = |typed: &str| words.iter().find(|word| word.typed.eq_ignore_ascii_case(typed)).map(|word| &word.used);
    let mut known = 0;
    let shown: Vec<String> = answer
        .query
        .split_whitespace()
        .map(|word| {
            let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
            let Some(used) = used(bare) else { return word.to_owned() };
            known += 1;
            word.replace(bare, used)
        })
        .collect();
    // A word that stands otherwise in the query, e.g. in two parts, is told by itself.
    let alone = || words.iter().map(|word| word.used.as_str()).collect::<Vec<_>>().join(" ");
    if known < words.len() { alone() } else { shown.join(" ") }
}

/// The line after an answer: what is shown of how much, and what to do next.
pub(in crate::cli) fn footer(answer: &Answer, short_ids: &[String]) -> String {
    let folded: usize = answer.hits.iter().filter_map(|hit| hit.group.as_ref()).map(|group| group.size - 1).sum();
    let folded = if folded > 0 { format!(" ({folded} folded)") } else { String::new() };
    let next = short_ids.first().map_or(String::new(), |id| format!(" · read one: search show {id}"));
    let pages = counted(answer.total, "page");
    let partial = if answer.partial { " · time ran out: there may be more and better pages" } else { "" };
    let (first, last) = (answer.hits.first().map_or(1, |hit| hit.rank), answer.hits.last().map_or(0, |hit| hit.rank));
    let shown = if first > 1 { format!("{first}–{last}") } else { last.to_string() };
    format!(" {pages}, {shown} shown{folded}, {:.0} ms{next}{partial}", answer.took_ms.max(1.0))
}

/// Words that few pages hold, and better known ones beside them.
pub(in crate::cli) fn did_you_mean(answer: &Answer) -> Option<String> {
    let words = &answer.help.did_you_mean;
    let offers: Vec<_> = words.iter().map(|word| format!("{} → {}", shown(&word.typed), shown(&word.used))).collect();
    (!words.is_empty()).then(|| format!("did you mean: {}?", offers.join(", ")))
}

/// What to say when nothing was found with these `flags` in an index that was `written` then: each word's pages, what excluded them, and where to go from here.
pub(in crate::cli) fn empty_answer(answer: &Answer, written: Option<SystemTime>, flags: &[String]) -> String {
    let flags: String = flags.iter().map(|flag| quoted(flag) + " ").collect();
    let mut text = String::from("No page has these words together.");
    if let Some((last, others)) = answer.words.split_last() {
        let mut counts: Vec<_> = others.iter().map(|count| format!("{} {}", count.word, count.pages)).collect();
        counts.push(format!("{} {}", last.word, counted(last.pages, "page")));
        let index = written.map(|time| format!("; index of {}", moment(time))).unwrap_or_default();
        let pages = counted(answer.pages, "page");
        let _ = write!(text, "\n  {}            (in {pages}{index})", counts.join(" · "));
    }
    for obstacle in &answer.help.obstacles {
        let _ = write!(text, "\n  without {}: {}", shown(&obstacle.part), counted(obstacle.pages, "page"));
    }
    let closest: Vec<_> =
        answer.help.closest.iter().map(|near| format!("“{}” {}", shown(&near.query), grouped(near.pages))).collect();
    if let Some(best) = answer.help.closest.iter().find(|near| near.pages > 0) {
        let _ = write!(text, "\n  closest: {}      try: search {flags}{}", closest.join(" · "), quoted(&best.query));
    }
    let is_hopeful = answer.words.len() > 1 && answer.words.iter().any(|count| count.pages > 0);
    let is_near = answer.help.closest.iter().any(|near| near.pages > 0);
    if !is_near && answer.help.obstacles.is_empty() && is_hopeful {
        let _ = write!(text, "\n  try: search --any {}", quoted(&answer.query));
    }
    for empty in &answer.help.empty_cities {
        let known: Vec<_> = empty.instead.iter().map(|count| format!("{} {}", count.label, count.pages)).collect();
        let name = &empty.city.name;
        let _ = write!(text, "\n  {name} is a known city, but no page is about it. Cities here: {}", known.join(", "));
    }
    text
}
