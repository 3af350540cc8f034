//! `incs sandbox`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs sandbox`.
#[derive(Debug, Args)]
pub(crate) struct Sandbox {}

/// Runs it.
pub(crate) fn run(_args: Sandbox, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs sandbox` is not there yet"))
}
