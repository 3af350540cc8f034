//! Tools for tests of a remote store: a private PostgreSQL, PgBouncer in front of it, and a proxy that cuts connections.
//!
//! Servers run on 127.0.0.1 with their files in a temporary folder. They end when their value is dropped, and also when the test
//! process is killed. As root they run as the user `postgres`, since PostgreSQL refuses to run as root.
//!
//! ```no_run
//! use incs_relay_testing::postgres;
//!
//! // One server for the whole test program, and a database for each test.
//! let Some(server) = postgres::shared("store") else { return Ok(()) };
//! let url = server.database()?;
//! # anyhow::Ok(())
//! ```
//!
//! Tests are left out with a printed line when PostgreSQL is not installed. With the variable [`TOOLS`] they fail instead.

#![cfg(unix)]
#![allow(clippy::print_stderr, reason = "tests show it")]

pub mod bouncer;
pub mod postgres;
mod process;
pub mod proxy;

/// The variable that makes a missing program a failure, instead of leaving tests out. CI sets it.
pub const TOOLS: &str = "INCS_CRASH_TOOLS";
