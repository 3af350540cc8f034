//! What the program does, seen from a shell.

mod demo;
mod exit_codes;
mod manage;
mod offline;
mod sandbox;
mod send;
mod settings;
mod support;
mod webhook;
