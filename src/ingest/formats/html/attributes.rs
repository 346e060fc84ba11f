//! The attributes of an element that matter here, read in one pass.

use html5ever::local_name;
use scraper::node::Element;

/// What an element says of itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Attributes<'a> {
    pub(super) class: Option<&'a str>,
    pub(super) id: Option<&'a str>,
    pub(super) role: Option<&'a str>,
    pub(super) label: Option<&'a str>,
    /// `data-component` and the like.
    pub(super) part: Option<&'a str>,
    pub(super) itemprop: Option<&'a str>,
    pub(super) datetime: Option<&'a str>,
    pub(super) href: Option<&'a str>,
    pub(super) is_hidden: bool,
}

/// A label longer than this is a sentence, not the name of a place; in bytes.
const MAX_LABEL_BYTES: usize = 32;

impl<'a> Attributes<'a> {
    /// Reads them.
    pub(super) fn of(element: &'a Element) -> Self {
        let mut found = Self::default();
        for (name, value) in &element.attrs {
            let value: &'a str = value;
            match name.local {
                local_name!("class") => found.class = Some(value),
                local_name!("id") => found.id = Some(value),
                local_name!("role") => found.role = Some(value),
                local_name!("aria-label") => found.label = Some(value),
                local_name!("href") => found.href = Some(value),
                local_name!("hidden") => found.is_hidden = true,
                local_name!("style") => found.is_hidden |= hides(value),
                local_name!("datetime") => found.datetime = Some(value),
                local_name!("itemprop") => found.itemprop = Some(value),
                _ if is_part_name(&name.local) => found.part = Some(value),
                _ => {}
            }
        }
        // React streams parts of a page into hidden elements called `S:0`, `S:1` ... that a script puts in their place.
        found.is_hidden &= !found.id.is_some_and(|id| id.starts_with("S:"));
        found
    }

    /// Whether it leads somewhere: an anchor without address is a place, not a link.
    pub(super) fn is_link(&self) -> bool {
        self.href.is_some()
    }

    /// Whether it says that it is the body of an article.
    pub(super) fn declares_body(&self) -> bool {
        self.itemprop.is_some_and(|words| words.split_ascii_whitespace().any(|word| word == "articleBody"))
    }

    /// Its classes and its id.
    pub(super) fn classes(&self) -> impl Iterator<Item = &'a str> {
        self.class.into_iter().flat_map(str::split_ascii_whitespace).chain(self.id)
    }

    /// The names that stand for one place each.
    pub(super) fn names(&self) -> impl Iterator<Item = (Attribute, &'a str)> {
        let label = self.label.filter(|label| label.len() <= MAX_LABEL_BYTES);
        let names = [(Attribute::Id, self.id), (Attribute::Label, label), (Attribute::Part, self.part)];
        names.into_iter().filter_map(|(attribute, name)| Some((attribute, name?)))
    }

    /// The lists of names.
    pub(super) fn lists(&self) -> impl Iterator<Item = (Attribute, &'a str)> {
        let lists = [(Attribute::Class, self.class), (Attribute::Role, self.role)];
        lists.into_iter().filter_map(|(attribute, names)| Some((attribute, names?)))
    }
}

/// An attribute that names the place of its element.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Attribute {
    #[default]
    Class,
    Role,
    Id,
    Label,
    /// `data-component` and the like.
    Part,
}

impl Attribute {
    /// As a reader is shown it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Class => "class",
            Self::Role => "role",
            Self::Id => "id",
            Self::Label => "aria-label",
            Self::Part => "data",
        }
    }
}

/// How much of an attribute is read.
pub(super) enum Reading {
    /// Its value.
    Value,
    /// Whether it is there.
    Presence,
    /// A style: whether it takes the element out of sight.
    Style,
    /// Nothing.
    Nothing,
}

/// What [`Attributes::of`], the reader of metadata or the parser itself looks at in the attribute of this name, on
/// elements other than those that are kept whole.
pub(super) fn reading_of(name: &str) -> Reading {
    let is = |known: &str| known.eq_ignore_ascii_case(name);
    let is_read = match name.len() {
        2 => is("id"),
        4 if is("href") => return Reading::Presence,
        4 => is("role") || is("type"),
        5 if is("style") => return Reading::Style,
        5 => is("class"),
        6 => is("hidden"),
        7 => is("content"),
        8 => is("datetime") || is("itemprop"),
        10 if is("aria-label") => true,
        _ => {
            let is_data = name.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("data-"));
            is_data && is_part_name(&name.to_ascii_lowercase())
        }
    };
    if is_read { Reading::Value } else { Reading::Nothing }
}

/// Names by which page builders tell their parts apart.
fn is_part_name(name: &str) -> bool {
    matches!(
        name,
        "data-testid"
            | "data-test-id"
            | "data-component"
            | "data-component-name"
            | "data-module"
            | "data-qa"
            | "data-type"
            | "data-area"
            | "data-block"
            | "data-zone"
    )
}

/// Whether a style takes the element out of sight.
pub(super) fn hides(style: &str) -> bool {
    style.split(';').any(|declaration| {
        let (property, value) = declaration.split_once(':').unwrap_or_default();
        let value = value.trim().trim_end_matches("!important").trim_end();
        match property.trim().to_ascii_lowercase().as_str() {
            "display" => value.eq_ignore_ascii_case("none"),
            "visibility" => value.eq_ignore_ascii_case("hidden"),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::hides;

    #[test]
    fn styles() {
        for (name, style, hidden) in [
            ("display", "color: red; DISPLAY : none !important", true),
            ("visibility", "visibility:hidden", true),
            ("shown", "display:block;visibility:visible", false),
            ("another property", "x-display:none;background:none", false),
            ("broken", ";;:none;display", false),
        ] {
            assert_eq!(hides(style), hidden, "{name}");
        }
    }
}
