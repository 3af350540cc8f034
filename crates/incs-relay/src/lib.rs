//! Durable inbox. (placeholder)
#[cfg(feature = "axum")]
mod axum;
pub mod clock;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "failpoints")]
pub mod failpoint;
#[cfg(not(feature = "failpoints"))]
mod failpoint;
mod handler;
mod inbox;
#[cfg(feature = "metrics")]
pub mod metrics;
mod relay;
mod runner;
pub mod store;
#[cfg(feature = "tracing")]
mod trace;

pub use crate::handler::{Context, HandlerError};
pub use crate::relay::{Relay, RelayBuilder, Reply};
