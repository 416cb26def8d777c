//! A record as bytes: the encoding that is hashed, chained and stored.
//!
//! ```text
//! byte 0        version, 1
//! byte 1        kind: 1 generation, 2 refusal
//! bytes 2..18   id
//! bytes 18..26  time_ms, 64-bit big-endian
//! bytes 26..    fields, each:  tag (1 byte)  length (32-bit big-endian)  value (length bytes)
//! ```
//!
//! Tags ascend strictly, so that a field comes at most once; a field that is `None` is absent. Numbers
//! are big-endian. Names are UTF-8. There is exactly one encoding of a record, and
//! [`Record::decode`] accepts no other.
//!
//! | tag | field | value | generation | refusal |
//! |---|---|---|---|---|
//! | 1 | subject | 32 bytes | optional | optional |
//! | 2 | voice | 1 to 256 bytes | needed | needed |
//! | 3 | text | 32 bytes | needed | needed |
//! | 4 | policy | 32 bytes | optional | optional |
//! | 5 | action | 1 byte: 0 allow, 1 warn, 2 block, 3 mask | needed | needed |
//! | 6 | rules | each: length (16 bits), 1 to 256 bytes | | needed, may be empty |
//! | 16 | mark | 4 bytes | optional | |
//! | 17 | key | 8 bytes | optional | |
//! | 18 | rate | 4 bytes, from 1 | needed | |
//! | 19 | channels | 2 bytes, from 1 | needed | |
//! | 20 | sample_format | 1 byte: 1 f32, 2 i16 | needed | |
//! | 21 | frames_in | 8 bytes | needed | |
//! | 22 | frames_marked | 8 bytes | needed | |
//! | 23 | audio_in | 32 bytes | needed | |
//! | 24 | audio_out | 32 bytes | needed | |
//! | 25 | outcome | 1 byte: 1 complete, 2 aborted | needed | |
//!
//! A new kind takes a new kind byte and may use new tags; a change to what is written here takes a new
//! version byte. Numbers are never used again for something else.

use super::record::{Body, Generation, Outcome, Record, RecordError, Refusal};
use crate::audio::SampleFormat;
use crate::policy::Action;

pub(super) const VERSION: u8 = 1;

/// Second byte of a record.
pub(super) mod kind {
    pub const GENERATION: u8 = 1;
    pub const REFUSAL: u8 = 2;
}

/// A field's number in the bytes and its name in errors.
#[derive(Clone, Copy)]
pub(super) struct Tag(pub u8, pub &'static str);

pub(super) const SUBJECT: Tag = Tag(1, "subject");
pub(super) const VOICE: Tag = Tag(2, "voice");
pub(super) const TEXT: Tag = Tag(3, "text");
pub(super) const POLICY: Tag = Tag(4, "policy");
pub(super) const ACTION: Tag = Tag(5, "action");
pub(super) const RULES: Tag = Tag(6, "rules");
pub(super) const MARK: Tag = Tag(16, "mark");
pub(super) const KEY: Tag = Tag(17, "key");
pub(super) const RATE: Tag = Tag(18, "rate");
pub(super) const CHANNELS: Tag = Tag(19, "channels");
pub(super) const SAMPLE_FORMAT: Tag = Tag(20, "sample_format");
pub(super) const FRAMES_IN: Tag = Tag(21, "frames_in");
pub(super) const FRAMES_MARKED: Tag = Tag(22, "frames_marked");
pub(super) const AUDIO_IN: Tag = Tag(23, "audio_in");
pub(super) const AUDIO_OUT: Tag = Tag(24, "audio_out");
pub(super) const OUTCOME: Tag = Tag(25, "outcome");

pub(super) fn action_code(action: Action) -> u8 {
    match action {
        Action::Allow => 0,
        Action::Warn => 1,
        Action::Block => 2,
        Action::Mask => 3,
    }
}

pub(super) fn format_code(format: SampleFormat) -> u8 {
    match format {
        SampleFormat::F32 => 1,
        SampleFormat::I16 => 2,
    }
}

pub(super) fn outcome_code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Complete => 1,
        Outcome::Aborted => 2,
    }
}

impl Record {
    /// The record's one encoding, or what is out of limits (see [`Record::check`]).
    ///
    /// | bytes | what |
    /// |---|---|
    /// | 0 | version, 1 |
    /// | 1 | kind: 1 generation, 2 refusal |
    /// | 2..18 | id |
    /// | 18..26 | time in ms, big-endian |
    /// | 26.. | fields in ascending order of their tag: tag (1 byte), length (4 bytes, big-endian), value |
    ///
    /// The fields, byte by byte, are listed in `docs/LEDGER.md`.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        self.check()?;
        let mut fields = Fields(Vec::with_capacity(384));
        fields.0.push(VERSION);
        fields.0.push(match &self.body {
            Body::Generation(_) => kind::GENERATION,
            Body::Refusal(_) => kind::REFUSAL,
        });
        fields.0.extend_from_slice(&self.id);
        fields.0.extend_from_slice(&self.time_ms.to_be_bytes());
        match &self.body {
            Body::Generation(generation) => fields.generation(generation),
            Body::Refusal(refusal) => fields.refusal(refusal),
        }
        Ok(fields.0)
    }
}

struct Fields(Vec<u8>);

impl Fields {
    /// Values are bounded by [`Record::check`], far below 2^32 bytes.
    fn put(&mut self, tag: Tag, value: &[u8]) {
        self.0.push(tag.0);
        self.0.extend_from_slice(&(value.len() as u32).to_be_bytes());
        self.0.extend_from_slice(value);
    }

    fn put_some<const N: usize>(&mut self, tag: Tag, value: Option<&[u8; N]>) {
        if let Some(value) = value {
            self.put(tag, value);
        }
    }

    fn generation(&mut self, generation: &Generation) {
        self.put_some(SUBJECT, generation.subject.as_ref());
        self.put(VOICE, generation.voice.as_bytes());
        self.put(TEXT, &generation.text);
        self.put_some(POLICY, generation.policy.as_ref());
        self.put(ACTION, &[action_code(generation.action)]);
        self.put_some(MARK, generation.mark.map(|mark| mark.value().to_be_bytes()).as_ref());
        self.put_some(KEY, generation.key.as_ref().map(|key| key.as_bytes()));
        self.put(RATE, &generation.rate.to_be_bytes());
        self.put(CHANNELS, &generation.channels.to_be_bytes());
        self.put(SAMPLE_FORMAT, &[format_code(generation.sample_format)]);
        self.put(FRAMES_IN, &generation.frames_in.to_be_bytes());
        self.put(FRAMES_MARKED, &generation.frames_marked.to_be_bytes());
        self.put(AUDIO_IN, &generation.audio_in);
        self.put(AUDIO_OUT, &generation.audio_out);
        self.put(OUTCOME, &[outcome_code(generation.outcome)]);
    }

    fn refusal(&mut self, refusal: &Refusal) {
        self.put_some(SUBJECT, refusal.subject.as_ref());
        self.put(VOICE, refusal.voice.as_bytes());
        self.put(TEXT, &refusal.text);
        self.put_some(POLICY, refusal.policy.as_ref());
        self.put(ACTION, &[action_code(refusal.action)]);
        let mut rules = Vec::new();
        for rule in &refusal.rules {
            rules.extend_from_slice(&(rule.len() as u16).to_be_bytes());
            rules.extend_from_slice(rule.as_bytes());
        }
        self.put(RULES, &rules);
    }
}
