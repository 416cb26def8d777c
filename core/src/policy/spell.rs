//! Words spelled out by the names of their letters: "kay eye ell ell", "kilo india lima lima".
//!
//! English names and the spelling alphabet of the ICAO. Many names are ordinary words ("are", "you", "see"), so a row counts
//! from four letters on, one of them at least with a name that is nothing else.

use super::disguise::{Found, Undone};
use super::vocabulary::Vocabulary;
use crate::text::hash::hash;
use crate::text::scan::Word;

/// Fewest letters that are taken for a spelled word.
const FEWEST: usize = 4;
/// Longest name of a letter, in bytes.
const LONGEST_NAME: usize = 9;

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
    debug_assert!(word.len() <= LONGEST_NAME);
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

/// Finds spelled words. `words` are those that the filter let pass, which lets all names of letters pass; `starts` are
/// all words of the folded text. The second value says from where on more text may change the answer.
pub fn find(vocabulary: &Vocabulary, text: &str, words: &[Word], starts: &[u32]) -> (Vec<Found>, usize) {
    let mut found = Vec::new();
    let mut row: Vec<(char, bool, usize, usize)> = Vec::new();
    let mut place = 0;
    let mut last = usize::MAX;
    for word in words.iter().filter(|word| !word.broken && word.end - word.start <= LONGEST_NAME) {
        let mut small = [0; LONGEST_NAME];
        let part = text.get(word.start..word.end).unwrap_or_default();
        let Some(buffer) = small.get_mut(..part.len()) else { continue };
        buffer.copy_from_slice(part.as_bytes());
        buffer.make_ascii_lowercase();
        let Some((letter, sure)) = std::str::from_utf8(buffer).ok().and_then(letter) else { continue };
        // The words come in order, so the place of each is found by going on.
        while starts.get(place).is_some_and(|start| (*start as usize) < word.start) {
            place += 1;
        }
        if last.wrapping_add(1) != place {
            spelled(vocabulary, &std::mem::take(&mut row), &mut found);
        }
        last = place;
        row.push((letter, sure, word.start, word.end));
    }
    if last.wrapping_add(1) != starts.len() {
        spelled(vocabulary, &std::mem::take(&mut row), &mut found);
    }
    let kept = row.len().saturating_sub(vocabulary.longest);
    let open = row.get(kept).map_or(text.len(), |(_, _, start, _)| *start);
    spelled(vocabulary, &row, &mut found);
    (found, open)
}

fn spelled(vocabulary: &Vocabulary, row: &[(char, bool, usize, usize)], found: &mut Vec<Found>) {
    for first in 0..row.len() {
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
                && vocabulary.may_have(hash(&word))
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
        assert_eq!(letter("kay"), Some(('k', true)));
        assert_eq!(letter("are"), Some(('r', false)));
        assert_eq!(letter("table"), None);
    }
}
