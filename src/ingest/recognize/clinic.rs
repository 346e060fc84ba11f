//! The clinics that an article is about, each under one name with its aliases.
//!
//! The title decides; without a clinic there, the headings, and else the clinic that the body names most. Other forms
//! of the same brand, word-by-word translations of it, and its name in the other script are aliases of the clinic and
//! no second clinic; the same name in another city is one.

use std::collections::{BTreeMap, BTreeSet};

use super::Findings;
use super::subject::{LineRole, Subject};
use crate::knowledge::Knowledge;
use crate::knowledge::clinics::{ClinicMention, ClinicSort};
use crate::model::facets::ClinicFacet;
use crate::text::normalize::{comparison_key, is_han};
use crate::text::pinyin::{pinyin, squashed};

/// A clinic that no title names must be named so often, unless the first paragraph names it.
const MIN_MENTIONS: usize = 2;
/// More different names than this are a directory's; those named first are weighed.
const MAX_CANDIDATES: usize = 256;
/// More aliases than this are noise.
const MAX_ALIASES: usize = 12;
/// A translated form must stand so often in the text to be an alias.
const MIN_TRANSLATED: usize = 2;

/// Shorter brands may be ordinary words of a title.
const MIN_LATIN_BRAND: usize = 5;
/// The same in Chinese characters.
const MIN_HAN_BRAND: usize = 2;

/// All mentions of one name.
struct Candidate<'f> {
    key: String,
    brand: String,
    first: &'f ClinicMention,
    city: Option<String>,
    mentions: Mentions,
}

/// How often a name stands where.
#[derive(Default)]
struct Mentions {
    all: usize,
    title: usize,
    headings: usize,
    lead: usize,
}

impl Mentions {
    fn add(&mut self, role: LineRole) {
        self.all += 1;
        self.title += usize::from(role == LineRole::Title);
        self.headings += usize::from(role == LineRole::Heading);
        self.lead += usize::from(role == LineRole::Lead);
    }
}

/// The article's clinics, its own first.
pub(super) fn clinics(subject: &Subject, findings: &Findings<'_>, knowledge: &Knowledge) -> Vec<ClinicFacet> {
    let candidates = candidates(subject, findings, knowledge);
    let title = subject.title().map_or_else(String::new, |line| comparison_key(line.span.of(&subject.text)));
    let chosen = chosen(&candidates, &title);
    let is_only = chosen.len() == 1;
    let mut facets: Vec<ClinicFacet> = Vec::new();
    for candidate in &chosen {
        let mut aliases = aliases(candidate, &candidates);
        if is_only {
            aliases.extend(translated(findings));
        }
        facets.push(ClinicFacet {
            name: candidate.first.name.clone(),
            brand: candidate.first.brand.clone(),
            kinds: knowledge.clinics.kinds_of(&candidate.first.name, &candidate.first.brand),
            city: candidate.city.clone(),
            aliases: distinct(aliases, &candidate.key),
            evidence: subject.evidence(candidate.first.span, confidence(candidate)),
        });
    }
    if let ([facet], Some(city)) = (facets.as_mut_slice(), only_city(findings)) {
        facet.city.get_or_insert(city);
    }
    facets
}

fn confidence(candidate: &Candidate<'_>) -> f32 {
    if candidate.mentions.title > 0 {
        0.98
    } else if candidate.mentions.headings > 0 {
        0.85
    } else {
        0.7
    }
}

/// Every named clinic, in order of first mention.
fn candidates<'f>(subject: &Subject, findings: &'f Findings<'_>, knowledge: &Knowledge) -> Vec<Candidate<'f>> {
    let mut candidates: Vec<Candidate<'f>> = Vec::new();
    let mut index_of: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for mention in &findings.clinics {
        let Some(line) = subject.line_at(mention.span) else { continue };
        let is_name = match mention.sort {
            ClinicSort::Named => true,
            ClinicSort::Short => line.role == LineRole::Title,
            ClinicSort::Translated | ClinicSort::Generic => false,
        };
        if !is_name {
            continue;
        }
        let key = comparison_key(&mention.name);
        let of_name = index_of.entry(key.clone()).or_default();
        let Some(index) = same_city(of_name, &candidates, mention.city.as_ref()) else {
            if candidates.len() < MAX_CANDIDATES {
                of_name.push(candidates.len());
                let brand = knowledge.clinics.brand_of(&mention.name);
                let mut mentions = Mentions::default();
                mentions.add(line.role);
                candidates.push(Candidate { key, brand, first: mention, city: mention.city.clone(), mentions });
            }
            continue;
        };
        let Some(candidate) = candidates.get_mut(index) else { continue };
        candidate.mentions.add(line.role);
        candidate.city = candidate.city.take().or_else(|| mention.city.clone());
    }
    join_scripts(subject, findings, &mut candidates);
    candidates
}

