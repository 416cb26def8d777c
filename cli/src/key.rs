//! `voxguard key`: key files.

use std::io::Write;

use serde::{Deserialize, Serialize};
use serde_json::json;
use voxguard::{Key, Ledger};
use zeroize::Zeroizing;

use crate::arguments::Arguments;
use crate::failure::Failure;

/// A key file. `id` is public; `key` is the secret.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    version: u32,
    id: String,
    key: Zeroizing<String>,
}

pub fn run(words: &[String]) -> Result<bool, Failure> {
    let (command, rest) =
        words.split_first().ok_or_else(|| Failure::usage("key new and key show are accepted"))?;
    match command.as_str() {
        "new" => new(rest),
        "show" => show(rest),
        other => Err(Failure::usage(format!("no command key {other}: accepted are new and show"))),
    }
}

fn new(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &["out"], &[])?;
    arguments.positions(0, 0, "no words but its options")?;
    let path = arguments.needed("out")?;
    let key = Key::generate()?;
    let file = KeyFile { version: 1, id: key.id().to_owned(), key: key.to_hex()? };
    let text =
        Zeroizing::new(serde_json::to_string_pretty(&file).map_err(|error| Failure::file(path, error))?);
    // A key that is there is never written over: its marks could not be found any more.
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()
    });
    written.map_err(|error| Failure::file(path, error))?;
    tell(&arguments, &key)
}

fn show(words: &[String]) -> Result<bool, Failure> {
    let arguments = Arguments::parse(words, &[], &[])?;
    let path = arguments.positions(1, 1, "one key file")?;
    tell(&arguments, &read(&path[0])?)
}

/// What is public of a key.
fn tell(arguments: &Arguments, key: &Key) -> Result<bool, Failure> {
    let public = Ledger::open("sqlite::memory:", key)?.verifying_key()?;
    match arguments.json() {
        true => crate::print(&json!({"id": key.id(), "public_key": public}).to_string())?,
        false => crate::print(&format!("key {}\npublic key {public}", key.id()))?,
    }
    Ok(true)
}

/// The key in a file.
pub fn read(path: &str) -> Result<Key, Failure> {
    let text = Zeroizing::new(crate::arguments::read_text(path)?);
    let file: KeyFile = serde_json::from_str(&text)
        .map_err(|_| Failure::file(path, "not a key file: accepted is one that voxguard key new made"))?;
    let key = Key::from_hex(&file.key).map_err(|error| Failure::file(path, error.message))?;
    match key.id() == file.id && file.version == 1 {
        true => Ok(key),
        false => {
            Err(Failure::file(path, "the key does not belong to its id, or the file is of a later version"))
        }
    }
}
