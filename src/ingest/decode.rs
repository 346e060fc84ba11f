//! Bytes → text: byte order mark, declared charset, and, where that fails, detection. Says when bytes are no text.

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How many bytes at the start of a page are searched for a declared charset; the HTML standard says 1024, pages say
/// later.
const DECLARATION_BYTES: usize = 2048;
/// How many bytes are looked at to tell text from anything else.
const SNIFFED_BYTES: usize = 4096;

/// So many bytes are enough to tell a charset by.
const DETECTION_BYTES: usize = 256 << 10;

/// Bytes that hold no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not text (looks like {looks_like})")]
pub struct NotText {
    /// What they look like instead.
    pub looks_like: &'static str,
}

/// Decodes a page. `declared` is a charset named outside the content (HTTP header).
///
/// Order: byte order mark, UTF-8 if it fits, `declared`, `<meta>` or XML declaration, detection. A declared charset under
/// which many characters are invalid is not believed. A last character that is cut off is left out.
///
/// # Errors
/// [`NotText`] for pictures, archives, executables and other binary content.
pub fn decode(bytes: &[u8], declared: Option<&str>) -> Result<String, NotText> {
    if let Some((encoding, mark_length)) = Encoding::for_bom(bytes) {
        return Ok(decoded(bytes.get(mark_length..).unwrap_or_default(), encoding));
    }
    if let Some(encoding) = utf_16_without_mark(bytes) {
        return Ok(decoded(bytes, encoding));
    }
    if let Some(looks_like) = binary_kind(bytes) {
        return Err(NotText { looks_like });
    }
    if let Some(text) = as_utf_8(bytes) {
        return Ok(text.to_owned());
    }
    let label = declared.map(str::to_owned).or_else(|| declared_in(bytes));
    if let Some(encoding) = label.and_then(|label| Encoding::for_label(label.trim().as_bytes())) {
        // GB18030 holds GBK, which holds GB2312; pages name any of them.
        let encoding = if encoding == GBK { GB18030 } else { encoding };
        let text = decoded(bytes, encoding);
        if is_plausible(&text) {
            return Ok(text);
        }
    }
    let text = decoded(bytes, guessed(bytes));
    if is_plausible(&text) { Ok(text) } else { Ok(decoded(bytes, UTF_8)) }
}

/// The charset that the bytes look most like.
pub(super) fn guessed(bytes: &[u8]) -> &'static Encoding {
    let bytes = bytes.get(..DETECTION_BYTES).unwrap_or(bytes);
    if has_signs_only(bytes) {
        return WINDOWS_1252;
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    // Not the last bytes, as far as it knows: a character that is cut off speaks against no charset.
    detector.feed(bytes, false);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

/// Whether beside ASCII there are single bytes only, apart from all letters, which windows-1252 reads as signs: of "Home »
/// News", nothing tells a detector that the sign is no letter of Central Europe.
fn has_signs_only(bytes: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, 0xA0..=0xBF) && !matches!(byte, 0xAA | 0xBA);
    let byte_at = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(b' ');
    let is_apart = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphabetic();
    // From here on single bytes may be the second halves of Chinese characters.
    let is_half = |byte: u8| byte >= b'@';
    let mut others = bytes.iter().enumerate().filter(|(_, byte)| !byte.is_ascii()).peekable();
    others.peek().is_some()
        && others.all(|(at, byte)| {
            let (before, after) = (byte_at(at.checked_sub(1)), byte_at(Some(at + 1)));
            is_sign(byte) && is_apart(before) && is_apart(after) && !is_half(after)
        })
}

/// The text of `bytes`, without a last character that is cut off.
fn decoded(bytes: &[u8], encoding: &'static Encoding) -> String {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len()));
    // The text is large enough for all of it, and what is not whole stays in the decoder.
    let _ = decoder.decode_to_string(bytes, &mut text, false);
    text
}

/// The bytes as UTF-8, without a last character that is cut off; none when they are something else.
fn as_utf_8(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        // Of ASCII and one byte more, that byte is as likely a whole character of an older charset: "caf\xE9".
        Err(error) if error.error_len().is_none() => {
            let whole = bytes.get(..error.valid_up_to()).filter(|whole| !whole.is_ascii())?;
            std::str::from_utf8(whole).ok()
        }
        Err(_) => None,
    }
}

