//! The INCS messaging platform (WhatsApp, Viber, RCS) under one name: [`model`], [`client`] and [`webhook`], each a crate of its
//! own, and at the root the names that most programs need.
//!
//! # Send
//!
//! With the default features, and `macros`, `rt-multi-thread` of tokio. An error says what is known of the message, so that
//! nobody has to guess whether the customer has it:
//!
//! ```no_run
//! # #[cfg(feature = "reqwest-rustls")]
//! # mod program {
//! use incs_facade::{Client, PhoneNumber, ReqwestTransport, RequestState, whatsapp};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let code = std::env::var("INCS_CERTIFICATION_CODE")?;
//!     let client = Client::builder(ReqwestTransport::new()?).certification_code(code).build()?;
//!
//!     let to: PhoneNumber = "+852 5123 0088".parse()?;
//!     match client.messages().send(whatsapp::Message::text(to, "Your order is ready.")).await {
//!         Ok(sent) => println!("on its way as {}", sent.msg_id),
//!         Err(error) => match error.request_state() {
//!             RequestState::NotSent => eprintln!("nothing left this machine: {error}"),
//!             RequestState::Rejected => eprintln!("the platform refused it: {error}; {}", error.help()),
//!             RequestState::Accepted => eprintln!("it is on its way, though nobody could read its id: {error}"),
//!             _ => eprintln!("it may be on its way, do not send it again: {error}"),
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
//! With axum 0.8 and the feature `axum`; without it for any other framework, by `Receiver::receive`. The handler can only be
//! reached by a delivery whose sender was proved, for it takes `Received`, and nothing else makes one:
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
//!     for item in batch.leftovers() {
//!         println!("kept for a person to read: {} bytes", item.raw().len());
//!     }
//!     StatusCode::OK
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // INCS documents no signature, so the URL given to it ends in a secret.
//!     let secrets = Secrets::try_new(std::env::var("WEBHOOK_PATH_SECRET")?)?;
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
//! Each only forwards to the crates, and a single one is enough: `axum` brings `webhook`, `hyper-rustls` brings `client`. Only
//! `tower`, `schema` and `testing` belong to several crates, and add to those that are there. On by default: `client`,
//! `webhook`, `reqwest-rustls`.
//!
//! | feature | brings |
//! | --- | --- |
//! | `client` | the module `client`: sends, asks and lists, over a transport of your own |
//! | `webhook` | the module `webhook`: verifies and reads what is posted to you, in any framework |
//! | `reqwest-rustls` | `ReqwestTransport` with HTTPS by rustls, ring and Mozilla's roots |
//! | `reqwest-native-tls` | `ReqwestTransport` with the TLS library and the roots of the system |
//! | `hyper-rustls` | `HyperTransport`, the pooled client of hyper-util, with HTTPS by rustls, ring and Mozilla's roots |
//! | `rate-limit` | of `client`: a limiter for each credential and each recipient |
//! | `tracing` | of `client`: one span for each call |
//! | `contract` | the module `contract`: the suite that every transport must pass, and its fault server |
//! | `axum` | of `webhook`: `Received`, an extractor for axum 0.8 |
//! | `tower` | with `client` any `tower::Service` as a transport; with `webhook` a layer that verifies |
//! | `schema` | JSON Schemas of all that is sent and received; of `client` also an OpenAPI document |
//! | `testing` | transports without a network, a clock that does not wait, signed deliveries |
//!
//! What is finer than that, such as hyper without TLS, is a feature of `incs-client` or `incs-webhook`. A library had better depend
//! on those and on `incs-model`: they have no default features, and whoever uses the library chooses.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | every message, template, task and event as a type, and the rules they keep | [`model`] |
//! | the calls, batches, status queries, retries, transports | [`client`] |
//! | schemes of proof, items, receipts, taking each thing once | [`webhook`] |
//! | a local INCS for development and tests | the crate `incs-sandbox` |

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "client")]
pub use incs_client as client;
#[cfg(feature = "contract")]
pub use incs_client_contract as contract;
pub use incs_model as model;
#[cfg(feature = "webhook")]
pub use incs_webhook as webhook;

#[cfg(feature = "hyper-rustls")]
pub use incs_client::backend::HyperTransport;
#[cfg(any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))]
pub use incs_client::backend::ReqwestTransport;
#[cfg(feature = "client")]
pub use incs_client::{Client, Error, RequestState};
pub use incs_model::{PhoneNumber, rcs, validate, viber, whatsapp};
#[cfg(feature = "axum")]
pub use incs_webhook::Received;
#[cfg(feature = "webhook")]
pub use incs_webhook::scheme::SharedSecret;
#[cfg(feature = "webhook")]
pub use incs_webhook::{Item, Outcome, Receiver, Secrets};

/// The code in the crate's README compiles and runs.
#[cfg(all(doctest, feature = "reqwest-rustls", feature = "webhook"))]
#[doc = include_str!("../README.md")]
struct Readme;
