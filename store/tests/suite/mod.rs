//! What holds for a ledger whatever database keeps it: `sqlite.rs` and `postgres.rs` run all of it.

use std::sync::Barrier;

use voxguard_core::id::{MarkId, SubjectId};
use voxguard_core::ledger::consent::Reason;
use voxguard_core::ledger::{
    Body, Category, Checkpoint, Event, EventKind, FaultKind, Inclusion, RetentionPolicy, Right, VerifyingKey,
};
use voxguard_store::{Grant, Intent, Ledger, Query, StoreError};

use super::records::{generation, plain, refusal, subject};

const DAY_MS: u64 = 86_400_000;
/// Behind the times of [`generation`].
const NOW: u64 = 1_763_765_800_000;

/// Makes a test of each statement; `$fresh` gives a new, empty ledger of `key(1)` and a guard of it.
#[macro_export]
macro_rules! suite {
    ($fresh:path) => {
        suite! { $fresh:
            records_come_back_under_numbers_from_1
            records_are_found_by_mark_content_subject_kind_and_time_page_by_page
            many_writers_get_every_number_once
            every_entry_is_proven_offline_and_checkpoints_continue_each_other
            a_forgotten_person_leaves_records_that_prove_themselves_and_name_nobody
            a_legal_hold_keeps_what_would_be_erased_or_purged
            what_is_due_is_purged_recorded_and_still_verified
            consent_is_given_checked_and_withdrawn
            a_host_records_its_own_events_and_no_others
            a_checkpoint_of_another_past_is_told
            an_export_carries_the_bytes_that_prove_each_record
            a_checkpoint_sink_is_told_at_once_as_records_come_and_again_when_it_fails
            a_ledger_is_not_followed_by_one_of_its_own_key
        }
    };
    ($fresh:path: $($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                if let Some((ledger, _guard)) = $fresh() {
                    suite::$name(&ledger);
                }
            }
        )*
    };
}

fn seqs(found: &[voxguard_store::StoredRecord]) -> Vec<u64> {
    found.iter().map(|stored| stored.seq).collect()
}

fn text_of(ledger: &Ledger, mark: u32, text: &str) -> u64 {
    ledger.record(generation(mark), Some((Category::Transcripts, text.as_bytes()))).unwrap().seq
}

pub fn records_come_back_under_numbers_from_1(ledger: &Ledger) {
    assert!(ledger.is_empty().unwrap());
    assert_eq!(ledger.append(&generation(7)).unwrap(), 1);
    assert_eq!(ledger.append(&refusal(8)).unwrap(), 2);
    assert_eq!(plain(ledger.get(1).unwrap().unwrap().record), generation(7));
    assert_eq!(ledger.get(2).unwrap().unwrap().record, refusal(8));
    for absent in [0, 3, u64::MAX] {
        assert_eq!(ledger.get(absent).unwrap(), None);
    }
}

pub fn records_are_found_by_mark_content_subject_kind_and_time_page_by_page(ledger: &Ledger) {
    for mark in [5, 6, 5] {
        ledger.append(&generation(mark)).unwrap();
    }
    ledger.append(&refusal(1)).unwrap();
    let all = Query { limit: 100, ..Query::default() };
    let find = |query: Query| seqs(&ledger.find(&query).unwrap());
    assert_eq!(seqs(&ledger.find_mark(MarkId::new(5)).unwrap()), [3, 1]);
    assert_eq!(seqs(&ledger.find_subject(&subject()).unwrap()), [3, 2, 1]);
    assert!(ledger.find_subject(&"nobody".parse().unwrap()).unwrap().is_empty());
    assert_eq!(find(Query { content: Some([7; 32]), ..all.clone() }), [1, 2, 3]);
    let near = [[7; 8].as_slice(), &[8; 24]].concat().try_into().unwrap();
    assert!(find(Query { content: Some(near), ..all.clone() }).is_empty(), "all 32 bytes count");
    assert_eq!(find(Query { kinds: vec![2], ..all.clone() }), [4]);
    let time = |mark: u64| Some(1_763_765_700_000 + mark);
    assert_eq!(find(Query { from_ms: time(6), ..all.clone() }), [2]);
    assert_eq!(find(Query { from_ms: time(5), until_ms: time(6), ..all.clone() }), [1, 3]);
    assert_eq!(find(Query { from_ms: time(5), until_ms: time(6), after: Some(1), ..all.clone() }), [3]);
    let mut visited = Vec::new();
    ledger.visit_span(time(5).unwrap(), time(6).unwrap(), |stored| visited.push(stored.seq)).unwrap();
    assert_eq!(visited, [1, 3]);
    ledger.visit_span(0, 1, |_| panic!("nothing is of that time")).unwrap();
    assert_eq!(find(Query { limit: 2, ..all.clone() }), [1, 2]);
    assert_eq!(find(Query { after: Some(2), limit: 1, ..all.clone() }), [3]);
    assert_eq!(find(Query { newest_first: true, before: Some(3), limit: 1, ..all }), [2]);
}

