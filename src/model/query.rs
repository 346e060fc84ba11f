//! A question to the index: words in the query language, and what the answer must hold.

use std::time::Duration;

use super::cut::{first_bytes, kept_bytes};
pub use super::manner::{Grouping, Matching, Reading};
use super::period::{Day, Period, Undated};
use super::plan::Order;
use super::site::Site;

/// What to look for, with bounds enforced: `Query::new("medical insurance").in_city("Chongqing").limit(20)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    text: String,
    cut_off: String,
    id: Option<String>,
    cities: Vec<String>,
    clinics: Vec<String>,
    topics: Vec<String>,
    languages: Vec<String>,
    limit: usize,
    passages: usize,
    passage_length: Option<usize>,
    context: usize,
    page: usize,
    excluded: Vec<String>,
    period: Period,
    sites: Vec<Site>,
    order: Order,
    matching: Matching,
    grouping: Grouping,
    reading: Reading,
    time: Option<Duration>,
}

/// Longest text of a query, in bytes; the rest is not looked at.
pub const MAX_QUERY_BYTES: usize = 1024;
/// How long a search looks for pages before it answers with those found so far.
pub const DEFAULT_TIME: Duration = Duration::from_secs(1);
/// Most hits of one answer.
pub const MAX_LIMIT: usize = 1000;
/// So many hits can be reached by paging, at most: the last page ends there.
pub const MAX_REACH: usize = 20_000;
/// Most words that can be left out by [`Query::without`]; more are ignored.
pub const MAX_EXCLUDED: usize = 32;
/// Most sentences on either side of a passage.
pub const MAX_CONTEXT: usize = 10;
/// Most passages of one hit.
pub const MAX_PASSAGES: usize = 10;
/// Shortest and longest passages that can be asked for, in characters.
pub const PASSAGE_LENGTHS: std::ops::RangeInclusive<usize> = 40..=2000;

impl Query {
    /// A query in the query language: words, `"phrases"`, `-word`, `city:`, `clinic:`, `topic:`, `-city:`.
    ///
    /// Text beyond [`MAX_QUERY_BYTES`] is ignored; a word that it would cut in two is ignored whole. What that is, says
    /// [`Query::cut_off`].
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let mut text = text.into();
        let kept = kept_bytes(&text, MAX_QUERY_BYTES);
        let mut cut_off = text.split_off(kept);
        cut_off.truncate(first_bytes(&cut_off, MAX_QUERY_BYTES));
        Self {
            text,
            cut_off,
            id: None,
            cities: vec![],
            clinics: vec![],
            topics: vec![],
            languages: vec![],
            limit: 10,
            passages: 2,
            passage_length: None,
            context: 0,
            page: 1,
            excluded: vec![],
            period: Period::default(),
            sites: vec![],
            order: Order::Relevance,
            matching: Matching::Most,
            grouping: Grouping::Article,
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

    /// Only pages about the clinic called so, or, where none is, about those whose name holds these words; of several any is
    /// enough.
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

    /// So many sentences of the same paragraph on either side of each passage, 0 to [`MAX_CONTEXT`]; none when not called.
    #[must_use]
    pub fn context(mut self, sentences: usize) -> Self {
        self.context = sentences.min(MAX_CONTEXT);
        self
    }

    /// The page of the answer, from 1, of as many hits as [`Query::limit`] says.
    ///
    /// While the index is unchanged, pages neither repeat nor skip a hit. They end at [`MAX_REACH`] hits.
    #[must_use]
    pub fn page(mut self, number: usize) -> Self {
        self.page = number.max(1);
        self
    }

    /// Only pages without this word or phrase; at most [`MAX_EXCLUDED`], and none of more than [`MAX_QUERY_BYTES`].
    #[must_use]
    pub fn without(mut self, words: impl Into<String>) -> Self {
        let words = words.into();
        if self.excluded.len() < MAX_EXCLUDED && words.len() <= MAX_QUERY_BYTES {
            self.excluded.push(words);
        }
        self
    }

    /// Only pages published on this day or later, and those without a date.
    #[must_use]
    pub fn since(mut self, day: Day) -> Self {
        self.period.since = Some(day);
        self
    }

    /// Only pages published on this day or earlier, and those without a date.
    #[must_use]
    pub fn until(mut self, day: Day) -> Self {
        self.period.until = Some(day);
        self
    }

    /// Only pages whose day of publication is known.
    #[must_use]
    pub fn dated(mut self) -> Self {
        self.period.undated = Undated::Dropped;
        self
    }

    /// Only pages of this site, by its host, with or without `www.`; of several any is enough.
    #[must_use]
    pub fn on_site(mut self, host: impl AsRef<str>) -> Self {
        self.sites.push(Site::of_host(host.as_ref()));
        self
    }

    /// What comes first; the best page when not called.
    #[must_use]
    pub fn order_by(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// How many of the words a page must hold; most of them when not called.
    #[must_use]
    pub fn matching(mut self, matching: Matching) -> Self {
        self.matching = matching;
        self
    }

    /// Which pages fold under one hit; those with the same article when not called.
    #[must_use]
    pub fn group_by(mut self, grouping: Grouping) -> Self {
        self.grouping = grouping;
        self
    }

    /// Takes the words as written: no other forms of them (`reimburse` is not `reimbursed`), no other ways to say them, no
    /// spelling help. Case, width, accents and traditional characters still do not matter.
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

    /// What was left of the words beyond their bounds, as much of it again; mostly nothing.
    #[must_use]
    pub fn cut_off(&self) -> &str {
        &self.cut_off
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

    /// Sentences wanted on either side of each passage.
    #[must_use]
    pub fn context_sentences(&self) -> usize {
        self.context
    }

    /// Hits before the page that is wanted; at most [`MAX_REACH`].
    #[must_use]
    pub fn skipped(&self) -> usize {
        (self.page - 1).saturating_mul(self.limit).min(MAX_REACH)
    }

    /// Words and phrases to be left out.
    #[must_use]
    pub fn excluded(&self) -> &[String] {
        &self.excluded
    }

    /// The time that is asked for.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// The sites that are asked for.
    #[must_use]
    pub fn sites(&self) -> &[Site] {
        &self.sites
    }

    /// What comes first.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// How many of the words a page must hold.
    #[must_use]
    pub fn matched(&self) -> Matching {
        self.matching
    }

    /// Which pages fold under one hit.
    #[must_use]
    pub fn grouping(&self) -> Grouping {
        self.grouping
    }

    /// Passages wanted for each hit.
    #[must_use]
    pub fn passage_limit(&self) -> usize {
        self.passages
    }
}
