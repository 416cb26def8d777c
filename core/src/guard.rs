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

use std::collections::HashSet;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::audio::{AudioError, Format, Sample, SampleFormat};
use crate::id::{MarkId, SubjectId};
use crate::key::{Key, KeyId};
use crate::ledger::{Body, Generation, LedgerKey, Outcome, Record, Refusal};
use crate::policy::{Action, Markup, Policy, TextError, Verdict};
use crate::watermark::Marker;

/// What all requests share: the rules, and the key that marks and commits.
pub struct Guard {
    key: Key,
    ledger_key: LedgerKey,
    policy: Arc<Policy>,
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
}

impl Guard {
    /// A guard that marks with `key` and judges by `policy`; without one, every well-formed text passes.
    pub fn new(key: Key, policy: Option<Arc<Policy>>) -> Self {
        let ledger_key = LedgerKey::new(&key);
        Self { key, ledger_key, policy: policy.unwrap_or_default() }
    }

    /// Judges the request's text. A refusal is an utterance too, one that cannot speak: see
    /// [`Utterance::verdict`]. `mark` should be unused so far: it leads from the audio to the record.
    pub fn begin(&self, request: Request<'_>, mark: MarkId) -> Result<Utterance, GuardError> {
        let length_accepted = (1..=Record::MAX_NAME_BYTES).contains(&request.voice.len());
        if !length_accepted || request.voice.chars().any(char::is_control) {
            return Err(GuardError::Voice { bytes: request.voice.len() });
        }
        let verdict = self.policy.check(request.text, request.markup)?;
        let about = About {
            subject: request.subject.as_ref().map(|subject| self.ledger_key.subject_tag(subject)),
            voice: request.voice.to_owned(),
            text: self.ledger_key.commit_text(request.text),
        };
        let speech = verdict.allowed().then(|| Speech {
            marker: Marker::new(&self.key, mark, request.format),
            format: request.format,
            mark,
            key: self.key.id(),
            samples: None,
            received: Account::default(),
            released: Account::default(),
            tail: None,
        });
        Ok(Utterance { verdict, about, speech })
    }
}

/// One request: checked, and while allowed, marking.
pub struct Utterance {
    verdict: Verdict,
    about: About,
    speech: Option<Speech>,
}

/// Who and what, as the record will say it.
struct About {
    subject: Option<[u8; 32]>,
    voice: String,
    text: [u8; 32],
}

/// The part that only an allowed utterance has.
struct Speech {
    marker: Marker,
    format: Format,
    mark: MarkId,
    key: KeyId,
    samples: Option<SampleFormat>,
    received: Account,
    released: Account,
    tail: Option<Tail>,
}

/// The flushed end of the speech, held back until its record is stored.
enum Tail {
    F32(Vec<f32>),
    I16(Vec<i16>),
}

/// Samples counted and hashed.
#[derive(Clone, Default)]
struct Account {
    frames: u64,
    hash: Sha256,
}

impl Account {
    fn add<S: Speak>(&mut self, samples: &[S], frames: usize) {
        self.frames += frames as u64;
        S::hash(samples, &mut self.hash);
    }

    fn digest(&self) -> [u8; 32] {
        self.hash.clone().finalize().into()
    }
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
        let written = S::process(&mut speech.marker, input, output)?;
        speech.received.add(input, input.len() / speech.format.channels());
        speech.release::<S>(output, written);
        Ok(written)
    }

    /// The same in place: the samples that are ready come first in `buffer`.
    pub fn mark_in_place<S: Speak>(&mut self, buffer: &mut [S]) -> Result<usize, GuardError> {
        let speech = self.open::<S>()?;
        // The input is gone once it is marked, and must not count if marking fails.
        let mut received = speech.received.clone();
        received.add(buffer, buffer.len() / speech.format.channels());
        let written = S::process_in_place(&mut speech.marker, buffer)?;
        speech.received = received;
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
        let About { subject, voice, text } = &self.about;
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
                model: None,
                parameters: None,
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

impl Speech {
    /// Counts `frames` that leave, which stand first in `output`.
    fn release<S: Speak>(&mut self, output: &[S], frames: usize) {
        let samples = output.get(..frames * self.format.channels()).unwrap_or(output);
        self.released.add(samples, frames);
        self.samples = Some(S::FORMAT);
    }

    fn drain<S: Speak>(&mut self) -> Result<Vec<S>, AudioError> {
        let mut tail = vec![S::default(); self.marker.pending() * self.format.channels()];
        let frames = S::flush(&mut self.marker, &mut tail)?;
        self.released.add(&tail, frames);
        Ok(tail)
    }
}

impl Tail {
    fn len(&self) -> usize {
        match self {
            Self::F32(samples) => samples.len(),
            Self::I16(samples) => samples.len(),
        }
    }
}

/// A sample format that an utterance can speak in: `f32` or `i16`.
pub trait Speak: Sample + speak::Through {}
impl Speak for f32 {}
impl Speak for i16 {}

/// Which of the marker's functions serve which format; not for callers, so not nameable by them.
mod speak {
    use super::{AudioError, Marker, Tail};

    pub trait Through: Sized {
        fn process(marker: &mut Marker, input: &[Self], output: &mut [Self]) -> Result<usize, AudioError>;
        fn process_in_place(marker: &mut Marker, buffer: &mut [Self]) -> Result<usize, AudioError>;
        fn flush(marker: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError>;
        #[allow(private_interfaces)]
        fn of_tail(tail: &Tail) -> Option<&[Self]>;
    }

    macro_rules! through {
        ($sample:ty, $variant:ident, $process:ident, $in_place:ident, $flush:ident) => {
            impl Through for $sample {
                fn process(m: &mut Marker, input: &[Self], output: &mut [Self]) -> Result<usize, AudioError> {
                    m.$process(input, output)
                }
                fn process_in_place(m: &mut Marker, buffer: &mut [Self]) -> Result<usize, AudioError> {
                    m.$in_place(buffer)
                }
                fn flush(m: &mut Marker, output: &mut [Self]) -> Result<usize, AudioError> {
                    m.$flush(output)
                }
                #[allow(private_interfaces)]
                fn of_tail(tail: &Tail) -> Option<&[Self]> {
                    match tail {
                        Tail::$variant(samples) => Some(samples),
                        _ => None,
                    }
                }
            }
        };
    }
    through!(f32, F32, process_f32, process_f32_in_place, flush_f32);
    through!(i16, I16, process_i16, process_i16_in_place, flush_i16);
}

/// Why an utterance could not go on.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum GuardError {
    /// The samples were refused.
    #[error(transparent)]
    Audio(#[from] AudioError),
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
    use super::*;

    fn guard() -> Guard {
        let rules = r#"{"version": 1, "rules": [{"id": "r1", "category": "fraud", "severity": "error",
            "match": "term", "terms": ["password"]}]}"#;
        Guard::new(Key::from_bytes(&[7; 32]).unwrap(), Some(Arc::new(Policy::from_json(rules).unwrap())))
    }

    fn request(text: &str) -> Request<'_> {
        let format = Format::new(8_000, 1).unwrap();
        let subject = Some("user-1".parse().unwrap());
        Request { subject, voice: "heart", text, markup: Markup::Auto, format }
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
}
