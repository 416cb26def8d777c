//! The shared library under test.
//!
//! `VOXGUARD_LIB_DIR` names the folder of an optimised one, laid out as an installation is: `cargo xtask test` makes it.
//! Without it the library is built for the profile of the running tests, once a process.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::workspace;

/// The folder of `libvoxguard`.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match env::var_os("VOXGUARD_LIB_DIR") {
        Some(folder) => workspace::top().join(folder),
        None => build(),
    })
}

/// The shared library itself.
pub fn shared() -> PathBuf {
    let name = format!("{}voxguard{}", env::consts::DLL_PREFIX, env::consts::DLL_SUFFIX);
    let path = folder().join(name);
    assert!(path.exists(), "{} is not there: build it with cargo build -p voxguard-capi", path.display());
    path
}

/// Whether it is an optimised one, whose size counts.
pub fn optimised() -> bool {
    env::var_os("VOXGUARD_LIB_DIR").is_some() || workspace::profile() == "release"
}

/// The names that the library must export: `include/symbols.txt`, sorted.
pub fn symbols() -> Vec<String> {
    let path = workspace::file("include/symbols.txt");
    let text = std::fs::read_to_string(&path).expect("include/symbols.txt is committed");
    let mut names: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect();
    names.sort();
    assert!(names.len() > 50, "include/symbols.txt lists all functions");
    names
}

fn build() -> PathBuf {
    let folder = workspace::build_folder();
    let mut cargo = Command::new(workspace::cargo());
    cargo.args(["build", "--locked", "-p", "voxguard-capi", "--profile", &workspace::profile()]);
    cargo.current_dir(workspace::top());
    // `target/debug`, or `target/TRIPLE/debug` when a target was named.
    if let Some(target) = folder.parent() {
        cargo.env("CARGO_TARGET_DIR", target);
    }
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{cargo:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    lay_out(&folder)
}

/// A folder with the built library under both its names: the one that programs are linked by, and its soname, which
/// they look for when they start (`ffi/capi/build.rs`).
#[cfg(unix)]
fn lay_out(built: &Path) -> PathBuf {
    let folder = workspace::scratch("lib");
    let name = format!("libvoxguard{}", env::consts::DLL_SUFFIX);
    let soname = if cfg!(target_os = "macos") { "libvoxguard.0.dylib" } else { "libvoxguard.so.0" };
    for name in [name.as_str(), soname] {
        let link = folder.join(name);
        let _ = std::fs::remove_file(&link);
        let library = built.join(format!("libvoxguard{}", env::consts::DLL_SUFFIX));
        std::os::unix::fs::symlink(library, link).expect("the build folder takes links");
    }
    folder
}

#[cfg(not(unix))]
fn lay_out(built: &Path) -> PathBuf {
    built.to_owned()
}
