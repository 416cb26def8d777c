//! Bytes as a record: the strict inverse of `encode`.
//!
//! Fields are asked for in ascending order of their tags, so a field that is unknown, repeated or out
//! of order is simply never asked for, and stands in the way of the next one. Every width is fixed or
//! bounded. So `decode(bytes)` succeeds only where `encode` gives the same bytes back.

use super::encode::*;
use super::event::{Event, EventKind, Need};
use super::record::{Body, Generation, Outcome, Record, RecordError, Refusal};
use crate::audio::SampleFormat;
use crate::id::MarkId;
use crate::key::KeyId;
use crate::policy::Action;

impl Record {
    /// The record that these bytes encode. Accepts no bytes that [`Record::encode`] would not give back.
    pub fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut reader = Reader(bytes);
        let [version] = reader.take("the version")?;
        if version != ENCODING {
            return Err(RecordError::Version { found: version });
        }
        let [kind] = reader.take("the kind")?;
        let event = EventKind::from_code(kind);
        if event.is_none() && !matches!(kind, kind::GENERATION | kind::REFUSAL) {
            return Err(RecordError::Kind { found: kind });
        }
        let id = reader.take("the id")?;
        let time_ms = u64::from_be_bytes(reader.take("the time")?);
        let body = match (event, kind) {
            (Some(kind), _) => Body::Event(Box::new(reader.event(kind)?)),
            (None, kind::GENERATION) => Body::Generation(reader.generation()?),
            (None, _) => Body::Refusal(reader.refusal()?),
        };
        if let Some(tag) = reader.0.first() {
            return Err(RecordError::Unexpected { tag: *tag });
        }
        let record = Self { id, time_ms, body };
        record.check()?;
        Ok(record)
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self, within: &'static str) -> Result<[u8; N], RecordError> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(RecordError::Truncated { within })?;
        self.0 = rest;
        Ok(*taken)
    }

    fn slice(&mut self, length: usize, within: &'static str) -> Result<&'a [u8], RecordError> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(RecordError::Truncated { within })?;
        self.0 = rest;
        Ok(taken)
    }

    /// The field with this tag if it comes next.
    fn field(&mut self, tag: Tag) -> Result<Option<&'a [u8]>, RecordError> {
        match self.0.first() {
            Some(found) if *found == tag.0 => {
                let [_] = self.take::<1>(tag.1)?;
                let length = u32::from_be_bytes(self.take(tag.1)?);
                let length = usize::try_from(length).map_err(|_| RecordError::Truncated { within: tag.1 })?;
                self.slice(length, tag.1).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn needed(&mut self, tag: Tag) -> Result<&'a [u8], RecordError> {
        let next = self.0.first().copied();
        match (self.field(tag)?, next) {
            (Some(value), _) => Ok(value),
            (None, Some(next)) if next < tag.0 => Err(RecordError::Unexpected { tag: next }),
            (None, _) => Err(RecordError::Missing { field: tag.1 }),
        }
    }

    fn fixed<const N: usize>(&mut self, tag: Tag) -> Result<[u8; N], RecordError> {
        let value = self.needed(tag)?;
        exactly(tag, value)
    }

    fn optional<const N: usize>(&mut self, tag: Tag) -> Result<Option<[u8; N]>, RecordError> {
        self.field(tag)?.map(|value| exactly(tag, value)).transpose()
    }

    fn mark(&mut self) -> Result<Option<MarkId>, RecordError> {
        let Some(value) = self.field(MARK)? else { return Ok(None) };
        let wide = <[u8; 8]>::try_from(value).ok().map(|bytes| MarkId::new(u64::from_be_bytes(bytes)));
        match wide.filter(|mark| mark.narrow().is_none()) {
            Some(mark) => Ok(Some(mark)),
            None => Ok(Some(MarkId::new(u32::from_be_bytes(exactly(MARK, value)?).into()))),
        }
    }

    fn name(&mut self, tag: Tag) -> Result<String, RecordError> {
        let value = self.needed(tag)?;
        utf8(tag, value)
    }

    fn action(&mut self) -> Result<Action, RecordError> {
        let [code] = self.fixed(ACTION)?;
        let all = [Action::Allow, Action::Warn, Action::Block, Action::Mask];
        from_code(ACTION, code, all, action_code, "0 (allow), 1 (warn), 2 (block), 3 (mask)")
    }

    fn generation(&mut self) -> Result<Generation, RecordError> {
        // Rust evaluates the fields in the order in which they are written: that of the tags.
        Ok(Generation {
            subject: self.optional(SUBJECT)?,
            voice: self.name(VOICE)?,
            text: self.fixed(TEXT)?,
            policy: self.optional(POLICY)?,
            action: self.action()?,
            mark: self.mark()?,
            key: self.optional(KEY)?.map(KeyId::from_bytes),
            rate: u32::from_be_bytes(self.fixed(RATE)?),
            channels: u16::from_be_bytes(self.fixed(CHANNELS)?),
            sample_format: {
                let [code] = self.fixed(SAMPLE_FORMAT)?;
                let all = [SampleFormat::F32, SampleFormat::I16];
                from_code(SAMPLE_FORMAT, code, all, format_code, "1 (f32), 2 (i16)")?
            },
            frames_in: u64::from_be_bytes(self.fixed(FRAMES_IN)?),
            frames_marked: u64::from_be_bytes(self.fixed(FRAMES_MARKED)?),
            audio_in: self.fixed(AUDIO_IN)?,
            audio_out: self.fixed(AUDIO_OUT)?,
            outcome: {
                let [code] = self.fixed(OUTCOME)?;
                let all = [Outcome::Complete, Outcome::Aborted];
                from_code(OUTCOME, code, all, outcome_code, "1 (complete), 2 (aborted)")?
            },
            model: self.field(MODEL)?.map(|value| utf8(MODEL, value)).transpose()?,
            parameters: self.optional(PARAMETERS)?,
            attachment: self.optional(ATTACHMENT)?,
        })
    }

    fn refusal(&mut self) -> Result<Refusal, RecordError> {
        Ok(Refusal {
            subject: self.optional(SUBJECT)?,
            voice: self.name(VOICE)?,
            text: self.fixed(TEXT)?,
            policy: self.optional(POLICY)?,
            action: self.action()?,
            rules: {
                let value = self.needed(RULES)?;
                names(RULES, value, Refusal::MAX_RULES)?
            },
            attachment: self.optional(ATTACHMENT)?,
        })
    }

    fn event(&mut self, kind: EventKind) -> Result<Event, RecordError> {
        let mut event = Event::new(kind);
        for (tag, need) in kind.fields() {
            let value = match need {
                Need::Needed => Some(self.needed(*tag)?),
                Need::Optional => self.field(*tag)?,
            };
            if let Some(value) = value {
                event.read(*tag, value)?;
            }
        }
        Ok(event)
    }
}

