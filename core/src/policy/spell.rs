//! Words spelled out by the names of their letters: "kay eye ell ell", "kilo india lima lima".
//!
//! English names and the spelling alphabet of the ICAO. Many names are ordinary words ("are", "you", "see"), so a row counts
//! from four letters on, one of them at least with a name that is nothing else.

use std::sync::LazyLock;

use super::disguise::{Found, Undone};
use super::vocabulary::Vocabulary;
use crate::text::hash::hash;
use crate::text::scan::Word;

/// Fewest letters that are taken for a spelled word.
const FEWEST: usize = 4;

/// All names, and all letters: what the filter of words must let pass.
#[rustfmt::skip]
pub const NAMES: [&str; 98] = [
    "ay", "eh", "bee", "be", "cee", "see", "sea", "dee", "ee", "ef", "eff", "gee", "aitch", "haitch", "eye", "aye", "jay", "kay", "okay", "el", "ell", "em", "en", "oh", "owe", "pee", "pea",
    "cue", "queue", "ar", "are", "ess", "tee", "tea", "you", "yew", "vee", "doubleyou", "ex", "why", "wye", "zee", "zed",
    "alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "juliet", "kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo",
    "sierra", "tango", "uniform", "victor", "whiskey", "whisky", "xray", "yankee", "zulu",
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z",
];

/// The letter that a word names, and whether it is nothing else than its name.
#[rustfmt::skip]
fn letter(word: &str) -> Option<(char, bool)> {
    let named = match word {
        "ay" | "eh" => ('a', false), "bee" | "be" => ('b', false), "cee" | "see" | "sea" => ('c', false), "dee" => ('d', true), "ee" => ('e', true), "ef" | "eff" => ('f', true),
        "gee" => ('g', false), "aitch" | "haitch" => ('h', true), "eye" | "aye" => ('i', false), "jay" => ('j', true), "kay" | "okay" => ('k', word == "kay"), "el" | "ell" => ('l', true),
        "em" => ('m', true), "en" => ('n', true), "oh" | "owe" => ('o', false), "pee" | "pea" => ('p', false), "cue" | "queue" => ('q', false), "ar" => ('r', true), "are" => ('r', false),
        "ess" => ('s', true), "tee" | "tea" => ('t', false), "you" | "yew" => ('u', false), "vee" => ('v', true), "doubleyou" => ('w', true), "ex" => ('x', false), "why" | "wye" => ('y', false),
        "zee" | "zed" => ('z', true),
        "alpha" | "alfa" => ('a', true), "bravo" => ('b', true), "charlie" => ('c', true), "delta" => ('d', true), "echo" => ('e', true), "foxtrot" => ('f', true), "golf" => ('g', true),
        "hotel" => ('h', true), "india" => ('i', true), "juliett" | "juliet" => ('j', true), "kilo" => ('k', true), "lima" => ('l', true), "mike" => ('m', true), "november" => ('n', true),
        "oscar" => ('o', true), "papa" => ('p', true), "quebec" => ('q', true), "romeo" => ('r', true), "sierra" => ('s', true), "tango" => ('t', true), "uniform" => ('u', true),
        "victor" => ('v', true), "whiskey" | "whisky" => ('w', true), "xray" => ('x', true), "yankee" => ('y', true), "zulu" => ('z', true),
        _ => {
            let mut letters = word.chars();
            return letters.next().filter(|letter| letter.is_ascii_alphabetic() && letters.next().is_none()).map(|letter| (letter.to_ascii_lowercase(), false));
        }
    };
    Some(named)
}

/// The letters by their names, at places that the names' hashes give.
struct Letters(Vec<Option<(&'static str, char, bool)>>);

/// Room for [`NAMES`], mostly empty: a power of two.
const SLOTS: usize = 512;

static LETTERS: LazyLock<Letters> = LazyLock::new(|| {
    let mut slots = vec![None; SLOTS];
    for name in NAMES {
        let Some((letter, sure)) = letter(name) else { continue };
        let free = Letters::places(hash(name)).find(|place| slots.get(*place) == Some(&None));
        if let Some(slot) = free.and_then(|place| slots.get_mut(place)) {
            *slot = Some((name, letter, sure));
        }
    }
    Letters(slots)
});

impl Letters {
    /// Where a name of this hash may be: the first free place ends the search.
    fn places(hash: u64) -> impl Iterator<Item = usize> {
        (0..SLOTS).map(move |step| (hash as usize).wrapping_add(step) & (SLOTS - 1))
    }

    /// The letter that a word names, and whether it is nothing else than its name.
    #[inline]
    fn named(&self, word: &str, hash: u64) -> Option<(char, bool)> {
        let mut known = Self::places(hash).map_while(|place| self.0.get(place).copied().flatten());
        known.find(|(name, ..)| name.eq_ignore_ascii_case(word)).map(|(_, letter, sure)| (letter, sure))
    }
}

/// Finds spelled words. `words` are those that the filter let pass, which lets all names of letters pass, of `count` words
/// in the folded text. The second value says from where on more text may change the answer.
pub fn find(vocabulary: &Vocabulary, text: &str, words: &[Word], count: usize) -> (Vec<Found>, usize) {
    let letters = &*LETTERS;
    let mut found = Vec::new();
    let mut row: Vec<(char, bool, usize, usize)> = Vec::new();
    let mut next = 0;
    for word in words.iter().filter(|word| !word.broken) {
        let part = text.get(word.start..word.end).unwrap_or_default();
        let Some((letter, sure)) = letters.named(part, word.hash) else { continue };
        if word.index != next {
            spelled(vocabulary, &row, &mut found);
            row.clear();
        }
        next = word.index + 1;
        row.push((letter, sure, word.start, word.end));
    }
    if next != count {
        spelled(vocabulary, &row, &mut found);
        row.clear();
    }
    let kept = row.len().saturating_sub(vocabulary.longest);
    let open = row.get(kept).map_or(text.len(), |(_, _, start, _)| *start);
    spelled(vocabulary, &row, &mut found);
    (found, open)
}

fn spelled(vocabulary: &Vocabulary, row: &[(char, bool, usize, usize)], found: &mut Vec<Found>) {
    for first in 0..(row.len() + 1).saturating_sub(FEWEST) {
        let mut node = 0;
        let mut sure = false;
        let mut word = String::new();
        for (letter, only, _, end) in row.get(first..).unwrap_or_default() {
            let Some(next) = vocabulary.letter(node, *letter) else { break };
            node = next;
            sure |= only;
            word.push(*letter);
            if let Some(id) = vocabulary.ends(node)
                && sure
                && word.len() >= FEWEST
                && let Some((_, _, start, _)) = row.get(first)
            {
                found.push(Found { place: *start..*end, word: id, undone: Undone::SPELLED, whole: false });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_letters_and_passes_the_filter() {
        for name in NAMES {
            assert!(letter(name).is_some(), "{name}");
        }
        for name in NAMES {
            assert_eq!(LETTERS.named(name, hash(name)), letter(name), "{name}");
            assert_eq!(LETTERS.named(&name.to_uppercase(), hash(name)), letter(name), "{name}");
        }
        assert_eq!(LETTERS.named("table", hash("table")), None);
        assert_eq!(letter("kay"), Some(('k', true)));
        assert_eq!(letter("are"), Some(('r', false)));
        assert_eq!(letter("table"), None);
    }
}
