//! The fields of the index and how a document fills them.

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::RAW_TOKENIZER_NAME;
use tantivy::{TantivyDocument, Term};

use super::{analyzer, clinics, typed};
use crate::model::capture::CaptureTime;
use crate::model::clinic::ClinicKey;
use crate::model::document::Document;
use crate::model::period::Day;
use crate::model::plan::FacetField;
use crate::text::normalize::comparison_key;
use crate::text::terms::{Forms, written_word};

/// How often title words count against body words: the measured optimum for pages that differ by title is 3 to 5.
const TITLE_WEIGHT: usize = 4;
/// How often heading words count.
const HEADING_WEIGHT: usize = 2;

/// Name of [`Fields::date`].
pub(super) const DATE: &str = "date";
/// The date of pages that have none.
pub(super) const UNDATED: u64 = 0;
/// Name of [`Fields::title`].
pub(super) const TITLE: &str = "title";
/// Characters of a title by which pages are sorted.
pub(super) const SORTED_CHARACTERS: usize = 120;
/// Names of columns that are read by name.
pub(super) const LIKENESS: &str = "likeness";
pub(super) const LIKENESS_KEY: &str = "likeness_key";
pub(super) const CAPTURED: &str = "captured";

/// Handles of all fields.
#[derive(Debug, Clone)]
pub(super) struct Fields {
    /// [`crate::model::document::DocumentId`] as a number.
    pub(super) id: Field,
    /// [`crate::model::document::Fingerprint`] as a number.
    pub(super) fingerprint: Field,
    /// [`crate::model::article::Article::text_key`].
    pub(super) text_key: Field,
    /// [`crate::model::site::Site`] as a number.
    pub(super) site: Field,
    /// [`crate::model::source::SourceKey`] as a number; none, of a page handed over in memory.
    pub(super) source: Field,
    /// [`crate::model::source::Provenance::place`].
    place: Field,
    /// Day of publication as [`Day::as_number`], or [`UNDATED`].
    pub(super) date: Field,
    /// The folded beginning of the title, to sort by.
    title: Field,
    /// Title, headings and body in one field: weights by repetition, so that one field's BM25 is BM25F.
    pub(super) text: Field,
    /// The same text, the words that have a stem as they were written: who wants no other form of them looks here.
    written: Field,
    /// Values of each facet, in the order of [`FacetField::ALL`].
    facets: [Field; FacetField::ALL.len()],
    /// Who is called so, of clinics; see [`super::clinics`].
    pub(super) clinic_found: Field,
    /// What a clinic is called.
    pub(super) clinic_named: Field,
    /// How the names of cities and clinics begin; see [`super::typed`].
    pub(super) typed: Field,
    /// The whole [`Document`] as JSON.
    pub(super) document: Field,
    /// Its edges, apart, so that the pages of a site are compared without reading them whole.
    pub(super) edges: Field,
    /// [`crate::model::likeness::Likeness::to_words`].
    likeness: Field,
    /// [`crate::model::likeness::Likeness::keys`].
    pub(super) likeness_key: Field,
    /// When it was captured, as a number.
    captured: Field,
}

