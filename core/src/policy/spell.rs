//! Words spelled out by the names of their letters: "kay eye ell ell", "kilo india lima lima".
//!
//! English names and the spelling alphabet of the ICAO. Many names are ordinary words ("are", "you", "see"), so a row counts
//! from four letters on, one of them at least with a name that is nothing else.

use super::disguise::{Found, Undone};
use super::vocabulary::Vocabulary;
use crate::text::scan;

/// Fewest letters that are taken for a spelled word.
const FEWEST: usize = 4;

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

/// Finds spelled words; `starts` are the words of the folded text. The second value says from where on more text may
/// change the answer.
pub fn find(vocabulary: &Vocabulary, text: &str, starts: &[u32]) -> (Vec<Found>, usize) {
    let mut found = Vec::new();
    let mut row: Vec<(char, bool, usize, usize)> = Vec::new();
    for start in starts {
        let start = *start as usize;
        // No name is longer than nine letters.
        let window = text.as_bytes().get(start..(start + 10).min(text.len())).unwrap_or_default();
        let length = window.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let word = text.get(start..start + length).unwrap_or_default();
        let named = if (1..=9).contains(&length) { letter(&word.to_ascii_lowercase()) } else { None };
        match named {
            Some((letter, sure)) => row.push((letter, sure, start, start + length)),
            None => spelled(vocabulary, &std::mem::take(&mut row), &mut found),
        }
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
                && vocabulary.may_have(scan::hash(&word))
                && let Some((_, _, start, _)) = row.get(first)
            {
                found.push(Found { place: *start..*end, word: id, undone: Undone::SPELLED, whole: false });
            }
        }
    }
}
