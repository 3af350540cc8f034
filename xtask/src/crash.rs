//! `cargo xtask crash`: the crash tests of the durable inbox and outbox, for longer than CI runs them.

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::workspace::{Workspace, run as run_program};

/// The variable that makes a missing tool, such as strace or PostgreSQL, a failure.
pub(crate) const TOOLS: &str = "INCS_CRASH_TOOLS";
/// The variable that sets the time of random kills.
const MINUTES: &str = "INCS_CRASH_MINUTES";
/// The variable that chooses one store.
const STORE: &str = "INCS_CRASH_STORE";

/// The options of `crash`.
#[derive(Args, Clone, Copy)]
pub(crate) struct Crash {
    /// Minutes of random kills; each point is passed with 1, 3 and 10 kills in a row besides
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
    /// Run the tests of one store only
    #[arg(long)]
    store: Option<Store>,
}

/// A store that the tests know.
#[derive(ValueEnum, Clone, Copy)]
enum Store {
    Sqlite,
    Postgres,
}

/// Runs the tests and shows their output.
pub(crate) fn run(workspace: &Workspace, Crash { minutes, store }: Crash) -> Result<()> {
    let minutes = minutes.to_string();
    let mut command = workspace.cargo(&["test", "--package", "incs-relay-testing", "--test", "crash"]);
    command.env(MINUTES, &minutes).env(TOOLS, "1");
    match store {
        Some(Store::Sqlite) => command.env(STORE, "sqlite"),
        Some(Store::Postgres) => command.env(STORE, "postgres"),
        None => &mut command,
    };
    run_program(&mut command)?;
    if matches!(store, Some(Store::Postgres)) {
        return Ok(());
    }
    // The spool in front of a store that is switched off and on, which is a file of SQLite.
    let spool = ["test", "--package", "incs-relay", "--features", "axum,bundled,failpoints", "--test", "spool"];
    run_program(workspace.cargo(&spool).env(MINUTES, &minutes))
}
