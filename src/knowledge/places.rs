//! Finds cities, provinces and districts in running text, and decides which city an ambiguous name means.
//!
//! Names are whole words, or Chinese characters; a name that is also an ordinary word counts only where a city can
//! stand (marks in `cities.csv`). A name before District, County, Road and the like is no city. Of several cities of
//! one name the one whose province, district or hanzi the text names comes first, else the larger one.

use std::collections::BTreeSet;

use super::cities::{Cities, City, Meanings, Province, Trust};
use super::folded::{Folded, folded_phrase};
use super::lexicon::Found;
use super::place_context::{Context, Raw, gap_bytes};
use super::place_words::PlaceWords;
use crate::text::normalize::is_han;
use crate::text::span::Span;

/// A place of a text where a city is named.
#[derive(Debug, Clone)]
pub struct CityMention<'k> {
    /// Where.
    pub span: Span,
    /// The cities it can be, the likeliest first; never empty.
    pub readings: Vec<&'k City>,
    /// Whether the text itself decides between the readings, or there is one only.
    pub certainty: Certainty,
    /// By what the city is named.
    pub named_by: NamedBy,
}

impl<'k> CityMention<'k> {
    /// The likeliest city.
    #[must_use]
    pub fn city(&self) -> Option<&'k City> {
        self.readings.first().copied()
    }
}

/// Whether a text decides between the readings of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// One reading, or the text decides.
    Decided,
    /// Several cities share the name, and the text does not say which.
    Ambiguous,
}

/// By what a city is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// Its own name.
    Name,
    /// The name of a district or county of it.
    District,
}

/// A place of a text where a province is named.
#[derive(Debug, Clone, Copy)]
pub struct ProvinceMention<'k> {
    /// Where.
    pub span: Span,
    /// Which.
    pub province: &'k Province,
}

/// All places that a text names.
#[derive(Debug, Clone, Default)]
pub struct Places<'k> {
    /// Cities in order of their place.
    pub cities: Vec<CityMention<'k>>,
    /// Provinces that do not stand for the city of the same name.
    pub provinces: Vec<ProvinceMention<'k>>,
}

/// A clinic's type word is expected within so many bytes after a city that starts its name.
const CLINIC_NAME_BYTES: usize = 60;
/// The name of a district is looked for within so many bytes before the word for it: longer than any name.
const DISTRICT_NAME_BYTES: usize = 64;

impl Cities {
    /// The cities named in `text`, in order.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<CityMention<'_>> {
        self.places(&Folded::new(text)).cities
    }

    /// The provinces named in `text` and not meant as the city of the same name.
    #[must_use]
    pub fn province_mentions(&self, text: &str) -> Vec<ProvinceMention<'_>> {
        self.places(&Folded::new(text)).provinces
    }

    /// The cities and provinces named in `text`.
    #[must_use]
    pub fn places(&self, text: &Folded<'_>) -> Places<'_> {
        let found = self.lexicon.find(text);
        let reader = Reader { cities: self, text, found: &found, has_capitals: has_capitals(text.source()) };
        reader.read()
    }
}

struct Reader<'k, 't> {
    cities: &'k Cities,
    text: &'t Folded<'t>,
    found: &'t [Found],
    has_capitals: bool,
}

