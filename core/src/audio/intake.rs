//! Audio that comes in from outside: judged by its length, then its container, then its header, then its
//! samples, and refused at the first that does not hold. Nothing is decoded that is too long to be accepted,
//! and no size in a header is believed.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};

use super::quality::{Quality, Tally};
use super::wav::{Encoding, Wav};

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What audio may come in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IntakeRules {
    /// Most bytes of a file or message, after base64.
    pub max_bytes: usize,
    /// Longest audio, in seconds.
    pub max_seconds: f64,
    /// Shortest audio, in seconds.
    pub min_seconds: f64,
    /// Sample rates that are accepted; empty: 8000 to 192000.
    pub rates: Vec<u32>,
    /// Most channels.
    pub max_channels: u16,
    /// Containers that are accepted.
    pub containers: Vec<Container>,
    /// Largest part of the samples that may be at full scale.
    pub max_clipped: f64,
    /// Largest mean of the samples, full scale being 1.
    pub max_dc: f64,
    /// Root mean square below which audio is silence, full scale being 1.
    pub silence: f64,
}

impl Default for IntakeRules {
    /// 10 MB and 300 s of any container that is known; clipping up to 1 %, DC up to 0.05, silence below -70 dB.
    fn default() -> Self {
        Self {
            max_bytes: 10 * 1024 * 1024,
            max_seconds: 300.0,
            min_seconds: 0.0,
            rates: Vec::new(),
            max_channels: 2,
            containers: Container::KNOWN.to_vec(),
            max_clipped: 0.01,
            max_dc: 0.05,
            silence: 0.000_316,
        }
    }
}

/// What a file is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Container {
    /// RIFF WAVE.
    Wav,
    /// FLAC.
    Flac,
    /// Ogg (Vorbis, Opus).
    Ogg,
    /// MPEG audio, with or without ID3.
    Mp3,
    /// MP4 and M4A.
    Mp4,
    /// Matroska and WebM.
    Webm,
    /// None of these.
    Unknown,
}

impl Container {
    /// All that are known.
    pub const KNOWN: [Self; 6] = [Self::Wav, Self::Flac, Self::Ogg, Self::Mp3, Self::Mp4, Self::Webm];

    /// What begins like this. A name or a media type that came along proves nothing and is not asked.
    pub fn sniff(data: &[u8]) -> Self {
        let at = |place: usize, bytes: &[u8]| data.get(place..).is_some_and(|rest| rest.starts_with(bytes));
        // An MPEG frame: eleven bits set, a layer, a bit rate and a sample rate that exist.
        let mpeg = match *data {
            [0xff, b, c, ..] => b & 0xe0 == 0xe0 && b & 0x06 != 0 && c & 0xf0 != 0xf0 && c & 0x0c != 0x0c,
            _ => false,
        };
        if at(0, b"RIFF") && at(8, b"WAVE") {
            Self::Wav
        } else if at(0, b"fLaC") {
            Self::Flac
        } else if at(0, b"OggS") {
            Self::Ogg
        } else if at(0, b"ID3") || mpeg {
            Self::Mp3
        } else if at(4, b"ftyp") {
            Self::Mp4
        } else if at(0, &[0x1a, 0x45, 0xdf, 0xa3]) {
            Self::Webm
        } else {
            Self::Unknown
        }
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Ogg => "ogg",
            Self::Mp3 => "mp3",
            Self::Mp4 => "mp4",
            Self::Webm => "webm",
            Self::Unknown => "unknown",
        }
    }
}

/// Something noticed about audio: a stable code and a plain sentence.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// A stable name: `too_long`, `clipping`, ...
    pub code: &'static str,
    /// Whether it makes the audio unacceptable.
    pub refuses: bool,
    /// One plain sentence with the value and what is accepted.
    pub message: String,
}

/// What was found out about audio.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Report {
    /// Whether it may be used.
    pub accepted: bool,
    /// What it is, by its first bytes.
    pub container: Option<Container>,
    /// Frames a second, where known.
    pub rate: Option<u32>,
    /// Channels, where known.
    pub channels: Option<u16>,
    /// Length in seconds, of the samples that are really there.
    pub seconds: Option<f64>,
    /// What the samples are like, where they could be read.
    pub quality: Option<Quality>,
    /// All that was noticed; of what refuses, the first.
    pub findings: Vec<Finding>,
}

impl Report {
    fn refuse(mut self, code: &'static str, message: String) -> Self {
        self.findings.push(Finding { code, refuses: true, message });
        self.accepted = false;
        self
    }

    fn warn(&mut self, code: &'static str, message: String) {
        self.findings.push(Finding { code, refuses: false, message });
    }
}

impl IntakeRules {
    /// Judges a file in base64. Its length is looked at before anything of it is decoded.
    pub fn check_base64(&self, text: &[u8]) -> (Report, Vec<u8>) {
        let report = Report::default();
        // Three bytes of four characters; padding can only make it fewer.
        let least = (text.len() / 4).saturating_mul(3).saturating_sub(2);
        if least > self.max_bytes {
            return (report.refuse("too_large", self.too_large(least)), Vec::new());
        }
        match BASE64.decode(text) {
            Ok(data) => (self.check_file(&data), data),
            Err(_) => (report.refuse("base64", "the audio is not base64".into()), Vec::new()),
        }
    }

