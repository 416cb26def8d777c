//! The C programs of `tests/c`: as they are, under the sanitizers, under valgrind.
#![cfg(unix)]

use std::process::Command;

use voxguard_tests::compiler::{self, Watch};
use voxguard_tests::{library, program, proofs, quick, skipped};

/// What a program is given, beside nothing.
enum Given {
    Nothing,
    /// An empty folder, gone afterwards.
    Folder,
    /// A folder with the shared vectors of proofs, gone afterwards: C reads no JSON.
    Proofs,
}

fn checks(command: &mut Command, given: Given) {
    let folder = tempfile::tempdir().expect("a folder for the test");
    if !matches!(given, Given::Nothing) {
        command.arg(folder.path());
    }
    if let Given::Proofs = given {
        for (number, case) in proofs::read().cases.iter().enumerate() {
            let write = |suffix: &str, text: String| {
                std::fs::write(folder.path().join(format!("{number}.{suffix}")), text).expect("written");
            };
            write("json", case.question.to_string());
            write("holds", case.holds.to_string());
        }
    }
    println!("{} checks", program::checks(command));
}

fn as_it_is(source: &str, given: Given) {
    checks(&mut Command::new(compiler::program(source, Watch::Plain)), given);
}

fn under_sanitizers(source: &str, given: Given) {
    if quick() {
        return skipped(source, "only what is quick is wanted");
    }
    match compiler::sanitizers() {
        Ok(()) => checks(&mut program::sanitized(&compiler::program(source, Watch::Sanitizers)), given),
        Err(why) => skipped(source, &why),
    }
}

fn under_valgrind(source: &str, given: Given) {
    if quick() {
        return skipped(source, "only what is quick is wanted");
    }
    let path = compiler::program(source, Watch::Plain);
    match program::under_valgrind(&path) {
        Ok(mut command) => checks(&mut command, given),
        Err(why) => skipped(source, &why),
    }
}

/// One module a program, one test a way of running it.
macro_rules! programs {
    ($($name:ident: $given:expr, [$($way:ident),+];)+) => {
        $(mod $name {
            use super::*;
            programs!(@ways $name, $given, $($way),+);
        })+
    };
    (@ways $name:ident, $given:expr, $($way:ident),+) => {
        $(#[test]
        fn $way() {
            super::$way(concat!("tests/c/", stringify!($name), ".c"), $given);
        })+
    };
}

programs! {
    version: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    key: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    marker: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    // Valgrind runs one thread at a time.
    busy: Given::Nothing, [as_it_is, under_sanitizers];
    detector: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    policy: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    ledger: Given::Folder, [as_it_is, under_sanitizers, under_valgrind];
    guard: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    gate: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    sink: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    handles: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    panic: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    order: Given::Nothing, [as_it_is, under_sanitizers, under_valgrind];
    proof: Given::Proofs, [as_it_is, under_sanitizers, under_valgrind];
}

// The program stands between the library and the write calls, which are named so on Linux.
#[cfg(target_os = "linux")]
programs! {
    disk: Given::Folder, [as_it_is, under_sanitizers, under_valgrind];
}

/// 100 utterances at once, in real time, for a few seconds; `cargo xtask bench crowd SECONDS` is the same for longer.
#[cfg(target_os = "linux")]
mod crowd {
    use super::*;

    fn of_a_hundred(watch: Watch, streams: &str) {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let program = compiler::program("tests/c/crowd.c", watch);
        let mut command = match watch {
            Watch::Plain => Command::new(program),
            Watch::Sanitizers => program::sanitized(&program),
        };
        println!("{} checks", program::checks(command.arg(folder.path()).args(["3", streams])));
    }

    #[test]
    fn loses_no_sample_is_refused_politely_when_full_and_is_all_in_the_ledger() {
        of_a_hundred(Watch::Plain, "100");
    }

    #[test]
    fn the_same_under_sanitizers() {
        if quick() {
            return skipped("crowd", "only what is quick is wanted");
        }
        match compiler::sanitizers() {
            Ok(()) => of_a_hundred(Watch::Sanitizers, "20"),
            Err(why) => skipped("crowd", &why),
        }
    }
}

/// 100,000 rounds of each handle with the optimised library that `cargo xtask test` builds, fewer otherwise. Memory is
/// read from /proc.
#[cfg(target_os = "linux")]
mod rounds_leave_memory_flat {
    use super::*;

    fn rounds(noun: &str) {
        let count = match (quick(), library::optimised()) {
            (true, _) => "3000",
            (false, false) => "10000",
            (false, true) => "100000",
        };
        let mut command = Command::new(compiler::program("tests/c/rounds.c", Watch::Plain));
        println!("{}", program::run(command.args([noun, count])));
    }

    macro_rules! nouns {
        ($($noun:ident)+) => {$(
            #[test]
            fn $noun() {
                rounds(stringify!($noun));
            }
        )+};
    }

    nouns!(key error marker detector detection policy verdict ledger guard utterance);
}
