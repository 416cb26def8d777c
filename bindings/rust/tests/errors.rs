//! Bad input gets a clear error, and what it was given to goes on.

mod sound;

use voxguard::{
    Detector, Effort, Error, Guard, Key, Ledger, Marker, Markup, Policy, Request, Result, Status, embed,
};

fn refused<T>(result: Result<T>, status: Status, says: &str) {
    let Err(error) = result else { panic!("accepted, instead of {status}") };
    assert_eq!(error.status, status, "{error}");
    assert!(error.message.contains(says), "{:?} does not say {says:?}", error.message);
}

#[test]
fn keys_are_32_bytes_or_64_digits() {
    refused(Key::from_bytes(&[1; 31]), Status::KEY, "31 bytes");
    refused(Key::from_bytes(&[]), Status::KEY, "0 bytes");
    refused(Key::from_bytes(&[0; 32]), Status::KEY, "zero");
    refused(Key::from_hex("abc"), Status::KEY, "3 characters");
    refused(Key::from_hex(&"x".repeat(64)), Status::KEY, "position 0");
    let key = Key::generate().unwrap();
    assert!(!format!("{key:?}").contains(key.to_hex().unwrap().as_str()));
}

#[test]
fn formats_outside_their_bounds_are_named() {
    let key = Key::generate().unwrap();
    refused(Marker::new(&key, 1, 0, 1), Status::AUDIO_FORMAT, "rate 0 Hz");
    refused(Marker::new(&key, 1, 1_000_000_000, 1), Status::AUDIO_FORMAT, "1000000000");
    refused(Marker::new(&key, 1, 24_000, 9), Status::AUDIO_FORMAT, "9 channels");
    refused(Marker::new(&key, 1 << 32, 24_000, 1), Status::ARGUMENT, "4294967296");
    refused(embed(&[0.0f32; 4], 24_000, 0, &key, 1), Status::AUDIO_FORMAT, "0 channels");
    let detector = Detector::new(&[&key], Effort::Normal).unwrap();
    refused(detector.detect(&[0i16; 4], 7_999, 1), Status::AUDIO_FORMAT, "7999");
    refused(detector.detect(&[0i16; 3], 8_000, 2), Status::PARTIAL_FRAME, "3 interleaved samples");
    refused(Detector::new(&[], Effort::Normal), Status::CONFIG, "0 keys");
    refused(Detector::new(&[&key; 65], Effort::Normal), Status::CONFIG, "65 keys");
    refused("most".parse::<Effort>(), Status::ARGUMENT, "most");
}

#[test]
fn a_sample_that_is_no_number_is_refused_and_the_stream_goes_on() {
    let key = Key::generate().unwrap();
    let speech = sound::noise(1, 8_000, 1);
    let mut marker = Marker::new(&key, 1, 8_000, 1).unwrap();
    let mut marked = Vec::new();
    marker.process(&speech[..4_000], &mut marked).unwrap();
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let before = marked.len();
        refused(marker.process(&[0.0, bad], &mut marked), Status::NON_FINITE, "sample 1");
        refused(marker.process_in_place(&mut [bad]), Status::NON_FINITE, "sample 0");
        assert_eq!(marked.len(), before);
    }
    refused(marker.process_into(&speech, &mut [0.0; 2]), Status::OUTPUT_SIZE, "2 samples");
    marker.process(&speech[4_000..], &mut marked).unwrap();
    marker.flush(&mut marked).unwrap();
    assert_eq!(marked, embed(&speech, 8_000, 1, &key, 1).unwrap(), "as if nothing had happened");
    refused(embed(&[f32::NAN], 8_000, 1, &key, 1), Status::NON_FINITE, "sample 0");
    let detector = Detector::new(&[&key], Effort::Fast).unwrap();
    refused(detector.detect(&[f32::NAN], 8_000, 1), Status::NON_FINITE, "sample 0");
}

#[test]
fn nothing_is_a_stream_too() {
    let key = Key::generate().unwrap();
    assert!(embed::<f32>(&[], 8_000, 1, &key, 1).unwrap().is_empty());
    let mut marker = Marker::new(&key, 1, 8_000, 1).unwrap();
    let mut marked: Vec<i16> = Vec::new();
    assert_eq!(marker.process(&[], &mut marked).unwrap(), 0);
    assert_eq!(marker.flush(&mut marked).unwrap(), 0);
    let detection = Detector::new(&[&key], Effort::Fast).unwrap().detect::<i16>(&[], 8_000, 1).unwrap();
    assert!(!detection.found && detection.seconds == 0.0);
}

