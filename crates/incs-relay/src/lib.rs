//! A durable inbox for webhooks, and a durable outbox for messages, of the INCS messaging platform (WhatsApp, Viber, RCS). The inbox also
//! takes webhooks of Exotel RCS.
//!
//! A [`Relay`] verifies a webhook, stores its items on disk, and then replies with 200. It hands stored items to handlers: at least once,
//! in order for each customer, retried when a handler fails, over any number of restarts.
//!
//! Its [`Outbox`] stores a message on disk before it is sent. **A message is sent at most once. If nobody can know whether it was sent, it
//! says so, looks for evidence and asks you.**
//!
//! [`SqliteStore`](store::SqliteStore) keeps everything in one file.
//!
//! # An inbox with axum
//!
//! ```no_run
//! # #[cfg(all(feature = "axum", feature = "sqlite"))]
//! # mod program {
//! use axum::{Router, routing::post};
//! use incs_relay::{Relay, store::SqliteStore};
//! use incs_webhook::{Receiver, Secrets, scheme::SharedSecret};
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let secret = std::env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
//!     let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret)?));
//!
//!     let relay = Relay::builder(SqliteStore::open("relay.db").await?)
//!         .on_message(|message, context| async move {
//!             println!("item {}, attempt {}: a {}", context.id(), context.attempt(), message.content.kind());
//!             Ok(()) // an error here is retried
//!         })
//!         .build();
//!
//!     let router = Router::new().route("/hooks/{secret}", post(relay.webhook(receiver)));
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//!     let server = tokio::spawn(async move { axum::serve(listener, router).await });
//!     relay.run_until(async { drop(tokio::signal::ctrl_c().await) }).await;
//!     server.abort();
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! In other frameworks, pass headers, target and body to [`Relay::receive`], and answer with the [`status`](Reply::status) and
//! [`retry_after`](Reply::retry_after) of the [`Reply`].
//!
//! # An outbox
//!
//! ```no_run
//! # #[cfg(all(feature = "outbox", feature = "sqlite"))]
//! # mod program {
//! use incs_client::Client;
//! use incs_model::whatsapp;
//! use incs_relay::{Relay, store::{OutboxMessage, SqliteStore}};
//!
//! async fn notify(client: Client) -> Result<(), Box<dyn std::error::Error>> {
//!     let relay = Relay::builder(SqliteStore::open("relay.db").await?).client(client).build();
//!     let message = whatsapp::Message::new("+852 5123 0088".parse()?, "Your order is paid.");
//!     let id = relay.outbox().enqueue(OutboxMessage::try_new("order-17-paid", message)?).await?;
//!     relay.run_until(async { drop(tokio::signal::ctrl_c().await) }).await; // sends
//!     println!("{:?}", relay.outbox().get(id).await?.map(|message| message.state));
//!     Ok(())
//! }
//! # }
//! # fn main() {}
//! ```
//!
//! The key `order-17-paid` makes the enqueue repeatable: a message with a known key is not stored again.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | receiving, running handlers, sending, numbers, erasing a person | [`Relay`] |
//! | handlers, client, rate, waits between attempts, lease, retention | [`RelayBuilder`] |
//! | the reply to a webhook | [`Relay::receive`], [`Reply`] |
//! | the item that is handled, its attempt, its lease | [`Context`] |
//! | a reply that is enqueued exactly once | [`Context::enqueue`] |
//! | enqueuing, watching and cancelling messages | [`Outbox`] |
//! | a message to send: its key, order, latest time | [`OutboxMessage`](store::OutboxMessage) |
//! | the states of a message, and what is known of it | [`OutboxState`](store::OutboxState), [`OutboxEntry`](store::OutboxEntry) |
//! | outcomes, and deliveries that fail later | `RelayBuilder::on_outcome` |
//! | the 24 hours in which a customer can be sent any message | [`Relay::window`] |
//! | a message in a transaction of your own | `SqliteStore::enqueue_in`, `SqliteStore::ENQUEUE_SQL` |
//! | evidence for sends with an unknown outcome | [`reconcile`] |
//! | a person's decision about one | [`Decision`](store::Decision) |
//! | retrying later, or not at all | [`HandlerError`] |
//! | an effect in the same transaction as the completion | `SqliteStore::complete_in` |
//! | the state of a sent message, merged from its receipts | [`Store::delivery_state`](store::Store::delivery_state) |
//! | listing items, and operators' actions | [`Store::list`](store::Store::list), [`OperatorAction`](store::OperatorAction) |
//! | a second process beside the owner of a file | `SqliteStore::attach` |
//! | a store that is out of reach at times | `store::Spool` |
//! | a store of your own | [`Store`](store::Store), and the suite of the feature `contract` |
//! | a store for tests | [`MemoryStore`](store::MemoryStore) |
//! | metrics | `metrics` |
//!
//! # Features
//!
//! `sqlite`, `bundled` and `outbox` are on by default. All features are additive.
//!
//! | feature | adds |
//! | --- | --- |
//! | `outbox` | sending with `incs-client`: `RelayBuilder::client` and the options after it. Without it, messages are stored only |
//! | `sqlite` | `SqliteStore`, the store in one file, and `Spool`, which keeps webhooks while another store is out of reach |
//! | `bundled` | SQLite, compiled into the program; distributions ship versions that `SqliteStore` refuses |
//! | `axum` | `Relay::webhook`, a handler for axum 0.8, and [`Reply`] as its response |
//! | `tracing` | an event for each stored webhook and a span for each call of a handler, with the names of OpenTelemetry |
//! | `metrics` | `metrics`: counters and gauges for the recorder of the crate `metrics` |
//! | `contract` | the suite that every [`Store`](store::Store) must pass |
//! | `failpoints` | points at which tests kill the process; only for the tests of this crate |
//!
//! # Guarantees
//!
//! **A webhook answered 200 is on disk and will be handled at least once, in order for each conversation. A message is sent at most once. If
//! nobody can know whether it was sent, it says so, looks for evidence and asks you.**
//!
//! - **Durable first.** 200 means that a sync of the disk has ended after the items were written. Otherwise the answer is 503.
//! - **One item for each key.** The deduplication key and the item are written in one transaction, for as long as the item is retained.
//! - **Order by customer.** The next item of a conversation is handed out only when the ones before it are done or dead letters.
//! - **No late writes.** Every change carries a fencing token, so a process that was stopped past its lease changes nothing.
//! - **No silent loss.** Every stored item is open, done, or a dead letter with a reason.
//! - **Marked before sent.** The state `sending` is on disk before the first byte of a message leaves. From it, only an outcome which
//!   proves that nothing was done leads back to the queue; after a crash it becomes `unknown`.
//! - **Few unknown sends.** A crash leaves at most as many as were being sent: 16 unless set, never more than 64.
//! - **Evidence or a person.** An unknown message is accepted by a webhook that fits it and no other message, or a person decides. Only a
//!   person can have it sent again.
//! - **No personal data in logs.** No error, `Debug`, span or metric shows a phone number or a text. The file itself holds what customers
//!   wrote; its mode is 0600.
//!
//! Not promised: exactly once to the customer, that every unknown send is cleared up, order between conversations, deduplication beyond the
//! [retention](store::Retention), durability beyond what the disk and its firmware do. INCS documents no retry, so a webhook that was
//! answered with 503 may be lost.
//!
//! # Stability
//!
//! Not stable before version 1.0.

#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
pub mod clock;
#[cfg(feature = "contract")]
pub mod contract;
#[cfg(feature = "failpoints")]
pub mod failpoint;
#[cfg(not(feature = "failpoints"))]
mod failpoint;
mod handler;
mod inbox;
#[cfg(feature = "metrics")]
pub mod metrics;
mod outbox;
pub mod reconcile;
mod relay;
mod runner;
#[cfg(feature = "outbox")]
mod sender;
mod settings;
pub mod store;
#[cfg(feature = "tracing")]
mod trace;

pub use crate::handler::{Context, HandlerError};
pub use crate::outbox::{EnqueueError, Outbox, Window};
pub use crate::relay::{Relay, RelayBuilder, Reply};

/// Compiles the code in the crate's README.
#[cfg(all(doctest, feature = "axum", feature = "outbox", feature = "sqlite"))]
#[doc = include_str!("../README.md")]
struct Readme;
