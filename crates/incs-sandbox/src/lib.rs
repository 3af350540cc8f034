//! A local INCS for development and tests: every endpoint, message life cycles, signed webhooks, customers that answer, faults
//! on request, and a web console.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = incs_sandbox::Sandbox::builder().seed(7).start().await?;
//! println!("{} {}", sandbox.base_url(), sandbox.certification_code());
//! sandbox.shutdown().await;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(docsrs, feature(doc_cfg))]

mod admin;
mod agenda;
mod api;
mod body;
mod builder;
mod channel;
mod clock;
mod config;
mod console;
mod core;
mod customer;
mod fault;
mod hook;
mod id;
mod life;
mod log;
mod notice;
mod operation;
mod sandbox;
mod seed;
mod server;
mod stop;
mod world;

pub use crate::builder::{Builder, StartError};
pub use crate::channel::Channel;
pub use crate::clock::Clock;
pub use crate::config::{HttpStatus, Memory, Pace, Retry, Window};
pub use crate::customer::handle::Customer;
pub use crate::customer::medium::Medium;
pub use crate::customer::reply::{Reply, ReplyError};
pub use crate::fault::{Action, Preset, Rule, RuleError, When, presets};
pub use crate::hook::webhook::{Webhook, WebhookError};
pub use crate::life::{Failure, State};
pub use crate::sandbox::{Sandbox, SentMessage, WaitError};

/// The code in the crate's README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
