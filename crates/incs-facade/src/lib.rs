//! The INCS messaging platform (WhatsApp, Viber, RCS) under one name: [`model`], [`client`] and [`webhook`], each a crate of its
//! own.
//!
//! # Send
//!
//! With the default features, and `macros`, `rt-multi-thread` of tokio:
//!
//! ```no_run
//! # #[cfg(all(feature = "client", feature = "reqwest-rustls"))]
//! # mod program {
//! use incs_facade::client::Client;
//! use incs_facade::client::backend::ReqwestTransport;
//! use incs_facade::model::{PhoneNumber, whatsapp};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let client = Client::builder(ReqwestTransport::new()?)
//!         .certification_code(std::env::var("INCS_CERTIFICATION_CODE")?)
//!         .build()?;
//!
//!     let to: PhoneNumber = "+852 5123 0088".parse()?;
//!     match client.messages().send(whatsapp::Message::text(to, "Your order is ready.")).await {
//!         Ok(sent) => println!("on its way as {}", sent.msg_id),
//!         Err(error) if error.request_state().is_safe_to_repeat() => eprintln!("the customer has nothing: {error}"),
//!         Err(error) => eprintln!("it may be out, do not send it again: {error}; {}", error.help()),
//!     }
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Receive
//!
//! With axum 0.8 and the feature `axum`; without it for any other framework, by `Receiver::receive`:
//!
//! ```no_run
//! # #[cfg(all(feature = "webhook", feature = "axum"))]
//! # mod program {
//! use axum::Router;
//! use axum::http::StatusCode;
//! use axum::routing::post;
//! use incs_facade::webhook::scheme::SharedSecret;
//! use incs_facade::webhook::{Received, Receiver, Secrets};
//!
//! /// Runs only for deliveries that the receiver takes. Each item is understood, or kept with its bytes.
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
//!     // The URL given to the platform ends in the secret.
//!     let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(std::env::var("WEBHOOK_PATH_SECRET")?)?));
//!     let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     Ok(axum::serve(listener, router).await?)
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! # Features
//!
//! Each only forwards to the crates. `client` and `webhook` bring their crate; of the others, one that belongs to a crate does
//! nothing while that crate is off. On by default: `client`, `webhook`, `reqwest-rustls`.
//!
//! | feature | brings |
//! | --- | --- |
//! | `client` | the module `client`: sends, asks and lists |
//! | `webhook` | the module `webhook`: verifies and reads what is posted to you |
//! | `schema` | JSON Schemas of all that is sent and received; of `client` also an OpenAPI document, of `webhook` checks of bodies |
//! | `testing` | transports without a network, a clock that does not wait, signed deliveries |
//! | `reqwest` | of `client`: a transport over reqwest, plain HTTP |
//! | `reqwest-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `reqwest-native-tls` | the same with the TLS library and the roots of the system |
//! | `hyper` | of `client`: a transport over the pooled client of hyper-util, plain HTTP |
//! | `hyper-rustls` | the same with HTTPS: rustls, ring, Mozilla's roots |
//! | `client-tower` | of `client`: any `tower::Service` as a transport |
//! | `tokio` | of `client`: the clock of tokio; every backend but `client-tower` switches it on |
//! | `rate-limit` | of `client`: a limiter for each credential and each recipient |
//! | `tracing` | of `client`: one span for each call |
//! | `contract` | of `client`: the suite that every transport must pass |
//! | `http` | of `webhook`: requests and headers of the `http` crate |
//! | `axum` | of `webhook`: an extractor for axum 0.8 |
//! | `webhook-tower` | of `webhook`: a layer for tower |
//! | `sha1` | of `webhook`: Exotel's signature with HMAC-SHA1 |
//!
//! A library had better depend on `incs-model`, `incs-client` and `incs-webhook` themselves: they have no default features, and
//! whoever uses it chooses.

#[cfg(feature = "client")]
pub use incs_client as client;
pub use incs_model as model;
#[cfg(feature = "webhook")]
pub use incs_webhook as webhook;

/// The code in the crate's README compiles and runs.
#[cfg(all(doctest, feature = "client", feature = "reqwest-rustls", feature = "webhook"))]
#[doc = include_str!("../README.md")]
struct Readme;
