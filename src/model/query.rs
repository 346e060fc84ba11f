//! A question to the index: words in the query language, and what the answer must hold.

use std::time::Duration;

/// What to look for, with bounds enforced: `Query::new("medical insurance").in_city("Chongqing").limit(20)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    id: Option<String>,
    cities: Vec<String>,
    clinics: Vec<String>,
    topics: Vec<String>,
    languages: Vec<String>,
    limit: usize,
    passages: usize,
    passage_length: Option<usize>,
    reading: Reading,
    time: Option<Duration>,
}

/// How far the words of a query are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading {
    /// Other ways to say a word count too, and misspelt words are corrected.
    #[default]
    Helpful,
    /// The words as typed; their forms (`reimburse`, `reimbursed`) still count.
    Exact,
}

/// Longest text of a query, in bytes; the rest is not looked at.
pub const MAX_QUERY_BYTES: usize = 1024;
/// How long a search looks for pages before it answers with those found so far.
pub const DEFAULT_TIME: Duration = Duration::from_secs(1);
/// Most hits of one answer.
pub const MAX_LIMIT: usize = 1000;
/// Most passages of one hit.
pub const MAX_PASSAGES: usize = 10;
/// Shortest and longest passages that can be asked for, in characters.
pub const PASSAGE_LENGTHS: std::ops::RangeInclusive<usize> = 40..=2000;

impl Query {
    /// A query in the query language: words, `"phrases"`, `-word`, `city:`, `clinic:`, `topic:`.
    ///
    /// Text beyond [`MAX_QUERY_BYTES`] is ignored; the last word before it stays whole.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        let end = (0..=MAX_QUERY_BYTES.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
        if end < text.len() {
            text.truncate(end);
            // Half a word is another word.
            let whole = text.rfind(char::is_whitespace).filter(|&at| at > 0).unwrap_or(end);
            text.truncate(whole);
        }
        Self {
            text,
            id: None,
            cities: vec![],
            clinics: vec![],
            topics: vec![],
            languages: vec![],
            limit: 10,
            passages: 2,
            passage_length: None,
            reading: Reading::Helpful,
            time: None,
        }
    }

    /// Names the query, for answers to many of them.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// Only pages about this city, in any language or spelling; of several cities any is enough.
    #[must_use]
    pub fn in_city(mut self, name: impl Into<String>) -> Self {
        self.cities.push(name.into());
        self
    }

    /// Only pages about clinics whose name holds these words; of several any is enough.
    #[must_use]
    pub fn of_clinic(mut self, name: impl Into<String>) -> Self {
        self.clinics.push(name.into());
        self
    }

    /// Only pages about this topic, by identifier or label; of several any is enough.
    #[must_use]
    pub fn on_topic(mut self, name: impl Into<String>) -> Self {
        self.topics.push(name.into());
        self
    }

    /// Only pages in this language, by its ISO 639-1 code; of several any is enough.
    #[must_use]
    pub fn in_language(mut self, code: impl Into<String>) -> Self {
        self.languages.push(code.into());
        self
    }

    /// At most this many hits, 1 to [`MAX_LIMIT`]; 10 when not called.
    #[must_use]
    pub fn limit(mut self, hits: usize) -> Self {
        self.limit = hits.clamp(1, MAX_LIMIT);
        self
    }

    /// At most this many passages a hit, 0 to [`MAX_PASSAGES`]; 2 when not called.
    #[must_use]
    pub fn passages(mut self, count: usize) -> Self {
        self.passages = count.min(MAX_PASSAGES);
        self
    }

    /// Passages of at most this many characters, within [`PASSAGE_LENGTHS`]; the ranking's weights say how many else.
    #[must_use]
    pub fn passage_characters(mut self, characters: usize) -> Self {
        self.passage_length = Some(characters.clamp(*PASSAGE_LENGTHS.start(), *PASSAGE_LENGTHS.end()));
        self
    }

    /// Takes the words as typed: no synonyms, no spelling help.
    #[must_use]
    pub fn exact(mut self) -> Self {
        self.reading = Reading::Exact;
        self
    }

    /// Looks for pages no longer than this and answers with those found so far: the answer says that it is partial. Without
    /// it [`DEFAULT_TIME`].
    #[must_use]
    pub fn within(mut self, time: Duration) -> Self {
        self.time = Some(time);
        self
    }

    /// How long to look for pages.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.time.unwrap_or(DEFAULT_TIME)
    }

    /// How far the words are taken.
    #[must_use]
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// The words as given.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Codes of languages, as given.
    #[must_use]
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    /// The name given to the query.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// Required cities.
    #[must_use]
    pub fn cities(&self) -> &[String] {
        &self.cities
    }

    /// Required clinics.
    #[must_use]
    pub fn clinics(&self) -> &[String] {
        &self.clinics
    }

    /// Required topics.
    #[must_use]
    pub fn topics(&self) -> &[String] {
        &self.topics
    }

    /// Hits wanted.
    #[must_use]
    pub fn hit_limit(&self) -> usize {
        self.limit
    }

    /// Longest passage wanted, in characters, where the query says.
    #[must_use]
    pub fn passage_length(&self) -> Option<usize> {
        self.passage_length
    }

    /// Passages wanted for each hit.
    #[must_use]
    pub fn passage_limit(&self) -> usize {
        self.passages
    }
}
