//! The first screen of help: short enough to read.

use std::io::{self, Write};

use super::failure::{Exit, Failure};

const FIRST_SCREEN: &str = "\
Search scraped articles.

  search WORDS...                 search \"Chongqing medical insurance beauty\"
  search index corpus/            read pages and build ./index

Words     medical insurance   \"a phrase\"   -without   city:Chongqing   clinic:\"Xin Mei\"   topic:price
Narrow    -c, --city NAME   --clinic NAME   --topic NAME
Show      -n N   --passages N   -j (NDJSON)   -o json   --explain   --queries FILE
Commands  index extract · show facets · stats export
Index     the nearest index/ here or above; -i DIR or SEARCH_INDEX names another;
          without one, corpus/ is read into index/ first
Exit      0 found or done · 1 nothing found · 2 wrong usage · 3 no usable index
          4 inputs skipped (--strict) · 5 index busy · 6 failed

  search COMMAND --help           all flags of a command; search q --help for those of a search
  search -- index fees            search for a word that is a command
";

/// Prints the first screen.
pub(super) fn print() -> Result<Exit, Failure> {
    io::stdout().write_all(FIRST_SCREEN.as_bytes())?;
    Ok(Exit::Done)
}

/// Whether a reserved word has no command yet.
pub(super) fn is_planned(word: &str) -> bool {
    let planned = [
        "watch",
        "serve",
        "mcp",
        "similar",
        "suggest",
        "doctor",
        "why",
        "eval",
        "remove",
        "settings",
        "completions",
        "man",
    ];
    planned.contains(&word)
}
