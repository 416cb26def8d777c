//! What is done to a ledger behind its back, and what the verifier says.

use serde_json::json;

use super::*;
use crate::ledger::log::Entry;
use crate::ledger::record::Body;
use crate::ledger::testing::{key, ledger, refusal};

/// A ledger as a store would keep it, to be tampered with.
#[derive(Clone)]
struct Stored {
    entries: Vec<Entry>,
    marks: Vec<Option<i64>>,
    subject: Option<[u8; 32]>,
    time_ms: i64,
    tail: Vec<u8>,
}

/// The content of the records of these tests.
const CONTENT: i64 = 0x0707_0707_0707_0707;

fn stored(from: u32, count: u32) -> Stored {
    let (entries, tail) = ledger(&key(1), from, count);
    Stored {
        entries,
        marks: (from..from + count).map(|mark| Some(i64::from(mark))).collect(),
        subject: Some([2; 32]),
        time_ms: 1_763_765_700_123,
        tail: tail.encode(&key(1)),
    }
}

fn verify(stored: &Stored, checkpoint: Option<&Checkpoint>) -> Verification {
    fed(Verifier::new(&key(1), checkpoint), stored).finish(&stored.tail)
}

/// The verifier behind all of these entries.
fn fed<'a>(mut verifier: Verifier<'a>, stored: &Stored) -> Verifier<'a> {
    for (entry, mark) in stored.entries.iter().zip(&stored.marks) {
        verifier.feed(&Row {
            seq: entry.seq as i64,
            record: &entry.record,
            leaf: &entry.leaf,
            mac: &entry.mac,
            mark: *mark,
            subject: stored.subject.as_ref().map(|tag| tag.as_slice()),
            kind: 1,
            content: Some(CONTENT),
            time_ms: stored.time_ms,
        });
    }
    verifier
}

fn checkpoint(count: u32) -> Checkpoint {
    Checkpoint::new(&key(1), &ledger(&key(1), 1, count).1, None)
}

#[track_caller]
fn assert_fault(found: Verification, seq: Option<u64>, kind: FaultKind) {
    let fault = found.fault.clone().unwrap_or_else(|| panic!("nothing noticed: {found}"));
    assert!(!found.intact);
    assert_eq!((fault.seq, fault.kind), (seq, kind), "{fault}");
}

#[test]
fn an_untouched_ledger_is_intact_and_may_be_longer_than_the_checkpoint() {
    for count in [0, 1, 9] {
        let found = verify(&stored(1, count), None);
        assert!(found.intact, "{found}");
        assert_eq!((found.entries, found.checkpoint), (u64::from(count), None));
    }
    for size in 0..=9 {
        let checkpoint = checkpoint(size);
        let found = verify(&stored(1, 9), Some(&checkpoint));
        assert!(found.intact, "{found}");
        assert_eq!(found.checkpoint, Some(u64::from(size)));
    }
}

#[test]
fn every_edited_byte_of_an_entry_is_noticed_and_its_number_told() {
    let good = stored(1, 5);
    for bit in [0, 7] {
        for at in 0..good.entries[2].record.len() {
            let mut changed = good.clone();
            changed.entries[2].record[at] ^= 1 << bit;
            assert_fault(verify(&changed, None), Some(3), FaultKind::Record);
        }
        for at in 0..32 {
            let mut changed = good.clone();
            changed.entries[2].leaf[at] ^= 1 << bit;
            assert_fault(verify(&changed, None), Some(3), FaultKind::Leaf);
            let mut changed = good.clone();
            changed.entries[2].mac[at] ^= 1 << bit;
            assert_fault(verify(&changed, None), Some(3), FaultKind::Chain);
        }
    }
    let mut rehashed = good.clone();
    rehashed.entries[2].record[30] ^= 1;
    rehashed.entries[2].leaf = leaf_hash(&rehashed.entries[2].record);
    assert_fault(verify(&rehashed, None), Some(3), FaultKind::Chain);
}

#[test]
fn a_re_pointed_index_is_noticed() {
    let good = stored(1, 3);
    for mark in [None, Some(7), Some(-1), Some(1 << 33)] {
        let mut changed = good.clone();
        changed.marks[1] = mark;
        let found = verify(&changed, None);
        assert!(found.to_string().contains("mark"), "{found}");
        assert_fault(found, Some(2), FaultKind::Index);
    }
    let changed = Stored { subject: None, ..good.clone() };
    assert_fault(verify(&changed, None), Some(1), FaultKind::Index);
    let changed = Stored { time_ms: -5, ..good };
    assert_fault(verify(&changed, None), Some(1), FaultKind::Index);
}

