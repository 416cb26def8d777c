//! What one record, or a span of them, says to somebody else: a listener, a platform, an authority.
//!
//! Each report is made from a record alone, so what it says is what the ledger can prove, and none of
//! them can hold a personal field: a record has none. They help a host to meet a duty; whether a duty is
//! met is the host's to judge.
//!
//! | report | for |
//! |---|---|
//! | [`verify`] | whoever holds a recording and asks: was this made here? |
//! | [`c2pa`] | content credentials (C2PA 2.x): soft binding and created action |
//! | [`aigc`] | China's implicit label (GB 45438-2025) and where it goes in a file |
//! | [`disclosure`] | California's latent disclosure (SB 942, Business and Professions Code 22757.3) |
//! | [`audible`] | a disclosure that is heard: a sentence, or the tone rhythm of GB 45438-2025 |
//! | [`compliance`] | a span of time, counted |

pub mod aigc;
pub mod audible;
pub mod c2pa;
pub mod compliance;
pub mod disclosure;
pub mod verify;

use crate::ledger::{Body, Generation, StoredRecord};

/// The generation that a report is about.
///
/// Other records speak of no audio, and have no such reports.
pub fn generation(stored: &StoredRecord) -> Result<&Generation, ReportError> {
    match &stored.record.body {
        Body::Generation(generation) => Ok(generation),
        Body::Refusal(_) | Body::Event(_) => {
            Err(ReportError::NoAudio { seq: stored.seq, kind: stored.record.kind_name() })
        }
    }
}

/// Why there is no report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// The record is not one of audio.
    #[error("record {seq} is of kind {kind}: accepted are generations")]
    NoAudio {
        /// The record.
        seq: u64,
        /// Its kind.
        kind: &'static str,
    },
    /// The audio carries no mark.
    #[error("record {seq} has no mark: there is nothing to bind to")]
    NoMark {
        /// The record.
        seq: u64,
    },
    /// A name that must be given is empty or too long.
    #[error("{field} of {bytes} bytes: accepted are 1 to 256")]
    Name {
        /// Which.
        field: &'static str,
        /// Its length.
        bytes: usize,
    },
}

fn checked<'a>(field: &'static str, name: &'a str) -> Result<&'a str, ReportError> {
    match (1..=256).contains(&name.len()) {
        true => Ok(name),
        false => Err(ReportError::Name { field, bytes: name.len() }),
    }
}

/// The record's id as a UUID's text: 8-4-4-4-12 hexadecimal digits.
fn uuid(stored: &StoredRecord) -> String {
    let digits = crate::key::hex(&stored.record.id);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

#[cfg(test)]
mod testing {
    use crate::audio::SampleFormat;
    use crate::id::MarkId;
    use crate::key::KeyId;
    use crate::ledger::testing::speech::generation;
    use crate::ledger::{Body, Generation, Record, Refusal, StoredRecord};
    use crate::policy::Action;

    /// A record of marked speech.
    pub fn spoken() -> StoredRecord {
        let generation = Generation {
            policy: None,
            mark: Some(MarkId::new(0x1234_abcd)),
            key: Some(KeyId::from_bytes([5; 8])),
            sample_format: SampleFormat::I16,
            model: Some("tts-1".to_owned()),
            ..generation()
        };
        let body = Body::Generation(generation);
        StoredRecord { seq: 9, record: Record { id: [1; 16], time_ms: 1_763_765_700_123, body } }
    }

    /// A record of a refused text.
    pub fn refused() -> StoredRecord {
        let refusal = Refusal {
            subject: None,
            voice: "heart".to_owned(),
            text: [3; 32],
            policy: None,
            action: Action::Block,
            rules: vec!["cards".to_owned()],
            attachment: None,
        };
        let body = Body::Refusal(refusal);
        StoredRecord { seq: 10, record: Record { id: [2; 16], time_ms: 1_763_765_701_000, body } }
    }
}
