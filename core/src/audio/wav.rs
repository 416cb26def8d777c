//! WAV headers (RIFF WAVE, Microsoft 1991 and 1994), read as if each number in them were a lie.
//!
//! Only what is in the file counts: a chunk ends where its size says or the file does, whichever comes
//! first. What a header says otherwise is told, and nothing is allocated by its word.

/// A WAV file's format and its samples, borrowed.
#[derive(Debug, Clone)]
pub struct Wav<'a> {
    /// Frames a second, as the header says.
    pub rate: u32,
    /// Channels, as the header says.
    pub channels: u16,
    /// How samples are written.
    pub encoding: Encoding,
    /// The bytes of the samples that are really there, whole frames.
    pub data: &'a [u8],
    lies: Vec<(&'static str, String)>,
}

/// How samples are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Unsigned bytes.
    U8,
    /// Signed, two bytes.
    I16,
    /// Signed, three bytes.
    I24,
    /// Signed, four bytes.
    I32,
    /// Float, four bytes.
    F32,
    /// Float, eight bytes.
    F64,
    /// Something else: the format tag.
    Unknown(u16),
}

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;

impl Encoding {
    fn new(tag: u16, bits: u16) -> Self {
        match (tag, bits) {
            (PCM, 8) => Self::U8,
            (PCM, 16) => Self::I16,
            (PCM, 24) => Self::I24,
            (PCM, 32) => Self::I32,
            (FLOAT, 32) => Self::F32,
            (FLOAT, 64) => Self::F64,
            (tag, _) => Self::Unknown(tag),
        }
    }

    /// Bytes of a sample; 1 where they are not known.
    pub fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::Unknown(_) => 1,
            Self::I16 => 2,
            Self::I24 => 3,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }

    /// Calls `each` with every sample on the scale on which full is 1; returns how many there were.
    pub fn each(self, data: &[u8], mut each: impl FnMut(f64)) -> usize {
        fn numbers<const N: usize>(data: &[u8], mut each: impl FnMut([u8; N])) -> usize {
            let (numbers, _) = data.as_chunks::<N>();
            numbers.iter().for_each(|bytes| each(*bytes));
            numbers.len()
        }
        match self {
            Self::U8 => numbers(data, |[byte]| each((f64::from(byte) - 128.0) / 128.0)),
            Self::I16 => numbers(data, |bytes| each(f64::from(i16::from_le_bytes(bytes)) / 32_768.0)),
            Self::I24 => numbers(data, |[a, b, c]| {
                each(f64::from(i32::from_le_bytes([0, a, b, c]) >> 8) / 8_388_608.0);
            }),
            Self::I32 => numbers(data, |bytes| each(f64::from(i32::from_le_bytes(bytes)) / 2_147_483_648.0)),
            Self::F32 => numbers(data, |bytes| each(f64::from(f32::from_le_bytes(bytes)))),
            Self::F64 => numbers(data, |bytes| each(f64::from_le_bytes(bytes))),
            Self::Unknown(_) => 0,
        }
    }
}

impl<'a> Wav<'a> {
    /// Reads a header.
    pub fn read(file: &'a [u8]) -> Result<Self, WavError> {
        let body = file.strip_prefix(b"RIFF").and_then(|rest| rest.split_first_chunk::<4>());
        let (size, body) = body.ok_or(WavError::NotWav)?;
        let mut rest = body.strip_prefix(b"WAVE").ok_or(WavError::NotWav)?;
        let mut lies = Vec::new();
        let (said, there) = (u64::from(u32::from_le_bytes(*size)), body.len() as u64);
        if said > there {
            lies.push(("riff_size", format!("the header says {said} bytes, {there} are there")));
        }
        let mut format = None;
        for _ in 0..MAX_CHUNKS {
            let Some((name, after)) = rest.split_first_chunk::<4>() else { break };
            let Some((size, after)) = after.split_first_chunk::<4>() else { break };
            let said = u32::from_le_bytes(*size) as usize;
            let chunk = after.get(..said).unwrap_or(after);
            match (name, &format) {
                (b"fmt ", None) => format = Some(Format::read(chunk)?),
                (b"fmt ", Some(_)) => return Err(WavError::TwoFormats),
                (b"data", None) => return Err(WavError::NoFormat),
                (b"data", Some(format)) => {
                    if said > chunk.len() {
                        let there = chunk.len();
                        lies.push((
                            "data_size",
                            format!("the header says {said} bytes of samples, {there} are there"),
                        ));
                    }
                    return Ok(format.with(chunk, lies));
                }
                _ => {}
            }
            // Chunks begin at even places.
            rest = after.get(said.saturating_add(said & 1)..).unwrap_or_default();
        }
        Err(if format.is_some() { WavError::NoData } else { WavError::NoFormat })
    }

