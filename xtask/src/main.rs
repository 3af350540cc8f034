//! `cargo xtask`: every check and generator of this repository, the same on a desk and in CI.
#![allow(clippy::print_stdout, reason = "a terminal program: its output is its result")]

mod book;
mod ci;
mod fuzz;
mod guards;
mod interop;
mod lints;
mod release;
mod schema;
mod steps;
mod test;
mod tools;
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
    /// All tests, with all features
    Test,
    /// Clippy on each published crate without features and with one at a time
    Features,
    /// Write docs/schemas/, the OpenAPI document in it, and the table of known members of incs-webhook
    Schema(Schema),
    /// Write docs/limits.md from the limits of incs-model
    Limits(Generator),
    /// Write the pages of docs/sending that are made of code, then build docs/ as a book and check every link in it
    Book(Generator),
    /// Prove what compilers do not: dependencies, licences, manifests, sources, links
    Guards(Guards),
    /// Package every published crate and check what was packaged
    Package,
    /// Whether the crates can be published
    Release(Release),
    /// Hand the exported schemas to tools of other languages; needs npm and python3, and installs fixed versions into target/
    Interop,
    /// Run every fuzz target for a while; needs a C++ compiler
    Fuzz(fuzz::Fuzz),
    /// Measure the crates with bench
    Bench(Generator),
}

/// How a subcommand treats the pages or figures it is in charge of.
#[derive(Args, Clone, Copy)]
struct Generator {
    /// Change nothing; fail when the result would differ from what is committed
    #[arg(long)]
    check: bool,
}

/// Schemas written, checked, or compared with older ones.
#[derive(Args)]
struct Schema {
    #[command(flatten)]
    generator: Generator,
    /// Change nothing; list every change since older schemas, and fail when one is breaking or may be
    #[arg(long, value_name = "FOLDER|REVISION", conflicts_with = "check")]
    diff: Option<String>,
    /// List the changes as JSON
    #[arg(long, requires = "diff")]
    json: bool,
}

/// What is asked before a release.
#[derive(Args, Clone, Copy)]
struct Release {
    /// Make the checks; nothing is ever published from here
    #[arg(long, required = true)]
    check: bool,
    /// Leave out what builds: the documentation of each crate alone, and the packages
    #[arg(long)]
    fast: bool,
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
        Command::Test => test::run(&workspace).map(drop),
        Command::Features => lints::features(&workspace),
        Command::Schema(Schema { diff: Some(old), json, .. }) => schema::diff::run(&workspace, old, *json),
        Command::Schema(Schema { generator: Generator { check }, .. }) => schema::run(&workspace, *check),
        Command::Limits(Generator { check }) => schema::limits(&workspace, *check),
        Command::Book(Generator { check }) => book::run(&workspace, *check),
        Command::Guards(Guards { fix }) => {
            if *fix {
                guards::fix(&workspace)?;
            }
            guards::run(&workspace)
        }
        Command::Interop => interop::run(&workspace),
        Command::Release(Release { fast, .. }) => release::check(&workspace, *fast),
        Command::Package => release::package(&workspace),
        Command::Fuzz(options) => fuzz::run(&workspace, options),
        Command::Bench(Generator { check }) => lints::bench(&workspace, *check),
    }
}
