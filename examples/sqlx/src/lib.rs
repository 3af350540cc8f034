//! A change of a program's own table and the message about it, in one transaction of sqlx: both are stored, or neither is. The table is in
//! the SQLite file of the relay, which sends the message after the commit, at most once. The module [`postgres`] does it in PostgreSQL.
//!
//! ```text
//! cargo test --manifest-path examples/sqlx/Cargo.toml
//! ```
//!
//! sqlx 0.9 needs an older `rusqlite` than `incs-relay` takes by itself; cargo finds one that fits both.

pub mod postgres;

use incs_facade::model::Timestamp;
use incs_facade::relay::store::{OutboxMessage, SqliteStore};
use sqlx::{Sqlite, SqlitePool, Transaction};

/// Marks an order as shipped and enqueues the message about it.
pub async fn ship(pool: &SqlitePool, order: i64, message: &OutboxMessage) -> sqlx::Result<()> {
    // It holds the only write lock of the file, so keep it short. With a plain BEGIN it could fail at its first write.
    let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
    sqlx::query("UPDATE shop_order SET is_shipped = true WHERE id = ?1").bind(order).execute(&mut *transaction).await?;
    enqueue(&mut transaction, message).await?;
    transaction.commit().await
}

/// Enqueues a message in a transaction. Returns false if a message with its key is stored already.
pub async fn enqueue(transaction: &mut Transaction<'_, Sqlite>, message: &OutboxMessage) -> sqlx::Result<bool> {
    let enqueued = sqlx::query(SqliteStore::ENQUEUE_SQL)
        .bind(&message.key)
        .bind(&message.channel)
        .bind(&message.body[..])
        .bind(message.recipient.map(|recipient| recipient.as_i64()))
        .bind(message.content.as_ref().map(|content| &content.as_bytes()[..]))
        .bind(message.is_ordered)
        .bind(message.is_free_form)
        .bind(message.not_after.map(|time| time.as_millisecond()))
        .bind(Timestamp::now().as_millisecond())
        .execute(&mut **transaction)
        .await?;
    Ok(enqueued.rows_affected() == 1)
}
