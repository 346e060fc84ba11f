//! Emphasis. The stream drops it where nobody sees colours; the text within is always made safe first.

use anstyle::{AnsiColor, Style};
use article_search::text::safe::shown;

/// Titles and headings.
pub(in crate::cli) fn strong(text: &str) -> String {
    styled(text, Style::new().bold())
}

/// A title that links to `target`, where there is one. A target holds nothing but plain ASCII.
pub(in crate::cli) fn linked(text: &str, target: Option<&str>) -> String {
    match target {
        Some(target) => format!("\u{1b}]8;;{target}\u{1b}\\{}\u{1b}]8;;\u{1b}\\", strong(text)),
        None => strong(text),
    }
}

/// What is beside the matter: ids, sources, counts.
pub(in crate::cli) fn faint(text: &str) -> String {
    styled(text, Style::new().dimmed())
}

/// A matched word.
pub(in crate::cli) fn matched(text: &str) -> String {
    styled(text, AnsiColor::Yellow.on_default().bold())
}

fn styled(text: &str, style: Style) -> String {
    if text.is_empty() { String::new() } else { format!("{style}{}{style:#}", shown(text)) }
}
