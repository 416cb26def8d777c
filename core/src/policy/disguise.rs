//! Reading a disguised stretch of text letter by letter.
//!
//! Each character of the stretch may be read in several ways (as the letter it folds to, as letters it looks
//! like, as letters a sign stands for, as part of a letter built of signs, as nothing). All readings
//! are walked through the trie of words at the same time, and what was undone on the way is counted.
//! A word that is reached counts when the disguise is credible ([`State::judge`]): that is where false alarms are
//! kept out. At most [`MAX_STATES`] readings are followed at a time, so the cost is linear.

mod cell;
mod masked;
mod state;
mod undone;

use std::ops::Range;

use self::cell::{Cell, Kind, read};
use self::masked::masked;
use self::state::{MAX_GAP, State};
pub use self::undone::Undone;
use super::vocabulary::{Vocabulary, WordId};

/// Most readings that are followed at one place.
const MAX_STATES: usize = 48;

/// A word found in disguise. Offsets are in bytes of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: Range<usize>,
    /// Which word.
    pub word: WordId,
    /// What was undone.
    pub undone: Undone,
    /// Every letter is of another script: only a disguise where the words around it are not.
    pub whole: bool,
}

/// Finds the words of the vocabulary that a stretch of the text hides. Linear in the stretch.
pub fn undisguise(vocabulary: &Vocabulary, text: &str, stretch: Range<usize>, found: &mut Vec<Found>) {
    let (cells, edges) = read(text, stretch.clone());
    let solid =
        |cell: Option<&Cell>| cell.is_some_and(|cell| matches!(cell.kind, Kind::Letter | Kind::Digit));
    let before = text.get(..stretch.start).and_then(|text| text.chars().next_back());
    let mut after_solid = before.is_some_and(char::is_alphanumeric);
    let next_outside = text.get(stretch.end..).and_then(|text| text.chars().next());
    let mut states: Vec<Vec<State>> = vec![Vec::new(); cells.len() + 1];
    let put = |states: &mut Vec<Vec<State>>, at: usize, state: State| {
        if let Some(list) =
            states.get_mut(at).filter(|list| list.len() < MAX_STATES && !list.contains(&state))
        {
            list.push(state);
        }
    };
    // For each place, the next character from there on that is spoken.
    let mut spoken_next: Vec<Option<usize>> = vec![None; cells.len()];
    let mut next_spoken = None;
    for (at, (place, cell)) in spoken_next.iter_mut().zip(&cells).enumerate().rev() {
        if cell.kind != Kind::Nothing {
            next_spoken = Some(at);
        }
        *place = next_spoken;
    }
    for at in 0..=cells.len() {
        let here = states.get_mut(at).map(std::mem::take).unwrap_or_default();
        let cell = cells.get(at);
        // The next character that is spoken decides whether a word ends here.
        let next = spoken_next.get(at).copied().flatten().and_then(|next| cells.get(next));
        let ends =
            if next.is_some() { !solid(next) } else { !next_outside.is_some_and(char::is_alphanumeric) };
        let end = cell.map_or(stretch.end, |cell| cell.start);
        for state in &here {
            if ends
                && state.gap == 0
                && let Some(word) = vocabulary.ends(state.node)
                && let Some((undone, whole)) = state.judge()
            {
                let from = state.from as usize;
                if state.gaps > 0 && state.letters == 3 && alone(&cells, from, at) {
                    continue;
                }
                let start = cells.get(from).map_or(end, |cell| cell.start);
                found.push(Found { place: start..end, word, undone, whole });
            }
        }
        let Some(cell) = cell else { break };
        let fresh = (!after_solid && cell.kind != Kind::Nothing).then(|| State::start(at as u32));
        for state in here.into_iter().chain(fresh) {
            if matches!(cell.kind, Kind::Nothing | Kind::Space | Kind::Sign)
                && let Some(next) = state.skip(cell)
            {
                put(&mut states, at + 1, next);
            }
            for edge in edges.get(cell.edges.clone()).unwrap_or_default() {
                if let Some(next) = state.read(edge, vocabulary) {
                    put(&mut states, at + edge.cells, next);
                }
                if state.letters > 0
                    && let Some(next) = state.repeat(edge)
                {
                    put(&mut states, at + edge.cells, next);
                }
            }
        }
        if cell.kind != Kind::Nothing {
            after_solid = solid(Some(cell));
        }
    }
    masked(vocabulary, &cells, stretch.end, found);
}

/// Whether single letters go on before or after: three letters of a longer row are an accident.
fn alone(cells: &[Cell], from: usize, to: usize) -> bool {
    let letter = |cell: &&Cell| cell.kind == Kind::Letter;
    let near = |cells: &mut dyn Iterator<Item = &Cell>| -> bool {
        let mut cells =
            cells.skip_while(|cell| matches!(cell.kind, Kind::Space | Kind::Sign | Kind::Nothing));
        let single = cells
            .next()
            .filter(letter)
            .is_some_and(|cell| !"aioeyuаиоувкся".contains(cell.character.to_ascii_lowercase()));
        single && !cells.next().is_some_and(|cell| cell.kind == Kind::Letter)
    };
    let reach = usize::from(MAX_GAP) * 2;
    near(&mut cells.iter().take(from).rev().take(reach)) || near(&mut cells.iter().skip(to).take(reach))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let mut vocabulary = Vocabulary::default();
        for word in ["kill", "murder", "ass", "stupid", "hell", "crap", "убить"] {
            vocabulary.add(word);
        }
        vocabulary.seal();
        let mut found = Vec::new();
        undisguise(&vocabulary, text, 0..text.len(), &mut found);
        found
            .into_iter()
            .map(|found| (vocabulary.text(found.word).to_owned(), text[found.place].to_owned()))
            .collect()
    }

    #[test]
    fn disguises_are_seen_through() {
        for (text, word) in [
            ("k1ll", "kill"),
            ("k!11", "kill"),
            ("|<ill", "kill"),
            ("K.I.L.L", "kill"),
            ("k i l l", "kill"),
            ("k-i-l-l", "kill"),
            ("ki-ll", "kill"),
            ("kiiillll", "kill"),
            ("кill", "kill"),
            ("kіll", "kill"),
            ("mυrder", "murder"),
            ("🅺🅸🅻🅻", "kill"),
            ("m*rder", "murder"),
            ("m-rder", "murder"),
            ("k**l", "kill"),
            ("a$$", "ass"),
            ("$7up1d", "stupid"),
            ("5tup!d", "stupid"),
            ("ʞᴉll", "kill"),
            ("yбить", "убить"),
            ("у-б-и-т-ь", "убить"),
            ("k\u{200B}1ll", "kill"),
            ("/\\$$", "ass"),
            ("h3||", "hell"),
            ("k 1 l l", "kill"),
            ("🇰 🇮 🇱 🇱", "kill"),
            ("k🔥i🔥l🔥l", "kill"),
            ("₭ï₤₤", "kill"),
        ] {
            assert!(found(text).iter().any(|(known, _)| known == word), "{text}: {:?}", found(text));
        }
    }

    #[test]
    fn ordinary_text_is_not_taken_for_a_disguise() {
        for text in [
            "he'll",
            "455",
            "(rap)",
            "k1lls",
            "skill-set",
            "a55",
            "kil",
            "kiill",
            "he ll",
            "N A S S A",
            "ki ll",
            "k2ll",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
