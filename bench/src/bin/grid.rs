//! The product's own embedder, cells and receiver for `bench/train`: there is one truth.
//!
//!     grid mark IN OUT.wav SEED        marks a clip under the key and id of the seed
//!     grid signs SEED OUT.f32          the signs of the seed's mark: 360 columns of 32
//!     grid cells IN OUT.f32            levels of the clip's cells in dB: columns of 32
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
            write(to, &inspect::signs(&draw.key()?, draw.id()))
        }
        ["cells", from, to] => {
            let clip = Clip::read(Path::new(from))?;
            write(to, &inspect::cells(&clip.samples, clip.format()?, 0)?)
        }
        _ => Err("accepted are: mark IN OUT.wav SEED, signs SEED OUT.f32, cells IN OUT.f32".into()),
    }
}

fn write(path: &str, columns: &[[f32; inspect::BANDS]]) -> Result<(), Failure> {
    let bytes: Vec<u8> = columns.iter().flatten().flat_map(|value| value.to_le_bytes()).collect();
    Ok(std::fs::write(path, bytes)?)
}
