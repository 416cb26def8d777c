//! One request's life: the text is judged, the samples are marked, the record says so.
//!
//! The only room that knows all the others. A [`Guard`] is configured once; each request is an
//! [`Utterance`] with one entrance ([`Guard::begin`], which checks the text) and one exit (the marker:
//! no call hands samples back unmarked). Samples in and samples out are counted and hashed on the way,
//! and [`Utterance::body`] says what the ledger must keep.
//!
//! Storing the record is the caller's part, since nothing here does I/O. The last samples wait inside
//! ([`Utterance::close`], [`Utterance::tail`]) until it is stored: speech whose record was lost is
//! speech whose end was never handed out.

mod speech;

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use crate::access::gate::Ask;
use crate::access::{Access, Answer};
use crate::audio::{AudioError, Budget, Format, OverBudget, SampleFormat};
use crate::id::{MarkId, SubjectId};
use crate::key::Key;
use crate::ledger::{Body, Consent, Generation, LedgerKey, Outcome, Record, Refusal, consent};
use crate::monitor::Event;
use crate::policy::{Action, Hit, Markup, Policy, Severity, TextError, Verdict};
use crate::watermark::{Chips, Marker, Scheme, Strength};

pub use speech::Speak;
use speech::{Account, Speech, Tail};

/// What all requests share: the rules, and the key that marks and commits.
pub struct Guard {
    key: Key,
    /// What the key expands to, which each utterance would else do anew.
    chips: OnceLock<Chips>,
    ledger_key: LedgerKey,
    policy: Arc<Policy>,
    access: Access,
}

/// What a host asks for.
#[derive(Clone)]
pub struct Request<'a> {
    /// For whom, if known; the record keeps a keyed hash of it.
    pub subject: Option<SubjectId>,
    /// The voice's name, 1 to 256 bytes without control characters.
    pub voice: &'a str,
    /// The text to be spoken.
    pub text: &'a str,
    /// How the text is marked up.
    pub markup: Markup,
    /// The format that the samples will have.
    pub format: Format,
    /// The subject's role, where roles are to decide.
    pub role: Option<&'a str>,
    /// The text's language (BCP 47), where it is known.
    pub language: Option<&'a str>,
    /// The name of the model that will speak, 1 to 256 bytes without control characters; the record keeps it.
    pub model: Option<&'a str>,
    /// SHA-256 of the parameters that it will speak with; the record keeps it.
    pub parameters: Option<[u8; 32]>,
    /// What the ledger answers about the consent that [`Access::consent_needed`] says this voice needs. None, where
    /// one is needed, is a refusal.
    pub consent: Option<Consent>,
    /// Now, in nanoseconds since any epoch that all requests of a guard share.
    pub now_ns: u64,
}

impl Guard {
    /// A guard that marks with `key`, judges by `policy` and admits by `access`. Without a policy every
    /// well-formed text passes.
    pub fn new(key: Key, policy: Option<Arc<Policy>>, access: Access) -> Self {
        let ledger_key = LedgerKey::new(&key);
        Self { key, chips: OnceLock::new(), ledger_key, policy: policy.unwrap_or_default(), access }
    }

    /// Who may speak, and how much.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Judges the request's text. A refusal is an utterance too, one that cannot speak: see
    /// [`Utterance::verdict`]. `mark` should be unused so far: it leads from the audio to the record.
    pub fn begin(&self, request: Request<'_>, mark: MarkId) -> Result<Utterance, GuardError> {
        let is_name = |name: &str| {
            (1..=Record::MAX_NAME_BYTES).contains(&name.len()) && !name.chars().any(char::is_control)
        };
        if !is_name(request.voice) {
            return Err(GuardError::Voice { bytes: request.voice.len() });
        }
        if let Some(model) = request.model.filter(|model| !is_name(model)) {
            return Err(GuardError::Model { bytes: model.len() });
        }
        let ask = Ask {
            subject: request.subject.as_ref().map(SubjectId::as_str),
            role: request.role,
            voice: request.voice,
            text: request.text,
            language: request.language,
            now_ns: request.now_ns,
        };
        // Longer than any text that can be judged: a mistake of the caller's, not a request.
        if request.text.len() > Policy::MAX_TEXT_BYTES {
            self.policy.check(request.text, request.markup)?;
        }
        // Before the text is judged: whoever asks too often must not cost a judgement each time.
        let mut pass = match self.access.begin(&ask) {
            Ok(pass) => pass,
            Err(answer) => return Ok(self.turned_away(&request, answer)),
        };
        let about = self.about(&request);
        if self.access.consent_needed(request.voice).is_some() {
            let consent = request.consent.filter(|consent| consent.given);
            let Some(_) = consent else {
                let reason = request.consent.map_or(consent::Reason::Missing, |consent| consent.reason);
                pass.end(Event::PermissionDenied, request.now_ns);
                let verdict = self.refusal(format!("consent.{}", reason.as_str()), "consent");
                return Ok(Utterance { verdict, about, speech: None, answer: None });
            };
        }
        let verdict = self.policy.check(request.text, request.markup)?;
        if verdict.allowed() {
            self.access.record(Event::Utterance, "", request.now_ns);
        } else {
            pass.end(Event::PolicyBlock, request.now_ns);
        }
        let budget = Budget::new(pass.max_seconds(), request.format);
        let chips = || self.chips.get_or_init(|| Chips::new(&self.key, Scheme::default()));
        let speech = verdict.allowed().then(|| Speech {
            marker: Marker::of_chips(chips(), mark, request.format, Strength::default()),
            format: request.format,
            mark,
            key: self.key.id(),
            samples: None,
            received: Account::default(),
            released: Account::default(),
            tail: None,
            budget,
            pass,
        });
        Ok(Utterance { verdict, about, speech, answer: None })
    }

