//! Which of several cities of one name a text means: its provinces, districts and other names speak for one of them.

use std::collections::{BTreeMap, BTreeSet};

use super::cities::{Cities, City};
use crate::text::span::Span;

/// A province this many bytes before or after a city belongs to it ("Suzhou, Anhui", "安徽省宿州").
const NEIGHBOUR_BYTES: usize = 12;
/// A text that names more cities than this is no evidence that they are of one province.
const MAX_SIBLINGS: usize = 2;

/// What a found name is, before the readings are weighed.
pub(super) enum Raw {
    Cities(Vec<usize>),
    Province(usize),
    District(Vec<usize>),
}

/// What the text says about which city is meant.
#[derive(Default)]
pub(super) struct Context<'r> {
    provinces: Vec<(Span, &'r str)>,
    /// How often each is named.
    province_counts: BTreeMap<&'r str, usize>,
    /// Cities that some name can only mean.
    cities: BTreeSet<usize>,
    /// Provinces of those, with how many there are.
    sibling_provinces: Vec<String>,
}

impl<'r> Context<'r> {
    /// What the names of a text, with their folded and source places, say.
    pub(super) fn of(raw: &[(Span, Span, Raw)], cities: &'r Cities) -> Self {
        let mut context = Self::default();
        for (folded, _, kind) in raw {
            match kind {
                Raw::Province(index) => {
                    let province = cities.provinces.get(*index);
                    context.provinces.extend(province.map(|province| (*folded, province.code.as_str())));
                    if let Some(province) = province {
                        *context.province_counts.entry(province.code.as_str()).or_default() += 1;
                    }
                }
                Raw::Cities(found) | Raw::District(found) => {
                    if let [only] = found.as_slice() {
                        context.cities.insert(*only);
                    }
                }
            }
        }
        let provinces = context.cities.iter().filter_map(|&index| cities.all.get(index));
        if context.cities.len() <= MAX_SIBLINGS {
            context.sibling_provinces = provinces.map(|city| city.province_code().to_owned()).collect();
        }
        context
    }

    /// Whether some name of the text can only mean the city with this index.
    pub(super) fn names_alone(&self, index: usize) -> bool {
        self.cities.contains(&index)
    }

    /// Whether the province of this code is named right before or after the name at `folded`.
    fn is_beside_province(&self, folded: Span, code: &str) -> bool {
        let from = self.provinces.partition_point(|&(span, _)| span.end + NEIGHBOUR_BYTES < folded.start);
        let near = self.provinces.iter().skip(from).take_while(|(span, _)| span.start <= folded.end + NEIGHBOUR_BYTES);
        near.into_iter().any(|&(_, name)| name == code)
    }

    /// How strongly the text speaks for this reading of the name at `folded`.
    pub(super) fn support(&self, folded: Span, index: usize, city: &City) -> i32 {
        let code = city.province_code();
        let beside = self.is_beside_province(folded, code);
        let anywhere = self.province_counts.get(code).copied().unwrap_or(0);
        let named_alone = self.cities.contains(&index);
        let siblings = self.sibling_provinces.iter().filter(|name| *name == code).count();
        let counted = |count: usize, weight: i32| weight * i32::try_from(count.min(9)).unwrap_or(9);
        i32::from(beside) * 1000 + i32::from(named_alone) * 500 + counted(anywhere, 20) + counted(siblings.min(1), 2)
    }
}

/// Bytes between two names.
pub(super) fn gap_bytes(left: Span, right: Span) -> usize {
    if left.start <= right.start { right.start.saturating_sub(left.end) } else { left.start.saturating_sub(right.end) }
}