#[test]
fn deleted_entries_are_noticed() {
    let mut changed = stored(1, 6);
    changed.entries.drain(2..4);
    changed.marks.drain(2..4);
    let found = verify(&changed, None);
    assert_eq!(found.fault.as_ref().unwrap().message, "entries 3 to 4 are missing");
    assert_fault(found, Some(3), FaultKind::Missing);
    // The same, with the gap closed.
    for (at, entry) in changed.entries.iter_mut().enumerate() {
        entry.seq = at as u64 + 1;
    }
    assert_fault(verify(&changed, None), Some(3), FaultKind::Chain);
}

#[test]
fn inserted_repeated_and_reordered_entries_are_noticed() {
    let good = stored(1, 4);
    let renumbered = |mut changed: Stored| {
        for (at, entry) in changed.entries.iter_mut().enumerate() {
            entry.seq = at as u64 + 1;
        }
        changed.marks = changed.entries.iter().map(|_| None).collect();
        for (mark, entry) in changed.marks.iter_mut().zip(&changed.entries) {
            *mark = Record::decode(&entry.record).unwrap().mark().map(|mark| mark.value().cast_signed());
        }
        changed
    };

    let mut repeated = good.clone();
    repeated.entries.insert(2, good.entries[1].clone());
    assert_fault(verify(&renumbered(repeated.clone()), None), Some(3), FaultKind::Chain);
    repeated.marks.insert(2, good.marks[1]);
    assert_fault(verify(&repeated, None), Some(3), FaultKind::Order);

    let mut inserted = good.clone();
    let forged = Tail::empty().append(&key(9), &refusal(5)).unwrap();
    inserted.entries.insert(2, forged);
    assert_fault(verify(&renumbered(inserted), None), Some(3), FaultKind::Chain);

    let mut swapped = good.clone();
    swapped.entries.swap(1, 2);
    assert_fault(verify(&renumbered(swapped), None), Some(2), FaultKind::Chain);
}

#[test]
fn a_cut_tail_is_noticed_by_the_sealed_tail_and_against_a_checkpoint() {
    let mut cut = stored(1, 6);
    cut.entries.truncate(4);
    assert_fault(verify(&cut, None), None, FaultKind::Cut);
    // With the older tail put back as well it takes a checkpoint.
    cut.tail = stored(1, 4).tail;
    assert!(verify(&cut, None).intact);
    assert!(verify(&cut, Some(&checkpoint(4))).intact);
    assert_fault(verify(&cut, Some(&checkpoint(6))), None, FaultKind::Cut);
    // An older tail over entries that are all there.
    let older = Stored { tail: stored(1, 4).tail, ..stored(1, 6) };
    assert_fault(verify(&older, None), None, FaultKind::Tail);
    let none = Stored { tail: Vec::new(), ..stored(1, 6) };
    assert_fault(verify(&none, None), None, FaultKind::Tail);
}

#[test]
fn a_ledger_rewritten_with_its_key_is_noticed_against_a_checkpoint_only() {
    let forked = stored(100, 6);
    assert!(verify(&forked, None).intact);
    for size in 1..=6 {
        assert_fault(verify(&forked, Some(&checkpoint(size))), None, FaultKind::Fork);
    }
    let mut empty = checkpoint(0);
    empty.root = [9; 32];
    assert_fault(verify(&stored(1, 2), Some(&empty)), None, FaultKind::Fork);
}

#[test]
fn another_key_does_not_vouch_for_the_ledger() {
    let stored = stored(1, 2);
    let other = key(2);
    let mut verifier = Verifier::new(&other, None);
    let entry = &stored.entries[0];
    let subject = Some([2; 32]);
    assert!(!verifier.feed(&Row {
        seq: 1,
        record: &entry.record,
        leaf: &entry.leaf,
        mac: &entry.mac,
        mark: Some(1),
        subject: subject.as_ref().map(|tag| tag.as_slice()),
        kind: 1,
        content: Some(CONTENT),
        time_ms: stored.time_ms,
    }));
    assert_fault(verifier.finish(&stored.tail), Some(1), FaultKind::Chain);
}

