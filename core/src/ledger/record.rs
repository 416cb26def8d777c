//! What one entry of the ledger speaks of.
//!
//! A record holds no text and no name: the text is a keyed commitment, the subject a keyed tag (see
//! [`LedgerKey`](super::LedgerKey)), the audio a hash. Its bytes are described in
//! [`Record::encode`], its JSON in [`Record::to_json`].

use super::event::Event;
use crate::audio::SampleFormat;
use crate::id::MarkId;
use crate::key::KeyId;
use crate::policy::Action;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Names the record; the host draws it at random.
    pub id: [u8; 16],
    /// When, in milliseconds since 1970-01-01T00:00:00Z; at most [`Record::MAX_TIME_MS`].
    pub time_ms: u64,
    /// What.
    pub body: Body,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// Speech was made and marked.
    Generation(Generation),
    /// A text was refused; nothing was spoken.
    Refusal(Refusal),
    /// Something that happened beside speech.
    Event(Box<Event>),
}

/// Speech was made and marked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Tag of the subject: [`LedgerKey::subject_tag`](super::LedgerKey::subject_tag).
    pub subject: Option<[u8; 32]>,
    /// The host's name of the voice: 1 to 256 bytes, no control characters.
    pub voice: String,
    /// Commitment of the text: [`LedgerKey::commit_text`](super::LedgerKey::commit_text).
    pub text: [u8; 32],
    /// Hash of the policy that judged the text, if one did.
    pub policy: Option<[u8; 32]>,
    /// What the policy decided.
    pub action: Action,
    /// The id in the mark.
    pub mark: Option<MarkId>,
    /// The key that marked.
    pub key: Option<KeyId>,
    /// Frames a second, from 1.
    pub rate: u32,
    /// Interleaved samples a frame, from 1.
    pub channels: u16,
    /// Frames that the host handed in.
    pub frames_in: u64,
    /// Frames that left marked.
    pub frames_marked: u64,
    /// What the samples were.
    pub sample_format: SampleFormat,
    /// SHA-256 of the samples handed in: interleaved, little-endian.
    pub audio_in: [u8; 32],
    /// SHA-256 of the samples that left: interleaved, little-endian.
    pub audio_out: [u8; 32],
    /// How it ended.
    pub outcome: Outcome,
    /// The host's name of the model that spoke: as a voice.
    pub model: Option<String>,
    /// Hash of the parameters that it spoke with.
    pub parameters: Option<[u8; 32]>,
    /// Hash of what lies sealed beside the record.
    pub attachment: Option<[u8; 32]>,
}

/// A text was refused; nothing was spoken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Tag of the subject.
    pub subject: Option<[u8; 32]>,
    /// The host's name of the voice that was asked for: 1 to 256 bytes, no control characters.
    pub voice: String,
    /// Commitment of the text.
    pub text: [u8; 32],
    /// Hash of the policy that judged the text.
    pub policy: Option<[u8; 32]>,
    /// What the policy decided.
    pub action: Action,
    /// Ids of the rules that were hit: at most [`Refusal::MAX_RULES`], each 1 to 256 bytes without
    /// control characters.
    pub rules: Vec<String>,
    /// Hash of what lies sealed beside the record.
    pub attachment: Option<[u8; 32]>,
}

/// How a generation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every sample was marked and handed out.
    Complete,
    /// The host stopped before the end.
    Aborted,
}

impl Record {
    /// Latest time that a record can carry: 9999-12-31T23:59:59.999Z, the end of RFC 3339.
    pub const MAX_TIME_MS: u64 = 253_402_300_799_999;
    /// Most bytes of a name: a voice, or the id of a rule.
    pub const MAX_NAME_BYTES: usize = 256;

    /// The id in the mark, if there is one: what [`crate::watermark`] finds again.
    pub fn mark(&self) -> Option<MarkId> {
        match &self.body {
            Body::Generation(generation) => generation.mark,
            Body::Refusal(_) | Body::Event(_) => None,
        }
    }

    /// The tag of the subject, if there is one.
    pub fn subject(&self) -> Option<&[u8; 32]> {
        match &self.body {
            Body::Generation(generation) => generation.subject.as_ref(),
            Body::Refusal(refusal) => refusal.subject.as_ref(),
            Body::Event(event) => event.subject.as_ref(),
        }
    }

