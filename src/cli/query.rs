//! `search WORDS`: one query, or many from a file.

use std::mem::ManuallyDrop;
use std::time::SystemTime;

use article_search::model::answer::Answer;
use article_search::model::query::{Grouping, MAX_QUERY_BYTES, Matching, Query};
use article_search::{Engine, Error};

use super::answers::Printer;
use super::arguments::{Dash, GroupBy, QueryArguments};
use super::batch::{self, BatchQuery};
use super::failure::{Exit, Failure};
use super::print::answer::taken_for;
use super::print::counted;
use super::session::Session;

/// Characters of what was too much that are shown.
const SHOWN_CUT_OFF: usize = 40;
/// Seconds of a day.
const DAY_SECONDS: u64 = 86_400;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &QueryArguments) -> Result<Exit, Failure> {
    check_time(arguments)?;
    let queries = queries(arguments)?;
    // The process ends with the answer: giving its memory back piece by piece would only take time.
    let engine = ManuallyDrop::new(session.open()?);
    let mut printer = Printer::new(session, &engine, arguments);
    match queries {
        Queries::One(text) => {
            let query = prepared(&text, None, arguments);
            let answer = ask(&engine, &query, arguments)?;
            told(session, &query, &answer);
            printer.print(&answer)?;
            printer.finish()?;
            if arguments.template.is_none() && arguments.format().is_screen() {
                session.note_newer_corpus(&engine);
            }
            Ok(if answer.no_match { Exit::NothingFound } else { Exit::Done })
        }
        Queries::Many(many) => {
            let found = many_answers((session, &engine), many, arguments, &mut printer)?;
            printer.finish()?;
            Ok(found)
        }
    }
}

fn many_answers(
    (session, engine): (&Session, &Engine),
    queries: Vec<BatchQuery>,
    arguments: &QueryArguments,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    if queries.is_empty() {
        session.note("no queries: one a line, or TSV with a header that names qid and query");
    }
    let mut found = Exit::NothingFound;
    for BatchQuery { id, text } in queries {
        let text = match text {
            Ok(text) => text,
            Err(what) => {
                printer.refuse((&id, ""), &Failure::new(Exit::Usage, "queries", what))?;
                continue;
            }
        };
        match ask(engine, &prepared(&text, Some(&id), arguments), arguments) {
            Ok(answer) => {
                found = if answer.no_match { found } else { Exit::Done };
                tell(session, &answer);
                printer.print(&answer)?;
            }
            // One query with an unknown city does not end the others.
            Err(error @ Error::Filter(_)) => printer.refuse((&id, &text), &error.into())?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

/// Says what of a query was too much, and to those who want to know how the rest was taken.
pub(super) fn told(session: &Session, query: &Query, answer: &Answer) {
    tell(session, answer);
    note_cut_off(session, query);
}

/// Says how a query was taken, and what it cost, to those who want to know.
fn tell(session: &Session, answer: &Answer) {
    let name = answer.qid.as_ref().map(|id| format!("{id}: ")).unwrap_or_default();
    session.detail(&format!("{name}{}", taken_for(answer)));
    session.debug(|| {
        let time = if answer.partial { ", and time ran out" } else { "" };
        let (total, hits) = (counted(answer.total, "page"), counted(answer.hits.len(), "hit"));
        format!("{name}{total} found, {hits} to show, {:.1} ms{time}", answer.took_ms)
    });
}

/// Says what of the words was too much.
fn note_cut_off(session: &Session, query: &Query) {
    let cut_off = query.cut_off().trim();
    if !cut_off.is_empty() {
        let begin: String = cut_off.chars().take(SHOWN_CUT_OFF).collect();
        session.note(&format!("a query has at most {MAX_QUERY_BYTES} bytes; not looked for: “{begin} …”"));
    }
}

enum Queries {
    One(String),
    Many(Vec<BatchQuery>),
}

fn queries(arguments: &QueryArguments) -> Result<Queries, Failure> {
    let from_stdin = arguments.dash == Dash::StandardInput && arguments.words.as_slice() == ["-"];
    if let Some(path) = &arguments.queries {
        return Ok(Queries::Many(batch::of_file(path)?));
    }
    if from_stdin {
        return Ok(Queries::Many(batch::of_standard_input()?));
    }
    let text = arguments.words.join(" ");
    let named = [&arguments.city, &arguments.clinic, &arguments.topic, &arguments.site, &arguments.lang];
    let has_time = arguments.since.is_some() || arguments.until.is_some() || arguments.dated;
    let has_filter = has_time || named.iter().any(|values| !values.is_empty());
    if !text.chars().any(char::is_alphanumeric) && !has_filter {
        return Err(Failure::new(Exit::Usage, "usage", "no words to search for").or_try("search \"medical insurance\""));
    }
    Ok(Queries::One(text))
}

fn prepared(text: &str, id: Option<&str>, arguments: &QueryArguments) -> Query {
    let mut query = Query::new(text).limit(usize::from(arguments.limit)).passages(usize::from(arguments.passages));
    query = query.page(usize::try_from(arguments.page).unwrap_or(usize::MAX)).context(usize::from(arguments.context));
    if let Some(id) = id {
        query = query.with_id(id);
    }
    if let Some(characters) = arguments.passage_chars {
        query = query.passage_characters(characters);
    }
    query = query.within(arguments.deadline);
    if arguments.exact {
        query = query.exact();
    }
    query = arguments.not.iter().fold(query, Query::without);
    query = arguments.city.iter().fold(query, Query::in_city);
    query = arguments.clinic.iter().fold(query, Query::of_clinic);
    query = arguments.lang.iter().fold(query, Query::in_language);
    query = arguments.site.iter().fold(query, Query::on_site);
    query = arguments.topic.iter().fold(query, Query::on_topic);
    query = query.order_by(arguments.sort.order()).group_by(grouping(arguments));
    of_time(query, arguments).matching(match (arguments.any, arguments.all) {
        (true, _) => Matching::Any,
        (_, true) => Matching::All,
        _ => Matching::Most,
    })
}

fn grouping(arguments: &QueryArguments) -> Grouping {
    match arguments.group {
        GroupBy::Article => Grouping::Article,
        GroupBy::None => Grouping::None,
        GroupBy::Clinic => Grouping::Clinic,
        GroupBy::City => Grouping::City,
        GroupBy::Site => Grouping::Site,
        GroupBy::Template => Grouping::Template,
    }
}

/// Days from 1970 to today.
fn today() -> i64 {
    let seconds = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    i64::try_from(seconds / DAY_SECONDS).unwrap_or(0)
}

/// Refuses a time that ends before it begins: no page is of it.
fn check_time(arguments: &QueryArguments) -> Result<(), Failure> {
    let (Some(since), Some(until)) = (&arguments.since, &arguments.until) else { return Ok(()) };
    let (since, until) = (since.first_day(today()), until.last_day(today()));
    if since <= until {
        return Ok(());
    }
    let what = format!("--since {since} is after --until {until}");
    Err(Failure::new(Exit::Usage, "usage", what).or_try(format!("--since {until} --until {since}")))
}

fn of_time(mut query: Query, arguments: &QueryArguments) -> Query {
    let today = today();
    if let Some(moment) = &arguments.since {
        query = query.since(moment.first_day(today));
    }
    if let Some(moment) = &arguments.until {
        query = query.until(moment.last_day(today));
    }
    if arguments.dated { query.dated() } else { query }
}

fn ask(engine: &Engine, query: &Query, arguments: &QueryArguments) -> Result<Answer, Error> {
    if arguments.explain { engine.explain(query) } else { engine.search(query) }
}
