//! Makes `tests/vectors/audio.json` from the clips beside it.
//!
//! `cargo run --release -p voxguard-tests --bin vectors` prints it, with `-- --write` it is written.

use voxguard_tests::vectors;

fn main() -> std::io::Result<()> {
    let text = vectors::render(&vectors::make());
    match std::env::args().nth(1).as_deref() {
        None => print!("{text}"),
        Some("--write") => std::fs::write(vectors::path("audio.json"), text)?,
        Some(other) => {
            eprintln!("{other}: accepted is --write, or nothing");
            std::process::exit(2);
        }
    }
    Ok(())
}
