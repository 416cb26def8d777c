//! Where things lie.

use std::env;
use std::path::{Path, PathBuf};

/// The top folder of the repository.
pub fn top() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap_or(tests).to_owned()
}

/// A file of the repository.
pub fn file(path: &str) -> PathBuf {
    top().join(path)
}

/// The folder of the running build: `target/debug`, `target/release`, or the like for another target.
pub fn build_folder() -> PathBuf {
    let program = env::current_exe().expect("a program knows where it lies");
    let folder = program.parent().expect("a program lies in a folder");
    match folder.file_name() {
        Some(name) if name == "deps" => folder.parent().unwrap_or(folder).to_owned(),
        _ => folder.to_owned(),
    }
}

/// The profile of the running build, as `cargo build --profile` takes it.
pub fn profile() -> String {
    let name = build_folder().file_name().map(|name| name.to_string_lossy().into_owned());
    match name.as_deref() {
        Some("debug") | None => "dev".to_owned(),
        Some(name) => name.to_owned(),
    }
}

/// A folder for what a test compiles or writes, made if it is not there.
pub fn scratch(name: &str) -> PathBuf {
    let folder = build_folder().join("voxguard-tests").join(name);
    std::fs::create_dir_all(&folder).expect("the build folder can be written");
    folder
}

/// The cargo that runs us.
pub fn cargo() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
