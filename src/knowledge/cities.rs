//! The cities, provinces and districts of China, by every name we know.
//!
//! Data: `cities.csv`, `provinces.csv`, `districts.csv`. Here they are loaded and looked up by name or code; finding
//! them in running text is [`super::places`].

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use super::error::KnowledgeError;
use super::files::{SourceText, columns, texts_of};
use super::folded::folded_phrase;
use super::lexicon::{Endings, Lexicon};
use super::part::Part;
use super::place_words::PlaceWords;

/// A municipality, special region, prefecture or county-level city.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct City {
    /// English name, e.g. `Xi'an`.
    pub name: String,
    /// Chinese name without the word for city, e.g. `西安`.
    pub hanzi: String,
    /// Official Chinese name, e.g. `西安市`.
    pub official: String,
    /// Code of GB/T 2260, e.g. `610100`.
    pub adcode: String,
    /// Its rank; of two cities of one name the higher is meant more often.
    pub level: Level,
    /// English name of its province, e.g. `Shaanxi`.
    pub province: String,
    /// Chinese name of its province as used in running text, e.g. `陕西`.
    pub province_hanzi: String,
    /// Other spellings, any script.
    pub spellings: Vec<String>,
}

/// Rank of a city, highest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Beijing, Tianjin, Shanghai, Chongqing.
    Municipality,
    /// Hong Kong, Macau.
    Region,
    /// Prefecture-level city.
    Prefecture,
    /// Autonomous prefecture, league, region.
    Autonomous,
    /// County-level city.
    County,
}

/// A province, autonomous region, municipality or special region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// First two digits of the adcodes in it.
    pub code: String,
    /// English name.
    pub name: String,
    /// Chinese name as used in running text, e.g. `吉林`.
    pub hanzi: String,
    /// Official Chinese name, e.g. `吉林省`.
    pub official: String,
    /// Other spellings.
    pub spellings: Vec<String>,
}

/// How far a name in a text can be trusted to be a city.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// Always.
    Plain,
    /// With a capital letter.
    Capital,
    /// Where a city can stand.
    Position,
    /// Before the word for city, or where the text names the province.
    Proof,
}

/// What one folded name can mean.
#[derive(Debug, Default)]
pub(super) struct Meanings {
    pub(super) cities: BTreeMap<usize, NameTrust>,
    pub(super) province: Option<usize>,
    /// The word for district or county.
    pub(super) is_district_word: bool,
}

/// The trust in a name as it is written: with an apostrophe (`Xi'an`), or without.
#[derive(Debug, Clone, Copy)]
pub(super) struct NameTrust {
    pub(super) with_apostrophe: Trust,
    pub(super) without: Trust,
}

/// Adcodes of the districts of a folded name, Chinese with 区 or 县, English without District or County.
pub(super) type Districts = HashMap<String, Vec<String>>;

/// All cities, provinces and districts.
#[derive(Debug)]
pub struct Cities {
    pub(super) all: Vec<City>,
    pub(super) provinces: Vec<Province>,
    /// The districts, for which few texts ask.
    pub(super) districts: Part<Districts>,
    pub(super) lexicon: Lexicon,
    /// By phrase of the lexicon.
    pub(super) meanings: Vec<Meanings>,
    pub(super) words: PlaceWords,
    by_adcode: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
}

const CITY_COLUMNS: [&str; 6] = ["adcode", "hanzi", "short", "english", "level", "spellings"];
const PROVINCE_COLUMNS: [&str; 5] = ["code", "hanzi", "short", "english", "spellings"];
const DISTRICT_COLUMNS: [&str; 3] = ["adcode", "hanzi", "english"];

