//! `cargo xtask`: every check and generator of this repository, the same on a desk and in CI.
#![allow(clippy::print_stdout, reason = "a terminal program: its output is its result")]

mod bench;
mod ci;
mod clippy;
mod files;
mod fuzz;
mod generated;
mod guards;
mod interop;
mod limits;
mod markdown;
mod package;
mod schema;
mod steps;
mod test;
mod workspace;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::workspace::Workspace;

/// Checks and generators of the INCS workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Everything CI runs, in its order; stops at the first failure
    Ci,
    /// All tests: the featureless crates first, then the workspace with all features
    Test,
    /// Write docs/schemas/ and the OpenAPI document in it, and the table of known members of incs-webhook
    Schema(Generator),
    /// Write docs/limits.md from the limits of incs-model
    Limits(Generator),
    /// Prove what compilers do not: layers, dependencies, files, docs, manifests
    Guards(Guards),
    /// Package every publishable crate and build what was packaged
    Package,
    /// Hand the exported schemas to tools of other languages; needs npm and python3, and installs fixed versions into target/
    Interop,
    /// Run every fuzz target for a while; needs a C++ compiler
    Fuzz(fuzz::Fuzz),
    /// Measure the crates with crates/incs-bench
    Bench(Generator),
}

/// How a subcommand treats the pages or figures it is in charge of.
#[derive(Args, Clone, Copy)]
struct Generator {
    /// Change nothing; fail when the result would differ from what is committed
    #[arg(long)]
    check: bool,
}

/// How the guards treat the numbers that pages state.
#[derive(Args, Clone, Copy)]
struct Guards {
    /// Write the true numbers of crates into the pages first
    #[arg(long)]
    fix: bool,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> anyhow::Result<()> {
    let workspace = Workspace::load()?;
    match command {
        Command::Ci => ci::run(&workspace),
        Command::Test => test::run(&workspace),
        Command::Schema(Generator { check }) => schema::run(&workspace, *check),
        Command::Limits(Generator { check }) => limits::run(&workspace, *check),
        Command::Guards(Guards { fix: true }) => guards::fix(&workspace),
        Command::Guards(Guards { fix: false }) => guards::run(&workspace),
        Command::Interop => interop::run(&workspace),
        Command::Package => package::run(&workspace),
        Command::Fuzz(options) => fuzz::run(&workspace, options),
        Command::Bench(Generator { check }) => bench::run(&workspace, *check),
    }
}
