//! A local INCS for development and tests: every endpoint, message life cycles, signed webhooks, simulated customers, faults
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
mod api;
mod app;
mod body;
mod channel;
mod config;
mod console;
mod customers;
mod faults;
mod guard;
mod http_client;
mod lifecycle;
mod operation;
mod seed;
mod server;
mod state;
mod stop;
mod webhooks;

pub use crate::app::{Builder, Sandbox, SentMessage, StartError, WaitError};
pub use crate::channel::Channel;
pub use crate::config::{Clock, HttpStatus, Memory, Pace, Retry, Window};
pub use crate::customers::Customer;
pub use crate::customers::reply::{Reply, ReplyError};
pub use crate::faults::recipients::{FailingRecipient, failing_recipients};
pub use crate::faults::rule::{Action, Rule, RuleError, When};
pub use crate::faults::{Preset, presets};
pub use crate::state::inbound::Medium;
pub use crate::state::messages::{Failure, State};
pub use crate::webhooks::webhook::{Webhook, WebhookError};

/// The code in the crate's README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
