//! Asks an index and prints what it answers: `cargo run --example ask -- index "medical insurance" Chongqing`.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example speaks to its reader")]

use std::process::ExitCode;

use article_search::{Config, Engine, Error, Query};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(index), Some(words)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: ask INDEX WORDS [CITY]");
        return ExitCode::from(2);
    };
    let query = arguments.next().into_iter().fold(Query::new(words).limit(5), Query::in_city);
    match ask(&index, &query) {
        Ok(()) => ExitCode::SUCCESS,
        // What a caller can do is in the kind of the error.
        Err(Error::Filter(error)) => {
            eprintln!("{error}: leave the city out");
            ExitCode::from(2)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn ask(index: &str, query: &Query) -> Result<(), Error> {
    let engine = Engine::open(index, &Config::default())?;
    let answer = engine.search(query)?;
    println!("{} of {} pages, {:.1} ms", answer.total, answer.pages, answer.took_ms);
    for hit in &answer.hits {
        println!("\n{}. {} ({})", hit.rank, hit.row.title, hit.row.url.as_deref().unwrap_or(&hit.row.path));
        if let Some(sentence) = &hit.answer {
            println!("   {}", sentence.text);
        }
    }
    Ok(())
}