    /// Frames that are there.
    pub fn frames(&self) -> usize {
        self.data.len() / (self.encoding.bytes() * usize::from(self.channels).max(1))
    }

    /// Where the header says otherwise than the file: a code and a sentence each.
    pub fn lies(&self) -> impl Iterator<Item = (&'static str, String)> {
        self.lies.iter().cloned()
    }
}

/// Chunks that are looked at: more than any tool writes.
const MAX_CHUNKS: usize = 256;

struct Format {
    rate: u32,
    channels: u16,
    encoding: Encoding,
    bits: u16,
    align: u16,
    byte_rate: u32,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, WavError> {
        let short = || WavError::ShortFormat { bytes: chunk.len() };
        let two = |place: usize| -> Result<u16, WavError> {
            let bytes = chunk.get(place..).and_then(|rest| rest.first_chunk()).ok_or_else(short)?;
            Ok(u16::from_le_bytes(*bytes))
        };
        let four = |place: usize| -> Result<u32, WavError> {
            let bytes = chunk.get(place..).and_then(|rest| rest.first_chunk()).ok_or_else(short)?;
            Ok(u32::from_le_bytes(*bytes))
        };
        let bits = two(14)?;
        let tag = match two(0)? {
            // The real tag is the beginning of the sub-format's GUID.
            EXTENSIBLE => two(24)?,
            tag => tag,
        };
        let channels = two(2)?;
        if channels == 0 {
            return Err(WavError::NoChannels);
        }
        let encoding = Encoding::new(tag, bits);
        Ok(Self { rate: four(4)?, channels, encoding, bits, align: two(12)?, byte_rate: four(8)? })
    }

    fn with<'a>(&self, data: &'a [u8], mut lies: Vec<(&'static str, String)>) -> Wav<'a> {
        let Self { rate, channels, encoding, bits, align, byte_rate } = *self;
        let frame = encoding.bytes() * usize::from(channels);
        if !matches!(encoding, Encoding::Unknown(_)) {
            if usize::from(align) != frame {
                let message = format!(
                    "the header says {align} bytes a frame; {channels} channels of {bits} bits are {frame}"
                );
                lies.push(("block_align", message));
            }
            let real = u64::from(rate) * frame as u64;
            if u64::from(byte_rate) != real {
                let message = format!("the header says {byte_rate} bytes a second; its format has {real}");
                lies.push(("byte_rate", message));
            }
            if !data.len().is_multiple_of(frame) {
                lies.push(("partial_frame", "the samples end in the middle of a frame".into()));
            }
        }
        let whole = data.len() - data.len() % frame;
        Wav { rate, channels, encoding, data: data.get(..whole).unwrap_or_default(), lies }
    }
}

/// Why a file cannot be read as WAV.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// It does not begin as one.
    #[error("the file is not RIFF WAVE")]
    NotWav,
    /// No format before the samples.
    #[error("the WAV file has no format before its samples")]
    NoFormat,
    /// The format is too short.
    #[error("the WAV file's format has {bytes} bytes: accepted are 16 or more")]
    ShortFormat {
        /// Its length.
        bytes: usize,
    },
    /// Two formats: which one a player takes differs.
    #[error("the WAV file has two formats")]
    TwoFormats,
    /// No channels.
    #[error("the WAV file has 0 channels: accepted are 1 or more")]
    NoChannels,
    /// No samples.
    #[error("the WAV file has no samples")]
    NoData,
}