impl Event {
    fn read(&mut self, tag: Tag, value: &[u8]) -> Result<(), RecordError> {
        match tag {
            SUBJECT => self.subject = Some(exactly(tag, value)?),
            ACTOR => self.actor = Some(exactly(tag, value)?),
            OBJECT => self.object = Some(utf8(tag, value)?),
            SCOPES => self.scopes = names(tag, value, Event::MAX_SCOPES)?,
            ALLOWED => {
                let [code] = exactly(tag, value)?;
                let all = [false, true];
                self.allowed = Some(from_code(tag, code, all, u8::from, "0 (no), 1 (yes)")?);
            }
            VERSION => self.version = Some(u32::from_be_bytes(exactly(tag, value)?)),
            CONTENT => self.content = Some(exactly(tag, value)?),
            PREVIOUS => self.previous = Some(exactly(tag, value)?),
            UNTIL => self.until_ms = Some(u64::from_be_bytes(exactly(tag, value)?)),
            RANGES => {
                let (numbers, []) = value.as_chunks::<8>() else { return Err(ranges_length(value)) };
                let (pairs, []) = numbers.as_chunks::<2>() else { return Err(ranges_length(value)) };
                if pairs.len() > Event::MAX_RANGES {
                    let (count, most) = (pairs.len(), Event::MAX_RANGES);
                    return Err(RecordError::Many { field: tag.1, count, most });
                }
                let number = |bytes: &[u8; 8]| u64::from_be_bytes(*bytes);
                self.ranges = pairs.iter().map(|[first, last]| (number(first), number(last))).collect();
            }
            SIZE => self.size = Some(u64::from_be_bytes(exactly(tag, value)?)),
            DETAIL => self.detail = Some(utf8(tag, value)?),
            _ => self.attachment = Some(exactly(tag, value)?),
        }
        Ok(())
    }
}

