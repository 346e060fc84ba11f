//! Passages with sentences around them, for readers who want to see where they stand.

use crate::model::answer::Passage;
use crate::text::sentences::sentences;
use crate::text::span::Span;

/// The passages with up to `count` sentences of the same paragraphs on either side; they stay disjoint and verbatim.
pub(super) fn widened(mut passages: Vec<Passage>, body: &str, count: usize) -> Vec<Passage> {
    if count == 0 {
        return passages;
    }
    for index in 0..passages.len() {
        let others = passages.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, passage)| passage);
        let Some(passage) = passages.get(index) else { continue };
        let free_from = others.clone().map(|other| other.end).filter(|&end| end <= passage.start).max().unwrap_or(0);
        let free_to = others.map(|other| other.start).filter(|&start| start >= passage.end).min().unwrap_or(usize::MAX);
        let wider = around(passage, body, count, Span::new(free_from, free_to));
        if let Some(passage) = passages.get_mut(index) {
            *passage = wider;
        }
    }
    passages
}

/// A passage and its neighbours within `free`, which counts characters.
fn around(passage: &Passage, body: &str, count: usize, free: Span) -> Passage {
    let byte = |character: usize| body.char_indices().nth(character).map_or(body.len(), |(at, _)| at);
    let (start, end) = (byte(passage.start), byte(passage.end));
    let (before, after) = (body.get(..start).unwrap_or_default(), body.get(end..).unwrap_or_default());
    let first_line = before.rfind('\n').map_or(0, |at| at + 1);
    let last_line = after.find('\n').map_or(body.len(), |at| end + at);
    let preceding = sentences(before.get(first_line..).unwrap_or_default());
    let following = sentences(body.get(end..last_line).unwrap_or_default());
    let preceding = preceding.iter().rev().take(count).map(|span| span.shifted(first_line));
    let following = following.iter().take(count).map(|span| span.shifted(end));
    let (free_from, free_to) = (byte(free.start), byte(free.end));
    let from = preceding.map(|span| span.start).take_while(|&at| at >= free_from).last().unwrap_or(start);
    let to = following.map(|span| span.end).take_while(|&at| at <= free_to).last().unwrap_or(end);
    let span = Span::new(from, to);
    let (from, to) = span.in_chars(body);
    let shift = passage.start - from;
    let hits = passage.hits.iter().map(|&(start, end)| (start + shift, end + shift)).collect();
    let begins_inside = passage.begins_inside && from == passage.start;
    let ends_inside = passage.ends_inside && to == passage.end;
    let text = span.of(body).to_owned();
    Passage { section: passage.section, start: from, end: to, text, hits, begins_inside, ends_inside }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "Heading\nOne is one. Two is two. Three is three. Four is four.\n一。二。三。";

    fn passage(text: &str) -> Passage {
        let at = BODY.find(text).expect("in the body");
        let (start, end) = Span::new(at, at + text.len()).in_chars(BODY);
        Passage {
            section: 1,
            start,
            end,
            text: text.to_owned(),
            hits: vec![(0, 1)],
            begins_inside: false,
            ends_inside: false,
        }
    }

    #[test]
    fn neighbours() {
        for (name, texts, count, expected) in [
            ("none", vec!["Two is two."], 0, vec!["Two is two."]),
            ("one on either side", vec!["Two is two."], 1, vec!["One is one. Two is two. Three is three."]),
            ("no further than the paragraph", vec!["Four is four."], 9, vec![BODY.lines().nth(1).expect("a line")]),
            ("Chinese", vec!["二。"], 1, vec!["一。二。三。"]),
            (
                "disjoint",
                vec!["Two is two.", "Three is three."],
                2,
                vec!["One is one. Two is two.", "Three is three. Four is four."],
            ),
        ] {
            let passages = widened(texts.iter().map(|text| passage(text)).collect(), BODY, count);
            let found: Vec<&str> = passages.iter().map(|passage| passage.text.as_str()).collect();
            assert_eq!(found, expected, "{name}");
            for (wide, text) in passages.iter().zip(&texts) {
                let slice: String = BODY.chars().skip(wide.start).take(wide.end - wide.start).collect();
                assert_eq!(slice, wide.text, "{name}: verbatim");
                let hit: String = wide.text.chars().skip(wide.hits[0].0).take(1).collect();
                assert!(text.starts_with(&hit), "{name}: hits move along");
            }
        }
    }
}
