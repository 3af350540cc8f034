//! `incs-load` puts the sandbox, the client and the program `incs` under load. All traffic stays on loopback, and every run ends by
//! itself.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal program")]

mod child;
mod sandbox_rate;
mod send_rate;
mod share;
mod soak;
mod start_rate;

use std::process::ExitCode;

use clap::Parser;

/// Run load tests of the INCS workspace; build with `--release`.
#[derive(Debug, Parser)]
#[command(name = "incs-load")]
enum Command {
    /// Send many messages through sandbox, client and receiver with injected faults, and check each outcome
    Soak(soak::Soak),
    /// Compare the sandbox with a bare axum server, for a text send
    SandboxRate(sandbox_rate::SandboxRate),
    /// Compare `incs send` of many lines with a bare loop over the client
    SendRate(send_rate::SendRate),
    /// Compare the start time of `incs` with the start time of a plain clap program
    StartRate(start_rate::StartRate),
    /// Run the server of the other commands until the input ends
    #[command(hide = true)]
    Child(child::Options),
}

fn main() -> ExitCode {
    let command = Command::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let result = runtime.block_on(async {
        match command {
            Command::Soak(options) => soak::run(&options).await,
            Command::SandboxRate(options) => sandbox_rate::run(&options).await,
            Command::SendRate(options) => send_rate::run(&options).await,
            Command::StartRate(options) => start_rate::run(&options),
            Command::Child(options) => child::serve(&options).await,
        }
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
