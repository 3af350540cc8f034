//! `cargo xtask crash`: the crash tests of the durable inbox, for longer than CI runs them.

use anyhow::Result;
use clap::Args;

use crate::workspace::{Workspace, run as run_program};

/// The variable that makes a missing tool, such as strace, a failure.
pub(crate) const TOOLS: &str = "INCS_CRASH_TOOLS";
/// The variable that sets the time of random kills.
const MINUTES: &str = "INCS_CRASH_MINUTES";

/// The options of `crash`.
#[derive(Args, Clone, Copy)]
pub(crate) struct Crash {
    /// Minutes of random kills; each point is passed with 1, 3 and 10 kills in a row besides
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    minutes: u64,
}

/// Runs the tests and shows their output.
pub(crate) fn run(workspace: &Workspace, Crash { minutes }: Crash) -> Result<()> {
    let mut command = workspace.cargo(&["test", "--package", "incs-relay", "--all-features", "--test", "crash"]);
    run_program(command.env(MINUTES, minutes.to_string()).env(TOOLS, "1"))
}
