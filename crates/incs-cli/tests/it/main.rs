//! What the program does, seen from a shell.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod demo;
mod exit_codes;
mod frozen;
mod manage;
mod offline;
mod pages;
mod sandbox;
mod send;
mod settings;
mod status;
mod support;
mod webhook;
