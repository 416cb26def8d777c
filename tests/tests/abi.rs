//! The shipped library and headers are what they say they are.

use std::path::Path;
use std::process::Command;

use voxguard_tests::compiler::Language;
use voxguard_tests::{library, program, skipped, workspace};

/// What `libvoxguard` may weigh, in bytes, before link-time optimisation: `cargo xtask dist` keeps what is shipped, after it,
/// below 8 MB. (9,601,400 bytes before were 7,981,048 after.)
const LARGEST_LIBRARY: u64 = 9_620_000;

#[test]
fn the_library_exports_the_symbols_that_are_listed_and_no_other() {
    if !cfg!(target_os = "linux") {
        return skipped("exported symbols", "nm reads dynamic symbols on Linux");
    }
    let listing = program::run(
        Command::new("nm").args(["-D", "--defined-only", "--no-demangle"]).arg(library::shared()),
    );
    // "0000000000012345 T vg_version"; a version stands in a line of its own, as an absolute symbol.
    let symbol = |line: &str| {
        let mut words = line.split_whitespace().rev();
        let (name, kind) = (words.next()?, words.next()?);
        (kind != "A").then(|| name.split('@').next().unwrap_or(name).to_owned())
    };
    let mut exported: Vec<String> = listing.lines().filter_map(symbol).collect();
    exported.sort();
    assert_eq!(exported, library::symbols());
}

#[test]
fn the_header_declares_the_symbols_that_are_listed_and_no_other() {
    let header =
        std::fs::read_to_string(workspace::file("include/voxguard.h")).expect("the header is committed");
    let code = without_comments(&header);
    let mut declared: Vec<String> = code
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '(')
        .filter_map(|word| word.split_once('(').map(|(name, _)| name))
        .filter(|name| name.starts_with("vg_"))
        .map(str::to_owned)
        .collect();
    declared.sort();
    declared.dedup();
    assert_eq!(declared, library::symbols());
}

fn without_comments(code: &str) -> String {
    let mut kept = String::new();
    let mut rest = code;
    while let Some((before, after)) = rest.split_once("/*") {
        kept += before;
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    kept += rest;
    kept.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_library_says_its_own_name() {
    if !cfg!(target_os = "linux") {
        return skipped("SONAME", "readelf reads it on Linux");
    }
    let dynamic = program::run(Command::new("readelf").args(["-d", "-W"]).arg(library::shared()));
    let name =
        dynamic.lines().find(|line| line.contains("(SONAME)")).expect("a SONAME is set: rustc sets none");
    assert!(name.contains("[libvoxguard.so"), "{name}");
}

#[test]
fn the_library_is_small() {
    if !library::optimised() {
        return skipped("library size", "only the release build is made small");
    }
    let bytes = std::fs::metadata(library::shared()).expect("the library is there").len();
    println!("{bytes} bytes");
    assert!(bytes < LARGEST_LIBRARY, "{bytes} bytes: accepted are less than {LARGEST_LIBRARY}");
}

/// The usual compilers, and clang where it is installed.
fn compilers(language: Language) -> Vec<Command> {
    let (clang, arguments): (_, &[&str]) = match language {
        Language::C => ("clang", &["-std=c99"]),
        Language::Cpp => ("clang++", &["-std=c++17"]),
    };
    let mut compilers = vec![language.compiler()];
    if Command::new(clang).arg("--version").output().is_ok_and(|output| output.status.success()) {
        let mut command = Command::new(clang);
        command
            .args(arguments)
            .args(["-pedantic", "-Wall", "-Wextra", "-Werror", "-I"])
            .arg(workspace::file("include"));
        compilers.push(command);
    }
    compilers
}

fn compiles_alone(language: Language, header: &str) {
    let ending = if language == Language::C { "c" } else { "cpp" };
    let name = header.replace('.', "_");
    let source = workspace::scratch("alone").join(format!("{name}.{ending}"));
    // Twice: a header must guard itself.
    let text = format!("#include <{header}>\n#include <{header}>\nint main(void) {{ return 0; }}\n");
    std::fs::write(&source, text.replace("(void)", if ending == "c" { "(void)" } else { "()" }))
        .expect("written");
    for mut compiler in compilers(language) {
        let object: &Path = &source.with_extension("o");
        program::run(compiler.arg("-c").arg("-o").arg(object).arg(&source));
    }
}

#[test]
fn the_c_header_compiles_alone_as_c99() {
    compiles_alone(Language::C, "voxguard.h");
}

#[test]
fn the_c_header_compiles_alone_as_cpp17() {
    compiles_alone(Language::Cpp, "voxguard.h");
}

#[test]
fn the_cpp_header_compiles_alone() {
    compiles_alone(Language::Cpp, "voxguard.hpp");
}
