//! How often a wrong id is told: pieces of 2.5 to 5 s, each under a key and an id of its own, each in noise of its own,
//! which brings many to where an id is just read or just not.
//!
//!     cargo run --release -p voxguard-bench --bin ids -- CLIPS_DIR [DETECTIONS] [EFFORT]
//!
//! Every second piece goes through a telephone line (8 kHz, mu-law). All threads of the machine are used.
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use voxguard_bench::attack::{mu_law, noise, resample};
use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_core::watermark::{Detector, Effort, embed_f32};

/// Samples a second.
const RATE: u32 = 16_000;
/// Decibels of the noise below the speech, 5 to 10 and so on to 30.
const NOISES: [&str; 5] = ["5 to 10 dB", "10 to 15 dB", "15 to 20 dB", "20 to 25 dB", "25 to 30 dB"];

/// Detections, finds, ids, and wrong ids.
type Counts = [u64; 4];

/// One detection: the noise that was drawn, and what came of it.
fn detection(clips: &[Clip], index: u64, effort: Effort) -> Result<(usize, Counts), Failure> {
    let mut draw = Draw(index);
    let clip = &clips[(draw.bits() % clips.len() as u64) as usize];
    let length = (2.5 + 2.5 * (draw.bits() % 1_000) as f64 / 1_000.0) * f64::from(RATE);
    let length = (length as usize).min(clip.samples.len());
    let from = (draw.bits() % (clip.samples.len() - length + 1) as u64) as usize;
    let piece = Clip { samples: clip.samples[from..from + length].to_vec(), rate: RATE };
    let (key, id) = (draw.key()?, draw.id());
    let marked = Clip { samples: embed_f32(&key, id, piece.format()?, &piece.samples)?, rate: RATE };
    let group = (draw.bits() % NOISES.len() as u64) as usize;
    let decibels = 5.0 * (group as f64 + 1.0) + 5.0 * (draw.bits() % 1_000) as f64 / 1_000.0;
    let marked = if index.is_multiple_of(2) { marked } else { mu_law(&marked) };
    let heard = noise(&marked, decibels, &mut draw);
    let detection = Detector::new(vec![key], effort)?.detect_f32(&heard.samples, heard.format()?)?;
    let wrong = detection.mark.is_some_and(|mark| mark != id);
    Ok((group, [1, detection.found.into(), detection.mark.is_some().into(), wrong.into()]))
}

fn total(tallies: &[Counts]) -> Counts {
    std::array::from_fn(|at| tallies.iter().map(|counts| counts[at]).sum())
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder of speech?")?;
    let count: u64 = arguments.next().map_or(Ok(100_000), |count| count.parse())?;
    let effort: Effort = arguments.next().map_or(Ok(Effort::Fast), |effort| effort.parse())?;
    let clips: Vec<Clip> = Clip::read_folder(Path::new(&folder))?
        .iter()
        .filter(|clip| clip.seconds() >= 2.5)
        .map(|clip| resample(clip, RATE))
        .collect();
    if clips.is_empty() {
        return Err("no clip of 2.5 s or more".into());
    }
    let (next, tallies) = (AtomicU64::new(0), Mutex::new([Counts::default(); NOISES.len()]));
    std::thread::scope(|scope| {
        let work = || -> Result<(), String> {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    return Ok(());
                }
                let (group, counts) = detection(&clips, index, effort).map_err(|error| error.to_string())?;
                let mut tallies = tallies.lock().map_err(|error| error.to_string())?;
                tallies[group].iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
                if (index + 1) % 10_000 == 0 {
                    eprintln!("{} detections: {:?}", index + 1, total(&tallies[..]));
                }
            }
        };
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a detection panicked".to_owned())?)
    })?;
    println!("| noise below the speech | detections | found | id read | wrong id |\n|---|---|---|---|---|");
    let tallies = tallies.into_inner().map_err(|error| error.to_string())?;
    let rows = NOISES.iter().copied().zip(tallies).chain([("all", total(&tallies))]);
    for (name, [detections, found, read, wrong]) in rows {
        println!("| {name} | {detections} | {found} | {read} | {wrong} |");
    }
    Ok(())
}