    /// The tag of the subject, to be replaced.
    pub(super) fn subject_mut(&mut self) -> &mut Option<[u8; 32]> {
        match &mut self.body {
            Body::Generation(generation) => &mut generation.subject,
            Body::Refusal(refusal) => &mut refusal.subject,
            Body::Event(event) => &mut event.subject,
        }
    }

    /// The commitment of a text, to be replaced.
    pub(super) fn text_mut(&mut self) -> Option<&mut [u8; 32]> {
        match &mut self.body {
            Body::Generation(generation) => Some(&mut generation.text),
            Body::Refusal(refusal) => Some(&mut refusal.text),
            Body::Event(_) => None,
        }
    }

    /// Hash of what lies sealed beside the record.
    pub fn attachment(&self) -> Option<&[u8; 32]> {
        match &self.body {
            Body::Generation(generation) => generation.attachment.as_ref(),
            Body::Refusal(refusal) => refusal.attachment.as_ref(),
            Body::Event(event) => event.attachment.as_ref(),
        }
    }

    /// The hash of what lies sealed beside the record, to be replaced.
    pub(super) fn attachment_mut(&mut self) -> &mut Option<[u8; 32]> {
        match &mut self.body {
            Body::Generation(generation) => &mut generation.attachment,
            Body::Refusal(refusal) => &mut refusal.attachment,
            Body::Event(event) => &mut event.attachment,
        }
    }

    /// The hash that the record is found by when all that is there is the audio: that of the samples
    /// that left.
    pub fn content(&self) -> Option<&[u8; 32]> {
        match &self.body {
            Body::Generation(generation) => Some(&generation.audio_out),
            Body::Refusal(_) | Body::Event(_) => None,
        }
    }

    /// The event, if it is one.
    pub fn event(&self) -> Option<&Event> {
        match &self.body {
            Body::Event(event) => Some(event),
            Body::Generation(_) | Body::Refusal(_) => None,
        }
    }

    /// The kind's byte in the encoding.
    pub fn kind_code(&self) -> u8 {
        match &self.body {
            Body::Generation(_) => super::encode::kind::GENERATION,
            Body::Refusal(_) => super::encode::kind::REFUSAL,
            Body::Event(event) => event.kind.code(),
        }
    }

    /// The kind's name in JSON.
    pub fn kind_name(&self) -> &'static str {
        match &self.body {
            Body::Generation(_) => "generation",
            Body::Refusal(_) => "refusal",
            Body::Event(event) => event.kind.as_str(),
        }
    }

    /// Says whether every field is within its limits.
    pub fn check(&self) -> Result<(), RecordError> {
        if self.time_ms > Self::MAX_TIME_MS {
            return Err(RecordError::Time { time_ms: self.time_ms });
        }
        match &self.body {
            Body::Generation(generation) => {
                check_name("voice", &generation.voice)?;
                check_positive("rate", generation.rate)?;
                check_positive("channels", u32::from(generation.channels))?;
                generation.model.iter().try_for_each(|model| check_name("model", model))
            }
            Body::Event(event) => event.check(),
            Body::Refusal(refusal) => {
                check_name("voice", &refusal.voice)?;
                if refusal.rules.len() > Refusal::MAX_RULES {
                    let (count, most) = (refusal.rules.len(), Refusal::MAX_RULES);
                    return Err(RecordError::Many { field: "rules", count, most });
                }
                refusal.rules.iter().try_for_each(|rule| check_name("rules", rule))
            }
        }
    }
}

impl Refusal {
    /// Most rules that a refusal names: as many as a policy can have, so that a refusal can always be
    /// recorded.
    pub const MAX_RULES: usize = 10_000;
}

impl Outcome {
    /// "complete" or "aborted".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Aborted => "aborted",
        }
    }
}

pub(super) fn check_name(field: &'static str, name: &str) -> Result<(), RecordError> {
    if name.is_empty() || name.len() > Record::MAX_NAME_BYTES {
        return Err(RecordError::Length { field, bytes: name.len(), accepted: "1 to 256" });
    }
    match name.chars().any(char::is_control) {
        true => Err(RecordError::Control { field }),
        false => Ok(()),
    }
}

fn check_positive(field: &'static str, value: u32) -> Result<(), RecordError> {
    match value {
        0 => Err(RecordError::Value { field, value: 0, accepted: "1 and more" }),
        _ => Ok(()),
    }
}

