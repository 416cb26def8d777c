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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    /// `None`: in memory.
    file: Option<PathBuf>,
    busy_timeout: Duration,
}

impl Location {
    /// Reads a URL. A relative path is taken from the current folder, once: a later `chdir` moves nothing.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        let refused = |reason: &str| Err(StoreError::Url { reason: reason.to_owned() });
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
        let busy_timeout = busy_timeout(options)?;
        if place == ":memory:" {
            return Ok(Self { file: None, busy_timeout });
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
            Ok(file) => Ok(Self { file: Some(file), busy_timeout }),
            Err(error) => refused(&format!("its path cannot be resolved ({error})")),
        }
    }

    /// The file; `None` in memory.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// How long to wait for somebody else's lock.
    pub fn busy_timeout(&self) -> Duration {
        self.busy_timeout
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.file {
            Some(file) => write!(f, "{}", file.display()),
            None => f.write_str(":memory:"),
        }
    }
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
        let wait = |url: &str| Location::parse(url).map(|location| location.busy_timeout().as_millis());
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
        assert!(!why("postgres://me:secret@host/db").contains("secret"));
    }
}
