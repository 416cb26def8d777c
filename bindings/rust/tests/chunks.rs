//! However a stream is cut, the samples that come out are the same, bit for bit.

mod sound;

use voxguard::{Guard, Key, Marker, Request, Sample, embed};

/// Lengths in frames; the last is longer than all of it.
const CHUNKS: [usize; 6] = [1, 7, 160, 480, 4_096, 1 << 20];

fn same_in_any_chunks<S: Sample + PartialEq + std::fmt::Debug>(speech: &[S], rate: u32, channels: u16) {
    let key = Key::from_bytes(&[3; 32]).unwrap();
    let whole = embed(speech, rate, channels, &key, 0x0102_0304).unwrap();
    assert_eq!(whole.len(), speech.len());
    let mut marker = Marker::new(&key, 0x0102_0304, rate, channels).unwrap();
    assert!(marker.latency() * 1000 <= 80 * rate as usize, "at most 80 ms");
    for frames in CHUNKS {
        let (mut apart, mut in_place) = (Vec::new(), Vec::new());
        for chunk in speech.chunks(frames * usize::from(channels)) {
            marker.process(chunk, &mut apart).unwrap();
            marker.process(&[], &mut apart).unwrap();
        }
        assert_eq!(marker.pending().unwrap(), marker.latency());
        marker.flush(&mut apart).unwrap();
        assert_eq!(marker.pending().unwrap(), 0);
        for chunk in speech.chunks(frames * usize::from(channels)) {
            let mut buffer = chunk.to_vec();
            let written = marker.process_in_place(&mut buffer).unwrap();
            in_place.extend_from_slice(&buffer[..written * usize::from(channels)]);
        }
        marker.flush(&mut in_place).unwrap();
        assert!(apart == whole, "{frames} frames at a time");
        assert!(in_place == whole, "{frames} frames at a time, in place");
    }
}

#[test]
fn a_marker_does_not_care_how_a_stream_is_cut() {
    same_in_any_chunks(&sound::noise(1, 24_000, 1), 24_000, 1);
    same_in_any_chunks(&sound::noise_i16(1, 24_000, 1), 24_000, 1);
    same_in_any_chunks(&sound::noise(1, 48_000, 2), 48_000, 2);
    same_in_any_chunks(&sound::noise_i16(1, 8_000, 2), 8_000, 2);
}

#[test]
fn after_a_reset_a_marker_stands_as_new() {
    let key = Key::from_bytes(&[3; 32]).unwrap();
    let speech = sound::noise(1, 16_000, 1);
    let mut marker = Marker::new(&key, 9, 16_000, 1).unwrap();
    let mut lost = Vec::new();
    marker.process(&speech[..5_000], &mut lost).unwrap();
    marker.reset().unwrap();
    let mut marked = Vec::new();
    marker.process(&speech, &mut marked).unwrap();
    marker.flush(&mut marked).unwrap();
    assert_eq!(marked, embed(&speech, 16_000, 1, &key, 9).unwrap());
}

#[test]
fn an_utterance_is_a_marker_in_any_chunks() {
    let key = Key::from_bytes(&[3; 32]).unwrap();
    let guard = Guard::builder(&key).build().unwrap();
    let speech = sound::noise_i16(1, 24_000, 1);
    for frames in CHUNKS {
        let mut utterance =
            guard.begin(Request { voice: "heart", text: "Hello.", ..Request::default() }).unwrap();
        let mut marked = Vec::new();
        for chunk in speech.chunks(frames) {
            let mut buffer = chunk.to_vec();
            let written = utterance.mark_in_place(&mut buffer).unwrap();
            marked.extend_from_slice(&buffer[..written]);
        }
        let record = utterance.finish(&mut marked).unwrap();
        assert_eq!(record.seq, None, "no ledger keeps it");
        assert_eq!(marked, embed(&speech, 24_000, 1, &key, utterance.mark_id().unwrap()).unwrap());
    }
}
