//! `incs man`.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// Runs it.
pub(crate) fn run(_context: &Context) -> Result<Exit, Failure> {
    Err(Failure::usage("`incs man` is not there yet"))
}
