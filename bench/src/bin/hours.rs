//! Whether the cost of detecting grows with length and no more, and how much memory it takes.
//!
//!     cargo run --release -p voxguard-bench --bin hours -- [EFFORT] [MINUTES...]
//!
//! Hears unmarked noise that swells like speech, 24 kHz mono, a second at a time, for 10, 60 and 600 minutes unless told
//! otherwise. Unmarked audio costs most: nothing ends a search early. On one thread. Memory is what the whole process had
//! resident at most until then, as Linux tells it.
use std::time::Instant;

use voxguard_bench::clip::{Draw, Failure};
use voxguard_core::audio::Format;
use voxguard_core::watermark::{Detector, Effort, Listener};

/// Samples a second.
const RATE: u32 = 24_000;

/// The most memory that the process ever had resident, in megabytes.
fn peak() -> Result<f64, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1_024.0 / 1e6)
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let effort: Effort = arguments.next().map_or(Ok(Effort::Fast), |effort| effort.parse())?;
    let lengths: Vec<u32> = arguments.map(|minutes| minutes.parse()).collect::<Result<_, _>>()?;
    let lengths = if lengths.is_empty() { vec![10, 60, 600] } else { lengths };
    let format = Format::new(RATE, 1)?;
    // Seven seconds of it, over and over: no minute is like the one before.
    let mut draw = Draw(1);
    let swell = |n: usize| 0.1 * (n as f32 * 25.0 / RATE as f32).sin().powi(2);
    let noise: Vec<f32> = (0..7 * RATE as usize).map(|n| swell(n) * draw.normal()).collect();
    println!("| minutes | seconds taken | times real time | MB resident | found |\n|---|---|---|---|---|");
    for minutes in lengths {
        let mut listener = Listener::new(Detector::new(vec![draw.key()?], effort)?, format);
        let start = Instant::now();
        for second in noise.chunks(RATE as usize).cycle().take(minutes as usize * 60) {
            listener.push(second)?;
        }
        let found = listener.finish().found;
        let taken = start.elapsed().as_secs_f64();
        let speed = f64::from(minutes) * 60.0 / taken;
        println!("| {minutes} | {taken:.2} | {speed:.0} | {:.1} | {found} |", peak()?);
    }
    Ok(())
}
