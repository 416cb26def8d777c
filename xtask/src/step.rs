//! Steps of a command: one line each on the terminal, with the time it took. What the programs print
//! is kept back and shown only when one of them fails.

use crate::Result;
use std::io::{BufRead, BufReader, IsTerminal, Read, Write, stdout};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::Instant;

/// Width of the column before the seconds.
const WIDTH: usize = 78;

/// What a finished program printed (both streams, in the order the lines came) and whether it
/// succeeded.
pub struct Output {
    pub success: bool,
    pub text: String,
}

/// Runs `command` as a step called `label`; fails with all that it printed.
pub fn run(label: &str, command: &mut Command) -> Result<String> {
    timed(label, || {
        let output = capture(label, command)?;
        if output.success { Ok(output.text) } else { Err(failure(command, &output.text)) }
    })
}

/// Does `work` as a step called `label`.
pub fn timed<T>(label: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = Instant::now();
    begin(label);
    let result = work();
    end(label, if result.is_ok() { "" } else { "failed" }, start);
    result
}

/// Runs `command` and keeps what it prints; on a terminal its newest line shows beside `label`.
pub fn capture(label: &str, command: &mut Command) -> Result<Output> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .current_dir(command.get_current_dir().map_or_else(crate::place::top, Into::into))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    let (sender, lines) = channel();
    let readers = [
        child.stdout.take().map(|stream| forward(stream, sender.clone())),
        child.stderr.take().map(|stream| forward(stream, sender)),
    ];
    let mut text = String::new();
    for line in lines {
        show(label, &line);
        text.push_str(&line);
        text.push('\n');
    }
    for reader in readers.into_iter().flatten() {
        let _ = reader.join();
    }
    Ok(Output { success: child.wait()?.success(), text })
}

/// The error of a program that failed, with what it printed.
pub fn failure(command: &Command, text: &str) -> Box<dyn std::error::Error> {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    format!("{}\n{text}\nThat command failed; its output stands above.", words.join(" ")).into()
}

/// A line that is no step: what a person should know now.
pub fn note(label: &str, text: &str) {
    println!("    {label:<10} {text}");
}

/// Prints the label alone; `end` finishes the line.
pub fn begin(label: &str) {
    if stdout().is_terminal() {
        print!("    {label}");
        let _ = stdout().flush();
    }
}

/// Finishes the line that `begin` began.
pub fn end(label: &str, result: &str, start: Instant) {
    let line = if result.is_empty() { label.to_owned() } else { format!("{label}: {result}") };
    let back = if stdout().is_terminal() { "\r\x1b[2K" } else { "" };
    println!("{back}    {line:<WIDTH$} {:>6.1} s", start.elapsed().as_secs_f64());
}

fn show(label: &str, line: &str) {
    if stdout().is_terminal() {
        let room = WIDTH.saturating_sub(label.chars().count() + 2);
        let line: String = line.trim().chars().filter(|c| !c.is_control()).take(room).collect();
        print!("\r\x1b[2K    {label}  {line}");
        let _ = stdout().flush();
    }
}

fn forward(stream: impl Read + Send + 'static, sender: Sender<String>) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stream).split(b'\n') {
            let Ok(line) = line else { break };
            let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
            if sender.send(line).is_err() {
                break;
            }
        }
    })
}
