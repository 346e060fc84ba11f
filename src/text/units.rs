//! How long a text is for a reader, whatever its script.

use super::ascii::{count_words, split_ascii};
use super::normalize::is_han;

/// Length of a text in words and Han characters; a number is a word.
#[must_use]
pub fn units(text: &str) -> usize {
    let mut count = 0;
    let mut in_word = false;
    let mut rest = text;
    while !rest.is_empty() {
        let (ascii, other) = split_ascii(rest);
        count += count_words(ascii, &mut in_word);
        let mut characters = other.chars();
        while let Some(character) = characters.clone().next().filter(|character| !character.is_ascii()) {
            characters.next();
            let han = is_han(character);
            let letter = !han && character.is_alphanumeric();
            count += usize::from(han || letter && !in_word);
            in_word = letter;
        }
        rest = characters.as_str();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_characters() {
        for (text, expected) in [
            ("", 0),
            ("Ask a nurse", 3),
            ("it's 24 hours, isn't it?", 5),
            ("重庆 medical 保险", 5),
            ("café-bar", 2),
            ("—— …", 0),
        ] {
            assert_eq!(units(text), expected, "{text}");
        }
    }
}
