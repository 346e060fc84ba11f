//! What we know of the world, as data: cities, topics, how clinics are named, verdicts, synonyms, stop words.
//!
//! Each file of this folder that is not Rust is data; its format stands in its first lines. A user's directory may
//! hold files of the same names: their entries add to the built-in ones, and replace those of the same key.

use std::path::Path;
use std::sync::OnceLock;
use std::thread;

pub mod chrome;
pub mod cities;
mod clinic_names;
pub mod clinics;
pub mod error;
mod files;
pub mod folded;
pub mod lexicon;
pub mod markup;
pub mod part;
pub mod phrases;
mod place_context;
mod place_words;
pub mod places;
pub mod roles;
pub mod sites;
pub mod stop_words;
pub mod synonyms;
pub mod topics;
pub mod verdicts;

use chrome::ChromeRules;
use cities::Cities;
use clinics::ClinicPatterns;
use error::KnowledgeError;
use folded::Folded;
use lexicon::Sieve;
use part::Part;
use sites::Sites;
use stop_words::StopWords;
use synonyms::Synonyms;
use topics::Topics;
use verdicts::VerdictCues;

/// Wording of page furniture.
const CHROME_FILE: &str = "chrome.toml";

/// The knowledge files, with what is built in.
const FILES: [(&str, &str); 11] = [
    (CHROME_FILE, include_str!("chrome.toml")),
    (sites::FILE, sites::BUILTIN),
    ("cities.csv", include_str!("cities.csv")),
    ("provinces.csv", include_str!("provinces.csv")),
    ("districts.csv", include_str!("districts.csv")),
    ("places.toml", include_str!("places.toml")),
    ("topics.toml", include_str!("topics.toml")),
    ("clinics.toml", include_str!("clinics.toml")),
    ("verdicts.toml", include_str!("verdicts.toml")),
    ("synonyms.toml", include_str!("synonyms.toml")),
    ("stopwords.toml", include_str!("stopwords.toml")),
];

/// Everything known, loaded once and shared; what is built in is read when it is first needed.
#[derive(Debug)]
pub struct Knowledge {
    /// What is on a page beside its article.
    pub chrome: Part<ChromeRules>,
    /// What holds for one site only.
    pub sites: Part<Sites>,
    /// Cities, provinces, districts.
    pub cities: Part<Cities>,
    /// Topics and what announces them.
    pub topics: Part<Topics>,
    /// How clinics are named.
    pub clinics: Part<ClinicPatterns>,
    /// How a sentence says yes, no, or "it depends".
    pub verdicts: Part<VerdictCues>,
    /// Phrases that mean the same, English and Chinese.
    pub synonyms: Part<Synonyms>,
    /// Words without weight in a query.
    pub stop_words: Part<StopWords>,
    sieve: OnceLock<Sieve>,
    is_ready_for_queries: OnceLock<()>,
    version: Part<u64>,
    source_version: Part<u64>,
}

impl Knowledge {
    /// The built-in knowledge.
    ///
    /// # Errors
    /// When a built-in file is wrong, which a test excludes.
    pub fn builtin() -> Result<Self, KnowledgeError> {
        Self::load(None)
    }

    /// The built-in knowledge, with the entries of the files in `directory` added, or put in the place of those of
    /// the same key. Files that the directory does not hold stay as built in.
    ///
    /// # Errors
    /// When the directory or a file cannot be read, or a line is wrong; the error names file and line.
    pub fn with_directory(directory: &Path) -> Result<Self, KnowledgeError> {
        if let Err(source) = std::fs::read_dir(directory) {
            return Err(KnowledgeError::Unreadable { file: directory.to_owned(), source });
        }
        Self::load(Some(directory))
    }

    /// Changes whenever any content of the knowledge changes by which the blocks of a page are cleaned and recognised;
    /// that must then be done again.
    #[must_use]
    pub fn version(&self) -> u64 {
        *self.version
    }

