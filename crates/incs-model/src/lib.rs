//! Types, limits, validation rules and JSON Schema for the INCS messaging platform (WhatsApp, Viber, RCS) and for the RCS
//! callbacks of Exotel.
//!
//! The types are plain values: no I/O, no clock, no logging. You can check a request before you pay for it, and the reader accepts
//! values that the platform adds later.
//!
//! # Send
//!
//! Build a message, check it, write it. [`validate`] lists every violation at once; the check is optional.
//!
//! ```
//! use incs_model::whatsapp::ReplyButtons;
//! use incs_model::whatsapp::interactive::reply::Button;
//! use incs_model::{PhoneNumber, encode, validate, whatsapp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let to: PhoneNumber = "+852 5123 0088".parse()?;
//! let buttons = [Button::reply("keep", "Keep it"), Button::reply("move", "Move it")];
//! let message = whatsapp::Message::new(to, ReplyButtons::new("Does Friday at 10:30 still work?", buttons));
//! validate(&message)?;
//! let body: Vec<u8> = encode(&message)?; // POST this to /external/messages/whatsapp
//! # Ok(())
//! # }
//! ```
//!
//! # Receive
//!
//! Decode a webhook, and read the customers' messages in one provider-neutral form.
//!
//! ```
//! use incs_model::event::Event;
//! use incs_model::inbound::{self, Content};
//! use incs_model::decode;
//!
//! # fn main() -> Result<(), incs_model::DecodeError> {
//! let body = br#"{"event": "new_message", "channel_id": 30112, "message": {"messaging_product": "whatsapp",
//!     "messages": [{"from": "6281200045678", "id": "wamid.HBgN", "timestamp": "1775540333", "type": "interactive",
//!     "interactive": {"type": "button_reply", "button_reply": {"id": "move", "title": "Move it"}}}]}}"#;
//! let event: Event = decode(body)?;
//! for message in inbound::from_event(&event, body) {
//!     if let Content::Choice(choice) = &message.content {
//!         assert_eq!(choice.data.as_deref(), Some("move"));
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Modules
//!
//! | for | see |
//! | --- | --- |
//! | messages to send | [`whatsapp`], [`viber`], [`rcs`], and [`OutboundMessage`] for all three |
//! | replies of the API | [`envelope`], [`Sent`], [`status`] |
//! | templates, and checking a send against one | [`template`] |
//! | tasks and the token for them | [`task`], [`auth`] |
//! | webhooks of INCS and Exotel | [`event`], [`exotel`], and [`inbound`] for both |
//! | the delivery state of a sent message | [`delivery`] |
//! | every rule with its number and source | [`limits`] |
//! | descriptions of the metrics that the other crates record | [`metric`] |
//! | the meaning of an error code, and what to do | [`errors`] |
//! | JSON Schema for other languages | `schema`, behind the feature of that name |
//!
//! # Guarantees
//!
//! - **Open enums and unions.** Every enum of the wire keeps an unknown value (`Unknown`) and writes it back; unions keep unknown
//!   kinds whole; unknown members are skipped.
//! - **Errors without content.** [`DecodeError`] and [`Violation`] have a JSON pointer and no value.
//! - **Masked `Debug`.** `Debug` shows no phone number, message text, link or secret.
//! - **Raw JSON needs `serde_json`.** Unknown kinds are kept as raw JSON, which other formats cannot hold.
//!
//! The platform's documentation has gaps. Facts that are only *sampled* or *inferred* are marked so on the type, and missing
//! facts are marked **unknown**.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod addressed;
pub mod auth;
pub mod delivery;
mod document;
pub mod envelope;
pub mod errors;
pub mod event;
pub mod exotel;
pub mod id;
pub mod inbound;
mod json;
pub mod limits;
mod link;
mod masked;
mod message;
pub mod metric;
mod number;
mod open;
mod party;
pub mod phone;
pub mod rcs;
mod read_struct;
#[cfg(feature = "schema")]
pub mod schema;
mod schema_of;
mod secret;
pub mod status;
pub mod task;
pub mod template;
pub mod time;
mod url;
mod validate;
pub mod viber;
pub mod whatsapp;

pub use crate::address::Address;
pub use crate::document::{Document, check_body};
pub use crate::json::{DecodeError, Found, ParsePointerError, Pointer, RawJson, decode, decode_str, encode};
pub use crate::message::{Channel, OutboundMessage, Sent};
pub use crate::number::TextOrNumber;
pub use crate::open::{MissingMember, UnknownCode, UnknownMember, UnknownObject, UnknownText};
pub use crate::party::{Party, PartyKey};
pub use crate::phone::{ParsePhoneError, PhoneNumber};
pub use crate::secret::Secret;
pub use crate::time::{CivilTime, Timestamp, UnixSeconds, WireTime};
pub use crate::url::{HttpUrl, ParseUrlError};
pub use crate::validate::{At, Invalid, Measured, Report, Validate, Violation, Violations, Warnings, check, validate};

/// Compiles and runs the code in the crate's README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
