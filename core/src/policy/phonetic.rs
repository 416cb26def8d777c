//! Words that sound alike: "kyll", "merder", "phuk".
//!
//! Only for rules that ask (`"phonetic": true`). Words are first put together by Double Metaphone (Philips, 2000), which
//! drops vowels, and then compared in a closer respelling of the sound that keeps them ([`sound`]): equal, or different in
//! one vowel where there are enough consonants. German, Spanish, French and other Latin words go the same way: their
//! names of sounds differ, but a respelling that people read aloud follows the same few rules.

use std::collections::HashMap;

use rphonetic::DoubleMetaphone;

use super::vocabulary::{Vocabulary, WordId};

/// Longest word that is compared, in letters.
const LONGEST: usize = 24;

/// The words that other spellings are looked for.
#[derive(Debug)]
pub struct Phonetic {
    metaphone: DoubleMetaphone,
    words: HashMap<String, Vec<(WordId, String)>>,
}

impl Phonetic {
    /// Of these words.
    pub fn new(vocabulary: &Vocabulary, words: &[WordId]) -> Self {
        let mut phonetic = Self { metaphone: DoubleMetaphone::new(Some(8)), words: HashMap::new() };
        for id in words {
            let text = vocabulary.text(*id);
            if speakable(text) {
                for code in phonetic.codes(text) {
                    let list = phonetic.words.entry(code).or_default();
                    if !list.iter().any(|(known, _)| known == id) {
                        list.push((*id, sound(text)));
                    }
                }
            }
        }
        phonetic
    }

    fn codes(&self, word: &str) -> Vec<String> {
        let result = self.metaphone.double_metaphone(word);
        let mut codes = vec![result.primary()];
        if result.alternate() != result.primary() {
            codes.push(result.alternate());
        }
        // The vowels in a sound's own spelling are kept apart by `sound`.
        codes.push(skeleton(&sound(word)));
        codes
    }

    /// The words that sound like this one.
    pub fn words(&self, vocabulary: &Vocabulary, word: &str) -> Vec<WordId> {
        let word = word.to_ascii_lowercase();
        if !speakable(&word) || word.len() > LONGEST {
            return Vec::new();
        }
        let heard = sound(&word);
        let mut found = Vec::new();
        for code in self.codes(&word) {
            for (id, said) in self.words.get(&code).into_iter().flatten() {
                if vocabulary.text(*id) != word && alike(said, &heard) && !found.contains(id) {
                    found.push(*id);
                }
            }
        }
        found
    }
}

fn speakable(word: &str) -> bool {
    word.len() >= 3 && word.bytes().all(|byte| byte.is_ascii_alphabetic())
}

fn is_vowel(letter: char) -> bool {
    "aeiou".contains(letter)
}

fn skeleton(sound: &str) -> String {
    sound.chars().filter(|letter| !is_vowel(*letter)).collect()
}

/// Equal, or of enough consonants and with one vowel heard otherwise.
fn alike(said: &str, heard: &str) -> bool {
    if said == heard {
        return true;
    }
    let consonants = skeleton(said);
    if consonants.len() < 3 || consonants != skeleton(heard) || said.len() != heard.len() {
        return false;
    }
    said.chars().zip(heard.chars()).filter(|(one, other)| one != other).count() == 1
}

/// A closer respelling: one letter a sound, vowels in five classes.
fn sound(word: &str) -> String {
    const RULES: [(&str, &str); 61] = [
        ("ough", "o"),
        ("augh", "o"),
        ("igh", "ai"),
        ("tch", "C"),
        ("sch", "S"),
        ("dge", "J"),
        ("tion", "Sun"),
        ("sion", "Sun"),
        ("cious", "Sus"),
        ("tious", "Sus"),
        ("eigh", "e"),
        ("ph", "f"),
        ("gh", "g"),
        ("kn", "n"),
        ("wr", "r"),
        ("wh", "w"),
        ("qu", "kw"),
        ("ck", "k"),
        ("cq", "k"),
        ("cc", "k"),
        ("ch", "C"),
        ("sh", "S"),
        ("th", "T"),
        ("dg", "J"),
        ("ce", "se"),
        ("ci", "si"),
        ("cy", "si"),
        ("sc", "sk"),
        ("ks", "ks"),
        ("cks", "ks"),
        ("x", "ks"),
        ("c", "k"),
        ("q", "k"),
        ("z", "s"),
        ("j", "J"),
        ("ee", "i"),
        ("ea", "i"),
        ("ie", "i"),
        ("ei", "i"),
        ("ey", "i"),
        ("oo", "u"),
        ("ou", "u"),
        ("ew", "u"),
        ("ue", "u"),
        ("ui", "u"),
        ("oa", "o"),
        ("ow", "o"),
        ("oe", "o"),
        ("au", "o"),
        ("aw", "o"),
        ("ai", "e"),
        ("ay", "e"),
        ("er", "ar"),
        ("ir", "ar"),
        ("ur", "ar"),
        ("or", "ar"),
        ("yr", "ar"),
        ("ar", "ar"),
        ("y", "i"),
        ("v", "v"),
        ("w", "w"),
    ];
    let word =
        word.strip_suffix('e').filter(|stem| stem.len() >= 3 && !stem.ends_with(is_vowel)).unwrap_or(word);
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        let rule = RULES.iter().filter(|(from, _)| rest.starts_with(from)).max_by_key(|(from, _)| from.len());
        let (length, to) = rule.map_or((letter.len_utf8(), ""), |(from, to)| (from.len(), *to));
        let mut own = [0; 4];
        let to = if rule.is_some() { to } else { letter.encode_utf8(&mut own) };
        for sound in to.chars() {
            // Doubled letters are one sound.
            if !out.ends_with(sound) {
                out.push(sound);
            }
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_spellings_of_the_same_sound_are_found_and_other_words_are_not() {
        let mut vocabulary = Vocabulary::default();
        let words: Vec<WordId> =
            ["kill", "murder", "knife", "stupid", "fool"].map(|word| vocabulary.add(word)).to_vec();
        vocabulary.seal();
        let phonetic = Phonetic::new(&vocabulary, &words);
        for (spelling, word) in [
            ("kyll", "kill"),
            ("qill", "kill"),
            ("merder", "murder"),
            ("nife", "knife"),
            ("stoopid", "stupid"),
            ("phool", "fool"),
        ] {
            let found: Vec<&str> =
                phonetic.words(&vocabulary, spelling).into_iter().map(|id| vocabulary.text(id)).collect();
            assert_eq!(found, [word], "{spelling}: {}", sound(spelling));
        }
        for other in ["call", "coal", "mother", "kneel", "stopped", "while", "fall"] {
            assert!(phonetic.words(&vocabulary, other).is_empty(), "{other}");
        }
    }
}
