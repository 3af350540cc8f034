//! A client for the INCS messaging platform (WhatsApp, Viber, RCS) that never sends a message twice by its own decision, over
//! any transport.
//!
//! What is sent and what comes back are the types of `incs_model`; this crate carries them. It has no default features: name a
//! backend, or bring a [`Transport`](transport::Transport) of your own.
//!
//! # Send
//!
//! With the features `hyper-rustls` here and `macros`, `rt-multi-thread` of tokio:
//!
//! ```no_run
//! # #[cfg(feature = "hyper-rustls")]
//! # mod program {
//! use incs_client::backend::HyperTransport;
//! use incs_client::Client;
//! use incs_model::whatsapp::template::{Component, Parameter, Template};
//! use incs_model::{PhoneNumber, whatsapp};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::builder(HyperTransport::new())
//!         .certification_code(std::env::var("INCS_CERTIFICATION_CODE")?)
//!         .build()?;
//!
//!     let to: PhoneNumber = "+852 5123 0088".parse()?;
//!     let text = whatsapp::Message::text(to.clone(), "Your order is ready.");
//!     match client.messages().send(text).await {
//!         Ok(sent) => println!("on its way as {}", sent.msg_id),
//!         Err(error) if error.request_state().is_safe_to_repeat() => eprintln!("the customer has nothing: {error}"),
//!         Err(error) => eprintln!("it may be out, do not send it again: {error}; {}", error.help()),
//!     }
//!
//!     let values = Component::body([Parameter::text("Ms Tan"), Parameter::text("18:30")]);
//!     let template = Template::new("table_booked_2").with_components([values]);
//!     client.messages().send(whatsapp::Message::new(to, template)).await?;
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Test
//!
//! With the feature `testing` a script takes the place of the network, and a clock that skips that of waiting. This program runs
//! as it stands; in a test write `#[tokio::test]` where it says `#[tokio::main]`.
//!
//! ```
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! # #[cfg(feature = "testing")]
//! # use program::main;
//! # #[cfg(feature = "testing")]
//! # mod program {
//! use incs_client::testing::{ScriptedTransport, SkippingClock};
//! use incs_client::transport::TransportErrorKind;
//! use incs_client::{BatchOptions, Client};
//! use incs_model::status::{MessageStatus, State, StatusList};
//! use incs_model::{PhoneNumber, Sent, viber};
//!
//! #[tokio::main(flavor = "current_thread")]
//! pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let script = ScriptedTransport::new()
//!         .reply(429, "") // the first message: throttled, so it is sent again,
//!         .success(&Sent::new("7b1e52c4")) // and taken
//!         .error(TransportErrorKind::Interrupted) // the second: the connection broke
//!         .success(&StatusList::new([MessageStatus::new("7b1e52c4", State::Delivered)]));
//!     let client = Client::builder_with_clock(script.clone(), SkippingClock::new()).certification_code("5d1f").build()?;
//!
//!     let guests: [PhoneNumber; 2] = ["+852 5123 0088".parse()?, "+852 5123 0099".parse()?];
//!     let messages = guests.map(|to| viber::Message::text(to, "Your table is ready."));
//!     let mut batch = client.messages().send_all_iter(messages, BatchOptions::new().with_concurrency(1));
//!     let (mut ids, mut unknown) = (Vec::new(), Vec::new());
//!     while let Some(outcome) = batch.next().await {
//!         match outcome.result {
//!             Ok(sent) => ids.push(sent.msg_id),
//!             Err(error) if error.request_state().is_safe_to_repeat() => println!("nothing went out: {error}"),
//!             Err(_) => unknown.push(outcome.index),
//!         }
//!     }
//!     assert_eq!(unknown, [1]); // it was not sent again: the bytes may have left
//!
//!     let report = client.messages().status(ids).await?;
//!     assert_eq!(report.answered()[0].message_status, State::Delivered);
//!
//!     let requests = script.requests();
//!     assert_eq!(requests.len(), 4);
//!     assert_eq!(requests[0].path(), "/external/messages/viber");
//!     assert_eq!(requests[1].info().attempt(), 2);
//!     Ok(())
//! }
//! # }
//! ```
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | sending, batches, status queries | [`Client::messages`], [`Batch`], [`StatusCall`] |
//! | templates and tasks, page by page | [`Client::templates`], [`Client::tasks`], [`Pager`] |
//! | base URLs, credentials, limits of time and number | [`ClientBuilder`], [`retry::RetryPolicy`] |
//! | what went wrong, and whether the message is out | [`Error`], [`RequestState`], [`RetryAdvice`] |
//! | when a call is made again, as a table | [`retry`] |
//! | a transport of your own, or a wrapper around one | [`transport`]; `async_trait`, `bytes` and `http` are re-exported |
//! | transports over HTTP libraries | `backend` |
//! | a route that is not here yet | [`endpoint::Endpoint`], [`Client::execute`] |
//! | tests without a network | `testing` |
//! | whether a transport keeps its promises | the crate `incs-client-contract` |
//! | an OpenAPI document of the platform | `openapi` |
//!
//! # Features
//!
//! None is on by default; each adds something and takes nothing away.
//!
//! | feature | brings |
//! | --- | --- |
//! | `hyper` | `backend::HyperTransport`: the pooled client of hyper-util, plain HTTP |
//! | `hyper-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `reqwest` | `backend::ReqwestTransport`, plain HTTP |
//! | `reqwest-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `reqwest-native-tls` | the same with the TLS library and the roots of the system |
//! | `tower` | `backend::TowerTransport`: any `tower::Service` over the types of `http` |
//! | `tokio` | `clock::TokioClock`, which `Client::builder` takes; every backend but `tower` switches it on |
//! | `rate-limit` | a limiter for each credential and each recipient |
//! | `tracing` | one span for each call, also for one refused before it began: operation, channel, HTTP status, attempts, outcome |
//! | `testing` | scripted, capturing and replaying transports, and a clock that does not wait |
//! | `schema` | `openapi`: a document of the platform's API for tools and teams of other languages |
//!
//! # What to rely on
//!
//! - **One send, one message.** A send whose bytes may have left is not made again. Its error says `unknown`, and what to do. What
//!   was given up before it left is recalled, and does not leave later.
//! - **Four states.** Each error says whether the call was not sent, rejected, accepted, or is unknown.
//! - **No hidden replay.** Attempts are made here and counted in [`Error::attempts`]; no backend makes one of its own.
//! - **Quiet.** No error, `Debug` or span shows a phone number, a text, a credential, a query or a body.
//! - **Time is bounded.** Each attempt and each call has a limit, and each reply a longest length.
//! - **No runtime in the core.** Time is a [`clock::Clock`]; without the feature `tokio` nothing here needs tokio.
//!
//! The platform documents no idempotency key, no rate limit, no `Retry-After`, and no HTTP status for its errors. What follows from
//! that is marked *inferred* where it stands, and what is **unknown** is said to be unknown.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(any(feature = "hyper", feature = "reqwest", feature = "tower"))]
pub mod backend;
mod batch;
mod client;
pub mod clock;
mod credentials;
pub mod endpoint;
pub mod endpoints;
mod error;
mod groups;
#[cfg(feature = "schema")]
pub mod openapi;
mod pager;
#[cfg(feature = "rate-limit")]
mod rate;
pub mod retry;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
mod trace;
pub mod transport;

pub use crate::batch::{
    Batch, BatchFailure, BatchObserver, BatchOptions, BatchOutcome, BatchProgress, BatchReport, Canceller,
};
pub use crate::client::{Call, Client, ClientBuilder};
pub use crate::endpoint::Listing;
pub use crate::error::{BuildError, Error, ErrorBody, ErrorKind, RequestState, RetryAdvice};
pub use crate::groups::{Auth, ChannelTemplates, Messages, RcsTemplates, Tasks, Templates, WhatsAppTemplates};
pub use crate::pager::Pager;
#[cfg(feature = "rate-limit")]
pub use crate::rate::{Rate, RateLimits};
pub use crate::status::{StatusCall, StatusError, StatusFailure, StatusReport};

// What a transport or an endpoint of one's own is written with.
pub use async_trait::async_trait;
pub use {bytes, http};

/// The code in the crate's README compiles and runs. It needs a backend and the transports for tests.
#[cfg(all(doctest, feature = "hyper-rustls", feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
