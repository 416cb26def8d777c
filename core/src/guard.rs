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
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::audio::Sample;

    fn guard() -> Guard {
        let rules = r#"{"version": 1, "rules": [{"id": "r1", "category": "fraud", "severity": "error",
            "match": "term", "terms": ["password"]}]}"#;
        let policy = Arc::new(Policy::from_json(rules).unwrap());
        Guard::new(Key::from_bytes(&[7; 32]).unwrap(), Some(policy), access(r#"{"version": 1}"#))
    }

    fn access(json: &str) -> Access {
        Access::new(crate::config::Config::from_json(json).unwrap()).unwrap()
    }

    fn request(text: &str) -> Request<'_> {
        let format = Format::new(8_000, 1).unwrap();
        let subject = Some("user-1".parse().unwrap());
        let (role, language, now_ns) = (None, None, 0);
        let (model, parameters, consent) = (None, None, None);
        let (voice, markup) = ("heart", Markup::Auto);
        Request { subject, voice, text, markup, format, role, language, model, parameters, consent, now_ns }
    }

    fn tone(frames: usize) -> Vec<f32> {
        (0..frames).map(|n| (n as f32 * 0.3).sin() * 0.5).collect()
    }

    fn generation(utterance: &Utterance) -> Generation {
        match utterance.body(Outcome::Complete) {
            Body::Generation(generation) => generation,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_went_in_comes_out_marked_and_is_accounted_for() {
        let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
        let input = tone(5_000);
        let mut output = vec![0.0f32; input.len()];
        let written = utterance.mark(&input, &mut output).unwrap();
        assert_eq!(written + utterance.pending(), input.len());
        utterance.close().unwrap();
        output.truncate(written);
        output.extend_from_slice(utterance.tail().unwrap());
        assert_eq!(output.len(), input.len());

        let generation = generation(&utterance);
        let digest = |samples: &[f32]| {
            let bytes: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
            <[u8; 32]>::from(Sha256::digest(bytes))
        };
        assert_eq!((generation.frames_in, generation.frames_marked), (5_000, 5_000));
        assert_eq!((generation.audio_in, generation.audio_out), (digest(&input), digest(&output)));
        assert_eq!(generation.mark, Some(MarkId::new(9)));
        assert_ne!(generation.audio_in, generation.audio_out);
    }

    #[test]
    fn in_place_gives_the_same_samples_and_the_same_account() {
        let guard = guard();
        let begin = || guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
        let (mut apart, mut in_place) = (begin(), begin());
        let mut buffer: Vec<i16> = tone(3_000).iter().map(|&x| i16::from_f32(x)).collect();
        let mut output = vec![0i16; buffer.len()];
        let written = apart.mark(&buffer, &mut output).unwrap();
        assert_eq!(in_place.mark_in_place(&mut buffer).unwrap(), written);
        assert_eq!(buffer[..written], output[..written]);
        apart.close().unwrap();
        in_place.close().unwrap();
        assert_eq!(apart.tail::<i16>().unwrap(), in_place.tail::<i16>().unwrap());
        assert_eq!(apart.body(Outcome::Complete), in_place.body(Outcome::Complete));
    }

    #[test]
    fn a_refused_text_cannot_be_spoken_and_its_record_names_the_rule() {
        let mut utterance = guard().begin(request("Tell me your pass\u{200b}word."), MarkId::new(9)).unwrap();
        assert!(!utterance.allowed());
        assert_eq!(utterance.verdict().text, "");
        assert_eq!(utterance.mark(&[0.0f32; 8], &mut [0.0; 8]), Err(GuardError::Refused));
        assert_eq!(utterance.close(), Err(GuardError::Refused));
        let Body::Refusal(refusal) = utterance.body(Outcome::Complete) else { panic!("not a refusal") };
        assert_eq!((refusal.rules, refusal.action), (vec!["r1".to_owned()], Action::Block));
    }

    #[test]
    fn refused_samples_leave_the_account_as_it_was() {
        let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
        let before = utterance.body(Outcome::Complete);
        assert!(utterance.mark(&[0.0, f32::NAN], &mut [0.0; 2]).is_err());
        assert!(utterance.mark_in_place(&mut [0.0, f32::INFINITY]).is_err());
        assert_eq!(utterance.body(Outcome::Complete), before);
    }

    #[test]
    fn an_utterance_keeps_to_one_sample_format_and_ends_once() {
        let mut utterance = guard().begin(request("Good morning."), MarkId::new(9)).unwrap();
        assert_eq!(utterance.tail::<f32>(), Err(GuardError::Open));
        utterance.mark(&tone(100), &mut [0.0; 100]).unwrap();
        let mixed = utterance.mark(&[0i16; 4], &mut [0; 4]);
        assert_eq!(mixed, Err(GuardError::MixedSampleFormats));
        utterance.close().unwrap();
        utterance.close().unwrap();
        assert_eq!(utterance.pending(), utterance.tail::<f32>().unwrap().len());
        assert_eq!(utterance.tail::<i16>(), Err(GuardError::MixedSampleFormats));
        assert_eq!(utterance.mark(&[0.0f32], &mut [0.0; 1]), Err(GuardError::Closed));
    }

    #[test]
    fn a_voice_without_a_name_is_refused() {
        let guard = guard();
        for voice in [String::new(), "v".repeat(257), "a\nb".to_owned()] {
            let request = Request { voice: &voice, ..request("Good morning.") };
            let error = guard.begin(request, MarkId::new(9)).err();
            assert_eq!(error, Some(GuardError::Voice { bytes: voice.len() }));
        }
    }

    #[test]
    fn audio_is_cut_off_to_the_sample_and_the_utterance_can_still_end() {
        let mut guard = guard();
        guard.access = access(r#"{"version": 1, "audio": {"max_seconds": 0.5}}"#);
        let mut utterance = guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
        let mut output = vec![0.0f32; 5_000];
        let mut written = utterance.mark(&tone(3_999), &mut output).unwrap();
        assert_eq!(utterance.frames_left(), 1);
        let over = OverBudget { frames: 4_001, most: 4_000 };
        assert_eq!(utterance.mark(&tone(2), &mut output), Err(GuardError::TooLong(over)));
        assert_eq!(utterance.mark_in_place(&mut tone(2)), Err(GuardError::TooLong(over)));
        written += utterance.mark(&tone(1), &mut output).unwrap();
        utterance.close().unwrap();
        assert_eq!(written + utterance.tail::<f32>().unwrap().len(), 4_000);
        assert_eq!(generation(&utterance).frames_marked, 4_000);
    }

    #[test]
    fn whoever_asks_too_often_is_turned_away_with_an_answer() {
        let guard = guard();
        for _ in 0..10 {
            assert!(guard.begin(request("Good morning."), MarkId::new(9)).unwrap().allowed());
        }
        let utterance = guard.begin(request("Good morning."), MarkId::new(9)).unwrap();
        assert!(!utterance.allowed());
        let answer = utterance.answer().unwrap();
        assert_eq!((answer.http_status, answer.retry_after), (429, Some(1.0)));
        assert_eq!(utterance.verdict().hits[0].rule, "access.rate_limit");
        assert_eq!(utterance.verdict().reason(), "blocked: rate_limit");
    }

    #[test]
    fn what_is_under_way_is_counted_until_it_ends_however_it_ends() {
        let guard = guard();
        let under_way = || guard.access().snapshot_json()["in_flight"]["utterances"].clone();
        let mut finished = guard.begin(request("Good morning."), MarkId::new(1)).unwrap();
        let dropped = guard.begin(request("Good morning."), MarkId::new(2)).unwrap();
        let blocked = guard.begin(request("My password."), MarkId::new(3)).unwrap();
        assert!(!blocked.allowed() && blocked.answer().is_none());
        assert_eq!(under_way(), 2);
        finished.settle(Outcome::Complete, 1);
        drop(dropped);
        drop(finished);
        assert_eq!(under_way(), 0);
        let events = guard.access().snapshot().events;
        let counted = [Event::Utterance, Event::Finished, Event::Aborted, Event::PolicyBlock];
        assert_eq!(counted.map(|event| events[&event]), [2, 1, 1, 1]);
    }

    #[test]
    fn a_voice_of_a_person_speaks_only_while_its_consent_is_given() {
        let access = access(r#"{"version": 1, "consent": {"voices": {"anna": "anna-k"}}}"#);
        assert_eq!(access.consent_needed("anna"), Some(("anna-k".parse().unwrap(), "synthesize".to_owned())));
        assert_eq!(access.consent_needed("heart"), None);
        let guard = Guard::new(Key::from_bytes(&[7; 32]).unwrap(), None, access);
        let consent = |given, reason| Some(Consent { given, reason, version: Some(1), seq: Some(1) });
        for (answer, rule) in [
            (None, Some("consent.missing")),
            (consent(false, consent::Reason::Withdrawn), Some("consent.withdrawn")),
            (consent(true, consent::Reason::Given), None),
        ] {
            let asked = Request { voice: "anna", consent: answer, ..request("Good morning.") };
            let utterance = guard.begin(asked, MarkId::new(1)).unwrap();
            assert_eq!(utterance.allowed(), rule.is_none());
            if let Some(rule) = rule {
                let Body::Refusal(refusal) = utterance.body(Outcome::Complete) else { panic!("no refusal") };
                assert_eq!(refusal.rules, [rule]);
                assert!(utterance.verdict().text.is_empty());
            }
        }
        // A voice that is nobody's asks nobody.
        assert!(guard.begin(request("Good morning."), MarkId::new(2)).unwrap().allowed());
    }

    #[test]
    fn the_record_names_the_model_and_what_it_spoke_with() {
        let asked = Request { model: Some("hibari-tts"), parameters: Some([9; 32]), ..request("Hello.") };
        let utterance = guard().begin(asked, MarkId::new(1)).unwrap();
        let generation = generation(&utterance);
        assert_eq!((generation.model.as_deref(), generation.parameters), (Some("hibari-tts"), Some([9; 32])));
        let nameless = Request { model: Some("a\nb"), ..request("Hello.") };
        assert_eq!(guard().begin(nameless, MarkId::new(1)).err(), Some(GuardError::Model { bytes: 3 }));
    }
}
