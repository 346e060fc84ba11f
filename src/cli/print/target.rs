//! Where links point to. Addresses come from pages: only those of the web pass, written so that they end no link early.

use std::fmt::Write as _;
use std::path::Path;

/// The address as a target, when it is one of the web.
pub(in crate::cli) fn web(address: &str) -> Option<String> {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase())?;
    matches!(scheme.as_str(), "http" | "https").then(|| encoded(address))
}

/// A file as a target, when it is there; `here` is where relative paths begin.
pub(in crate::cli) fn file(path: &str, here: &Path) -> Option<String> {
    let whole = here.join(path);
    let text = whole.to_str().filter(|_| whole.exists())?.replace('\\', "/");
    let slash = if text.starts_with('/') { "" } else { "/" };
    Some(format!("file://{slash}{}", encoded(&text)))
}

/// Every byte that is not plain ASCII, and what could end a link, as `%XX`.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' => {
                let _ = write!(out, "%{byte:02X}");
            }
            0x21..=0x7E => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        for (address, expected) in [
            ("https://a.example/重", Some("https://a.example/%E9%87%8D")),
            ("HTTP://a.example", Some("HTTP://a.example")),
            ("https://a.example/\u{1b}\\x", Some("https://a.example/%1B%5Cx")),
            ("https://a.example/>)", Some("https://a.example/%3E)")),
            ("javascript://a", None),
            ("javascript:alert(1)", None),
            ("file:///etc/passwd", None),
            ("a.txt", None),
        ] {
            assert_eq!(web(address).as_deref(), expected, "{address}");
        }
        assert_eq!(file("no-such-file.txt", Path::new("/")), None);
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(
            file("Cargo.toml", here)
                .is_some_and(|target| target.starts_with("file:///") && target.ends_with("/Cargo.toml"))
        );
    }
}