/// A ledger of five generations of which these are purged, with a record of a purge of those.
fn purged(empty: &[u64], said: &[(u64, u64)]) -> Verification {
    let key = key(1);
    let (mut entries, mut tail) = ledger(&key, 1, 5);
    let mut purge = Event::new(EventKind::Purge);
    purge.object = Some("audit".to_owned());
    purge.until_ms = Some(1_763_765_700_124);
    purge.size = Some(0);
    purge.ranges = said.to_vec();
    let body = Body::Event(Box::new(purge));
    let purge = Record { id: [8; 16], time_ms: 1_763_765_700_123, body };
    entries.push(tail.append(&key, &purge).unwrap());
    let mut verifier = Verifier::new(&key, None);
    for entry in &entries {
        let gone = empty.contains(&entry.seq);
        let read = Record::decode(&entry.record).ok().filter(|_| !gone);
        let record = read.as_ref();
        verifier.feed(&Row {
            seq: entry.seq as i64,
            record: if gone { &[] } else { &entry.record },
            leaf: &entry.leaf,
            mac: &entry.mac,
            mark: record.and_then(Record::mark).map(|mark| mark.value().cast_signed()),
            subject: record.and_then(Record::subject).map(|tag| tag.as_slice()),
            kind: record.map_or(0, |record| i64::from(record.kind_code())),
            content: record.and_then(Record::content).map(content_number),
            time_ms: record.map_or(0, |record| record.time_ms as i64),
        });
    }
    verifier.finish(&tail.encode(&key))
}

#[test]
fn what_was_purged_is_empty_and_nothing_else_is() {
    assert!(purged(&[], &[]).intact);
    assert!(purged(&[1, 2, 4], &[(1, 2), (4, 4)]).intact);
    for (empty, said, seq) in [
        (&[3][..], &[][..], 3),
        (&[2, 3], &[(2, 2)], 3),
        (&[1, 2], &[(2, 2)], 1),
        (&[], &[(4, 4)], 4),
        (&[2], &[(2, 3)], 3),
        (&[3], &[(1, 1), (3, 3)], 1),
    ] {
        assert_fault(purged(empty, said), Some(seq), FaultKind::Purge);
    }
}

#[test]
fn who_has_no_key_holds_the_ledger_against_a_checkpoint() {
    let good = stored(1, 5);
    let public =
        |stored: &Stored, checkpoint: &Checkpoint| fed(Verifier::public(checkpoint), stored).finish(&[]);
    assert!(public(&good, &checkpoint(5)).intact);
    assert!(public(&good, &checkpoint(3)).intact);
    assert_fault(public(&good, &checkpoint(6)), None, FaultKind::Cut);
    assert_fault(public(&stored(2, 5), &checkpoint(5)), None, FaultKind::Fork);
    let mut changed = good.clone();
    changed.entries[3].record[40] ^= 1;
    assert_fault(public(&changed, &checkpoint(5)), Some(4), FaultKind::Record);
    changed.entries[3].leaf = leaf_hash(&changed.entries[3].record);
    // The byte is of the subject, so the column by which the entry is found tells before the tree does.
    assert_fault(public(&changed, &checkpoint(5)), Some(4), FaultKind::Index);
}

#[test]
fn a_clock_turned_back_is_noticed_against_a_checkpoint() {
    let at = |time: u64| Checkpoint { time: Some(time), ..checkpoint(2) };
    let stated = 1_763_765_700;
    assert!(verify(&stored(1, 4), Some(&at(stated + 600))).intact, "clocks differ by minutes");
    assert_fault(verify(&stored(1, 4), Some(&at(stated + 601))), Some(3), FaultKind::Clock);
    assert!(verify(&stored(1, 2), Some(&at(stated + 9999))).intact, "older than it may be older");
}

#[test]
fn a_verdict_is_told_in_json_and_in_a_sentence() {
    let mut cut = stored(1, 3);
    cut.entries.truncate(2);
    let json = serde_json::to_value(verify(&cut, None)).unwrap();
    assert_eq!(
        json,
        json!({
            "intact": false,
            "entries": 2,
            "checkpoint": null,
            "fault": {
                "seq": null,
                "kind": "cut",
                "message": "the ledger holds 2 entries where 3 were written: its end was cut off",
            },
        })
    );
    let good = verify(&stored(1, 3), None);
    assert_eq!(serde_json::to_value(&good).unwrap()["fault"], json!(null));
    assert!(good.to_string().contains("without a checkpoint"));
}

#[test]
fn what_the_store_cannot_read_is_a_fault() {
    let key = key(1);
    let mut verifier = Verifier::new(&key, None);
    verifier.unreadable("database disk image is malformed");
    assert_fault(verifier.finish(&[]), None, FaultKind::Storage);
}
