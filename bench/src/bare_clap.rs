//! A bare clap program: what the start of `incs` is measured against.
#![allow(clippy::print_stdout, reason = "a terminal program")]

use clap::Parser;

/// A program with one flag.
#[derive(Debug, Parser)]
#[command(version)]
struct Cli {
    /// Says more
    #[arg(long)]
    verbose: bool,
}

fn main() {
    let cli = Cli::parse();
    println!("{}", if cli.verbose { "hello" } else { "" });
}
