//! What the rules find in one reading of a text.
//!
//! The way is always the same: fold, scan, undo disguise where the scan asks for it, walk phrases, look for
//! personal data and patterns. Every place found leads back to the original; and [`Findings::open`] says from
//! where on a continuation of the text might find something else, which is what a stream holds back.

use std::collections::BTreeSet;
use std::ops::Range;

use super::MAX_HITS;
use super::compile::Policy;
use super::disguise::{Found, Undone, undisguise};
use super::pii;
use super::rule::Matcher;
use super::spell;
use super::verdict::ViewName;
use super::vocabulary::{Owner, WordId};
use crate::text::fold::is_plain_ascii;
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

/// Where a rule hit, in bytes of the original.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    /// Place of the rule.
    pub rule: u32,
    /// The view that found it.
    pub view: ViewName,
    pub start: usize,
    pub end: usize,
    /// Which of the rule's terms.
    pub term: u32,
    /// What was undone.
    pub undone: Undone,
    /// The digits of personal data.
    pub digits: String,
}

/// What was found, in bytes of the original; and from where on more text may change it, in bytes of the reading.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub places: Vec<Place>,
    pub open: usize,
}

/// One reading of a text: what is said, and the way back.
pub(super) struct Reading<'r> {
    /// The original text.
    pub original: &'r str,
    /// What is read.
    pub text: &'r str,
    /// From a part of what is read to a part of the original.
    pub source: &'r dyn Fn(Range<usize>) -> Range<usize>,
    /// What was undone to get this reading.
    pub undone: Undone,
    /// Patterns and personal data are looked for from here on; what is before is context.
    pub from: usize,
    /// Whether the text may go on, so that `open` is needed.
    pub more: bool,
}

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

impl Policy {
    /// Finds everything that the rules look for in a reading.
    pub(super) fn find(&self, reading: &Reading<'_>) -> Findings {
        let text = reading.text;
        let folded = (!is_plain_ascii(text)).then(|| fold(text));
        let mut work = Work {
            policy: self,
            reading,
            folded: folded.as_ref(),
            findings: Findings { places: Vec::new(), open: text.len() },
        };
        if !self.vocabulary.is_empty() {
            work.words();
        }
        if self.has_pii {
            work.personal_data();
        }
        if let Some(patterns) = &self.patterns {
            work.patterns(patterns);
        }
        work.findings
    }
}

struct Work<'w, 'r> {
    policy: &'w Policy,
    reading: &'w Reading<'r>,
    /// The folded text, where folding makes a difference beyond case.
    folded: Option<&'w View>,
    findings: Findings,
}

impl Work<'_, '_> {
    /// From a part of the folded text to a part of the reading.
    fn read(&self, part: Range<usize>) -> Range<usize> {
        self.folded.map_or(part.clone(), |view| view.source(part))
    }

    fn open_at(&mut self, place: usize) {
        self.findings.open = self.findings.open.min(place);
    }

    fn words(&mut self) {
        let vocabulary = &self.policy.vocabulary;
        let text = self.folded.map_or(self.reading.text, View::text);
        let phonetic = self.policy.phonetic.as_ref();
        let seen = scan(text, |hash| phonetic.is_some() || vocabulary.may_have(hash), vocabulary.longest);
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
            let first = seen.starts.partition_point(|start| (*start as usize) < word.start);
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
        let (spelled, open) = spell::find(vocabulary, text, &seen.words, &seen.starts);
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
        undone |= self.reading.undone;
        let source = (self.reading.source)(part);
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

    fn personal_data(&mut self) {
        let lower;
        let text = match self.folded {
            Some(view) => view.text(),
            None => {
                lower = self.reading.text.to_ascii_lowercase();
                &lower
            }
        };
        let wanted = |kind| self.policy.rules.iter().any(|rule| rule.matcher == Matcher::Pii(kind));
        let from = self.folded_from(text);
        let (items, open) = pii::find(text, wanted, from);
        if self.reading.more {
            let open =
                if open < text.len() { self.read(open..open + 1).start } else { self.reading.text.len() };
            self.open_at(open);
        }
        for item in items {
            let source = (self.reading.source)(self.read(item.place.clone()));
            for (index, rule) in self.policy.rules.iter().enumerate() {
                if rule.matcher == Matcher::Pii(item.kind) {
                    let (view, undone) = match (item.spoken, self.reading.undone) {
                        (true, undone) => (ViewName::Spelled, undone | Undone::SPELLED),
                        (false, Undone::NOTHING) => (ViewName::Plain, Undone::NOTHING),
                        (false, undone) => (ViewName::Joined, undone),
                    };
                    self.findings.places.push(Place {
                        rule: index as u32,
                        view,
                        start: source.start,
                        end: source.end,
                        term: 0,
                        undone,
                        digits: item.digits.clone(),
                    });
                }
            }
        }
    }

    /// Where, in the folded text, what is more than context begins.
    fn folded_from(&self, folded: &str) -> usize {
        match self.folded {
            Some(view) if self.reading.from > 0 => {
                let starts = folded.char_indices().map(|(at, _)| at);
                starts
                    .into_iter()
                    .find(|at| view.source(*at..*at + 1).start >= self.reading.from)
                    .unwrap_or(folded.len())
            }
            _ => self.reading.from,
        }
    }

    fn patterns(&mut self, patterns: &super::compile::Patterns) {
        let text = self.reading.text;
        self.pattern_hits(patterns, text, self.reading.from, None);
        let lower;
        let (folded, view) = match self.folded {
            Some(view) => (view.text(), Some(view)),
            None => {
                lower = text.to_ascii_lowercase();
                (lower.as_str(), None)
            }
        };
        // What is folded already has been searched as it stands.
        if folded != text {
            let from = self.folded_from(folded);
            self.pattern_hits(patterns, folded, from, Some(view));
        }
        if self.reading.more {
            let open = patterns.open(text, self.reading.from);
            self.open_at(open);
            if folded != text {
                let open = patterns.open(folded, self.folded_from(folded));
                let place = if open < folded.len() { self.read(open..open + 1).start } else { text.len() };
                self.open_at(place);
            }
        }
    }

    fn pattern_hits(
        &mut self,
        patterns: &super::compile::Patterns,
        text: &str,
        from: usize,
        folded: Option<Option<&View>>,
    ) {
        for index in patterns.set.matches_at(text, from).iter() {
            let Some((rule, regex)) = patterns.each.get(index) else { continue };
            // One search is linear, but a search for all matches may be quadratic: hence the limit.
            let mut at = from;
            for _ in 0..=MAX_HITS {
                let Some(found) = regex.find_at(text, at) else { break };
                at = found.end().max(at + 1);
                let part = match folded {
                    Some(Some(view)) => view.source(found.range()),
                    _ => found.range(),
                };
                let source = (self.reading.source)(part);
                let mut undone = self.reading.undone;
                if folded.is_some() {
                    undone |= Undone::FOLDED;
                }
                let view = match (self.reading.undone == Undone::NOTHING, folded.is_some()) {
                    (true, false) => ViewName::Plain,
                    (true, true) => ViewName::Folded,
                    _ => ViewName::Joined,
                };
                self.findings.places.push(Place {
                    rule: *rule as u32,
                    view,
                    start: source.start,
                    end: source.end,
                    term: 0,
                    undone,
                    digits: String::new(),
                });
                if !text.is_char_boundary(at) || at > text.len() {
                    break;
                }
            }
        }
    }
}
