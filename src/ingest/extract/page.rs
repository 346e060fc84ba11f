//! The page while it is being cleaned: lines, and which of them are cut and why.
//!
//! A rule is a pure function: it sees the lines that are still open, as if the others had never been there, and
//! returns [`Cut`]s. [`Page`] applies them. So a page that was cleaned once looks to every rule the same as it
//! looked at the end of its first cleaning.

use std::borrow::Cow;

use super::line::Line;
use crate::model::article::{Reason, Removed};
use crate::model::layout::{Layout, Place};

/// A decision to remove a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// Which of the open lines.
    pub(super) line: usize,
    /// Why.
    pub(super) reason: Reason,
    /// The rule behind it.
    pub(super) rule: Cow<'static, str>,
}

impl Cut {
    /// A cut of one line.
    pub(super) fn new(line: usize, reason: Reason, rule: impl Into<Cow<'static, str>>) -> Self {
        Self { line, reason, rule: rule.into() }
    }
}

/// The lines that are still open.
pub(super) type Open<'p, 'r> = [&'p Line<'r>];

/// A page under cleaning.
#[derive(Debug)]
pub(super) struct Page<'r> {
    lines: Vec<Line<'r>>,
    cuts: Vec<Option<(Reason, Cow<'static, str>)>>,
    /// Which lines no rule may cut; empty when all may be.
    held: Vec<bool>,
}

/// What was cut from a page at one moment.
#[derive(Debug)]
pub(super) struct Cuts(Vec<Option<(Reason, Cow<'static, str>)>>);

impl<'r> Page<'r> {
    /// A page with nothing cut yet.
    pub(super) fn new(lines: Vec<Line<'r>>) -> Self {
        let cuts = lines.iter().map(|_| None).collect();
        Self { lines, cuts, held: Vec::new() }
    }

    /// All lines, cut or not.
    pub(super) fn lines(&self) -> &[Line<'r>] {
        &self.lines
    }

    /// The lines that are still open, in order.
    pub(super) fn open(&self) -> Vec<&Line<'r>> {
        self.lines.iter().zip(&self.cuts).filter(|(_, cut)| cut.is_none()).map(|(line, _)| line).collect()
    }

    /// Applies cuts whose numbers count the lines that were open when they were found; tells how many were new.
    pub(super) fn apply(&mut self, cuts: Vec<Cut>) -> usize {
        if cuts.is_empty() {
            return 0;
        }
        let open: Vec<usize> =
            self.cuts.iter().enumerate().filter(|(_, cut)| cut.is_none()).map(|(index, _)| index).collect();
        let mut applied = 0;
        for cut in cuts {
            let Some(&index) = open.get(cut.line) else { continue };
            let is_held = self.held.get(index) == Some(&true);
            let Some(slot) = self.cuts.get_mut(index).filter(|_| !is_held) else { continue };
            if slot.is_none() {
                *slot = Some((cut.reason, cut.rule));
                applied += 1;
            }
        }
        applied
    }

    /// Lines, by their number on the page, that are not cut from now on.
    pub(super) fn hold(&mut self, is_held: impl Fn(usize) -> bool) {
        self.held = (0..self.lines.len()).map(is_held).collect();
    }

    /// Takes back the cuts for which `undo` holds.
    pub(super) fn restore(&mut self, undo: impl Fn(&Line<'r>, Reason) -> bool) {
        for (line, slot) in self.lines.iter().zip(&mut self.cuts) {
            if slot.as_ref().is_some_and(|(reason, _)| undo(line, *reason)) {
                *slot = None;
            }
        }
    }

    /// What is cut now, to be put back.
    pub(super) fn clone_cuts(&self) -> Cuts {
        Cuts(self.cuts.clone())
    }

    /// Cuts again what was cut then, and nothing else.
    pub(super) fn put_back(&mut self, cuts: Cuts) {
        self.cuts = cuts.0;
    }

    /// How the lines lie, cut or not.
    pub(super) fn layout(&self) -> Layout {
        let mut layout = Layout::default();
        for (line, cut) in self.lines.iter().zip(&self.cuts) {
            layout.push(&line.block, if cut.is_some() { Place::Removed } else { Place::Part });
        }
        layout
    }

    /// The lines that were cut, with the reason, in order.
    pub(super) fn cut(&self) -> impl Iterator<Item = (&Line<'r>, Reason)> {
        self.lines.iter().zip(&self.cuts).filter_map(|(line, cut)| cut.as_ref().map(|(reason, _)| (line, *reason)))
    }

    /// The page taken apart: open lines, and the removed ones.
    pub(super) fn into_parts(self) -> (Vec<Line<'r>>, Vec<Removed>) {
        let mut open = Vec::new();
        let mut removed = Vec::new();
        for (line, cut) in self.lines.into_iter().zip(self.cuts) {
            match cut {
                None => open.push(line),
                Some((reason, rule)) => {
                    removed.push(Removed { reason, rule: rule.into_owned(), text: line.block.text });
                }
            }
        }
        (open, removed)
    }
}
