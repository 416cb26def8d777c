//! The hash of a word's letters: what a scan asks the vocabulary's filter about.
//!
//! A word is taken in eight bytes at a time, so that one of ordinary length costs a load and a multiplication. ASCII
//! letters count as small ones; other letters come folded.

const SEED: u64 = 0xcbf2_9ce4_8422_2325;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// The bit that makes a small ASCII letter of a capital one, in each of eight bytes.
const SMALL: u64 = 0x2020_2020_2020_2020;
/// The bit that no byte of an ASCII character has.
const HIGH: u64 = 0x8080_8080_8080_8080;

/// The hash of a word.
pub fn hash(word: &str) -> u64 {
    hash_at(word.as_bytes(), 0, word.len())
}

/// The hash of the word from `start` to `end` of a text.
#[inline]
pub fn hash_at(text: &[u8], start: usize, end: usize) -> u64 {
    let mut hash = SEED ^ end.saturating_sub(start) as u64;
    let mut at = start;
    while at < end {
        let bytes = (end - at).min(8);
        let part = match text.get(at..).and_then(|rest| rest.first_chunk()) {
            Some(window) => u64::from_le_bytes(*window),
            None => tail(text, at),
        };
        let small = part | (SMALL & !((part & HIGH) >> 2));
        hash = mix(hash ^ (small & (u64::MAX >> (64 - 8 * bytes))));
        at += 8;
    }
    hash
}

/// The last few bytes of a text.
fn tail(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().take(8).rev().fold(0, |part, byte| part << 8 | u64::from(*byte))
}

/// Both halves of a product: every bit of the input reaches every bit of it.
#[inline]
fn mix(hash: u64) -> u64 {
    let product = u128::from(hash) * u128::from(FACTOR);
    (product as u64) ^ ((product >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_has_one_hash_wherever_it_stands() {
        for word in
            ["a", "kill", "password", "murderous", "убить", "杀", "a-word-of-more-than-sixteen-bytes", "x9"]
        {
            for text in [word.to_owned(), format!("{word} and more of it"), word.to_ascii_uppercase()] {
                assert_eq!(hash_at(text.as_bytes(), 0, word.len()), hash(word), "{text}");
            }
            let after = format!("say {word}");
            assert_eq!(hash_at(after.as_bytes(), 4, after.len()), hash(word), "{word}");
        }
    }

    #[test]
    fn different_words_have_different_hashes() {
        let mut seen = std::collections::HashSet::new();
        for number in 0..100_000 {
            assert!(seen.insert(hash(&format!("term{number}"))), "{number}");
        }
        assert_ne!(hash("ab"), hash("ab\0"));
        assert_ne!(hash("ba"), hash("ab"));
    }
}
