//! Speed of marking and detecting, beside the transforms that marking cannot do without.
//!
//!     cargo bench -p voxguard-bench --bench watermark
//!
//! Criterion times each; then one line each says how many times faster than real time it is, and what
//! marking costs in units of the bare transforms.
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use realfft::RealFftPlanner;
use voxguard_bench::clip::Draw;
use voxguard_core::audio::Format;
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;
use voxguard_core::watermark::{Detector, Effort, Marker, embed_f32};

const RATE: u32 = 24_000;
/// A passage: a search of a minute costs what each minute of a long recording does.
const SECONDS: usize = 60;
/// Frames a call, as an engine streams them: 20 ms.
const CHUNK: usize = RATE as usize / 50;

/// Noise that swells four times a second: the cost does not depend on what is said.
fn audio() -> Vec<f32> {
    let mut draw = Draw(1);
    let swell = |n: usize| 0.1 * (n as f32 * 25.0 / RATE as f32).sin().powi(2);
    (0..SECONDS * RATE as usize).map(|n| swell(n) * draw.normal()).collect()
}

fn key() -> Key {
    Draw(7).key().expect("random bytes make a key")
}

/// Window, transform, inverse, window and overlap-add at half overlap, and nothing else.
fn bare_transforms(length: usize, audio: &[f32]) -> impl FnMut() + use<'_> {
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, inverse) = (planner.plan_fft_forward(length), planner.plan_fft_inverse(length));
    let (mut time, mut spectrum) = (forward.make_input_vec(), forward.make_output_vec());
    let mut scratch = vec![Default::default(); forward.get_scratch_len().max(inverse.get_scratch_len())];
    let window: Vec<f32> =
        (0..length).map(|n| (std::f32::consts::PI * n as f32 / length as f32).sin()).collect();
    let mut output = vec![0f32; audio.len() + length];
    move || {
        output.fill(0.0);
        for start in (0..audio.len() - length).step_by(length / 2) {
            let input = audio[start..].iter().zip(&window);
            time.iter_mut().zip(input).for_each(|(t, (x, w))| *t = x * w);
            forward.process_with_scratch(&mut time, &mut spectrum, &mut scratch).expect("planned lengths");
            spectrum[0].im = 0.0;
            spectrum[length / 2].im = 0.0;
            inverse.process_with_scratch(&mut spectrum, &mut time, &mut scratch).expect("planned lengths");
            let sums = output[start..].iter_mut().zip(time.iter().zip(&window));
            sums.for_each(|(sum, (t, w))| *sum += t * w);
        }
        black_box(&output);
    }
}

fn streamed(audio: &[f32]) -> impl FnMut() + use<'_> {
    let mut marker = Marker::new(&key(), MarkId::new(1), Format::new(RATE, 1).expect("a rate"));
    let mut output = vec![0f32; CHUNK.max(marker.latency())];
    move || {
        for chunk in audio.chunks(CHUNK) {
            black_box(marker.process_f32(chunk, &mut output).expect("finite"));
        }
        black_box(marker.flush_f32(&mut output).expect("room"));
    }
}

/// The quickest of several runs: what it takes when nothing else runs.
fn quickest(mut work: impl FnMut()) -> Duration {
    let run = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..10).map(run).min().unwrap_or_default()
}

fn watermark(criterion: &mut Criterion) {
    let audio = audio();
    let format = Format::new(RATE, 1).expect("a rate");
    let length = Marker::new(&key(), MarkId::new(1), format).latency();
    let marked = embed_f32(&key(), MarkId::new(1), format, &audio).expect("finite");

    let mut group = criterion.benchmark_group("watermark, 60 s of 24 kHz mono");
    group.throughput(Throughput::Elements(audio.len() as u64)).sample_size(20);
    let mut work = bare_transforms(length, &audio);
    group.bench_function("bare transform and inverse", |b| b.iter(&mut work));
    let bare = quickest(work);
    let mut work = streamed(&audio);
    group.bench_function("mark", |b| b.iter(&mut work));
    let mark = quickest(work);
    let mut lines = vec![("bare transforms", bare), ("mark", mark)];
    for (name, effort, samples) in [
        ("detect fast, marked", Effort::Fast, &marked),
        ("detect fast, unmarked", Effort::Fast, &audio),
        ("detect normal, marked", Effort::Normal, &marked),
        ("detect normal, unmarked", Effort::Normal, &audio),
        ("detect thorough, unmarked", Effort::Thorough, &audio),
    ] {
        let detector = Detector::new(vec![key()], effort).expect("one key");
        let mut work = || drop(black_box(detector.detect_f32(samples, format)));
        group.sample_size(10).bench_function(name, |b| b.iter(&mut work));
        lines.push((name, quickest(work)));
    }
    group.finish();
    for (name, time) in lines {
        println!("{name:<28} {:>7.0} times real time", SECONDS as f64 / time.as_secs_f64());
    }
    println!("mark / bare transforms       {:>7.2}", mark.as_secs_f64() / bare.as_secs_f64());
}

criterion_group!(benches, watermark);
criterion_main!(benches);
