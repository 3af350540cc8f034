//! A client for the INCS messaging platform that never sends a message twice, over any transport.

#[cfg(any(feature = "hyper", feature = "reqwest", feature = "tower"))]
pub mod backend;
mod batch;
mod client;
pub mod clock;
#[cfg(feature = "contract")]
pub mod contract;
mod credentials;
pub mod endpoint;
pub mod endpoints;
mod error;
mod groups;
mod pager;
mod rate;
mod refusal;
pub mod retry;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
pub mod transport;

pub use crate::batch::{
    Batch, BatchFailure, BatchObserver, BatchOptions, BatchOutcome, BatchProgress, BatchReport, Canceller,
};
pub use crate::client::{BuildError, Call, Client, ClientBuilder};
pub use crate::error::{Error, ErrorBody, ErrorKind, RequestState, RetryAdvice};
pub use crate::groups::{Auth, Messages, RcsTemplates, Tasks, Templates, WhatsAppTemplates};
pub use crate::pager::{Listing, Pager};
#[cfg(feature = "rate-limit")]
pub use crate::rate::{Rate, RateLimits};
pub use crate::status::{StatusCall, StatusError, StatusFailure, StatusReport};