    /// An utterance that the gate refused: it cannot speak, and needs no record. Recording each would let
    /// whoever asks too often fill the ledger; the monitor counts them.
    fn turned_away(&self, request: &Request<'_>, answer: Answer) -> Utterance {
        let reason = answer.reason.map_or("refused", |reason| reason.name());
        let verdict = self.refusal(format!("access.{reason}"), reason);
        Utterance { verdict, about: self.about(request), speech: None, answer: Some(answer) }
    }

    /// The verdict where it is not the text that is refused.
    fn refusal(&self, rule: String, category: &str) -> Verdict {
        let hit = Hit {
            rule,
            category: category.to_owned(),
            severity: Severity::Error,
            action: Action::Block,
            start: 0,
            end: 0,
            start_byte: 0,
            end_byte: 0,
            view: "request".into(),
        };
        Verdict {
            action: Action::Block,
            hits: vec![hit],
            text: String::new(),
            spoken: String::new(),
            markup: Markup::Plain,
            policy_hash: self.policy.hash(),
        }
    }

    fn about(&self, request: &Request<'_>) -> About {
        About {
            subject: request.subject.as_ref().map(|subject| self.ledger_key.subject_tag(subject)),
            voice: request.voice.to_owned(),
            text: self.ledger_key.commit_text(request.text),
            model: request.model.map(str::to_owned),
            parameters: request.parameters,
        }
    }
}

/// One request: checked, and while allowed, marking.
pub struct Utterance {
    verdict: Verdict,
    about: About,
    speech: Option<Speech>,
    answer: Option<Answer>,
}

/// Who and what, as the record will say it.
struct About {
    subject: Option<[u8; 32]>,
    voice: String,
    text: [u8; 32],
    model: Option<String>,
    parameters: Option<[u8; 32]>,
}

impl Utterance {
    /// What was decided about the text.
    pub fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// Whether the text may be spoken.
    pub fn allowed(&self) -> bool {
        self.speech.is_some()
    }

