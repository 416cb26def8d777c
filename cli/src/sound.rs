//! Sound files: WAV, FLAC, MP3 and OGG in, WAV and FLAC out, as 16-bit samples.

use std::io::Cursor;

use flacenc::component::BitRepr;
use flacenc::error::Verify;
use symphonia::core::audio::SampleBuffer;
use symphonia::core::codecs::DecoderOptions;
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::FormatOptions;
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::probe::Hint;

use crate::arguments::{read_bytes, write_bytes};
use crate::failure::Failure;

/// Interleaved samples, and how they are to be heard.
pub struct Sound {
    pub samples: Vec<i16>,
    pub rate: u32,
    pub channels: u16,
}

/// What is written.
#[derive(Clone, Copy)]
pub enum Container {
    Wav,
    Flac,
}

impl Container {
    /// By the ending of the name; standard output is WAV.
    pub fn of(path: &str) -> Result<Self, Failure> {
        let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        match (path, ending.as_deref()) {
            ("-", _) | (_, Some("wav")) => Ok(Self::Wav),
            (_, Some("flac")) => Ok(Self::Flac),
            _ => Err(Failure::usage(format!("{path}: accepted are names that end in .wav or .flac, and -"))),
        }
    }
}

/// Reads a sound file, or standard input for "-"; what sort it is is told from its content.
pub fn read(path: &str) -> Result<Sound, Failure> {
    let failed = |error: DecodeError| Failure::file(path, format!("cannot be read as sound: {error}"));
    let source = Cursor::new(read_bytes(path)?);
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    let mut hint = Hint::new();
    if let Some((_, ending)) = path.rsplit_once('.') {
        hint.with_extension(ending);
    }
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let probed = symphonia::default::get_probe().format(&hint, stream, &format, &metadata).map_err(failed)?;
    let mut reader = probed.format;
    let track = reader.default_track().ok_or_else(|| Failure::file(path, "has no sound in it"))?;
    let (id, parameters) = (track.id, track.codec_params.clone());
    let mut decoder =
        symphonia::default::get_codecs().make(&parameters, &DecoderOptions::default()).map_err(failed)?;
    let mut sound = Sound { samples: Vec::new(), rate: 0, channels: 0 };
    loop {
        let packet = match reader.next_packet() {
            Ok(packet) => packet,
            Err(DecodeError::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(failed(error)),
        };
        if packet.track_id() != id {
            continue;
        }
        let decoded = decoder.decode(&packet).map_err(failed)?;
        let spec = *decoded.spec();
        let channels = spec.channels.count() as u16;
        if sound.rate == 0 {
            (sound.rate, sound.channels) = (spec.rate, channels);
        }
        if (sound.rate, sound.channels) != (spec.rate, channels) {
            return Err(Failure::file(path, "changes its rate or its channels on the way"));
        }
        let mut buffer = SampleBuffer::<i16>::new(decoded.capacity() as u64, spec);
        buffer.copy_interleaved_ref(decoded);
        sound.samples.extend_from_slice(buffer.samples());
    }
    match sound.rate {
        0 => Err(Failure::file(path, "has no samples")),
        _ => Ok(sound),
    }
}

/// Writes a sound file, or standard output for "-".
pub fn write(path: &str, container: Container, sound: &Sound) -> Result<(), Failure> {
    let bytes = match container {
        Container::Wav => {
            wav(sound).ok_or_else(|| Failure::file(path, "longer than a WAV file can be (4 GiB)"))?
        }
        Container::Flac => flac(sound).map_err(|reason| Failure::file(path, reason))?,
    };
    write_bytes(path, &bytes)
}

/// Canonical RIFF with one `fmt ` and one `data` chunk.
fn wav(sound: &Sound) -> Option<Vec<u8>> {
    let data = u32::try_from(sound.samples.len() * 2).ok().filter(|data| *data < u32::MAX - 36)?;
    let frame = sound.channels * 2;
    let mut bytes = b"RIFF".to_vec();
    bytes.extend_from_slice(&(36 + data).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&16u32.to_le_bytes());
    bytes.extend_from_slice(&1u16.to_le_bytes());
    bytes.extend_from_slice(&sound.channels.to_le_bytes());
    bytes.extend_from_slice(&sound.rate.to_le_bytes());
    bytes.extend_from_slice(&(sound.rate * u32::from(frame)).to_le_bytes());
    bytes.extend_from_slice(&frame.to_le_bytes());
    bytes.extend_from_slice(&16u16.to_le_bytes());
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&data.to_le_bytes());
    bytes.extend(sound.samples.iter().flat_map(|sample| sample.to_le_bytes()));
    Some(bytes)
}

fn flac(sound: &Sound) -> Result<Vec<u8>, String> {
    let config =
        flacenc::config::Encoder::default().into_verified().map_err(|(_, error)| error.to_string())?;
    let samples: Vec<i32> = sound.samples.iter().map(|sample| i32::from(*sample)).collect();
    let source = flacenc::source::MemSource::from_samples(
        &samples,
        usize::from(sound.channels),
        16,
        sound.rate as usize,
    );
    let stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| format!("cannot be encoded as FLAC: {error:?}"))?;
    let mut sink = flacenc::bitsink::ByteSink::new();
    stream.write(&mut sink).map_err(|error| format!("cannot be encoded as FLAC: {error:?}"))?;
    let mut bytes = sink.as_slice().to_vec();
    // The least block size of STREAMINFO leaves the last block out (RFC 9639, section 8.2); the encoder counts
    // it in, and readers take the file for one of changing block sizes and stop at its end.
    if let [.., least_high, least_low, most_high, most_low] = bytes.get_mut(..12).unwrap_or_default() {
        (*least_high, *least_low) = (*most_high, *most_low);
    }
    Ok(bytes)
}
