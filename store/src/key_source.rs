//! Where a sealing key comes from: a file, or the environment. No key means no start.
//!
//! `file:PATH` holds 64 hexadecimal digits and belongs to its owner alone (0600); `env:NAME` is a variable of
//! the same form. Whatever else a host has (a key service, a hardware module) gives its bytes itself.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use voxguard_core::key::{Key, KeyError};
use zeroize::Zeroizing;

/// Bytes of a key file that are read: the digits, an end of line, and some more to notice that there are more.
const MAX_FILE_BYTES: u64 = 256;

/// The key of a source: `file:PATH` or `env:NAME`.
pub fn read(source: &str) -> Result<Key, KeySourceError> {
    let text = match source.split_once(':') {
        Some(("file", path)) if !path.is_empty() => read_file(Path::new(path))?,
        Some(("env", name)) if !name.is_empty() && !name.contains(['=', '\0']) => {
            let value = std::env::var(name).map(Zeroizing::new);
            value.map_err(|_| KeySourceError::Variable { name: name.to_owned() })?
        }
        _ => return Err(KeySourceError::Source),
    };
    Key::from_hex(text.trim_end_matches(['\r', '\n'])).map_err(KeySourceError::Key)
}

/// Writes a key into a new file that its owner alone may read. A file that is there is never touched.
pub fn create(path: &Path, key: &Key) -> Result<(), KeySourceError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let shown = || path.display().to_string();
    let mut file = options.open(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => KeySourceError::Exists { path: shown() },
        _ => KeySourceError::Io { path: shown(), reason: error.to_string() },
    })?;
    let line = Zeroizing::new(format!("{}\n", key.to_hex().as_str()));
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| KeySourceError::Io { path: shown(), reason: error.to_string() })
}

fn read_file(path: &Path) -> Result<Zeroizing<String>, KeySourceError> {
    let shown = || path.display().to_string();
    let io = |error: std::io::Error| KeySourceError::Io { path: shown(), reason: error.to_string() };
    let file = fs::File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => KeySourceError::Missing { path: shown() },
        _ => io(error),
    })?;
    // Of the file that was opened, not of whatever lies at the path by now.
    let found = file.metadata().map_err(io)?;
    if !found.is_file() {
        return Err(KeySourceError::Io { path: shown(), reason: "not a file".into() });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = found.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeySourceError::Open { path: shown(), mode });
        }
    }
    let mut text = Zeroizing::new(String::with_capacity(MAX_FILE_BYTES as usize));
    file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(io)?;
    Ok(text)
}

/// Why there is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeySourceError {
    /// Not a source.
    #[error("key source: accepted are file:PATH and env:NAME")]
    Source,
    /// No such variable, or not text.
    #[error("key source env:{name}: the variable is not set, or is not text")]
    Variable {
        /// Its name.
        name: String,
    },
    /// No such file.
    #[error("key file {path} does not exist: without a key nothing starts")]
    Missing {
        /// Its path.
        path: String,
    },
    /// A file is there already.
    #[error("key file {path} exists already: a key is never written over")]
    Exists {
        /// Its path.
        path: String,
    },
    /// Others may read the file.
    #[error("key file {path} has mode {mode:o}: accepted is 600 or 400, its owner alone")]
    Open {
        /// Its path.
        path: String,
        /// Its mode.
        mode: u32,
    },
    /// The system failed.
    #[error("key file {path}: {reason}")]
    Io {
        /// Its path.
        path: String,
        /// What the system said.
        reason: String,
    },
    /// What was found is no key.
    #[error("key source: {0}")]
    Key(KeyError),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seal.key");
        let source = format!("file:{}", path.display());
        assert!(matches!(read(&source), Err(KeySourceError::Missing { .. })));
        let key = Key::from_bytes(&[3; 32]).unwrap();
        create(&path, &key).unwrap();
        assert_eq!(read(&source).unwrap(), key);
        assert!(matches!(create(&path, &key), Err(KeySourceError::Exists { .. })));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            assert!(matches!(read(&source), Err(KeySourceError::Open { mode: 0o640, .. })));
        }
    }

    #[test]
    fn what_is_no_key_says_so_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bad.key");
        create(&path, &Key::from_bytes(&[3; 32]).unwrap()).unwrap();
        fs::write(&path, "hunter2").unwrap();
        let error = read(&format!("file:{}", path.display())).unwrap_err();
        assert!(matches!(error, KeySourceError::Key(_)) && !error.to_string().contains("hunter2"));
        for source in ["", "file:", "env:", "env:A=B", "https://example.org", "/etc/passwd"] {
            assert!(matches!(read(source), Err(KeySourceError::Source)), "{source}");
        }
        assert!(matches!(read("env:VOXGUARD_NO_SUCH_VARIABLE"), Err(KeySourceError::Variable { .. })));
    }
}
