//! From a text to a verdict.

use std::ops::Range;

use super::MAX_HITS;
use super::classifier::{Failure, Finding};
use super::compile::{Policy, parts};
use super::find::{Findings, Place, Reading};
use super::mask::{self, Mask};
use super::path::Path;
use super::rule::{Action, Matcher, Rule, Severity};
use super::verdict::{Hit, Verdict, ViewName};
use crate::text::{Markup, Spoken, TextError};

impl Policy {
    /// Judges a text.
    ///
    /// The work is linear in the text: it is read, folded and searched a fixed number of times.
    ///
    /// # Errors
    /// A text of more than [`Policy::MAX_TEXT_BYTES`], or SSML that is broken or not accepted. A text
    /// that a rule forbids is a verdict, not an error.
    pub fn check(&self, text: &str, markup: Markup) -> Result<Verdict, TextError> {
        self.check_with(text, markup, &[])
    }

    /// Judges a text for which consents exist: a protected name that is among them, or whose rule's id is, does not hit.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn check_with(&self, text: &str, markup: Markup, consents: &[&str]) -> Result<Verdict, TextError> {
        let spoken = Self::spoken(text, markup)?;
        let findings = self.findings(text, &spoken, 0, false);
        let mut places = findings.places;
        self.lift(&mut places, consents);
        let (kept, masks) = self.decide(places, &mut Vec::new());
        let mut hits = self.hits(text, &kept);
        let masks = mask::merge(masks);
        self.ask(text, &spoken, &mut hits);
        hits.sort_by_key(|hit| (hit.start, hit.end));
        let action = hits.iter().map(|hit| hit.action).max().unwrap_or(Action::Allow);
        let removed =
            hits.iter().filter(|hit| hit.action == Action::Mask && hit.view == ViewName::Classifier.name());
        let masks = mask::merge(
            masks
                .into_iter()
                .chain(removed.map(|hit| Mask { place: hit.start_byte..hit.end_byte, says: String::new() }))
                .collect(),
        );
        let document = (spoken.markup == Markup::Ssml).then_some(&spoken);
        Ok(Verdict {
            action,
            hits,
            text: match action {
                Action::Block => String::new(),
                _ if masks.is_empty() => text.to_owned(),
                _ => mask::apply(text, &masks, document),
            },
            spoken: spoken.text.text().to_owned(),
            markup: spoken.markup,
            policy_hash: self.hash(),
        })
    }

    /// What is spoken of a text.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn spoken(text: &str, markup: Markup) -> Result<Spoken, TextError> {
        if text.len() > Self::MAX_TEXT_BYTES {
            return Err(TextError::TooLong { bytes: text.len(), max: Self::MAX_TEXT_BYTES });
        }
        Spoken::new(text, markup)
    }

    /// Why a text is judged as it is, for the operator's eyes: JSON with the spoken text and, for every hit, the rule, the
    /// term, the view and what was undone. It names what rules look for: not for whoever wrote the text.
    ///
    /// # Errors
    /// As [`Policy::check`].
    pub fn explain(&self, text: &str, markup: Markup) -> Result<serde_json::Value, TextError> {
        let spoken = Self::spoken(text, markup)?;
        let (kept, _) = self.decide(self.findings(text, &spoken, 0, false).places, &mut Vec::new());
        let verdict = self.check(text, markup)?;
        let hits: Vec<serde_json::Value> = kept
            .iter()
            .filter_map(|(place, action)| {
                let rule = self.rules.get(place.rule as usize)?;
                let sought = match &rule.matcher {
                    Matcher::Pattern(pattern) => pattern.clone(),
                    Matcher::Pii(kind) => kind.name().to_owned(),
                    _ => rule.terms().get(place.term as usize)?.clone(),
                };
                Some(serde_json::json!({
                    "rule": rule.id, "match": rule.matcher.kind().name(), "sought": sought, "action": action.name(),
                    "view": place.view.name(), "undone": place.undone.names(),
                    "start_byte": place.start, "end_byte": place.end, "written": text.get(place.start..place.end),
                }))
            })
            .collect();
        Ok(serde_json::json!({
            "action": verdict.action.name(), "markup": spoken.markup.to_string(), "spoken": spoken.text.text(), "readings": Path::all(text, &spoken, false).len(), "hits": hits,
        }))
    }

    /// Everything found in all readings of a text, in bytes of the original; `open` too. What starts before `from` was
    /// found earlier.
    pub(super) fn findings(&self, text: &str, spoken: &Spoken, from: usize, more: bool) -> Findings {
        let mut all = Findings { places: Vec::new(), open: text.len() };
        for path in Path::all(text, spoken, more) {
            let source = |part: Range<usize>| path.source(part);
            let reading = Reading {
                original: text,
                text: path.text(),
                source: &source,
                undone: path.undone,
                from: path.place_of(from),
                more,
            };
            let found = self.find(&reading);
            all.places.extend(found.places.into_iter().filter(|place| place.start >= from));
            if more {
                all.open = all.open.min(path.original(found.open));
            }
        }
        all
    }

    /// Drops the hits of protected names that a consent lifts.
    pub(super) fn lift(&self, places: &mut Vec<Place>, consents: &[&str]) {
        if consents.is_empty() {
            return;
        }
        let consented: Vec<Vec<String>> =
            consents.iter().filter_map(|name| parts(name, false).ok()).collect();
        places.retain(|place| {
            let Some(rule) = self.rules.get(place.rule as usize) else { return true };
            let Matcher::Names(names) = &rule.matcher else { return true };
            let name = names.get(place.term as usize).and_then(|name| parts(name, false).ok());
            !(consents.contains(&rule.id.as_str()) || name.is_some_and(|name| consented.contains(&name)))
        });
    }

    /// What counts of the places, by place, each with its action; and the masks. `counts` says how many hits each
    /// rule has had before.
    pub(super) fn decide(
        &self,
        mut places: Vec<Place>,
        counts: &mut Vec<usize>,
    ) -> (Vec<(Place, Action)>, Vec<Mask>) {
        counts.resize(self.rules.len(), 0);
        places.retain(|place| {
            let views = self.rules.get(place.rule as usize).map_or(&[][..], |rule| &rule.views);
            views.is_empty() || views.iter().any(|view| view == place.view.name())
        });
        places.sort();
        places.dedup_by(|a, b| (a.rule, a.view, a.start, a.end) == (b.rule, b.view, b.start, b.end));
        let mut kept = Vec::with_capacity(places.len());
        for of_rule in places.chunk_by(|a, b| a.rule == b.rule) {
            keep_first_view(of_rule, &mut kept);
        }
        kept.sort_by(|a, b| (a.start, a.end, self.id(a), a.view).cmp(&(b.start, b.end, self.id(b), b.view)));
        let mut masks = Vec::new();
        let mut decided = Vec::with_capacity(kept.len());
        for place in kept {
            let (Some(rule), Some(count)) =
                (self.rules.get(place.rule as usize), counts.get_mut(place.rule as usize))
            else {
                continue;
            };
            *count += 1;
            let many = *count > MAX_HITS;
            // A pattern's places are not all looked for: what cannot be masked is not spoken.
            let action = match (rule.action, &rule.matcher) {
                (Action::Mask, Matcher::Pattern(_)) if many => Action::Block,
                (action, _) => action,
            };
            if many && !matches!(rule.action, Action::Mask) {
                continue;
            }
            if action == Action::Mask {
                masks.push(Mask { place: place.start..place.end, says: mask::says(rule, &place.digits) });
            }
            decided.push((place, action));
        }
        (decided, masks)
    }

    fn id(&self, place: &Place) -> &str {
        self.rules.get(place.rule as usize).map_or("", |rule| &rule.id)
    }

    pub(super) fn hits(&self, text: &str, decided: &[(Place, Action)]) -> Vec<Hit> {
        let offsets = decided.iter().flat_map(|(place, _)| [place.start, place.end]).collect();
        let characters = Characters::new(text, offsets);
        let hit = |(place, action): &(Place, Action)| {
            let rule: &Rule = self.rules.get(place.rule as usize)?;
            Some(Hit {
                rule: rule.id.clone(),
                category: rule.category.clone(),
                severity: rule.severity,
                action: *action,
                start: characters.before(place.start),
                end: characters.before(place.end),
                start_byte: place.start,
                end_byte: place.end,
                view: place.view.name().to_owned(),
            })
        };
        decided.iter().filter_map(hit).collect()
    }

    /// Asks the host's classifier, if there is one.
    fn ask(&self, text: &str, spoken: &Spoken, hits: &mut Vec<Hit>) {
        let Some(judge) = &self.judge else { return };
        let said = spoken.text.text();
        let findings = judge.judge(said).unwrap_or_else(|Failure| {
            vec![Finding {
                rule: "classifier".into(),
                category: "classifier".into(),
                severity: Severity::Error,
                action: judge.on_failure(),
                start: 0,
                end: usize::MAX,
            }]
        });
        let byte = |character: usize| said.char_indices().nth(character).map_or(said.len(), |(at, _)| at);
        for finding in findings {
            let source = spoken.text.source(byte(finding.start)..byte(finding.end.max(finding.start)));
            let characters = Characters::new(text, vec![source.start, source.end]);
            hits.push(Hit {
                rule: finding.rule,
                category: finding.category,
                severity: finding.severity,
                action: finding.action,
                start: characters.before(source.start),
                end: characters.before(source.end),
                start_byte: source.start,
                end_byte: source.end,
                view: ViewName::Classifier.name().to_owned(),
            });
        }
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
