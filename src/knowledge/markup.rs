//! What the names of a page's elements say about their place: class, id, role and label words.
//!
//! The words are data (`markup.toml`). A name is split into words and each run of words is looked up, on word borders
//! only. What a name says is a hint: the reader of the page weighs it against the prose that the element holds.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use crate::model::article::Reason;

static BUILT_IN: LazyLock<Markup> = LazyLock::new(|| {
    // The file is compiled in; a test reads it, so that it cannot fail here.
    toml::from_str::<File>(include_str!("markup.toml")).map(Markup::new).unwrap_or_default()
});

/// How far a name can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Strength {
    /// It is used for other things too.
    Maybe,
    /// It means what it says.
    Sure,
}

/// A name that speaks of chrome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChromeMark {
    /// How far it can be trusted.
    pub strength: Strength,
    /// The kind of chrome.
    pub reason: Reason,
    /// Which entry of the file it is, counted over all kinds of chrome, below [`Markup::entry_count`].
    pub entry: usize,
}

/// What the names of one element say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// It holds chrome.
    pub chrome: Option<ChromeMark>,
    /// It holds the article.
    pub content: Option<Strength>,
}

impl Marks {
    /// Both together; of two kinds of chrome the surer one, at equal strength the first.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let chrome = match (self.chrome, other.chrome) {
            (Some(mine), Some(theirs)) if theirs.strength > mine.strength => Some(theirs),
            (mine, theirs) => mine.or(theirs),
        };
        Self { chrome, content: self.content.max(other.content) }
    }
}

/// The names and what they mean.
#[derive(Debug, Default)]
pub struct Markup {
    /// What names can begin with.
    words: FxHashMap<String, Word>,
    /// The names that speak of chrome, by their entries.
    entries: Vec<String>,
}

/// A word of names.
#[derive(Debug, Default)]
struct Word {
    /// Whether it tells of a state of the page and not of a place.
    is_state: bool,
    /// The entries that begin with it; longer ones first.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    /// Each with a space behind it.
    further_words: String,
    marks: Marks,
}

/// The longest class that is looked at, in words.
const MAX_WORDS_OF_CLASS: usize = 8;
/// The longest id or label that is looked at, in words: longer ones are sentences (slugs of headings).
const MAX_WORDS_OF_NAME: usize = 3;

impl Markup {
    /// The names that are built in.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// What a list of names parted by white space says, e.g. the value of a `class` attribute.
    #[must_use]
    pub fn marks(&self, names: &str) -> Marks {
        let names = names.split_ascii_whitespace();
        names.fold(Marks::default(), |marks, name| marks.and(self.marks_of_words(name, MAX_WORDS_OF_CLASS)))
    }

    /// What one name says, e.g. an `id`.
    #[must_use]
    pub fn marks_of_name(&self, name: &str) -> Marks {
        self.marks_of_words(name, MAX_WORDS_OF_NAME)
    }

    fn marks_of_words(&self, name: &str, max_words: usize) -> Marks {
        let words = words(name);
        if words.count > max_words {
            return Marks::default();
        }
        let mut marks = Marks::default();
        let mut rest = words.text.as_str();
        while let Some((first, further)) = rest.split_once(' ') {
            let Some(word) = self.words.get(first) else {
                rest = further;
                continue;
            };
            if word.is_state {
                break;
            }
            for entry in word.entries.iter().filter(|entry| further.starts_with(&entry.further_words)) {
                marks = marks.and(entry.marks);
            }
            rest = further;
        }
        marks
    }

    /// How many entries speak of chrome.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.entries.len()
    }

    /// The name that is this entry, as the file writes it; empty for one that there is not.
    #[must_use]
    pub fn entry_name(&self, entry: usize) -> &str {
        self.entries.get(entry).map_or("", String::as_str)
    }

    fn new(file: File) -> Self {
        let mut markup = Self::default();
        for word in file.state_words {
            markup.words.entry(word).or_default().is_state = true;
        }
        for ChromeNames { reason, strength, names, .. } in file.chrome {
            for name in names {
                let mark = ChromeMark { strength, reason, entry: markup.entries.len() };
                markup.add(&name, Marks { chrome: Some(mark), content: None });
                markup.entries.push(name);
            }
        }
        for ContentNames { strength, names, .. } in file.content {
            for name in names {
                markup.add(&name, Marks { chrome: None, content: Some(strength) });
            }
        }
        for word in markup.words.values_mut() {
            word.entries.sort_by_key(|entry| std::cmp::Reverse(entry.further_words.matches(' ').count()));
        }
        markup
    }

    fn add(&mut self, name: &str, marks: Marks) {
        let words = words(name);
        if let Some((first, further)) = words.text.split_once(' ') {
            let word = self.words.entry(first.to_owned()).or_default();
            word.entries.push(Entry { further_words: further.to_owned(), marks });
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    state_words: Vec<String>,
    chrome: Vec<ChromeNames>,
    content: Vec<ContentNames>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChromeNames {
    reason: Reason,
    strength: Strength,
    names: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "tried by a unit test"))]
    examples: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "tried by a unit test"))]
    counter_examples: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContentNames {
    strength: Strength,
    names: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "tried by a unit test"))]
    examples: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "tried by a unit test"))]
    counter_examples: Vec<String>,
}

