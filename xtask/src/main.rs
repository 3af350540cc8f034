//! `cargo xtask`: every check and generator of this repository, the same locally and in CI.
#![allow(clippy::print_stdout, reason = "a terminal program: its output is its result")]

mod book;
mod ci;
mod crash;
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

/// Run the checks and generators of the INCS workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything that CI runs, in its order; stop at the first failure
    Ci,
    /// Run all tests with all features
    Test,
    /// Run clippy on each published crate without features and with one feature at a time
    Features,
    /// Write docs/schemas/, the OpenAPI document in it, and the table of known members of incs-webhook
    Schema(Schema),
    /// Write docs/limits.md from the limits of incs-model
    Limits(Generator),
    /// Write docs/errors.md from the catalogue of error codes of incs-model
    Errors(Generator),
    /// Write the generated pages of docs/sending, then build docs/ as a book and check its links
    Book(Generator),
    /// Check dependencies, licences, manifests, sources and links
    Guards(Guards),
    /// Package every published crate and check the packages
    Package,
    /// Check that the crates can be published
    Release(Release),
    /// Test the exported schemas with tools of other languages; needs npm and python3, installs fixed versions into target/
    Interop,
    /// Kill the durable inbox at every point and at random moments; needs strace and root
    Crash(crash::Crash),
    /// Run every fuzz target for a while; needs a C++ compiler
    Fuzz(fuzz::Fuzz),
    /// Run the benchmarks of the crates
    Bench(Bench),
}

/// The options of a generator.
#[derive(Args, Clone, Copy)]
struct Generator {
    /// Change nothing; fail if the result differs from the committed files
    #[arg(long)]
    check: bool,
}

/// The options of `bench`.
#[derive(Args, Clone, Copy)]
struct Bench {
    /// Measure only what has a gate; fail if a gate does not hold
    #[arg(long)]
    check: bool,
    /// Write the tables into docs/performance.md
    #[arg(long, conflicts_with = "check")]
    write: bool,
}

/// The options of `schema`: write, check, or compare with older schemas.
#[derive(Args)]
struct Schema {
    #[command(flatten)]
    generator: Generator,
    /// Change nothing; list the changes since older schemas, and fail if one is or may be breaking
    #[arg(long, value_name = "FOLDER|REVISION", conflicts_with = "check")]
    diff: Option<String>,
    /// Print the changes as JSON
    #[arg(long, requires = "diff")]
    json: bool,
}

/// The options of `release`.
#[derive(Args, Clone, Copy)]
struct Release {
    /// Run the checks; this program never publishes
    #[arg(long, required = true)]
    check: bool,
    /// Skip the checks that build: the documentation of each crate alone, and the packages
    #[arg(long)]
    fast: bool,
}

/// The options of the guards.
#[derive(Args, Clone, Copy)]
struct Guards {
    /// Update the crate counts in the pages first
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
        Command::Test => test::run(&workspace, test::Tools::AsInstalled).map(drop),
        Command::Features => lints::features(&workspace),
        Command::Schema(Schema { diff: Some(old), json, .. }) => schema::diff::run(&workspace, old, *json),
        Command::Schema(Schema { generator: Generator { check }, .. }) => schema::run(&workspace, *check),
        Command::Limits(Generator { check }) => schema::page(&workspace, "limits", *check),
        Command::Errors(Generator { check }) => schema::page(&workspace, "errors", *check),
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
        Command::Crash(options) => crash::run(&workspace, *options),
        Command::Fuzz(options) => fuzz::run(&workspace, options),
        Command::Bench(Bench { check: true, .. }) => lints::bench_gates(&workspace),
        Command::Bench(Bench { write, .. }) => lints::bench_tables(&workspace, *write),
    }
}
