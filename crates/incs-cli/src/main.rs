//! The `incs` program: send, ask, check and receive messages of the INCS platform, with a local sandbox.

mod args;
mod commands;
mod connect;
mod exit;
#[cfg(test)]
mod frozen;
mod input;
mod output;
mod settings;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
