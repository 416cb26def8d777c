//! Where a ledger is kept: the URL, read.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::error::StoreError;

/// How long to wait for somebody else's lock when the URL does not say.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest wait that a URL can ask for, in milliseconds.
const MAX_BUSY_TIMEOUT_MS: u64 = 60_000;

/// Where a ledger is kept, and how long to wait for others.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Location {
    place: Place,
    patience: Duration,
}

#[derive(Clone, PartialEq, Eq)]
enum Place {
    Memory,
    File(PathBuf),
    /// The URL as PostgreSQL's own clients read it. It may hold a password: never shown.
    Server(String),
}

/// How long to wait for a server that went away, when the URL does not say.
const SERVER_PATIENCE: Duration = Duration::from_secs(30);

impl Location {
    /// Reads a URL. A relative path is taken from the current folder, once: a later `chdir` moves nothing.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let refused = |reason: &str| Err(StoreError::Url { reason: reason.to_owned() });
        if url.starts_with("postgresql://") || url.starts_with("postgres://") {
            return Ok(Self { place: Place::Server(url.to_owned()), patience: SERVER_PATIENCE });
        }
        // Another scheme's URL may carry a password: only the scheme is named.
        let Some(rest) = url.strip_prefix("sqlite:") else {
            let scheme = url.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
                scheme.len() <= 32 && scheme.chars().all(|c| c.is_ascii_alphanumeric() || c == '+')
            });
            return match scheme {
                Some(scheme) => refused(&format!("the scheme {scheme:?} is not known")),
                None => refused("it does not begin with sqlite:"),
            };
        };
        let (place, options) = match rest.split_once('?') {
            Some((place, options)) => (place, Some(options)),
            None => (rest, None),
        };
        let patience = busy_timeout(options)?;
        if place == ":memory:" {
            return Ok(Self { place: Place::Memory, patience });
        }
        let Some(path) = place.strip_prefix("///") else {
            return refused("it has no three slashes after sqlite:");
        };
        if path.is_empty() {
            return refused("its path is empty");
        }
        if path.contains('\0') {
            return refused("its path has a zero byte");
        }
        if path == ":memory:" {
            return refused("a ledger in memory is sqlite::memory:");
        }
        // Absolute, the path cannot be mistaken for one of SQLite's own names (":memory:", "file:...").
        match std::path::absolute(path) {
            Ok(file) => Ok(Self { place: Place::File(file), patience }),
            Err(error) => refused(&format!("its path cannot be resolved ({error})")),
        }
    }

    /// The file; `None` in memory and on a server.
    pub fn file(&self) -> Option<&Path> {
        match &self.place {
            Place::File(file) => Some(file),
            Place::Memory | Place::Server(_) => None,
        }
    }

    /// The URL of a server, with its password.
    pub fn server(&self) -> Option<&str> {
        match &self.place {
            Place::Server(url) => Some(url),
            Place::Memory | Place::File(_) => None,
        }
    }

    /// How long to wait for somebody else's lock, or for a server to come back.
    pub fn patience(&self) -> Duration {
        self.patience
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::File(file) => write!(f, "{}", file.display()),
            Place::Memory => f.write_str(":memory:"),
            Place::Server(url) => f.write_str(&shown(url)),
        }
    }
}

/// A server's URL without what may be secret: who, password and options.
fn shown(url: &str) -> String {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    format!("postgresql://{host}")
}

fn busy_timeout(options: Option<&str>) -> Result<Duration, StoreError> {
    let Some(options) = options else { return Ok(BUSY_TIMEOUT) };
    let value = options.strip_prefix("busy_timeout_ms=").and_then(|value| value.parse().ok());
    match value {
        Some(ms @ 1..=MAX_BUSY_TIMEOUT_MS) => Ok(Duration::from_millis(ms)),
        _ => Err(StoreError::Url { reason: format!("its option {options:?} is not known or out of range") }),
    }
}

/// Which file lies at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    device: u64,
    node: u64,
}

impl Identity {
    /// `None` where there is no file, or where the system has no such numbers (there an open file cannot
    /// be moved away either).
    pub fn of(file: &Path) -> Option<Self> {
        let found = std::fs::metadata(file).ok()?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            Some(Self { device: found.dev(), node: found.ino() })
        }
        #[cfg(not(unix))]
        {
            let _ = found;
            Some(Self { device: 0, node: 0 })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(url: &str) -> PathBuf {
        Location::parse(url).unwrap().file().unwrap().to_owned()
    }

    #[test]
    fn three_slashes_are_relative_and_four_absolute() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(file("sqlite:///voxguard.db"), here.join("voxguard.db"));
        if cfg!(unix) {
            assert_eq!(file("sqlite:///file:x.db"), here.join("file:x.db"));
            assert_eq!(file("sqlite:////var/lib/a b.db"), Path::new("/var/lib/a b.db"));
        }
        assert_eq!(Location::parse("sqlite::memory:").unwrap().file(), None);
    }

    #[test]
    fn the_wait_for_a_lock_can_be_chosen() {
        let wait = |url: &str| Location::parse(url).map(|location| location.patience().as_millis());
        assert_eq!(wait("sqlite:///a.db").unwrap(), 5000);
        assert_eq!(wait("sqlite:///a.db?busy_timeout_ms=20").unwrap(), 20);
        for wrong in ["", "busy_timeout_ms=0", "busy_timeout_ms=60001", "busy_timeout_ms=x", "mode=ro"] {
            assert!(wait(&format!("sqlite:///a.db?{wrong}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_is_not_a_ledgers_url_says_why() {
        let why = |url: &str| Location::parse(url).unwrap_err().to_string();
        for (url, reason) in [
            ("", "does not begin with sqlite:"),
            ("voxguard.db", "does not begin with sqlite:"),
            ("sqlite:voxguard.db", "three slashes"),
            ("sqlite://voxguard.db", "three slashes"),
            ("sqlite://", "three slashes"),
            ("sqlite:///", "path is empty"),
            ("sqlite:///a\0b", "zero byte"),
            ("sqlite:///:memory:", "sqlite::memory:"),
            ("mysql://host/db", "\"mysql\" is not known"),
        ] {
            let text = why(url);
            assert!(text.contains(reason) && text.contains("accepted are"), "{url:?}: {text}");
        }
        assert!(!why("mysql://me:secret@host/db").contains("secret"));
    }

    #[test]
    fn a_servers_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://me:sec@ret@host:5433/db?password=secret", "postgresql://host:5433/db"),
            ("postgresql:///db", "postgresql:///db"),
        ] {
            let location = Location::parse(url).unwrap();
            assert_eq!((location.server(), location.to_string().as_str()), (Some(url), shown));
        }
    }
}
