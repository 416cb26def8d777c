//! The product's own embedder, cells and receiver for `bench/train`: there is one truth.
//!
//!     grid mark IN OUT.wav SEED        marks a clip under the key and id of the seed
//!     grid signs SEED OUT.f32          the signs of the seed's mark, from the stream's start: 200 columns of 32
//!     grid spectra IN OUT.f32          hertz per bin, bins, then the bin powers of each step of 8 ms
use std::path::Path;

use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_core::watermark::{embed_f32, inspect};

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["mark", from, to, seed] => {
            let clip = Clip::read(Path::new(from))?;
            let mut draw = Draw(seed.parse()?);
            let samples = embed_f32(&draw.key()?, draw.id(), clip.format()?, &clip.samples)?;
            Clip { samples, rate: clip.rate }.write(Path::new(to))
        }
        ["signs", seed, to] => {
            let mut draw = Draw(seed.parse()?);
            write(to, inspect::signs(&draw.key()?, draw.id(), 200).iter().flatten())
        }
        ["spectra", from, to] => {
            let clip = Clip::read(Path::new(from))?;
            let (hertz, bins, powers) = inspect::spectra(&clip.samples, clip.format()?)?;
            write(to, [hertz as f32, bins as f32].iter().chain(&powers))
        }
        _ => Err("accepted are: mark IN OUT.wav SEED, signs SEED OUT.f32, spectra IN OUT.f32".into()),
    }
}

fn write<'a>(path: &str, values: impl Iterator<Item = &'a f32>) -> Result<(), Failure> {
    let bytes: Vec<u8> = values.flat_map(|value| value.to_le_bytes()).collect();
    Ok(std::fs::write(path, bytes)?)
}