impl Fields {
    /// The schema and its handles.
    pub(super) fn new() -> (Schema, Self) {
        let mut builder = Schema::builder();
        let key = NumericOptions::default() | INDEXED | FAST;
        let text_by = |forms| {
            let indexing = TextFieldIndexing::default()
                .set_tokenizer(analyzer::name(forms))
                .set_index_option(IndexRecordOption::WithFreqsAndPositions);
            TextOptions::default().set_indexing_options(indexing)
        };
        let value_indexing = TextFieldIndexing::default()
            .set_tokenizer(RAW_TOKENIZER_NAME)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false);
        let names = TextOptions::default().set_indexing_options(value_indexing.clone());
        let value = TextOptions::default().set_indexing_options(value_indexing).set_fast(RAW_TOKENIZER_NAME);
        let fields = Self {
            id: builder.add_u64_field("id", key.clone()),
            fingerprint: builder.add_u64_field("fingerprint", FAST),
            text_key: builder.add_u64_field("text_key", key.clone()),
            site: builder.add_u64_field("site", key.clone()),
            source: builder.add_u64_field("source", key.clone()),
            place: builder.add_u64_field("place", FAST),
            date: builder.add_u64_field(DATE, FAST),
            title: builder.add_text_field(TITLE, TextOptions::default().set_fast(RAW_TOKENIZER_NAME)),
            text: builder.add_text_field("text", text_by(Forms::Stems)),
            written: builder.add_text_field("written", text_by(Forms::Written)),
            facets: FacetField::ALL.map(|facet| builder.add_text_field(facet.name(), value.clone())),
            clinic_found: builder.add_text_field("clinic_found", names.clone()),
            clinic_named: builder.add_text_field("clinic_named", names.clone()),
            typed: builder.add_text_field("typed", names),
            document: builder.add_bytes_field("document", BytesOptions::default().set_stored()),
            edges: builder.add_bytes_field("edges", BytesOptions::default().set_stored()),
            likeness: builder.add_u64_field(LIKENESS, FAST),
            likeness_key: builder.add_u64_field(LIKENESS_KEY, key),
            captured: builder.add_u64_field(CAPTURED, FAST),
        };
        (builder.build(), fields)
    }

    /// The term of an analysed word in the field that holds it.
    pub(super) fn term(&self, word: &str) -> Term {
        let field = if written_word(word).is_some() { self.written } else { self.text };
        Term::from_field_text(field, word)
    }

    /// The field that holds a facet's values.
    pub(super) fn facet(&self, facet: FacetField) -> Field {
        let [city, clinic, topic, lang, verdict] = self.facets;
        match facet {
            FacetField::City => city,
            FacetField::Clinic => clinic,
            FacetField::Topic => topic,
            FacetField::Lang => lang,
            FacetField::Verdict => verdict,
        }
    }

    /// The tantivy document of `document`.
    ///
    /// # Errors
    /// When the document cannot be written as JSON.
    pub(super) fn fill(&self, document: &Document) -> Result<TantivyDocument, serde_json::Error> {
        let mut filled = TantivyDocument::new();
        filled.add_u64(self.id, document.id.as_u64());
        filled.add_u64(self.fingerprint, document.fingerprint.0);
        filled.add_u64(self.text_key, document.article.text_key());
        filled.add_u64(self.site, document.site().0);
        if let Some(source) = document.provenance.source {
            filled.add_u64(self.source, source.0);
        }
        filled.add_u64(self.place, document.provenance.place);
        let day = document.facets.date.as_deref().and_then(|date| date.parse::<Day>().ok());
        filled.add_u64(self.date, day.map_or(UNDATED, Day::as_number));
        let title: String = comparison_key(&document.article.title).chars().take(SORTED_CHARACTERS).collect();
        if !title.is_empty() {
            filled.add_text(self.title, title);
        }
        filled.add_bytes(self.edges, &document.edges.to_bytes());
        document.likeness.to_words().into_iter().for_each(|word| filled.add_u64(self.likeness, word));
        document.likeness.keys().into_iter().for_each(|key| filled.add_u64(self.likeness_key, key.0));
        filled.add_u64(self.captured, document.origin.captured.as_ref().map_or(0, CaptureTime::as_number));
        for text in weighted_texts(document) {
            filled.add_text(self.text, text);
            filled.add_text(self.written, text);
        }
        for (facet, value) in facet_values(document) {
            filled.add_text(self.facet(facet), value);
        }
        for clinic in &document.facets.clinics {
            for term in clinics::found_terms(clinic) {
                filled.add_text(self.clinic_found, term);
            }
            for term in clinics::named_terms(clinic) {
                filled.add_text(self.clinic_named, term);
            }
        }
        for term in typed::typed_terms(&document.facets) {
            filled.add_text(self.typed, term);
        }
        filled.add_bytes(self.document, &serde_json::to_vec(document)?);
        Ok(filled)
    }
}

/// The texts of a document, each as often as it counts; a value each: a phrase does not run from one paragraph into the
/// next.
fn weighted_texts(document: &Document) -> impl Iterator<Item = &String> {
    let parts = &document.article.parts;
    let titles = std::iter::repeat_n(&document.article.title, TITLE_WEIGHT);
    let headings = parts.iter().filter(|part| part.is_heading()).map(|part| &part.text);
    titles.chain((1..HEADING_WEIGHT).flat_map(move |_| headings.clone())).chain(parts.iter().map(|part| &part.text))
}

/// Every facet value of a document; a value stands once.
pub(super) fn facet_values(document: &Document) -> Vec<(FacetField, String)> {
    let facets = &document.facets;
    let mut values: Vec<(FacetField, String)> = Vec::new();
    values.extend(facets.cities.iter().map(|city| (FacetField::City, city.adcode.clone())));
    values.extend(facets.clinics.iter().map(|clinic| (FacetField::Clinic, ClinicKey::of(clinic).to_string())));
    values.extend(facets.topics.iter().map(|topic| (FacetField::Topic, topic.id.clone())));
    values.extend(facets.language.iter().map(|language| (FacetField::Lang, language.clone())));
    values.extend(facets.verdict.iter().map(|facet| (FacetField::Verdict, facet.verdict.name().to_owned())));
    values.sort();
    values.dedup();
    values
}
