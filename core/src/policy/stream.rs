//! Text that arrives in pieces, as a language model writes it.
//!
//! A [`Stream`] hands text on as soon as nothing that may follow can change what is said of it, and not before. What it holds
//! back begins where a hit may still begin or go on: the last word, words that begin a phrase or an exception, a row of
//! single letters, digits or names of digits, a tag without its end, the start of a pattern. A long run that a pattern
//! keeps open is held for as long as it is open.
//!
//! However a text is cut, the decisions are those of the whole: hits count in the order in which they start,
//! and a hit counts once everything that starts before it is decided. When a blocking hit counts, the text before it has been released
//! (masked where asked), nothing else ever will be, and the stream is over. So what is released is a matter of the text
//! alone; only when it is, is a matter of the cuts.
//!
//! An SSML document is released up to places where `<speak>` alone is open: with an end tag, what has been released is a document
//! at any time. What is in an element of its own (`<p>`, `<s>`) waits for the element's end. A document that turns out to be broken is
//! an error, and the stream is over; unlike a check of the whole, the stream may have released what came before. The
//! host's classifier is asked about whole texts, so a policy that has one holds everything to the end.

use std::sync::Arc;

use unicode_normalization::char::is_combining_mark;

use super::compile::Policy;
use super::mask;
use super::path::Path;
use super::rule::Action;
use super::verdict::Hit;
use crate::text::scan::is_stop;
use crate::text::span::boundary;
use crate::text::ssml::Begun;
use crate::text::words::is_unspaced;
use crate::text::{Markup, Spoken, TextError, ssml};

/// Released text that is kept as context for what follows, in bytes, at least; and how much is let grow before it is cut.
const CONTEXT: usize = 192;
const SLACK: usize = 512;
/// Words that are kept as context, at least.
const CONTEXT_WORDS: usize = 12;
/// Held text is looked at again after each piece up to this many bytes; beyond, when it has grown by an eighth.
const EAGER: usize = 2048;
/// What a document is taken to begin with once its beginning is forgotten.
const BEGINNING: &str = "<speak>";

/// What a piece of text releases.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Released {
    /// Text to be spoken now, after everything that was released before. Masked where a rule asks for it.
    pub text: String,
    /// Whether a rule forbids to go on: the stream is over.
    pub blocked: bool,
    /// The hits that were decided, with places in the whole text so far.
    pub hits: Vec<Hit>,
}

/// A text that arrives in pieces.
#[derive(Debug)]
pub struct Stream {
    policy: Arc<Policy>,
    markup: Markup,
    consents: Vec<String>,
    /// The text from `base` on: context, then what is held.
    buffer: String,
    /// Bytes and characters of the whole text before the buffer.
    base: (usize, usize),
    /// Where, in the buffer, what is held begins.
    settled: usize,
    /// Length of the buffer when it was last looked at.
    looked: usize,
    /// How much is released before the next look for context that nothing needs.
    keep: usize,
    /// Elements, comments and sections of a document before the buffer.
    nodes: usize,
    counts: Vec<usize>,
    over: bool,
    blocked: bool,
}

impl Policy {
    /// A stream of text that this policy judges.
    pub fn stream(self: &Arc<Self>, markup: Markup, consents: &[&str]) -> Stream {
        Stream {
            policy: Arc::clone(self),
            markup,
            consents: consents.iter().map(|&consent| consent.to_owned()).collect(),
            buffer: String::new(),
            base: (0, 0),
            settled: 0,
            looked: 0,
            keep: CONTEXT + SLACK,
            nodes: 0,
            counts: Vec::new(),
            over: false,
            blocked: false,
        }
    }
}

impl Stream {
    /// Takes the next piece, of any length.
    ///
    /// # Errors
    /// A text of more than [`Policy::MAX_TEXT_BYTES`] in all, or SSML that is broken or not accepted: the stream is over.
    pub fn push(&mut self, delta: &str) -> Result<Released, TextError> {
        if self.over {
            return Ok(Released { blocked: self.blocked, ..Released::default() });
        }
        let bytes = self.base.0 + self.buffer.len() + delta.len();
        if bytes > Policy::MAX_TEXT_BYTES {
            self.over = true;
            self.blocked = true;
            return Err(TextError::TooLong { bytes, max: Policy::MAX_TEXT_BYTES });
        }
        self.buffer.push_str(delta);
        if self.markup == Markup::Auto && !ssml::may_become_document(&self.buffer) {
            self.markup = self.markup.decide(&self.buffer);
        }
        let held = self.buffer.len() - self.settled;
        let eager = held <= EAGER && self.buffer.len() <= 4 * EAGER;
        let worth = eager || self.buffer.len() >= self.looked + self.looked / 8;
        if self.markup == Markup::Auto || self.policy.judge.is_some() || !worth {
            return Ok(Released::default());
        }
        self.looked = self.buffer.len();
        self.look(true)
    }

