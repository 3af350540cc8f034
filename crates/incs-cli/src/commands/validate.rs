//! `incs validate`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs validate`.
#[derive(Debug, Args)]
pub(crate) struct Validate {}

/// Runs it.
pub(crate) fn run(_args: Validate, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs validate` is not there yet"))
}
