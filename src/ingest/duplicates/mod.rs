//! Pages that are one article at several addresses, and pages with one text for several clinics.
//!
//! Two pages are *one article* when they are about the same clinics, cities and topic under the same title, and most
//! runs of words of their bodies are the same, or one is a piece of the other (an article cut into pages): compared
//! exactly, among pages of one subject. They are of *one template* when their bodies without the names of cities and
//! clinics are much the same, by their sketches, among pages with a key in common. Groups are what such pairs connect.
//! All of it depends on the set of pages alone, so it comes out the same whatever the runs were.

pub(super) mod groups;
mod sketch;
pub(super) mod update;

use std::collections::BTreeSet;

use self::sketch::{Words, mixed, overlap, sketch};
use crate::model::article::Article;
use crate::model::clinic::ClinicKey;
use crate::model::facets::Facets;
use crate::model::likeness::Likeness;
use crate::text::normalize::comparison_key;
use crate::text::span::Span;

/// One article has at least this share of its runs of words in common: a sentence less and a few words changed.
const SAME_ARTICLE: f32 = 0.64;
/// A piece of an article has at least this share of its own runs in the whole.
const PIECE: f32 = 0.88;
/// Pages of one template have at least this share of their sketches in common.
const SAME_TEMPLATE: f32 = 0.55;
/// Names of more clinics than this are not looked for in a body.
const MAX_CLINICS: usize = 16;

/// What a page is compared by; `names` are the places of its body where cities and clinics are named.
pub(super) fn likeness(article: &Article, facets: &Facets, names: &[Span]) -> Likeness {
    let words = Words::of(&article.body());
    let clinics = facets.clinics.iter().take(MAX_CLINICS);
    let brands: BTreeSet<&str> = clinics
        .flat_map(|clinic| [&clinic.name, &clinic.brand].into_iter().chain(&clinic.aliases))
        .map(String::as_str)
        .collect();
    let brands: Vec<&str> = brands.into_iter().collect();
    let nameless = words.nameless_runs(names, &brands);
    let (sketch, bands) = sketch(&nameless);
    let about = about(facets);
    let subject = text_hash(&comparison_key(&article.title), about);
    Likeness { about, subject: subject >> 1, size: words.runs().len() as u64, sketch, bands }
}

/// What two pages of one subject are compared by exactly.
fn runs_of(article: &Article) -> Vec<u64> {
    Words::of(&article.body()).runs()
}

/// Whether two bodies are one article, or one is a piece of the other.
fn is_alike(left: &[u64], right: &[u64]) -> bool {
    let (of_all, of_smaller) = overlap(left, right);
    of_all >= SAME_ARTICLE || of_smaller >= PIECE
}

fn about(facets: &Facets) -> u64 {
    let mut names: Vec<String> = facets.clinics.iter().map(|clinic| ClinicKey::of(clinic).to_string()).collect();
    names.extend(facets.cities.iter().map(|city| city.adcode.clone()));
    names.sort();
    names.dedup();
    names.extend(facets.topics.first().map(|topic| topic.id.clone()));
    names.iter().fold(0, |hash, name| text_hash(name, hash))
}

fn text_hash(text: &str, seed: u64) -> u64 {
    text.bytes().fold(mixed(seed), |hash, byte| mixed(hash ^ u64::from(byte)))
}
