//! How long a text is for a reader, whatever its script.

use super::normalize::is_han;

/// Length of a text in words and Han characters; a number is a word.
#[must_use]
pub fn units(text: &str) -> usize {
    let mut count = 0;
    let mut in_word = false;
    let mut rest = text;
    while let Some(last) = rest.len().checked_sub(1) {
        let plain = rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(last + 1);
        let (ascii, other) = rest.split_at_checked(plain).unwrap_or((rest, ""));
        if let (Some(first), Some(end)) = (ascii.bytes().next(), ascii.bytes().next_back()) {
            let neighbours = ascii.bytes().zip(ascii.bytes().skip(1));
            let starts: usize =
                neighbours.map(|(left, right)| usize::from(!is_of_word(left) & is_of_word(right))).sum();
            count += starts + usize::from(is_of_word(first) && !in_word);
            in_word = is_of_word(end);
        }
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

/// Whether an ASCII character is part of a word.
fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'\''
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
