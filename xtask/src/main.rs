//! `cargo xtask`: the one tool to learn here. It builds every artefact, tells the demonstration's
//! story with them, runs every check, and packs what is shipped. It writes under `target/` alone.

mod bench;
mod build;
mod demo;
mod dist;
mod header;
mod place;
mod python;
mod step;
mod test;
mod tool;

use std::process::ExitCode;

/// What every command answers: an error is a sentence for the person at the terminal.
type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const HELP: &str = "\
cargo xtask COMMAND

  demo               one utterance, end to end: builds everything, speaks, checks, marks, records,
                     degrades, detects and verifies; writes target/demo/
  test [SUITE...]    every check of the repository, or the named suites alone
       --list        names the suites
       --quick       leaves out what takes long (sanitizers, valgrind, endurance)
  header             the C header, the list of symbols and the Rust declarations, from ffi/src
       --check       only says whether they are up to date
  bench [ARGS...]    the speed benches; the arguments go to criterion
  bench policy       the text policy: disguises, false alarms, personal data, speed; --peers adds peers, --misses shows misses
  bench watermark    the robustness bench: attacks, quality, false alarms, speed; --help names its options,
                     --corpus FOLDER its speech, --peers sets the peers beside ours
  bench ledger       that of the ledger: --records N, --folder FOLDER, --postgres URL
  bench access       what a decision costs (limits, roles, the gate), and sealing beside the bare cipher
  bench crowd        many utterances at once in real time, from C: SECONDS (60; past that a soak) and STREAMS (100)
  dist               the Python wheel, the Node package and the C archive, in target/packages/
  help               this text

Needed: Rust 1.89, a C compiler, Python 3.9, Node 18, or newer. Everything is written under target/.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let rest = arguments.get(1..).unwrap_or_default();
    let outcome = match arguments.first().map(String::as_str) {
        Some("demo") => none(rest).and_then(|()| demo::run()),
        Some("test") => test::run(rest),
        Some("bench") => bench::run(rest),
        Some("dist") => none(rest).and_then(|()| dist::run()),
        Some("header") => match rest {
            [] => header::run(false),
            [flag] if flag == "--check" => header::run(true),
            [other, ..] => Err(format!("unexpected argument '{other}'; --check is taken here").into()),
        },
        None | Some("help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("no command '{other}'; 'cargo xtask help' lists them").into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask: {error}");
            ExitCode::FAILURE
        }
    }
}

fn none(arguments: &[String]) -> Result {
    match arguments.first() {
        None => Ok(()),
        Some(argument) => Err(format!("unexpected argument '{argument}'; none is taken here").into()),
    }
}
