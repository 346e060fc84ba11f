//! Fast ways through text that is mostly ASCII: the processor compares many bytes at once.

/// Bytes that are looked at together.
pub const CHUNK: usize = 8;

/// Eight bytes of ASCII at once, the first lowest. Answers set the highest bit of a byte; their other bits are zero.
#[derive(Debug, Clone, Copy)]
pub struct Bytes(u64);

/// The byte 1, eight times.
const EACH: u64 = u64::MAX / 0xFF;
const HIGH_BITS: u64 = EACH << 7;

impl Bytes {
    /// Packs eight bytes; answers are right for those of ASCII.
    #[must_use]
    pub fn new(bytes: [u8; CHUNK]) -> Self {
        Self(u64::from_le_bytes(bytes))
    }

    /// The bytes from `least` upwards, at most 0x80: adding 0x80 - least sets the highest bit of them.
    fn at_least(self, least: u8) -> u64 {
        (self.0 & !HIGH_BITS) + EACH * u64::from(0x80 - least)
    }

    /// The bytes that are `wanted`.
    #[must_use]
    pub fn are(self, wanted: u8) -> u64 {
        let difference = Self(self.0 ^ (EACH * u64::from(wanted)));
        !difference.at_least(1) & HIGH_BITS
    }

    /// The bytes that are control characters below the space.
    #[must_use]
    pub fn are_controls(self) -> u64 {
        !self.at_least(b' ') & HIGH_BITS
    }

    /// The bytes that are letters or digits.
    #[must_use]
    pub fn are_of_words(self) -> u64 {
        let lower = Self(self.0 | (EACH * 0x20));
        let digits = self.at_least(b'0') & !self.at_least(b'9' + 1);
        let letters = lower.at_least(b'a') & !lower.at_least(b'z' + 1);
        (digits | letters) & !self.0 & HIGH_BITS
    }
}

/// How many runs of letters, digits and apostrophes begin in ASCII text; `in_word` says whether one goes on from before,
/// and then whether one may go on behind it.
pub fn count_words(ascii: &str, in_word: &mut bool) -> usize {
    let (chunks, rest) = ascii.as_bytes().as_chunks::<CHUNK>();
    let mut last = [b' '; CHUNK];
    for (to, from) in last.iter_mut().zip(rest) {
        *to = *from;
    }
    let mut count = 0;
    let mut before = u64::from(*in_word) << 7;
    for chunk in chunks.iter().chain(std::iter::once(&last)) {
        let bytes = Bytes::new(*chunk);
        let words = bytes.are_of_words() | bytes.are(b'\'');
        count += (words & !(words << 8 | before)).count_ones() as usize;
        before = words >> 56;
    }
    if let Some(&end) = ascii.as_bytes().last() {
        *in_word = end.is_ascii_alphanumeric() || end == b'\'';
    }
    count
}

/// The start of a text up to its first character that is not ASCII, and the rest.
#[must_use]
pub fn split_ascii(text: &str) -> (&str, &str) {
    split_plain(text, b' ', |_, chunk| chunk.is_ascii(), |_, byte| byte.is_ascii())
}

/// The start of a text that is plain, and the rest.
///
/// Both questions are told the byte `before`. `are_plain` is asked of bytes together, and may say no where they are;
/// `is_plain`, of one byte, decides then. What is plain must be ASCII.
pub fn split_plain(
    text: &str,
    before: u8,
    are_plain: impl Fn(u8, &[u8; CHUNK]) -> bool,
    is_plain: impl Fn(u8, u8) -> bool,
) -> (&str, &str) {
    let (chunks, _) = text.as_bytes().as_chunks::<CHUNK>();
    let (mut before, mut end) = (before, 0);
    for chunk in chunks.iter().take_while(|chunk| chunk.is_ascii()) {
        if !are_plain(before, chunk) {
            break;
        }
        let [.., last] = *chunk;
        (before, end) = (last, end + CHUNK);
    }
    for &byte in text.as_bytes().get(end..).unwrap_or_default() {
        if !byte.is_ascii() || !is_plain(before, byte) {
            break;
        }
        (before, end) = (byte, end + 1);
    }
    text.split_at_checked(end).unwrap_or(("", text))
}

/// The letters and digits of ASCII that a text begins with, and the rest.
#[must_use]
pub fn split_word(text: &str) -> (&str, &str) {
    text.split_at_checked(word_length(text.as_bytes())).unwrap_or(("", text))
}

/// How many letters and digits of ASCII `bytes` begin with.
#[must_use]
pub fn word_length(bytes: &[u8]) -> usize {
    let mut length = 0;
    while let Some(&eight) = bytes.get(length..).and_then(|rest| rest.first_chunk::<CHUNK>()) {
        let others = !Bytes::new(eight).are_of_words() & HIGH_BITS;
        if others != 0 {
            return length + (others.trailing_zeros() / 8) as usize;
        }
        length += CHUNK;
    }
    let rest = bytes.get(length..).unwrap_or_default();
    length + rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_byte_is_of_a_word_or_not() {
        for byte in 0..=u8::MAX {
            for place in 0..12 {
                let mut bytes = *b"abcdeXYZ0129";
                bytes[place] = byte;
                let expected = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                assert_eq!(word_length(&bytes), expected, "{byte} at {place}");
            }
        }
    }

    proptest! {
        #[test]
        fn questions_about_eight_bytes(bytes in "[a-cZ \\n\u{1}'09]{8}", wanted in 0_u8..0x80) {
            let chunk: [u8; CHUNK] = bytes.as_bytes().try_into().unwrap();
            let packed = Bytes::new(chunk);
            let marks = |is_it: &dyn Fn(&u8) -> bool| chunk.iter().rev().fold(0, |marks, byte| marks << 8 | u64::from(is_it(byte)) << 7);
            prop_assert_eq!(packed.are(wanted), marks(&|byte| *byte == wanted));
            prop_assert_eq!(packed.are_controls(), marks(&u8::is_ascii_control));
            prop_assert_eq!(packed.are_of_words(), marks(&u8::is_ascii_alphanumeric));
        }

        #[test]
        fn the_first_character_that_is_not_ascii_ends_it(text in "[a-c]{0,40}[a-c重é]{0,6}") {
            let (ascii, rest) = split_ascii(&text);
            prop_assert_eq!([ascii, rest].concat(), text.clone());
            prop_assert!(ascii.is_ascii());
            prop_assert!(rest.chars().next().is_none_or(|first| !first.is_ascii()));
        }

        #[test]
        fn chunks_and_bytes_agree(text in "[ab  é]{0,60}") {
            let is_plain = |before: u8, byte: u8| before != b' ' || byte != b' ';
            let by_bytes = split_plain(&text, b' ', |_, _| false, is_plain);
            let by_chunks = split_plain(&text, b' ', |before, chunk| {
                let mut before = before;
                chunk.iter().all(|&byte| is_plain(std::mem::replace(&mut before, byte), byte))
            }, is_plain);
            prop_assert_eq!(by_chunks, by_bytes);
        }
    }
}
