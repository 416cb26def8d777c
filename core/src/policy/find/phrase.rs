//! Terms, phrases and names: the words of a text, disguised or not, walked through the phrases of the rules.

use std::collections::BTreeSet;
use std::ops::Range;

use super::{Place, Work};
use crate::policy::disguise::{Found, Undone, undisguise};
use crate::policy::spell;
use crate::policy::verdict::ViewName;
use crate::policy::vocabulary::{Owner, WordId};
use crate::text::letters::{LATIN, glyph};
use crate::text::scan::{Scan, is_stop, scan};
use crate::text::span::boundary;
use crate::text::words::{is_unspaced, is_word_character};
use crate::text::{View, fold};

/// Longest piece of a disguised stretch that is read at once, and how far two pieces overlap, in bytes.
const MAX_PIECE: usize = 8192;
const OVERLAP: usize = 2048;
/// Most ways through the phrases that are followed from one word.
const MAX_WALKS: usize = 256;

/// A word of the vocabulary in a text: where it is, and which words of the text it takes up.
#[derive(Debug, Clone, Copy)]
struct Token {
    start: usize,
    end: usize,
    first: usize,
    next: usize,
    word: WordId,
    undone: Undone,
}

impl Work<'_, '_> {
    /// Terms, phrases and names.
    pub fn words(&mut self) {
        let vocabulary = &self.policy.vocabulary;
        let text = self.folded.map_or(self.reading.text, View::text);
        let phonetic = self.policy.phonetic.as_ref();
        let seen = scan(text, |hash| phonetic.is_some() || vocabulary.may_matter(hash), vocabulary.longest);
        if self.reading.more {
            self.open_at(self.read(seen.open..seen.open + 1).start.min(self.reading.text.len()));
            if seen.open >= text.len() {
                // What is folded away at the end may belong to the last character.
                let end = self.read(0..text.len()).end;
                self.open_at(if end < self.reading.text.len() { end } else { self.reading.text.len() });
            }
        }
        let mut tokens = Vec::new();
        for word in &seen.words {
            if phonetic.is_none() && !vocabulary.may_have(word.hash) {
                continue;
            }
            let part = text.get(word.start..word.end).unwrap_or_default();
            let found = if word.broken {
                let letters: String = part.chars().filter(|letter| is_word_character(*letter)).collect();
                vocabulary.find(&letters, word.hash)
            } else {
                vocabulary.find(part, word.hash)
            };
            if found.is_none() && phonetic.is_none() {
                continue;
            }
            let place = self.read(word.start..word.end);
            let first = word.index;
            let next = first + 1 + usize::from(word.broken);
            let undone = if word.broken { Undone::APART } else { Undone::NOTHING };
            let mut push = |word: WordId, undone: Undone| {
                tokens.push(Token { start: place.start, end: place.end, first, next, word, undone });
            };
            if let Some(id) = found {
                push(id, undone);
            } else if let Some(phonetic) = phonetic.filter(|_| !word.broken) {
                phonetic.words(vocabulary, part).into_iter().for_each(|id| push(id, Undone::PHONETIC));
            }
        }
        self.disguised(&seen, &mut tokens);
        let (spelled, open) = spell::find(vocabulary, text, &seen.words, seen.starts.len());
        if self.reading.more && open < text.len() {
            self.open_at(self.read(open..open + 1).start);
        }
        for found in spelled {
            let place = self.read(found.place.clone());
            let first = seen.starts.partition_point(|start| (*start as usize) < found.place.start);
            let next = seen.starts.partition_point(|start| (*start as usize) < found.place.end);
            tokens.push(Token {
                start: place.start,
                end: place.end,
                first,
                next,
                word: found.word,
                undone: Undone::SPELLED,
            });
        }
        tokens.sort_by_key(|token| (token.first, token.start, token.end));
        // A word that may go on is not known yet.
        let words = seen.starts.partition_point(|start| (*start as usize) < seen.open);
        self.phrases(&tokens, words);
    }

    /// The words that hide in the regions of a scan.
    fn disguised(&self, seen: &Scan, tokens: &mut Vec<Token>) {
        let mut found: Vec<Found> = Vec::new();
        for (start, end) in &seen.regions {
            let region = self.read(*start..*end);
            let mut at = region.start;
            // A long stretch is read in pieces that overlap by more than a word, so that what is in work stays small.
            loop {
                let stop = boundary(self.reading.text, (at + MAX_PIECE).min(region.end));
                undisguise(&self.policy.vocabulary, self.reading.text, at..stop, &mut found);
                if stop >= region.end {
                    break;
                }
                at = boundary(self.reading.text, stop - OVERLAP);
            }
        }
        let starts = |place: usize| {
            seen.starts.partition_point(|start| self.read(*start as usize..*start as usize + 1).start < place)
        };
        for found in found {
            let (first, next) = (starts(found.place.start), starts(found.place.end));
            if found.whole && self.foreign(seen, first, next) {
                continue;
            }
            let Range { start, end } = found.place;
            tokens.push(Token { start, end, first, next, word: found.word, undone: found.undone });
        }
    }

    /// Whether the word before or after is of a script other than Latin, and could not be taken for Latin.
    fn foreign(&self, seen: &Scan, first: usize, next: usize) -> bool {
        let text = self.folded.map_or(self.reading.text, View::text);
        let foreign = |index: usize| {
            let start = seen.starts.get(index).map(|start| *start as usize);
            let word = start.and_then(|start| text.get(start..)).unwrap_or_default();
            word.chars().take_while(|letter| is_word_character(*letter)).take(32).any(|letter| {
                let known = glyph(letter);
                known.script > LATIN && !known.twin
            })
        };
        first.checked_sub(1).is_some_and(foreign) || foreign(next)
    }