impl<'k> Reader<'k, '_> {
    fn read(&self) -> Places<'k> {
        let named_provinces = self.named_provinces();
        let mut raw: Vec<(Span, Span, Raw)> = Vec::new();
        for (index, found) in self.found.iter().enumerate() {
            let Some(meanings) = self.meanings(found) else { continue };
            if meanings.is_district_word {
                if let Some((folded, districts)) = self.district(found) {
                    while raw.pop_if(|(before, _, _)| before.overlaps(folded)).is_some() {}
                    raw.push((folded, self.text.to_source(folded), Raw::District(districts)));
                }
            } else if let Some(kind) = self.classify(index, meanings, &named_provinces) {
                raw.push((found.folded, found.span, kind));
            }
        }
        self.resolve(&raw)
    }

    fn meanings(&self, found: &Found) -> Option<&'k Meanings> {
        self.cities.meanings.get(found.phrase)
    }

    /// Codes of all provinces whose name stands anywhere, as a province or as a city of that name.
    fn named_provinces(&self) -> BTreeSet<&'k str> {
        let provinces = self.found.iter().filter_map(|found| self.meanings(found)?.province);
        provinces.filter_map(|index| self.cities.provinces.get(index)).map(|province| province.code.as_str()).collect()
    }

    /// What the name at `index` is: none when it is a road, a district's name, or an ordinary word.
    fn classify(&self, index: usize, meanings: &Meanings, named_provinces: &BTreeSet<&str>) -> Option<Raw> {
        let found = self.found.get(index)?;
        let rest = self.after(found.folded.end);
        if starts_with_any(rest, &self.words().road) || self.is_district_name(index) {
            return None;
        }
        let cities: Vec<usize> = meanings
            .cities
            .iter()
            .filter(|&(&city, trust)| {
                let written = found.span.of(self.text.source());
                let has_apostrophe = written.contains(['\'', '’', 'ʼ', '‘']);
                let trust = if has_apostrophe { trust.with_apostrophe } else { trust.without };
                self.is_trusted(index, trust, || {
                    self.cities.all.get(city).is_some_and(|city| named_provinces.contains(city.province_code()))
                })
            })
            .map(|(&city, _)| city)
            .collect();
        match meanings.province {
            Some(province) if cities.is_empty() || self.means_province(index, province) => {
                Some(Raw::Province(province))
            }
            _ => (!cities.is_empty()).then_some(Raw::Cities(cities)),
        }
    }

    fn is_trusted(&self, index: usize, trust: Trust, names_its_province: impl Fn() -> bool) -> bool {
        let Some(found) = self.found.get(index) else { return false };
        let written = found.span.of(self.text.source());
        let is_capital = written.chars().next().is_some_and(char::is_uppercase);
        let is_latin = written.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_title_case = is_capital && (written.len() <= 2 || !written.chars().all(|c| c.is_ascii_uppercase()));
        match trust {
            Trust::Plain => true,
            Trust::Capital => is_capital || !self.has_capitals,
            Trust::Position => (!is_latin || is_title_case) && self.is_city_position(index),
            Trust::Proof => {
                let proof = starts_with_any(self.after(found.folded.end), &self.words().city) || names_its_province();
                (!is_latin || is_title_case) && proof
            }
        }
    }

    /// Whether a city can stand here: after "in", before 市, between places, at the start of a clinic's name.
    fn is_city_position(&self, index: usize) -> bool {
        let Some(found) = self.found.get(index) else { return false };
        let before = self.before(found.folded.start);
        let rest = self.after(found.folded.end);
        if starts_with_any(rest, &self.words().city)
            || self.words().before.iter().any(|word| ends_with_word(before, word))
        {
            return true;
        }
        if let Some(neighbour) = index.checked_sub(1).and_then(|before| self.found.get(before))
            && neighbour.folded.end == found.folded.start
        {
            // 上海东方医院: the second name is the clinic's; 云南大理: the first is its province.
            return self
                .meanings(neighbour)
                .is_some_and(|meanings| meanings.province.is_some_and(|_| meanings.cities.is_empty()));
        }
        let window = &rest.chars().take(CLINIC_NAME_BYTES / 3).take_while(|&c| c != '\n').collect::<String>();
        !starts_with_any(rest, &self.words().kind) && self.words().clinic.iter().any(|word| window.contains(word))
    }

    /// Jilin is a city and a province: the province where the word follows, or a city of it stands beside it.
    fn means_province(&self, index: usize, province: usize) -> bool {
        let (Some(found), Some(province)) = (self.found.get(index), self.cities.provinces.get(province)) else {
            return false;
        };
        if self.cities.is_one_city(province) {
            return false;
        }
        let rest = self.after(found.folded.end);
        let is_called_city = starts_with_any(rest, &self.words().called_city);
        let folded_name = found.folded.of(self.text.text());
        let ends_so = self.words().province.iter().any(|word| folded_name.ends_with(word.trim_start()));
        if ends_so || starts_with_any(rest, &self.words().province) {
            return true;
        }
        let neighbours = [index.checked_sub(1), index.checked_add(1)];
        let has_own_city_beside = neighbours.into_iter().flatten().filter_map(|at| self.found.get(at)).any(|other| {
            let gap = gap_bytes(found.folded, other.folded);
            gap <= 2 && self.meanings(other).is_some_and(|meanings| self.is_city_of(meanings, province))
        });
        !is_called_city && has_own_city_beside
    }

    fn is_city_of(&self, meanings: &Meanings, province: &Province) -> bool {
        let mut cities = meanings.cities.keys().filter_map(|&city| self.cities.all.get(city));
        meanings.province.is_none() && cities.any(|city| city.province_code() == province.code)
    }

    /// Whether District or County follows the name.
    fn is_district_name(&self, index: usize) -> bool {
        let (Some(found), Some(next)) = (self.found.get(index), self.found.get(index + 1)) else { return false };
        let gap = next.folded.start - found.folded.end;
        gap <= 1 && self.meanings(next).is_some_and(|meanings| meanings.is_district_word)
    }

    /// The district that ends in the word found here, with the cities it can belong to.
    fn district(&self, word: &Found) -> Option<(Span, Vec<usize>)> {
        let head = self.before(word.folded.start);
        let is_near = |&start: &usize| head.len() - start <= DISTRICT_NAME_BYTES;
        let is_chinese = word.folded.of(self.text.text()).chars().all(is_han);
        let starts: Vec<usize> = if is_chinese {
            let run = head.char_indices().rev().take_while(|&(_, character)| is_han(character)).take(6);
            run.map(|(start, _)| start).collect()
        } else {
            let near = head.trim_end().char_indices().rev().take_while(|(start, _)| is_near(start));
            let words = near.filter(|&(_, character)| character == ' ').take(2);
            let first_word = [head.len() - head.trim_start().len()].into_iter().filter(is_near);
            words.map(|(start, _)| start + 1).chain(first_word).collect()
        };
        let end = if is_chinese { word.folded.end } else { word.folded.start };
        let mut candidates: Vec<(usize, &Vec<String>)> = starts
            .into_iter()
            .filter_map(|start| {
                let name = self.text.text().get(start..end)?.trim();
                self.cities.districts.get(name).map(|adcodes| (start, adcodes))
            })
            .collect();
        candidates.sort_by_key(|&(start, _)| start);
        let (start, adcodes) = candidates.first()?;
        let parents: BTreeSet<usize> = adcodes.iter().filter_map(|adcode| self.parent(adcode)).collect();
        (!parents.is_empty()).then(|| (Span::new(*start, word.folded.end), parents.into_iter().collect()))
    }

    fn parent(&self, district: &str) -> Option<usize> {
        let prefecture = format!("{}00", district.get(..4)?);
        let municipality = format!("{}0000", district.get(..2)?);
        [prefecture, municipality].iter().find_map(|adcode| self.cities.index_of(adcode))
    }

    fn resolve(&self, raw: &[(Span, Span, Raw)]) -> Places<'k> {
        let context = Context::of(raw, self.cities);
        let mut places = Places::default();
        for (folded, span, kind) in raw {
            match kind {
                Raw::Province(index) => {
                    let province = self.cities.provinces.get(*index);
                    places.provinces.extend(province.map(|province| ProvinceMention { span: *span, province }));
                }
                Raw::Cities(cities) => {
                    places.cities.extend(self.mention(&context, (*folded, *span), (cities, NamedBy::Name)));
                }
                Raw::District(parents) => {
                    let named = parents.iter().copied().filter(|parent| context.names_alone(*parent)).collect();
                    let parents = if parents.len() == 1 { parents.clone() } else { named };
                    places.cities.extend(self.mention(&context, (*folded, *span), (&parents, NamedBy::District)));
                }
            }
        }
        places
    }

    fn mention(
        &self,
        context: &Context<'_>,
        (folded, span): (Span, Span),
        (cities, named_by): (&[usize], NamedBy),
    ) -> Option<CityMention<'k>> {
        let mut readings: Vec<(i32, &'k City)> = cities
            .iter()
            .filter_map(|&index| {
                let city = self.cities.all.get(index)?;
                let support = if cities.len() > 1 { context.support(folded, index, city) } else { 0 };
                Some((support, city))
            })
            .collect();
        readings.sort_by(|(left, left_city), (right, right_city)| {
            right
                .cmp(left)
                .then_with(|| (left_city.level, &left_city.adcode).cmp(&(right_city.level, &right_city.adcode)))
        });
        let best = readings.first()?.0;
        let is_decided = readings.get(1).is_none_or(|&(next, _)| next < best);
        let certainty = if is_decided { Certainty::Decided } else { Certainty::Ambiguous };
        Some(CityMention { span, readings: readings.into_iter().map(|(_, city)| city).collect(), certainty, named_by })
    }

    fn words(&self) -> &'k PlaceWords {
        &self.cities.words
    }

    fn after(&self, folded_offset: usize) -> &str {
        self.text.text().get(folded_offset..).unwrap_or_default()
    }

    fn before(&self, folded_offset: usize) -> &str {
        self.text.text().get(..folded_offset).unwrap_or_default()
    }
}