impl Cities {
    pub(super) fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        let mut names = Names::default();
        let provinces = load_provinces(directory, &mut names)?;
        let cities = load_cities(directory, &provinces, &mut names)?;
        let districts = Part::of(directory, load_districts)?;
        let words = PlaceWords::load(directory)?;
        for word in &words.district {
            names.at(word).is_district_word = true;
        }
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (name, meaning) in &names.0 {
            let mut of_name: Vec<usize> = meaning.cities.keys().copied().collect();
            of_name.sort_by_key(|&city| cities.get(city).map(|city| (city.level, city.adcode.clone())));
            by_name.insert(name.clone(), of_name);
        }
        let by_adcode = cities.iter().enumerate().map(|(index, city)| (city.adcode.clone(), index)).collect();
        let (phrases, meanings) = names.0.into_iter().unzip();
        let lexicon = Lexicon::new(phrases, Endings::Exact);
        Ok(Self { all: cities, provinces, districts, lexicon, meanings, words, by_adcode, by_name })
    }

    /// The city with this code of GB/T 2260.
    #[must_use]
    pub fn get(&self, adcode: &str) -> Option<&City> {
        self.by_adcode.get(adcode).and_then(|&index| self.all.get(index))
    }

    pub(super) fn index_of(&self, adcode: &str) -> Option<usize> {
        self.by_adcode.get(adcode).copied()
    }

    /// Every city, by code.
    pub fn iter(&self) -> impl Iterator<Item = &City> {
        self.all.iter()
    }

    /// The cities of a name in any script or spelling, with or without 市 or City, highest level first.
    ///
    /// A code of GB/T 2260 is a name too. No city of that name gives an empty list.
    #[must_use]
    pub fn named(&self, name: &str) -> Vec<&City> {
        let name = name.trim();
        if let Some(city) = self.get(name) {
            return vec![city];
        }
        let folded = folded_phrase(name);
        let without_word = folded.strip_suffix(" city").or_else(|| folded.strip_suffix('市')).unwrap_or(&folded);
        let exact = self.by_name.get(&folded).filter(|cities| !cities.is_empty());
        let found = exact.or_else(|| self.by_name.get(without_word));
        found.into_iter().flatten().filter_map(|&index| self.all.get(index)).collect()
    }

    /// The province of a name in any script or spelling, with or without 省 or Province, or of a two-digit code.
    #[must_use]
    pub fn province(&self, name: &str) -> Option<&Province> {
        let folded = folded_phrase(name);
        let folded = folded.strip_suffix(" province").unwrap_or(&folded);
        let is_it = |province: &&Province| {
            let names = [&province.name, &province.hanzi, &province.official, &province.code];
            names.into_iter().chain(&province.spellings).any(|spelling| folded_phrase(spelling) == folded)
        };
        self.provinces.iter().find(is_it)
    }

    /// The province whose cities these codes are, all of them; none for a single city.
    #[must_use]
    pub fn province_of(&self, adcodes: &[String]) -> Option<&Province> {
        let code = adcodes.first()?.get(..2)?;
        let is_whole = adcodes.len() > 1
            && adcodes.iter().all(|adcode| adcode.starts_with(code))
            && self.all.iter().filter(|city| city.province_code() == code).count() == adcodes.len();
        self.provinces.iter().find(|province| is_whole && province.code == code)
    }

    /// Whether the province is one city: Beijing, Shanghai, Tianjin, Chongqing, Hong Kong, Macau.
    pub(super) fn is_one_city(&self, province: &Province) -> bool {
        let adcode = format!("{}0000", province.code);
        self.get(&adcode).is_some_and(|city| matches!(city.level, Level::Municipality | Level::Region))
    }

    /// The cities of a province, by code; empty when no province has this name.
    #[must_use]
    pub fn in_province(&self, name: &str) -> Vec<&City> {
        let Some(province) = self.province(name) else { return Vec::new() };
        self.all.iter().filter(|city| city.adcode.starts_with(&province.code)).collect()
    }
}

impl City {
    /// Code of the province: the first two digits of the adcode.
    #[must_use]
    pub fn province_code(&self) -> &str {
        self.adcode.get(..2).unwrap_or_default()
    }
}

/// Folded names and what they mean, in order.
#[derive(Default)]
struct Names(BTreeMap<String, Meanings>);

impl Names {
    fn at(&mut self, name: &str) -> &mut Meanings {
        self.0.entry(folded_phrase(name)).or_default()
    }

    /// Adds one spelling, with its mark, of the city with this index.
    fn add(&mut self, marked: &str, city: usize) {
        let (trust, name) = split_mark(marked);
        if name.is_empty() {
            return;
        }
        if name.contains('\'') {
            let guarded = NameTrust { with_apostrophe: trust, without: trust.max(Trust::Capital) };
            self.at(name).cities.entry(city).or_insert(guarded).with_apostrophe = trust;
            let apart = name.replace('\'', " ");
            let of_capitals = trust.max(Trust::Capital);
            let unmarked = NameTrust { with_apostrophe: of_capitals, without: of_capitals };
            self.at(&apart).cities.entry(city).or_insert(unmarked);
        } else {
            let entry =
                self.at(name).cities.entry(city).or_insert(NameTrust { with_apostrophe: trust, without: trust });
            entry.without = trust;
        }
    }
}

fn split_mark(marked: &str) -> (Trust, &str) {
    let rest = |mark: char| marked.strip_prefix(mark).map(str::trim);
    if let Some(name) = rest('^') {
        (Trust::Capital, name)
    } else if let Some(name) = rest('?') {
        (Trust::Position, name)
    } else if let Some(name) = rest('!') {
        (Trust::Proof, name)
    } else {
        (Trust::Plain, marked.trim())
    }
}

