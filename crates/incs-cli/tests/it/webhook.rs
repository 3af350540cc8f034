//! Tests of `webhook`.

mod listen;
mod parse;
mod proof;
mod server;
mod trigger;