    /// Judges a file by its bytes. WAV is read to its samples; of other containers the kind and size are
    /// judged, and the host's decoder says the rest to [`IntakeRules::check_samples`].
    pub fn check_file(&self, data: &[u8]) -> Report {
        let mut report = Report::default();
        if data.is_empty() {
            return report.refuse("empty", "there is no audio".into());
        }
        if data.len() > self.max_bytes {
            return report.refuse("too_large", self.too_large(data.len()));
        }
        let container = Container::sniff(data);
        report.container = Some(container);
        if !self.containers.contains(&container) || container == Container::Unknown {
            let names: Vec<_> = self.containers.iter().map(|container| container.name()).collect();
            let message = format!("the audio is {}: accepted are {}", container.name(), names.join(", "));
            return report.refuse("container", message);
        }
        if container != Container::Wav {
            report.accepted = true;
            return report;
        }
        match Wav::read(data) {
            Err(error) => report.refuse(error.code(), error.to_string()),
            Ok(wav) => {
                let report = self.header(report, &wav);
                if report.accepted { self.wav_samples(report, &wav) } else { report }
            }
        }
    }

    /// Judges interleaved samples that were decoded elsewhere.
    pub fn check_samples(&self, samples: &[f32], rate: u32, channels: u16) -> Report {
        let report = Report::default();
        let count = usize::from(channels.max(1));
        if !samples.len().is_multiple_of(count) {
            let message = format!("{} samples are not whole frames of {channels} channels", samples.len());
            return report.refuse("partial_frame", message);
        }
        let report = self.shape(report, rate, channels, samples.len() / count);
        if !report.accepted {
            return report;
        }
        let mut tally = Tally::default();
        samples.iter().for_each(|sample| tally.add(f64::from(*sample)));
        self.quality(report, &tally)
    }

    fn header(&self, mut report: Report, wav: &Wav<'_>) -> Report {
        for (code, message) in wav.lies() {
            report.warn(code, message);
        }
        self.shape(report, wav.rate, wav.channels, wav.frames())
    }

    fn shape(&self, mut report: Report, rate: u32, channels: u16, frames: usize) -> Report {
        (report.rate, report.channels) = (Some(rate), Some(channels));
        let known = if self.rates.is_empty() {
            (super::Format::MIN_RATE..=super::Format::MAX_RATE).contains(&rate)
        } else {
            self.rates.contains(&rate)
        };
        if !known {
            let accepted = match self.rates.as_slice() {
                [] => "8000 to 192000".to_owned(),
                rates => rates.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
            };
            return report.refuse("rate", format!("sample rate {rate} Hz: accepted are {accepted}"));
        }
        if !(1..=self.max_channels).contains(&channels) {
            let message = format!("{channels} channels: accepted are 1 to {}", self.max_channels);
            return report.refuse("channels", message);
        }
        let seconds = frames as f64 / f64::from(rate);
        report.seconds = Some(seconds);
        if frames == 0 {
            return report.refuse("empty", "there are no samples".into());
        }
        if seconds > self.max_seconds {
            let message = format!("{seconds:.1} s of audio: accepted are up to {} s", self.max_seconds);
            return report.refuse("too_long", message);
        }
        if seconds < self.min_seconds {
            let message = format!("{seconds:.2} s of audio: accepted are {} s or more", self.min_seconds);
            return report.refuse("too_short", message);
        }
        report.accepted = true;
        report
    }

    fn wav_samples(&self, report: Report, wav: &Wav<'_>) -> Report {
        let mut tally = Tally::default();
        let read = match wav.encoding {
            Encoding::Unknown(code) => {
                let message = format!("WAV encoding {code}: accepted are PCM of 8 to 32 bits and float");
                return report.refuse("encoding", message);
            }
            encoding => encoding.each(wav.data, |sample| tally.add(sample)),
        };
        debug_assert!(read <= wav.data.len());
        self.quality(report, &tally)
    }

    fn quality(&self, mut report: Report, tally: &Tally) -> Report {
        let quality = tally.quality();
        let (not_a_number, infinite) = (quality.not_a_number, quality.infinite);
        report.quality = Some(quality.clone());
        if not_a_number > 0 {
            let message = format!("{not_a_number} samples are not a number: accepted are finite ones");
            return report.refuse("nan", message);
        }
        if infinite > 0 {
            let message = format!("{infinite} samples are infinite: accepted are finite ones");
            return report.refuse("infinite", message);
        }
        if quality.rms < self.silence {
            return report.refuse("silence", "the audio is silence".into());
        }
        if quality.clipped > self.max_clipped {
            let message = format!(
                "{:.1} % of the samples are at full scale: accepted are up to {:.1} %",
                quality.clipped * 100.0,
                self.max_clipped * 100.0
            );
            report.warn("clipping", message);
        }
        if quality.dc.abs() > self.max_dc {
            let message =
                format!("the samples' mean is {:.3}: accepted is up to {}", quality.dc, self.max_dc);
            report.warn("dc", message);
        }
        report
    }

