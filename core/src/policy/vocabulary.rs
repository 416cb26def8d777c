//! All words of all rules, and the sequences of them that rules look for.
//!
//! A word is found three ways: by the hash of its letters (after a bit filter that lets about one ordinary
//! word in a hundred pass), letter by letter through a trie (for text in disguise), and by its first
//! letter and length (for letters masked with signs). Terms and phrases are paths through a second
//! trie, whose steps are words: a term is a phrase of one word.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::spell::NAMES;
use crate::text::hash::hash;

/// A word of the vocabulary.
pub type WordId = u32;
/// What a phrase is made of: a word as it stands, or a word in any of its forms.
pub type Symbol = u32;
/// Symbols from here on stand for a word in any of its forms.
const ANY_FORM: Symbol = 1 << 31;
/// Most words of a masked word's length and first letter that are tried.
const MAX_MASKED: usize = 256;

/// A rule's claim to a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Place of the rule.
    pub rule: u32,
    /// Place of the term in the rule.
    pub term: u32,
    /// Where it is found, the rule's other hits do not count.
    pub exception: bool,
}

/// A hasher for keys that are hashes.
#[derive(Debug, Default, Clone)]
pub struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }
    fn write_u32(&mut self, part: u32) {
        self.write_u64(u64::from(part));
    }
    fn write_u64(&mut self, part: u64) {
        self.0 = (self.0.rotate_left(23) ^ part).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

type Map<K, V> = HashMap<K, V, BuildHasherDefault<Mixed>>;

/// A word and what it stands for beside itself.
#[derive(Debug)]
struct Entry {
    text: Box<str>,
    forms: Vec<Symbol>,
}

/// A word's place in a filter, and its three bits there: one look at memory for each word of a text.
#[inline]
fn bits(filter: &[u64], hash: u64) -> (usize, u64) {
    let place = hash as usize & filter.len().wrapping_sub(1);
    let bit = |shift: u32| 1u64 << (hash >> shift & 63);
    (place, bit(46) | bit(52) | bit(58))
}

#[inline]
fn passes(filter: &[u64], hash: u64) -> bool {
    let (place, bits) = bits(filter, hash);
    filter.get(place).is_some_and(|block| block & bits == bits)
}

fn note(filter: &mut [u64], hash: u64) {
    let (place, bits) = bits(filter, hash);
    if let Some(block) = filter.get_mut(place) {
        *block |= bits;
    }
}

/// All words of all rules, and their sequences.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// Bits of all words; and the same with the names of letters.
    filter: Vec<u64>,
    named: Vec<u64>,
    places: Map<u64, WordId>,
    words: Vec<Entry>,
    letters: Map<(u32, u32), u32>,
    nodes: u32,
    ends: Map<u32, WordId>,
    masked: Map<(u32, u32), Vec<WordId>>,
    lemmas: HashMap<(String, String), Symbol>,
    steps: Map<(u32, u32), u32>,
    owners: Vec<Vec<Owner>>,
    going: Vec<bool>,
    /// Letters of the longest word.
    pub longest: usize,
    /// Words of the longest phrase.
    pub deepest: usize,
}

impl Vocabulary {
    /// The word's id; a new one if it is new.
    pub fn add(&mut self, word: &str) -> WordId {
        let mut key = hash(word);
        // Two words with one hash: the later one takes the next place.
        while let Some(id) = self.places.get(&key) {
            if self.text(*id) == word {
                return *id;
            }
            key = key.wrapping_add(1);
        }
        let id = self.words.len() as WordId;
        self.places.insert(key, id);
        self.words.push(Entry { text: word.into(), forms: Vec::new() });
        let mut node = 0;
        let mut count = 0;
        for letter in word.chars() {
            let next = self.nodes + 1;
            let step = *self.letters.entry((node, u32::from(letter))).or_insert(next);
            self.nodes = self.nodes.max(step);
            node = step;
            count += 1;
        }
        self.ends.insert(node, id);
        if let Some(first) = word.chars().next().filter(|_| count >= 3) {
            let list = self.masked.entry((u32::from(first), count)).or_default();
            if list.len() < MAX_MASKED {
                list.push(id);
            }
        }
        self.longest = self.longest.max(count as usize);
        id
    }

