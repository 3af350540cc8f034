//! `incs completions`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs completions`.
#[derive(Debug, Args)]
pub(crate) struct Completions {}

/// Runs it.
pub(crate) fn run(_args: Completions, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs completions` is not there yet"))
}
