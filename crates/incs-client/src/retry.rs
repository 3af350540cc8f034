//! Whether to make a call again: a table, and nothing else decides.
//!
//! | outcome of one attempt | [`Replay::Safe`](crate::transport::Replay::Safe) | [`Replay::Unsafe`](crate::transport::Replay::Unsafe) |
//! | --- | --- | --- |
//! | nothing left | again | again |
//! | nothing left, and nothing will: the certificate is not trusted | stop: **not sent** | stop: **not sent** |
//! | may have left | again | stop: **unknown** |
//! | 429, of HTTP or of the reply's frame | again after `Retry-After` or backoff | the same: the throttle answers before any work |
//! | 500, 502, 504 and other 5xx | again | stop: **unknown** |
//! | 503 | again after `Retry-After` or backoff | stop: **unknown** |
//! | other 4xx, 10001 to 10004 | stop: **rejected** | stop: **rejected** |
//! | success that cannot be read | stop: **accepted** | stop: **accepted** |
//! | neither a success nor a refusal | stop: **unknown** | stop: **unknown** |
//! | a reply longer than allowed | stop: **unknown** | stop: **unknown** |
//!
//! The words in bold are [`RequestState`](crate::RequestState). A number is the `code` of the reply's frame on any HTTP status, and
//! the HTTP status only when there is no frame. That 429 comes before any work, and that a provider's refusal means that no message
//! went out, is inferred.
//!
//! [`RetryPolicy`] says how often and how long, never what may be made again.

mod after;
mod outcome;
mod policy;

pub use self::outcome::Outcome;
pub(crate) use self::outcome::{Reading, read_reply};
pub use self::policy::{Decision, RetryPolicy};

pub(crate) use self::after::retry_after;

#[cfg(test)]
mod tests;
