//! Runs the programs and reads what they say.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program that must succeed; what it printed. Panics with all of it when it does not.
pub fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?} does not start: {error}"));
    let text = printed(&output);
    assert!(output.status.success(), "{command:?}: {}\n{text}", output.status);
    text
}

/// Runs a test program, which ends with `ok N checks`; the number of checks it made.
pub fn checks(command: &mut Command) -> u64 {
    let text = run(command);
    let made =
        text.lines().rev().find_map(|line| line.strip_prefix("ok ")?.strip_suffix(" checks")?.parse().ok());
    let made: u64 =
        made.unwrap_or_else(|| panic!("{command:?} does not say how many checks it made:\n{text}"));
    assert!(made > 0, "{command:?} made no check");
    made
}

/// The program, with the options under which the sanitizers report everything.
pub fn sanitized(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("ASAN_OPTIONS", "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1");
    command.env("UBSAN_OPTIONS", "print_stacktrace=1");
    command
}

/// The program under valgrind, which fails it for any error or leak; or why there is none.
pub fn under_valgrind(program: &Path) -> Result<Command, String> {
    let found = Command::new("valgrind").arg("--version").output();
    if !found.is_ok_and(|output| output.status.success()) {
        return Err("valgrind is not installed".to_owned());
    }
    let mut command = Command::new("valgrind");
    command.args([
        "--quiet",
        "--error-exitcode=99",
        "--leak-check=full",
        "--show-leak-kinds=definite,indirect",
    ]);
    command.args([
        "--errors-for-leak-kinds=definite,indirect",
        "--child-silent-after-fork=yes",
        "--num-callers=30",
    ]);
    command.arg(program);
    Ok(command)
}

fn printed(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
