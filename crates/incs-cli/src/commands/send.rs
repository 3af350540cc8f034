//! `incs send`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs send`.
#[derive(Debug, Args)]
pub(crate) struct Send {}

/// Runs it.
pub(crate) fn run(_args: Send, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs send` is not there yet"))
}
