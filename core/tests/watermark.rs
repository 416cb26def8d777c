//! What marking and detecting promise, for any audio, key and way of cutting a stream.

use proptest::prelude::*;
use voxguard_core::audio::{AudioError, Format};
use voxguard_core::id::MarkId;
use voxguard_core::key::Key;
use voxguard_core::watermark::{Detector, DetectorError, Effort, Marker, embed_f32, embed_i16, inspect};

fn key(seed: u64) -> Key {
    let mut bytes = [1; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    Key::from_bytes(&bytes).unwrap()
}

fn uniform(state: &mut u64) -> f32 {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*state >> 40) as f32 / (1 << 24) as f32 - 0.5
}

/// A voice of sorts: a buzz of gliding pitch through moving formants, in syllables, over faint noise.
fn voice(rate: u32, seconds: f64, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let phases: Vec<f32> = (0..8).map(|_| 6.0 * uniform(&mut state)).collect();
    let count = (seconds * f64::from(rate)) as usize;
    let (mut pitch_phase, mut low, mut band) = (0f32, [0f32; 3], [0f32; 3]);
    (0..count)
        .map(|n| {
            let t = n as f32 / rate as f32;
            pitch_phase += (120.0 + 30.0 * (2.1 * t + phases[0]).sin()) / rate as f32;
            pitch_phase -= pitch_phase.floor();
            let breath = uniform(&mut state);
            let source = if pitch_phase < 0.1 { 1.0 } else { -0.1 } + 0.3 * breath;
            let syllable = (0.55 + 0.45 * (19.0 * t + phases[1] + 2.0 * (3.1 * t).sin()).sin()).powi(2);
            let mut sum = 0.0;
            for (i, (centre, spread)) in
                [(500.0, 250.0), (1_500.0, 600.0), (3_000.0, 500.0)].iter().enumerate()
            {
                let hz = centre + spread * ((4.0 + i as f32) * t + phases[2 + i]).sin();
                let f = 2.0 * (std::f32::consts::PI * hz / (2.0 * rate as f32)).sin();
                for _ in 0..2 {
                    low[i] += f * band[i];
                    band[i] += f * (source - low[i] - 0.15 * band[i]);
                }
                sum += band[i] / (1.0 + i as f32);
            }
            0.05 * sum * syllable + 0.001 * breath
        })
        .collect()
}

fn to_i16(samples: &[f32]) -> Vec<i16> {
    samples.iter().map(|x| (x * 32_767.0).clamp(-32_768.0, 32_767.0) as i16).collect()
}

#[test]
fn a_mark_is_found_with_its_id_at_every_rate_and_in_both_sample_types() {
    for (rate, id) in [(8_000, 0), (11_025, 1), (16_000, u32::MAX), (22_050, 5), (48_000, 0xdead_beef)] {
        let format = Format::new(rate, 1).unwrap();
        let clip = voice(rate, 6.0, 9);
        let detector = Detector::new(vec![key(1)], Effort::Normal).unwrap();
        let marked = embed_f32(&key(1), MarkId::new(u64::from(id)), format, &clip).unwrap();
        let found = detector.detect_f32(&marked, format).unwrap();
        assert_eq!(
            (found.found, found.mark),
            (true, Some(MarkId::new(u64::from(id)))),
            "{rate}: p {}",
            found.p_value
        );
        assert_eq!(found.key, Some(key(1).id()));
        let marked = embed_i16(&key(1), MarkId::new(u64::from(id)), format, &to_i16(&clip)).unwrap();
        let found = detector.detect_i16(&marked, format).unwrap();
        assert_eq!(found.mark, Some(MarkId::new(u64::from(id))), "{rate}: p {}", found.p_value);
        let clean = detector.detect_f32(&clip, format).unwrap();
        assert!(!clean.found && clean.mark.is_none() && clean.key.is_none() && clean.spans.is_empty());
        assert!(!clean.curve.is_empty() && clean.p_value > 1e-3);
    }
}

