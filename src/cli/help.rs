//! Help: the first screen, short enough to read; one screen each for the query language and for what is printed.

use std::io::Write;

use clap::{Command, CommandFactory};

use super::arguments::{Arguments, HelpArguments};
use super::failure::{Exit, Failure};
use super::screen::Screen;
use super::session::Session;
use super::usage;

/// Topics beside the commands.
pub(super) const TOPICS: [&str; 3] = ["query", "output", "config"];

const FIRST_SCREEN: &str = "\
Search scraped articles.

  search WORDS...                 search \"Chongqing medical insurance beauty\"
  search index corpus/            read pages and build ./index

Words     medical insurance   \"a phrase\"   -without   city:Chongqing   clinic:\"Yunheli Dental\"   topic:price
Narrow    -c, --city NAME   --clinic NAME   --topic NAME   --site HOST   --since DATE   --lang CODE   --not WORD
Show      -n N   -p PAGE   --passages N   --sort -date   --group BY   -j (NDJSON)   -o FORMAT   --explain
Commands  index watch extract remove · show similar suggest facets · stats doctor export · why eval
          settings completions man · help · q (search for the words that follow)
          reserved for later versions: serve mcp
Index     the nearest index/ here or above; -i DIR or SEARCH_INDEX names another;
          without one, corpus/ is read into index/ first
Exit      0 found or done · 1 nothing found · 2 wrong usage · 3 no usable index
          4 inputs skipped (--strict) · 5 index busy · 6 failed · 130 interrupted

  search help COMMAND             all flags of a command, with examples; help q: those of a search
  search help query               the query language;  help output: formats, rows;  help config: search.toml
  search -- index fees            search for a word that is a command
";

const QUERY: &str = "\
The query language. Quote the whole query for the shell: search '\"medical insurance\" -surgery city:Chongqing'

  medical insurance        pages with these words; the more of them and the rarer, the higher.
                           Word forms and known other ways to say it count, in English and Chinese;
                           with --exact only the words as written
  \"medical insurance\"      the words in this order, next to each other; where no page has them so, the
                           nearest pages with the words are shown as such
  -surgery -\"eye bags\"     leave out pages with the word, with the phrase; the same as --not surgery
  city:Chongqing           only pages about the city: any language or spelling (重庆, 重慶, Chungking),
                           or a province for all its cities; the same as -c Chongqing
  clinic:\"Yunheli Dental\"  only pages about the clinic called so, or else clinics whose name holds these words
  topic:price              only pages about the topic, by id or label; also lang:zh and verdict:no
  -city:Chongqing          leave out pages about the city; so with the other filters

By flags: --since 2024-03 --until 30d (pages without a date are kept unless --dated), --site HOST, --lang zh,
--any or --all of the words (without: two of them where some page holds two), --sort relevance, date, -date or title,
--group article (the same article once; the default), none, clinic, city, site or template, -n 10 -p 2 for the next ten.

A city, clinic or topic among plain words needs no filter: it is recognised, and where no page is about it, the
answer says so. What a query was taken for: search --explain WORDS. What there is: search facets city
";

const OUTPUT: &str = "\
What is printed. Results go to standard output; notes, progress and errors to standard error.

  -o pretty     for reading (the default); never parse it
  -o plain      the same text without colours, links, folding or pager, as a pipe gets it anyway
  -o ndjson     one JSON object a hit, one a line; -j is short for it
  -o csv, tsv   a table with a header, one row a hit; text that a spreadsheet would compute has a ' in front
  -o md         Markdown: titles as links, passages as quotations
  -o urls       addresses, one a line; -o paths: source files, each once
  --template S  a line a hit: '{title}\\t{url}\\t{passage}', with \\t, \\n, \\\\, {{ and }}; it goes before -o. Values:
                rank qid id score title url path record key lang date verdict city clinic topics flags group_size
                missing answer passage passages (lists are joined by `; `)
  -o json       one JSON object a query: v, qid, query, total, no_match, absent, facets, hits, suggestions, took_ms;
                facets: [{value, label, pages}]: all matching pages, copies among them, however hits are folded
                more: hits follow on the next page · partial: time ran out (--deadline)
                verdicts: {yes, no, conditional}: how many pages say so · pages: of the whole index
                disagreement: [{verdict, pages, quote}] where pages differ
                understood: {mode, cities, clinics, topics, ignored, corrected}: what the query was taken for
                words, obstacles, closest, empty_cities: why nothing was found · did_you_mean: [{typed, used}]
                (with --queries, a line without a query and one with an unknown filter have `error`, no hits)
  Of several -o and -j the last counts; without any, SEARCH_OUTPUT.
  search export has -o ndjson (what is usual there), csv and md: pages with all their text; and parquet, where the program
  was built with --features parquet.

