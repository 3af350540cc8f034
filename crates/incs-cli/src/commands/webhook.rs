//! `incs webhook`.

use clap::Args;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs webhook`.
#[derive(Debug, Args)]
pub(crate) struct Webhook {}

/// Runs it.
pub(crate) fn run(_args: Webhook, _context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs webhook` is not there yet"))
}
