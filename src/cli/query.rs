//! `search WORDS`: one query, or many from a file.

use std::fs;
use std::io::{self, Read, Write};

use article_search::model::answer::Answer;
use article_search::model::query::Query;
use article_search::text::safe::shown;
use article_search::{Engine, Error};

use super::arguments::{OutputFormat, QueryArguments, WhyArguments};
use super::failure::{Exit, Failure};
use super::print::answer::{corrected, did_you_mean, empty_answer, footer, pretty, print_why, understood};
use super::print::rows::{self, Unanswered, Versioned};
use super::session::Session;

/// Runs the command.
pub(super) fn main(session: &Session, arguments: &QueryArguments) -> Result<Exit, Failure> {
    let queries = queries(arguments)?;
    let engine = session.open()?;
    let mut output = session.output();
    if let Queries::One(text) = &queries {
        let answer = ask(&engine, &prepared(text, None, arguments), arguments)?;
        print(session, &mut output, (&answer, &engine), arguments)?;
        output.flush()?;
        if arguments.format() == OutputFormat::Pretty {
            session.note_newer_corpus(&engine);
        }
        return Ok(if answer.no_match { Exit::NothingFound } else { Exit::Done });
    }
    let Queries::Many(many) = queries else { return Ok(Exit::Done) };
    let mut found = Exit::NothingFound;
    for (id, text) in many {
        match ask(&engine, &prepared(&text, Some(&id), arguments), arguments) {
            Ok(answer) => {
                found = if answer.no_match { found } else { Exit::Done };
                print(session, &mut output, (&answer, &engine), arguments)?;
            }
            // One query with an unknown city does not end the others.
            Err(error @ Error::Filter(_)) => {
                session.note(&format!("query {}: {error}", shown(&id)));
                if arguments.format() == OutputFormat::Json {
                    let error = Failure::from(error).json();
                    rows::row(&mut output, &Versioned::new(Unanswered::new(&id, &text, error)))?;
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    output.flush()?;
    Ok(found)
}

/// Says why a page is, or is not, in an answer.
pub(super) fn why(session: &Session, arguments: &WhyArguments) -> Result<Exit, Failure> {
    let engine = session.open()?;
    let why = engine.why(&arguments.page, &Query::new(arguments.words.join(" ")))?;
    let mut output = session.output();
    if arguments.json {
        rows::row(&mut output, &why)?;
    } else {
        print_why(&mut output, &why)?;
    }
    output.flush()?;
    Ok(if why.rank.is_some() { Exit::Done } else { Exit::NothingFound })
}

enum Queries {
    One(String),
    /// Names and texts.
    Many(Vec<(String, String)>),
}

fn queries(arguments: &QueryArguments) -> Result<Queries, Failure> {
    let from_stdin = arguments.words.len() == 1 && arguments.words.iter().any(|word| word == "-");
    if let Some(path) = &arguments.queries {
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::new(Exit::Usage, "queries", format!("{}: {error}", path.display())))?;
        return batch(&text);
    }
    if from_stdin {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text)?;
        return batch(&text);
    }
    let text = arguments.words.join(" ");
    let has_filter = !arguments.city.is_empty() || !arguments.clinic.is_empty() || !arguments.topic.is_empty();
    if text.trim().is_empty() && !has_filter {
        return Err(Failure::new(Exit::Usage, "usage", "no words to search for").or_try("search \"medical insurance\""));
    }
    Ok(Queries::One(text))
}

/// One query a line, named by its line; or TSV whose header names the columns `qid` and `query`.
fn batch(text: &str) -> Result<Queries, Failure> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let header: Vec<&str> = text.lines().next().unwrap_or_default().split('\t').map(str::trim).collect();
    let column = |name: &str| header.iter().position(|title| *title == name);
    let named = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
    let Some(query) = column("query").filter(|_| header.len() > 1) else {
        let queries = named.map(|(line, number): (&str, usize)| (number.to_string(), line.trim().to_owned()));
        return Ok(Queries::Many(queries.collect()));
    };
    let Some(id) = column("qid") else {
        let what = "the queries' header names `query` but no `qid`";
        return Err(Failure::new(Exit::Usage, "queries", what).or_try("begin the file with: qid<TAB>query"));
    };
    let rows = named.skip(1).filter_map(|(line, _)| {
        let cells: Vec<&str> = line.split('\t').collect();
        Some(((*cells.get(id)?).trim().to_owned(), (*cells.get(query)?).trim().to_owned()))
    });
    Ok(Queries::Many(rows.collect()))
}

fn prepared(text: &str, id: Option<&str>, arguments: &QueryArguments) -> Query {
    // In front, so that a quote left open in the text cannot swallow them.
    let excluded = arguments.not.iter().map(|words| format!("-\"{}\" ", words.replace('"', " ")));
    let text = excluded.collect::<String>() + text;
    let mut query = Query::new(text).limit(usize::from(arguments.limit)).passages(usize::from(arguments.passages));
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
    query = arguments.city.iter().fold(query, article_search::model::query::Query::in_city);
    query = arguments.clinic.iter().fold(query, article_search::model::query::Query::of_clinic);
    query = arguments.lang.iter().fold(query, article_search::model::query::Query::in_language);
    arguments.topic.iter().fold(query, article_search::model::query::Query::on_topic)
}

fn ask(engine: &Engine, query: &Query, arguments: &QueryArguments) -> Result<Answer, Error> {
    if arguments.explain { engine.explain(query) } else { engine.search(query) }
}

fn print(
    session: &Session,
    output: &mut impl Write,
    (answer, engine): (&Answer, &Engine),
    arguments: &QueryArguments,
) -> Result<(), Failure> {
    match arguments.format() {
        OutputFormat::Ndjson => Ok(rows::hits(output, answer)?),
        OutputFormat::Json => Ok(rows::answer(output, answer)?),
        OutputFormat::Pretty => print_for_people(session, output, (answer, engine), arguments),
    }
}

fn print_for_people(
    session: &Session,
    output: &mut impl Write,
    (answer, engine): (&Answer, &Engine),
    arguments: &QueryArguments,
) -> Result<(), Failure> {
    if arguments.explain {
        understood(output, answer)?;
    }
    if let Some(note) = corrected(answer) {
        session.note(&note);
    }
    if let Some(note) = did_you_mean(answer) {
        session.note(&note);
    }
    if answer.hits.is_empty() {
        if let Some(id) = &answer.qid {
            writeln!(output, "{}: nothing found", shown(id))?;
        }
        output.flush()?;
        session.note(&empty_answer(answer));
        note_mistyped_command(session, arguments);
        return Ok(());
    }
    let ids: Vec<_> = answer.hits.iter().map(|hit| hit.row.id).collect();
    let short_ids = engine.short_ids(&ids)?;
    pretty(output, answer, &short_ids, Session::width())?;
    output.flush()?;
    session.note(&footer(answer, &short_ids));
    Ok(())
}

/// `search idnex corpus/` is a query; an existing path among its words says that it was meant otherwise.
fn note_mistyped_command(session: &Session, arguments: &QueryArguments) {
    let looks_like_path = |word: &&String| word.contains(['/', '.']) && session.here.join(word.as_str()).exists();
    if let Some(path) = arguments.words.iter().skip(1).find(looks_like_path) {
        session.note(&format!("did you mean the command: search index {}", shown(path)));
    }
}
