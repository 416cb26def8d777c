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

/// The folder of the release build.
pub fn release() -> PathBuf {
    target().join("release")
}

/// The shared library that cargo makes of the library target `name`.
pub fn shared_library(name: &str) -> PathBuf {
    release().join(format!("{}{name}{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX))
}

/// The static library that cargo makes of the library target `name`.
pub fn static_library(name: &str) -> PathBuf {
    release().join(if cfg!(windows) { format!("{name}.lib") } else { format!("lib{name}.a") })
}

/// `path` as a person at the top of the repository would type it.
pub fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(top()).unwrap_or(path).display().to_string()
}
