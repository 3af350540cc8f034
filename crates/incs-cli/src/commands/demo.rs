//! `incs demo`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs demo`.
#[derive(Debug, Args)]
pub(crate) struct Demo {}

/// Runs it.
pub(crate) fn run(_args: Demo, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs demo` is not there yet"))
}
