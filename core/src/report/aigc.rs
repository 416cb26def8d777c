//! China's implicit label (GB 45438-2025, annex E): the `AIGC` field of a file's metadata.
//!
//! Its fields: `Label` (1 made, 2 possibly made, 3 suspected), `ContentProducer` and `ProduceID` of who
//! made it, `ReservedCode1` for the maker's own integrity value, `ContentPropagator`, `PropagateID` and
//! `ReservedCode2` for who passes it on. The value is JSON text under the key `AIGC`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::{ReportError, checked, generation, uuid};
use crate::key::hex;
use crate::ledger::StoredRecord;

/// The value of the `AIGC` field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AigcLabel {
    /// "1": the content was made by a machine.
    #[serde(rename = "Label")]
    pub label: String,
    /// Name or code of who made it.
    #[serde(rename = "ContentProducer")]
    pub content_producer: String,
    /// Number of the content with the one who made it: the record's id.
    #[serde(rename = "ProduceID")]
    pub produce_id: String,
    /// The maker's own integrity value: SHA-256 of the samples.
    #[serde(rename = "ReservedCode1")]
    pub reserved_code_1: String,
    /// Name or code of who passes it on.
    #[serde(rename = "ContentPropagator")]
    pub content_propagator: String,
    /// Number of the content with the one who passes it on.
    #[serde(rename = "PropagateID")]
    pub propagate_id: String,
    /// The propagator's own integrity value.
    #[serde(rename = "ReservedCode2")]
    pub reserved_code_2: String,
}

/// The label as it goes into a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Placement {
    /// The sort of file.
    pub container: &'static str,
    /// The structure that holds metadata.
    pub structure: &'static str,
    /// The field.
    pub field: &'static str,
    /// The bytes that go there, in base64: [`wav_chunk`], [`id3_tag`], [`vorbis_comment`].
    pub base64: String,
}

/// The label in WAV, MP3 and FLAC.
pub fn placements(label: &AigcLabel) -> [Placement; 3] {
    let placement = |container, structure, bytes: &[u8]| Placement {
        container,
        structure,
        field: "AIGC",
        base64: STANDARD.encode(bytes),
    };
    [
        placement("wav", "RIFF LIST INFO chunk", &wav_chunk(label)),
        placement("mp3", "ID3v2.4 TXXX frame", &id3_tag(label)),
        placement("flac", "VORBIS_COMMENT block", vorbis_comment(label).as_bytes()),
    ]
}

/// The label of what this record speaks of.
pub fn label(stored: &StoredRecord, producer: &str) -> Result<AigcLabel, ReportError> {
    let generation = generation(stored)?;
    Ok(AigcLabel {
        label: "1".to_owned(),
        content_producer: checked("producer", producer)?.to_owned(),
        produce_id: uuid(stored),
        reserved_code_1: hex(&generation.audio_out),
        content_propagator: String::new(),
        propagate_id: String::new(),
        reserved_code_2: String::new(),
    })
}

/// The label as a chunk of a RIFF file: a LIST of type INFO with the one entry `AIGC`, padded to an even
/// length. It goes behind the samples, and its length into the file's.
pub fn wav_chunk(label: &AigcLabel) -> Vec<u8> {
    let text = serde_json::to_string(label).unwrap_or_default();
    let mut value = text.into_bytes();
    value.push(0);
    let value_bytes = value.len() as u32;
    if !value.len().is_multiple_of(2) {
        value.push(0);
    }
    let mut chunk = b"LIST".to_vec();
    chunk.extend_from_slice(&(4 + 8 + value.len() as u32).to_le_bytes());
    chunk.extend_from_slice(b"INFOAIGC");
    chunk.extend_from_slice(&value_bytes.to_le_bytes());
    chunk.extend_from_slice(&value);
    chunk
}

/// The label as an ID3v2.4 tag with one TXXX frame, UTF-8: it goes before an MP3's frames.
pub fn id3_tag(label: &AigcLabel) -> Vec<u8> {
    let text = serde_json::to_string(label).unwrap_or_default();
    let body = [b"\x03AIGC\0", text.as_bytes()].concat();
    let frame = [b"TXXX".as_slice(), &synchsafe(body.len() as u32), &[0, 0], &body].concat();
    [b"ID3\x04\0\0".as_slice(), &synchsafe(frame.len() as u32), &frame].concat()
}

/// The label as a Vorbis comment, "AIGC={...}": a field of a FLAC file's VORBIS_COMMENT block.
pub fn vorbis_comment(label: &AigcLabel) -> String {
    format!("AIGC={}", serde_json::to_string(label).unwrap_or_default())
}

/// Seven bits a byte, so that no byte looks like an MP3 frame (ID3v2.4, section 6.2).
fn synchsafe(value: u32) -> [u8; 4] {
    [21, 14, 7, 0].map(|shift| (value >> shift & 0x7f) as u8)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refused, spoken};
    use super::*;

    #[test]
    fn the_label_has_the_seven_fields_of_the_standard_and_no_other() {
        let label = label(&spoken(), "example-tts").unwrap();
        let json = serde_json::to_value(&label).unwrap();
        let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "ContentProducer",
                "ContentPropagator",
                "Label",
                "ProduceID",
                "PropagateID",
                "ReservedCode1",
                "ReservedCode2"
            ]
        );
        assert_eq!(json["Label"], "1");
        assert_eq!(json["ProduceID"], "01010101-0101-0101-0101-010101010101");
        assert_eq!(json["ReservedCode1"], "07".repeat(32));
        assert!(super::label(&refused(), "example-tts").is_err());
    }

    #[test]
    fn the_label_is_read_back_from_each_place_in_a_file() {
        let label = label(&spoken(), "例子").unwrap();
        let chunk = wav_chunk(&label);
        assert_eq!(chunk.len() % 2, 0);
        assert_eq!(u32::from_le_bytes(chunk[4..8].try_into().unwrap()) as usize, chunk.len() - 8);
        let length = u32::from_le_bytes(chunk[16..20].try_into().unwrap()) as usize;
        let text = std::str::from_utf8(&chunk[20..20 + length - 1]).unwrap();
        assert_eq!(serde_json::from_str::<AigcLabel>(text).unwrap(), label);

        let tag = id3_tag(&label);
        let size = tag[6..10].iter().fold(0usize, |sum, byte| sum << 7 | usize::from(*byte));
        assert_eq!(size, tag.len() - 10);
        assert_eq!(&tag[10..14], b"TXXX");
        let text = std::str::from_utf8(&tag[26..]).unwrap();
        assert_eq!(serde_json::from_str::<AigcLabel>(text).unwrap(), label);

        let comment = vorbis_comment(&label);
        let text = comment.strip_prefix("AIGC=").unwrap();
        assert_eq!(serde_json::from_str::<AigcLabel>(text).unwrap(), label);
    }
}
