//! Requests of web frameworks.

#[cfg(any(feature = "axum", feature = "tower"))]
mod buffer;
#[cfg(feature = "axum")]
mod extractor;
#[cfg(feature = "tower")]
mod layer;
mod request;

#[cfg(feature = "axum")]
pub use self::extractor::Received;
#[cfg(feature = "tower")]
pub use self::layer::{WebhookLayer, WebhookService};
