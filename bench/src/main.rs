//! `incs-bench report` measures every case under valgrind and holds the promises against the figures.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal program")]

mod report;
mod times;
mod valgrind;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use incs_bench::cases;

#[derive(Parser)]
enum Command {
    /// Measures instructions and allocations of every case, and shows the promises.
    Report {
        /// Fails when a promise is broken.
        #[arg(long)]
        check: bool,
        /// JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Measures the sends in time, against sends by hand over the same HTTP library.
    Times {
        /// JSON for machines.
        #[arg(long)]
        json: bool,
    },
    /// Runs one case so many times; what `report` runs under valgrind.
    Run {
        /// The case.
        case: String,
        /// How many times.
        times: u32,
    },
    /// Lists the cases.
    List,
    /// Answers on loopback until its input ends; what the cases of `send` talk to.
    #[command(hide = true)]
    Serve,
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Report { check, json } => report::report(check, json),
        Command::Times { json } => times::times(json),
        Command::Run { case, times } => run(&case, times),
        Command::Serve => incs_bench::exchange::serve().context("the server"),
        Command::List => {
            for case in cases::all() {
                println!("{}", case.name);
            }
            Ok(())
        }
    }
}

fn run(name: &str, times: u32) -> Result<()> {
    let Some(case) = cases::all().into_iter().find(|case| case.name == name) else {
        bail!("no case {name}; `incs-bench list` shows them");
    };
    for _ in 0..times {
        (case.run)();
    }
    std::io::Write::flush(&mut std::io::stdout()).context("stdout")
}
