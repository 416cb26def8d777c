//! The whole main job: a text is judged, its speech marked and recorded, the mark found again, the ledger trusted.

mod sound;

use std::fs;
use std::sync::{Arc, Mutex};

use voxguard::{
    Action, Detector, Effort, Guard, Key, Ledger, Markup, Policy, Request, Severity, Status, embed,
};

const RULES: &str = r#"{"version": 1, "rules": [
    {"id": "transfer", "category": "fraud", "severity": "critical", "match": "phrase", "terms": ["wire the money"]},
    {"id": "loud", "category": "tone", "severity": "warning", "match": "term", "terms": ["hurry"]}]}"#;
const RATE: u32 = 8_000;

fn request(text: &str) -> Request<'_> {
    Request { subject: Some("user-1"), voice: "heart", text, rate: RATE, ..Request::default() }
}

#[test]
fn speech_is_judged_marked_recorded_found_and_its_record_led_back_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.db");
    let url = format!("sqlite:///{}", path.display());
    let key = Key::generate().unwrap();
    let policy = Policy::new(RULES).unwrap();
    let ledger = Ledger::open(&url, &key).unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let notes = Arc::clone(&told);
    let guard = Guard::builder(&key)
        .policy(&policy)
        .ledger(&ledger)
        .on_record(move |record| {
            notes.lock().unwrap().push(record.clone());
            Ok::<(), String>(())
        })
        .build()
        .unwrap();

    let speech = sound::noise(10, RATE, 1);
    let mut utterance = guard.begin(request("Good evening, please hurry.")).unwrap();
    assert_eq!(utterance.verdict().action, Action::Warn);
    assert_eq!(utterance.verdict().hits[0].severity, Severity::Warning);
    assert_eq!(utterance.text(), "Good evening, please hurry.");
    assert_eq!(utterance.record().unwrap(), None);
    let mut marked = Vec::new();
    for chunk in speech.chunks(480) {
        utterance.mark(chunk, &mut marked).unwrap();
    }
    assert_eq!(marked.len() + utterance.pending().unwrap(), speech.len());
    assert_eq!(ledger.len().unwrap(), 0, "nothing is recorded before it is finished");
    let record = utterance.finish(&mut marked).unwrap();
    assert_eq!(marked.len(), speech.len());
    assert_ne!(marked, speech);
    assert_eq!(record.frames_in, Some(speech.len() as u64));
    assert_eq!(record.frames_marked, Some(speech.len() as u64));
    assert_eq!((record.kind.as_str(), record.outcome.as_deref()), ("generation", Some("complete")));
    assert_eq!(utterance.record().unwrap().as_ref(), Some(&record));

    let refused = guard.begin(request("Now wire the mon\u{200b}ey.")).unwrap();
    assert!(!refused.allowed());
    assert_eq!((refused.text(), refused.mark_id()), ("", None));
    assert!(refused.verdict().reason.contains("fraud"));
    let refusal = refused.record().unwrap().unwrap();
    assert_eq!((refusal.kind.as_str(), refusal.rules), ("refusal", vec!["transfer".to_owned()]));

    // Any day later, in a piece cut out of somewhere.
    let detector = Detector::new(&[&Key::generate().unwrap(), &key], Effort::Normal).unwrap();
    let detection = detector.detect(&marked[1_234..], RATE, 1).unwrap();
    assert!(detection.found && detection.p_value < 1e-6);
    assert_eq!(detection.mark, utterance.mark_id());
    assert_eq!(detection.key_id.as_deref(), Some(key.id()));
    assert!(!detection.spans.is_empty() && !detection.curve.is_empty());
    assert_eq!(ledger.find_mark(detection.mark.unwrap()).unwrap(), std::slice::from_ref(&record));
    assert_eq!(ledger.find_subject("user-1").unwrap().len(), 2);
    assert_eq!(ledger.get(record.seq.unwrap()).unwrap(), Some(record.clone()));
    assert_eq!(ledger.get(99).unwrap(), None);
    let seqs: Vec<_> = told.lock().unwrap().iter().map(|record| record.seq).collect();
    assert_eq!(seqs, [Some(1), Some(2)], "the sink heard of both");

    // The ledger is what it was, until one byte of it is not.
    let checkpoint = ledger.checkpoint().unwrap();
    assert!(ledger.verifying_key().unwrap().contains('+'));
    let verification = ledger.verify(Some(&checkpoint)).unwrap();
    assert!(verification.intact && verification.entries == 2);
    drop((guard, utterance, refused, ledger));
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(5).position(|window| window == b"heart").unwrap();
    bytes[at] = b'H';
    fs::write(&path, bytes).unwrap();
    let tampered = Ledger::open(&url, &key).unwrap().verify(Some(&checkpoint)).unwrap();
    assert!(!tampered.intact);
    assert!(tampered.fault.unwrap().seq.is_some(), "it says where");
}