/// Why a record, or the bytes of one, were refused. Never holds a field's content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The time lies behind the year 9999.
    #[error("record time {time_ms} ms: accepted are 0 to 253402300799999 (the year 9999)")]
    Time {
        /// The refused time.
        time_ms: u64,
    },
    /// A field has a length that it cannot have.
    #[error("record field {field} of {bytes} bytes: accepted are {accepted}")]
    Length {
        /// The field.
        field: &'static str,
        /// The refused length.
        bytes: usize,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A field has a value that it cannot have.
    #[error("record field {field} has value {value}: accepted are {accepted}")]
    Value {
        /// The field.
        field: &'static str,
        /// The refused value.
        value: u64,
        /// What would be accepted.
        accepted: &'static str,
    },
    /// A name has a control character.
    #[error("record field {field} has a control character: accepted is text without")]
    Control {
        /// The field.
        field: &'static str,
    },
    /// A name is not UTF-8.
    #[error("record field {field} is not UTF-8")]
    Utf8 {
        /// The field.
        field: &'static str,
    },
    /// A list is too long.
    #[error("record field {field} lists {count}: accepted are {most} at most")]
    Many {
        /// The field.
        field: &'static str,
        /// The refused count.
        count: usize,
        /// The longest accepted.
        most: usize,
    },
    /// The bytes end within the record.
    #[error("record ends within {within}: it was cut off")]
    Truncated {
        /// Where.
        within: &'static str,
    },
    /// The first byte names no version known here.
    #[error("record version {found}: this build reads version 1")]
    Version {
        /// The version found.
        found: u8,
    },
    /// The second byte names no kind known here.
    #[error("record kind {found}: this build reads 1 to 16")]
    Kind {
        /// The kind found.
        found: u8,
    },
    /// A field that the kind needs is absent.
    #[error("record has no field {field}, which its kind needs")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field that the kind does not have, that comes twice, or out of order.
    #[error("record field with tag {tag} is unknown to its kind, repeated or out of order")]
    Unexpected {
        /// The field's tag.
        tag: u8,
    },
}

#[cfg(test)]
mod tests {
    use super::super::testing::{generation, refusal};
    use super::*;

    #[test]
    fn a_record_within_its_limits_is_accepted() {
        assert_eq!(generation(1).check(), Ok(()));
        assert_eq!(refusal(2).check(), Ok(()));
    }

    #[test]
    fn a_voice_is_1_to_256_bytes_of_text_without_control_characters() {
        let with_voice = |voice: &str| {
            let mut record = generation(1);
            if let Body::Generation(generation) = &mut record.body {
                generation.voice = voice.to_owned();
            }
            record.check()
        };
        assert_eq!(with_voice(&"é".repeat(128)), Ok(()));
        for (voice, bytes) in [("".to_owned(), 0), ("v".repeat(257), 257), ("é".repeat(129), 258)] {
            let refused = RecordError::Length { field: "voice", bytes, accepted: "1 to 256" };
            assert_eq!(with_voice(&voice), Err(refused));
        }
        assert_eq!(with_voice("a\nb"), Err(RecordError::Control { field: "voice" }));
    }

    #[test]
    fn a_refusal_by_every_rule_of_the_largest_policy_can_be_recorded() {
        let mut refused = refusal(1);
        if let Body::Refusal(refusal) = &mut refused.body {
            let rule = |at: usize| format!("{}{at:04}", "\u{1f50a}".repeat(60));
            refusal.rules = (0..10_000).map(rule).collect();
        }
        let bytes = refused.encode().unwrap();
        assert_eq!(Record::decode(&bytes), Ok(refused));
    }

    #[test]
    fn a_record_outside_its_limits_says_which_field_and_what_is_accepted() {
        let mut late = refusal(1);
        late.time_ms = Record::MAX_TIME_MS + 1;
        assert_eq!(late.check(), Err(RecordError::Time { time_ms: Record::MAX_TIME_MS + 1 }));

        let mut many = refusal(1);
        if let Body::Refusal(refusal) = &mut many.body {
            refusal.rules = vec!["rule".to_owned(); 10_001];
        }
        assert_eq!(many.check(), Err(RecordError::Many { field: "rules", count: 10_001, most: 10_000 }));

        let mut mute = generation(1);
        if let Body::Generation(generation) = &mut mute.body {
            generation.channels = 0;
        }
        let text = mute.check().unwrap_err().to_string();
        assert_eq!(text, "record field channels has value 0: accepted are 1 and more");
    }
}