impl WavError {
    /// A stable name.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotWav => "not_wav",
            Self::NoFormat => "no_format",
            Self::ShortFormat { .. } => "short_format",
            Self::TwoFormats => "two_formats",
            Self::NoChannels => "no_channels",
            Self::NoData => "no_data",
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn header(tag: u16, rate: u32, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        let frame = u32::from(channels) * u32::from(bits) / 8;
        let mut file = b"RIFF".to_vec();
        file.extend((36 + data.len() as u32).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0");
        file.extend(tag.to_le_bytes());
        file.extend(channels.to_le_bytes());
        file.extend(rate.to_le_bytes());
        file.extend((rate.saturating_mul(frame)).to_le_bytes());
        file.extend((frame as u16).to_le_bytes());
        file.extend(bits.to_le_bytes());
        file.extend(b"data");
        file.extend((data.len() as u32).to_le_bytes());
        file.extend(data);
        file
    }

    pub(crate) fn wav(rate: u32, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
        header(PCM, rate, channels, bits, data)
    }

    pub(crate) fn float_wav(rate: u32, samples: &[f32]) -> Vec<u8> {
        let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
        header(FLOAT, rate, 1, 32, &data)
    }

    fn lies(file: &[u8]) -> Vec<&'static str> {
        Wav::read(file).unwrap().lies().map(|(code, _)| code).collect()
    }

    fn set(file: &[u8], place: usize, bytes: &[u8]) -> Vec<u8> {
        let mut file = file.to_vec();
        file[place..place + bytes.len()].copy_from_slice(bytes);
        file
    }

    #[test]
    fn every_encoding_is_read_on_one_scale() {
        let all = |encoding: Encoding, data: &[u8]| {
            let mut samples = Vec::new();
            encoding.each(data, |sample| samples.push(sample));
            samples
        };
        assert_eq!(all(Encoding::U8, &[0, 128, 192]), [-1.0, 0.0, 0.5]);
        assert_eq!(all(Encoding::I16, &[0, 0x80, 0, 0x40]), [-1.0, 0.5]);
        assert_eq!(all(Encoding::I24, &[0, 0, 0x80, 0, 0, 0x40]), [-1.0, 0.5]);
        assert_eq!(all(Encoding::I32, &[0, 0, 0, 0xc0]), [-0.5]);
        assert_eq!(all(Encoding::F32, &0.25f32.to_le_bytes()), [0.25]);
        assert_eq!(all(Encoding::F64, &(-0.25f64).to_le_bytes()), [-0.25]);
    }

    #[test]
    fn a_header_that_lies_is_told_and_only_what_is_there_counts() {
        let honest = wav(24_000, 2, 16, &[0; 400]);
        assert_eq!((lies(&honest).len(), Wav::read(&honest).unwrap().frames()), (0, 100));
        for size in [401u32, 4_000_000_000, u32::MAX] {
            let file = set(&honest, 40, &size.to_le_bytes());
            assert_eq!(lies(&file), ["data_size"]);
            assert_eq!(Wav::read(&file).unwrap().frames(), 100);
        }
        assert_eq!(lies(&set(&honest, 4, &u32::MAX.to_le_bytes())), ["riff_size"]);
        assert_eq!(lies(&set(&honest, 32, &1u16.to_le_bytes())), ["block_align"]);
        assert_eq!(lies(&set(&honest, 28, &1u32.to_le_bytes())), ["byte_rate"]);
        assert_eq!(Wav::read(&set(&honest, 22, &[0, 0])).unwrap_err(), WavError::NoChannels);
        // The most channels that can be said: half a frame is there, so none.
        assert_eq!(Wav::read(&set(&honest, 22, &[0xff, 0xff])).unwrap().frames(), 0);
    }

    #[test]
    fn chunks_may_stand_in_between_and_may_not_run_past_the_end() {
        let honest = wav(8_000, 1, 16, &[1; 10]);
        let mut file = honest[..36].to_vec();
        file.extend(b"LIST\x03\0\0\0abc\0");
        file.extend(&honest[36..]);
        assert_eq!(Wav::read(&file).unwrap().frames(), 5);
        let endless = set(&file, 40, &u32::MAX.to_le_bytes());
        assert_eq!(Wav::read(&endless).unwrap_err(), WavError::NoData);
        let mut twice = honest[..36].to_vec();
        twice.extend(&honest[12..]);
        assert_eq!(Wav::read(&twice).unwrap_err(), WavError::TwoFormats);
        assert_eq!(Wav::read(b"RIFF\0\0\0\0WAVEdata").unwrap_err(), WavError::NoFormat);
        for length in 0..honest.len() {
            let _ = Wav::read(&honest[..length]);
        }
    }
}
