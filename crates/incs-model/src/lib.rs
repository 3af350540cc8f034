//! Types, limits, validation rules and JSON Schema for the INCS messaging platform (WhatsApp, Viber, RCS) and for the RCS
//! callbacks of Exotel.
//!
//! Pure values: no I/O, no clock, no logging. What you build is known to be acceptable before it costs anything, and what
//! the platform sends is read today and tomorrow.
//!
//! # Send
//!
//! Build a message, check it, write it. [`validate`] lists every violation at once; skipping it is up to you.
//!
//! ```
//! use incs_model::whatsapp::interactive::reply::{Action, Button};
//! use incs_model::whatsapp::interactive::{Body, Interactive, ReplyButtons};
//! use incs_model::{PhoneNumber, encode, validate, whatsapp};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let to: PhoneNumber = "+852 5123 0088".parse()?;
//! let buttons = [Button::reply("keep", "Keep it"), Button::reply("move", "Move it")];
//! let question = ReplyButtons::new(Body::new("Does Friday at 10:30 still work?"), Action::new(buttons));
//! let message = whatsapp::Message::new(to, Interactive::Button(question));
//! validate(&message)?;
//! let body: Vec<u8> = encode(&message)?; // POST this to /external/messages/whatsapp
//! # Ok(())
//! # }
//! ```
//!
//! # Receive
//!
//! Read a webhook, look at the customers' messages in one neutral form.
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
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | what can be sent | [`whatsapp`], [`viber`], [`rcs`], and [`OutboundMessage`] over the three |
//! | replies of the API | [`envelope`], [`Sent`], [`status`] |
//! | templates, and checking a send against one | [`template`] |
//! | tasks and the token for them | [`task`], [`auth`] |
//! | what INCS and Exotel post to you | [`event`], [`exotel`], and [`inbound`] over both |
//! | what became of a sent message | [`delivery`] |
//! | every rule with its number and source | [`limits`] |
//! | JSON Schema for other languages | `schema`, behind the feature of that name |
//!
//! # What to rely on
//!
//! - **Open.** Every enum of the wire keeps a value it does not know (`Unknown`) and writes it back; unions keep unknown
//!   kinds whole; unknown members are skipped.
//! - **Errors say where, never what.** [`DecodeError`] and [`Violation`] carry a JSON pointer and no value.
//! - **Quiet.** `Debug` shows no phone number, message text, link or secret.
//! - **Raw JSON needs `serde_json`.** Kinds that are not known are kept as raw JSON, which other formats cannot hold.
//!
//! The platform's documentation has gaps. Where a fact is only *sampled* or *inferred*, the type says so; what is
//! **unknown** is said to be unknown.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod address;
mod addressed;
pub mod auth;
pub mod delivery;
pub mod envelope;
pub mod event;
pub mod exotel;
pub mod id;
pub mod inbound;
mod json;
pub mod limits;
mod link;
mod masked;
mod message;
mod number;
mod open;
mod party;
mod phone;
pub mod rcs;
#[cfg(feature = "schema")]
pub mod schema;
mod schema_of;
mod secret;
pub mod status;
pub mod task;
pub mod template;
pub mod time;
mod validate;
pub mod viber;
pub mod whatsapp;

pub use crate::address::Address;
pub use crate::json::{DecodeError, Found, ParsePointerError, Pointer, RawJson, decode, decode_str, encode};
pub use crate::message::{Channel, OutboundMessage, Sent};
pub use crate::open::{MissingMember, UnknownCode, UnknownMember, UnknownObject, UnknownText};
pub use crate::party::{Party, PartyKey};
pub use crate::phone::{ParsePhoneError, PhoneNumber};
pub use crate::secret::Secret;
pub use crate::time::{CivilTime, Timestamp, UnixSeconds, WireTime};
pub use crate::validate::{At, Measured, Report, Validate, Violation, Violations, validate};

/// The code in the crate's README compiles and runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
