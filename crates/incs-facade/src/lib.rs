//! Sends and receives messages of the INCS messaging platform (WhatsApp, Viber, RCS).
//!
//! This crate re-exports [`model`], [`client`], [`webhook`] and `relay`, each of which is a crate, and the most used names at its root.
//!
//! # Send
//!
//! This needs the default features, and `macros` and `rt-multi-thread` of tokio. An error has one of four request states, which
//! shows whether the message was sent:
//!
//! ```no_run
//! # #[cfg(feature = "hyper-rustls")]
//! # mod program {
//! use incs_facade::{Client, PhoneNumber, RequestState, whatsapp};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::from_env()?; // or Client::new(certification_code)?
//!
//!     let to: PhoneNumber = "+852 5123 0088".parse()?;
//!     match client.messages().send(whatsapp::Message::new(to, "Your order is ready.")).await {
//!         Ok(sent) => println!("accepted as {}", sent.message_id),
//!         Err(error) => match error.request_state() {
//!             RequestState::NotSent => eprintln!("nothing was sent: {error}; {}", error.help()),
//!             RequestState::Rejected => eprintln!("rejected by the platform: {error}; {}", error.help()),
//!             RequestState::Accepted => eprintln!("accepted, but the reply could not be read: {error}"),
//!             RequestState::Unknown => eprintln!("unknown, do not send it again: {error}"),
//!         },
//!     }
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Receive
//!
//! This needs axum 0.8 and the feature `axum`; use `Receiver::receive` in other frameworks. The extractor `Received` verifies the
//! sender, so the handler runs only for verified deliveries:
//!
//! ```no_run
//! # #[cfg(feature = "axum")]
//! # mod program {
//! use axum::{Router, http::StatusCode, routing::post};
//! use incs_facade::{Received, Receiver, Secrets, SharedSecret};
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
//!     // INCS documents no signature, so its URL ends in a secret.
//!     let secret = std::env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
//!     let secrets = Secrets::try_new(secret)?;
//!     let receiver = Receiver::new(SharedSecret::in_path(secrets));
//!     let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
//!     Ok(axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, router).await?)
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Features
//!
//! The default features are `client`, `webhook` and `hyper-rustls`. Features forward to the crates and enable them: `axum` enables
//! `webhook`, `hyper-rustls` enables `client`, `relay` enables both. `tower`, `tracing`, `metrics`, `schema` and `testing` apply to each crate that is
//! enabled.
//!
//! | feature | adds |
//! | --- | --- |
//! | `client` | the module `client`: sends, queries and lists over your own transport |
//! | `webhook` | the module `webhook`: verifies and parses webhooks in any framework |
//! | `relay` | `client`, `webhook` and the module `relay`: an inbox of webhooks and an outbox of messages, over your own store |
//! | `sqlite` | `relay` with `SqliteStore`, over an SQLite that is compiled into the program |
//! | `postgres` | `relay` and the module `relay_postgres` with `PgStore`, one PostgreSQL for several processes, with rustls |
//! | `hyper-rustls` | `HyperTransport`, the pooled client of hyper-util, with HTTPS by rustls, ring and Mozilla's roots |
//! | `reqwest-rustls` | `ReqwestTransport` with HTTPS by rustls, ring and Mozilla's roots |
//! | `reqwest-native-tls` | `ReqwestTransport` with the TLS library and the roots of the system |
//! | `rate-limit` | a rate limiter of `client` for each credential and each recipient |
//! | `tracing` | spans with the names of OpenTelemetry: of `client` for each call and attempt, of `webhook` for each delivery |
//! | `metrics` | durations, outcomes, retries, rejections and duplicates for the recorder of the crate `metrics` |
//! | `contract` | the module `contract`: the test suite for transports, and its fault server; with `relay` also the suite for stores |
//! | `axum` | `Received`, an extractor of `webhook` for axum 0.8; with `relay` also a handler |
//! | `tower` | with `client` any `tower::Service` as a transport; with `webhook` a layer that verifies requests |
//! | `schema` | JSON Schemas of all messages, replies and webhooks; with `client` also an OpenAPI document |
//! | `testing` | transports without a network, a clock without waiting, signed deliveries |
//!
//! `incs-client` and `incs-webhook` have more features, such as hyper without TLS. A library should depend on those crates and on
//! `incs-model`: they have no default features, so the application chooses.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | types of messages, templates, tasks and events, and their rules | [`model`] |
//! | calls, batches, status queries, retries, transports | [`client`] |
//! | webhook schemes, items, receipts, deduplication | [`webhook`] |
//! | a durable inbox: stored before the reply, handled in order | `relay`, with the feature `sqlite`, `postgres` or `relay` |
//! | a durable outbox: stored before the send, each message sent at most once | `relay` too |
//! | a local INCS for development and tests | the crate `incs-sandbox` |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub use incs_client as client;
#[cfg(feature = "contract")]
pub use incs_client_contract as contract;
pub use incs_model as model;
#[cfg(feature = "relay")]
pub use incs_relay as relay;
#[cfg(feature = "postgres")]
pub use incs_relay_postgres as relay_postgres;
#[cfg(feature = "webhook")]
pub use incs_webhook as webhook;

#[cfg(feature = "hyper-rustls")]
pub use incs_client::backend::HyperTransport;
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
pub use incs_client::backend::ReqwestTransport;
#[cfg(feature = "client")]
pub use incs_client::{Client, Error, RequestState};
pub use incs_model::{PhoneNumber, rcs, validate, viber, whatsapp};
#[cfg(feature = "relay")]
pub use incs_relay::Relay;
#[cfg(feature = "axum")]
pub use incs_webhook::Received;
#[cfg(feature = "webhook")]
pub use incs_webhook::scheme::SharedSecret;
#[cfg(feature = "webhook")]
pub use incs_webhook::{DedupKey, Item, ItemOutcome, Receiver, Secrets};
