//! Marks every clip of a folder and looks for the mark after what happens to audio.
//!
//!     cargo run --release -p voxguard-bench --bin corpus -- FOLDER [SECONDS]
//!
//! Needs ffmpeg on the path, for the codecs. Reads WAV and FLAC. Clips of up to SECONDS (default 4) are left out of the totals but for
//! unmarked audio. Each clip is marked at its own rate, under a key and id of its own.
use std::path::{Path, PathBuf};

use voxguard_bench::attack::{bad_call, cut, mu_law, noise, through_ffmpeg};
use voxguard_bench::clip::{Clip, Draw, Failure};
use voxguard_core::watermark::{Detection, Detector, Effort, embed_f32};

type Attack = fn(&Clip, &mut Draw, &Path) -> Result<Clip, Failure>;

const ATTACKS: [(&str, Attack); 8] = [
    ("none", |clip, _, _| Ok(clip.clone())),
    ("mu-law 8k", |clip, _, _| Ok(mu_law(clip))),
    ("MP3 32k", |clip, _, folder| through_ffmpeg(clip, &["-b:a", "32k"], "mp3", folder)),
    ("Opus 12k", |clip, _, folder| through_ffmpeg(clip, &["-c:a", "libopus", "-b:a", "12k"], "ogg", folder)),
    ("noise 20 dB", |clip, draw, _| Ok(noise(clip, 20.0, draw))),
    ("noise 10 dB", |clip, draw, _| Ok(noise(clip, 10.0, draw))),
    ("cut 20 %", |clip, _, _| Ok(cut(clip, 0.2))),
    ("bad call", |clip, draw, _| Ok(bad_call(clip, draw))),
];

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("which folder of .wav or .flac clips?")?;
    let shortest: f64 = arguments.next().map_or(Ok(4.0), |seconds| seconds.parse())?;
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&folder)?.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|e| e == "wav" || e == "flac"));
    paths.sort();

    let scratch = tempfile::tempdir()?;
    println!("{:<48} {:>5}  ln p: unmarked, then {:?}", "clip", "s", ATTACKS.map(|(name, _)| name));
    let (mut clips, mut found, mut read) = (0, [0; ATTACKS.len()], [0; ATTACKS.len()]);
    let (mut wrong, mut alarms, mut least) = (0, 0, 1f64);
    for (seed, path) in paths.iter().enumerate() {
        let clip = Clip::read(path)?;
        let mut draw = Draw(seed as u64);
        let (key, id) = (draw.key()?, draw.id());
        let detector = Detector::new(vec![key.clone()], Effort::Normal)?;
        let detect = |clip: &Clip| -> Result<Detection, Failure> {
            Ok(detector.detect_f32(&clip.samples, clip.format()?)?)
        };
        let unmarked = detect(&clip)?;
        alarms += usize::from(unmarked.found);
        least = least.min(unmarked.p_value);
        let mut line = format!("{:<48} {:>5.1} {:>6.1}", name(path), clip.seconds(), unmarked.p_value.ln());
        let counts = clip.seconds() > shortest;
        clips += usize::from(counts);
        let marked = Clip { samples: embed_f32(&key, id, clip.format()?, &clip.samples)?, rate: clip.rate };
        for (index, (_, attack)) in ATTACKS.iter().enumerate() {
            let detection = detect(&attack(&marked, &mut draw, scratch.path())?)?;
            let right = detection.mark == Some(id);
            wrong += usize::from(detection.mark.is_some() && !right);
            found[index] += usize::from(counts && detection.found);
            read[index] += usize::from(counts && right);
            let sign = if right {
                ' '
            } else if detection.found {
                '?'
            } else {
                '-'
            };
            line.push_str(&format!(" {:>7.1}{sign}", detection.p_value.ln()));
        }
        println!("{line}");
    }
    println!("\n{clips} clips longer than {shortest} s, of {} read", paths.len());
    for (index, (name, _)) in ATTACKS.iter().enumerate() {
        println!("{name:<12} found {:>3}, id read {:>3}", found[index], read[index]);
    }
    println!("wrong ids {wrong}; unmarked clips found {alarms}, smallest p {least:.1e}");
    Ok(())
}

fn name(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}
