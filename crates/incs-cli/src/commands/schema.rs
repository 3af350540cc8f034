//! `incs schema`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs schema`.
#[derive(Debug, Args)]
pub(crate) struct Schema {}

/// Runs it.
pub(crate) fn run(_args: Schema, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs schema` is not there yet"))
}
