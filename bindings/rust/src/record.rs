//! What the ledger keeps of one utterance.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result, Status};

/// A record: of speech that was made, or of a text that was refused. Texts and subjects are keyed hashes.
///
/// What a kind of record does not have is `None` or empty; `json` has all of it, and whatever later versions add.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// Its place in the ledger, from 1; none when no ledger keeps it.
    pub seq: Option<u64>,
    /// Its own id, 32 hexadecimal digits.
    pub id: String,
    /// When it was made: RFC 3339, UTC.
    pub time: String,
    /// "generation" or "refusal".
    pub kind: String,
    /// Keyed hash of the subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// The host's name for the voice.
    #[serde(default)]
    pub voice: String,
    /// Keyed hash of the text.
    #[serde(default)]
    pub text: String,
    /// Hash of the policy that judged the text.
    #[serde(default)]
    pub policy: Option<String>,
    /// What the policy asked for: "allow", "warn" or "block".
    #[serde(default)]
    pub action: String,
    /// The rules that refused the text.
    #[serde(default)]
    pub rules: Vec<String>,
    /// The id that the mark carries.
    #[serde(default, deserialize_with = "mark")]
    pub mark: Option<u64>,
    /// Public id of the mark's key.
    #[serde(default)]
    pub key_id: Option<String>,
    /// Frames a second.
    #[serde(default)]
    pub rate: Option<u32>,
    /// Interleaved channels.
    #[serde(default)]
    pub channels: Option<u16>,
    /// Frames that came in.
    #[serde(default)]
    pub frames_in: Option<u64>,
    /// Frames that left, marked.
    #[serde(default)]
    pub frames_marked: Option<u64>,
    /// "f32" or "i16".
    #[serde(default)]
    pub sample_format: Option<String>,
    /// SHA-256 of the samples that came in.
    #[serde(default)]
    pub audio_in: Option<String>,
    /// SHA-256 of the samples that left.
    #[serde(default)]
    pub audio_out: Option<String>,
    /// "complete" or "aborted".
    #[serde(default)]
    pub outcome: Option<String>,
    /// The record as the library gave it.
    #[serde(skip)]
    pub json: String,
}

impl Record {
    /// The record in JSON that the library gave; none for `null`.
    pub(crate) fn from_json(json: String) -> Result<Option<Self>> {
        let record: Option<Self> = serde_json::from_str(&json).map_err(foreign)?;
        Ok(record.map(|record| Self { json, ..record }))
    }

    /// The records in a JSON array that the library gave.
    pub(crate) fn list_from_json(json: &str) -> Result<Vec<Self>> {
        let records: Vec<&RawValue> = serde_json::from_str(json).map_err(foreign)?;
        let record = |raw: &RawValue| {
            let json = raw.get().to_owned();
            Ok(Self { json, ..serde_json::from_str(raw.get()).map_err(foreign)? })
        };
        records.into_iter().map(record).collect()
    }
}

fn foreign(error: serde_json::Error) -> Error {
    Error::new(Status::INTERNAL, format!("the library gave a record that is not understood: {error}"))
}

fn mark<'de, D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<u64>, D::Error> {
    let digits: Option<String> = Option::deserialize(deserializer)?;
    let parse = |digits: String| u64::from_str_radix(&digits, 16).map_err(serde::de::Error::custom);
    digits.map(parse).transpose()
}