    /// Changes whenever any content of the knowledge changes by which blocks are made of a page: its source must then be
    /// read again.
    #[must_use]
    pub fn source_version(&self) -> u64 {
        *self.source_version
    }

    /// Reads all that reading pages needs, on all cores; what is not read now is read when it is first needed.
    pub fn prepare(&self) {
        rayon::scope(|scope| {
            scope.spawn(|_| self.cities.districts.prepare());
            scope.spawn(|_| self.chrome.prepare());
            scope.spawn(|_| self.topics.prepare());
            scope.spawn(|_| self.verdicts.prepare());
            scope.spawn(|_| self.clinics.prepare());
            scope.spawn(|_| self.sites.prepare());
        });
    }

    /// Reads all that queries need, on two cores, the first time it is called; each takes about as long.
    pub fn prepare_queries(&self) {
        self.is_ready_for_queries.get_or_init(|| {
            // Threads of their own: one of a pool may take up another query meanwhile, which would wait for this one.
            thread::scope(|scope| {
                // Without a second thread it takes longer, no more.
                let _ = thread::Builder::new().spawn_scoped(scope, || {
                    self.cities.prepare();
                    self.verdicts.prepare();
                });
                self.topics.prepare();
                self.clinics.prepare();
                self.synonyms.prepare();
                self.stop_words.prepare();
            });
        });
    }

    /// A text ready to be searched for places, topics and clinics, one after another.
    #[must_use]
    pub fn folded<'a>(&self, text: &'a str) -> Folded<'a> {
        let lexicons = || [&self.cities.lexicon, &self.topics.lexicon, &self.clinics.lexicon];
        Folded::new(text).sifted_by(self.sieve.get_or_init(|| Sieve::of(&lexicons())))
    }

    fn load(directory: Option<&Path>) -> Result<Self, KnowledgeError> {
        Ok(Self {
            chrome: Part::of(directory, chrome_rules)?,
            sites: Part::of(directory, Sites::load)?,
            cities: Part::of(directory, Cities::load)?,
            topics: Part::of(directory, Topics::load)?,
            clinics: Part::of(directory, ClinicPatterns::load)?,
            verdicts: Part::of(directory, VerdictCues::load)?,
            synonyms: Part::of(directory, Synonyms::load)?,
            stop_words: Part::of(directory, StopWords::load)?,
            sieve: OnceLock::new(),
            is_ready_for_queries: OnceLock::new(),
            version: Part::of(directory, |directory| version(directory, |file| file != sites::FILE))?,
            source_version: Part::of(directory, |directory| version(directory, |file| file == sites::FILE))?,
        })
    }
}

/// The names of the knowledge files.
pub fn file_names() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().map(|(name, _)| name)
}

/// The built-in text of a knowledge file.
#[must_use]
pub fn text_of(name: &str) -> Option<&'static str> {
    FILES.into_iter().find(|(own, _)| *own == name).map(|(_, text)| text)
}

fn chrome_rules(directory: Option<&Path>) -> Result<ChromeRules, KnowledgeError> {
    let builtin = ChromeRules::builtin();
    let Some(own) = directory.map(|directory| directory.join(CHROME_FILE)).filter(|file| file.is_file()) else {
        return Ok(builtin);
    };
    let text = std::fs::read_to_string(&own);
    let text = text.map_err(|source| KnowledgeError::Unreadable { file: own.clone(), source })?;
    Ok(builtin.extend(ChromeRules::parse(&own.to_string_lossy(), &text)?))
}

