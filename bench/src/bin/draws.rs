//! Marks one clip under many keys and ids, and looks for each after a bad call: what is found must not depend on
//! the draw.
//!
//!     cargo run --release -p voxguard-bench --bin draws -- CLIP [KEYS] [EFFORT]
//!
//! The call: 300 to 3400 Hz at 8 kHz, mu-law, noise 20 dB below the speech, 0.7 s cut out of the middle.
use std::path::Path;

use voxguard_bench::attack::{cut, mu_law, noise, resample, telephone_band};
use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_core::watermark::{Detector, Effort, embed_f32};

/// Seconds that are cut out.
const GONE: f64 = 0.7;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let clip = Clip::read(Path::new(&arguments.next().ok_or("which .wav or .flac clip?")?))?;
    let keys: u64 = arguments.next().map_or(Ok(100), |keys| keys.parse())?;
    let effort: Effort = arguments.next().map_or(Ok(Effort::Normal), |effort| effort.parse())?;
    let (mut whole, mut found, mut read, mut wrong) = (0, 0, 0, 0);
    let mut logarithms = Vec::new();
    for seed in 0..keys {
        let mut draw = Draw(seed);
        let (key, id) = (draw.key()?, draw.id());
        let detector = Detector::new(vec![key.clone()], effort)?;
        let marked = Clip { samples: embed_f32(&key, id, clip.format()?, &clip.samples)?, rate: clip.rate };
        let line = mu_law(&telephone_band(&resample(&marked, 8_000)));
        let noisy = noise(&line, 20.0, &mut draw);
        let uncut = detector.detect_f32(&noisy.samples, noisy.format()?)?;
        whole += usize::from(uncut.mark == Some(id));
        let left = cut(&noisy, GONE / noisy.seconds());
        let detection = detector.detect_f32(&left.samples, left.format()?)?;
        found += usize::from(detection.found);
        read += usize::from(detection.mark == Some(id));
        wrong += usize::from(detection.mark.is_some_and(|mark| mark != id));
        logarithms.push(detection.p_value.ln());
    }
    logarithms.sort_by(f64::total_cmp);
    let at =
        |share: f64| logarithms.get((share * (logarithms.len() - 1) as f64) as usize).copied().unwrap_or(0.0);
    println!(
        "{keys} keys: before the cut id read {whole}; after it found {found}, id read {read}, wrong {wrong}"
    );
    println!(
        "ln p after the cut: median {:.1}, 90 % {:.1}, 99 % {:.1}, worst {:.1}",
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    );
    Ok(())
}
