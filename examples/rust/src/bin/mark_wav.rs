//! Marks a WAV file as it would stream, and finds the mark again.
//!
//! `mark_wav KEYHEX MARKHEX IN.wav OUT.wav`
//!
//! Prints one line of JSON. Exit status: 0 the mark was found, 1 it was not, 2 something failed.

use std::error::Error;
use std::process::ExitCode;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use voxguard::{Detection, Detector, Effort, Key, Marker};

/// Frames: what a TTS engine might hand over at a time.
const CHUNK: usize = 480;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [key, mark, input, output] = &arguments[..] else {
        eprintln!("usage: mark_wav KEYHEX MARKHEX IN.wav OUT.wav");
        return ExitCode::from(2);
    };
    match run(key, mark, input, output) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(key: &str, mark: &str, input: &str, output: &str) -> Result<bool, Box<dyn Error>> {
    let key = Key::from_hex(key)?;
    let mark = u64::from_str_radix(mark, 16).map_err(|_| format!("{mark}: not a hexadecimal number"))?;
    let (spec, samples) = read(input)?;

    let channels = usize::from(spec.channels);
    let mut marker = Marker::new(&key, mark, spec.sample_rate, spec.channels)?;
    let mut marked: Vec<i16> = Vec::with_capacity(samples.len());
    for chunk in samples.chunks(CHUNK * channels) {
        marker.process(chunk, &mut marked)?;
    }
    marker.flush(&mut marked)?;
    write(output, spec, &marked)?;

    let detector = Detector::new(&[&key], Effort::Normal)?;
    let detection = detector.detect(&marked, spec.sample_rate, spec.channels)?;
    println!("{}", report(marked.len() / channels, &detection));
    Ok(detection.found)
}

/// 16-bit PCM, mono or stereo.
fn read(path: &str) -> Result<(WavSpec, Vec<i16>), Box<dyn Error>> {
    let mut reader = WavReader::open(path).map_err(|error| format!("{path}: {error}"))?;
    let spec = reader.spec();
    if spec.sample_format != SampleFormat::Int || spec.bits_per_sample != 16 || spec.channels > 2 {
        return Err(format!("{path}: not 16-bit PCM, mono or stereo").into());
    }
    let samples = reader.samples().collect::<Result<_, _>>()?;
    Ok((spec, samples))
}

fn write(path: &str, spec: WavSpec, samples: &[i16]) -> Result<(), Box<dyn Error>> {
    let mut writer = WavWriter::create(path, spec).map_err(|error| format!("{path}: {error}"))?;
    let mut samples_writer = writer.get_i16_writer(u32::try_from(samples.len())?);
    samples.iter().for_each(|sample| samples_writer.write_sample(*sample));
    samples_writer.flush()?;
    Ok(writer.finalize()?)
}

fn report(frames: usize, detection: &Detection) -> String {
    let quoted = |text: Option<String>| text.map_or("null".to_owned(), |text| format!("\"{text}\""));
    format!(
        "{{\"language\":\"rust\",\"frames\":{frames},\"found\":{},\"mark\":{},\"p_value\":{:.6e},\"key_id\":{}}}",
        detection.found,
        quoted(detection.mark.map(|mark| format!("{mark:08x}"))),
        detection.p_value,
        quoted(detection.key_id.clone()),
    )
}
