//! A client for the INCS messaging platform (WhatsApp, Viber, RCS) that never sends a message twice by its own decision, over
//! any transport.
//!
//! Requests and replies are the types of `incs_model`; this crate sends them. It has no default features: name a
//! backend, or bring a [`Transport`](transport::Transport) of your own.
//!
//! # Send
//!
//! With the features `hyper-rustls` here and `macros`, `rt-multi-thread` of tokio:
//!
//! ```no_run
//! # #[cfg(feature = "hyper-rustls")]
//! # mod program {
//! use incs_client::{Client, RequestState};
//! use incs_model::whatsapp::template::{Component, Template};
//! use incs_model::{PhoneNumber, whatsapp};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::from_env()?; // or Client::new(certification_code)?
//!
//!     let to: PhoneNumber = "+852 5123 0088".parse()?;
//!     let text = whatsapp::Message::new(to.clone(), "Your order is ready.");
//!     match client.messages().send(text).await {
//!         Ok(sent) => println!("on its way as {}", sent.message_id),
//!         Err(error) => match error.request_state() {
//!             RequestState::NotSent | RequestState::Rejected => eprintln!("the customer has nothing: {error}"),
//!             RequestState::Accepted => eprintln!("it is on its way, its id is not known: {error}"),
//!             RequestState::Unknown => eprintln!("it may be out, do not send it again: {error}; {}", error.help()),
//!         },
//!     }
//!
//!     let values = Component::body(["Ms Tan", "18:30"]);
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
//! With the feature `testing` a scripted transport replaces the network, and a clock that skips waits replaces the system clock. In a
//! test, write `#[tokio::test]` instead of `#[tokio::main]`.
//!
//! ```
//! # #[cfg(not(feature = "testing"))]
//! # fn main() {}
//! # #[cfg(feature = "testing")]
//! # use program::main;
//! # #[cfg(feature = "testing")]
//! # mod program {
//! use incs_client::testing::{ScriptedTransport, AutoAdvanceClock};
//! use incs_client::transport::TransportErrorKind;
//! use incs_client::{BatchOptions, Client, RequestState};
//! use incs_model::status::{MessageStatus, State, StatusList};
//! use incs_model::{PhoneNumber, Sent, viber};
//!
//! #[tokio::main(flavor = "current_thread")]
//! pub async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let script = ScriptedTransport::new()
//!         .reply(429, "") // the first message: rate limited, so it is retried
//!         .success(&Sent::new("7b1e52c4")) // and accepted
//!         .error(TransportErrorKind::Interrupted) // the second: the connection broke
//!         .success(&StatusList::new([MessageStatus::new("7b1e52c4", State::Delivered)]));
//!     let client = Client::builder_with_clock(script.clone(), AutoAdvanceClock::new()).certification_code("5d1f").build()?;
//!
//!     let guests: [(&str, PhoneNumber); 2] = [("Tan", "+852 5123 0088".parse()?), ("Lee", "+852 5123 0099".parse()?)];
//!     let messages = guests.map(|(guest, to)| (guest, viber::Message::new(to, "Your table is ready.")));
//!     let mut batch = client.messages().send_all_iter(messages, BatchOptions::new().with_concurrency(1));
//!     let (mut ids, mut unknown) = (Vec::new(), Vec::new());
//!     while let Some(outcome) = batch.next().await {
//!         match outcome.result {
//!             Ok(sent) => ids.push(sent.message_id),
//!             Err(error) => match error.request_state() {
//!                 RequestState::NotSent | RequestState::Rejected => println!("nothing went out: {error}"),
//!                 RequestState::Accepted | RequestState::Unknown => unknown.push(outcome.key),
//!             },
//!         }
//!     }
//!     assert_eq!(unknown, ["Lee"]); // it was not retried: the bytes may have left
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
//! | a client in one line | `Client::new`, `Client::from_env`, with the feature `hyper-rustls` |
//! | sending, batches, status queries | [`Client::messages`], [`SendBatch`], [`StatusCall`] |
//! | templates and tasks, page by page | [`Client::templates`], [`Client::tasks`], [`Pager`] |
//! | base URLs, credentials, time limits, numbers of attempts | [`ClientBuilder`], [`retry::RetryPolicy`] |
//! | errors, and whether the message was sent | [`Error`], [`RequestState`], [`RetryAdvice`] |
//! | when a call is retried, as a table | [`retry`] |
//! | your own transport, or a wrapper around one | [`transport`]; `async_trait`, `bytes` and `http` are re-exported |
//! | transports over HTTP libraries | `backend` |
//! | a route that this crate does not have yet | [`endpoint::Endpoint`], [`Client::execute`] |
//! | tests without a network | `testing` |
//! | a test suite for transports | the crate `incs-client-contract` |
//! | an OpenAPI document of the platform | `openapi` |
//!
//! # Features
//!
//! No feature is enabled by default, and all features are additive.
//!
//! | feature | brings |
//! | --- | --- |
//! | `hyper` | `backend::HyperTransport`: the pooled client of hyper-util, plain HTTP |
//! | `hyper-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `reqwest` | `backend::ReqwestTransport`, plain HTTP |
//! | `reqwest-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `reqwest-native-tls` | the same with the TLS library and the roots of the system |
//! | `tower` | `backend::TowerTransport`: any `tower::Service` over the types of `http` |
//! | `tokio` | `clock::TokioClock`, which `Client::builder` uses; every backend except `tower` enables it |
//! | `rate-limit` | a limiter for each credential and each recipient |
//! | `tracing` | a span for each call, also for one rejected before its first attempt, and one for each attempt, with the names of OpenTelemetry |
//! | `metrics` | `metrics`: durations, outcomes, retries and throttles for the recorder of the crate `metrics` |
//! | `testing` | scripted, capturing and replaying transports, and a clock that does not wait |
//! | `schema` | `openapi`: an OpenAPI document of the platform for other languages and tools |
//!
//! # Guarantees
//!
//! - **One send, one message.** A send is not retried if its bytes may have left. Its error has the state `unknown` and a help text. A
//!   call that is cancelled before its request leaves is revoked, and does not leave later.
//! - **Four states.** Each error has a state: not sent, rejected, accepted or unknown.
//! - **No hidden retries.** This crate makes all attempts and counts them in [`Error::attempts`]; no backend retries by itself.
//! - **No private data.** No error, `Debug`, span or metric shows a phone number, a text, a credential, a query or a body.
//! - **Limits.** Each attempt and each call has a time limit, and each reply a maximum length.
//! - **No runtime in the core.** Time comes from a [`clock::Clock`]; only the feature `tokio` needs tokio.
//!
//! The platform documents no idempotency key, no rate limit, no `Retry-After`, and no HTTP status for its errors. Conclusions from
//! that are marked *inferred*, and unknown facts are called **unknown**.

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
#[cfg(feature = "metrics")]
pub mod metrics;
#[cfg(feature = "schema")]
pub mod openapi;
mod pager;
#[cfg(feature = "rate-limit")]
mod rate;
pub mod retry;
mod signals;
mod status;
#[cfg(feature = "testing")]
pub mod testing;
#[cfg(feature = "tracing")]
mod trace;
pub mod transport;

pub use crate::batch::{
    BatchFailure, BatchObserver, BatchOptions, BatchOutcome, BatchProgress, BatchReport, CancelHandle, SendBatch,
};
pub use crate::client::{Call, Client, ClientBuilder};
pub use crate::endpoint::Paginated;
pub use crate::error::{BuildError, Error, ErrorBody, ErrorKind, RequestState, RetryAdvice};
pub use crate::groups::{Auth, ChannelTemplates, Messages, RcsTemplates, Tasks, Templates, WhatsAppTemplates};
pub use crate::pager::Pager;
#[cfg(feature = "rate-limit")]
pub use crate::rate::{Rate, RateLimits};
pub use crate::status::{StatusCall, StatusError, StatusFailure, StatusReport};

// Needed to implement `Transport` and `Endpoint`.
pub use async_trait::async_trait;
pub use {bytes, http};

/// The code in the crate's README compiles and runs. It needs a backend and the transports for tests.
#[cfg(all(doctest, feature = "hyper-rustls", feature = "testing"))]
#[doc = include_str!("../README.md")]
struct Readme;