fn ranges_length(value: &[u8]) -> RecordError {
    RecordError::Length { field: RANGES.1, bytes: value.len(), accepted: "a multiple of 16" }
}

/// A list of names, each behind its length, `most` of them.
fn names(tag: Tag, value: &[u8], most: usize) -> Result<Vec<String>, RecordError> {
    let mut list = Reader(value);
    let mut names = Vec::new();
    while !list.0.is_empty() {
        if names.len() == most {
            return Err(RecordError::Many { field: tag.1, count: most + 1, most });
        }
        let length = u16::from_be_bytes(list.take(tag.1)?);
        names.push(utf8(tag, list.slice(usize::from(length), tag.1)?)?);
    }
    Ok(names)
}

fn exactly<const N: usize>(tag: Tag, value: &[u8]) -> Result<[u8; N], RecordError> {
    let accepted = match N {
        1 => "exactly 1",
        2 => "exactly 2",
        4 => "exactly 4",
        8 => "exactly 8",
        _ => "exactly 32",
    };
    value.try_into().map_err(|_| RecordError::Length { field: tag.1, bytes: value.len(), accepted })
}

/// Copies a name only when it is short enough to be one.
fn utf8(tag: Tag, value: &[u8]) -> Result<String, RecordError> {
    if value.len() > Record::MAX_NAME_BYTES {
        return Err(RecordError::Length { field: tag.1, bytes: value.len(), accepted: "1 to 256" });
    }
    let text = std::str::from_utf8(value).map_err(|_| RecordError::Utf8 { field: tag.1 })?;
    Ok(text.to_owned())
}

