//! The characters of a stretch, and the ways to read each of them.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use crate::text::fold;
use crate::text::fold::is_ignorable;
use crate::text::letters::{BUILT, glyph, stands_for};

/// Longest letter built of signs, in characters.
const LONGEST_BUILT: usize = 4;

/// What a character is to a disguise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Letter,
    Digit,
    Space,
    Sign,
    /// Not spoken: an ignorable character, or an accent.
    Nothing,
}

/// Why a character may be read as a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    Own,
    Folded,
    Looks,
    Digit,
    Sign,
}

/// A way to read one or more characters.
#[derive(Debug, Clone, Copy)]
pub struct Edge {
    pub letters: [char; 3],
    pub cells: usize,
    pub how: How,
    pub sign: char,
}

/// A character of a stretch.
#[derive(Debug)]
pub struct Cell {
    pub start: usize,
    pub kind: Kind,
    pub character: char,
    /// The ways to read it.
    pub edges: Range<usize>,
}

/// The characters of a stretch and the ways to read them.
pub fn read(text: &str, stretch: Range<usize>) -> (Vec<Cell>, Vec<Edge>) {
    let part = text.get(stretch.clone()).unwrap_or_default();
    let mut cells = Vec::with_capacity(part.len());
    let mut edges = Vec::with_capacity(part.len());
    for (inside, character) in part.char_indices() {
        let first = edges.len();
        let kind = ways(character, &mut edges);
        let rest = part.get(inside..).unwrap_or_default();
        built(rest, character, &mut edges);
        cells.push(Cell { start: stretch.start + inside, kind, character, edges: first..edges.len() });
    }
    (cells, edges)
}

fn ways(character: char, edges: &mut Vec<Edge>) -> Kind {
    let mut add = |look: &str, how: How| {
        let mut letters = ['\0'; 3];
        if look.chars().count() <= letters.len() {
            letters.iter_mut().zip(look.chars()).for_each(|(place, letter)| *place = letter);
            edges.push(Edge { letters, cells: 1, how, sign: character });
        }
    };
    if is_ignorable(character) {
        return Kind::Nothing;
    }
    if character.is_whitespace() {
        return Kind::Space;
    }
    let known = glyph(character);
    known.looks.iter().for_each(|look| add(look, How::Looks));
    if character.is_ascii() {
        let lower = character.to_ascii_lowercase();
        if lower.is_ascii_lowercase() {
            add(lower.encode_utf8(&mut [0; 4]), How::Own);
            return Kind::Letter;
        }
        let how = if character.is_ascii_digit() { How::Digit } else { How::Sign };
        stands_for(character).chars().for_each(|letter| add(letter.encode_utf8(&mut [0; 4]), how));
        return if how == How::Digit { Kind::Digit } else { Kind::Sign };
    }
    if is_combining_mark(character) {
        // A mark that is a letter of its script; the others fold away.
        let kept = fold(&format!("\u{915}{character}")).text().chars().count() > 1;
        if kept {
            add(character.encode_utf8(&mut [0; 4]), How::Own);
        }
        return Kind::Nothing;
    }
    let folded = fold(character.encode_utf8(&mut [0; 4]));
    let folded = folded.text();
    if !folded.is_empty() && folded.chars().all(|letter| letter.is_alphabetic() || is_combining_mark(letter))
    {
        let own = character.to_lowercase().eq(folded.chars());
        add(folded, if own { How::Own } else { How::Folded });
        return Kind::Letter;
    }
    if let Some(digit) = folded.chars().next().filter(|_| folded.chars().count() == 1) {
        let how = if digit.is_numeric() { How::Digit } else { How::Sign };
        stands_for(digit).chars().for_each(|letter| add(letter.encode_utf8(&mut [0; 4]), how));
        if digit.is_numeric() {
            return Kind::Digit;
        }
    }
    Kind::Sign
}

/// Letters built of several signs, at the start of a text.
fn built(rest: &str, character: char, edges: &mut Vec<Edge>) {
    if !matches!(
        character,
        '/' | '|' | '\\' | '(' | ')' | '[' | ']' | '}' | '>' | '`' | '1' | 'p' | 'P' | 'v' | 'V' | 'r' | 'R'
    ) {
        return;
    }
    for (signs, letter) in BUILT {
        let fits = rest.get(..signs.len()).is_some_and(|start| start.eq_ignore_ascii_case(signs));
        if fits && signs.len() <= LONGEST_BUILT {
            let how = if signs == "rn" { How::Looks } else { How::Sign };
            edges.push(Edge { letters: [letter, '\0', '\0'], cells: signs.len(), how, sign: '\u{1}' });
        }
    }
}
