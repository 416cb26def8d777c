//! The C and C++ compilers: `CC` and `CXX`, or `cc` and `c++`.

use std::collections::BTreeMap;
use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::{library, workspace};

/// Which language a file is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// C99.
    C,
    /// C++17.
    Cpp,
}

impl Language {
    /// By the ending of the file.
    pub fn of(source: &Path) -> Self {
        match source.extension() {
            Some(extension) if extension == "c" => Self::C,
            _ => Self::Cpp,
        }
    }

    /// The compiler, told the standard, all warnings, and that a warning is an error.
    pub fn compiler(self) -> Command {
        let (variable, usual, standard) = match self {
            Self::C => ("CC", "cc", "-std=c99"),
            Self::Cpp => ("CXX", "c++", "-std=c++17"),
        };
        let named = env::var(variable).unwrap_or_else(|_| usual.to_owned());
        let mut words = named.split_whitespace();
        let mut command = Command::new(words.next().unwrap_or(usual));
        command.args(words).arg(standard);
        command.args(["-pedantic", "-Wall", "-Wextra", "-Werror", "-g", "-O1"]);
        command.arg("-I").arg(workspace::file("include"));
        command
    }
}

/// What watches over a program while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Watch {
    /// Nothing.
    Plain,
    /// AddressSanitizer, with its leak check, and UndefinedBehaviorSanitizer.
    Sanitizers,
}

/// Makes a program of `source`, a path in the repository, and answers where it lies. Once a process: tests that share
/// a program run at the same time, and a running program cannot be written.
pub fn program(source: &str, watch: Watch) -> PathBuf {
    static MADE: Mutex<BTreeMap<(String, Watch), PathBuf>> = Mutex::new(BTreeMap::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    made.entry((source.to_owned(), watch)).or_insert_with(|| compile(source, watch)).clone()
}

fn compile(source: &str, watch: Watch) -> PathBuf {
    let source = workspace::file(source);
    let language = Language::of(&source);
    // Two languages, two folders have files of one name.
    let name = source
        .strip_prefix(workspace::top())
        .unwrap_or(&source)
        .to_string_lossy()
        .replace(['/', '\\', '.'], "_");
    let folder = workspace::scratch(match watch {
        Watch::Plain => "plain",
        Watch::Sanitizers => "sanitizers",
    });
    let program = folder.join(name);
    let mut command = language.compiler();
    if watch == Watch::Sanitizers {
        command.args([
            "-fsanitize=address,undefined",
            "-fno-sanitize-recover=all",
            "-fno-omit-frame-pointer",
        ]);
    }
    command.arg("-o").arg(&program).arg(&source);
    command.arg("-L").arg(library::folder()).arg("-lvoxguard");
    command.arg(format!("-Wl,-rpath,{}", library::folder().display()));
    command.args(["-lm", "-pthread"]);
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
    program
}

/// Whether the compilers can link the sanitizers; if not, why.
pub fn sanitizers() -> Result<(), String> {
    static FOUND: OnceLock<Result<(), String>> = OnceLock::new();
    FOUND
        .get_or_init(|| {
            let folder = workspace::scratch("sanitizers");
            let source = folder.join("empty.c");
            std::fs::write(&source, "int main(void) { return 0; }\n").map_err(|error| error.to_string())?;
            let mut command = Language::C.compiler();
            command.args(["-fsanitize=address,undefined", "-o"]).arg(folder.join("empty")).arg(&source);
            let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            if output.status.success() { Ok(()) } else { Err(complaint) }
        })
        .clone()
}
