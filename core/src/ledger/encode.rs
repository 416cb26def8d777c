//! A record as bytes: the encoding that is hashed, chained and stored.
//!
//! ```text
//! byte 0        version, 1
//! byte 1        kind: 1 generation, 2 refusal, 3 to 16 an event (see the table of kinds below)
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
//! | 26 | model | 1 to 256 bytes | optional | |
//! | 27 | parameters | 32 bytes | optional | |
//! | 43 | attachment | 32 bytes | optional | optional |
//!
//! Events use tag 1 and those from 32 on; which, says [`EventKind::fields`](super::event::EventKind).
//!
//! | tag | field | value |
//! |---|---|---|
//! | 32 | actor | 32 bytes |
//! | 33 | object | 1 to 256 bytes |
//! | 34 | scopes | each: length (16 bits), 1 to 256 bytes; at most 64 |
//! | 35 | allowed | 1 byte: 0 no, 1 yes |
//! | 36 | version | 4 bytes |
//! | 37 | content | 32 bytes |
//! | 38 | previous | 32 bytes |
//! | 39 | until | 8 bytes, milliseconds since 1970 |
//! | 40 | ranges | each: first (8 bytes), last (8 bytes); ascending and apart; at most 4096 |
//! | 41 | size | 8 bytes |
//! | 42 | detail | 1 to 256 bytes |
//! | 43 | attachment | 32 bytes |
//!
//! A new kind takes a new kind byte and may use new tags; a change to what is written here takes a new
//! version byte. Numbers are never used again for something else.

use super::event::Event;
use super::record::{Body, Generation, Outcome, Record, RecordError, Refusal};
use crate::audio::SampleFormat;
use crate::policy::Action;

pub(super) const ENCODING: u8 = 1;

/// Second byte of a record.
pub(super) mod kind {
    pub const GENERATION: u8 = 1;
    pub const REFUSAL: u8 = 2;
}

/// A field's number in the bytes and its name in errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
pub(super) const MODEL: Tag = Tag(26, "model");
pub(super) const PARAMETERS: Tag = Tag(27, "parameters");
pub(super) const ACTOR: Tag = Tag(32, "actor");
pub(super) const OBJECT: Tag = Tag(33, "object");
pub(super) const SCOPES: Tag = Tag(34, "scopes");
pub(super) const ALLOWED: Tag = Tag(35, "allowed");
pub(super) const VERSION: Tag = Tag(36, "version");
pub(super) const CONTENT: Tag = Tag(37, "content");
pub(super) const PREVIOUS: Tag = Tag(38, "previous");
pub(super) const UNTIL: Tag = Tag(39, "until");
pub(super) const RANGES: Tag = Tag(40, "ranges");
pub(super) const SIZE: Tag = Tag(41, "size");
pub(super) const DETAIL: Tag = Tag(42, "detail");
pub(super) const ATTACHMENT: Tag = Tag(43, "attachment");

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
    /// | 1 | kind: 1 generation, 2 refusal, 3 to 16 an event |
    /// | 2..18 | id |
    /// | 18..26 | time in ms, big-endian |
    /// | 26.. | fields in ascending order of their tag: tag (1 byte), length (4 bytes, big-endian), value |
    ///
    /// The fields, byte by byte, are listed in `docs/LEDGER.md`.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        self.check()?;
        let mut fields = Fields(Vec::with_capacity(384));
        fields.0.push(ENCODING);
        fields.0.push(match &self.body {
            Body::Generation(_) => kind::GENERATION,
            Body::Refusal(_) => kind::REFUSAL,
            Body::Event(event) => event.kind.code(),
        });
        fields.0.extend_from_slice(&self.id);
        fields.0.extend_from_slice(&self.time_ms.to_be_bytes());
        match &self.body {
            Body::Generation(generation) => fields.generation(generation),
            Body::Refusal(refusal) => fields.refusal(refusal),
            Body::Event(event) => fields.event(event),
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
        // Four bytes; eight for an id of more than 32 bits.
        let mark =
            generation.mark.map(|mark| (mark.narrow().map(u32::to_be_bytes), mark.value().to_be_bytes()));
        self.put_some_bytes(
            MARK,
            mark.as_ref().map(|(narrow, wide)| narrow.as_ref().map_or(&wide[..], |n| n)),
        );
        self.put_some(KEY, generation.key.as_ref().map(|key| key.as_bytes()));
        self.put(RATE, &generation.rate.to_be_bytes());
        self.put(CHANNELS, &generation.channels.to_be_bytes());
        self.put(SAMPLE_FORMAT, &[format_code(generation.sample_format)]);
        self.put(FRAMES_IN, &generation.frames_in.to_be_bytes());
        self.put(FRAMES_MARKED, &generation.frames_marked.to_be_bytes());
        self.put(AUDIO_IN, &generation.audio_in);
        self.put(AUDIO_OUT, &generation.audio_out);
        self.put(OUTCOME, &[outcome_code(generation.outcome)]);
        self.put_some_bytes(MODEL, generation.model.as_deref().map(str::as_bytes));
        self.put_some(PARAMETERS, generation.parameters.as_ref());
        self.put_some(ATTACHMENT, generation.attachment.as_ref());
    }

    fn refusal(&mut self, refusal: &Refusal) {
        self.put_some(SUBJECT, refusal.subject.as_ref());
        self.put(VOICE, refusal.voice.as_bytes());
        self.put(TEXT, &refusal.text);
        self.put_some(POLICY, refusal.policy.as_ref());
        self.put(ACTION, &[action_code(refusal.action)]);
        self.put(RULES, &names(&refusal.rules));
        self.put_some(ATTACHMENT, refusal.attachment.as_ref());
    }

    fn event(&mut self, event: &Event) {
        for (tag, _) in event.kind.fields() {
            match *tag {
                SUBJECT => self.put_some(SUBJECT, event.subject.as_ref()),
                ACTOR => self.put_some(ACTOR, event.actor.as_ref()),
                OBJECT => self.put_some_bytes(OBJECT, event.object.as_deref().map(str::as_bytes)),
                SCOPES => self.put(SCOPES, &names(&event.scopes)),
                ALLOWED => self.put_some(ALLOWED, event.allowed.map(|allowed| [u8::from(allowed)]).as_ref()),
                VERSION => self.put_some(VERSION, event.version.map(u32::to_be_bytes).as_ref()),
                CONTENT => self.put_some(CONTENT, event.content.as_ref()),
                PREVIOUS => self.put_some(PREVIOUS, event.previous.as_ref()),
                UNTIL => self.put_some(UNTIL, event.until_ms.map(u64::to_be_bytes).as_ref()),
                RANGES => {
                    let bytes = event.ranges.iter().flat_map(|(first, last)| [*first, *last]);
                    self.put(RANGES, &bytes.flat_map(u64::to_be_bytes).collect::<Vec<u8>>());
                }
                SIZE => self.put_some(SIZE, event.size.map(u64::to_be_bytes).as_ref()),
                DETAIL => self.put_some_bytes(DETAIL, event.detail.as_deref().map(str::as_bytes)),
                _ => self.put_some(ATTACHMENT, event.attachment.as_ref()),
            }
        }
    }

    fn put_some_bytes(&mut self, tag: Tag, value: Option<&[u8]>) {
        if let Some(value) = value {
            self.put(tag, value);
        }
    }
}

/// A list of names, each behind its length.
fn names(names: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in names {
        bytes.extend_from_slice(&(name.len() as u16).to_be_bytes());
        bytes.extend_from_slice(name.as_bytes());
    }
    bytes
}
