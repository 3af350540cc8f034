//! `incs template`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs template`.
#[derive(Debug, Args)]
pub(crate) struct Template {}

/// Runs it.
pub(crate) fn run(_args: Template, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs template` is not there yet"))
}
