//! Builds what is shipped: the C library, the Python wheel, the Node addon, and the Rust example.

use crate::place::Profile;
use crate::python::{self, Environment};
use crate::{Result, place, step, tool};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds libvoxguard, the Node addon and the Rust example, and puts the addon where `bindings/node`
/// loads it from a checkout.
pub fn native() -> Result {
    let packages = ["voxguard-capi", "voxguard-node", "voxguard-example"];
    cargo("C library, Node addon, Rust example", Profile::Release, &packages)?;
    install_libraries(Profile::Release, &place::libraries())?;
    copy_if_new(&Profile::Release.shared_library("voxguard_node"), &addon())
}

/// Builds `packages` as a step called `label`.
pub fn cargo(label: &str, profile: Profile, packages: &[&str]) -> Result {
    let mut cargo = tool::cargo();
    cargo.args(["build", "--locked", "--profile", profile.name()]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    step::run(label, &mut cargo)?;
    Ok(())
}

/// Lays libvoxguard out in `folder` as an installation would: the shared library under its soname.
pub fn install_libraries(profile: Profile, folder: &Path) -> Result {
    fs::create_dir_all(folder)?;
    let shared = profile.shared_library("voxguard");
    let Some(soname) = SONAME else {
        let import = profile.folder().join("voxguard.dll.lib");
        for file in [shared, import, profile.static_library("voxguard")] {
            copy_if_new(&file, &folder.join(file.file_name().unwrap_or_default()))?;
        }
        return Ok(());
    };
    copy_if_new(&shared, &folder.join(soname))?;
    copy_if_new(&profile.static_library("voxguard"), &folder.join("libvoxguard.a"))?;
    #[cfg(unix)]
    {
        let link = folder.join(shared.file_name().unwrap_or_default());
        if fs::symlink_metadata(&link).is_err() {
            std::os::unix::fs::symlink(soname, link)?;
        }
    }
    Ok(())
}

/// The name under which a program looks for the shared library when it starts; the number is
/// VG_ABI_VERSION (see `ffi/capi/build.rs`).
const SONAME: Option<&str> = if cfg!(windows) {
    None
} else if cfg!(target_os = "macos") {
    Some("libvoxguard.0.dylib")
} else {
    Some("libvoxguard.so.0")
};

/// The Node addon beside `bindings/node/index.js`, which git ignores.
pub fn addon() -> PathBuf {
    place::top().join("bindings/node/voxguard.node")
}

/// Builds the wheel with maturin and answers where it lies.
pub fn wheel(environment: &Environment, profile: Profile) -> Result<PathBuf> {
    let folder = place::target().join("wheels");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut maturin = environment.command();
    maturin.args(["-m", "maturin", "build", "--locked", "--profile", profile.name(), "--out"]).arg(&folder);
    maturin.arg("--interpreter").arg(environment.interpreter());
    step::run("Python wheel", &mut maturin)?;
    let found = fs::read_dir(&folder)?.flatten().map(|entry| entry.path());
    let found = found.filter(|path| path.extension().is_some_and(|extension| extension == "whl"));
    found.max().ok_or_else(|| format!("maturin left no wheel in {}", place::shown(&folder)).into())
}

/// Builds the Python module with cargo alone and lays the package out under `target/python`.
pub fn python_folder(environment: &mut Environment) -> Result {
    let mut cargo = tool::cargo();
    cargo.args(["build", "--release", "--locked", "--package", "voxguard-python"]);
    cargo.env("PYO3_PYTHON", environment.interpreter()).env("PYO3_BUILD_EXTENSION_MODULE", "1");
    step::run("Python module, by cargo alone", &mut cargo)?;
    let folder = place::target().join("python");
    let package = folder.join("voxguard");
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    copy_folder(&place::top().join("bindings/python/python/voxguard"), &package)?;
    let name = if cfg!(windows) { "_native.pyd" } else { "_native.abi3.so" };
    fs::copy(Profile::Release.shared_library("_native"), package.join(name))?;
    environment.use_path(folder);
    Ok(())
}

/// Copies a folder with all that is in it, except what Python compiled.
pub fn copy_folder(from: &Path, to: &Path) -> Result {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).map_err(|error| format!("{}: {error}", place::shown(from)))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_name() == "__pycache__" {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Copies `from` over `to` unless they are the same: a loaded library must not change under a process.
fn copy_if_new(from: &Path, to: &Path) -> Result {
    if to.exists() && python::sha256(from)? == python::sha256(to)? {
        return Ok(());
    }
    // A new file, not new content in the old one: a running program may have the old one mapped.
    if to.exists() {
        fs::remove_file(to)?;
    }
    fs::copy(from, to)?;
    Ok(())
}

/// `libvoxguard.so` and its size, for a person.
pub fn described(path: &Path) -> Result<String> {
    let size = fs::metadata(path).map_err(|error| format!("{}: {error}", place::shown(path)))?.len();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Ok(format!("{name} {:.1} MB", size as f64 / 1e6))
}

/// What a C or C++ compiler is told to link the shared library in `target/lib`.
pub fn link_arguments() -> Vec<String> {
    let folder = place::libraries().display().to_string();
    let mut arguments = vec![format!("-L{folder}"), "-lvoxguard".to_owned()];
    if !cfg!(windows) {
        arguments.push(format!("-Wl,-rpath,{folder}"));
        arguments.push("-lm".to_owned());
    }
    arguments
}

/// Lets the loader find the shared library where the program itself does not say where it is.
pub fn add_library_path(command: &mut Command) {
    if cfg!(windows) {
        let old = std::env::var_os("PATH").unwrap_or_default();
        let folders = std::iter::once(place::libraries()).chain(std::env::split_paths(&old));
        if let Ok(path) = std::env::join_paths(folders) {
            command.env("PATH", path);
        }
    }
}
