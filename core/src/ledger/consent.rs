//! Whether somebody may be spoken for: answered from the ledger, at each use.
//!
//! A consent is a record: a version, a voice, scopes, perhaps an end and a commitment to the sample that
//! the voice was made from. A later version for the same voice takes the place of an earlier one; a
//! withdrawal ends one version, or all of a voice, or everything. Nothing else is kept, so what is
//! answered is what the ledger proves.

use serde::Serialize;

use super::event::{Event, EventKind};

/// What is about to be done.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// With which voice.
    pub voice: &'a str,
    /// For what, in the host's words: "synthesize", "clone".
    pub scope: &'a str,
    /// Commitment to the voice sample in use ([`super::SubjectKey::commit_sample`]), if it is to be the
    /// one that the consent was given for.
    pub sample: Option<[u8; 32]>,
    /// When, in milliseconds since 1970.
    pub now_ms: u64,
}

/// Whether it may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// Whether it may.
    pub given: bool,
    /// Why, or why not.
    pub reason: Reason,
    /// The consent's version, where there is one.
    pub version: Option<u32>,
    /// The record of the consent, or of what ended it.
    pub seq: Option<u64>,
}

/// Why something may, or may not, be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// There is a consent.
    Given,
    /// There was never one.
    Missing,
    /// It has ended.
    Expired,
    /// It was withdrawn.
    Withdrawn,
    /// It does not cover this scope.
    Scope,
    /// It was given for another sample of the voice.
    Sample,
    /// The person objects, or has restricted the use of their data.
    Refused,
}

impl Reason {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Missing => "missing",
            Self::Expired => "expired",
            Self::Withdrawn => "withdrawn",
            Self::Scope => "scope",
            Self::Sample => "sample",
            Self::Refused => "refused",
        }
    }
}

/// The state of one person's consent for one voice, as the records tell it one by one.
#[derive(Debug, Clone, Default)]
pub struct Consents {
    latest: Option<(u64, Event)>,
    withdrawn: Option<(u64, u32)>,
}

impl Consents {
    /// Takes in the next record about this person, in the order of the ledger; those about other voices
    /// and of other kinds change nothing.
    pub fn take(&mut self, seq: u64, event: &Event, voice: &str) {
        let about = event.object.as_deref();
        match event.kind {
            EventKind::ConsentGiven if about == Some(voice) => {
                self.latest = Some((seq, event.clone()));
                self.withdrawn = None;
            }
            EventKind::ConsentWithdrawn if about.is_none_or(|object| object == voice) => {
                let version = event.version.unwrap_or(0);
                let ends = |given: &Event| version == 0 || given.version == Some(version);
                if self.latest.as_ref().is_some_and(|(_, given)| ends(given)) {
                    self.withdrawn = Some((seq, version));
                }
            }
            _ => {}
        }
    }

    /// Version that the next consent for this voice has.
    pub fn next_version(&self) -> u32 {
        let latest = self.latest.as_ref().and_then(|(_, event)| event.version).unwrap_or(0);
        latest.saturating_add(1)
    }

    /// Whether this may be done.
    pub fn answer(&self, of: &Use<'_>) -> Consent {
        let Some((seq, event)) = &self.latest else {
            return Consent { given: false, reason: Reason::Missing, version: None, seq: None };
        };
        let answer = |reason, seq| Consent {
            given: reason == Reason::Given,
            reason,
            version: event.version,
            seq: Some(seq),
        };
        if let Some((ended, _)) = self.withdrawn {
            return answer(Reason::Withdrawn, ended);
        }
        if event.until_ms.is_some_and(|until| of.now_ms >= until) {
            return answer(Reason::Expired, *seq);
        }
        if !event.scopes.iter().any(|scope| scope == of.scope) {
            return answer(Reason::Scope, *seq);
        }
        // A sample in use is compared; one that was bound and is not told of stays the host's to match.
        match (of.sample, event.content) {
            (Some(used), bound) if bound != Some(used) => answer(Reason::Sample, *seq),
            _ => answer(Reason::Given, *seq),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(voice: &str, version: u32, until_ms: Option<u64>) -> Event {
        let mut event = Event::new(EventKind::ConsentGiven);
        event.subject = Some([1; 32]);
        event.object = Some(voice.to_owned());
        event.scopes = vec!["synthesize".to_owned()];
        event.version = Some(version);
        event.content = Some([5; 32]);
        event.until_ms = until_ms;
        event
    }

    fn withdrawn(voice: Option<&str>, version: u32) -> Event {
        let mut event = Event::new(EventKind::ConsentWithdrawn);
        event.object = voice.map(str::to_owned);
        event.version = Some(version);
        event
    }

    fn reason(events: &[Event], of: Use<'_>) -> Reason {
        let mut consents = Consents::default();
        events.iter().zip(1..).for_each(|(event, seq)| consents.take(seq, event, of.voice));
        consents.answer(&of).reason
    }

    const SPEAK: Use<'static> = Use { voice: "anna", scope: "synthesize", sample: None, now_ms: 1000 };

    #[test]
    fn a_use_needs_a_consent_for_its_voice_scope_time_and_sample() {
        let consent = [given("anna", 1, Some(2000))];
        assert_eq!(reason(&[], SPEAK), Reason::Missing);
        assert_eq!(reason(&consent, SPEAK), Reason::Given);
        assert_eq!(reason(&consent, Use { voice: "ben", ..SPEAK }), Reason::Missing);
        assert_eq!(reason(&consent, Use { scope: "clone", ..SPEAK }), Reason::Scope);
        assert_eq!(reason(&consent, Use { now_ms: 1999, ..SPEAK }), Reason::Given);
        assert_eq!(reason(&consent, Use { now_ms: 2000, ..SPEAK }), Reason::Expired);
        assert_eq!(reason(&consent, Use { sample: Some([5; 32]), ..SPEAK }), Reason::Given);
        assert_eq!(reason(&consent, Use { sample: Some([6; 32]), ..SPEAK }), Reason::Sample);
    }

    #[test]
    fn a_withdrawal_ends_a_version_a_voice_or_all_until_a_new_consent() {
        let one = given("anna", 1, None);
        assert_eq!(reason(&[one.clone(), withdrawn(Some("anna"), 1)], SPEAK), Reason::Withdrawn);
        assert_eq!(reason(&[one.clone(), withdrawn(None, 0)], SPEAK), Reason::Withdrawn);
        assert_eq!(reason(&[one.clone(), withdrawn(Some("ben"), 0)], SPEAK), Reason::Given);
        assert_eq!(reason(&[one.clone(), given("anna", 2, None), withdrawn(None, 1)], SPEAK), Reason::Given);
        assert_eq!(reason(&[one, withdrawn(None, 0), given("anna", 2, None)], SPEAK), Reason::Given);
    }
}
