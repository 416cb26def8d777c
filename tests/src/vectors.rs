//! The shared vectors: small clips, and what every language must make of them. `tests/vectors/README.md` says what the
//! fields mean.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use voxguard::{Detector, Effort, Key, embed};

use crate::workspace;

/// `tests/vectors/audio.json`.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Vectors {
    /// Of this file.
    pub format: u32,
    /// Hexadecimal: the key that marks.
    pub key: String,
    /// The public id of `key`.
    pub key_id: String,
    /// Hexadecimal: a key under which nothing is found.
    pub other_key: String,
    /// One a clip.
    pub cases: Vec<Case>,
}

/// One clip, and what it becomes.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The clip, beside the JSON.
    pub wav: String,
    /// Frames a second.
    pub rate: u32,
    /// Interleaved.
    pub channels: u16,
    /// Length.
    pub frames: usize,
    /// The id to embed, 8 hexadecimal digits.
    pub mark: String,
    /// SHA-256 of the marked 16-bit samples.
    pub marked_i16_sha256: String,
    /// SHA-256 of the marked float samples.
    pub marked_f32_sha256: String,
    /// Every so many-th marked 16-bit sample stands in `probes`.
    pub probe_every: usize,
    /// Marked 16-bit samples.
    pub probes: Vec<i16>,
    /// What detection says of the marked 16-bit samples under `key`.
    pub detected: Detected,
}

/// What is found.
#[derive(Debug, Serialize, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Detected {
    /// Whether there is a mark.
    pub found: bool,
    /// Its id, where it can be read.
    pub mark: Option<String>,
}

/// The clips and the ids they get.
pub const CLIPS: [(&str, u64); 6] = [
    ("kal_8000_mono.wav", 0x1234_abcd),
    ("slt_16000_mono.wav", 0),
    ("hibari_24000_mono.wav", 0x1234_abcd),
    ("hibari_24000_stereo.wav", 0xffff_ffff),
    ("awb_44100_mono.wav", 1),
    ("hibari_48000_mono.wav", 0x8000_0000),
];

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const OTHER_KEY: &str = "f0e0d0c0b0a090807060504030201000f0e0d0c0b0a090807060504030201000";
/// A prime, so that probes of two channels fall on both.
const PROBE_EVERY: usize = 997;

/// `tests/vectors/NAME`.
pub fn path(name: &str) -> PathBuf {
    workspace::file("tests/vectors").join(name)
}

/// The committed file.
pub fn read() -> Vectors {
    let text = std::fs::read_to_string(path("audio.json")).expect("audio.json is committed");
    serde_json::from_str(&text).expect("audio.json is as vectors.rs says")
}

/// What this build makes of the clips.
pub fn make() -> Vectors {
    let key = Key::from_hex(KEY).expect("a key of 64 digits");
    let cases = CLIPS.iter().map(|(wav, mark)| case(wav, *mark, &key)).collect();
    Vectors {
        format: 1,
        key: KEY.to_owned(),
        key_id: key.id().to_owned(),
        other_key: OTHER_KEY.to_owned(),
        cases,
    }
}

/// The file's text.
pub fn render(vectors: &Vectors) -> String {
    serde_json::to_string_pretty(vectors).expect("plain data") + "\n"
}

/// Rate, channels and interleaved samples of a clip.
pub fn clip(wav: &str) -> (u32, u16, Vec<i16>) {
    let mut reader = hound::WavReader::open(path(wav)).expect("the clip is committed");
    let spec = reader.spec();
    let samples = reader.samples().collect::<Result<_, _>>().expect("16-bit PCM");
    (spec.sample_rate, spec.channels, samples)
}

/// 16-bit samples as floats: a 32768th each.
pub fn floats(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample) / 32768.0).collect()
}

/// SHA-256 of samples as little-endian bytes, in hexadecimal.
pub fn sha256(bytes: impl IntoIterator<Item = u8>) -> String {
    use sha2::{Digest, Sha256};
    let bytes: Vec<u8> = bytes.into_iter().collect();
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of 16-bit samples.
pub fn sha256_i16(samples: &[i16]) -> String {
    sha256(samples.iter().flat_map(|sample| sample.to_le_bytes()))
}

/// SHA-256 of float samples.
pub fn sha256_f32(samples: &[f32]) -> String {
    sha256(samples.iter().flat_map(|sample| sample.to_le_bytes()))
}

/// Whether this machine computes the very bits of the committed file: see `tests/vectors/README.md`.
pub fn same_bits_here() -> bool {
    #[cfg(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu"))]
    return is_x86_feature_detected!("avx") && is_x86_feature_detected!("fma");
    #[cfg(not(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")))]
    return false;
}

fn case(wav: &str, mark: u64, key: &Key) -> Case {
    let (rate, channels, samples) = clip(wav);
    let marked = embed(&samples, rate, channels, key, mark).expect("a clip that can be marked");
    let marked_f32 = embed(&floats(&samples), rate, channels, key, mark).expect("a clip that can be marked");
    let detector = Detector::new(&[key], Effort::Normal).expect("one key");
    let detection = detector.detect(&marked, rate, channels).expect("a clip that can be looked at");
    Case {
        wav: wav.to_owned(),
        rate,
        channels,
        frames: samples.len() / usize::from(channels),
        mark: format!("{mark:08x}"),
        marked_i16_sha256: sha256_i16(&marked),
        marked_f32_sha256: sha256_f32(&marked_f32),
        probe_every: PROBE_EVERY,
        probes: marked.iter().step_by(PROBE_EVERY).copied().collect(),
        detected: Detected { found: detection.found, mark: detection.mark.map(|mark| format!("{mark:08x}")) },
    }
}