/// Which of the candidates of one name a mention of it means, that may say the city: the one of that city, else the one
/// whose city is not known yet; without a city the first.
fn same_city(of_name: &[usize], candidates: &[Candidate<'_>], city: Option<&String>) -> Option<usize> {
    let with = |wanted: Option<&String>| {
        let mut indices = of_name.iter().copied();
        indices.find(|&index| candidates.get(index).is_some_and(|candidate| candidate.city.as_ref() == wanted))
    };
    match city {
        Some(_) => with(city).or_else(|| with(None)),
        None => of_name.first().copied(),
    }
}

/// Gives the names of one clinic in two scripts one brand: a name right behind the other in brackets, or a Latin brand
/// that is the pinyin of a Chinese one.
fn join_scripts(subject: &Subject, findings: &Findings<'_>, candidates: &mut [Candidate<'_>]) {
    let is_chinese: Vec<bool> = candidates.iter().map(|candidate| candidate.key.contains(is_han)).collect();
    if is_chinese.iter().all(|&chinese| chinese) || !is_chinese.contains(&true) {
        return;
    }
    let in_brackets = named_in_brackets(subject, findings);
    let spelt: Vec<Option<String>> = candidates.iter().map(|candidate| pinyin(&candidate.first.brand)).collect();
    let pairs = (0..candidates.len()).flat_map(|chinese| (0..candidates.len()).map(move |latin| (chinese, latin)));
    let same: Vec<(usize, usize)> = pairs
        .filter(|&(chinese, latin)| is_chinese.get(chinese) == Some(&true) && is_chinese.get(latin) == Some(&false))
        .filter(|&(chinese, latin)| {
            let (Some(one), Some(other)) = (candidates.get(chinese), candidates.get(latin)) else { return false };
            let is_spelt = spelt.get(chinese).cloned().flatten() == Some(squashed(&other.first.brand));
            let is_beside = in_brackets.contains(&(one.key.clone(), other.key.clone()))
                || in_brackets.contains(&(other.key.clone(), one.key.clone()));
            is_same_city(one, other) && (is_spelt || is_beside)
        })
        .collect();
    for (chinese, latin) in same {
        let Some((from, to)) = candidates.get(latin).zip(candidates.get(chinese)) else { continue };
        let (from, to) = (from.brand.clone(), to.brand.clone());
        candidates.iter_mut().filter(|candidate| candidate.brand == from).for_each(|candidate| {
            candidate.brand.clone_from(&to);
        });
    }
}

/// Keys of names of which the second stands in brackets behind the first.
fn named_in_brackets(subject: &Subject, findings: &Findings<'_>) -> BTreeSet<(String, String)> {
    let pairs = findings.clinics.windows(2).filter_map(|pair| {
        let [outer, inner] = pair else { return None };
        let start = findings.cities_between(outer.span.end, inner.span.start).unwrap_or(inner.span.start);
        let gap = subject.text.get(outer.span.end..start)?;
        let is_beside = matches!(gap.trim_matches(' '), "(" | "（");
        is_beside.then(|| (comparison_key(&outer.name), comparison_key(&inner.name)))
    });
    pairs.collect()
}

/// The clinics that the article is about.
fn chosen<'c, 'f>(candidates: &'c [Candidate<'f>], title: &str) -> Vec<&'c Candidate<'f>> {
    let in_title: Vec<_> = candidates.iter().filter(|candidate| candidate.mentions.title > 0).collect();
    let in_title = without_short_forms(&in_title);
    if !in_title.is_empty() {
        return in_title.into_iter().map(|candidate| full_name(candidate, candidates)).collect();
    }
    let of_title = candidates.iter().filter(|candidate| is_named_by_brand(candidate, title)).collect::<Vec<_>>();
    let of_title = without_short_forms(&of_title);
    if !of_title.is_empty() {
        return of_title;
    }
    let in_headings: Vec<_> = candidates.iter().filter(|candidate| candidate.mentions.headings > 0).collect();
    let in_headings = without_short_forms(&in_headings);
    if in_headings.len() > 1 {
        return in_headings;
    }
    most_named(candidates).into_iter().collect()
}

/// Whether the title, as it is compared, names the clinic by its brand alone: "the price lists of Xuelanting and ...".
fn is_named_by_brand(candidate: &Candidate<'_>, title: &str) -> bool {
    let brand = comparison_key(&candidate.brand);
    if brand.chars().any(is_han) {
        return brand.chars().count() >= MIN_HAN_BRAND && title.contains(&brand);
    }
    brand.len() >= MIN_LATIN_BRAND && format!(" {title} ").contains(&format!(" {brand} "))
}