/// The words of a name.
struct Words {
    /// In lower case, without a plural `s`, each with a space behind it.
    text: String,
    count: usize,
}

fn words(name: &str) -> Words {
    let mut words = Words { text: String::with_capacity(name.len() + 4), count: 0 };
    let mut start = 0;
    let mut after_lower = false;
    for character in name.chars() {
        if character.is_ascii_lowercase() {
            words.text.push(character);
            after_lower = true;
            continue;
        }
        let starts = character.is_ascii_uppercase() && after_lower;
        if starts || !character.is_alphabetic() {
            start = words.end_word(start);
        }
        if character.is_alphabetic() {
            words.text.push(character.to_ascii_lowercase());
        }
        after_lower = character.is_lowercase();
    }
    words.end_word(start);
    words
}

impl Words {
    /// Ends the word that began at `start`; gives the start of the next one.
    fn end_word(&mut self, start: usize) -> usize {
        let word = self.text.get(start..).unwrap_or_default();
        let is_plural = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !word.ends_with("us");
        if is_plural || word == "ads" {
            self.text.pop();
        }
        if self.text.len() > start {
            self.text.push(' ');
            self.count += 1;
        }
        self.text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chrome(names: &str) -> Option<Reason> {
        Markup::built_in().marks(names).chrome.map(|mark| mark.reason)
    }

    #[test]
    fn names_agree_with_their_examples() {
        let file: File = toml::from_str(include_str!("markup.toml")).unwrap();
        assert!(!file.chrome.is_empty() && !file.content.is_empty());
        let mut wrong = Vec::new();
        let mut expect = |name: &str, is_right: bool| wrong.extend((!is_right).then(|| name.to_owned()));
        for group in &file.chrome {
            let of = |names: &str| Markup::built_in().marks(names).chrome.map(|mark| (mark.reason, mark.strength));
            let own = Some((group.reason, group.strength));
            assert!(!group.examples.is_empty() && !group.counter_examples.is_empty(), "{own:?}");
            group.examples.iter().for_each(|name| expect(name, of(name) == own));
            group.counter_examples.iter().for_each(|name| expect(name, of(name) != own));
        }
        for group in &file.content {
            let of = |names: &str| Markup::built_in().marks(names).content;
            assert!(!group.examples.is_empty() && !group.counter_examples.is_empty(), "{:?}", group.strength);
            group.examples.iter().for_each(|name| expect(name, of(name) == Some(group.strength)));
            group.counter_examples.iter().for_each(|name| expect(name, of(name) != Some(group.strength)));
        }
        assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn names() {
        for (name, names, expected) in [
            ("kebab case", "c-related-posts", Some(Reason::Related)),
            ("camel case", "relatedPosts", Some(Reason::Related)),
            ("snake case, plural", "post_comments", Some(Reason::Comments)),
            ("second class", "clear breadcrumbs", Some(Reason::Breadcrumb)),
            ("the surer one", "card share", Some(Reason::Share)),
            ("inside a word", "shadow loader gradient", None),
            ("a state", "content has-sidebar no-comments", None),
            ("a layout", "layout-with-sidebar", None),
            ("nothing", "", None),
        ] {
            assert_eq!(chrome(names), expected, "{name}");
        }
        let slug_of_a_heading = Markup::built_in().marks_of_name("what-share-of-the-market");
        assert_eq!(slug_of_a_heading, Marks::default());
    }

    #[test]
    fn content() {
        for (name, names, expected) in [
            ("body", "entry-content", Some(Strength::Sure)),
            ("weak", "post", Some(Strength::Maybe)),
            ("hashed", "ArticleBody_root__x3f", Some(Strength::Sure)),
            ("none", "row", None),
        ] {
            assert_eq!(Markup::built_in().marks(names).content, expected, "{name}");
        }
    }
}
