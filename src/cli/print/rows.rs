//! Answers for machines: stable keys, one JSON object a line.

use std::io::{self, Write};

use article_search::model::answer::Answer;

/// One object for the whole answer.
pub(in crate::cli) fn answer(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    serde_json::to_writer(&mut *output, answer)?;
    output.write_all(b"\n")
}

/// One object for each hit.
pub(in crate::cli) fn hits(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    for hit in &answer.hits {
        serde_json::to_writer(&mut *output, hit)?;
        output.write_all(b"\n")?;
    }
    Ok(())
}
