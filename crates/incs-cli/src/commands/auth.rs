//! `incs auth`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs auth`.
#[derive(Debug, Args)]
pub(crate) struct Auth {}

/// Runs it.
pub(crate) fn run(_args: Auth, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs auth` is not there yet"))
}
