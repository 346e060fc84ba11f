//! Character references (`&amp;`, `&#20013;`) of text that html5ever did not read: the common names and all numbers.

use std::borrow::Cow;

/// The names that occur in running text.
const NAMES: [(&str, char); 22] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", '\u{A0}'),
    ("hellip", '…'),
    ("mdash", '—'),
    ("ndash", '–'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("middot", '·'),
    ("bull", '•'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("times", '×'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("deg", '°'),
];
/// The longest reference that is read, in bytes, without `&` and `;`.
const MAX_REFERENCE_BYTES: usize = 10;

/// The text with its character references replaced; what is none stays as it is.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.bytes().take(MAX_REFERENCE_BYTES + 1).position(|byte| byte == b';');
        let reference = end.and_then(|end| Some((character(part.get(..end)?)?, part.get(end + 1..)?)));
        if let Some((character, rest)) = reference {
            out.push(character);
            out.push_str(rest);
        } else {
            out.push('&');
            out.push_str(part);
        }
    }
    Cow::Owned(out)
}

fn character(reference: &str) -> Option<char> {
    let Some(number) = reference.strip_prefix('#') else {
        return NAMES.iter().find(|(name, _)| *name == reference).map(|&(_, character)| character);
    };
    let number = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => number.parse(),
    };
    number.ok().and_then(char::from_u32)
}

#[cfg(test)]
mod tests {
    use super::decoded;

    #[test]
    fn references() {
        for (name, text, expected) in [
            ("names", "a &amp; b&nbsp;c", "a & b\u{A0}c"),
            ("numbers", "&#20013;&#x56FD;", "中国"),
            ("once only", "&amp;lt;", "&lt;"),
            ("none", "R&D; a & b &; &unknown; &#x110000;", "R&D; a & b &; &unknown; &#x110000;"),
        ] {
            assert_eq!(decoded(text), expected, "{name}");
        }
    }
}