fn load_provinces(directory: Option<&Path>, names: &mut Names) -> Result<Vec<Province>, KnowledgeError> {
    let mut by_code = BTreeMap::new();
    for text in texts_of("provinces.csv", include_str!("provinces.csv"), directory)? {
        for (line, row) in text.rows(&PROVINCE_COLUMNS)? {
            let [code, official, hanzi, name, spellings] = columns(row);
            if code.len() != 2 || official.is_empty() || hanzi.is_empty() || name.is_empty() {
                return Err(text.malformed(line, "a province needs a code of two digits, hanzi, short and english"));
            }
            let spellings = listed(&spellings);
            by_code.insert(code.clone(), Province { code, name, hanzi, official, spellings });
        }
    }
    let provinces: Vec<Province> = by_code.into_values().collect();
    for (index, province) in provinces.iter().enumerate() {
        let own = [&province.name, &province.hanzi, &province.official];
        for name in own.into_iter().chain(&province.spellings) {
            names.at(name).province = Some(index);
        }
        names.at(&format!("{} Province", province.name)).province = Some(index);
    }
    Ok(provinces)
}

fn load_cities(
    directory: Option<&Path>,
    provinces: &[Province],
    names: &mut Names,
) -> Result<Vec<City>, KnowledgeError> {
    let mut by_adcode = BTreeMap::new();
    for text in texts_of("cities.csv", include_str!("cities.csv"), directory)? {
        for (line, row) in text.rows(&CITY_COLUMNS)? {
            let (city, marked) = read_city(&text, line, row, provinces)?;
            by_adcode.insert(city.adcode.clone(), (city, marked));
        }
    }
    let mut cities = Vec::with_capacity(by_adcode.len());
    for (city, marked) in by_adcode.into_values() {
        for name in &marked {
            names.add(name, cities.len());
        }
        names.add(&city.official, cities.len());
        cities.push(city);
    }
    Ok(cities)
}

/// A city and all its names with their marks.
fn read_city(
    text: &SourceText,
    line: usize,
    row: Vec<String>,
    provinces: &[Province],
) -> Result<(City, Vec<String>), KnowledgeError> {
    let [adcode, official, hanzi, name, level, spellings] = columns(row);
    if adcode.len() != 6 || !adcode.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(text.malformed(line, format!("adcode `{adcode}` is not six digits")));
    }
    let code = adcode.get(..2).unwrap_or_default();
    let Some(province) = provinces.iter().find(|province| province.code == code) else {
        let file = text.file.clone();
        return Err(KnowledgeError::Unknown { file, line, what: "province", name: code.to_owned() });
    };
    let level = match level.as_str() {
        "municipality" => Level::Municipality,
        "region" => Level::Region,
        "prefecture" => Level::Prefecture,
        "autonomous" => Level::Autonomous,
        "county" => Level::County,
        other => return Err(text.malformed(line, format!("no level `{other}`"))),
    };
    let marked: Vec<String> = [hanzi.clone(), name.clone()].into_iter().chain(listed(&spellings)).collect();
    let plain = |name: &str| split_mark(name).1.to_owned();
    if plain(&name).is_empty() || plain(&hanzi).is_empty() || official.is_empty() {
        return Err(text.malformed(line, "a city needs hanzi, short and english"));
    }
    let city = City {
        name: plain(&name),
        hanzi: plain(&hanzi),
        official,
        adcode,
        level,
        province: province.name.clone(),
        province_hanzi: province.hanzi.clone(),
        spellings: marked.iter().skip(2).map(|name| plain(name)).collect(),
    };
    Ok((city, marked))
}

fn load_districts(directory: Option<&Path>) -> Result<Districts, KnowledgeError> {
    let mut by_adcode = BTreeMap::new();
    for text in texts_of("districts.csv", include_str!("districts.csv"), directory)? {
        for (line, row) in text.rows(&DISTRICT_COLUMNS)? {
            let [adcode, hanzi, english] = columns(row);
            if adcode.len() != 6 || hanzi.is_empty() {
                return Err(text.malformed(line, "a district needs an adcode of six digits and hanzi"));
            }
            by_adcode.insert(adcode, (hanzi, english));
        }
    }
    let mut districts = Districts::with_capacity(2 * by_adcode.len());
    for (adcode, (hanzi, english)) in by_adcode {
        for name in [folded_phrase(&hanzi), folded_phrase(&english)] {
            if !name.is_empty() {
                districts.entry(name).or_default().push(adcode.clone());
            }
        }
    }
    Ok(districts)
}

fn listed(cell: &str) -> Vec<String> {
    cell.split(';').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
