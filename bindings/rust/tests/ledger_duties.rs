//! What a ledger does beyond keeping records: it answers whether a person's voice may speak, keeps a text sealed, tells
//! of checkpoints, and goes on under another key.

use std::sync::{Arc, Mutex};

use voxguard::{Access, Guard, Key, Ledger, Request, Status, check_proof};

fn request(text: &str) -> Request<'_> {
    Request { subject: Some("user-1"), voice: "heart", text, rate: 8_000, ..Request::default() }
}

fn spoken(guard: &Guard, request: Request<'_>) -> voxguard::Record {
    let mut utterance = guard.begin(request).unwrap();
    assert!(utterance.allowed(), "{}", utterance.verdict().reason);
    let mut marked = Vec::<f32>::new();
    utterance.mark(&[0.1; 4_000], &mut marked).unwrap();
    utterance.finish(&mut marked).unwrap()
}

#[test]
fn a_voice_of_a_person_speaks_only_while_that_person_consents() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let access = Access::new(Some(r#"{"version": 1, "consent": {"voices": {"anna": "anna-k"}}}"#)).unwrap();
    let guard = Guard::builder(&key).ledger(&ledger).access(&access).build().unwrap();
    let asked = Request { voice: "anna", ..request("Good morning.") };
    let refused = |why: &str| {
        let utterance = guard.begin(asked).unwrap();
        assert!(!utterance.allowed());
        let record = utterance.record().unwrap().expect("a refusal is recorded");
        assert_eq!((record.kind.as_str(), record.rules.as_slice()), ("refusal", &[why.to_owned()][..]));
    };
    refused("consent.missing");
    let give = r#"{"operation": "give_consent", "subject": "anna-k",
        "grant": {"voice": "anna", "scopes": ["synthesize"]}}"#;
    ledger.ask(give).unwrap();
    spoken(&guard, asked);
    ledger.ask(r#"{"operation": "withdraw_consent", "subject": "anna-k", "voice": "anna"}"#).unwrap();
    refused("consent.withdrawn");
    ledger.ask(give).unwrap();
    spoken(&guard, asked);
    ledger.ask(r#"{"operation": "request", "subject": "anna-k", "right": "objection"}"#).unwrap();
    refused("consent.refused");
    // A voice that is nobody's needs nobody, and without a ledger nobody can have consented.
    spoken(&guard, request("Good morning."));
    let without = Guard::builder(&key).access(&access).build().unwrap();
    assert!(!without.begin(asked).unwrap().allowed());
    assert!(ledger.verify(None).unwrap().intact);
}

#[test]
fn a_text_is_kept_where_it_is_asked_for_until_the_person_is_forgotten() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let guard = Guard::builder(&key).ledger(&ledger).build().unwrap();
    let asked = Request {
        model: Some("hibari-tts"),
        parameters: Some(r#"{"speed": 1.1}"#),
        keep_text: true,
        ..request("Good morning, Anna.")
    };
    let record = spoken(&guard, asked);
    assert!(record.json.contains(r#""model":"hibari-tts""#) && !record.json.contains("speed"));
    assert!(record.json.contains(r#""parameters":""#), "{}", record.json);
    let kept = || ledger.ask(r#"{"operation": "attachment", "seq": 1}"#).unwrap();
    assert!(kept().contains("Good morning, Anna."));
    ledger.ask(r#"{"operation": "request", "subject": "user-1", "right": "erasure"}"#).unwrap();
    assert_eq!(kept(), "null");

    let refused = |guard: &Guard, request| guard.begin(request).map(drop).unwrap_err();
    let nobody = Request { subject: None, ..asked };
    assert_eq!(refused(&guard, nobody).status, Status::ARGUMENT);
    let without = Guard::builder(&key).build().unwrap();
    assert!(refused(&without, asked).message.contains("a ledger, which keeps it"));
    assert_eq!(refused(&guard, Request { model: Some(""), ..asked }).status, Status::ARGUMENT);
}

#[test]
fn checkpoints_are_told_of_as_records_come_and_at_the_end() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let public = ledger.verifying_key().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    ledger
        .on_checkpoint(2, move |note| {
            kept.lock().unwrap().push(note.to_owned());
            Ok(())
        })
        .unwrap();
    let guard = Guard::builder(&key).ledger(&ledger).build().unwrap();
    (0..5).for_each(|_| drop(spoken(&guard, request("Hello."))));
    drop((guard, ledger));
    let size = |note: &String| {
        let question = serde_json::json!({"checkpoint": note, "key": public}).to_string();
        let answer: serde_json::Value = serde_json::from_str(&check_proof(&question).unwrap()).unwrap();
        assert_eq!(answer["holds"], true);
        answer["size"].as_u64().unwrap()
    };
    let sizes: Vec<u64> = told.lock().unwrap().iter().map(size).collect();
    assert_eq!((sizes[0], sizes[sizes.len() - 1]), (0, 5), "{sizes:?}");
    assert!(sizes.len() >= 3, "{sizes:?}");
}

#[test]
fn a_sink_that_fails_is_told_and_keeps_nobody_from_recording() {
    let key = Key::generate().unwrap();
    let ledger = Ledger::open("sqlite::memory:", &key).unwrap();
    let failed = ledger.on_checkpoint(1, |_| Err("no paper left".to_owned())).unwrap_err();
    assert_eq!(failed.status, Status::CALLBACK);
    let guard = Guard::builder(&key).ledger(&ledger).build().unwrap();
    assert_eq!(spoken(&guard, request("Hello.")).seq, Some(1));
}

#[test]
fn a_ledger_goes_on_under_another_key() {
    let (old, new) = (Key::generate().unwrap(), Key::generate().unwrap());
    let ledger = Ledger::open("sqlite::memory:", &old).unwrap();
    let next = Ledger::open("sqlite::memory:", &new).unwrap();
    let last = ledger.rotate(&next).unwrap();
    assert!(ledger.verify(Some(&last)).unwrap().intact);
    for (one, other) in [(&ledger, &next), (&next, &ledger)] {
        let found = one.ask(r#"{"operation": "find", "kind": "key_rotation"}"#).unwrap();
        assert!(found.contains(&other.verifying_key().unwrap()), "{found}");
    }
    assert_eq!(ledger.rotate(&ledger).unwrap_err().status, Status::ARGUMENT);
}
