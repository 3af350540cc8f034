//! `incs status`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs status`.
#[derive(Debug, Args)]
pub(crate) struct Status {}

/// Runs it.
pub(crate) fn run(_args: Status, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs status` is not there yet"))
}
