//! How much is told beside the results: by `-v`, and by `SEARCH_LOG`, which is written like the filters of other programs.

/// How much is told; more holds all of less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Verbosity {
    /// What everybody wants to know.
    Usual,
    /// Which index and settings, and how the words were taken.
    Info,
    /// Also versions, variables, sizes and times.
    Debug,
}

impl Verbosity {
    /// What so many `-v` and a filter ask for, whichever asks for more.
    pub(super) fn of(flags: u8, filter: &str) -> Self {
        let by_flags = match flags {
            0 => Self::Usual,
            1 => Self::Info,
            _ => Self::Debug,
        };
        by_flags.max(filter.split(',').filter_map(Self::of_directive).max().unwrap_or(Self::Usual))
    }

    /// What `info`, `article_search=debug` or `search` asks for; nothing, where it is about another program's part.
    fn of_directive(directive: &str) -> Option<Self> {
        let is_ours =
            |target: &str| ["search", "article_search"].contains(&target) || target.starts_with("article_search::");
        let directive = directive.trim();
        match directive.split_once('=') {
            Some((target, level)) => is_ours(target.trim()).then(|| Self::of_level(level)),
            None if is_ours(directive) => Some(Self::Debug),
            None => Some(Self::of_level(directive)),
        }
    }

    fn of_level(level: &str) -> Self {
        match level.trim().to_ascii_lowercase().as_str() {
            "info" => Self::Info,
            "debug" | "trace" => Self::Debug,
            _ => Self::Usual,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_and_filters() {
        for (flags, filter, expected) in [
            (0, "", Verbosity::Usual),
            (1, "", Verbosity::Info),
            (2, "", Verbosity::Debug),
            (9, "off", Verbosity::Debug),
            (0, "info", Verbosity::Info),
            (1, "debug", Verbosity::Debug),
            (0, "TRACE", Verbosity::Debug),
            (0, "warn", Verbosity::Usual),
            (0, "warn, article_search=debug", Verbosity::Debug),
            (0, "article_search::search=info", Verbosity::Info),
            (0, "search", Verbosity::Debug),
            (0, "tantivy=debug", Verbosity::Usual),
            (0, "debugger", Verbosity::Usual),
        ] {
            assert_eq!(Verbosity::of(flags, filter), expected, "{flags} {filter}");
        }
    }
}
