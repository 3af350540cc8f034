//! `incs-bench report` measures every case under valgrind and compares the figures with their limits; `incs-bench table` measures
//! everything in `docs/performance.md`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a terminal program")]

mod builds;
mod goals;
mod page;
mod program;
mod pywa;
mod receivers;
mod relay;
mod report;
mod table;
mod times;
mod valgrind;

use anyhow::{Context as _, Result, bail};
use clap::Parser;
use incs_bench::cases;

#[derive(Parser)]
enum Command {
    /// Measure instructions and allocations of every case, and compare them with the limits
    Report {
        /// Measure only what has a limit, and fail if a limit is exceeded
        #[arg(long)]
        check: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Measure everything, and print the tables of docs/performance.md
    Table(page::Options),
    /// Measure the limits of the durable inbox and of the outbox, and fail if one is exceeded
    Relay,
    /// Run one case several times; `report` runs this under valgrind
    Run {
        /// Name of the case
        case: String,
        /// Number of runs
        times: u32,
    },
    /// List the cases
    List,
    /// Serve on loopback until the input ends, for the cases of `send`
    #[command(hide = true)]
    Serve,
    /// Receive webhooks on loopback until the input ends
    #[command(hide = true)]
    Receive {
        /// Name of the receiver
        receiver: String,
    },
    /// Accept messages after a time until the input ends, for the outbox
    #[command(hide = true)]
    OutboxPlatform {
        /// Milliseconds before each reply
        millis: u64,
    },
    /// Receive webhooks and store them, or not, until the input ends
    #[command(hide = true)]
    RelayServe {
        /// `stored` or `not-stored`
        way: String,
    },
    /// Post webhooks, each another one
    #[command(hide = true)]
    RelayLoad {
        /// Port of the receiver
        port: u16,
        /// Number of connections
        connections: u32,
    },
    /// Load a store in PostgreSQL until the input ends
    #[command(hide = true)]
    RelayPostgresLoad(relay::postgres::Options),
    /// Post webhooks to a receiver
    #[command(hide = true)]
    Post {
        /// Port of the receiver
        port: u16,
    },
}

fn main() -> Result<()> {
    match Command::parse() {
        Command::Report { check, json } => report::report(check, json),
        Command::Table(options) => page::print(&options),
        Command::Relay => relay::check(),
        Command::OutboxPlatform { millis } => relay::platform(std::time::Duration::from_millis(millis)),
        Command::RelayServe { way } => relay::serve(way == "stored"),
        Command::RelayLoad { port, connections } => relay::load(port, connections),
        Command::RelayPostgresLoad(options) => relay::postgres::serve(&options),
        Command::Run { case, times } => run(&case, times),
        Command::Serve => incs_bench::exchange::serve().context("the server"),
        Command::Receive { receiver } => receivers::receive(&receiver),
        Command::Post { port } => receivers::post(port),
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
