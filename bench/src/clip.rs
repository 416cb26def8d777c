//! A clip of audio, read from WAV or FLAC.

use std::path::Path;

use voxguard_core::audio::Format;
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;

/// What can go wrong with a file: said in words.
pub type Failure = Box<dyn std::error::Error>;

/// Samples of one channel and their rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Samples of full scale 1.
    pub samples: Vec<f32>,
    /// Samples a second.
    pub rate: u32,
}

impl Clip {
    /// The first channel of a WAV or FLAC file.
    ///
    /// # Errors
    /// A file that cannot be read, or of another kind.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|e| e.to_str()) {
            Some("flac") => Self::read_flac(path),
            Some("wav") => Self::read_wav(path),
            _ => Err(format!("{}: accepted are .wav and .flac", path.display()).into()),
        }
    }

    /// The clips of a folder, by name.
    ///
    /// # Errors
    /// A folder or a clip that cannot be read, or a folder without clips.
    pub fn read_folder(folder: &Path) -> Result<Vec<Self>, Failure> {
        let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        let mut paths = entries.map(|e| Ok(e?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
        paths.retain(|path| path.extension().is_some_and(|end| end == "flac" || end == "wav"));
        paths.sort();
        if paths.is_empty() {
            return Err(format!("{}: no .flac or .wav clip in it", folder.display()).into());
        }
        paths.iter().map(|path| Self::read(path)).collect()
    }

    fn read_flac(path: &Path) -> Result<Self, Failure> {
        let mut reader = claxon::FlacReader::open(path)?;
        let info = reader.streaminfo();
        let scale = 1.0 / (1u64 << (info.bits_per_sample - 1)) as f32;
        let samples = reader.samples().step_by(info.channels as usize);
        let samples = samples.map(|s| s.map(|s| s as f32 * scale)).collect::<Result<_, _>>()?;
        Ok(Self { samples, rate: info.sample_rate })
    }

    fn read_wav(path: &Path) -> Result<Self, Failure> {
        let mut reader = hound::WavReader::open(path)?;
        let spec = reader.spec();
        let channels = usize::from(spec.channels);
        let samples = match spec.sample_format {
            hound::SampleFormat::Float => {
                reader.samples::<f32>().step_by(channels).collect::<Result<_, _>>()?
            }
            hound::SampleFormat::Int => {
                let scale = 1.0 / (1u64 << (spec.bits_per_sample - 1)) as f32;
                let samples = reader.samples::<i32>().step_by(channels);
                samples.map(|s| s.map(|s| s as f32 * scale)).collect::<Result<_, _>>()?
            }
        };
        Ok(Self { samples, rate: spec.sample_rate })
    }

    /// Writes 32-bit float WAV.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Failure> {
        let (bits_per_sample, sample_format) = (32, hound::SampleFormat::Float);
        let spec = hound::WavSpec { channels: 1, sample_rate: self.rate, bits_per_sample, sample_format };
        let mut writer = hound::WavWriter::create(path, spec)?;
        self.samples.iter().try_for_each(|s| writer.write_sample(*s))?;
        Ok(writer.finalize()?)
    }

    /// Mono at the clip's rate.
    ///
    /// # Errors
    /// A rate that the library does not accept.
    pub fn format(&self) -> Result<Format, Failure> {
        Ok(Format::new(self.rate, 1)?)
    }

    /// Duration.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate)
    }
}

/// Random bits from a seed (SplitMix64): benches must give the same figures again.
#[derive(Debug, Clone)]
pub struct Draw(pub u64);

impl Draw {
    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A normal deviate (Box-Muller).
    pub fn normal(&mut self) -> f32 {
        let mut uniform = || ((self.bits() >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        let (a, b) = (uniform(), uniform());
        ((-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()) as f32
    }

    /// A key: not fit for anything but benches.
    pub fn key(&mut self) -> Result<Key, Failure> {
        let mut bytes = [0; Key::BYTES];
        bytes.chunks_exact_mut(8).for_each(|part| part.copy_from_slice(&self.bits().to_le_bytes()));
        Ok(Key::from_bytes(&bytes)?)
    }

    /// An id.
    pub fn id(&mut self) -> MarkId {
        MarkId::new(self.bits() & u64::from(u32::MAX))
    }
}
