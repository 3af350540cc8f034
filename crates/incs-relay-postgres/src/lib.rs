//! A PostgreSQL store for [`incs_relay`]: one durable inbox and outbox for several processes.
//!
//! ```no_run
//! use incs_relay::Relay;
//! use incs_relay_postgres::PgStore;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = PgStore::open("postgres://relay@db.example.com/shop").await?;
//! let relay = Relay::builder(store)
//!     .on_message(|message, context| async move {
//!         println!("item {}: a {}", context.id(), message.content.kind());
//!         Ok(())
//!     })
//!     .build(); // then as with any store: `Relay::webhook`, `Relay::outbox`, `Relay::run_until`
//! # Ok(())
//! # }
//! ```
//!
//! Start the same program on several machines: a webhook that reaches two of them is stored once, the items of a customer are handled by one of
//! them at a time, in order, and each message is sent by one of them, at most once.
//!
//! # Where to look
//!
//! | for | see |
//! | --- | --- |
//! | connections, TLS, PgBouncer, another schema | [`PgOptions`] |
//! | an effect in the same transaction as the completion of an item | [`PgStore::complete_in`] |
//! | a message in a transaction of your own | [`PgStore::enqueue_in`] |
//! | the same with sqlx or another library | [`PgStore::complete_sql`], [`PgStore::enqueue_sql`] |
//! | webhooks while the database is down | `incs_relay::store::Spool`, [`PgOptions::open_lazily`] |
//!
//! # Guarantees
//!
//! The guarantees of [`incs_relay`]; the same suites check them. In particular:
//!
//! - **Durable first.** What is acknowledged is in the log of PostgreSQL, which has synced it. A server with `fsync`, `full_page_writes` or
//!   `synchronous_commit` switched off is refused. Only the claims and completions of the last moment before a crash of the server may be
//!   forgotten, so their items are handled again.
//! - **One clock.** All times come from the database.
//! - **No held locks.** Each operation is one statement that commits by itself, so a process that is stopped or cut off holds no lock.
//!
//! # Features
//!
//! None is on by default.
//!
//! | feature | adds |
//! | --- | --- |
//! | `rustls` | TLS by rustls, with the roots of the system, and `PgOptions::with_tls` for others |
//! | `failpoints` | points at which tests kill the process; only for the tests of this workspace |
//!
//! # Stability
//!
//! Not stable before version 1.0.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod batch;
mod database;
mod error;
mod inbox;
mod listen;
mod message;
mod options;
mod outbox;
mod receipt;
mod schema;
mod server;
mod store;

pub use crate::options::PgOptions;
pub use crate::outbox::EnqueuedIn;
pub use crate::server::{OpenTransaction, ServerState};
pub use crate::store::PgStore;

/// The driver, whose [`Transaction`](tokio_postgres::Transaction) is part of this crate's interface.
pub use tokio_postgres;

/// Compiles the code in the crate's README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
