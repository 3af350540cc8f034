//! Webhooks of the INCS messaging platform (WhatsApp, Viber, RCS) and of Exotel RCS: verify first, then read every item, in any
//! framework.
//!
//! What arrives is a [`Delivery`], which shows nothing of itself. Once its sender is proved it is [`Verified`], and read into a
//! [`Batch`] of [`Item`]s: each understood, unknown or malformed, and each with its bytes. No item costs another one.
//!
//! # In any framework
//!
//! Headers, target and body as they came are all that is needed. This program runs as it stands:
//!
//! ```
//! use incs_model::Timestamp;
//! use incs_webhook::scheme::SharedSecret;
//! use incs_webhook::{EmptySecret, Outcome, Receiver, Secrets};
//!
//! /// The HTTP status to answer with.
//! fn answer(receiver: &Receiver, headers: &[(&str, &str)], target: &str, body: &[u8]) -> u16 {
//!     let batch = match receiver.receive(&headers, target, body, Timestamp::now()) {
//!         Ok(batch) => batch,
//!         Err(rejection) => {
//!             eprintln!("refused: {rejection}"); // nothing of the body, and no secret
//!             return rejection.status();
//!         }
//!     };
//!     for item in &batch {
//!         // A database would store these, each under `item.dedup_key()`.
//!         match item.outcome() {
//!             Outcome::Parsed(_) => match (item.inbound(), item.fact()) {
//!                 (Some(message), _) => println!("a customer wrote a {}", message.content.kind()),
//!                 (_, Some(fact)) => println!("a message of ours is {:?}", fact.stage),
//!                 _ => println!("something else, such as a template that was approved"),
//!             },
//!             Outcome::Malformed(fault) => println!("kept for a person to read: {fault}"),
//!             _ => println!("kept for a later version: {} bytes", item.raw().len()),
//!         }
//!     }
//!     200 // whatever is in it: it came from who it should, and nothing of it is lost
//! }
//!
//! fn main() -> Result<(), EmptySecret> {
//!     // The URL given to the platform: https://example.com/hooks/change-me
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
//! With the feature `axum`, a handler that asks for `Received` runs only for deliveries that the [`Receiver`] takes:
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
//!     for item in batch.leftovers() {
//!         println!("kept for a person to read: {} bytes", item.raw().len());
//!     }
//!     StatusCode::OK
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let secrets = Secrets::try_new(std::env::var("WEBHOOK_PATH_SECRET")?)?;
//!     let receiver = Receiver::new(SharedSecret::in_path(secrets));
//!     let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
//!     axum::serve(TcpListener::bind("127.0.0.1:8080").await?, router).await?;
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! The repository's `examples` hold more of these, for hyper, actix-web and functions too.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | all a URL needs, in one value | [`Receiver`] |
//! | the two steps by themselves | [`Delivery::verify`], [`Verified::parse`] |
//! | how a sender proves who it is, and a proof of your own | [`scheme`] |
//! | several live secrets, while one takes the place of another | [`Secrets`] |
//! | what an item is, and what became of reading it | [`Item`], [`Outcome`], [`Event`] |
//! | customers' messages, the same for both providers | [`Batch::inbound`] |
//! | what became of messages you sent | [`Batch::facts`], [`incs_model::delivery`] |
//! | what an item is in one name, like `new_message.rcs.location` | [`Item::kind`], [`Event::kind`] |
//! | taking each thing once | [`Item::dedup_key`], [`guard`] |
//! | what to answer when a delivery is not taken | [`Rejection::status`], [`RejectionKind`] |
//! | why a signature was refused | [`Delivery::explain`], [`Cause`] |
//! | size, depth, content type | [`Limits`] |
//! | headers of another library | [`Headers`], [`Lookup`] |
//! | what the platforms say that this version does not know | [`drift`] |
//! | bodies and signatures for your tests | `testing` |
//!
//! # Features
//!
//! None is on by default; each adds something and takes nothing away.
//!
//! | feature | brings |
//! | --- | --- |
//! | `http` | [`Headers`] for `http::HeaderMap`; `Delivery::from_request`, `Receiver::receive_request` |
//! | `axum` | `Received`, an extractor of axum 0.8, and [`Rejection`] as its response |
//! | `tower` | `WebhookLayer`, which verifies before the service sees anything |
//! | `sha1` | `scheme::Exotel::with_sha1` |
//! | `testing` | the module `testing`; it brings no crate |
//!
//! # What to rely on
//!
//! - **Verified first.** Nothing of an unverified body can be read: the types do not allow it. The one way past that has
//!   `dangerously` in its name.
//! - **Nothing lost.** What came from the right sender is answered 200 and kept, understood or not. [`Verified::parse`] cannot fail.
//! - **Item by item.** A list with a malformed element gives the others as if it were not there, and says where the fault is.
//! - **Keys from identity.** A [`DedupKey`] is made of who and what an item is about, never of bytes that change from one try to the
//!   next.
//! - **Quiet.** No error and no `Debug` shows a phone number, a text, a secret or a signature that would have been right.
//! - **No clock, no I/O, no runtime** outside the adapters: the time is a value that you give.
//!
//! INCS documents neither signature nor repetition, order or time limit of its webhooks, and Exotel none of them for RCS. What follows
//! from that is marked *inferred* where it stands, and what is **unknown** is said to be unknown.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "http")]
mod adapter;
mod dedup;
mod delivery;
pub mod drift;
mod event;
mod evidence;
mod explain;
pub mod guard;
mod item;
mod label;
mod members;
mod parse;
mod receiver;
mod rejection;
mod scan;
pub mod scheme;
mod secrets;
mod shape;
mod signature;
#[cfg(feature = "testing")]
pub mod testing;

pub use incs_model::inbound::Provider;

#[cfg(feature = "axum")]
pub use crate::adapter::Received;
#[cfg(feature = "tower")]
pub use crate::adapter::{WebhookLayer, WebhookService};
pub use crate::dedup::DedupKey;
pub use crate::delivery::Delivery;
pub use crate::event::{Envelope, Event};
pub use crate::evidence::{Evidence, Headers, Lookup};
pub use crate::explain::Cause;
pub use crate::item::{Batch, Fault, Item, Outcome};
pub use crate::parse::Verified;
pub use crate::receiver::Receiver;
pub use crate::rejection::{Rejection, RejectionKind};
pub use crate::secrets::{EmptySecret, Secrets};
pub use crate::shape::{Limits, ShapeError};

/// The code in the crate's README compiles and runs.
#[cfg(all(doctest, feature = "axum", feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
