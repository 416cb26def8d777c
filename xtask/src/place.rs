//! Where things lie: the top of the repository, `target/`, and what cargo calls its products here.

use std::env;
use std::path::PathBuf;

/// The top folder of the repository.
pub fn top() -> PathBuf {
    let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().map(PathBuf::from).unwrap_or(manifest)
}

/// Cargo's target folder; all that xtask writes goes below it.
pub fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(path) => top().join(path),
        None => top().join("target"),
    }
}

/// The folder of libvoxguard as it is installed: under the name that programs look for when they run,
/// with the name that they are linked by leading to it.
pub fn libraries() -> PathBuf {
    target().join("lib")
}

/// How cargo builds: a profile of the top `Cargo.toml`.
#[derive(Clone, Copy)]
pub enum Profile {
    /// For the demonstration and the tests: optimised, without link-time optimisation.
    Release,
    /// What is shipped.
    Dist,
}

impl Profile {
    /// Its name in `Cargo.toml`, and of its folder in `target/`.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Release => "release",
            Profile::Dist => "dist",
        }
    }

    /// The folder that cargo leaves its products in.
    pub fn folder(self) -> PathBuf {
        target().join(self.name())
    }

    /// The shared library that cargo makes of the library target `name`.
    pub fn shared_library(self, name: &str) -> PathBuf {
        self.folder().join(format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX))
    }

    /// The static library that cargo makes of the library target `name`.
    pub fn static_library(self, name: &str) -> PathBuf {
        self.folder().join(if cfg!(windows) { format!("{name}.lib") } else { format!("lib{name}.a") })
    }

    /// The program that cargo makes of the binary target `name`.
    pub fn program(self, name: &str) -> PathBuf {
        self.folder().join(format!("{name}{}", env::consts::EXE_SUFFIX))
    }
}

/// `path` as a person at the top of the repository would type it.
pub fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(top()).unwrap_or(path).display().to_string()
}