    fn too_large(&self, bytes: usize) -> String {
        format!("audio of {bytes} bytes or more: accepted are up to {}", self.max_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::wav::tests::{float_wav, wav};

    fn codes(report: &Report) -> Vec<&'static str> {
        report.findings.iter().map(|finding| finding.code).collect()
    }

    fn tone(frames: usize, scale: f32) -> Vec<f32> {
        (0..frames).map(|n| (n as f32 * 0.2).sin() * scale).collect()
    }

    fn pcm(samples: &[f32]) -> Vec<u8> {
        samples.iter().flat_map(|s| ((s * 32767.0) as i16).to_le_bytes()).collect()
    }

    #[test]
    fn ordinary_speech_is_accepted_and_described() {
        let report = IntakeRules::default().check_file(&wav(24_000, 1, 16, &pcm(&tone(24_000, 0.5))));
        assert!(report.accepted && report.findings.is_empty(), "{report:?}");
        assert_eq!((report.rate, report.channels, report.seconds), (Some(24_000), Some(1), Some(1.0)));
        assert!((report.quality.unwrap().rms - 0.3535).abs() < 0.01);
    }

    #[test]
    fn base64_is_refused_by_its_length_before_it_is_decoded() {
        let rules = IntakeRules { max_bytes: 300, ..IntakeRules::default() };
        // Not base64 at all: were it decoded, that would be the answer.
        let (report, data) = rules.check_base64(&vec![b'!'; 10_000]);
        assert_eq!((codes(&report), data.len()), (vec!["too_large"], 0));
        assert_eq!(codes(&rules.check_base64(b"!!!!").0), ["base64"]);
        let small = wav(8_000, 1, 16, &pcm(&tone(100, 0.5)));
        let text = base64::engine::general_purpose::STANDARD.encode(&small);
        let (report, data) = rules.check_base64(text.as_bytes());
        assert!(report.accepted && data == small);
    }

    #[test]
    fn a_container_is_known_by_its_bytes_whatever_its_name() {
        for (data, container) in [
            (&b"fLaC\0\0\0\x22"[..], Container::Flac),
            (b"OggS\0\x02", Container::Ogg),
            (b"ID3\x04", Container::Mp3),
            (b"\xff\xfb\x90\x00", Container::Mp3),
            (b"\0\0\0\x20ftypM4A ", Container::Mp4),
            (b"\x1a\x45\xdf\xa3\x01", Container::Webm),
            (b"MZ\x90\0", Container::Unknown),
            (b"\xff\xff\xff\xff", Container::Unknown),
            (b"RIFF\0\0\0\0AVI ", Container::Unknown),
            (b"", Container::Unknown),
        ] {
            assert_eq!(Container::sniff(data), container, "{data:?}");
        }
        let only_wav = IntakeRules { containers: vec![Container::Wav], ..IntakeRules::default() };
        assert_eq!(codes(&only_wav.check_file(b"fLaC\0\0\0\x22")), ["container"]);
        assert_eq!(codes(&IntakeRules::default().check_file(b"#!/bin/sh")), ["container"]);
        assert_eq!(codes(&IntakeRules::default().check_file(b"")), ["empty"]);
    }

    #[test]
    fn each_fault_of_the_samples_has_its_code() {
        let rules = IntakeRules::default();
        let check = |samples: &[f32]| rules.check_samples(samples, 24_000, 1);
        let mut samples = tone(1000, 0.5);
        assert!(check(&samples).accepted);
        samples[7] = f32::NAN;
        assert_eq!(codes(&check(&samples)), ["nan"]);
        samples[7] = f32::NEG_INFINITY;
        assert_eq!(codes(&check(&samples)), ["infinite"]);
        assert_eq!(codes(&check(&[0.0; 1000])), ["silence"]);
        let clipped: Vec<f32> = tone(1000, 4.0).iter().map(|s| s.clamp(-1.0, 1.0)).collect();
        let report = check(&clipped);
        assert!(report.accepted && codes(&report) == ["clipping"]);
        let shifted: Vec<f32> = tone(1000, 0.3).iter().map(|s| s + 0.2).collect();
        assert_eq!(codes(&check(&shifted)), ["dc"]);
        assert_eq!(codes(&check(&[])), ["empty"]);
        assert_eq!(codes(&rules.check_samples(&samples, 4_000, 1)), ["rate"]);
        assert_eq!(codes(&rules.check_samples(&samples, 24_000, 3)), ["partial_frame"]);
        assert_eq!(codes(&rules.check_samples(&samples, 24_000, 4)), ["channels"]);
        assert_eq!(codes(&rules.check_samples(&vec![0.5; 8_000 * 301], 8_000, 1)), ["too_long"]);
        let hidden = float_wav(24_000, &[0.1, f32::NAN, 0.3]);
        assert_eq!(codes(&rules.check_file(&hidden)), ["nan"]);
    }
}
