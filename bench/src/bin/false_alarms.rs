//! How often audio without a mark looks marked: p-values over random keys, which must not be smaller than they may.
//!
//!     cargo run --release -p voxguard-bench --bin false_alarms -- CLIPS_DIR BACKGROUND_DIR [TRIALS] [SECONDS]
//!
//! First `TRIALS` (10^7) single hypotheses: what the receiver read of real audio against the signs that a random key
//! gives a random id (and so a random set of chips) at a random place, and the bound on the tail alone. A whole search
//! takes so much longer that of those, fast and normal in turn, only as many are made as fit in `SECONDS` (600).
use std::path::Path;
use std::time::Instant;

use voxguard_bench::attack::{mu_law, noise, resample, telephone_band};
use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_core::watermark::inspect::{BANDS, Layout, PERIOD, cells, ln_p, log_odds};
use voxguard_core::watermark::{Detector, Effort};

type Column = [f32; BANDS];

/// Ids whose signs are looked at under each key.
const IDS: u64 = 16;
/// Seconds of a clip.
const LONGEST: usize = 10;

/// Shares of p-values below 10^-1 to 10^-6.
#[derive(Clone)]
struct Tally {
    name: &'static str,
    trials: u64,
    below: [u64; 6],
    smallest: f64,
}

impl Tally {
    fn new(name: &'static str) -> Self {
        Self { name, trials: 0, below: [0; 6], smallest: 1.0 }
    }

    fn add(&mut self, p: f64) {
        self.trials += 1;
        self.smallest = self.smallest.min(p);
        let mut bound = 0.1;
        for below in &mut self.below {
            *below += u64::from(p < bound);
            bound /= 10.0;
        }
    }

    fn join(&mut self, other: &Self) {
        self.trials += other.trials;
        self.smallest = self.smallest.min(other.smallest);
        self.below.iter_mut().zip(other.below).for_each(|(a, b)| *a += b);
    }

    /// A row: the shares as multiples of 10^-k, of which at most 1.5 is accepted.
    fn print(&self) {
        print!("| {} | {} |", self.name, self.trials);
        for (k, below) in self.below.iter().enumerate() {
            print!(" {:.2} |", *below as f64 / self.trials.max(1) as f64 * 10f64.powi(k as i32 + 1));
        }
        println!(" {:.1e} |", self.smallest);
    }
}

fn head(what: &str) {
    println!("\n{what}: share of p-values below 10^-k, times 10^k (at most 1.5 is accepted)\n");
    println!("| audio | trials | k = 1 | 2 | 3 | 4 | 5 | 6 | smallest p |");
    println!("|---|---|---|---|---|---|---|---|---|");
}

/// Unmarked audio of all kinds.
fn audio(speech: &Path, background: &Path) -> Result<Vec<(&'static str, Clip)>, Failure> {
    let mut all = Vec::new();
    let mut draw = Draw(1);
    for mut clip in Clip::read_folder(speech)? {
        clip.samples.truncate(LONGEST * clip.rate as usize);
        let line = resample(&clip, 8_000);
        all.push(("speech, mu-law", mu_law(&line)));
        all.push(("speech, noise at 10 dB", noise(&clip, 10.0, &mut draw)));
        all.push(("speech, telephone band", telephone_band(&line)));
        all.push(("speech", clip));
    }
    for clip in Clip::read_folder(background)? {
        for samples in clip.samples.chunks(LONGEST * clip.rate as usize / 2) {
            all.push(("music, noise, babble", Clip { samples: samples.to_vec(), rate: clip.rate }));
        }
    }
    let silence = vec![0.0; LONGEST * 16_000];
    let hiss = silence.iter().map(|_| (draw.normal()).round() / 32_768.0).collect();
    all.push(("silence", Clip { samples: silence, rate: 16_000 }));
    all.push(("silence", Clip { samples: hiss, rate: 16_000 }));
    Ok(all)
}

/// The p-value of what was read under the signs from a place on.
fn p_value(read: &[Column], place: usize, signs: &[Column], is_pilot: &[bool]) -> f64 {
    let (mut code, mut pilots) = ((0f64, 0f64), (0f64, 0f64));
    for (column, soft) in read.iter().enumerate() {
        let at = (place + column) % PERIOD;
        let (mut products, mut squares) = ([0f32; 8], [0f32; 8]);
        for (soft, signs) in soft.chunks_exact(8).zip(signs[at].chunks_exact(8)) {
            for lane in 0..8 {
                products[lane] += soft[lane] * signs[lane];
                squares[lane] += soft[lane] * soft[lane];
            }
        }
        let to = if is_pilot[at] { &mut pilots } else { &mut code };
        to.0 += f64::from(products.iter().sum::<f32>());
        to.1 += f64::from(squares.iter().sum::<f32>());
    }
    ln_p(code, pilots).exp()
}

fn add(tallies: &mut Vec<Tally>, name: &'static str, p: f64) {
    match tallies.iter_mut().find(|tally| tally.name == name) {
        Some(tally) => tally.add(p),
        None => {
            let mut tally = Tally::new(name);
            tally.add(p);
            tallies.push(tally);
        }
    }
}

fn print(tallies: &[Tally], name: &'static str) {
    let mut all = Tally::new(name);
    for tally in tallies {
        tally.print();
        all.join(tally);
    }
    all.print();
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let speech = arguments.next().ok_or("which folder of unmarked speech?")?;
    let background = arguments.next().ok_or("which folder of music and noise?")?;
    let trials: u64 = arguments.next().map_or(Ok(10_000_000), |trials| trials.parse())?;
    let seconds: u64 = arguments.next().map_or(Ok(600), |seconds| seconds.parse())?;
    let audio = audio(Path::new(&speech), Path::new(&background))?;
    let mut read = Vec::new();
    for (name, clip) in &audio {
        read.push((*name, log_odds(&cells(&clip.samples, clip.format()?, 0.0)?)));
    }
    let mut draw = Draw(2);
    let mut tallies = Vec::new();
    let mut done = 0;
    while done < trials {
        let layout = Layout::new(&draw.key()?);
        let is_pilot = layout.pilots();
        for _ in 0..IDS {
            let signs = layout.signs(draw.id());
            for (name, read) in &read {
                let place = (draw.bits() % PERIOD as u64) as usize;
                add(&mut tallies, name, p_value(read, place, &signs, &is_pilot));
                done += 1;
            }
        }
    }
    head("Single hypotheses");
    print(&tallies, "all");
    let began = Instant::now();
    let mut tallies = Vec::new();
    let efforts = [("fast", Effort::Fast), ("normal", Effort::Normal)];
    for trial in 0.. {
        if began.elapsed().as_secs() >= seconds {
            break;
        }
        let (name, effort) = efforts[trial % 2];
        let (_, clip) = &audio[(draw.bits() % audio.len() as u64) as usize];
        let detector = Detector::new(vec![draw.key()?], effort)?;
        add(&mut tallies, name, detector.detect_f32(&clip.samples, clip.format()?)?.p_value);
    }
    head("Whole detections");
    print(&tallies, "both");
    Ok(())
}
