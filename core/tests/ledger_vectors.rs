//! The shared vectors of proofs (`tests/vectors/ledger.json`): made here, held to by every language.
//!
//! After a change that changes them on purpose: `VOXGUARD_WRITE_VECTORS=1 cargo test -p voxguard-core --test
//! ledger_vectors`.

mod speech;

use std::convert::Infallible;

use serde_json::{Value, json};
use voxguard_core::id::MarkId;
use voxguard_core::key::{Key, hex};
use voxguard_core::ledger::proof::{self, Nodes};
use voxguard_core::ledger::tree::{Frontier, Hash};
use voxguard_core::ledger::{
    Body, Checkpoint, Continuation, Event, EventKind, Generation, Inclusion, LedgerKey, Record, Refusal,
    Tail, VerifyingKey, Witness,
};
use voxguard_core::policy::Action;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors/ledger.json");
/// Entries of the ledger: no power of two, so that its tree is crooked.
const ENTRIES: u64 = 11;
const BEGUN: u64 = 1_763_765_700;

fn record(seq: u64) -> Record {
    let id = [seq as u8; 16];
    let time_ms = BEGUN * 1000 + seq;
    let body = match seq % 3 {
        0 => Body::Refusal(Refusal {
            subject: None,
            voice: "heart".to_owned(),
            text: [3; 32],
            policy: Some([4; 32]),
            action: Action::Block,
            rules: vec!["weapons-1".to_owned()],
            attachment: None,
        }),
        1 => Body::Generation(Generation {
            mark: Some(MarkId::new(0x1234_0000 + seq)),
            model: Some("hibari-tts".to_owned()),
            parameters: Some([8; 32]),
            ..speech::generation()
        }),
        _ => {
            let mut event = Event::new(EventKind::DataAccess);
            event.object = Some("transcripts".to_owned());
            event.actor = Some([9; 32]);
            event.allowed = Some(true);
            Body::Event(Box::new(event))
        }
    };
    Record { id, time_ms, body }
}

/// A ledger in memory, under a key.
struct Scene {
    key: LedgerKey,
    leaves: Vec<Hash>,
    records: Vec<Vec<u8>>,
    /// The tail after each number of entries.
    tails: Vec<Tail>,
}

impl Nodes for &Scene {
    type Error = Infallible;

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, Infallible> {
        let mut tree = Frontier::default();
        let leaves = &self.leaves[(index << level) as usize..((index + 1) << level) as usize];
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        Ok(tree.root())
    }
}

impl Scene {
    fn new(secret: u8) -> Self {
        let key = LedgerKey::new(&Key::from_bytes(&[secret; 32]).unwrap());
        let (mut tail, mut tails) = (Tail::empty(), vec![Tail::empty()]);
        let (mut leaves, mut records) = (Vec::new(), Vec::new());
        for seq in 1..=ENTRIES {
            let entry = tail.append(&key, &record(seq)).unwrap();
            leaves.push(entry.leaf);
            records.push(entry.record);
            tails.push(tail.clone());
        }
        Self { key, leaves, records, tails }
    }

    fn checkpoint(&self, size: u64) -> String {
        Checkpoint::new(&self.key, &self.tails[size as usize], Some(BEGUN + size)).sign(&self.key)
    }

    fn inclusion(&self, seq: u64, size: u64) -> String {
        let (index, mut nodes) = (seq - 1, self);
        let Ok(path) = proof::inclusion(&mut nodes, index, size);
        let record = Some(self.records[index as usize].clone());
        Inclusion { index, path, record, checkpoint: self.checkpoint(size) }.to_text()
    }

    fn continuation(&self, old: u64, size: u64) -> String {
        let mut nodes = self;
        let Ok(path) = proof::consistency(&mut nodes, old, size);
        Continuation { old, path, checkpoint: self.checkpoint(size) }.to_text()
    }
}

/// A letter of base64 put in another's place, in the line that begins so.
fn changed(text: &str, line: &str, at: usize) -> String {
    let start = text.find(line).expect("the line") + line.len() + at;
    let other = if text.as_bytes()[start] == b'A' { "B" } else { "A" };
    format!("{}{other}{}", &text[..start], &text[start + 1..])
}

