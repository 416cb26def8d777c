//! A text made from another text, with the way back.
//!
//! Every step between what a caller wrote and what a rule sees (markup removed, characters folded,
//! words set apart) gives a [`View`]: the new text and, for every part of it, the bytes of the source
//! that it came from. A match is found in the last view and walks back step by step to the original.
//!
//! The map is a list of pieces, one for each stretch where source and view run in step. Ordinary
//! prose is one piece, so a map costs nothing per character.

use std::ops::Range;

/// A text and where each part of it came from. Offsets are in bytes, always on character boundaries.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    text: String,
    pieces: Vec<Piece>,
}

/// A stretch of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where it starts in the view.
    at: usize,
    /// Where its source lies.
    source: Range<usize>,
    /// Character for character as long as its source: an offset inside carries over. Otherwise
    /// every part of it came from the whole of the source range.
    in_step: bool,
}

impl View {
    /// A view that holds the source as it stands.
    pub fn identity(source: &str) -> Self {
        let mut view = Self::default();
        view.push_in_step(source, 0);
        view
    }

    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), pieces: Vec::new() }
    }

    /// The text of the view.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many pieces the map has: what it costs beside the text.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The source of a part of the view, grown to whole source characters: the smallest range
    /// that holds everything the part came from. Ranges that do not fit are cut to the view.
    pub fn source(&self, part: Range<usize>) -> Range<usize> {
        let start = self.piece_at(part.start).map_or(0, |piece| {
            let inside = if piece.in_step { part.start.saturating_sub(piece.at) } else { 0 };
            (piece.source.start + inside).min(piece.source.end)
        });
        let end = self.piece_at(part.end.saturating_sub(1)).map_or(0, |piece| match piece.in_step {
            true => (piece.source.start + part.end.saturating_sub(piece.at)).min(piece.source.end),
            false => piece.source.end,
        });
        start..end.max(start)
    }

    /// The parts of the source that the view was made of, in order.
    pub fn sources(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.pieces.iter().map(|piece| piece.source.clone())
    }

    /// Where the source of the last piece ends.
    pub(crate) fn end(&self) -> usize {
        self.pieces.last().map_or(0, |piece| piece.source.end)
    }

    fn piece_at(&self, offset: usize) -> Option<&Piece> {
        let after = self.pieces.partition_point(|piece| piece.at <= offset);
        self.pieces.get(after.saturating_sub(1))
    }

    /// Appends text that is character for character as long as its source, which starts at `source`.
    pub(crate) fn push_in_step(&mut self, text: &str, source: usize) {
        self.append_in_step(text.len(), source);
        self.text.push_str(text);
    }

    /// Appends ASCII text in lower case, in step with its source.
    pub(crate) fn push_ascii_lower(&mut self, text: &str, source: usize) {
        self.append_in_step(text.len(), source);
        let from = self.text.len();
        self.text.push_str(text);
        if let Some(appended) = self.text.get_mut(from..) {
            appended.make_ascii_lowercase();
        }
    }

    /// Appends the one character that came from the source range.
    pub(crate) fn push(&mut self, character: char, source: Range<usize>) {
        if source.len() == character.len_utf8() {
            self.append_in_step(source.len(), source.start);
            self.text.push(character);
        } else {
            self.push_from(character, source);
        }
    }

    /// Appends one of several characters that all came from the same source range.
    pub(crate) fn push_from(&mut self, character: char, source: Range<usize>) {
        self.pieces.push(Piece { at: self.text.len(), source, in_step: false });
        self.text.push(character);
    }

    fn append_in_step(&mut self, bytes: usize, source: usize) {
        if bytes == 0 {
            return;
        }
        let at = self.text.len();
        match self.pieces.last_mut() {
            Some(last) if last.in_step && last.source.end == source => last.source.end += bytes,
            _ => self.pieces.push(Piece { at, source: source..source + bytes, in_step: true }),
        }
    }
}

/// The last character boundary at or before an offset.
pub fn boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    // A character has at most four bytes.
    (offset.saturating_sub(3)..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_leads_back_to_where_it_came_from() {
        // Source "a&amp;bc": the entity became one character.
        let mut view = View::default();
        view.push_in_step("a", 0);
        view.push('&', 1..6);
        view.push_in_step("bc", 6);
        assert_eq!(view.text(), "a&bc");
        assert_eq!(view.source(0..1), 0..1);
        assert_eq!(view.source(1..2), 1..6);
        assert_eq!(view.source(2..3), 6..7);
        assert_eq!(view.source(0..4), 0..8);
        assert_eq!(view.source(3..4), 7..8);
    }

    #[test]
    fn what_was_dropped_between_two_parts_belongs_to_a_match_over_both() {
        let mut view = View::default();
        view.push_in_step("ki", 0);
        view.push_in_step("ll", 5);
        assert_eq!(view.source(0..4), 0..7);
        assert_eq!(view.source(0..2), 0..2);
        assert_eq!(view.source(2..4), 5..7);
    }

    #[test]
    fn prose_in_step_is_a_single_piece() {
        let mut view = View::default();
        for (at, word) in [(0, "one "), (4, "two "), (8, "three")] {
            view.push_in_step(word, at);
        }
        assert_eq!(view.pieces(), 1);
        assert_eq!(view, View::identity("one two three"));
    }

    #[test]
    fn a_range_that_does_not_fit_is_cut() {
        let view = View::identity("abc");
        assert_eq!(view.source(1..99), 1..3);
        assert_eq!(view.source(7..9), 3..3);
        assert_eq!(View::default().source(0..4), 0..0);
    }
}
