//! Tests of the program as seen from a shell.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

mod demo;
mod doctor;
mod errors;
mod exit_codes;
mod frozen;
mod lines;
mod pages;
mod sandbox;
mod send;
mod settings;
mod status;
mod support;

/// `incs inbox` and `incs relay`.
#[cfg(unix)]
mod inbox {
    mod forward;
    mod operate;
    mod serve;
    pub(crate) mod server;
    mod show;
    pub(crate) mod store;
}

/// `incs send` with a journal.
mod journal {
    mod batch;
    pub(crate) mod bulk;
    #[cfg(unix)]
    mod killed;
    #[cfg(unix)]
    mod stopped;
}

/// `incs outbox` and `incs relay doctor`.
#[cfg(unix)]
mod outbox {
    mod audit;
    mod decide;
    mod doctor;
    mod list;
    mod show;
    pub(crate) mod stores;
}

/// Templates, tasks and tokens against a server on loopback.
mod manage {
    mod auth;
    pub(crate) mod platform;
    mod task;
    mod template;
    mod template_check;
}

/// Commands without network: checks, schemas, completions and manual pages.
mod offline {
    mod completions;
    mod explain;
    mod man;
    mod schema;
    mod validate;
}

/// Commands on a store in PostgreSQL.
#[cfg(all(unix, feature = "postgres"))]
mod postgres {
    mod doctor;
    mod inbox;
    mod outbox;
    mod processes;
    mod refused;
}

/// Results that standard output does not accept.
#[cfg(unix)]
mod output {
    mod batch;
    mod commands;
    mod signals;
}

/// `incs webhook` and its subcommands.
mod webhook {
    mod listen;
    mod parse;
    mod proof;
    pub(crate) mod server;
    mod strangers;
    mod trigger;
}
