//! The `incs` program: sends, tracks, validates and receives messages of the INCS platform, and runs a local sandbox.

mod args;
mod commands;
mod confirm;
mod connect;
mod exit;
#[cfg(test)]
mod frozen;
mod input;
mod lines;
mod output;
mod settings;
mod stop;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