/// The body's full name of a clinic that the title calls by a short one.
fn full_name<'c, 'f>(candidate: &'c Candidate<'f>, candidates: &'c [Candidate<'f>]) -> &'c Candidate<'f> {
    if candidate.first.sort != ClinicSort::Short {
        return candidate;
    }
    let same = candidates.iter().filter(|other| other.brand == candidate.brand && is_same_city(other, candidate));
    same.max_by_key(|other| (other.first.sort == ClinicSort::Named, other.mentions.all)).unwrap_or(candidate)
}

/// Of an article whose title and headings name no clinic: the longest name of the brand that the body names most.
fn most_named<'c, 'f>(candidates: &'c [Candidate<'f>]) -> Option<&'c Candidate<'f>> {
    let mut brands: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for candidate in candidates {
        let counts = brands.entry(&candidate.brand).or_default();
        counts.0 += candidate.mentions.all;
        counts.1 += candidate.mentions.lead;
    }
    let is_only = brands.len() == 1;
    let enough = |&(_, &(all, lead)): &(&&str, &(usize, usize))| is_only || all >= MIN_MENTIONS || lead > 0;
    let (&brand, _) = brands.iter().filter(enough).max_by_key(|(_, counts)| **counts)?;
    let of_brand = candidates.iter().filter(|candidate| candidate.brand == brand);
    of_brand.max_by_key(|candidate| (candidate.key.len(), std::cmp::Reverse(candidate.first.span.start)))
}

/// Leaves out names whose brand another candidate has under a longer name.
fn without_short_forms<'c, 'f>(candidates: &[&'c Candidate<'f>]) -> Vec<&'c Candidate<'f>> {
    let mut kept: Vec<&Candidate<'f>> = Vec::new();
    for (index, candidate) in candidates.iter().copied().enumerate() {
        let is_other_form = |(at, other): (usize, &&Candidate<'f>)| {
            let is_fuller = if is_same_script(other, candidate) {
                other.key.len() > candidate.key.len()
            } else {
                // Of a name in two scripts the first one counts.
                at < index
            };
            other.brand == candidate.brand && is_same_city(other, candidate) && is_fuller
        };
        if !candidates.iter().enumerate().any(is_other_form) {
            kept.push(candidate);
        }
    }
    kept
}

fn is_same_script(left: &Candidate<'_>, right: &Candidate<'_>) -> bool {
    left.key.contains(is_han) == right.key.contains(is_han)
}

fn is_same_city(left: &Candidate<'_>, right: &Candidate<'_>) -> bool {
    left.city.is_none() || right.city.is_none() || left.city == right.city
}

/// Other names of the candidate's brand.
fn aliases(candidate: &Candidate<'_>, candidates: &[Candidate<'_>]) -> Vec<String> {
    let others = candidates.iter().filter(|other| other.brand == candidate.brand && other.key != candidate.key);
    let same = others.filter(|other| is_same_city(other, candidate));
    let mut aliases: Vec<String> = Vec::new();
    for other in same {
        aliases.push(other.first.name.clone());
        if !is_same_script(other, candidate) {
            aliases.push(other.first.brand.clone());
        }
    }
    aliases.push(candidate.first.brand.clone());
    aliases
}

/// Word-by-word translations of a brand that the text repeats.
fn translated(findings: &Findings<'_>) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for mention in findings.clinics.iter().filter(|mention| mention.sort == ClinicSort::Translated) {
        *counts.entry(&mention.name).or_default() += 1;
    }
    let repeated = counts.into_iter().filter(|&(_, count)| count >= MIN_TRANSLATED);
    repeated.map(|(name, _)| name.to_owned()).collect()
}

fn distinct(aliases: Vec<String>, own_key: &str) -> Vec<String> {
    let mut known = BTreeSet::from([own_key.to_owned()]);
    let is_new = |alias: &String| {
        let key = comparison_key(alias);
        !key.is_empty() && known.insert(key)
    };
    aliases.into_iter().filter(is_new).take(MAX_ALIASES).collect()
}

/// The city of an article that names one only.
fn only_city(findings: &Findings<'_>) -> Option<String> {
    let cities: BTreeSet<&str> =
        findings.places.cities.iter().filter_map(|mention| Some(mention.city()?.adcode.as_str())).collect();
    (cities.len() == 1).then(|| cities.first().map(|&adcode| adcode.to_owned())).flatten()
}
