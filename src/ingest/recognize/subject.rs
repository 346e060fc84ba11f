//! An article laid out as one text, so that each set of names is looked for once.
//!
//! In goes an article; out come its title, breadcrumb and body on lines of one text, and the way back from a place
//! of that text to a place of the article ([`Evidence`]).

use crate::model::article::{Article, Part};
use crate::model::block::BlockKind;
use crate::model::facets::{Evidence, Place};
use crate::text::span::Span;

/// An article as one text.
#[derive(Debug)]
pub(super) struct Subject {
    /// Title, breadcrumb items and parts, a line each.
    pub(super) text: String,
    /// The lines, in order.
    pub(super) lines: Vec<Line>,
}

/// A line of a [`Subject`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Line {
    /// Where it stands in the subject's text.
    pub(super) span: Span,
    /// What it was in the article.
    pub(super) role: LineRole,
    /// Number of its section: 0 before the first heading.
    pub(super) section: usize,
    /// Where the text begins in which its evidence counts.
    origin: usize,
}

/// What a line was in the article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineRole {
    Title,
    Breadcrumb,
    Heading,
    /// First row of a table: names its columns.
    TableHead,
    /// The first paragraph.
    Lead,
    Prose,
}

impl Line {
    /// The part of the page to name in evidence.
    pub(super) fn place(&self) -> Place {
        match self.role {
            LineRole::Title => Place::Title,
            LineRole::Breadcrumb => Place::Breadcrumb,
            LineRole::Heading => Place::Heading,
            LineRole::TableHead | LineRole::Lead | LineRole::Prose => Place::Body,
        }
    }
}

impl Subject {
    /// Lays out `article`.
    pub(super) fn of(article: &Article) -> Self {
        let length: usize = article.parts.iter().map(|part| part.text.len() + 1).sum();
        let mut subject = Self { text: String::with_capacity(length + article.title.len() + 1), lines: Vec::new() };
        subject.push(&article.title, LineRole::Title, 0);
        for item in &article.breadcrumb {
            subject.push(item, LineRole::Breadcrumb, 0);
        }
        let body = subject.text.len();
        let mut section = 0;
        let mut before = None;
        for part in &article.parts {
            section += usize::from(part.is_heading());
            let role = role_of(part, before, subject.lines.last());
            subject.push(&part.text, role, section);
            if let Some(line) = subject.lines.last_mut() {
                line.origin = body;
            }
            before = Some(part);
        }
        subject
    }

    /// The line that holds this place.
    pub(super) fn line_at(&self, span: Span) -> Option<&Line> {
        let after = self.lines.partition_point(|line| line.span.start <= span.start);
        self.lines.get(after.checked_sub(1)?)
    }

    /// The title's line.
    pub(super) fn title(&self) -> Option<&Line> {
        self.lines.first()
    }

    /// The lines of the body.
    pub(super) fn body(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| !matches!(line.role, LineRole::Title | LineRole::Breadcrumb))
    }

    /// Where the body begins.
    pub(super) fn body_start(&self) -> usize {
        self.body().next().map_or(self.text.len(), |line| line.span.start)
    }

    /// The lines of the section with this number.
    pub(super) fn section(&self, number: usize) -> &[Line] {
        let start = self.lines.partition_point(|line| line.section < number);
        let end = self.lines.partition_point(|line| line.section <= number);
        self.lines.get(start..end).unwrap_or_default()
    }

    /// The text of a line.
    pub(super) fn written(&self, line: &Line) -> &str {
        line.span.of(&self.text)
    }

    /// A place of the text as evidence in the article.
    pub(super) fn evidence(&self, span: Span, confidence: f32) -> Evidence {
        let (place, origin) = self.line_at(span).map_or((Place::Body, 0), |line| (line.place(), line.origin));
        let span = Span::new(span.start.saturating_sub(origin), span.end.saturating_sub(origin));
        Evidence { place, span, confidence: confidence.clamp(0.0, 1.0) }
    }

    fn push(&mut self, text: &str, role: LineRole, section: usize) {
        let start = self.text.len();
        self.text.push_str(text);
        let span = Span::new(start, self.text.len());
        self.text.push('\n');
        self.lines.push(Line { span, role, section, origin: start });
    }
}

fn role_of(part: &Part, before: Option<&Part>, last: Option<&Line>) -> LineRole {
    let is_row = |part: &Part| {
        part.kind == BlockKind::TableRow || part.text.contains('|') && part.text.matches(" | ").count() >= 2
    };
    if part.is_heading() {
        LineRole::Heading
    } else if is_row(part) && !before.is_some_and(is_row) {
        LineRole::TableHead
    } else if last.is_none_or(|line| matches!(line.role, LineRole::Title | LineRole::Breadcrumb)) {
        LineRole::Lead
    } else {
        LineRole::Prose
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_leads_back_to_the_article() {
        let part = |kind, text: &str| Part { kind, text: text.to_owned() };
        let article = Article {
            title: "大连 title".to_owned(),
            breadcrumb: vec!["Home".to_owned(), "Dalian".to_owned()],
            parts: vec![part(BlockKind::Heading(2), "First"), part(BlockKind::Paragraph, "In Dalian.")],
            ..Article::default()
        };
        let subject = Subject::of(&article);
        let places: Vec<_> =
            subject.text.match_indices("Dalian").map(|(at, name)| Span::new(at, at + name.len())).collect();
        let evidence: Vec<_> = places.into_iter().map(|span| subject.evidence(span, 1.0)).collect();
        assert_eq!((evidence[0].place, evidence[0].span), (Place::Breadcrumb, Span::new(0, 6)));
        assert_eq!(evidence[1].place, Place::Body);
        assert_eq!(evidence[1].span.of(&article.body()), "Dalian");
    }
}
