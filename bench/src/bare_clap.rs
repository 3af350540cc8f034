//! A bare clap program, the baseline for the start time of `incs`.
#![allow(clippy::print_stdout, reason = "a terminal program")]

use clap::Parser;

/// A program with one flag.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Print more
    #[arg(long)]
    verbose: bool,
}

fn main() {
    let cli = Cli::parse();
    println!("{}", if cli.verbose { "hello" } else { "" });
}
