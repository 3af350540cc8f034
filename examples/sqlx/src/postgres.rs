//! The same in PostgreSQL: a change of a program's own table and the message about it, and the effect of an item with its completion.

use incs_facade::relay::store::{ItemId, Lease, OutboxMessage};
use incs_relay_postgres::PgStore;
use sqlx::{PgPool, Postgres, Transaction};

/// Marks an order as shipped and enqueues the message about it.
pub async fn ship(pool: &PgPool, store: &PgStore, order: i64, message: &OutboxMessage) -> sqlx::Result<()> {
    let mut transaction = pool.begin().await?;
    sqlx::query("UPDATE shop_order SET is_shipped = true WHERE id = $1").bind(order).execute(&mut *transaction).await?;
    enqueue(&mut transaction, store, message).await?;
    transaction.commit().await
}

/// Enqueues a message in a transaction. Returns false if a message with its key is stored already.
pub async fn enqueue(
    transaction: &mut Transaction<'_, Postgres>,
    store: &PgStore,
    message: &OutboxMessage,
) -> sqlx::Result<bool> {
    let enqueued: i16 = sqlx::query_scalar(sqlx::AssertSqlSafe(store.enqueue_sql()))
        .bind(&message.key)
        .bind(&message.channel)
        .bind(&message.body[..])
        .bind(message.recipient.map(|recipient| recipient.as_i64()))
        .bind(message.content.as_ref().map(|content| &content.as_bytes()[..]))
        .bind(message.is_ordered)
        .bind(message.is_free_form)
        .bind(message.not_after.map(|time| time.as_millisecond()))
        .fetch_one(&mut **transaction)
        .await?;
    Ok(enqueued == 0)
}

/// Books a seat and completes the item that asked for it. Returns false, and books nothing, if another process handles the item by now.
pub async fn book(pool: &PgPool, store: &PgStore, seat: i64, lease: Lease, item: ItemId) -> sqlx::Result<bool> {
    let mut transaction = pool.begin().await?;
    sqlx::query("INSERT INTO booking VALUES ($1)").bind(seat).execute(&mut *transaction).await?;
    let is_held: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(store.complete_sql()))
        .bind(lease.key.as_i64())
        .bind(lease.token.0.cast_signed())
        .bind(item.0.cast_signed())
        .fetch_one(&mut *transaction)
        .await?;
    if is_held {
        transaction.commit().await?;
    } else {
        transaction.rollback().await?;
    }
    Ok(is_held)
}
