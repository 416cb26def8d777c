//! One generation for all tests of ledgers, in this crate and in those that keep or measure one. They change what
//! theirs is about.

use voxguard_core::audio::SampleFormat;
use voxguard_core::ledger::{Generation, Outcome};
use voxguard_core::policy::Action;

/// Two seconds of speech that a ledger says all of, but for mark and key, model and parameters.
pub fn generation() -> Generation {
    Generation {
        subject: Some([2; 32]),
        voice: "heart".to_owned(),
        text: [3; 32],
        policy: Some([4; 32]),
        action: Action::Allow,
        mark: None,
        key: None,
        rate: 24_000,
        channels: 1,
        frames_in: 48_000,
        frames_marked: 48_000,
        sample_format: SampleFormat::F32,
        audio_in: [6; 32],
        audio_out: [7; 32],
        outcome: Outcome::Complete,
        model: None,
        parameters: None,
        attachment: None,
    }
}
