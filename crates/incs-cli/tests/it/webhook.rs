//! Tests of `webhook`.

mod listen;
mod parse;
mod proof;
pub(crate) mod server;
mod trigger;
