//! `cargo xtask dist`: what is shipped, in `target/packages`.

use crate::place::Profile;
use crate::python::{self, Environment};
use crate::{Result, build, place, step, tool};
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the shared library may weigh, in bytes.
const LARGEST_LIBRARY: u64 = 8_000_000;

pub fn run() -> Result {
    println!("Packing {}/", place::shown(&folder()));
    build::cargo("C library, Node addon", Profile::Dist, &["voxguard-capi", "voxguard-node"])?;
    let bytes = fs::metadata(Profile::Dist.shared_library("voxguard"))?.len();
    if bytes >= LARGEST_LIBRARY {
        return Err(format!(
            "the shared library has {bytes} bytes: accepted are less than {LARGEST_LIBRARY}"
        )
        .into());
    }
    if folder().exists() {
        fs::remove_dir_all(folder())?;
    }
    fs::create_dir_all(folder())?;
    c_archive()?;
    node_package()?;
    let environment = Environment::open()?;
    environment.install(&python::MATURIN)?;
    let wheel = build::wheel(&environment, Profile::Dist)?;
    fs::copy(&wheel, folder().join(wheel.file_name().unwrap_or_default()))?;
    for entry in fs::read_dir(folder())?.flatten().filter(|entry| entry.path().is_file()) {
        step::note("packed", &build::described(&entry.path())?);
    }
    Ok(())
}

fn folder() -> std::path::PathBuf {
    place::target().join("packages")
}

/// Header, C++ wrapper, both libraries and the licences, as one archive.
fn c_archive() -> Result {
    let name = format!("voxguard-{}-{}", env!("CARGO_PKG_VERSION"), platform());
    let root = folder().join(&name);
    fs::create_dir_all(root.join("include"))?;
    for file in ["voxguard.h", "voxguard.hpp"] {
        fs::copy(place::top().join("include").join(file), root.join("include").join(file))?;
    }
    build::install_libraries(Profile::Dist, &root.join("lib"))?;
    licences(&root)?;
    let mut tar = Command::new("tar");
    tar.arg("-czf").arg(format!("{name}.tar.gz")).arg(&name).current_dir(folder());
    step::run("C archive", &mut tar)?;
    fs::remove_dir_all(root)?;
    Ok(())
}

/// `npm pack` of the Node package with the addon for this machine inside.
fn node_package() -> Result {
    let stage = place::target().join("node-package");
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    let source = place::top().join("bindings/node");
    fs::create_dir_all(&stage)?;
    for file in ["package.json", "index.js", "index.mjs", "index.d.ts", "index.d.mts", "README.md"] {
        fs::copy(source.join(file), stage.join(file))
            .map_err(|error| format!("bindings/node/{file}: {error}"))?;
    }
    for part in ["lib", "types"] {
        build::copy_folder(&source.join(part), &stage.join(part))?;
    }
    fs::copy(Profile::Dist.shared_library("voxguard_node"), stage.join("voxguard.node"))?;
    ship_addon(&stage.join("package.json"))?;
    licences(&stage)?;
    let mut npm = tool::npm()?;
    npm.args(["pack", "--silent", "--pack-destination"]).arg(folder()).current_dir(&stage);
    step::run("Node package", &mut npm)?;
    Ok(())
}

/// The package for one machine carries its addon; the one for all leaves it to packages a platform.
fn ship_addon(manifest: &Path) -> Result {
    let mut package: serde_json::Value = serde_json::from_str(&fs::read_to_string(manifest)?)?;
    let files = package["files"].as_array_mut().ok_or("bindings/node/package.json lists no files")?;
    files.push("voxguard.node".into());
    fs::write(manifest, serde_json::to_string_pretty(&package)? + "\n")?;
    Ok(())
}

fn licences(to: &Path) -> Result {
    for file in ["LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(place::top().join(file), to.join(file))?;
    }
    Ok(())
}

fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}
