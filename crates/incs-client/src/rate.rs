//! How fast a client calls: an optional limiter, off unless asked for, since the platform documents no rate.

#[cfg(feature = "rate-limit")]
mod limits;
#[cfg(not(feature = "rate-limit"))]
mod unlimited;

use http::HeaderValue;
use incs_model::PhoneNumber;

#[cfg(feature = "rate-limit")]
pub(crate) use self::limits::Limiter;
#[cfg(feature = "rate-limit")]
pub use self::limits::{Rate, RateLimits};
#[cfg(not(feature = "rate-limit"))]
pub(crate) use self::unlimited::Limiter;

/// What a call counts against.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "rate-limit"), allow(dead_code, reason = "nobody counts without the feature"))]
pub(crate) struct Counted<'a> {
    pub(crate) credential: Option<&'a HeaderValue>,
    pub(crate) recipient: Option<&'a PhoneNumber>,
}
