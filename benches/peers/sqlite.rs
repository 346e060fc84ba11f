//! `SQLite` FTS5 with its English stemmer, as a second peer.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use rusqlite::{Connection, params};

use super::text::{Kind, Row};

/// A table of FTS5.
pub(crate) struct Sqlite(Connection);

impl Sqlite {
    /// Indexes a file of rows; returns when they can be searched.
    pub(crate) fn index(rows: &Path, file: &Path) -> Self {
        let mut connection = Connection::open(file).expect("a database");
        connection
            .execute_batch(
                "pragma journal_mode = wal; pragma synchronous = normal; \
                 create virtual table pages using fts5(url unindexed, title, body, tokenize = 'porter unicode61')",
            )
            .expect("a table");
        let change = connection.transaction().expect("a transaction");
        {
            let mut insert = change.prepare("insert into pages values (?1, ?2, ?3)").expect("a statement");
            for line in BufReader::new(File::open(rows).expect("rows")).lines() {
                let row: Row = serde_json::from_str(&line.expect("a line")).expect("a row");
                insert.execute(params![row.url, row.title, row.text]).expect("inserted");
            }
        }
        change.commit().expect("committed");
        Self(connection)
    }

    /// Looks for the ten best, and makes a fragment of each with its matches; the length of all.
    pub(crate) fn search(&self, (kind, words): &(Kind, String)) -> usize {
        let quoted: Vec<String> = words.split(' ').map(|word| format!("\"{word}\"")).collect();
        let query = match kind {
            Kind::Any => quoted.join(" OR "),
            Kind::All => quoted.join(" "),
            Kind::Phrase => format!("\"{words}\""),
        };
        let mut select = self
            .0
            .prepare_cached("select title, snippet(pages, 2, '<b>', '</b>', '…', 30) from pages where pages match ?1 order by bm25(pages) limit 10")
            .expect("a statement");
        let fragments = select.query_map([query], |row| row.get::<_, String>(1)).expect("results");
        fragments.map(|fragment| fragment.expect("a fragment").len()).sum()
    }
}
