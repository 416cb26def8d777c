//! voxguard on the command line: see `voxguard --help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    ExitCode::from(voxguard_cli::run(std::env::args_os().skip(1)))
}
