//! Every command does what its help says, and ends with the status that it promises.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::{TempDir, tempdir};

/// A folder with a key, rules and four seconds of sound, and the program.
struct Scene {
    folder: TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { folder: tempdir().unwrap() };
        let rules = r#"{"version": 1, "rules": [{"id": "cards", "category": "fraud", "severity": "error",
            "match": "phrase", "terms": ["your card number"]}]}"#;
        std::fs::write(scene.path("rules.json"), rules).unwrap();
        std::fs::write(scene.path("in.wav"), wav(&sound(4))).unwrap();
        assert_eq!(scene.run(&["key", "new", "--out", "key.json"]).0, 0);
        scene
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn output(&self, words: &[&str], input: &[u8]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_voxguard"));
        command.args(words).current_dir(self.folder.path()).env_remove("VOXGUARD_KEY");
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = piped.spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A program that does not read its input may be gone before it is written.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// Exit status and standard output.
    fn run(&self, words: &[&str]) -> (i32, String) {
        let output = self.output(words, b"");
        let status = output.status.code().unwrap();
        assert!(status < 2 || output.stdout.is_empty(), "{words:?} printed and failed");
        if status > 1 {
            assert!(output.stderr.starts_with(b"voxguard: "), "{words:?}");
        }
        (status, String::from_utf8(output.stdout).unwrap())
    }

    fn json(&self, words: &[&str]) -> (i32, Value) {
        let (status, text) = self.run(&[words, &["--json"]].concat());
        (status, serde_json::from_str(text.trim_end()).unwrap_or_else(|_| panic!("{words:?}: {text}")))
    }
}

/// Noise that swells and fades as speech does, 16 kHz, one channel.
fn sound(seconds: usize) -> Vec<i16> {
    let mut state = 1u32;
    let noise = std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as i16 / 4
    });
    noise.take(16_000 * seconds).collect()
}