fn made() -> Value {
    let (scene, stranger) = (Scene::new(0x11), Scene::new(0x22));
    let public = scene.key.verifying_key().to_string();
    let other = stranger.key.verifying_key().to_string();
    let witness = Witness::new("witness.example/one", &[0x33; 32]).unwrap();
    let mut cases = Vec::new();
    let mut case = |name: String, holds: bool, question: Value| {
        cases.push(json!({"name": name, "holds": holds, "question": question}));
    };
    let asked = |proof: &str, key: &str| json!({"proof": proof, "key": key});

    for (seq, size) in [(1, 1), (1, 11), (4, 7), (8, 8), (9, 11), (11, 11)] {
        case(
            format!("entry {seq} is in the ledger of {size}"),
            true,
            asked(&scene.inclusion(seq, size), &public),
        );
    }
    let proof = scene.inclusion(9, 11);
    case("a proof under another ledger's key".into(), false, asked(&proof, &other));
    case("a proof of another ledger".into(), false, asked(&stranger.inclusion(9, 11), &public));
    case("a record that was changed".into(), false, asked(&changed(&proof, "extra ", 30), &public));
    let elsewhere = proof.replace("index 8\n", "index 7\n");
    case("a record put in another's place".into(), false, asked(&elsewhere, &public));
    case("a path that was changed".into(), false, asked(&changed(&proof, "index 8\n", 5), &public));
    let longer = proof.replace("index 8\n", &format!("index 8\n{}=\n", "A".repeat(43)));
    case("a path that is too long".into(), false, asked(&longer, &public));
    let cut = scene.inclusion(9, 11).replace("\n11\n", "\n12\n");
    case("a checkpoint whose size was changed".into(), false, asked(&cut, &public));
    case("half a proof".into(), false, asked(&proof[..proof.len() / 2], &public));
    case("no proof".into(), false, asked("", &public));

    let seen = witness.cosign(&scene.checkpoint(11), BEGUN + 60).unwrap();
    let witnessed = proof.replace(&scene.checkpoint(11), &seen);
    let of = |proof: &str, quorum: u32| json!({"proof": proof, "key": public, "witnesses": [witness.key().to_string()], "quorum": quorum});
    case("a proof that a witness saw".into(), true, of(&witnessed, 1));
    case("a proof that no witness saw".into(), false, of(&proof, 1));
    let forged = changed(&witnessed, "— witness.example/one ", 40);
    case("a witness's line that was changed".into(), false, of(&forged, 0));

    let since =
        |proof: &str, old: u64| json!({"proof": proof, "key": public, "checkpoint": scene.checkpoint(old)});
    for (old, size) in [(1, 2), (3, 7), (4, 11), (7, 11), (8, 11), (11, 11)] {
        let name = format!("the ledger of {size} continues that of {old}");
        case(name, true, since(&scene.continuation(old, size), old));
    }
    let proof = scene.continuation(7, 11);
    case("a continuation of another checkpoint".into(), false, since(&proof, 8));
    case("a continuation whose path was changed".into(), false, since(&changed(&proof, "old 7\n", 3), 7));
    let forked =
        json!({"proof": stranger.continuation(7, 11), "key": public, "checkpoint": scene.checkpoint(7)});
    case("a continuation of another ledger".into(), false, forked);

    let note = |note: &str| json!({"checkpoint": note, "key": public});
    case("a checkpoint".into(), true, note(&scene.checkpoint(11)));
    case("a checkpoint of an empty ledger".into(), true, note(&scene.checkpoint(0)));
    case("a checkpoint that a witness saw".into(), true, note(&seen));
    let signed = scene.checkpoint(11);
    case("a checkpoint of another ledger".into(), false, note(&stranger.checkpoint(11)));
    case("a checkpoint whose time was changed".into(), false, note(&signed.replace("time 1", "time 2")));
    let unsigned = signed.split_once("\n\n").unwrap().0;
    case("a checkpoint without its signature".into(), false, note(&format!("{unsigned}\n\n")));

    let records: Vec<Value> = (1..=ENTRIES)
        .map(|seq| {
            let at = seq as usize - 1;
            json!({"seq": seq, "bytes": hex(&scene.records[at]), "leaf": hex(&scene.leaves[at]), "root": hex(&scene.tails[seq as usize].root())})
        })
        .collect();
    json!({
        "format": 1,
        "about": "Proofs and checkpoints of a ledger: each question is what vg_proof_check, check_proof and checkProof are asked; `holds` is the answer. The records are the ledger's, in their canonical bytes, with leaf hash and the tree's root behind each.",
        "public_key": public,
        "records": records,
        "cases": cases,
    })
}

#[test]
fn the_vectors_are_what_is_made() {
    let made = format!("{}\n", serde_json::to_string_pretty(&made()).unwrap());
    if std::env::var_os("VOXGUARD_WRITE_VECTORS").is_some() {
        std::fs::write(PATH, &made).unwrap();
    }
    let kept = std::fs::read_to_string(PATH).unwrap();
    assert!(kept == made, "tests/vectors/ledger.json is not what is made: see the top of this file");
}

#[test]
fn records_of_the_vectors_decode_to_themselves_and_build_their_tree() {
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    let mut tree = Frontier::default();
    let records = kept["records"].as_array().unwrap();
    assert_eq!(records.len() as u64, ENTRIES);
    for kept in records {
        let digits = kept["bytes"].as_str().unwrap();
        let bytes: Vec<u8> = (0..digits.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
            .collect();
        assert_eq!(Record::decode(&bytes).unwrap().encode().unwrap(), bytes);
        let leaf = voxguard_core::ledger::tree::leaf_hash(&bytes);
        assert_eq!(hex(&leaf), kept["leaf"]);
        tree.push(leaf);
        assert_eq!(hex(&tree.root()), kept["root"]);
    }
}

#[test]
fn questions_with_one_answer_are_answered_so() {
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(PATH).unwrap()).unwrap();
    for case in kept["cases"].as_array().unwrap() {
        let question = &case["question"];
        let key: VerifyingKey = question["key"].as_str().unwrap().parse().unwrap();
        let (proof, earlier) = (question["proof"].as_str(), question["checkpoint"].as_str());
        let witnesses: Vec<_> = question["witnesses"].as_array().into_iter().flatten().collect();
        let witnesses: Vec<_> = witnesses.iter().map(|key| key.as_str().unwrap().parse().unwrap()).collect();
        let quorum = question["quorum"].as_u64().unwrap_or(0) as usize;
        let holds = match (proof, earlier) {
            (Some(proof), Some(earlier)) => {
                Continuation::parse(proof).and_then(|proof| proof.verify(earlier, &key)).is_ok()
            }
            (Some(proof), None) => {
                Inclusion::parse(proof).and_then(|proof| proof.verify(&key, None, &witnesses, quorum)).is_ok()
            }
            (None, Some(note)) => Checkpoint::verify(note, &key).is_ok(),
            (None, None) => panic!("no question: {case}"),
        };
        assert_eq!(holds, case["holds"], "{}", case["name"]);
    }
}
