//! The shared vectors, through the Rust client.

use voxguard::{Detector, Effort, Key, Marker, embed};
use voxguard_tests::proofs;
use voxguard_tests::vectors::{self, Case, Vectors};

fn each(check: impl Fn(&Vectors, &Case, &Key, &[i16])) {
    let vectors = vectors::read();
    assert_eq!(vectors.cases.len(), vectors::CLIPS.len(), "regenerate audio.json");
    let key = Key::from_hex(&vectors.key).expect("a key");
    for case in &vectors.cases {
        let (rate, channels, samples) = vectors::clip(&case.wav);
        assert_eq!((rate, channels), (case.rate, case.channels), "{}", case.wav);
        assert_eq!(samples.len(), case.frames * usize::from(channels), "{}", case.wav);
        check(&vectors, case, &key, &samples);
    }
}

fn mark(case: &Case) -> u64 {
    u64::from_str_radix(&case.mark, 16).expect("hexadecimal")
}

#[test]
fn the_key_has_the_id_that_is_written() {
    let vectors = vectors::read();
    assert_eq!(Key::from_hex(&vectors.key).expect("a key").id(), vectors.key_id);
}

#[test]
fn marked_samples_are_those_of_the_file() {
    each(|_, case, key, samples| {
        let marked = embed(samples, case.rate, case.channels, key, mark(case)).expect("marked");
        if vectors::same_bits_here() {
            assert_eq!(vectors::sha256_i16(&marked), case.marked_i16_sha256, "{}", case.wav);
        }
        // Elsewhere sine and Fourier transforms may round otherwise: by at most one step of 16 bits.
        for (index, probe) in case.probes.iter().enumerate() {
            let sample = marked[index * case.probe_every];
            assert!(sample.abs_diff(*probe) <= 1, "{}: sample {}", case.wav, index * case.probe_every);
        }
    });
}

#[test]
fn marked_floats_are_those_of_the_file() {
    if !vectors::same_bits_here() {
        return voxguard_tests::skipped("float hashes", "this machine may round sines otherwise");
    }
    each(|_, case, key, samples| {
        let marked =
            embed(&vectors::floats(samples), case.rate, case.channels, key, mark(case)).expect("marked");
        assert_eq!(vectors::sha256_f32(&marked), case.marked_f32_sha256, "{}", case.wav);
    });
}

#[test]
fn marking_in_chunks_gives_the_same_bits() {
    each(|_, case, key, samples| {
        let once = embed(samples, case.rate, case.channels, key, mark(case)).expect("marked");
        for frames in [1, 441, 480, 4096] {
            let mut marker = Marker::new(key, mark(case), case.rate, case.channels).expect("a marker");
            let mut marked = Vec::new();
            for chunk in samples.chunks(frames * usize::from(case.channels)) {
                marker.process(chunk, &mut marked).expect("whole frames");
            }
            marker.flush(&mut marked).expect("flushed");
            assert!(marked == once, "{} in chunks of {frames}", case.wav);
        }
    });
}

#[test]
fn detection_says_what_is_written() {
    each(|vectors, case, key, samples| {
        let other = Key::from_hex(&vectors.other_key).expect("a key");
        let detector = Detector::new(&[key], Effort::Normal).expect("a detector");
        let marked = embed(samples, case.rate, case.channels, key, mark(case)).expect("marked");
        let detection = detector.detect(&marked, case.rate, case.channels).expect("looked at");
        assert_eq!(detection.found, case.detected.found, "{}", case.wav);
        assert_eq!(detection.mark.map(|mark| format!("{mark:08x}")), case.detected.mark, "{}", case.wav);
        if detection.found {
            assert_eq!(detection.key_id.as_deref(), Some(&*vectors.key_id));
        }
        let unmarked = detector.detect(samples, case.rate, case.channels).expect("looked at");
        assert!(!unmarked.found && unmarked.mark.is_none(), "{} unmarked", case.wav);
        let stranger = Detector::new(&[&other], Effort::Normal).expect("a detector");
        assert!(
            !stranger.detect(&marked, case.rate, case.channels).expect("looked at").found,
            "{}",
            case.wav
        );
    });
}

#[test]
fn most_clips_are_found_with_their_id() {
    let vectors = vectors::read();
    let found =
        vectors.cases.iter().filter(|case| case.detected.mark.as_deref() == Some(&*case.mark)).count();
    assert!(found * 2 > vectors.cases.len(), "{found} of {}", vectors.cases.len());
    // Never another one's.
    assert!(
        vectors.cases.iter().all(|case| case.detected.mark.as_ref().is_none_or(|mark| *mark == case.mark))
    );
}

#[test]
fn proofs_hold_or_do_not_as_is_written() {
    let vectors = proofs::read();
    assert!(vectors.cases.len() >= 20, "only {} proofs", vectors.cases.len());
    for case in vectors.cases {
        let answer = voxguard::check_proof(&case.question.to_string()).expect("an answer");
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        assert_eq!(answer["holds"], case.holds, "{}: {answer}", case.name);
    }
}