    /// Walks from every word through the phrases.
    fn phrases(&mut self, tokens: &[Token], words: usize) {
        let vocabulary = &self.policy.vocabulary;
        let mut hits: Vec<(Owner, Place)> = Vec::new();
        let mut walks: Vec<(u32, usize, Undone)> = Vec::new();
        for (index, token) in tokens.iter().enumerate() {
            walks.clear();
            let enter = |node: u32,
                         at: usize,
                         undone: Undone,
                         token: &Token,
                         walks: &mut Vec<(u32, usize, Undone)>| {
                for symbol in vocabulary.symbols(token.word) {
                    if let Some(node) = vocabulary.step(node, symbol)
                        && walks.len() < MAX_WALKS
                    {
                        let inflected =
                            if symbol == token.word { Undone::NOTHING } else { Undone::INFLECTED };
                        walks.push((node, at, undone | token.undone | inflected));
                    }
                }
            };
            enter(0, index, Undone::NOTHING, token, &mut walks);
            let mut walked = 0;
            while let Some((node, at, undone)) = walks.get(walked).copied() {
                walked += 1;
                let Some(last) = tokens.get(at) else { continue };
                for owner in vocabulary.owners(node) {
                    hits.push((*owner, self.place(*owner, token.start..last.end, undone)));
                }
                if !vocabulary.goes_on(node) {
                    continue;
                }
                if self.reading.more && last.next >= words {
                    self.open_at(token.start);
                }
                let from = tokens.partition_point(|token| token.first < last.next);
                for (step, next) in tokens.iter().enumerate().skip(from) {
                    if next.first != last.next {
                        break;
                    }
                    if next.start >= last.end && self.neighbours(last, next) {
                        enter(node, step, undone, next, &mut walks);
                    }
                }
            }
        }
        self.lift_and_keep(hits);
    }

    /// Whether two words are next to each other: in scripts without spaces, punctuation parts them.
    fn neighbours(&self, last: &Token, next: &Token) -> bool {
        let gap = self.reading.text.get(last.end..next.start).unwrap_or_default();
        let unspaced =
            |text: Option<&str>| text.and_then(|text| text.chars().next()).is_some_and(is_unspaced);
        gap.is_empty()
            || !unspaced(self.reading.text.get(last.start..))
            || !unspaced(self.reading.text.get(next.start..))
            || !gap.chars().any(|character| is_stop(character) || character == '\n')
    }

    fn place(&self, owner: Owner, part: Range<usize>, mut undone: Undone) -> Place {
        let (source, on_the_way) = self.origin(part);
        undone |= on_the_way;
        let slice = self.reading.original.get(source.clone()).unwrap_or_default();
        let view = if undone.has(Undone::PHONETIC) {
            ViewName::Phonetic
        } else if undone.has(Undone::SPELLED) {
            ViewName::Spelled
        } else if undone.has(Undone::MASKED) || undone.has(Undone::DROPPED) {
            ViewName::Masked
        } else if undone.has(Undone::APART) || undone.has(Undone::MARKUP) || undone.has(Undone::REVERSED) {
            ViewName::Joined
        } else if undone.has(Undone::REPEATED) {
            ViewName::Squeezed
        } else if undone.has(Undone::LOOKALIKE)
            || undone.has(Undone::LEET)
            || !self.stands_in(owner, slice, undone)
        {
            undone |= Undone::FOLDED;
            ViewName::Folded
        } else {
            ViewName::Plain
        };
        Place {
            rule: owner.rule,
            view,
            start: source.start,
            end: source.end,
            term: owner.term,
            undone,
            digits: String::new(),
        }
    }

    /// Whether the term is there undisguised: the same words but for case, or a form of them.
    fn stands_in(&self, owner: Owner, slice: &str, undone: Undone) -> bool {
        /// Separators between words that still look like a phrase, in bytes over the phrase's own length.
        const SLACK: usize = 64;
        let rule = self.policy.rules.get(owner.rule as usize);
        let term = rule.and_then(|rule| rule.terms().get(owner.term as usize)).map_or("", String::as_str);
        if slice.len() > term.len() + SLACK {
            return false;
        }
        if undone.has(Undone::INFLECTED) {
            // A form stands there when nothing had to be folded but case.
            let lower = slice.to_lowercase();
            if fold(&lower).text() == lower {
                return true;
            }
        }
        let words = |text: &str| -> Vec<String> {
            text.split(|character| !is_word_character(character))
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect()
        };
        words(slice) == words(term)
    }

    /// Keeps the hits that no exception of their rule covers.
    fn lift_and_keep(&mut self, hits: Vec<(Owner, Place)>) {
        let lifted: Vec<(u32, usize, usize)> = hits
            .iter()
            .filter(|(owner, _)| owner.exception)
            .map(|(owner, place)| (owner.rule, place.start, place.end))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        for (owner, place) in hits {
            // Exceptions of a rule that start at or before the hit: the nearest few of them.
            let until =
                lifted.partition_point(|(rule, start, _)| (*rule, *start) <= (owner.rule, place.start));
            let covers = |(rule, _, end): &&(u32, usize, usize)| *rule == owner.rule && *end >= place.end;
            let near = lifted.get(until.saturating_sub(64)..until).unwrap_or_default();
            if !owner.exception && !near.iter().any(|exception| covers(&exception)) {
                self.findings.places.push(place);
            }
        }
    }
}