/// At most one character in fifty is a replacement for an invalid one.
fn is_plausible(text: &str) -> bool {
    let invalid = text.chars().filter(|&character| character == '\u{FFFD}').count();
    invalid * 50 <= text.chars().count()
}

/// The charset that the page names in its first bytes.
fn declared_in(bytes: &[u8]) -> Option<String> {
    let head: String =
        bytes.iter().take(DECLARATION_BYTES).map(|&byte| char::from(byte).to_ascii_lowercase()).collect();
    let rest = ["charset=", "encoding="].iter().find_map(|key| head.split_once(key).map(|(_, rest)| rest))?;
    let rest = rest.trim_start_matches(['"', '\'', ' ']);
    let end = rest.find(|character: char| !character.is_ascii_alphanumeric() && !"-_:".contains(character));
    let label = rest.get(..end.unwrap_or(rest.len()))?;
    (!label.is_empty()).then(|| label.to_owned())
}

/// UTF-16 without a mark. In no other charset does every second byte make such plain text: Latin letters, Chinese
/// characters and their punctuation.
fn utf_16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes.get(..bytes.len().min(SNIFFED_BYTES) / 2 * 2).unwrap_or_default();
    if head.len() < 16 || !head.contains(&0) || std::str::from_utf8(head).is_ok_and(|text| !text.contains('\0')) {
        return None;
    }
    [UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        let text = encoding.decode_without_bom_handling(head).0;
        let all = text.chars().count();
        let plain = text.chars().filter(|&character| is_plain(character)).count();
        plain * 20 >= all * 19
    })
}

fn is_plain(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='~' | '\u{A0}'..='\u{FF}' | '\u{2010}'..='\u{2027}'
        | '\u{3000}'..='\u{303F}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}')
}

/// Names the format whose mark stands at the beginning, when it is none of text.
pub(super) fn binary_format(bytes: &[u8]) -> Option<&'static str> {
    const MAGIC: [(&[u8], &str); 10] = [
        (b"\xFF\xD8\xFF", "JPEG"),
        (b"\x89PNG", "PNG"),
        (b"GIF8", "GIF"),
        (b"%PDF", "PDF"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1F\x8B", "gzip"),
        (b"\x28\xB5\x2F\xFD", "zstd"),
        (b"\x7FELF", "a program"),
        (b"RIFF", "WebP or sound"),
        (b"\xD0\xCF\x11\xE0", "an old Office file"),
    ];
    MAGIC.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name)
}