    /// Says that the text is complete.
    ///
    /// # Errors
    /// SSML that is broken or not accepted.
    pub fn finish(&mut self) -> Result<Released, TextError> {
        if self.over {
            return Ok(Released { blocked: self.blocked, ..Released::default() });
        }
        self.markup = self.markup.decide(&self.buffer);
        if self.policy.judge.is_none() {
            let released = self.look(false);
            self.over = true;
            return released;
        }
        self.over = true;
        let consents: Vec<&str> = self.consents.iter().map(String::as_str).collect();
        let verdict = self
            .policy
            .check_with(&self.buffer, self.markup, &consents)
            .inspect_err(|_| self.blocked = true)?;
        self.blocked = !verdict.allowed();
        Ok(Released { text: verdict.text, blocked: self.blocked, hits: verdict.hits })
    }

    /// Whether a rule has ended the stream.
    pub fn blocked(&self) -> bool {
        self.blocked
    }

    /// How many bytes are held back.
    pub fn held(&self) -> usize {
        if self.over { 0 } else { self.buffer.len() - self.settled }
    }

    /// Plain or SSML, once decided.
    pub fn markup(&self) -> Markup {
        self.markup
    }

    /// What is spoken of the buffer, and for a document what has arrived of it.
    fn read(&self, more: bool) -> Result<(Spoken, Option<Begun>), TextError> {
        if self.markup != Markup::Ssml {
            return Ok((Spoken::new(&self.buffer, Markup::Plain)?, None));
        }
        let begun = ssml::begun(&self.buffer)?;
        if self.nodes + begun.nodes > ssml::MAX_NODES {
            let problem = format!("more than {} elements, comments and sections", ssml::MAX_NODES);
            return Err(TextError::Refused { at: self.buffer.len(), problem });
        }
        let spoken = if more { begun.spoken.clone() } else { ssml::spoken(&self.buffer)? };
        Ok((spoken, Some(begun)))
    }

    /// An error with its place in the whole text.
    fn placed(&self, error: TextError) -> TextError {
        match error {
            TextError::Broken { at, problem } => TextError::Broken { at: at + self.base.0, problem },
            TextError::Refused { at, problem } => TextError::Refused { at: at + self.base.0, problem },
            other => other,
        }
    }

    /// Decides what can be decided and releases it.
    fn look(&mut self, more: bool) -> Result<Released, TextError> {
        let (spoken, begun) = self.read(more).map_err(|error| {
            (self.over, self.blocked) = (true, true);
            self.placed(error)
        })?;
        // Part of a document is released up to a place where it could end.
        let safe = |until: usize| begun.as_ref().map_or(until, |begun| begun.safe_before(until));
        let mut found = self.policy.findings(&self.buffer, &spoken, self.settled, more);
        let consents: Vec<&str> = self.consents.iter().map(String::as_str).collect();
        self.policy.lift(&mut found.places, &consents);
        // A place that reaches over the end of what is settled is decided with what it reaches into.
        let mut until = if more { safe(found.open) } else { found.open }.max(self.settled);
        found.places.sort_by_key(|place| usize::MAX - place.start);
        for place in &found.places {
            // What is spoken instead of a place depends on the character after it.
            let last = more && place.end == self.buffer.len();
            if more && place.start < until && (place.end > until || last) {
                until = safe(place.start).max(self.settled);
            }
        }
        found.places.retain(|place| place.start < until || !more);
        if until <= self.settled && more {
            return Ok(Released::default());
        }
        let (decided, masks) = self.policy.decide(found.places, &mut self.counts);
        let masks = mask::merge(masks);
        let block = decided.iter().find(|(_, action)| *action == Action::Block).map(|(place, _)| place.start);
        if let Some(start) = block {
            let cut = masks.iter().find(|mask| mask.place.start < start && mask.place.end > start);
            until = safe(cut.map_or(start, |mask| mask.place.start)).max(self.settled);
        }
        let decided: Vec<_> =
            decided.into_iter().filter(|(place, _)| block.is_none_or(|start| place.start <= start)).collect();
        let mut hits = self.policy.hits(&self.buffer, &decided);
        for hit in &mut hits {
            hit.start_byte += self.base.0;
            hit.end_byte += self.base.0;
            hit.start += self.base.1;
            hit.end += self.base.1;
        }
        let masks: Vec<_> = masks.into_iter().filter(|mask| mask.place.end <= until).collect();
        // Before the first mask nothing changes, so what was released stands as it was; nor does what is held.
        let masked = mask::apply(&self.buffer, &masks, begun.as_ref().map(|_| &spoken));
        let end = masked.len().saturating_sub(self.buffer.len() - until);
        let text = masked.get(self.settled..end).unwrap_or_default().to_owned();
        self.settled = until;
        self.blocked = block.is_some();
        self.over |= self.blocked;
        if more && !self.over && self.settled >= self.keep {
            self.forget(begun.as_ref());
            self.keep = self.settled + (self.settled / 4).max(SLACK);
        }
        Ok(Released { text, blocked: self.blocked, hits })
    }

