//! Assertions for a C2PA manifest (Content Credentials, C2PA Technical Specification 2.x).
//!
//! - `c2pa.actions.v2` with `c2pa.created` and the IPTC digital source type `trainedAlgorithmicMedia`;
//! - `c2pa.soft-binding`: the mark, so that credentials which were stripped from a file are found again by
//!   what is in the sound (section "Soft binding": `alg`, and blocks of `scope` and `value`).
//!
//! The algorithm's name is `org.voxguard.mark.1`; its value is the key's id and the mark's id. The host
//! signs: a manifest needs its certificate.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{ReportError, checked, generation};
use crate::ledger::{Moment, StoredRecord};

/// Name of the soft binding's algorithm.
pub const SOFT_BINDING_ALGORITHM: &str = "org.voxguard.mark.1";
/// IPTC's word for what a trained model made.
pub const TRAINED_ALGORITHMIC_MEDIA: &str =
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";

/// The two assertions, each an object with `label` and `data`, as a manifest definition lists them.
pub fn assertions(stored: &StoredRecord, generator: &str) -> Result<Value, ReportError> {
    let generation = generation(stored)?;
    let generator = checked("generator", generator)?;
    let mark = generation.mark.ok_or(ReportError::NoMark { seq: stored.seq })?;
    let key = generation.key.map(|key| key.to_string()).unwrap_or_default();
    let milliseconds = |frames: u64| {
        u64::try_from(u128::from(frames) * 1000 / u128::from(generation.rate.max(1))).unwrap_or(u64::MAX)
    };
    let end = milliseconds(generation.frames_marked);
    Ok(json!([
        {
            "label": "c2pa.actions.v2",
            "data": {
                "actions": [{
                    "action": "c2pa.created",
                    "when": Moment(stored.record.time_ms).to_string(),
                    "softwareAgent": { "name": generator },
                    "digitalSourceType": TRAINED_ALGORITHMIC_MEDIA,
                }],
            },
        },
        {
            "label": "c2pa.soft-binding",
            "data": {
                "alg": SOFT_BINDING_ALGORITHM,
                "name": "voxguard mark",
                "blocks": [{
                    "scope": { "timespan": { "start": 0, "end": end } },
                    "value": STANDARD.encode(format!("{key}:{mark}")),
                }],
            },
        },
    ]))
}

/// Key id and mark id of a soft binding's value; `None` when it is not one of ours.
pub fn read_binding(value: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(value).ok()?).ok()?;
    let (key, mark) = text.split_once(':')?;
    let digits = |text: &str, count| text.len() == count && text.bytes().all(|b| b.is_ascii_hexdigit());
    (digits(key, 16) && digits(mark, 8)).then(|| (key.to_owned(), mark.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{refused, spoken};
    use super::*;

    #[test]
    fn the_assertions_say_who_made_it_how_and_by_which_mark_it_is_found() {
        let assertions = assertions(&spoken(), "Example TTS 2").unwrap();
        let action = &assertions[0]["data"]["actions"][0];
        assert_eq!(action["action"], "c2pa.created");
        assert_eq!(action["digitalSourceType"], TRAINED_ALGORITHMIC_MEDIA);
        let binding = &assertions[1]["data"];
        assert_eq!(binding["alg"], SOFT_BINDING_ALGORITHM);
        assert_eq!(binding["blocks"][0]["scope"]["timespan"], json!({"start": 0, "end": 2000}));
        let value = binding["blocks"][0]["value"].as_str().unwrap();
        assert_eq!(read_binding(value), Some(("05".repeat(8), "1234abcd".to_owned())));
        assert_eq!(read_binding("bm9uZQ=="), None);
    }

    #[test]
    fn what_has_no_audio_has_no_credentials() {
        let error = assertions(&refused(), "x").unwrap_err().to_string();
        assert_eq!(error, "record 10 is of kind refusal: accepted are generations");
        assert!(assertions(&spoken(), "").is_err());
    }
}