#[test]
fn rules_that_cannot_be_used_are_named() {
    refused(Policy::new("rules?"), Status::POLICY, "");
    let rule = |pattern: &str| {
        format!(
            r#"{{"version": 1, "rules": [{{"id": "r9", "category": "c", "severity": "error", "match": "regex",
                "pattern": "{pattern}"}}]}}"#
        )
    };
    refused(Policy::new(&rule("a(b")), Status::POLICY, "r9");
    refused(Policy::new(&rule("(a{1000}){1000}")), Status::POLICY, "r9");
    let policy = Policy::new(&rule("ab+")).unwrap();
    refused(policy.check(&"a".repeat(10 << 20), Markup::Plain), Status::TEXT, "10485760");
    refused(policy.check("<speak>a", Markup::Ssml), Status::TEXT, "");
    refused("html".parse::<Markup>(), Status::ARGUMENT, "html");
    assert!(policy.check("", Markup::Auto).unwrap().allowed());
}

#[test]
fn a_file_that_is_no_ledger_is_left_alone() {
    let key = Key::generate().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:///{}", folder.path().join(name).display());
    let letter = "Dear diary, ".repeat(1000);
    std::fs::write(folder.path().join("diary.txt"), &letter).unwrap();
    refused(Ledger::open(&url("diary.txt"), &key), Status::STORE_NOT_LEDGER, "diary.txt");
    assert_eq!(std::fs::read_to_string(folder.path().join("diary.txt")).unwrap(), letter);
    refused(Ledger::open(&url("no/such/folder.db"), &key), Status::STORE_OPEN, "folder");
    refused(Ledger::open("mysql://host/db", &key), Status::CONFIG, "sqlite:///");
    drop(Ledger::open(&url("ours.db"), &key).unwrap());
    refused(Ledger::open(&url("ours.db"), &Key::generate().unwrap()), Status::STORE_KEY, key.id());
    let ledger = Ledger::open(&url("ours.db"), &key).unwrap();
    refused(ledger.verify(Some("a letter")), Status::CHECKPOINT, "");
    assert_eq!(ledger.find_mark(1 << 40).unwrap().len(), 0);
    refused(ledger.find_subject("a b"), Status::ARGUMENT, "position 1");
}

#[test]
fn requests_are_parsed_and_not_trusted() {
    let key = Key::generate().unwrap();
    let guard = Guard::builder(&key).build().unwrap();
    let request = Request { voice: "heart", text: "Hello.", ..Request::default() };
    refused(guard.begin(Request { voice: "", ..request }), Status::ARGUMENT, "voice");
    refused(guard.begin(Request { rate: 1, ..request }), Status::AUDIO_FORMAT, "1 Hz");
    refused(guard.begin(Request { subject: Some("a\n"), ..request }), Status::ARGUMENT, "position 1");
    let long = "a ".repeat(5 << 20);
    refused(guard.begin(Request { text: &long, ..request }), Status::TEXT, "10485760");
    let other = Ledger::open("sqlite::memory:", &Key::generate().unwrap()).unwrap();
    refused(Guard::builder(&key).ledger(&other).build(), Status::STORE_KEY, key.id());
    assert!(guard.begin(request).unwrap().allowed());
}

#[test]
fn an_utterance_is_of_one_kind_of_samples() {
    let key = Key::generate().unwrap();
    let guard = Guard::builder(&key).build().unwrap();
    let request = Request { voice: "heart", text: "Hello.", rate: 8_000, ..Request::default() };
    let mut utterance = guard.begin(request).unwrap();
    let (mut floats, mut integers) = (Vec::new(), Vec::new());
    utterance.mark(&sound::noise(1, 8_000, 1), &mut floats).unwrap();
    refused(utterance.mark(&[1i16; 80], &mut integers), Status::STATE, "");
    refused(utterance.finish(&mut integers), Status::STATE, "sample format");
    utterance.mark(&[0.5f32; 80], &mut floats).unwrap();
    utterance.finish(&mut floats).unwrap();
    assert_eq!((floats.len(), integers.len()), (8_080, 0));
}

#[test]
fn errors_and_statuses_have_names() {
    let error: Error = Key::from_hex("").unwrap_err();
    assert_eq!((error.status.name(), error.status.code()), ("VG_ERR_KEY", 20));
    assert_eq!(Status::from_code(4), Status::BUSY);
    assert_eq!(format!("{:?}", Status::BUSY), "VG_ERR_BUSY (4)");
    assert_eq!(Status::from_code(1234).name(), "VG_ERR_UNKNOWN");
    assert_eq!(voxguard::version(), env!("CARGO_PKG_VERSION"));
}
