//! The words of a command: options with a value, flags, and what is left.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use voxguard::{Key, Ledger};

use crate::failure::Failure;
use crate::key;

/// Words, sorted out.
#[derive(Debug, Default)]
pub struct Arguments {
    positions: Vec<String>,
    values: BTreeMap<String, Vec<String>>,
    flags: Vec<String>,
}

impl Arguments {
    /// Sorts the words. `values` take one word each, `flags` none; `--json` is always known.
    pub fn parse(words: &[String], values: &[&str], flags: &[&str]) -> Result<Self, Failure> {
        let mut found = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                found.positions.push(word.clone());
                continue;
            };
            if name.is_empty() {
                found.positions.extend(words.cloned());
                break;
            }
            let (name, attached) = match name.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (name, None),
            };
            if values.contains(&name) {
                let value = attached.or_else(|| words.next().cloned());
                let value = value.ok_or_else(|| Failure::usage(format!("--{name} needs a value")))?;
                found.values.entry(name.to_owned()).or_default().push(value);
            } else if (flags.contains(&name) || name == "json") && attached.is_none() {
                found.flags.push(name.to_owned());
            } else {
                return Err(Failure::usage(format!("--{name} is not known to this command")));
            }
        }
        for (name, given) in &found.values {
            if given.len() > 1 && name != "witness" {
                return Err(Failure::usage(format!("--{name} is given more than once")));
            }
        }
        Ok(found)
    }

    /// The words that belong to no option, between `least` and `most` of them.
    pub fn positions(&self, least: usize, most: usize, what: &str) -> Result<&[String], Failure> {
        match (least..=most).contains(&self.positions.len()) {
            true => Ok(&self.positions),
            false => Err(Failure::usage(format!("this command takes {what}"))),
        }
    }

    pub fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }

    pub fn json(&self) -> bool {
        self.flag("json")
    }

    pub fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.first().map(String::as_str)
    }

    pub fn all(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    pub fn needed(&self, name: &str) -> Result<&str, Failure> {
        self.value(name).ok_or_else(|| Failure::usage(format!("--{name} is needed")))
    }

    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Failure> {
        let parse = |value: &str| {
            value.parse().map_err(|_| Failure::usage(format!("--{name} {value}: accepted is a number")))
        };
        self.value(name).map(parse).transpose()
    }

    /// The key file that is given, or named by the environment.
    pub fn key(&self) -> Result<Key, Failure> {
        match self.value("key").map(str::to_owned).or_else(|| std::env::var("VOXGUARD_KEY").ok()) {
            Some(path) => key::read(&path),
            None => Err(Failure::usage("--key is needed (or VOXGUARD_KEY)")),
        }
    }

    /// The ledger that is given, opened with the key.
    pub fn ledger(&self) -> Result<Ledger, Failure> {
        let url = self.needed("ledger")?;
        Ok(Ledger::open(url, &self.key()?)?)
    }
}

/// The text of a file, or of standard input for "-".
pub fn read_text(path: &str) -> Result<String, Failure> {
    String::from_utf8(read_bytes(path)?).map_err(|_| Failure::file(path, "not UTF-8"))
}

/// The bytes of a file, or of standard input for "-".
pub fn read_bytes(path: &str) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = match path {
        "-" => std::io::stdin().read_to_end(&mut bytes).map(|_| ()),
        path => std::fs::read(path).map(|read| bytes = read),
    };
    read.map(|()| bytes).map_err(|error| Failure::file(path, error))
}

/// Writes a file, or standard output for "-".
pub fn write_bytes(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    use std::io::Write;
    let written = match path {
        "-" => std::io::stdout().write_all(bytes).and_then(|()| std::io::stdout().flush()),
        path => std::fs::write(path, bytes),
    };
    written.map_err(|error| Failure::file(path, error))
}

/// A public key that was given as text, or as the name of a file that holds it.
pub fn public_key(given: &str) -> Result<String, Failure> {
    match given.contains('+') || !Path::new(given).is_file() {
        true => Ok(given.to_owned()),
        false => Ok(read_text(given)?.trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn options_flags_and_words_are_told_apart() {
        let found =
            Arguments::parse(&words("a --key k --json - --limit=3 -- --b"), &["key", "limit"], &[]).unwrap();
        assert_eq!(found.positions(0, 9, "").unwrap(), ["a", "-", "--b"]);
        assert_eq!((found.value("key"), found.number("limit").unwrap()), (Some("k"), Some(3)));
        assert!(found.json());
    }

    #[test]
    fn what_is_not_known_doubled_or_without_its_value_is_wrong_usage() {
        for wrong in ["--keys k", "--key", "--key a --key b", "--json=1", "--limit x"] {
            let found = Arguments::parse(&words(wrong), &["key", "limit"], &[]);
            let refused = found.and_then(|found| found.number::<u32>("limit"));
            assert!(matches!(refused, Err(Failure::Usage(_))), "{wrong}");
        }
    }
}
