//! Types, limits, validation rules and JSON Schema for INCS.

mod address;
pub mod auth;
mod decode;
pub mod delivery;
mod encode;
pub mod envelope;
pub mod event;
pub mod exotel;
pub mod id;
pub mod inbound;
pub mod limits;
mod link;
mod masked;
mod media;
mod message;
mod number;
mod open;
mod phone;
mod raw;
pub mod rcs;
mod record;
#[cfg(feature = "schema")]
pub mod schema;
mod secret;
pub mod status;
pub mod task;
pub mod template;
pub mod time;
mod validate;
pub mod viber;
pub mod whatsapp;

pub use crate::address::Address;
pub use crate::decode::{DecodeError, Found, decode};
pub use crate::encode::encode;
pub use crate::message::{Channel, OutboundMessage, Sent};
pub use crate::open::{UnknownCode, UnknownMember, UnknownObject, UnknownText};
pub use crate::phone::{ParsePhoneError, PhoneNumber};
pub use crate::raw::RawJson;
pub use crate::secret::Secret;
pub use crate::time::{CivilTime, Timestamp, UnixSeconds, WireTime};
pub use crate::validate::{At, Measured, Report, Validate, Violation, Violations, validate};