    /// The symbol of a word in any of its forms in a language.
    pub fn lemma(&mut self, word: &str, language: &str, forms: impl FnOnce() -> Vec<String>) -> Symbol {
        let key = (word.to_owned(), language.to_owned());
        if let Some(known) = self.lemmas.get(&key) {
            return *known;
        }
        let symbol = ANY_FORM + self.lemmas.len() as Symbol;
        self.lemmas.insert(key, symbol);
        for form in forms() {
            let id = self.add(&form);
            if let Some(entry) =
                self.words.get_mut(id as usize).filter(|entry| !entry.forms.contains(&symbol))
            {
                entry.forms.push(symbol);
            }
        }
        symbol
    }

    /// Makes a sequence of symbols known. One that is there gets a further owner.
    pub fn claim(&mut self, phrase: &[Symbol], owner: Owner) {
        if self.owners.is_empty() {
            self.owners.push(Vec::new());
        }
        let mut node = 0;
        for symbol in phrase {
            let next = self.owners.len() as u32;
            self.going.resize(self.owners.len(), false);
            if let Some(going) = self.going.get_mut(node as usize) {
                *going = true;
            }
            node = *self.steps.entry((node, *symbol)).or_insert(next);
            if node == next {
                self.owners.push(Vec::new());
            }
        }
        self.deepest = self.deepest.max(phrase.len());
        if let Some(owners) = self.owners.get_mut(node as usize).filter(|owners| !owners.contains(&owner)) {
            owners.push(owner);
        }
    }

    /// Builds the filters: to be called once all words are in.
    pub fn seal(&mut self) {
        self.lemmas = HashMap::new();
        let bits = (self.words.len() * 32).next_power_of_two().max(4096);
        self.filter = vec![0; bits / 64];
        self.words.iter().for_each(|entry| note(&mut self.filter, hash(&entry.text)));
        self.named = self.filter.clone();
        NAMES.iter().for_each(|name| note(&mut self.named, hash(name)));
    }

    /// Whether a word of this hash may be in the vocabulary.
    #[inline]
    pub fn may_have(&self, hash: u64) -> bool {
        passes(&self.filter, hash)
    }

    /// Whether a word of this hash may be in the vocabulary, or name a letter.
    #[inline]
    pub fn may_matter(&self, hash: u64) -> bool {
        passes(&self.named, hash)
    }

    /// The word of these letters, given their hash. Capital ASCII letters count as small ones.
    pub fn find(&self, word: &str, hash: u64) -> Option<WordId> {
        let mut key = hash;
        while let Some(id) = self.places.get(&key) {
            if self.text(*id).eq_ignore_ascii_case(word) {
                return Some(*id);
            }
            key = key.wrapping_add(1);
        }
        None
    }

    /// A word's letters.
    pub fn text(&self, id: WordId) -> &str {
        self.words.get(id as usize).map_or("", |entry| &entry.text)
    }

    /// What a word stands for: itself, and the words that it is a form of.
    pub fn symbols(&self, id: WordId) -> impl Iterator<Item = Symbol> + '_ {
        let forms = self.words.get(id as usize).map_or(&[][..], |entry| &entry.forms);
        std::iter::once(id).chain(forms.iter().copied())
    }

    /// One letter on in the trie of words.
    #[inline]
    pub fn letter(&self, node: u32, letter: char) -> Option<u32> {
        self.letters.get(&(node, u32::from(letter))).copied()
    }

    /// The word that ends at a node.
    #[inline]
    pub fn ends(&self, node: u32) -> Option<WordId> {
        self.ends.get(&node).copied()
    }

    /// Words of this first letter and length in letters.
    pub fn masked(&self, first: char, letters: usize) -> &[WordId] {
        self.masked.get(&(u32::from(first), letters as u32)).map_or(&[], Vec::as_slice)
    }

    /// One symbol on in the trie of phrases.
    #[inline]
    pub fn step(&self, node: u32, symbol: Symbol) -> Option<u32> {
        self.steps.get(&(node, symbol)).copied()
    }

    /// Whether any phrase goes on from a node.
    #[inline]
    pub fn goes_on(&self, node: u32) -> bool {
        self.going.get(node as usize).copied().unwrap_or_default()
    }

    /// Who looks for the phrase that ends at a node.
    pub fn owners(&self, node: u32) -> &[Owner] {
        self.owners.get(node as usize).map_or(&[], Vec::as_slice)
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Every word.
    pub fn all(&self) -> impl Iterator<Item = (WordId, &str)> {
        self.words.iter().enumerate().map(|(id, entry)| (id as WordId, &*entry.text))
    }
}