#[test]
fn a_mark_is_found_whatever_was_cut_away_and_told_apart_from_other_keys() {
    let format = Format::new(16_000, 1).unwrap();
    let id = MarkId::new(77);
    let marked = embed_f32(&key(2), id, format, &voice(16_000, 40.0, 3)).unwrap();
    let detector = Detector::new(vec![key(8), key(2), key(9)], Effort::Normal).unwrap();
    let mut pieces = marked[12_345..12_345 + 80_000].to_vec();
    assert_eq!(detector.detect_f32(&pieces, format).unwrap().mark, Some(id));
    pieces.extend(&marked[400_001..400_001 + 80_000]);
    let found = detector.detect_f32(&pieces, format).unwrap();
    assert_eq!((found.mark, found.key), (Some(id), Some(key(2).id())));
    assert_eq!(found.spans.len(), 2, "{:?}", found.spans);
    let others = Detector::new(vec![key(8), key(9)], Effort::Normal).unwrap();
    assert!(!others.detect_f32(&marked, format).unwrap().found);
}

#[test]
fn a_cut_through_a_noisy_call_is_bridged_under_every_key() {
    // Neither side is long enough alone, and pilots alone do not rank the sides first under every key.
    let format = Format::new(8_000, 1).unwrap();
    let clip = voice(8_000, 5.6, 21);
    let loudness = (clip.iter().map(|x| x * x).sum::<f32>() / clip.len() as f32).sqrt();
    for seed in 0..24 {
        let id = MarkId::new(seed);
        let mut state = seed;
        let mut call = embed_f32(&key(seed), id, format, &clip).unwrap();
        call.iter_mut().for_each(|x| *x += 0.6 * loudness * uniform(&mut state));
        call.drain(20_000..25_600);
        let detector = Detector::new(vec![key(seed)], Effort::Normal).unwrap();
        let detection = detector.detect_f32(&call, format).unwrap();
        assert_eq!(detection.mark, Some(id), "key {seed}: p {:e}", detection.p_value);
    }
}

#[test]
fn spans_tell_where_the_marked_part_of_a_recording_is() {
    let format = Format::new(16_000, 1).unwrap();
    let mut recording = voice(16_000, 18.0, 4);
    let marked = embed_f32(&key(3), MarkId::new(1), format, &voice(16_000, 12.0, 5)).unwrap();
    recording[80_000..80_000 + 112_000].copy_from_slice(&marked[32_000..144_000]); // 5 to 12 s
    let found = Detector::new(vec![key(3)], Effort::Normal).unwrap().detect_f32(&recording, format).unwrap();
    assert_eq!(found.spans.len(), 1, "{:?}", found.spans);
    assert!((found.spans[0].start - 5.0).abs() < 0.25 && (found.spans[0].end - 12.0).abs() < 0.25);
    let mean = |from: f64, to: f64| {
        let part: Vec<f64> =
            found.curve.iter().filter(|p| p.time > from && p.time < to).map(|p| p.score).collect();
        part.iter().sum::<f64>() / part.len() as f64
    };
    assert!(mean(6.0, 11.0) > mean(0.0, 4.0) + 2.0 && mean(6.0, 11.0) > mean(13.0, 18.0) + 2.0);
}