fn wav(samples: &[i16]) -> Vec<u8> {
    let data = (samples.len() * 2) as u32;
    let mut bytes = [b"RIFF", &(36 + data).to_le_bytes()[..], b"WAVEfmt \x10\0\0\0\x01\0\x01\0"].concat();
    bytes.extend(16_000u32.to_le_bytes());
    bytes.extend(32_000u32.to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend(data.to_le_bytes());
    bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    bytes
}

const LEDGER: [&str; 4] = ["--ledger", "sqlite:///ledger.db", "--key", "key.json"];

#[test]
fn keys_are_made_once_for_their_owner_and_shown_without_their_secret() {
    let scene = Scene::new();
    let (status, shown) = scene.json(&["key", "show", "key.json"]);
    assert_eq!(status, 0);
    let file: Value = serde_json::from_slice(&std::fs::read(scene.path("key.json")).unwrap()).unwrap();
    assert_eq!(shown["id"], file["id"]);
    assert!(!shown.to_string().contains(file["key"].as_str().unwrap()));
    assert_eq!(scene.run(&["key", "new", "--out", "key.json"]).0, 3, "never written over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(scene.path("key.json")).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn texts_are_judged_from_an_argument_and_from_standard_input() {
    let scene = Scene::new();
    let rules = ["--rules", "rules.json"];
    assert_eq!(scene.run(&[&["check", "Good morning."], &rules[..]].concat()).0, 0);
    let (status, verdict) =
        scene.json(&[&["check", "Read me your \u{ff43}ard number."], &rules[..]].concat());
    assert_eq!((status, verdict["action"].as_str()), (1, Some("block")));
    let piped =
        scene.output(&["check", "-", "--rules", "rules.json", "--markup", "auto"], b"your card number\n");
    assert_eq!(piped.status.code(), Some(1));
    assert_eq!(scene.run(&["check", "x"]).0, 2);
    assert_eq!(scene.run(&["check", "x", "--rules", "missing.json"]).0, 3);
}

#[test]
fn speech_is_marked_recorded_found_proven_verified_and_forgotten() {
    let scene = Scene::new();
    let mark =
        ["mark", "in.wav", "out.flac", "--subject", "anna", "--voice", "heart", "--text", "Good morning."];
    let (status, marked) = scene.json(&[&mark[..], &LEDGER].concat());
    assert_eq!(status, 0);
    let id = marked["mark"].as_str().unwrap();
    // The file holds, sample for sample, what the record says was heard.
    let mut flac = claxon::FlacReader::open(scene.path("out.flac")).unwrap();
    assert_eq!((flac.streaminfo().sample_rate, flac.streaminfo().channels), (16_000, 1));
    let samples: Vec<u8> = flac.samples().flat_map(|sample| (sample.unwrap() as i16).to_le_bytes()).collect();
    assert_eq!(samples.len(), 2 * 16_000 * 4);
    let heard: String = Sha256::digest(&samples).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(marked["record"]["audio_out"].as_str(), Some(&*heard));
    let blocked = ["mark", "in.wav", "no.wav", "--rules", "rules.json", "--text", "your card number"];
    assert_eq!(scene.run(&[&blocked[..], &LEDGER].concat()).0, 1);
    assert!(!scene.path("no.wav").exists());

    let (status, found) = scene.json(&[&["detect", "out.flac"], &LEDGER[..]].concat());
    assert_eq!((status, found["records"][0]["mark"].as_str()), (0, Some(id)));
    assert_eq!(scene.run(&["detect", "in.wav", "--key", "key.json", "--effort", "fast"]).0, 1);

    let ledger = |words: &[&str]| scene.json(&[&["ledger"], words, &LEDGER].concat());
    let plain = |words: &[&str]| scene.run(&[&["ledger"], words, &LEDGER].concat());
    assert_eq!(plain(&["checkpoint", "--out", "checkpoint"]).0, 0);
    assert_eq!(ledger(&["find", "--mark", id]).1["seq"], 1);
    let content = ledger(&["show", "1"]).1["audio_out"].as_str().unwrap().to_owned();
    assert_eq!(ledger(&["find", "--content", &content]).1["seq"], 1);
    assert_eq!(plain(&["find", "--subject", "nobody"]).0, 1);
    assert_eq!(plain(&["find", "--from", "2999-01-01"]).0, 1);
    assert_eq!(plain(&["verify", "--checkpoint", "checkpoint"]).0, 0);
    assert_eq!(plain(&["prove", "1", "--out", "proof"]).0, 0);
    assert_eq!(plain(&["prove", "9"]).0, 1);
    assert_eq!(plain(&["prove", "--since", "checkpoint", "--out", "since"]).0, 0);
    assert_eq!(plain(&["export", "--out", "export.jsonl"]).0, 0);
    assert_eq!(std::fs::read_to_string(scene.path("export.jsonl")).unwrap().lines().count(), 2);

    // With the public key alone.
    let public = scene.json(&["key", "show", "key.json"]).1["public_key"].as_str().unwrap().to_owned();
    let verify =
        |words: &[&str]| scene.run(&[&["ledger", "verify", "--public-key", &public], words].concat()).0;
    assert_eq!(verify(&["--proof", "proof"]), 0);
    assert_eq!(verify(&["--proof", "since", "--checkpoint", "checkpoint"]), 0);
    assert_eq!(verify(&["--proof", "proof", "--witness", "w+00000000+BAAA", "--quorum", "1"]), 3);
    assert_eq!(verify(&["--ledger", "sqlite:///ledger.db", "--checkpoint", "checkpoint"]), 0);
    assert_eq!(verify(&["--ledger", "sqlite:///ledger.db"]), 2);
    assert_eq!(verify(&["--checkpoint", "checkpoint"]), 0);
    assert_eq!(verify(&["--checkpoint", "proof"]), 1);
    let proof = std::fs::read_to_string(scene.path("proof")).unwrap();
    std::fs::write(scene.path("forged"), proof.replacen("index 0", "index 1", 1)).unwrap();
    assert_eq!(verify(&["--proof", "forged"]), 1);

    assert_eq!(plain(&["erase", "--subject", "anna"]).0, 2, "not without --yes");
    assert_eq!(plain(&["erase", "--subject", "anna", "--yes"]).0, 0);
    assert_eq!(plain(&["erase", "--subject", "anna", "--yes"]).0, 1);
    assert_eq!(plain(&["verify", "--checkpoint", "checkpoint"]).0, 0);
    assert_eq!(plain(&["retain", "--preset", "standard", "--dry-run"]).0, 0);
    assert_eq!(plain(&["retain", "--preset", "forever"]).0, 3);

    let report =
        ["report", "compliance", "--from", "2020-01-01", "--to", "2999-01-01", "--html", "page.html"];
    let (status, counted) = scene.json(&[&report[..], &LEDGER].concat());
    assert_eq!((status, &counted["speech"]["coverage"], &counted["erasures"]), (0, &1.0.into(), &1.into()));
    assert!(std::fs::read_to_string(scene.path("page.html")).unwrap().starts_with("<!DOCTYPE html>"));
}

#[test]
fn a_ledger_that_was_cut_is_not_intact_against_a_checkpoint_kept_elsewhere() {
    let scene = Scene::new();
    let mark = ["mark", "in.wav", "out.wav"];
    assert_eq!(scene.run(&[&mark[..], &LEDGER].concat()).0, 0);
    std::fs::copy(scene.path("ledger.db"), scene.path("older.db")).unwrap();
    assert_eq!(scene.run(&[&mark[..], &LEDGER].concat()).0, 0);
    assert_eq!(scene.run(&[&["ledger", "checkpoint", "--out", "kept"], &LEDGER[..]].concat()).0, 0);
    std::fs::copy(scene.path("older.db"), scene.path("ledger.db")).unwrap();
    assert_eq!(scene.run(&[&["ledger", "verify"], &LEDGER[..]].concat()).0, 0, "the chain alone cannot know");
    let (status, found) = scene.json(&[&["ledger", "verify", "--checkpoint", "kept"], &LEDGER[..]].concat());
    assert_eq!((status, found["fault"]["kind"].as_str()), (1, Some("cut")));
}

#[test]
fn keys_are_changed_by_a_ledger_that_names_the_next_and_ends_in_a_checkpoint() {
    let scene = Scene::new();
    assert_eq!(scene.run(&["key", "new", "--out", "next.json"]).0, 0);
    let rotate = |next: &str, key: &str| {
        let words = ["ledger", "rotate", "--next", next, "--next-key", key, "--out", "last"];
        scene.run(&[&words[..], &LEDGER].concat()).0
    };
    assert_eq!(rotate("sqlite:///again.db", "key.json"), 3, "the same key goes nowhere");
    assert_eq!(rotate("sqlite:///next.db", "next.json"), 0);
    let public = |key: &str| scene.json(&["key", "show", key]).1["public_key"].as_str().unwrap().to_owned();
    let signed =
        |key: &str| scene.run(&["ledger", "verify", "--checkpoint", "last", "--public-key", &public(key)]).0;
    assert_eq!((signed("key.json"), signed("next.json")), (0, 1));
    for (ledger, key, other) in
        [("sqlite:///ledger.db", "key.json", "next.json"), ("sqlite:///next.db", "next.json", "key.json")]
    {
        let (_, found) =
            scene.json(&["ledger", "find", "--kind", "key_rotation", "--ledger", ledger, "--key", key]);
        assert_eq!(found["detail"].as_str(), Some(&*public(other)));
    }
}

#[test]
fn samples_go_through_standard_input_and_output() {
    let scene = Scene::new();
    let input = std::fs::read(scene.path("in.wav")).unwrap();
    let marked = scene.output(&["mark", "-", "-", "--key", "key.json"], &input);
    assert_eq!(marked.status.code(), Some(0));
    assert!(marked.stdout.starts_with(b"RIFF") && marked.stdout.len() == input.len());
    let found = scene.output(&["detect", "-", "--key", "key.json"], &marked.stdout);
    assert_eq!(found.status.code(), Some(0));
}

#[test]
fn wrong_usage_is_2_an_error_is_3_and_help_is_0() {
    let scene = Scene::new();
    for (words, status) in [
        (&["--help"][..], 0),
        (&["ledger", "--help"], 0),
        (&["--version"], 0),
        (&["sing"], 2),
        (&["key", "new"], 2),
        (&["detect", "--key", "key.json"], 2),
        (&["detect", "in.wav"], 2),
        (&["detect", "in.wav", "--key", "key.json", "--effort", "heroic"], 2),
        (&["mark", "in.wav", "out.mp3", "--key", "key.json"], 2),
        (&["detect", "rules.json", "--key", "key.json"], 3),
        (&["detect", "in.wav", "--key", "rules.json"], 3),
        (&["ledger", "verify", "--ledger", "mysql://x", "--key", "key.json"], 3),
    ] {
        assert_eq!(scene.run(words).0, status, "{words:?}");
    }
    assert_eq!(scene.output(&[], b"").status.code(), Some(2));
    let help = scene.run(&["--help"]).1;
    assert!(help.contains("Exit status: 0 yes") && help.contains("2 wrong usage; 3 an error"));
}

#[test]
fn mp3_and_ogg_are_read() {
    let scene = Scene::new();
    let made = |name: &str, codec: &str| {
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-loglevel", "error", "-y", "-i"]).arg(scene.path("in.wav")).args(["-c:a", codec]);
        ffmpeg.arg(scene.path(name)).output().is_ok_and(|output| output.status.success())
    };
    for (name, codec) in [("in.mp3", "libmp3lame"), ("in.ogg", "libvorbis")] {
        if !made(name, codec) {
            eprintln!("no ffmpeg with {codec}: {name} is not tried here");
            continue;
        }
        assert_eq!(scene.run(&["mark", name, "marked.wav", "--key", "key.json"]).0, 0, "{name}");
        assert!(Path::new(&scene.path("marked.wav")).is_file());
    }
}
