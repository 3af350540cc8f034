//! Receives webhooks of the INCS messaging platform (WhatsApp, Viber, RCS) and of Exotel RCS in any web framework.
//!
//! A request becomes a [`Delivery`], whose body cannot be read yet. Verifying the sender turns it into [`Verified`], and parsing that
//! gives a [`Batch`] of [`Item`]s. Each item is understood, unknown or malformed, and keeps its bytes. A malformed item does not
//! affect the others.
//!
//! # In any framework
//!
//! Pass the headers, the target (path and query) and the unchanged body to a [`Receiver`]. This program runs as it is:
//!
//! ```
//! use incs_model::Timestamp;
//! use incs_webhook::scheme::SharedSecret;
//! use incs_webhook::{EmptySecret, ItemOutcome, Receiver, Secrets};
//!
//! /// Returns the HTTP status of the response.
//! fn answer(receiver: &Receiver, headers: &[(&str, &str)], target: &str, body: &[u8]) -> u16 {
//!     let batch = match receiver.receive(&headers, target, body, Timestamp::now()) {
//!         Ok(batch) => batch,
//!         Err(rejection) => {
//!             eprintln!("rejected: {rejection}"); // without body content and secrets
//!             return rejection.status();
//!         }
//!     };
//!     for item in &batch {
//!         // A real handler stores each item under `item.dedup_key()`.
//!         match item.outcome() {
//!             ItemOutcome::Parsed(_) => match (item.inbound(), item.delivery_update()) {
//!                 (Some(message), _) => println!("a customer wrote a {}", message.content.kind()),
//!                 (_, Some(update)) => println!("a sent message is {:?}", update.stage),
//!                 _ => println!("another event, such as an approved template"),
//!             },
//!             ItemOutcome::Malformed(error) => println!("kept for an operator: {error}"),
//!             ItemOutcome::Unknown => println!("kept for a later version: {} bytes", item.raw().len()),
//!         }
//!     }
//!     200 // for malformed items too: the sender is verified and every item is kept
//! }
//!
//! fn main() -> Result<(), EmptySecret> {
//!     // Register this URL with the platform: https://example.com/hooks/change-me
//!     let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("change-me")?));
//!     let headers = [("Content-Type", "application/json")];
//!     let body = br#"{"event": "new_message", "channel_id": 30112, "message": {"messaging_product": "whatsapp",
//!         "messages": [{"from": "6281200045678", "id": "wamid.HBgN", "type": "text", "text": {"body": "Hi"}}, {"id": 7}]}}"#;
//!
//!     assert_eq!(answer(&receiver, &headers, "/hooks/change-me", body), 200); // one text, one malformed
//!     assert_eq!(answer(&receiver, &headers, "/hooks/change-me", b"{"), 200); // malformed, and kept
//!     assert_eq!(answer(&receiver, &headers, "/hooks/guessed", body), 401);
//!     Ok(())
//! }
//! ```
//!
//! # With axum
//!
//! With the feature `axum`, a handler with the extractor `Received` runs only for deliveries that the [`Receiver`] accepts. The
//! receiver is the router's state, or a part of your own state through `FromRef`; see `Received`.
//!
//! ```no_run
//! # #[cfg(feature = "axum")]
//! # mod program {
//! use axum::Router;
//! use axum::http::StatusCode;
//! use axum::routing::post;
//! use incs_webhook::scheme::SharedSecret;
//! use incs_webhook::{Received, Receiver, Secrets};
//! use tokio::net::TcpListener;
//!
//! async fn receive(Received(batch): Received) -> StatusCode {
//!     for message in batch.inbound() {
//!         println!("a customer wrote a {}", message.content.kind());
//!     }
//!     for item in batch.unparsed() {
//!         println!("kept for an operator: {} bytes", item.raw().len());
//!     }
//!     StatusCode::OK
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let secret = std::env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
//!     let secrets = Secrets::try_new(secret)?;
//!     let receiver = Receiver::new(SharedSecret::in_path(secrets));
//!     let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
//!     axum::serve(TcpListener::bind("127.0.0.1:8080").await?, router).await?;
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! The folder `examples` of this crate has complete servers for axum, hyper, actix-web and functions.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | the scheme and limits of one URL | [`Receiver`] |
//! | verifying and parsing as separate steps | [`Delivery::verify`], [`Verified::parse`] |
//! | authentication schemes, and your own | [`scheme`] |
//! | several valid secrets during a rotation | [`Secrets`] |
//! | items, their outcomes and events | [`Item`], [`ItemOutcome`], [`Event`] |
//! | customers' messages in one form for both providers | [`Batch::inbound`] |
//! | delivery status of sent messages | [`Batch::delivery_updates`], [`incs_model::delivery`] |
//! | the kind of an item as one name, like `new_message.rcs.location` | [`Item::kind`], [`Event::kind`] |
//! | storing items one by one, and restoring them | [`Batch::envelope`], [`Envelope`] |
//! | handling each item once | [`Item::dedup_key`], [`guard`] |
//! | the response to a rejected delivery | [`Rejection::status`], [`RejectionKind`] |
//! | the cause of a rejected signature | [`Delivery::explain`], [`RejectionCause`] |
//! | size, depth, content type | [`Limits`] |
//! | header types of other libraries | [`Headers`], [`HeaderLookup`] |
//! | new members and types that this version does not know | [`drift`] |
//! | bodies and signatures for your tests | `testing` |
//!
//! # Features
//!
//! No feature is on by default. All are additive.
//!
//! | feature | adds |
//! | --- | --- |
//! | `http` | [`Headers`] for `http::HeaderMap`; `Delivery::from_request`, `Receiver::receive_request` |
//! | `axum` | `Received`, an extractor of axum 0.8, and [`Rejection`] as its response |
//! | `tower` | `WebhookLayer`, which verifies requests before they reach the service |
//! | `sha1` | `scheme::Exotel::with_sha1` |
//! | `tracing` | a span for each delivery that a [`Receiver`] checks, with the names of OpenTelemetry |
//! | `metrics` | `metrics`: deliveries, items, receipts and duplicates for the recorder of the crate `metrics` |
//! | `testing` | the module `testing`, without further dependencies |
//!
//! # Guarantees
//!
//! - **Verified first.** The types prevent reading an unverified body. The only way around verification has `dangerously` in its
//!   name.
//! - **Nothing is lost.** [`Verified::parse`] cannot fail. A verified delivery is answered with 200, and every item keeps its bytes,
//!   understood or not.
//! - **Item by item.** A malformed element of a list does not affect the others, and its error has a JSON pointer.
//! - **Keys from identity.** A [`DedupKey`] is a hash of ids and states, not of bytes that may change from one attempt to the next.
//! - **No personal data in logs.** No error, `Debug`, span or metric shows a phone number, a text, a secret or an expected signature.
//! - **No clock, no I/O, no runtime** outside the adapters. The time is an argument.
//!
//! INCS documents no signature, retry, order or time limit of its webhooks, and Exotel documents none of them for RCS. Facts that are
//! concluded from samples are marked *inferred*, and open questions **unknown**.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "http")]
mod adapter;
mod dedup;
mod delivery;
pub mod drift;
mod envelope;
mod event;
mod explain;
pub mod guard;
mod item;
mod label;
mod members;
#[cfg(feature = "metrics")]
pub mod metrics;
mod parse;
mod receiver;
mod rejection;
mod scan;
pub mod scheme;
mod secrets;
mod shape;
mod signature;
mod signed_request;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tracing")]
mod trace;

pub use incs_model::inbound::Provider;

#[cfg(feature = "axum")]
pub use crate::adapter::Received;
#[cfg(feature = "tower")]
pub use crate::adapter::{WebhookLayer, WebhookService};
pub use crate::dedup::DedupKey;
pub use crate::delivery::Delivery;
pub use crate::envelope::Envelope;
pub use crate::event::{DeliveryContext, Event};
pub use crate::explain::RejectionCause;
pub use crate::item::{Batch, Item, ItemError, ItemOutcome};
pub use crate::parse::Verified;
pub use crate::receiver::Receiver;
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::secrets::{EmptySecret, Secrets};
pub use crate::shape::{Limits, ShapeError};
pub use crate::signed_request::{HeaderLookup, Headers, SignedRequest};

/// Compiles and runs the code in the crate's README.
#[cfg(all(doctest, feature = "axum", feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
