//! Words with letters masked.

use super::cell::{Cell, Kind};
use super::{Found, Undone};
use crate::policy::vocabulary::Vocabulary;
use crate::text::fold;

/// Words with letters masked: `f**k`, `m-rder`. A strong mask hides any letter, a weak one a vowel.
pub fn masked(vocabulary: &Vocabulary, cells: &[Cell], end: usize, found: &mut Vec<Found>) {
    let strong = |character: char| {
        matches!(
            character,
            '*' | '#'
                | '%'
                | '&'
                | '?'
                | '@'
                | '$'
                | '!'
                | '•'
                | '●'
                | '■'
                | '█'
                | '×'
                | '^'
                | '~'
                | '+'
                | '▒'
                | '░'
                | '◯'
                | '○'
                | '※'
        )
    };
    let weak = |character: char| {
        matches!(character, '-' | '_' | '.' | '–' | '—' | '·' | '=' | '…' | ',' | ':' | ';' | '/' | '|')
    };
    let fits = |cell: &Cell| match cell.kind {
        Kind::Letter => true,
        Kind::Sign => strong(cell.character) || weak(cell.character),
        _ => false,
    };
    let vowel = |letter: char| "aeiouyаеиоуыэюяієїαεηιουω".contains(letter);
    let spoken: Vec<&Cell> = cells.iter().filter(|cell| cell.kind != Kind::Nothing).collect();
    let mut at = 0;
    while let Some(rest) = spoken.get(at..).filter(|rest| !rest.is_empty()) {
        let run = rest.iter().take_while(|cell| fits(cell)).count();
        let before = at.checked_sub(1).and_then(|before| spoken.get(before));
        let stop = at + run;
        let after = spoken.get(stop);
        at = stop + 1;
        let mut word = rest.get(..run).unwrap_or_default();
        // Punctuation around the word.
        while let Some((first, inner)) = word.split_first().filter(|(first, _)| first.kind != Kind::Letter) {
            word = inner;
            let _ = first;
        }
        while let Some((last, inner)) = word.split_last().filter(|(last, _)| {
            last.kind == Kind::Sign && !matches!(last.character, '*' | '#' | '█' | '■' | '•')
        }) {
            word = inner;
            let _ = last;
        }
        let letter_of = |cell: &Cell| match cell.character.is_ascii() {
            true => Some(cell.character.to_ascii_lowercase()),
            false => fold(cell.character.encode_utf8(&mut [0; 4])).text().chars().next(),
        };
        let seen = word.iter().filter(|cell| cell.kind == Kind::Letter).count();
        let hidden = word.len() - seen;
        let inner = word.split_last().is_some_and(|(last, rest)| {
            last.kind == Kind::Letter || rest.last().is_some_and(|cell| cell.kind == Kind::Sign)
        });
        let digit = |cell: Option<&&Cell>| cell.is_some_and(|cell| cell.kind == Kind::Digit);
        let firm = word.iter().all(|cell| cell.kind == Kind::Letter || strong(cell.character));
        if hidden == 0
            || seen < 2
            || seen + 1 < hidden
            || word.len() > 24
            || !inner
            || digit(before)
            || digit(after)
            || (!firm && (word.len() < 4 || hidden > 2))
        {
            continue;
        }
        let Some(first) = word.first() else { continue };
        let Some(letter) = letter_of(first) else { continue };
        for id in vocabulary.masked(letter, word.len()) {
            let same = vocabulary.text(*id).chars().zip(word).all(|(letter, cell)| match cell.kind {
                Kind::Letter => letter_of(cell) == Some(letter),
                _ => strong(cell.character) || vowel(letter),
            });
            if same {
                let last = word.last().map_or(0, |cell| cell.start);
                let after = cells.partition_point(|cell| cell.start <= last);
                let to = cells.get(after).map_or(end, |cell| cell.start);
                found.push(Found { place: first.start..to, word: *id, undone: Undone::MASKED, whole: false });
            }
        }
    }
}
