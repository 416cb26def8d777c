//! Options of marks, detection with progress, and listening to a stream.

mod sound;

use std::ops::ControlFlow;

use voxguard::{Detector, Effort, Key, MarkerOptions, Scheme, Status, embed, embed_with};

const RATE: u32 = 8_000;

fn key() -> Key {
    Key::from_bytes(&[3; 32]).unwrap()
}

#[test]
fn a_mark_is_found_under_its_own_scheme_alone() {
    let (key, speech) = (key(), sound::noise(8, RATE, 1));
    for (scheme, read) in [
        (Scheme::Presence, None),
        (Scheme::Id16, Some(0xabcd)),
        (Scheme::Id32, Some(0x1234_abcd)),
        (Scheme::Id64, Some(0x1234_abcd)),
    ] {
        let options = MarkerOptions { scheme, ..MarkerOptions::default() };
        let marked = embed_with(&speech, RATE, 1, &key, 0x1234_abcd, options).unwrap();
        for sought in [Scheme::Presence, Scheme::Id16, Scheme::Id32, Scheme::Id64] {
            let detector = Detector::with_scheme(&[&key], Effort::Fast, sought).unwrap();
            let detection = detector.detect(&marked, RATE, 1).unwrap();
            assert_eq!(detection.found, sought == scheme, "{scheme:?} sought as {sought:?}");
            if sought == scheme && scheme != Scheme::Presence {
                assert_eq!(detection.mark, read);
            }
        }
    }
    assert_eq!(Scheme::from_bits(16).unwrap().bits(), 16);
    assert_eq!(Scheme::from_bits(24).unwrap_err().status, Status::ARGUMENT);
}

#[test]
fn an_id_of_64_bits_needs_its_scheme() {
    let (key, speech, mark) = (key(), sound::noise(8, RATE, 1), 0xfedc_ba98_7654_3210);
    let options = MarkerOptions { scheme: Scheme::Id64, ..MarkerOptions::default() };
    let marked = embed_with(&speech, RATE, 1, &key, mark, options).unwrap();
    let detector = Detector::with_scheme(&[&key], Effort::Fast, Scheme::Id64).unwrap();
    assert_eq!(detector.detect(&marked, RATE, 1).unwrap().mark, Some(mark));
    let refused = embed(&speech, RATE, 1, &key, mark).unwrap_err();
    assert_eq!(refused.status, Status::ARGUMENT);
    assert!(refused.message.contains("0 to 4294967295"), "{}", refused.message);
}

#[test]
fn a_stronger_mark_changes_more_and_a_strength_out_of_range_is_refused() {
    let (key, speech) = (key(), sound::noise(1, RATE, 1));
    let change = |strength| {
        let options = MarkerOptions { strength, ..MarkerOptions::default() };
        let marked = embed_with(&speech, RATE, 1, &key, 7, options).unwrap();
        marked.iter().zip(&speech).map(|(marked, plain)| (marked - plain).powi(2)).sum::<f32>()
    };
    assert!(change(0.5) < 0.5 * change(1.0) && change(1.0) < 0.5 * change(2.0));
    let usual = embed_with(&speech, RATE, 1, &key, 7, MarkerOptions::default()).unwrap();
    assert_eq!(usual, embed(&speech, RATE, 1, &key, 7).unwrap());
    for strength in [0.0, 0.2, 2.5, -1.0, f32::NAN] {
        let options = MarkerOptions { strength, ..MarkerOptions::default() };
        let error = embed_with(&speech, RATE, 1, &key, 7, options).unwrap_err();
        assert_eq!(error.status, Status::ARGUMENT);
        assert!(error.message.contains("0.25 to 2"), "{}", error.message);
    }
}

#[test]
fn untouched_audio_has_kept_its_speed_and_pitch_and_gives_soft_bits() {
    let key = key();
    let marked = embed(&sound::noise(8, RATE, 1), RATE, 1, &key, 0x1234_abcd).unwrap();
    let detection = Detector::new(&[&key], Effort::Fast).unwrap().detect(&marked, RATE, 1).unwrap();
    assert_eq!((detection.speed, detection.pitch), (1.0, 1.0));
    assert_eq!(detection.chips, 0xcd, "the lowest eight bits of the id");
    assert!(!detection.soft_bits.is_empty() && detection.soft_bits.iter().all(|bit| bit.is_finite()));
    let json = detection.to_json().unwrap();
    for name in ["\"speed\":1", "\"pitch\":1", "\"soft_bits\":[", "\"chips\":205"] {
        assert!(json.contains(name), "{name}");
    }
}

#[test]
fn progress_rises_to_the_whole_and_can_end_a_search() {
    let detector = Detector::new(&[&key()], Effort::Fast).unwrap();
    let silence = vec![0i16; 130 * RATE as usize];
    let mut shares = Vec::new();
    let whole = detector.detect_with_progress(&silence, RATE, 1, |done| {
        shares.push(done);
        ControlFlow::Continue(())
    });
    assert!(!whole.unwrap().found);
    assert_eq!(shares.len(), 3, "three minutes begun");
    assert!(shares.is_sorted() && shares[0] > 0.0 && shares[2] == 1.0);
    let mut calls = 0;
    let part = detector.detect_with_progress(&silence, RATE, 1, |_| {
        calls += 1;
        ControlFlow::Break(())
    });
    assert_eq!(calls, 1);
    assert!(!part.unwrap().found);
}

#[test]
#[should_panic(expected = "enough")]
fn a_panic_in_progress_arrives_where_the_search_was_asked_for() {
    let detector = Detector::new(&[&key()], Effort::Fast).unwrap();
    let _ = detector.detect_with_progress(&[0.0f32; 800], RATE, 1, |_| panic!("enough"));
}

#[test]
fn a_listener_says_while_the_stream_runs_what_a_detector_says_after_it() {
    let key = key();
    let marked = embed(&sound::noise_i16(10, RATE, 2), RATE, 2, &key, 0x1234_abcd).unwrap();
    let mut listener = {
        let detector = Detector::new(&[&key], Effort::Fast).unwrap();
        detector.listen(RATE, 2).unwrap()
    };
    for _ in 0..2 {
        let mut verdicts = Vec::new();
        for chunk in marked.chunks(2 * 999) {
            verdicts.extend(listener.push(chunk).unwrap());
        }
        assert_eq!(verdicts.len(), 3, "after 2, 4 and 8 seconds");
        assert!(verdicts.windows(2).all(|pair| pair[0].seconds < pair[1].seconds));
        assert_eq!(verdicts[2].mark, Some(0x1234_abcd));
        let last = listener.finish().unwrap();
        assert_eq!((last.found, last.mark, last.seconds), (true, Some(0x1234_abcd), 10.0));
    }
    assert_eq!(listener.push(&[0i16; 3]).unwrap_err().status, Status::PARTIAL_FRAME);
    assert_eq!(listener.push(&[0.0, f32::NAN]).unwrap_err().status, Status::NON_FINITE);
    assert_eq!(listener.finish().unwrap().seconds, 0.0, "nothing was heard");
}

#[test]
fn a_listener_of_a_format_that_there_is_not_is_refused() {
    let detector = Detector::new(&[&key()], Effort::Fast).unwrap();
    for (rate, channels) in [(0, 1), (8_000, 0), (8_000, 9), (1_000_000, 1)] {
        assert_eq!(detector.listen(rate, channels).unwrap_err().status, Status::AUDIO_FORMAT);
    }
}