/// The variant with this code: the inverse of `encode`'s own table, so that the two cannot drift apart.
fn from_code<T: Copy, const N: usize>(
    tag: Tag,
    code: u8,
    all: [T; N],
    code_of: fn(T) -> u8,
    accepted: &'static str,
) -> Result<T, RecordError> {
    let found = all.into_iter().find(|variant| code_of(*variant) == code);
    found.ok_or(RecordError::Value { field: tag.1, value: u64::from(code), accepted })
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;

    use super::super::testing::{generation, refusal};
    use super::*;

    fn names() -> impl Strategy<Value = String> {
        "[^\\p{Cc}]{1,32}"
    }

    fn actions() -> impl Strategy<Value = Action> {
        prop_oneof![Just(Action::Allow), Just(Action::Warn), Just(Action::Mask), Just(Action::Block)]
    }

    /// Events of every kind, with each field that the kind must have and some that it can have.
    fn events() -> impl Strategy<Value = Body> {
        let hashes = || any::<[u8; 32]>();
        let parts = (0..EventKind::ALL.len(), any::<u16>(), hashes(), names(), vec(names(), 1..4));
        let numbers = (any::<bool>(), any::<u32>(), 0..=Record::MAX_TIME_MS, any::<u64>(), 1..1000u64);
        (parts, numbers).prop_map(|((kind, present, hash, name, scopes), numbers)| {
            let (allowed, version, until, size, first) = numbers;
            let mut event = Event::new(EventKind::ALL[kind]);
            for (at, (tag, need)) in event.kind.fields().iter().enumerate() {
                if *need == Need::Optional && present >> at & 1 == 0 {
                    continue;
                }
                match *tag {
                    SUBJECT => event.subject = Some(hash),
                    ACTOR => event.actor = Some(hash),
                    OBJECT => event.object = Some(name.clone()),
                    SCOPES => event.scopes = scopes.clone(),
                    ALLOWED => event.allowed = Some(allowed),
                    VERSION => event.version = Some(version),
                    CONTENT => event.content = Some(hash),
                    PREVIOUS => event.previous = Some(hash),
                    UNTIL => event.until_ms = Some(until),
                    RANGES => event.ranges = vec![(first, first + 3), (first + 5, first + 5)],
                    SIZE => event.size = Some(size),
                    DETAIL => event.detail = Some(name.clone()),
                    _ => event.attachment = Some(hash),
                }
            }
            Body::Event(Box::new(event))
        })
    }

    fn bodies() -> impl Strategy<Value = Body> {
        let told = || {
            (
                option::of(any::<[u8; 32]>()),
                names(),
                any::<[u8; 32]>(),
                option::of(any::<[u8; 32]>()),
                actions(),
            )
        };
        let sound = (
            option::of(prop_oneof![any::<u32>().prop_map(u64::from), any::<u64>()]),
            option::of(any::<[u8; 8]>()),
            1..=u32::MAX,
            1..=u16::MAX,
            any::<(u64, u64)>(),
            any::<bool>(),
            any::<([u8; 32], [u8; 32])>(),
            any::<bool>(),
        );
        let generations = (told(), sound).prop_map(|(told, sound)| {
            let (subject, voice, text, policy, action) = told;
            let (mark, key, rate, channels, frames, float, audio, complete) = sound;
            Body::Generation(Generation {
                subject,
                voice,
                text,
                policy,
                action,
                mark: mark.map(MarkId::new),
                key: key.map(KeyId::from_bytes),
                rate,
                channels,
                frames_in: frames.0,
                frames_marked: frames.1,
                sample_format: if float { SampleFormat::F32 } else { SampleFormat::I16 },
                audio_in: audio.0,
                audio_out: audio.1,
                outcome: if complete { Outcome::Complete } else { Outcome::Aborted },
                model: complete.then(|| "tts-1".to_owned()),
                parameters: float.then_some([9; 32]),
                attachment: complete.then_some([8; 32]),
            })
        });
        let refusals = (told(), vec(names(), 0..4)).prop_map(|(told, rules)| {
            let (subject, voice, text, policy, action) = told;
            let attachment = policy;
            Body::Refusal(Refusal { subject, voice, text, policy, action, rules, attachment })
        });
        prop_oneof![generations, refusals, events()]
    }

    fn records() -> impl Strategy<Value = Record> {
        (any::<[u8; 16]>(), 0..=Record::MAX_TIME_MS, bodies()).prop_map(|(id, time_ms, body)| Record {
            id,
            time_ms,
            body,
        })
    }

    /// What can befall bytes on their way.
    fn mutate(bytes: &mut Vec<u8>, at: usize, with: u8, how: u8) {
        let at = at % (bytes.len() + 1);
        match how % 4 {
            0 => bytes.insert(at, with),
            1 if at < bytes.len() => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ if at < bytes.len() => bytes[at] = with,
            _ => bytes.push(with),
        }
    }

    proptest! {
        #[test]
        fn every_record_survives_its_encoding(record in records()) {
            let bytes = record.encode().unwrap();
            prop_assert_eq!(Record::decode(&bytes), Ok(record));
        }

        #[test]
        fn bytes_that_decode_are_the_only_encoding_of_their_record(
            record in records(),
            changes in vec((any::<usize>(), 0u8..32, any::<u8>()), 1..4),
        ) {
            let mut bytes = record.encode().unwrap();
            for (at, with, how) in changes {
                mutate(&mut bytes, at, with, how);
            }
            if let Ok(read) = Record::decode(&bytes) {
                prop_assert_eq!(read.encode(), Ok(bytes));
            }
        }

        #[test]
        fn arbitrary_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..600), framed: bool) {
            let mut input = if framed { vec![1, 1 + bytes.len() as u8 % 2] } else { Vec::new() };
            input.extend_from_slice(&bytes);
            if let Ok(read) = Record::decode(&input) {
                prop_assert_eq!(read.encode(), Ok(input));
            }
        }
    }

    #[test]
    fn a_record_cut_anywhere_is_refused() {
        for record in [generation(1), refusal(2)] {
            let bytes = record.encode().unwrap();
            for length in 0..bytes.len() {
                assert!(Record::decode(&bytes[..length]).is_err(), "cut to {length} bytes");
            }
        }
    }

    #[test]
    fn trailing_unknown_repeated_and_swapped_fields_are_refused() {
        let bytes = generation(1).encode().unwrap();
        let with = |extra: &[u8]| Record::decode(&[bytes.as_slice(), extra].concat());
        assert_eq!(with(&[0]), Err(RecordError::Unexpected { tag: 0 }));
        assert_eq!(with(&[99, 0, 0, 0, 0]), Err(RecordError::Unexpected { tag: 99 }));
        assert_eq!(with(&[25, 0, 0, 0, 1, 1]), Err(RecordError::Unexpected { tag: 25 }));

        // A refusal's last two fields, the other way round.
        let bytes = refusal(2).encode().unwrap();
        let action = bytes.windows(6).position(|w| w == [5, 0, 0, 0, 1, 2]).unwrap();
        let swapped = [&bytes[..action], &bytes[action + 6..], &bytes[action..action + 6]].concat();
        assert_eq!(Record::decode(&swapped), Err(RecordError::Missing { field: "action" }));
    }

    #[test]
    fn a_wrong_version_kind_width_or_code_is_named() {
        let bytes = generation(1).encode().unwrap();
        let with = |at: usize, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[at] = byte;
            Record::decode(&bytes).unwrap_err().to_string()
        };
        assert_eq!(with(0, 2), "record version 2: this build reads version 1");
        assert_eq!(with(1, 99), "record kind 99: this build reads 1 to 16");
        let last = bytes.len() - 1;
        assert_eq!(with(last, 7), "record field outcome has value 7: accepted are 1 (complete), 2 (aborted)");
        assert_eq!(with(last - 1, 2), "record ends within outcome: it was cut off");
        assert_eq!(with(30, 31), "record field subject of 31 bytes: accepted are exactly 32");
    }

    #[test]
    fn the_bytes_are_those_of_the_documentation() {
        // Written by hand from docs/LEDGER.md.
        let record = Record {
            id: [0xaa; 16],
            time_ms: 0x0102,
            body: Body::Refusal(Refusal {
                subject: None,
                voice: "v".to_owned(),
                text: [0xbb; 32],
                policy: None,
                action: Action::Block,
                rules: vec!["r1".to_owned(), "s".to_owned()],
                attachment: None,
            }),
        };
        let mut expected = vec![1, 2];
        expected.extend([0xaa; 16]);
        expected.extend([0, 0, 0, 0, 0, 0, 1, 2]);
        expected.extend([2, 0, 0, 0, 1, b'v']);
        expected.extend([3, 0, 0, 0, 32]);
        expected.extend([0xbb; 32]);
        expected.extend([5, 0, 0, 0, 1, 2]);
        expected.extend([6, 0, 0, 0, 7, 0, 2, b'r', b'1', 0, 1, b's']);
        assert_eq!(record.encode().unwrap(), expected);
    }
}
