//! The `search` program: arguments and environment in, text and an exit code out. Everything else is the library's.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main(std::env::args_os().collect())
}