fn version(directory: Option<&Path>, of: impl Fn(&str) -> bool) -> Result<u64, KnowledgeError> {
    let mut hasher = blake3::Hasher::new();
    for (name, builtin) in FILES.into_iter().filter(|(name, _)| of(name)) {
        for source in files::texts_of(name, builtin, directory)? {
            hasher.update(name.as_bytes()).update(&(source.text.len() as u64).to_le_bytes());
            hasher.update(source.text.as_bytes());
        }
    }
    let hash = hasher.finalize();
    Ok(hash.as_bytes().iter().take(8).fold(0, |number, &byte| (number << 8) | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn built_in_files_are_right() {
        let knowledge = Knowledge::builtin().unwrap();
        assert_eq!(knowledge.cities.iter().count(), 746);
        assert_eq!(knowledge.topics.iter().count(), 54);
        assert!(knowledge.synonyms.len() >= 300);
        assert!(!knowledge.chrome.matches("Share", "share").is_empty());
        assert!(knowledge.verdicts.is_question("Can it be reimbursed"));
        assert_eq!(knowledge.clinics.brand_of("Zhiling Dental Clinic"), "zhiling");
        assert!(knowledge.stop_words.is_stop_word("the"));
        for city in knowledge.cities.iter() {
            for name in [&city.name, &city.hanzi, &city.official].into_iter().chain(&city.spellings) {
                let named = knowledge.cities.named(name);
                assert!(named.iter().any(|found| found.adcode == city.adcode), "{name} of {}", city.adcode);
            }
            assert!(!city.province.is_empty() && !city.province_hanzi.is_empty(), "{}", city.name);
        }
        for topic in knowledge.topics.iter() {
            assert!(topic.refines.as_deref().is_none_or(|wider| knowledge.topics.get(wider).is_some()), "{}", topic.id);
            for label in [&topic.id, &topic.label, &topic.label_zh] {
                assert_eq!(knowledge.topics.named(label).map(|named| &named.id), Some(&topic.id), "{label}");
            }
            for trigger in &topic.triggers {
                assert!(!knowledge.topics.mentions(trigger).is_empty(), "{trigger} of {}", topic.id);
            }
        }
    }

    #[test]
    fn names_in_any_spelling() {
        let cities = Knowledge::builtin().unwrap().cities;
        for (name, adcode) in [
            ("Tsingtao", "370200"),
            ("重慶", "500000"),
            ("Xian", "610100"),
            ("xi’an", "610100"),
            ("Dalian City", "210200"),
            ("大连市", "210200"),
            ("Ürümqi", "650100"),
            ("Jilin", "220200"),
            ("500000", "500000"),
            ("Suzhou", "320500"),
        ] {
            assert_eq!(cities.named(name).first().map(|city| city.adcode.as_str()), Some(adcode), "{name}");
        }
        assert_eq!(cities.named("Suzhou").len(), 2);
        assert!(cities.named("Atlantis").is_empty());
        assert_eq!(cities.in_province("Liaoning").len(), cities.in_province("辽宁省").len());
        assert!(cities.in_province("Liaoning").iter().any(|city| city.name == "Dalian"));
    }

    #[test]
    fn a_directory_adds_and_overrides() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| fs::write(directory.path().join(name), text).unwrap();
        write(
            "cities.csv",
            "adcode,hanzi,short,english,level,spellings\n219900,新城市,新城,Newtown,county,New Town\n210200,大连市,大连,Dalian,prefecture,Dalny\n",
        );
        write("synonyms.toml", "[mine]\ngreeting = [\"hello\", \"你好\"]\n");
        let knowledge = Knowledge::with_directory(directory.path()).unwrap();
        assert_eq!(knowledge.cities.iter().count(), 747, "one city is new, one replaced");
        assert_eq!(knowledge.cities.named("New Town").len(), 1);
        assert_eq!(knowledge.cities.named("Dalny").len(), 1);
        assert!(knowledge.cities.named("Dairen").is_empty(), "the entry is replaced as a whole");
        assert_eq!(knowledge.synonyms.mentions("say hello").first().map(|mention| mention.group), Some("greeting"));
        assert_ne!(knowledge.version(), Knowledge::builtin().unwrap().version());
    }

    #[test]
    fn a_wrong_line_is_reported_with_its_file() {
        for (name, file, text, expected) in [
            (
                "columns",
                "cities.csv",
                "adcode,hanzi,short,english,level,spellings\n1,2\n",
                "cities.csv:2: 2 columns, but 6 are expected",
            ),
            (
                "code",
                "cities.csv",
                "adcode,hanzi,short,english,level,spellings\n# x\n12,甲市,甲,A,county,\n",
                "cities.csv:3: adcode `12` is not six digits",
            ),
            (
                "province",
                "cities.csv",
                "adcode,hanzi,short,english,level,spellings\n990100,甲市,甲,A,county,\n",
                "cities.csv:2: no province `99` is known",
            ),
            (
                "twice",
                "provinces.csv",
                "code,hanzi,short,english,spellings\n11,a,a,a,\n11,b,b,b,\n",
                "provinces.csv:3: `11` is listed twice",
            ),
            (
                "topic",
                "topics.toml",
                "# mine\n[topic.X]\nkind = \"aspect\"\nen = \"x\"\nzh = \"x\"\ntriggers = [\"x\"]\n",
                "topics.toml:2: topic `X`",
            ),
            ("syntax", "topics.toml", "\n\n[topic.x\n", "topics.toml:3: "),
            ("section", "stopwords.toml", "[wrods]\nmine = [\"x\"]\n", "stopwords.toml:2: no section `wrods`"),
            ("empty", "synonyms.toml", "[a]\nb = [\"x\",\n \" \"]\n", "synonyms.toml:3: a phrase is empty"),
        ] {
            let directory = tempfile::tempdir().unwrap();
            fs::write(directory.path().join(file), text).unwrap();
            let error = Knowledge::with_directory(directory.path()).unwrap_err().to_string();
            let inside = error.strip_prefix(&format!("{}/", directory.path().display())).unwrap_or(&error);
            assert!(inside.starts_with(expected), "{name}: {error}");
        }
        assert!(Knowledge::with_directory(Path::new("no such directory")).is_err());
    }

    #[test]
    fn words_without_weight() {
        let stop_words = Knowledge::builtin().unwrap().stop_words;
        for (word, expected) in
            [("the", true), ("can", true), ("的", true), ("什么", true), ("insur", false), ("医保", false)]
        {
            assert_eq!(stop_words.is_stop_word(word), expected, "{word}");
        }
        let query = "Please tell me, can Dalian 医保能不能报销吗";
        let noise: Vec<_> = stop_words.noise_spans(query).into_iter().map(|span| span.of(query)).collect();
        assert_eq!(noise, ["Please tell me", "can", "能不能", "吗"]);
    }

    #[test]
    fn what_asks_for_a_definition() {
        let stop_words = Knowledge::builtin().unwrap().stop_words;
        for (query, expected) in [
            ("What is ptosis?", true),
            ("what are fractional lasers", true),
            ("什么是埋线双眼皮", true),
            ("点阵激光是什么", true),
            ("Is insurance accepted?", false),
            ("医保能报销吗", false),
        ] {
            assert_eq!(stop_words.asks_for_definition(query), expected, "{query}");
        }
        let defining = stop_words.defining_words();
        assert!(["is", "refer", "是", "是指"].into_iter().all(|word| defining.contains(word)), "{defining:?}");
    }

    #[test]
    fn what_asks_for_a_number() {
        let stop_words = Knowledge::builtin().unwrap().stop_words;
        for (query, expected) in [
            ("How long does an implant last?", true),
            ("In what year did the clinic open", true),
            ("种植牙多少钱", true),
            ("Is insurance accepted?", false),
            ("a longing for whenever", false),
            ("医保能报销吗", false),
        ] {
            assert_eq!(stop_words.asks_for_number(query), expected, "{query}");
        }
        let numbers = stop_words.number_words();
        for (word, expected) in [("three", true), ("两个", true), ("个", false), ("一", false), ("种", false)] {
            assert_eq!(numbers.contains(word), expected, "{word}");
        }
    }
}