Rows of hits, extract and export; keys are never dropped, unknown is null or []
  v                          1, the version of the rows
  id                         16 hex digits, stable across re-scrapes
  path, record               source file; line or row of a feed, byte offset in a WARC
  key, url                   id that the feed's own row carries; address
  title, lang, date          lang as in ISO 639-1, date as YYYY-MM-DD
  verdict                    yes, no, conditional
  city, city_alternatives    [{name, hanzi, adcode}]: what the page is about, and doubtful readings
  clinic, topics, flags      lists of names and ids
  status                     ok, or nocontent where nothing was left after cleaning
  duplicate_of               id of the page with the same article that stands for this one, captured last
  template_group             group of pages with the same text for other clinics
  text, removed              extract and export: paragraphs; with --removed, what was stripped and why
  rank, qid, score           hits; a score orders one answer only. Rows of export --query are hits with text
  answer, passages           hits: {section, start, end, text}, passages with hits: [[start, end]];
                             offsets count Unicode characters of the article, those of hits relative to the text
  missing, group             hits: query words that the page lacks; what was folded under the hit, with its addresses

Reports of index runs: --report FILE, and reports/TIME.ndjson in the index when inputs were skipped (the newest 20)
  v, kind                    1; skipped (a row each), then one sum
  input, reason              skipped: path, or path#record; what was wrong with it
  new, changed, unchanged    sum: pages
  gone, dropped              pages that their sources hold no more: kept, dropped by --prune
  skipped, ignored, unread   skipped rows; files of other formats; files left for the next run when interrupted
  repeated, taken_down       pages left out: another one has the address; removed for good
  cleaned_again, made_anew   old pages that came out differently: by what their site shows, by new rules
  stripped, languages        {reason: pages}, {language: pages} of new and changed pages; their cities, clinics, topics
                             as lists of codes, keys, ids; without_city counts the rest
  files_read, took_seconds, interrupted

Other rows    index, watch -j: a report, as above · settings -j: {v, file, saved, bytes}
              remove -j: {v, removed, pages} · remove --list -j: {v, name, pages, site}

Findings of doctor -j
  v, kind, finding           1; finding (a row each): {file, what, remedy}, then one sum
  remedy                     remove, rewrite, forget: doctor --fix does; read_again: index --full; lost: build a new index
  pages, files, bytes        sum: pages of the index; files that were read whole, bytes of those of the pages
  complete, broken           sum: whether leftovers were looked for; whether more than leftovers was found

On a terminal: colours (--color, NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, TERM=dumb), titles as links where it shows them
(--hyperlinks, FORCE_HYPERLINK), folded to its width (COLUMNS), and what is longer than the screen in SEARCH_PAGER, else
PAGER, else less -FRX (--no-pager). A pipe gets the same text without all that.

Errors   error: what, cause: why, try: what to do; with -j or -o json: {\"error\":{code, message, cause, try}}
Exit     0 found or done · 1 nothing found · 2 wrong usage · 3 no usable index · 4 inputs skipped (--strict)
         5 index busy · 6 failed · 130 interrupted      doctor: 1 leftovers only · 3 broken
";

const CONFIG: &str = "\
Settings: a flag goes before a variable, a variable before search.toml, and that before what is usual.

search.toml, in this folder or the nearest above it (or the file that SEARCH_CONFIG names); paths count from its folder.
An unknown key or a wrong value is an error, told with file and line.

  index = \"index\"            which index; -i, SEARCH_INDEX
  corpus = \"corpus\"          what search index reads when no path is given; SEARCH_CORPUS
  knowledge = \"knowledge\"    a folder of knowledge files; --knowledge, SEARCH_KNOWLEDGE
  output = \"pretty\"          -o, SEARCH_OUTPUT
  limit, passages, passage_chars, context, sort, group     as the flags of a search
  color, hyperlinks          auto, always, never
  pager = \"less -FRX\"        behind SEARCH_PAGER and PAGER

More variables: NO_COLOR, CLICOLOR_FORCE, FORCE_COLOR, FORCE_HYPERLINK, TERM=dumb, COLUMNS, and SEARCH_LOG=info for what
-v tells, SEARCH_LOG=debug for what -vv tells (search=debug among the directives of others). A variable that is set to
nothing counts as unset.
";

/// Prints the first screen, or help on a topic, which may be longer than the screen; `command` knows the flags.
pub(super) fn main(session: &Session, arguments: &HelpArguments, command: &mut Command) -> Result<Exit, Failure> {
    let names: Vec<&str> = arguments.topic.iter().map(String::as_str).collect();
    let text = match names.as_slice() {
        [] | ["help"] => return first_screen(session),
        ["query"] => QUERY.to_owned(),
        ["output"] => OUTPUT.to_owned(),
        ["config"] => CONFIG.to_owned(),
        names => {
            let mut found = Some(command);
            for name in names {
                found = found.and_then(|command| command.find_subcommand_mut(name));
            }
            match found {
                Some(found) => found.render_long_help().to_string(),
                None => return Err(usage::no_help(&names.join(" "), &Arguments::command())),
            }
        }
    };
    print(session.screen(session.terminal()), &text)
}

/// Prints the first screen, which fits.
pub(super) fn first_screen(session: &Session) -> Result<Exit, Failure> {
    print(session.output(), FIRST_SCREEN)
}

fn print(mut screen: Screen, text: &str) -> Result<Exit, Failure> {
    screen.write_all(text.as_bytes())?;
    screen.finish()?;
    Ok(Exit::Done)
}
