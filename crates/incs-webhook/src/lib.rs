//! Webhooks of the INCS messaging platform and of Exotel RCS: verify first, then read every item.

#[cfg(feature = "http")]
mod adapter;
mod batch;
mod dedup;
mod delivery;
pub mod drift;
mod event;
mod evidence;
mod explain;
pub mod guard;
mod headers;
mod item;
mod limits;
mod parse;
mod provider;
mod receiver;
mod rejection;
#[cfg(feature = "schema")]
pub mod schema;
pub mod scheme;
mod secrets;
mod shape;
mod source;
#[cfg(feature = "testing")]
pub mod testing;
mod verified;

pub use incs_model::inbound::Provider;

#[cfg(feature = "axum")]
pub use crate::adapter::Received;
#[cfg(feature = "tower")]
pub use crate::adapter::{WebhookLayer, WebhookService};
pub use crate::batch::Batch;
pub use crate::dedup::DedupKey;
pub use crate::delivery::Delivery;
pub use crate::event::{Envelope, Event};
pub use crate::evidence::Evidence;
pub use crate::explain::Cause;
pub use crate::headers::{Headers, Lookup};
pub use crate::item::{Fault, Item, Outcome};
pub use crate::limits::Limits;
pub use crate::receiver::Receiver;
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::secrets::{EmptySecret, Secrets};
pub use crate::shape::ShapeError;
pub use crate::verified::Verified;
