//! Another libvoxguard in the process must not answer for the Python module or the Node addon, which carry their own.
//!
//! The decoy exports every function of ours and answers nonsense. `cargo xtask test` names the built modules in
//! `VOXGUARD_PYTHON` (a Python that has voxguard installed) and `VOXGUARD_NODE_ADDON` (`VOXGUARD_NODE`: the node to use).
#![cfg(target_os = "linux")]

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use voxguard::Key;
use voxguard_tests::compiler::Language;
use voxguard_tests::{library, program, skipped, workspace};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A shared library with every symbol of ours: `vg_version` answers "decoy", everything else 77.
fn decoy() -> &'static PathBuf {
    static DECOY: OnceLock<PathBuf> = OnceLock::new();
    DECOY.get_or_init(|| {
        let folder = workspace::scratch("decoy");
        let mut source = "const char *vg_version(void) { return \"decoy\"; }\n".to_owned();
        for name in library::symbols().iter().filter(|name| *name != "vg_version") {
            source.push_str(&format!("int {name}(void);\nint {name}(void) {{ return 77; }}\n"));
        }
        let path = folder.join("decoy.c");
        std::fs::write(&path, source).expect("written");
        let library = folder.join("libvoxguard.so");
        let mut compiler = Language::C.compiler();
        compiler.args(["-shared", "-fPIC", "-Wl,-soname,libvoxguard.so", "-o"]).arg(&library).arg(&path);
        program::run(&mut compiler);
        library
    })
}

fn own() -> (String, String) {
    (voxguard::version().to_owned(), Key::from_hex(KEY).expect("a key").id().to_owned())
}

fn assert_answers_itself(command: &mut Command) {
    let (version, id) = own();
    assert_eq!(program::run(command).trim(), format!("{version} {id}"));
}

#[test]
fn the_decoy_does_take_over_what_links_the_shared_library() {
    // Without this the tests below could pass because the decoy is not loaded at all.
    let folder = workspace::scratch("decoy");
    let source = folder.join("victim.c");
    let text =
        "#include <stdio.h>\n#include <voxguard.h>\nint main(void) { puts(vg_version()); return 0; }\n";
    std::fs::write(&source, text).expect("written");
    let victim = folder.join("victim");
    let mut compiler = Language::C.compiler();
    compiler.arg("-o").arg(&victim).arg(&source).arg("-L").arg(library::folder()).arg("-lvoxguard");
    program::run(compiler.arg(format!("-Wl,-rpath,{}", library::folder().display())));
    assert_eq!(program::run(&mut Command::new(&victim)).trim(), voxguard::version());
    assert_eq!(program::run(Command::new(&victim).env("LD_PRELOAD", decoy())).trim(), "decoy");
}

fn python() -> Option<Command> {
    match std::env::var_os("VOXGUARD_PYTHON") {
        Some(python) => Some(Command::new(python)),
        None => {
            skipped("decoy before Python", "VOXGUARD_PYTHON names no Python that has voxguard");
            None
        }
    }
}

const PYTHON: &str = "import voxguard, sys; print(voxguard.version(), voxguard.Key.from_hex(sys.argv[1]).id)";

#[test]
fn python_answers_itself_when_the_decoy_was_preloaded() {
    let Some(mut python) = python() else { return };
    assert_answers_itself(python.args(["-c", PYTHON, KEY]).env("LD_PRELOAD", decoy()));
}

#[test]
fn python_answers_itself_when_the_decoy_was_loaded_globally() {
    let Some(mut python) = python() else { return };
    let load = "import ctypes, sys; ctypes.CDLL(sys.argv[2], ctypes.RTLD_GLOBAL); ";
    assert_answers_itself(python.args(["-c", &format!("{load}{PYTHON}"), KEY]).arg(decoy()));
}

#[test]
fn node_answers_itself_when_the_decoy_was_preloaded() {
    if std::env::var_os("VOXGUARD_NODE_ADDON").is_none() {
        return skipped("decoy before Node", "VOXGUARD_NODE_ADDON names no addon");
    }
    let node = std::env::var_os("VOXGUARD_NODE").unwrap_or_else(|| "node".into());
    let script =
        "const v = require(process.argv[1]); console.log(v.version, v.Key.fromHex(process.argv[2]).id)";
    let mut command = Command::new(node);
    command.args(["-e", script]).arg(workspace::file("bindings/node")).arg(KEY).env("LD_PRELOAD", decoy());
    assert_answers_itself(&mut command);
}
