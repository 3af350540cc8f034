//! `incs task`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs task`.
#[derive(Debug, Args)]
pub(crate) struct Task {}

/// Runs it.
pub(crate) fn run(_args: Task, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs task` is not there yet"))
}