/// Names what the bytes are, when they are no text.
fn binary_kind(bytes: &[u8]) -> Option<&'static str> {
    if let Some(name) = binary_format(bytes) {
        return Some(name);
    }
    let head = bytes.get(..bytes.len().min(SNIFFED_BYTES)).unwrap_or_default();
    let control = head.iter().filter(|&&byte| byte < 0x20 && !matches!(byte, 0x08..=0x0D | 0x1B)).count();
    (control * 20 > head.len()).then_some("binary data")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn charsets() {
        let chinese = "重庆医保能报销整形美容吗？这家诊所的项目一般不能报销。";
        let (gbk, _, _) = GBK.encode(chinese);
        let (big5, _, _) = encoding_rs::BIG5.encode("重慶醫療美容診所的項目一般不能報銷嗎這家診所");
        let with_meta = [b"<meta charset=gb2312>".as_slice(), &gbk].concat();
        let utf16: Vec<u8> = "plain words here".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let chinese_utf16: Vec<u8> =
            "重庆医保\n能报销吗？大连不能。\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let utf16_mark = [b"\xFF\xFE".as_slice(), &utf16].concat();
        let utf16_big: Vec<u8> =
            b"\xFE\xFF".iter().copied().chain("重庆医保".encode_utf16().flat_map(u16::to_be_bytes)).collect();
        let (four_bytes, _, _) = GB18030.encode("重庆医保\u{1F600}能报销");
        let (in_big5, _, _) = encoding_rs::BIG5.encode("重慶醫療美容診所");
        let wrong_meta = [b"<meta charset=latin1>".as_slice(), &in_big5].concat();
        let meta_big5 = [b"<meta charset=\"big5\">".as_slice(), &in_big5].concat();
        for (name, bytes, declared, expected) in [
            ("utf-8", chinese.as_bytes(), None, chinese),
            ("utf-8 wrongly declared", chinese.as_bytes(), Some("latin1"), chinese),
            ("gbk declared", &gbk, Some("gb2312"), chinese),
            ("gbk undeclared", &gbk, None, chinese),
            ("big5", &big5, Some("big5"), "重慶醫療美容診所的項目一般不能報銷嗎這家診所"),
            ("utf-16 without mark", &utf16, None, "plain words here"),
            ("chinese utf-16 without mark", &chinese_utf16, None, "重庆医保\n能报销吗？大连不能。\n"),
            ("utf-16 with mark", &utf16_mark, None, "plain words here"),
            ("a mark before the header", &utf16_mark, Some("gb2312"), "plain words here"),
            ("big-endian with mark", &utf16_big, None, "重庆医保"),
            ("gb18030, four bytes", &four_bytes, Some("GB18030"), "重庆医保\u{1F600}能报销"),
            ("header before meta", &wrong_meta, Some("big5"), "<meta charset=latin1>重慶醫療美容診所"),
            ("meta before detection", &meta_big5, None, "<meta charset=\"big5\">重慶醫療美容診所"),
            ("a header that does not fit", &gbk, Some("shift_jis"), chinese),
            ("windows-1252 as latin-1", b"caf\xE9 \x93au lait\x94", Some("iso-8859-1"), "café “au lait”"),
            ("a sign alone", b"Home \xBB News \xBB Who pays, \xA92024?", None, "Home » News » Who pays, ©2024?"),
            (
                "letters of Central Europe",
                b"dob\xF8e, m\xECl jsem zl\xFD sen \xBEe",
                None,
                "dobře, měl jsem zlý sen že",
            ),
            (
                "a sign that is a letter",
                b"Za kolik? To nev\xEDm, \xB9koda.",
                Some("iso-8859-2"),
                "Za kolik? To nevím, škoda.",
            ),
            ("empty", b"", None, ""),
        ] {
            assert_eq!(decode(bytes, declared).as_deref(), Ok(expected), "{name}");
        }
        assert!(decode(&with_meta, None).is_ok_and(|text| text.ends_with(chinese)), "gbk in meta");
        assert!(decode(b"caf\xE9 au lait, gar\xE7on", Some("iso-8859-1")).is_ok_and(|text| text.contains("café")));
    }

    #[test]
    fn signs_alone_say_little() {
        for (name, bytes, is_told) in [
            ("separators", b"Home \xBB News \xB7 \xA9 2024".as_slice(), true),
            ("no other bytes: a feed may go on in Chinese", b"Home > News", false),
            ("half of a character of Big5", b"one \xA4@ two", false),
            ("beside a letter", b"by\xB3 tam", false),
            ("two in a row", b"\xD6\xD8\xC7\xEC", false),
        ] {
            assert_eq!(has_signs_only(bytes), is_told, "{name}");
        }
    }

    #[test]
    fn a_character_that_is_cut_off_is_left_out() {
        let chinese = "重庆医保能报销整形美容吗";
        let (gb18030, _, _) = GB18030.encode(chinese);
        let (four_bytes, _, _) = GB18030.encode("重庆医保\u{1F600}");
        let utf16_mark: Vec<u8> =
            b"\xFF\xFE".iter().copied().chain(chinese.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        let utf8_mark = format!("\u{FEFF}{chinese}");
        let without_last = "重庆医保能报销整形美容";
        for (name, bytes, cut, declared, expected) in [
            ("utf-8, one byte missing", chinese.as_bytes(), 1, None, without_last),
            ("utf-8, two bytes missing", chinese.as_bytes(), 2, Some("gb2312"), without_last),
            ("utf-8 with mark", utf8_mark.as_bytes(), 1, None, without_last),
            ("gb18030 declared", &gb18030, 1, Some("gb18030"), without_last),
            ("gb18030 undeclared", &gb18030, 1, None, without_last),
            ("four bytes of gb18030", &four_bytes, 1, Some("gbk"), "重庆医保"),
            ("utf-16 with mark", &utf16_mark, 1, None, without_last),
            ("latin-1 is whole", b"caf\xE9", 0, Some("latin1"), "café"),
        ] {
            assert_eq!(decode(&bytes[..bytes.len() - cut], declared).as_deref(), Ok(expected), "{name}");
        }
    }

    #[test]
    fn binary_is_named() {
        for (bytes, kind) in [(b"\xFF\xD8\xFF\xE0abc".as_slice(), "JPEG"), (b"\x00\x01\x02\x03", "binary data")] {
            assert_eq!(decode(bytes, None), Err(NotText { looks_like: kind }));
        }
    }
}