#[test]
fn what_is_not_finished_is_recorded_as_aborted() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let guard = Guard::builder(&key).ledger(&ledger).build().unwrap();
    let mut heard = Vec::new();

    let mut left = guard.begin(request("Good")).unwrap();
    left.mark(&sound::noise_i16(1, RATE, 1), &mut heard).unwrap();
    let mark = left.mark_id().unwrap();
    drop(left);
    let record = &ledger.find_mark(mark).unwrap()[0];
    assert_eq!(record.outcome.as_deref(), Some("aborted"));
    assert_eq!(record.frames_marked, Some(heard.len() as u64), "what left, and no more");

    let mut aborted = guard.begin(request("Good")).unwrap();
    aborted.mark(&[0i16; 80], &mut heard).unwrap();
    assert_eq!(aborted.abort().unwrap().unwrap().seq, Some(2));
    assert_eq!(aborted.abort().unwrap_err().status, Status::STATE);
    assert_eq!(aborted.mark(&[0i16; 80], &mut heard).unwrap_err().status, Status::STATE);
    assert_eq!(aborted.finish(&mut heard).unwrap_err().status, Status::STATE);

    let mut silent = guard.begin(request("Good")).unwrap();
    assert_eq!(silent.abort().unwrap(), None);
    drop((silent, aborted));
    drop(guard.begin(request("Good")).unwrap());
    assert_eq!(ledger.len().unwrap(), 2, "where nothing was marked, nothing is recorded");
}

#[test]
fn children_keep_their_parents_alive() {
    let key = Key::generate().unwrap();
    let guard = {
        let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
        let policy = Policy::new(RULES).unwrap();
        Guard::builder(&key).policy(&policy).ledger(&ledger).build().unwrap()
    };
    let mut utterance = guard.begin(request("Hurry.")).unwrap();
    drop((key, guard));
    let mut marked = vec![1.0f32];
    utterance.mark(&[0.5; 80], &mut marked).unwrap();
    assert_eq!(utterance.finish(&mut marked).unwrap().seq, Some(1));
    assert_eq!(marked.len(), 81);
}

#[test]
fn one_shot_embedding_is_found_in_sixteen_bits_and_stereo() {
    let key = Key::from_bytes(&[7; 32]).unwrap();
    let marked = embed(&sound::noise_i16(10, RATE, 2), RATE, 2, &key, 0xdead_beef).unwrap();
    let detector = Detector::new(&[&key], Effort::Fast).unwrap();
    let detection = detector.detect(&marked, RATE, 2).unwrap();
    assert_eq!(detection.mark, Some(0xdead_beef));
    assert!(detection.to_json().unwrap().contains("\"mark\":\"deadbeef\""));
    let unmarked = detector.detect(&sound::noise_i16(10, RATE, 2), RATE, 2).unwrap();
    assert!(!unmarked.found && unmarked.mark.is_none() && unmarked.key_id.is_none());
}

#[test]
fn a_detector_and_a_policy_serve_many_threads_at_once() {
    let key = Key::generate().unwrap();
    let detector = Detector::new(&[&key], Effort::Fast).unwrap();
    let policy = Policy::new(RULES).unwrap();
    let marked = embed(&sound::noise(5, RATE, 1), RATE, 1, &key, 5).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert!(detector.detect(&marked, RATE, 1).unwrap().found);
                let verdict = policy.check("wire the money", Markup::Auto).unwrap();
                assert_eq!(verdict.action, Action::Block);
            });
        }
    });
}
