//! How Chinese names are written in Latin letters: Hanyu Pinyin without tones and spaces.

use pinyin::ToPinyin;

use super::normalize::{comparison_key, is_han};

/// A name as names are compared: folded, letters and digits only, without spaces; `Zao Mei-fang` is `zaomeifang`.
#[must_use]
pub fn squashed(name: &str) -> String {
    let mut key = comparison_key(name);
    key.retain(|character| character != ' ');
    key
}

/// The pinyin of a name with Chinese characters, squashed: `zaomeifang` of 早美芳; `None` of a name without any.
///
/// A character with several readings has its usual one; one that has none stays as it is.
#[must_use]
pub fn pinyin(name: &str) -> Option<String> {
    let name = squashed(name);
    if !name.contains(is_han) {
        return None;
    }
    let mut out = String::with_capacity(2 * name.len());
    for character in name.chars() {
        match character.to_pinyin() {
            Some(reading) => out.push_str(&reading.plain().replace('ü', "v")),
            None => out.push(character),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (name, expected) in [
            ("早美芳", Some("zaomeifang")),
            ("愛爾眼科", Some("aieryanke")),
            ("瑞 丽 101", Some("ruili101")),
            ("绿城", Some("lvcheng")),
            ("Zhiling", None),
            ("", None),
        ] {
            assert_eq!(pinyin(name).as_deref(), expected, "{name}");
        }
        assert_eq!(squashed("Zao Mei-fang’s"), "zaomeifangs");
    }
}
