//! Tests of the relay over the store in one file: what is answered, and which handler runs when.

#![cfg(test)]

mod answers;
mod duplicates;
mod erasing;
mod handling;
mod signals;
mod support;
#[path = "../spool/switch.rs"]
mod switch;