    /// Where released plain text may be cut off: where every reading of the rest is the end of the same reading of all, and has
    /// enough context.
    fn cut_plain(&self) -> Option<usize> {
        let signs = memchr::memchr2(b'<', b'&', self.buffer.as_bytes()).is_some();
        let mut from = self.settled;
        loop {
            let cut = cut(&self.buffer, from)?;
            if !signs && !self.buffer.contains('\u{202E}') {
                return Some(cut);
            }
            let rest = self.buffer.get(cut..)?;
            let spoken = |text: &str| Spoken::new(text, Markup::Plain).ok();
            let (all, less) = (spoken(&self.buffer)?, spoken(rest)?);
            let (all, less) = (Path::all(&self.buffer, &all, true), Path::all(rest, &less, true));
            let fits = all.iter().all(|path| {
                let Some(rest) = path.counterpart(&less) else { return false };
                let same = path.text().get(path.place_of(cut)..) == Some(rest.text());
                same && path.reach == rest.reach + cut && enough(path, cut, self.settled)
            });
            if fits {
                return Some(cut);
            }
            from = self.settled.checked_sub(2 * (self.settled - from) + CONTEXT)?;
        }
    }

    /// Drops released text that nothing needs as context any more. The rest begins with a word, outside of tags and
    /// elements.
    fn forget(&mut self, begun: Option<&Begun>) {
        let cut = match begun {
            None => self.cut_plain(),
            Some(begun) => {
                let said = begun.spoken.text.text();
                let source = |at: usize| begun.spoken.text.source(at..at + 1).start;
                // What is said must be as far from looking like markup as what is written is from being in it.
                let plain =
                    memchr::memchr2(b'<', b'&', said.as_bytes()).is_none() && !said.contains('\u{202E}');
                let settled = said
                    .char_indices()
                    .map(|(at, _)| at)
                    .find(|at| source(*at) >= self.settled)
                    .unwrap_or(said.len());
                cut(said, settled)
                    .filter(|_| plain)
                    .map(source)
                    .filter(|at| begun.safe_before(*at) == *at && begun.safe_before(at - 1) == at - 1)
            }
        };
        let Some(cut) = cut.filter(|cut| *cut > 2 * BEGINNING.len()) else { return };
        let head = self.buffer.get(..cut).unwrap_or_default();
        let characters = head.chars().count();
        let mut left = 0;
        if begun.is_some() {
            let Ok(before) = ssml::begun(head) else { return };
            // The element that the rest begins with again is counted again.
            self.nodes += before.nodes - 1;
            left = BEGINNING.len();
        }
        self.base.0 += cut - left;
        self.base.1 += characters - left;
        let beginning = if begun.is_some() { BEGINNING } else { "" };
        self.buffer.replace_range(..cut, beginning);
        self.settled = self.settled + left - cut;
        self.looked = self.buffer.len();
    }
}

/// Whether a reading has enough context between two places of the original.
fn enough(path: &Path<'_>, cut: usize, settled: usize) -> bool {
    let context = path.text().get(path.place_of(cut)..path.place_of(settled)).unwrap_or_default();
    let parts = |character: &char| character.is_whitespace() || is_unspaced(*character);
    context.len() >= CONTEXT && context.chars().filter(parts).count() >= CONTEXT_WORDS
}

/// Where released text may be cut off: before a word, outside of what looks like a tag, with enough context left before
/// `settled`.
fn cut(text: &str, settled: usize) -> Option<usize> {
    let end = boundary(text, settled.checked_sub(CONTEXT)?);
    let head = text.get(..end).unwrap_or_default();
    let mut words = 0;
    // The sign of a tag that is nearest on the left; looked for again once it has been passed.
    let mut sign = usize::MAX;
    head.char_indices().rev().find_map(|(at, character)| {
        let parts = character.is_whitespace() || is_unspaced(character);
        words += usize::from(parts);
        let after = at + character.len_utf8();
        let next = text.get(after..).and_then(|rest| rest.chars().next());
        let clean = next.is_some_and(|next| next.is_alphanumeric() && !is_combining_mark(next));
        if !(clean && words >= CONTEXT_WORDS && (character == ' ' || is_stop(character))) {
            return None;
        }
        if sign >= at {
            sign = memchr::memrchr2(b'<', b'>', head.as_bytes().get(..at)?).unwrap_or_default();
        }
        (head.as_bytes().get(sign) != Some(&b'<')).then_some(after)
    })
}