#[test]
fn every_channel_carries_the_same_mark() {
    let stereo = Format::new(16_000, 2).unwrap();
    let (left, right) = (voice(16_000, 6.0, 1), voice(16_000, 6.0, 2));
    let both: Vec<f32> = left.iter().zip(&right).flat_map(|(l, r)| [*l, *r]).collect();
    let marked = embed_f32(&key(4), MarkId::new(9), stereo, &both).unwrap();
    let detector = Detector::new(vec![key(4)], Effort::Normal).unwrap();
    assert_eq!(detector.detect_f32(&marked, stereo).unwrap().mark, Some(MarkId::new(9)));
    let mono = Format::new(16_000, 1).unwrap();
    for (channel, alone) in [&left, &right].into_iter().enumerate() {
        let taken: Vec<f32> = marked.iter().skip(channel).step_by(2).copied().collect();
        assert_eq!(taken, embed_f32(&key(4), MarkId::new(9), mono, alone).unwrap());
        assert_eq!(detector.detect_f32(&taken, mono).unwrap().mark, Some(MarkId::new(9)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn marking_in_pieces_of_any_size_is_marking_at_once_bit_for_bit(
        rate in prop::sample::select(vec![8_000u32, 16_000, 22_050, 24_000, 44_100, 48_000]),
        channels in 1u16..=3,
        frames in 0usize..9_000,
        sizes in prop::collection::vec(1usize..2_500, 1..6),
        seed in any::<u64>(),
    ) {
        let format = Format::new(rate, channels).unwrap();
        let width = usize::from(channels);
        let clip = voice(rate, (frames * width) as f64 / f64::from(rate) + 0.001, seed);
        let clip = &clip[..frames * width];
        let quantised = to_i16(clip);
        let (key, id) = (key(seed), MarkId::new(seed));
        let whole = embed_f32(&key, id, format, clip).unwrap();
        let whole_i16 = embed_i16(&key, id, format, &quantised).unwrap();
        let mut marker = Marker::new(&key, id, format);
        let mut marker_i16 = Marker::new(&key, id, format);
        prop_assert!(marker.latency() as f64 <= 0.08 * f64::from(rate));
        for in_place in [false, true] { // The second round tells whether a flushed marker stands as new.
            let (mut out, mut out_i16, mut fed) = (vec![], vec![], 0);
            for size in sizes.iter().cycle() {
                if fed == frames { break; }
                let now = fed..frames.min(fed + size);
                let mut piece = clip[now.start * width..now.end * width].to_vec();
                let mut piece_i16 = quantised[now.start * width..now.end * width].to_vec();
                let (mut apart, mut apart_i16) = (vec![0.0; piece.len()], vec![0; piece.len()]);
                let written = if in_place {
                    let written = marker.process_f32_in_place(&mut piece).unwrap();
                    prop_assert_eq!(marker_i16.process_i16_in_place(&mut piece_i16).unwrap(), written);
                    (apart, apart_i16) = (piece, piece_i16);
                    written
                } else {
                    prop_assert_eq!(
                        marker_i16.process_i16(&piece_i16, &mut apart_i16).unwrap(),
                        marker.process_f32(&piece, &mut apart).unwrap()
                    );
                    now.end.saturating_sub(marker.latency()) - now.start.saturating_sub(marker.latency())
                };
                out.extend_from_slice(&apart[..written * width]);
                out_i16.extend_from_slice(&apart_i16[..written * width]);
                fed = now.end;
                prop_assert_eq!(out.len(), fed.saturating_sub(marker.latency()) * width);
                prop_assert_eq!(marker.pending(), fed.min(marker.latency()));
            }
            let mut rest = vec![0.0; marker.pending() * width];
            let mut rest_i16 = vec![0; marker.pending() * width];
            prop_assert_eq!(marker.flush_f32(&mut rest).unwrap() * width, rest.len());
            prop_assert_eq!(marker_i16.flush_i16(&mut rest_i16).unwrap() * width, rest.len());
            out.extend(rest);
            out_i16.extend(rest_i16);
            prop_assert_eq!(&out, &whole);
            prop_assert_eq!(&out_i16, &whole_i16);
        }
    }
}

#[test]
fn digital_silence_stays_silence_and_full_scale_is_not_passed() {
    let format = Format::new(24_000, 1).unwrap();
    let silence = vec![0.0f32; 24_000];
    assert_eq!(embed_f32(&key(1), MarkId::new(1), format, &silence).unwrap(), silence);
    assert_eq!(embed_i16(&key(1), MarkId::new(1), format, &[0; 5_000]).unwrap(), [0; 5_000]);

    let mut clip: Vec<f32> = voice(24_000, 3.0, 6).iter().map(|x| (x * 20.0).clamp(-1.0, 1.0)).collect();
    clip[20_000..30_000].fill(0.0);
    clip[40_000..40_100].fill(0.0);
    let marked = embed_f32(&key(1), MarkId::new(1), format, &clip).unwrap();
    assert!(marked[20_000..30_000].iter().chain(&marked[40_000..40_100]).all(|x| *x == 0.0));
    assert!(marked.iter().all(|x| x.abs() <= 1.0));
    assert!(marked.iter().zip(&clip).filter(|(y, x)| y != x).count() > 40_000);
    let loud = to_i16(&clip);
    let marked = embed_i16(&key(1), MarkId::new(1), format, &loud).unwrap();
    assert!(marked.iter().zip(&loud).all(|(y, x)| (i32::from(*y) - i32::from(*x)).abs() < 30_000), "wrapped");
}

#[test]
fn what_is_not_audio_is_refused_and_the_marker_goes_on_as_if_it_had_not_been_fed() {
    let format = Format::new(16_000, 2).unwrap();
    let clip = voice(16_000, 1.0, 7);
    let whole = embed_f32(&key(1), MarkId::new(1), format, &clip).unwrap();
    let mut marker = Marker::new(&key(1), MarkId::new(1), format);
    let mut out = vec![0.0; clip.len()];
    let half = clip.len() / 4 * 2;
    let written = 2 * marker.process_f32(&clip[..half], &mut out).unwrap();
    let mut bad = clip[half..].to_vec();
    bad[5] = f32::NAN;
    assert_eq!(marker.process_f32(&bad, &mut [0.0; 9]), Err(AudioError::NonFinite { index: 5 }));
    assert_eq!(
        marker.process_f32(&clip[..3], &mut [0.0; 9]),
        Err(AudioError::PartialFrame { samples: 3, channels: 2 })
    );
    assert!(matches!(
        marker.process_f32(&clip, &mut [0.0; 9]),
        Err(AudioError::OutputTooSmall { given: 9, .. })
    ));
    assert!(matches!(marker.flush_f32(&mut [0.0; 9]), Err(AudioError::OutputTooSmall { given: 9, .. })));
    let written = written + 2 * marker.process_f32(&clip[half..], &mut out[written..]).unwrap();
    marker.flush_f32(&mut out[written..]).unwrap();
    assert_eq!(out, whole);
    assert_eq!(marker.pending(), 0);
    marker.process_f32(&clip[..2_000], &mut out).unwrap();
    marker.reset();
    assert_eq!((marker.pending(), marker.flush_f32(&mut [])), (0, Ok(0)));
}

#[test]
fn absurd_but_finite_samples_do_no_harm_for_longer_than_a_window() {
    let format = Format::new(16_000, 1).unwrap();
    let mut clip = voice(16_000, 4.0, 8);
    for (n, value) in [(8_000, f32::MAX), (8_001, f32::MIN), (16_000, 1e30), (24_000, 1e-44)] {
        clip[n] = value;
    }
    let marked = embed_f32(&key(1), MarkId::new(1), format, &clip).unwrap();
    assert!(marked.iter().all(|x| x.is_finite()));
    let detector = Detector::new(vec![key(1)], Effort::Normal).unwrap();
    let found = detector.detect_f32(&marked, format).unwrap();
    assert!(found.p_value.is_finite() && found.curve.iter().all(|point| point.score.is_finite()));
    for level in [f32::MAX, 1e-44] {
        let found = detector.detect_f32(&vec![level; 32_000], format).unwrap();
        assert!(!found.found && found.p_value > 1e-3);
    }
}

#[test]
fn recordings_of_any_length_get_an_answer() {
    let detector = Detector::new(vec![key(1)], Effort::Thorough).unwrap();
    for frames in [0, 1, 63, 400, 2_000, 5_000, 9_000] {
        for format in [Format::new(8_000, 1).unwrap(), Format::new(192_000, 1).unwrap()] {
            let found = detector.detect_f32(&voice(8_000, 2.0, 2)[..frames], format).unwrap();
            assert!(!found.found && found.p_value <= 1.0, "{frames}");
            assert!((found.seconds - frames as f64 / f64::from(format.rate())).abs() < 1e-9);
        }
    }
}

#[test]
fn a_recording_of_several_passages_is_found_throughout() {
    let format = Format::new(8_000, 1).unwrap();
    let marked = embed_f32(&key(5), MarkId::new(3), format, &voice(8_000, 150.0, 8)).unwrap();
    let found = Detector::new(vec![key(5)], Effort::Fast).unwrap().detect_f32(&marked, format).unwrap();
    assert_eq!(found.mark, Some(MarkId::new(3)));
    let covered: f64 = found.spans.iter().map(|span| span.end - span.start).sum();
    assert!(covered > 140.0 && found.curve.len() > 500, "{covered} s");
    assert!(found.curve.windows(2).all(|pair| pair[0].time < pair[1].time));
}

/// Reported p-values of one recording under many keys: no share below a level exceeds the level.
#[test]
fn p_values_hold_over_random_keys_on_marked_and_on_unmarked_audio() {
    let format = Format::new(8_000, 1).unwrap();
    let clip = voice(8_000, 2.5, 11);
    let marked = embed_f32(&key(1), MarkId::new(5), format, &clip).unwrap();
    for samples in [&clip, &marked] {
        let p_value = |seed: u64| {
            let detector = Detector::new(vec![key(seed)], Effort::Fast).unwrap();
            detector.detect_f32(samples, format).unwrap().p_value
        };
        let p_values: Vec<f64> = (1_000..1_200).map(p_value).collect();
        for level in [1e-1, 1e-2] {
            let below = p_values.iter().filter(|p| **p <= level).count() as f64;
            let expected = level * p_values.len() as f64;
            assert!(
                below <= expected + 4.0 * expected.sqrt() + 1.0,
                "{below} at {level}, {expected} allowed"
            );
        }
    }
}

/// The normalised score itself, of many keys against one reading of marked audio.
#[test]
fn scores_are_standard_normal_over_random_keys() {
    let format = Format::new(8_000, 1).unwrap();
    let marked = embed_f32(&key(1), MarkId::new(5), format, &voice(8_000, 4.0, 12)).unwrap();
    let odds = inspect::log_odds(&inspect::cells(&marked, format, 0.0).unwrap());
    let score = |seed: u64| {
        let signs = inspect::signs(&key(seed), MarkId::new(0), 360);
        let pairs = odds.iter().flatten().zip(signs.iter().flatten());
        let (sum, energy) = pairs.fold((0f64, 0f64), |(s, e), (odds, sign)| {
            (s + f64::from(odds * sign), e + f64::from(odds * odds))
        });
        sum / energy.sqrt()
    };
    let scores: Vec<f64> = (100..2_100).map(score).collect();
    let count = scores.len() as f64;
    let mean = scores.iter().sum::<f64>() / count;
    let deviation = (scores.iter().map(|z| (z - mean).powi(2)).sum::<f64>() / count).sqrt();
    assert!(mean.abs() < 0.1 && (deviation - 1.0).abs() < 0.07, "mean {mean}, deviation {deviation}");
    for (z, tail) in [(1.2816, 1e-1), (2.3263, 1e-2), (3.0902, 1e-3)] {
        let above = scores.iter().filter(|score| **score > z).count() as f64;
        assert!((above - tail * count).abs() <= 4.0 * (tail * count).sqrt() + 1.0, "{above} above {z}");
    }
}

#[test]
fn a_detector_takes_1_to_64_keys() {
    assert!(matches!(Detector::new(vec![], Effort::Fast), Err(DetectorError::KeyCount { count: 0 })));
    assert!(matches!(
        Detector::new(vec![key(1); 65], Effort::Fast),
        Err(DetectorError::KeyCount { count: 65 })
    ));
    assert_eq!("thorough".parse(), Ok(Effort::Thorough));
    assert_eq!("extreme".parse::<Effort>(), Err(DetectorError::Effort));
}

#[test]
fn a_detector_may_be_used_by_many_threads_and_a_marker_may_move() {
    fn is_send<T: Send>() {}
    fn is_sync<T: Sync>() {}
    is_send::<Marker>();
    is_send::<Detector>();
    is_sync::<Detector>();
}
