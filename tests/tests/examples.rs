//! The example programs: all languages write the same bytes and find the same mark.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use voxguard_tests::compiler::{self, Watch};
use voxguard_tests::{program, quick, skipped, workspace};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
const SPEECH: &str = "examples/audio/hibari.wav";

/// A program of the Rust example, built for the profile of the running tests.
fn rust(name: &str) -> PathBuf {
    let mut cargo = Command::new(workspace::cargo());
    cargo.args(["build", "--locked", "-p", "voxguard-example", "--profile", &workspace::profile()]);
    if let Some(target) = workspace::build_folder().parent() {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    program::run(cargo.current_dir(workspace::top()));
    workspace::build_folder().join(name)
}

fn mark_wav(program: &Path, wav: &Path, out: &Path) -> (Value, Vec<u8>) {
    let mut command = Command::new(program);
    let line = program::run(command.args([KEY, "1234abcd"]).arg(wav).arg(out));
    (serde_json::from_str(&line).expect("one line of JSON"), std::fs::read(out).expect("written"))
}

#[test]
fn c_cpp_and_rust_mark_a_wav_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let programs = [
        ("c", compiler::program("examples/c/mark_wav.c", Watch::Plain)),
        ("cpp", compiler::program("examples/cpp/mark_wav.cpp", Watch::Plain)),
        ("rust", rust("mark_wav")),
    ];
    for wav in [SPEECH, "tests/vectors/hibari_24000_stereo.wav"] {
        let answers: Vec<_> = programs
            .iter()
            .map(|(language, program)| {
                let out = folder.path().join(format!("{language}.wav"));
                let (mut answer, bytes) = mark_wav(program, &workspace::file(wav), &out);
                assert_eq!(answer["language"], *language);
                answer["language"] = Value::Null;
                (answer, bytes)
            })
            .collect();
        let (answer, bytes) = &answers[0];
        assert_eq!(answer["found"], true, "{wav}: {answer}");
        assert_eq!(answer["mark"], "1234abcd", "{wav}: {answer}");
        let original = std::fs::read(workspace::file(wav)).expect("committed");
        assert_eq!(bytes.len(), original.len(), "{wav}: a 44-byte header and as many samples as came in");
        assert!(*bytes != original);
        for (other, other_bytes) in &answers[1..] {
            assert_eq!(other, answer, "{wav}");
            assert!(other_bytes == bytes, "{wav}: another language wrote other bytes");
        }
    }
}

#[test]
fn a_bad_wav_is_refused_by_all_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let letter = folder.path().join("letter.wav");
    std::fs::write(&letter, "not a WAV file").expect("written");
    for program in [
        compiler::program("examples/c/mark_wav.c", Watch::Plain),
        compiler::program("examples/cpp/mark_wav.cpp", Watch::Plain),
        rust("mark_wav"),
    ] {
        for wav in [letter.clone(), folder.path().join("missing.wav")] {
            let out = folder.path().join("out.wav");
            let status =
                Command::new(&program).args([KEY, "1"]).arg(wav).arg(&out).output().expect("runs").status;
            assert_eq!(status.code(), Some(2), "{}", program.display());
            assert!(!out.exists());
        }
    }
}

/// Tells the story twice with one ledger: the second time it has a past.
fn tells_the_story(mut command: impl FnMut() -> Command) {
    let folder = tempfile::tempdir().expect("a folder");
    for round in 1..=2 {
        let mut command = command();
        command.arg(KEY).arg(workspace::file("examples/rules.json")).arg(workspace::file(SPEECH));
        let text =
            program::run(command.arg(folder.path().join("out.wav")).arg(folder.path().join("ledger.db")));
        for part in
            ["refused: <speak>", "blocked: ", "allowed: The shipment", "\"generation\"", "\"intact\":true"]
        {
            assert!(text.contains(part), "{part} in round {round} of\n{text}");
        }
        assert!(
            text.contains(&format!("\n{}\n", 2 * round)),
            "a checkpoint of {} records in\n{text}",
            2 * round
        );
    }
}

#[test]
fn c_tells_the_story() {
    let program = compiler::program("examples/c/one_utterance.c", Watch::Plain);
    tells_the_story(|| Command::new(&program));
}

#[test]
fn cpp_tells_the_story() {
    let program = compiler::program("examples/cpp/one_utterance.cpp", Watch::Plain);
    tells_the_story(|| Command::new(&program));
}

#[test]
fn rust_tells_the_story() {
    let program = rust("one_utterance");
    tells_the_story(|| Command::new(&program));
}

#[test]
fn the_c_and_cpp_stories_are_clean_under_sanitizers() {
    if quick() {
        return skipped("examples under sanitizers", "only what is quick is wanted");
    }
    if let Err(why) = compiler::sanitizers() {
        return skipped("examples under sanitizers", &why);
    }
    for source in ["examples/c/one_utterance.c", "examples/cpp/one_utterance.cpp"] {
        let program = compiler::program(source, Watch::Sanitizers);
        tells_the_story(|| program::sanitized(&program));
    }
}

#[test]
fn valgrind_finds_nothing_in_the_c_examples() {
    if quick() {
        return skipped("examples under valgrind", "only what is quick is wanted");
    }
    let story = compiler::program("examples/c/one_utterance.c", Watch::Plain);
    if let Err(why) = program::under_valgrind(&story) {
        return skipped("examples under valgrind", &why);
    }
    tells_the_story(|| program::under_valgrind(&story).expect("it was there"));
    let folder = tempfile::tempdir().expect("a folder");
    let mark = compiler::program("examples/c/mark_wav.c", Watch::Plain);
    let mut command = program::under_valgrind(&mark).expect("it was there");
    program::run(
        command.args([KEY, "1234abcd"]).arg(workspace::file(SPEECH)).arg(folder.path().join("out.wav")),
    );
}
