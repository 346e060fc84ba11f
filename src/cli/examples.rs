//! Examples at the end of the long help of every command. They are parsed by a test, so that they stay right.

use clap::Command;

/// One to three examples a command: what is typed, and what it does.
const EXAMPLES: [(&str, &[(&str, &str)]); 18] = [
    (
        "q",
        &[
            ("search Chongqing medical insurance", "the words are enough: q needs not be named"),
            ("search -c Dalian --since 2024 --sort -date 'implants -price'", "newest first, without a word"),
            ("search -j -n 100 '\"medical insurance\" topic:price'", "rows for a program"),
        ],
    ),
    (
        "index",
        &[
            ("search index", "what is new or changed in corpus/, into index/"),
            ("search index --prune --wait --report run.ndjson pages/", "every night, with a report"),
            ("search index --dry-run --removed --site example.com pages/", "what would be cut, by rule"),
        ],
    ),
    (
        "watch",
        &[
            ("search watch pages/", "until Ctrl-C"),
            ("search watch --once-idle --debounce 10s pages/", "until nothing has changed for ten seconds"),
        ],
    ),
    (
        "remove",
        &[
            ("search remove https://example.com/a.html", "one page, after a question"),
            ("search remove --yes site:example.com", "a whole site, without one"),
            ("search remove --undo site:example.com", "the next search index reads it again"),
        ],
    ),
    (
        "extract",
        &[
            ("search extract pages/a.html", "how one page comes out"),
            ("search extract --removed --map url=link,text=body feed.jsonl", "rows of a feed, and what was cut"),
        ],
    ),
    (
        "export",
        &[
            ("search export > pages.ndjson", "every page; search index reads it again"),
            ("search export --query 'city:Dalian implants' -o csv", "the hits of a query, for a spreadsheet"),
            ("search export --query '\"medical insurance\"' -o md", "articles to read on"),
        ],
    ),
    (
        "show",
        &[
            ("search show d63a#2", "section 2 of a page, by the beginning of its id"),
            ("search show feed.jsonl#3 --removed", "what was stripped of the page of a line, and why"),
            ("search show d63a --html > page.html", "for a browser"),
        ],
    ),
    (
        "facets",
        &[
            ("search facets city", "all cities and their pages"),
            ("search facets clinic --find wsl", "clinics by name, in either script or pinyin"),
            ("search facets topic --of 'medical insurance'", "of the pages that a query finds"),
        ],
    ),
    (
        "similar",
        &[
            ("search similar d63a", "pages like it"),
            ("search similar --template d63a", "the same text for other clinics"),
        ],
    ),
    ("suggest", &[("search suggest chong", "how it may go on"), ("search suggest -j wsl", "for a search box")]),
    ("stats", &[("search stats", "of the nearest index"), ("search -i other/index stats -j", "of another, as JSON")]),
    (
        "doctor",
        &[
            ("search doctor", "reads every byte of the index, and says what is wrong"),
            ("search doctor --fix", "puts right what can be"),
        ],
    ),
    (
        "why",
        &[
            ("search why d63a medical insurance", "every part of its score"),
            ("search why https://example.com/a.html 'implants city:Dalian'", "what keeps it out"),
        ],
    ),
    (
        "eval",
        &[
            ("search eval --queries queries.tsv --qrels judgements.tsv", "over the current index"),
            ("search eval collection/ --run before.trec", "of a folder, kept to be compared with"),
            ("search eval collection/ --baseline before.trec --min ndcg@10=0.8", "after a change"),
        ],
    ),
    (
        "settings",
        &[
            ("search settings edit synonyms.toml", "in your editor, checked before it is saved"),
            ("search settings set sites.toml rules/sites.toml --dry-run", "what it would change"),
            ("search settings check rules/ --queries q.tsv --qrels judgements.tsv", "and how pages would move"),
        ],
    ),
    ("completions", &[("search completions bash > search.bash", "to be sourced")]),
    ("man", &[("search man > search.1", "of the program"), ("search man pages/", "of every command")]),
    ("help", &[("search help query", "the query language"), ("search help index", "all flags of a command")]),
];

/// `command` with examples at the end of the long help of its commands.
pub(super) fn added(command: Command) -> Command {
    command.mut_subcommands(|subcommand| {
        let examples = EXAMPLES.iter().find(|(name, _)| *name == subcommand.get_name());
        match examples {
            Some((_, examples)) => subcommand.after_long_help(text(examples)),
            None => subcommand,
        }
    })
}

fn text(examples: &[(&str, &str)]) -> String {
    let lines = examples.iter().map(|(line, what)| format!("  {line}\n      {what}"));
    format!("Examples:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use clap::{CommandFactory, FromArgMatches};

    use super::*;
    use crate::cli::arguments::Arguments;
    use crate::cli::{grammar, usage};

    /// The words of a line as a shell takes them, as far as the program sees them.
    fn words(line: &str) -> Vec<OsString> {
        let line = line.split(" > ").next().unwrap_or_default();
        let (mut words, mut quote) = (vec![String::new()], None);
        for character in line.chars() {
            match (character, quote) {
                (' ', None) => words.push(String::new()),
                ('\'' | '"', None) => quote = Some(character),
                (_, Some(open)) if open == character => quote = None,
                _ => words.last_mut().expect("a word").push(character),
            }
        }
        words.into_iter().map(OsString::from).collect()
    }

    #[test]
    fn every_command_has_examples_that_are_taken() {
        let mut command = added(Arguments::command());
        command.build();
        let names: Vec<String> = command.get_subcommands().map(|own| own.get_name().to_owned()).collect();
        assert_eq!(names.len(), EXAMPLES.len(), "{names:?}");
        for name in names {
            let (_, examples) = EXAMPLES.iter().find(|(own, _)| *own == name).expect(&name);
            assert!((1..=3).contains(&examples.len()), "{name}");
            for (line, _) in *examples {
                let arguments = words(line);
                let decision = grammar::decide(&arguments, &command);
                usage::check(&arguments, decision, &command).expect(line);
                let prepared = grammar::with_command(arguments, decision);
                let matches = command.clone().try_get_matches_from(prepared).expect(line);
                assert_eq!(matches.subcommand_name(), Some(name.as_str()), "{line}");
                Arguments::from_arg_matches(&matches).expect(line);
            }
            let help = command.find_subcommand_mut(&name).expect(&name).render_long_help().to_string();
            assert!(help.ends_with(&format!("\n\n{}\n", text(examples))), "{name}: {help}");
            assert!(text(examples).lines().all(|line| line.chars().count() <= 80), "{name}: a screen is that wide");
        }
    }
}
