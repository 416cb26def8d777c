//! From a text to a verdict.

use std::ops::Range;

use super::MAX_HITS;
use super::compile::{Owner, Policy};
use super::rule::{Action, Rule};
use super::verdict::{Hit, Verdict};
use crate::text::words::is_word_character;
use crate::text::{Markup, Spoken, TextError, View, fold, words};

/// The views of a text, the plainest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum ViewName {
    Plain,
    Folded,
    Joined,
}

impl ViewName {
    fn name(self) -> &'static str {
        match self {
            ViewName::Plain => "plain",
            ViewName::Folded => "folded",
            ViewName::Joined => "joined",
        }
    }
}

/// Where a rule hit, in bytes of the original.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    rule: usize,
    view: ViewName,
    start: usize,
    end: usize,
}

impl Policy {
    /// Judges a text.
    ///
    /// The work is linear in the text: it is read, folded and searched a fixed number of times.
    ///
    /// # Errors
    /// A text of more than [`Policy::MAX_TEXT_BYTES`], or SSML that is broken or not accepted. A text
    /// that a rule forbids is a verdict, not an error.
    pub fn check(&self, text: &str, markup: Markup) -> Result<Verdict, TextError> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(TextError::TooLong { bytes: text.len(), max: Self::MAX_TEXT_BYTES });
        }
        let spoken = Spoken::new(text, markup)?;
        let mut places = Vec::new();
        self.match_patterns(spoken.text.text(), ViewName::Plain, &mut places, |part| {
            spoken.text.source(part)
        });
        self.match_folded(text, &spoken.text, ViewName::Folded, &mut places);
        if let Some(joined) = &spoken.joined {
            self.match_folded(text, joined, ViewName::Joined, &mut places);
        }
        let hits = self.hits(text, places);
        let action = hits.iter().map(|hit| hit.action).max().unwrap_or(Action::Allow);
        Ok(Verdict {
            action,
            hits,
            text: if action == Action::Block { String::new() } else { text.to_owned() },
            spoken: spoken.text.text().to_owned(),
            markup: spoken.markup,
            policy_hash: self.hash(),
        })
    }

    /// Looks for everything in the folded form of a reading of the text.
    fn match_folded(&self, original: &str, reading: &View, view: ViewName, places: &mut Vec<Place>) {
        let folded = fold(reading.text());
        let source = |part: Range<usize>| reading.source(folded.source(part));
        // What is folded already has been searched as it stands.
        if view != ViewName::Folded || folded.text() != reading.text() {
            self.match_patterns(folded.text(), view, places, source);
        }
        let Some(terms) = &self.terms else { return };
        let words = words(folded.text());
        // The only error is an automaton without overlapping search; ours is built with it.
        let Ok(matches) = terms.automaton.try_find_overlapping_iter(words.text()) else { return };
        let mut room = vec![MAX_HITS; self.rules.len()];
        for found in matches {
            // The needle's outer spaces are not part of the hit.
            let part = source(words.source(found.start() + 1..found.end().saturating_sub(1)));
            for owner in terms.owners.get(found.pattern().as_usize()).into_iter().flatten() {
                let Some(room) = room.get_mut(owner.rule).filter(|room| **room > 0) else { continue };
                *room -= 1;
                let open = view == ViewName::Folded
                    && stands_in(owner, original.get(part.clone()).unwrap_or_default());
                let view = if open { ViewName::Plain } else { view };
                places.push(Place { rule: owner.rule, view, start: part.start, end: part.end });
            }
        }
    }

    fn match_patterns(
        &self,
        text: &str,
        view: ViewName,
        places: &mut Vec<Place>,
        source: impl Fn(Range<usize>) -> Range<usize>,
    ) {
        let Some(patterns) = &self.patterns else { return };
        for index in patterns.set.matches(text).iter() {
            let Some((rule, regex)) = patterns.each.get(index) else { continue };
            // One search is linear, but a search for all matches may be quadratic: hence the limit.
            for found in regex.find_iter(text).take(MAX_HITS) {
                let part = source(found.range());
                places.push(Place { rule: *rule, view, start: part.start, end: part.end });
            }
        }
    }

    fn hits(&self, text: &str, mut places: Vec<Place>) -> Vec<Hit> {
        places.sort();
        places.dedup();
        let mut kept = Vec::with_capacity(places.len());
        for of_rule in places.chunk_by(|a, b| a.rule == b.rule) {
            keep_first_view(of_rule, &mut kept);
        }
        let mut hits: Vec<(&Place, &Rule)> =
            kept.iter().filter_map(|place| Some((place, self.rules.get(place.rule)?))).collect();
        hits.sort_by(|(a, rule_a), (b, rule_b)| {
            (a.start, a.end, &rule_a.id, a.view).cmp(&(b.start, b.end, &rule_b.id, b.view))
        });
        let characters =
            Characters::new(text, kept.iter().flat_map(|place| [place.start, place.end]).collect());
        hits.into_iter()
            .map(|(place, rule)| Hit {
                rule: rule.id.clone(),
                category: rule.category.clone(),
                severity: rule.severity,
                action: rule.action,
                start: characters.before(place.start),
                end: characters.before(place.end),
                start_byte: place.start,
                end_byte: place.end,
                view: place.view.name().to_owned(),
            })
            .collect()
    }
}

/// Keeps what an earlier view has not found already, in the same place or a wider one. The places
/// are one rule's, by view and start.
fn keep_first_view(places: &[Place], kept: &mut Vec<Place>) {
    // Of the earlier views: where places start, and how far those up to there reach.
    let mut covered: Vec<(usize, usize)> = Vec::new();
    for of_view in places.chunk_by(|a, b| a.view == b.view) {
        let first = kept.len();
        for place in of_view {
            let before = covered.partition_point(|(start, _)| *start <= place.start);
            let reach = covered.get(before.wrapping_sub(1)).map(|(_, reach)| *reach);
            if reach.is_none_or(|reach| reach < place.end) {
                kept.push(place.clone());
            }
        }
        covered.extend(kept.iter().skip(first).map(|place| (place.start, place.end)));
        covered.sort_unstable();
        let mut reach = 0;
        for (_, end) in &mut covered {
            reach = reach.max(*end);
            *end = reach;
        }
    }
}

/// Whether the term is there undisguised: the same words but for case.
fn stands_in(owner: &Owner, slice: &str) -> bool {
    /// Separators between words that still look like a phrase, in bytes over the phrase's own length.
    const SLACK: usize = 64;
    let words = |text: &str| -> Vec<String> {
        text.split(|character| !is_word_character(character))
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect()
    };
    slice.len() <= owner.term.len() + SLACK && words(slice) == words(&owner.term)
}

/// Byte offsets to character offsets, for a few offsets and in one pass over the text.
struct Characters(Vec<(usize, usize)>);

impl Characters {
    fn new(text: &str, mut offsets: Vec<usize>) -> Self {
        offsets.sort_unstable();
        offsets.dedup();
        let (mut at, mut count) = (0, 0);
        let counted = offsets.into_iter().map(|offset| {
            count += text.get(at..offset).unwrap_or_default().chars().count();
            at = offset;
            (offset, count)
        });
        Self(counted.collect())
    }

    fn before(&self, offset: usize) -> usize {
        let place = self.0.binary_search_by_key(&offset, |(offset, _)| *offset).ok();
        place.and_then(|place| self.0.get(place)).map_or(0, |(_, count)| *count)
    }
}