fn starts_with_any(text: &str, words: &[String]) -> bool {
    words.iter().any(|word| {
        text.strip_prefix(word.as_str()).is_some_and(|rest| {
            !word.ends_with(|last: char| last.is_ascii_alphabetic())
                || !rest.starts_with(|next: char| next.is_ascii_alphanumeric())
        })
    })
}

fn ends_with_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|head| {
        !word.starts_with(|first: char| first.is_ascii_alphabetic())
            || !head.ends_with(|last: char| last.is_ascii_alphanumeric())
    })
}

fn has_capitals(source: &str) -> bool {
    source.bytes().any(|byte| byte.is_ascii_uppercase())
}

/// Whether two names fold to the same.
#[must_use]
pub fn is_same_name(left: &str, right: &str) -> bool {
    folded_phrase(left) == folded_phrase(right)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adcodes(cities: &Cities, text: &str) -> Vec<String> {
        cities.mentions(text).iter().filter_map(|mention| Some(mention.city()?.adcode.clone())).collect()
    }

    fn provinces(cities: &Cities, text: &str) -> Vec<String> {
        cities.province_mentions(text).iter().map(|mention| mention.province.name.clone()).collect()
    }

    #[test]
    fn the_traps_of_city_names() {
        let cities = Cities::load(None).unwrap();
        for (name, text, expected) in [
            ("Dali in Dalian", "A clinic in Dalian and no other", vec!["210200"]),
            ("prefixes in Chinese", "临湘的诊所", vec!["430682"]),
            ("Jilin the city", "Jilin Zhiling Dental Clinic", vec!["220200"]),
            ("Jilin City", "Jilin City, Jilin", vec!["220200"]),
            ("Jilin the province", "hospitals of Jilin Province", vec![]),
            ("a city of Jilin", "Changchun, Jilin", vec!["220100"]),
            ("吉林省吉林市", "吉林省吉林市的诊所", vec!["220200"]),
            ("Chaoyang District", "Chaoyang District, Beijing", vec!["110000", "110000"]),
            ("朝阳区", "北京市朝阳区的诊所", vec!["110000", "110000"]),
            ("Chaoyang the city", "Chaoyang Zhiling Dental Clinic", vec!["211300"]),
            ("东方 in a clinic's name", "上海东方医疗美容医院", vec!["310000"]),
            ("东方 as a brand alone", "东方美容医院怎么样", vec![]),
            ("东方 the city", "海南东方市的诊所", vec!["469007"]),
            ("Xian the city", "clinics in Xian", vec!["610100"]),
            ("xian 县 as a word", "Wen xian is a county of Henan", vec![]),
            ("Xi an", "clinics of Xi an", vec!["610100"]),
            ("ALI and HK as words", "ALI reported that HK dollars rose", vec![]),
            ("HK in brackets", "the clinic (HK) charges HK$500", vec![]),
            ("ordinary words", "walk a mile and bole", vec![]),
            ("a road", "on Nanjing Road, Shanghai", vec!["310000"]),
            ("南京路", "上海南京路", vec!["310000"]),
            ("old spellings", "Tsingtao and Canton", vec!["370200", "440100"]),
            ("traditional", "重慶醫保", vec!["500000"]),
            ("a query without capitals", "xian 医保", vec!["610100"]),
            ("one letter apart", "Shaanxi and Shanxi", vec![]),
            ("an unknown county", "Linhai County hospital", vec![]),
        ] {
            assert_eq!(adcodes(&cities, text), expected, "{name}: {text}");
        }
        assert_eq!(provinces(&cities, "hospitals of Jilin Province"), ["Jilin"]);
        assert_eq!(provinces(&cities, "Changchun, Jilin"), ["Jilin"]);
        assert_eq!(provinces(&cities, "Shaanxi and 山西"), ["Shaanxi", "Shanxi"]);
    }

    #[test]
    fn the_text_decides_between_cities_of_one_name() {
        let cities = Cities::load(None).unwrap();
        for (name, text, adcode, certainty) in [
            ("the province beside it", "Suzhou, Anhui", "341300", Certainty::Decided),
            ("the province elsewhere", "Suzhou is fine. Many clinics of Anhui are.", "341300", Certainty::Decided),
            ("hanzi", "Suzhou (宿州) clinics", "341300", Certainty::Decided),
            ("nothing: both are prefectures", "clinics in Suzhou", "320500", Certainty::Ambiguous),
            ("nothing: the larger", "clinics in Ji'an", "360800", Certainty::Ambiguous),
            ("Chinese is exact", "抚州的诊所", "361000", Certainty::Decided),
        ] {
            let mentions = cities.mentions(text);
            let first = mentions.first().unwrap();
            assert_eq!(first.city().map(|city| city.adcode.as_str()), Some(adcode), "{name}");
            assert_eq!(first.certainty, certainty, "{name}");
        }
    }
}