pub fn many_writers_get_every_number_once(ledger: &Ledger) {
    let (writers, each) = (16u32, 12u32);
    let start = Barrier::new(writers as usize);
    let mut given: Vec<(u64, u32)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..writers)
            .map(|writer| {
                let (start, ledger) = (&start, ledger.clone());
                scope.spawn(move || {
                    start.wait();
                    let append =
                        |at| (ledger.append(&generation(writer * each + at)).unwrap(), writer * each + at);
                    (0..each).map(append).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    given.sort_unstable();
    assert!(given.iter().map(|(seq, _)| *seq).eq(1..=u64::from(writers * each)));
    for (seq, mark) in given {
        assert_eq!(plain(ledger.get(seq).unwrap().unwrap().record), generation(mark));
    }
    assert!(ledger.verify(None).unwrap().intact);
}

pub fn every_entry_is_proven_offline_and_checkpoints_continue_each_other(ledger: &Ledger) {
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let mut checkpoints = Vec::new();
    // Behind 256 entries the proof goes through tiles.
    for count in 1..=300 {
        ledger.append(&generation(count)).unwrap();
        if count % 60 == 1 {
            checkpoints.push(ledger.checkpoint(NOW).unwrap());
        }
    }
    for seq in [1, 2, 255, 256, 257, 300] {
        let text = ledger.prove(seq, NOW).unwrap().unwrap().to_text();
        let proven = Inclusion::parse(&text).unwrap().verify(&public, None, &[], 0).unwrap();
        assert_eq!((proven.stored.seq, proven.checkpoint.size), (seq, 300));
        assert_eq!(plain(proven.stored.record), generation(seq as u32));
    }
    assert_eq!(ledger.prove(0, NOW).unwrap(), None);
    assert_eq!(ledger.prove(301, NOW).unwrap(), None);
    for earlier in &checkpoints {
        let proof = ledger.prove_since(earlier, NOW).unwrap().unwrap();
        assert_eq!(proof.verify(earlier, &public).unwrap().size, 300);
    }
    assert!(ledger.verify(checkpoints.last().map(String::as_str)).unwrap().intact);
}

pub fn a_forgotten_person_leaves_records_that_prove_themselves_and_name_nobody(ledger: &Ledger) {
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let seq = text_of(ledger, 1, "My name is Anna.");
    let proof = ledger.prove(seq, NOW).unwrap().unwrap();
    assert_eq!(
        ledger.attachment(seq).unwrap().unwrap(),
        (Category::Transcripts, b"My name is Anna.".to_vec())
    );

    let told = ledger.request(&subject(), Right::Access, None, NOW).unwrap();
    assert!(told.granted && told.data.unwrap().contains("My name is Anna."));

    let receipt = ledger.request(&subject(), Right::Erasure, None, NOW).unwrap();
    assert!(receipt.granted && receipt.scrubbed == Some(true), "{receipt:?}");
    assert!(ledger.find_subject(&subject()).unwrap().is_empty());
    assert_eq!(ledger.attachment(seq).unwrap(), None);
    assert_eq!(ledger.standing(&subject()).unwrap(), None);
    assert!(proof.verify(&public, None, &[], 0).is_ok(), "the old proof");
    assert!(ledger.prove(seq, NOW).unwrap().is_some(), "a new proof");
    assert!(ledger.verify(Some(&proof.checkpoint)).unwrap().intact);
    let again = ledger.request(&subject(), Right::Erasure, None, NOW).unwrap();
    assert!(!again.granted && again.seq.is_none());

    // Whoever comes by the same name is somebody else now.
    ledger.append(&generation(2)).unwrap();
    assert_eq!(ledger.find_subject(&subject()).unwrap().len(), 1);
}

pub fn a_legal_hold_keeps_what_would_be_erased_or_purged(ledger: &Ledger) {
    assert!(ledger.hold(&subject(), true, "case 7", NOW).unwrap().is_none(), "nobody yet");
    let seq = text_of(ledger, 1, "evidence");
    ledger.hold(&subject(), true, "case 7", NOW).unwrap().unwrap();
    let refused = ledger.request(&subject(), Right::Erasure, None, NOW).unwrap();
    assert!(!refused.granted && refused.seq.is_some());
    let plan = ledger.retain(&RetentionPolicy::STANDARD, NOW + 40 * DAY_MS).unwrap();
    assert_eq!((plan.purges.len(), plan.held), (0, 1));
    assert!(ledger.attachment(seq).unwrap().is_some());
    ledger.hold(&subject(), false, "case 7 closed", NOW).unwrap().unwrap();
    assert!(ledger.request(&subject(), Right::Erasure, None, NOW).unwrap().granted);
}

pub fn what_is_due_is_purged_recorded_and_still_verified(ledger: &Ledger) {
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let seq = text_of(ledger, 1, "soon gone");
    ledger.append(&refusal(NOW)).unwrap();
    let mut access = Event::new(EventKind::Access);
    access.object = Some("synthesize".to_owned());
    access.allowed = Some(true);
    ledger.event(access, NOW).unwrap();
    let checkpoint = ledger.checkpoint(NOW).unwrap();
    let policy = RetentionPolicy::STANDARD;

    assert_eq!(ledger.plan(&policy, NOW).unwrap().purges, []);
    let month = ledger.retain(&policy, NOW + 31 * DAY_MS).unwrap();
    let due: Vec<_> = month.purges.iter().map(|purge| (purge.category, purge.seqs.clone())).collect();
    assert_eq!(due, [(Category::Transcripts, vec![seq]), (Category::SystemLogs, vec![3])]);
    assert_eq!(ledger.attachment(seq).unwrap(), None);
    assert_eq!(ledger.get(3).unwrap(), None);
    assert!(ledger.get(1).unwrap().is_some());

    ledger.retain(&policy, NOW + 91 * DAY_MS).unwrap();
    assert_eq!(ledger.get(1).unwrap(), None);
    assert_eq!(ledger.prove(1, NOW).unwrap(), None);
    assert!(ledger.find_mark(MarkId::new(1)).unwrap().is_empty());
    // What was purged makes no page shorter.
    let page = ledger.page(0, 2).unwrap();
    assert_eq!(seqs(&page).len(), 2, "{page:?}");
    let mut left = Vec::new();
    ledger.visit_span(0, u64::MAX, |stored| left.push(stored.seq)).unwrap();
    assert_eq!(left, seqs(&ledger.page(0, 100).unwrap()));
    let verification = ledger.verify(Some(&checkpoint)).unwrap();
    assert!(verification.intact, "{verification}");
    let last = ledger.len().unwrap();
    let proof = ledger.prove(last, NOW).unwrap().unwrap();
    assert!(proof.verify(&public, None, &[], 0).is_ok());
    assert_eq!(ledger.retain(&policy, NOW + 91 * DAY_MS).unwrap().purges, []);
}

pub fn consent_is_given_checked_and_withdrawn(ledger: &Ledger) {
    let anna: SubjectId = "anna@example.org".parse().unwrap();
    let speak = Intent { voice: "anna".to_owned(), scope: "synthesize".to_owned(), sample: None };
    let reason = |intent: &Intent, now| ledger.consent(&anna, intent, now).unwrap().reason;
    assert_eq!(reason(&speak, NOW), Reason::Missing);
    let grant = Grant {
        voice: "anna".to_owned(),
        scopes: vec!["synthesize".to_owned()],
        until_ms: Some(NOW + DAY_MS),
        sample: Some("ab".repeat(32)),
        detail: None,
        personal: Some("signed by Anna, Berlin".to_owned()),
    };
    let given = ledger.give_consent(&anna, &grant, NOW).unwrap();
    assert_eq!(given.record.event().unwrap().version, Some(1));
    assert_eq!(reason(&speak, NOW), Reason::Given);
    assert_eq!(reason(&speak, NOW + DAY_MS), Reason::Expired);
    let with = |sample: &str| Intent { sample: Some(sample.repeat(32)), ..speak.clone() };
    assert_eq!(reason(&with("ab"), NOW), Reason::Given);
    assert_eq!(reason(&with("cd"), NOW), Reason::Sample);
    ledger.withdraw_consent(&anna, Some("anna"), NOW).unwrap().unwrap();
    assert_eq!(reason(&speak, NOW), Reason::Withdrawn);
    let second = ledger.give_consent(&anna, &grant, NOW).unwrap();
    assert_eq!(second.record.event().unwrap().version, Some(2));
    assert_eq!(reason(&speak, NOW), Reason::Given);

    assert!(ledger.request(&anna, Right::Objection, Some("not me"), NOW).unwrap().granted);
    assert_eq!(reason(&speak, NOW), Reason::Refused);
    let told = ledger.request(&anna, Right::Portability, None, NOW).unwrap().data.unwrap();
    assert!(told.contains("signed by Anna, Berlin") && told.contains("not me"));
    let wrong = Grant { sample: Some("xy".to_owned()), ..grant };
    assert_eq!(ledger.give_consent(&anna, &wrong, NOW), Err(StoreError::Sample { characters: 2 }));
}

pub fn a_host_records_its_own_events_and_no_others(ledger: &Ledger) {
    let mut change = Event::new(EventKind::Configuration);
    change.object = Some("rules".to_owned());
    change.content = Some([1; 32]);
    let stored = ledger.event(change, NOW).unwrap();
    assert!(matches!(&stored.record.body, Body::Event(event) if event.kind == EventKind::Configuration));
    let mut erasure = Event::new(EventKind::Erasure);
    erasure.subject = Some([1; 32]);
    erasure.size = Some(0);
    assert_eq!(ledger.event(erasure, NOW), Err(StoreError::Kind { kind: "erasure".to_owned() }));
}

pub fn a_checkpoint_of_another_past_is_told(ledger: &Ledger) {
    ledger.append(&generation(1)).unwrap();
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let note = ledger.checkpoint(NOW).unwrap();
    let mut other = Checkpoint::verify(&note, &public).unwrap();
    other.root = [9; 32];
    let forked = other.sign(ledger.key());
    assert_eq!(ledger.prove_since(&forked, NOW).unwrap(), None);
    let fault = ledger.verify(Some(&forked)).unwrap().fault.unwrap();
    assert_eq!(fault.kind, FaultKind::Fork);
}

pub fn an_export_carries_the_bytes_that_prove_each_record(ledger: &Ledger) {
    for mark in 1..=3 {
        ledger.append(&generation(mark)).unwrap();
    }
    let lines = ledger.export(1, 100).unwrap();
    assert_eq!(lines.len(), 2);
    let json: serde_json::Value = serde_json::from_str(&lines[0]).unwrap();
    assert_eq!(json["seq"], 2);
    let record = ledger.get(2).unwrap().unwrap().record;
    assert_eq!(json["bytes"], voxguard_core::key::hex(&record.encode().unwrap()));
}

pub fn a_checkpoint_sink_is_told_at_once_as_records_come_and_again_when_it_fails(ledger: &Ledger) {
    use std::sync::{Arc, Mutex};
    let (told, fails) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(true)));
    let (kept, broken) = (Arc::clone(&told), Arc::clone(&fails));
    let sink = move |note: &str| {
        kept.lock().unwrap().push(note.to_owned());
        if *broken.lock().unwrap() { Err("no paper left".to_owned()) } else { Ok(()) }
    };
    let refused = ledger.on_checkpoint(3, sink, NOW).unwrap_err();
    assert_eq!(refused, StoreError::Sink { reason: "no paper left".to_owned() });
    *fails.lock().unwrap() = false;
    for mark in 1..=7 {
        ledger.append(&generation(mark)).unwrap();
        // What is due is told behind the acknowledgement: the next append waits for it.
    }
    ledger.withdraw_consent(&subject(), None, NOW).unwrap();
    let public: VerifyingKey = ledger.verifying_key().parse().unwrap();
    let sizes: Vec<u64> =
        told.lock().unwrap().iter().map(|note| Checkpoint::verify(note, &public).unwrap().size).collect();
    // The one that was not taken, and then again after the first record, and after each three.
    assert_eq!(sizes[0], 0);
    assert!(sizes[1] >= 1 && sizes.windows(2).skip(1).all(|pair| pair[1] >= pair[0] + 3), "{sizes:?}");
    assert!(*sizes.last().unwrap() >= 5, "{sizes:?}");
    let last = told.lock().unwrap().last().unwrap().clone();
    assert!(ledger.prove_since(&last, NOW).unwrap().is_some(), "the ledger continues it");
    // It may read, and not append.
    let (inner, answers) = (ledger.clone(), Arc::new(Mutex::new(None)));
    let answered = Arc::clone(&answers);
    let reenters = move |_: &str| {
        assert!(inner.len().unwrap() > 0);
        *answered.lock().unwrap() = Some(inner.append(&generation(99)));
        Ok(())
    };
    ledger.on_checkpoint(1000, reenters, NOW).unwrap();
    let answer = answers.lock().unwrap().take().expect("told");
    assert!(matches!(answer, Err(StoreError::Reentered { .. })), "{answer:?}");
    ledger.forget_checkpoint_sink().unwrap();
}

pub fn a_ledger_is_not_followed_by_one_of_its_own_key(ledger: &Ledger) {
    assert_eq!(ledger.rotate(ledger, NOW).unwrap_err(), StoreError::SameKey);
    assert!(ledger.is_empty().unwrap());
}
