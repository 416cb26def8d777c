//! What the rules find in one reading of a text.
//!
//! The way is always the same: fold, scan, undo disguise where the scan asks for it, walk phrases, look for
//! personal data and patterns. Every place found leads back to the original; and [`Findings::open`] says from
//! where on a continuation of the text might find something else, which is what a stream holds back.

mod phrase;

use std::ops::Range;

use super::MAX_HITS;
use super::compile::Policy;
use super::disguise::Undone;
use super::pii;
use super::rule::Matcher;
use super::verdict::ViewName;
use crate::text::fold::is_plain_ascii;
use crate::text::{View, fold};

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

    /// Where a part of the reading lies in the original, and what was undone on the way: nothing, where the original has the
    /// same there.
    fn origin(&self, part: Range<usize>) -> (Range<usize>, Undone) {
        let source = (self.reading.source)(part.clone());
        let same = self.reading.original.get(source.clone()) == self.reading.text.get(part);
        (source, if same { Undone::NOTHING } else { self.reading.undone })
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
            let (source, undone) = self.origin(self.read(item.place.clone()));
            for (index, rule) in self.policy.rules.iter().enumerate() {
                if rule.matcher == Matcher::Pii(item.kind) {
                    let (view, undone) = match (item.spoken, undone) {
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
                let (source, mut undone) = self.origin(part);
                let view = match (undone == Undone::NOTHING, folded.is_some()) {
                    (true, false) => ViewName::Plain,
                    (true, true) => ViewName::Folded,
                    _ => ViewName::Joined,
                };
                if folded.is_some() {
                    undone |= Undone::FOLDED;
                }
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