    /// What to tell whoever asked, when it was the gate that refused: too often, too much, not permitted.
    pub fn answer(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Frames that may still come before the audio is too long.
    pub fn frames_left(&self) -> u64 {
        self.speech.as_ref().map_or(0, |speech| speech.budget.left())
    }

    /// Gives back the utterance's place among those under way, as what it ended as; once is all that counts.
    /// Dropped without, it counts as left midway.
    pub fn settle(&mut self, outcome: Outcome, now_ns: u64) {
        if let Some(speech) = &mut self.speech {
            let event = if outcome == Outcome::Complete { Event::Finished } else { Event::Aborted };
            speech.pass.end(event, now_ns);
        }
    }

    /// The id in the samples; none for a refused text.
    pub fn mark_id(&self) -> Option<MarkId> {
        self.speech.as_ref().map(|speech| speech.mark)
    }

    /// How far samples out lag behind samples in, in frames.
    pub fn latency(&self) -> usize {
        self.speech.as_ref().map_or(0, |speech| speech.marker.latency())
    }

    /// Frames that [`Utterance::close`] would still produce.
    pub fn pending(&self) -> usize {
        match &self.speech {
            Some(Speech { tail: Some(tail), format, .. }) => tail.len() / format.channels(),
            Some(speech) => speech.marker.pending(),
            None => 0,
        }
    }

    /// Marks interleaved samples; `output` receives those that are ready. Returns frames written.
    pub fn mark<S: Speak>(&mut self, input: &[S], output: &mut [S]) -> Result<usize, GuardError> {
        let speech = self.open::<S>()?;
        let mut budget = speech.budget;
        budget.spend(input.len() / speech.format.channels())?;
        let written = S::process(&mut speech.marker, input, output)?;
        speech.budget = budget;
        speech.received.add(input, input.len() / speech.format.channels());
        speech.release::<S>(output, written);
        Ok(written)
    }

    /// The same in place: the samples that are ready come first in `buffer`.
    pub fn mark_in_place<S: Speak>(&mut self, buffer: &mut [S]) -> Result<usize, GuardError> {
        let speech = self.open::<S>()?;
        // The input is gone once it is marked, and must not count if marking fails.
        let mut budget = speech.budget;
        budget.spend(buffer.len() / speech.format.channels())?;
        let mut received = speech.received.clone();
        received.add(buffer, buffer.len() / speech.format.channels());
        let written = S::process_in_place(&mut speech.marker, buffer)?;
        speech.received = received;
        speech.budget = budget;
        speech.release::<S>(buffer, written);
        Ok(written)
    }

    /// Ends the speech: the last samples are marked and wait inside. Calling it again changes nothing.
    pub fn close(&mut self) -> Result<(), GuardError> {
        let speech = self.speech.as_mut().ok_or(GuardError::Refused)?;
        if speech.tail.is_none() {
            let tail = match speech.samples.unwrap_or(SampleFormat::F32) {
                SampleFormat::F32 => Tail::F32(speech.drain()?),
                SampleFormat::I16 => Tail::I16(speech.drain()?),
            };
            speech.tail = Some(tail);
        }
        Ok(())
    }

    /// The last samples, once closed, in the format that was fed.
    pub fn tail<S: Speak>(&self) -> Result<&[S], GuardError> {
        let speech = self.speech.as_ref().ok_or(GuardError::Refused)?;
        match &speech.tail {
            None => Err(GuardError::Open),
            // No samples are in neither format, whichever is asked for.
            Some(tail) if tail.len() == 0 => Ok(&[]),
            Some(tail) => S::of_tail(tail).ok_or(GuardError::MixedSampleFormats),
        }
    }

    /// What the ledger must keep of this utterance as it stands.
    pub fn body(&self, outcome: Outcome) -> Body {
        let policy = Some(self.verdict.policy_hash);
        let About { subject, voice, text, model, parameters } = &self.about;
        match &self.speech {
            None => Body::Refusal(Refusal {
                subject: *subject,
                voice: voice.clone(),
                text: *text,
                policy,
                action: self.verdict.action,
                rules: self.blocking_rules(),
                attachment: None,
            }),
            Some(speech) => Body::Generation(Generation {
                subject: *subject,
                voice: voice.clone(),
                text: *text,
                policy,
                action: self.verdict.action,
                mark: Some(speech.mark),
                key: Some(speech.key),
                rate: speech.format.rate(),
                channels: speech.format.channels() as u16,
                frames_in: speech.received.frames,
                frames_marked: speech.released.frames,
                sample_format: speech.samples.unwrap_or(SampleFormat::F32),
                audio_in: speech.received.digest(),
                audio_out: speech.released.digest(),
                outcome,
                model: model.clone(),
                parameters: *parameters,
                attachment: None,
            }),
        }
    }

    /// Ids of the rules that refused the text, each once.
    fn blocking_rules(&self) -> Vec<String> {
        let blocking = self.verdict.hits.iter().filter(|hit| hit.action == Action::Block);
        // A long text can hit thousands of rules, each many times: a set keeps this linear.
        let mut seen = HashSet::new();
        let first = blocking.map(|hit| &hit.rule).filter(|rule| seen.insert(*rule));
        first.take(Refusal::MAX_RULES).cloned().collect()
    }

    /// The speech, if it may go on in the format `S`.
    fn open<S: Speak>(&mut self) -> Result<&mut Speech, GuardError> {
        let speech = self.speech.as_mut().ok_or(GuardError::Refused)?;
        if speech.tail.is_some() {
            return Err(GuardError::Closed);
        }
        if speech.samples.is_some_and(|format| format != S::FORMAT) {
            return Err(GuardError::MixedSampleFormats);
        }
        Ok(speech)
    }
}

/// Why an utterance could not go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The samples were refused.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The audio would be longer than allowed; nothing of these samples was taken.
    #[error(transparent)]
    TooLong(#[from] OverBudget),
    /// The text could not be judged.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The voice's name is empty or too long.
    #[error(
        "voice name of {bytes} bytes, or with control characters: accepted are 1 to 256, without control characters"
    )]
    Voice {
        /// The refused length.
        bytes: usize,
    },
    /// The model's name is empty or too long.
    #[error(
        "model name of {bytes} bytes, or with control characters: accepted are 1 to 256, without control characters"
    )]
    Model {
        /// The refused length.
        bytes: usize,
    },
    /// The text was refused, so there is nothing to mark.
    #[error("the text was refused, so nothing of it may be spoken: see the verdict")]
    Refused,
    /// The utterance has ended.
    #[error("the utterance has ended: begin another")]
    Closed,
    /// The utterance has not ended.
    #[error("the utterance has not ended: close it first")]
    Open,
    /// Samples of both formats in one utterance.
    #[error("this utterance was fed the other sample format: use f32 or i16 throughout")]
    MixedSampleFormats,
}

#[cfg(test)]
mod tests;
