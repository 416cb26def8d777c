//! A record as JSON: what people and other programs read.
//!
//! Bytes are lower-case hexadecimal, the time is RFC 3339, a field that does not apply is `null`.

use std::fmt;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::event::Event;
use super::record::{Body, Generation, Record, Refusal};
use super::time::Moment;
use crate::policy::Action;

/// A record and its place in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Place in the ledger, from 1.
    pub seq: u64,
    /// What stands there.
    pub record: Record,
}

impl Record {
    /// The record as a JSON object, without `seq`: that is the ledger's to give.
    pub fn to_json(&self) -> serde_json::Value {
        // The map has string keys and plain values: serialising it cannot fail.
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl StoredRecord {
    /// The record as a JSON object, with `seq`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        record(&mut map, self)?;
        map.end()
    }
}

impl Serialize for StoredRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seq", &self.seq)?;
        record(&mut map, &self.record)?;
        map.end()
    }
}

fn record<M: SerializeMap>(map: &mut M, record: &Record) -> Result<(), M::Error> {
    map.serialize_entry("id", &Hex(&record.id))?;
    map.serialize_entry("time", &Shown(Moment(record.time_ms)))?;
    match &record.body {
        Body::Generation(body) => generation(map, body),
        Body::Refusal(body) => refusal(map, body),
        Body::Event(body) => event(map, body),
    }
}

fn generation<M: SerializeMap>(map: &mut M, body: &Generation) -> Result<(), M::Error> {
    map.serialize_entry("kind", "generation")?;
    map.serialize_entry("subject", &body.subject.as_ref().map(|tag| Hex(tag)))?;
    map.serialize_entry("voice", &body.voice)?;
    map.serialize_entry("text", &Hex(&body.text))?;
    map.serialize_entry("policy", &body.policy.as_ref().map(|hash| Hex(hash)))?;
    map.serialize_entry("action", action(body.action))?;
    map.serialize_entry("mark", &body.mark)?;
    map.serialize_entry("key_id", &body.key.map(Shown))?;
    map.serialize_entry("rate", &body.rate)?;
    map.serialize_entry("channels", &body.channels)?;
    map.serialize_entry("frames_in", &body.frames_in)?;
    map.serialize_entry("frames_marked", &body.frames_marked)?;
    map.serialize_entry("sample_format", body.sample_format.name())?;
    map.serialize_entry("audio_in", &Hex(&body.audio_in))?;
    map.serialize_entry("audio_out", &Hex(&body.audio_out))?;
    map.serialize_entry("outcome", body.outcome.as_str())?;
    body.model.as_ref().map_or(Ok(()), |model| map.serialize_entry("model", model))?;
    body.parameters.as_ref().map_or(Ok(()), |hash| map.serialize_entry("parameters", &Hex(hash)))?;
    body.attachment.as_ref().map_or(Ok(()), |hash| map.serialize_entry("attachment", &Hex(hash)))
}

fn refusal<M: SerializeMap>(map: &mut M, body: &Refusal) -> Result<(), M::Error> {
    map.serialize_entry("kind", "refusal")?;
    map.serialize_entry("subject", &body.subject.as_ref().map(|tag| Hex(tag)))?;
    map.serialize_entry("voice", &body.voice)?;
    map.serialize_entry("text", &Hex(&body.text))?;
    map.serialize_entry("policy", &body.policy.as_ref().map(|hash| Hex(hash)))?;
    map.serialize_entry("action", action(body.action))?;
    map.serialize_entry("rules", &body.rules)?;
    body.attachment.as_ref().map_or(Ok(()), |hash| map.serialize_entry("attachment", &Hex(hash)))
}

/// An event shows the fields that it has: most kinds have few.
fn event<M: SerializeMap>(map: &mut M, body: &Event) -> Result<(), M::Error> {
    map.serialize_entry("kind", body.kind.as_str())?;
    let hashes = [
        ("subject", &body.subject),
        ("actor", &body.actor),
        ("content", &body.content),
        ("previous", &body.previous),
        ("attachment", &body.attachment),
    ];
    for (name, hash) in hashes {
        hash.as_ref().map_or(Ok(()), |hash| map.serialize_entry(name, &Hex(hash)))?;
    }
    body.object.as_ref().map_or(Ok(()), |object| map.serialize_entry("object", object))?;
    if !body.scopes.is_empty() {
        map.serialize_entry("scopes", &body.scopes)?;
    }
    body.allowed.map_or(Ok(()), |allowed| map.serialize_entry("allowed", &allowed))?;
    body.version.map_or(Ok(()), |version| map.serialize_entry("version", &version))?;
    body.until_ms.map_or(Ok(()), |time| map.serialize_entry("until", &Shown(Moment(time))))?;
    if !body.ranges.is_empty() {
        map.serialize_entry("ranges", &body.ranges)?;
    }
    body.size.map_or(Ok(()), |size| map.serialize_entry("size", &size))?;
    body.detail.as_ref().map_or(Ok(()), |detail| map.serialize_entry("detail", detail))
}

/// The words of the ledger, which must not change when those of the policy do.
fn action(action: Action) -> &'static str {
    match action {
        Action::Allow => "allow",
        Action::Warn => "warn",
        Action::Mask => "mask",
        Action::Block => "block",
    }
}

/// Bytes as lower-case hexadecimal text.
struct Hex<'a>(&'a [u8]);

impl Serialize for Hex<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&crate::key::hex(self.0))
    }
}

/// A value as the text that it shows itself by.
struct Shown<T>(T);

impl<T: fmt::Display> Serialize for Shown<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::testing::{generation, refusal};
    use super::*;

    #[test]
    fn a_generation_is_an_object_with_a_place_and_every_field() {
        let stored = StoredRecord { seq: 7, record: generation(0x1234_abcd) };
        assert_eq!(
            stored.to_json(),
            json!({
                "seq": 7,
                "id": "01010101010101010101010101010101",
                "time": "2025-11-21T22:55:00.123Z",
                "kind": "generation",
                "subject": "02".repeat(32),
                "voice": "heart",
                "text": "03".repeat(32),
                "policy": "04".repeat(32),
                "action": "allow",
                "mark": "1234abcd",
                "key_id": "0505050505050505",
                "rate": 24_000,
                "channels": 1,
                "frames_in": 48_000,
                "frames_marked": 48_000,
                "sample_format": "f32",
                "audio_in": "06".repeat(32),
                "audio_out": "07".repeat(32),
                "outcome": "complete",
            })
        );
        assert!(serde_json::to_string(&stored).unwrap().starts_with(r#"{"seq":7,"id":"01"#));
    }

    #[test]
    fn a_refusal_names_its_rules_and_says_null_where_nothing_applies() {
        assert_eq!(
            refusal(2).to_json(),
            json!({
                "id": "01010101010101010101010101010101",
                "time": "1970-01-01T00:00:00.002Z",
                "kind": "refusal",
                "subject": null,
                "voice": "heart",
                "text": "03".repeat(32),
                "policy": null,
                "action": "block",
                "rules": ["weapons-1", "names-2"],
            })
        );
    }
}
