//! Whether to make a call again: a table, and nothing else decides.
//!
//! | outcome of one attempt | [`Replay::Safe`] | [`Replay::Unsafe`] |
//! | --- | --- | --- |
//! | nothing left | again | again |
//! | may have left | again | stop: **unknown** |
//! | 429, of HTTP or of the reply's frame | again after `Retry-After` or backoff | the same: the throttle answers before any work |
//! | 500, 502, 504 and other 5xx | again | stop: **unknown** |
//! | 503 | again after `Retry-After` or backoff | stop: **unknown** |
//! | other 4xx, 10001 to 10004 | stop | stop: **rejected** |
//! | success that cannot be read | stop | stop: **accepted** |
//! | neither a success nor a refusal | stop | stop: **unknown** |

mod after;
mod outcome;
mod policy;

pub use self::outcome::Outcome;
pub(crate) use self::outcome::{Reading, read_reply};
pub use self::policy::{Decision, RetryPolicy};

pub(crate) use self::after::retry_after;

#[cfg(test)]
mod tests;
