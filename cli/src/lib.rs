//! The command line of voxguard, over its Rust client and so over its C interface.
//!
//! One answer for all commands: exit status 0 for yes (allowed, found, intact, done), 1 for no (blocked, not
//! found, not intact), 2 for wrong usage, 3 for an error. `--json` makes every answer one JSON value a line on
//! standard output; what is for people alone (progress, notes) goes to standard error.

mod arguments;
mod check;
mod detect;
mod failure;
mod key;
mod ledger;
mod mark;
mod progress;
mod report;
mod sound;
mod time;

use std::ffi::OsString;

use failure::Failure;

/// What `voxguard --help` prints.
pub const HELP: &str = "\
voxguard: guards synthetic speech: rules for texts, marks in audio, a ledger that shows tampering

voxguard key new --out KEY.json            makes a key; the file is its owner's alone
voxguard key show KEY.json                 the key's public id, and the public key of its ledgers
voxguard check [TEXT|-] --rules RULES.json [--markup auto|plain|ssml]
                                           judges a text (of standard input without TEXT)
voxguard mark IN OUT --key KEY.json [--ledger URL --subject ID --voice NAME --text TEXT --rules RULES.json]
                                           marks speech; OUT is .wav or .flac, 16 bit
voxguard detect FILE... --key KEY.json [--ledger URL] [--effort fast|normal|thorough]
                                           looks for the mark, and for its record; where the id cannot be read,
                                           for the one of the ledger's that the sound agrees with
voxguard ledger checkpoint --ledger URL --key KEY.json [--out FILE] [--note]
                                           a signed statement of size and root, to be kept elsewhere
voxguard ledger verify --ledger URL [--checkpoint FILE] (--key KEY.json | --public-key KEY)
                                           whether all is as it was written; with a public key alone, up to the checkpoint
voxguard ledger verify --proof FILE --public-key KEY [--checkpoint FILE] [--witness KEY]... [--quorum N]
                                           whether a proof holds; without --proof and --ledger, whether a checkpoint does
voxguard ledger show [SEQ...] --ledger URL --key KEY.json [--after N] [--limit N]
voxguard ledger find --ledger URL --key KEY.json [--mark ID] [--content SHA256] [--subject ID] [--kind KIND]
                     [--from T] [--to T] [--limit N]
voxguard ledger prove SEQ --ledger URL --key KEY.json [--out FILE]
voxguard ledger prove --since CHECKPOINT --ledger URL --key KEY.json [--out FILE]
voxguard ledger export --ledger URL --key KEY.json [--out FILE] [--after N]
voxguard ledger erase --subject ID --ledger URL --key KEY.json --yes
                                           forgets a person
voxguard ledger retain --ledger URL --key KEY.json [--preset standard|seven-years | --policy FILE] [--dry-run]
                                           purges what is past its time
voxguard ledger rotate --ledger URL --key KEY.json --next URL --next-key KEY.json [--out FILE]
                                           changes keys: ends one ledger, begins the next, gives the last checkpoint
voxguard report compliance --ledger URL --key KEY.json --from T --to T [--html FILE] [--verify]

--json      answers as JSON              --help      this text              --version   the version
-           as a file name: standard input or output
KEY.json    may be given by the environment variable VOXGUARD_KEY instead
T           2026-01-31, 2026-01-31T12:00:00Z, or milliseconds since 1970
URL         sqlite:///relative.db, sqlite:////absolute.db, postgresql://user@host/database
Audio in    WAV, FLAC, MP3, OGG (Vorbis)

Exit status: 0 yes (allowed, found, intact, done); 1 no (blocked, not found, not intact); 2 wrong usage; 3 an error.
\"Not found\" never means that a person spoke.
";

/// Runs a command: the words behind the program's name. Gives the exit status.
pub fn run(words: impl IntoIterator<Item = OsString>) -> u8 {
    let words: Vec<OsString> = words.into_iter().collect();
    match dispatch(words) {
        Ok(true) => 0,
        Ok(false) => 1,
        Err(Failure::Usage(message)) => {
            eprintln!("voxguard: {message}\nvoxguard --help says what there is.");
            2
        }
        Err(Failure::Error(message)) => {
            eprintln!("voxguard: {message}");
            3
        }
    }
}

fn dispatch(words: Vec<OsString>) -> Result<bool, Failure> {
    let mut text = Vec::with_capacity(words.len());
    for word in words {
        text.push(word.into_string().map_err(|_| Failure::usage("an argument is not UTF-8"))?);
    }
    let asked = |flag: &str| text.iter().take_while(|word| *word != "--").any(|word| word == flag);
    if text.is_empty() || asked("--help") || asked("-h") || text.first().is_some_and(|word| word == "help") {
        print(HELP.trim_end())?;
        return match text.is_empty() {
            true => Err(Failure::usage("a command is needed")),
            false => Ok(true),
        };
    }
    if asked("--version") {
        print(concat!("voxguard ", env!("CARGO_PKG_VERSION")))?;
        return Ok(true);
    }
    let (command, rest) = text.split_first().ok_or_else(|| Failure::usage("a command is needed"))?;
    match command.as_str() {
        "key" => key::run(rest),
        "check" => check::run(rest),
        "mark" => mark::run(rest),
        "detect" => detect::run(rest),
        "ledger" => ledger::run(rest),
        "report" => report::run(rest),
        other => Err(Failure::usage(format!(
            "no command {other:?}: accepted are key, check, mark, detect, ledger and report"
        ))),
    }
}

/// Writes a line to standard output. A reader that went away is no error of ours.
fn print(line: &str) -> Result<(), Failure> {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{line}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Error(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
