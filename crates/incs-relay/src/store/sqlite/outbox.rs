//! Messages that wait to be sent.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::{Millis, failure, number, timestamp};
use crate::store::StoreError;
use crate::store::types::{Enqueued, OutboxMessage, QueuedMessage};

pub(super) fn enqueue(
    connection: &Connection,
    now: Millis,
    messages: &[OutboxMessage],
) -> rusqlite::Result<Vec<Enqueued>> {
    messages.iter().map(|message| enqueue_one(connection, now, message)).collect()
}

/// Stores the messages of a handler. Its keys come from the item, so a key that holds another message means that the handler wrote
/// something else in an earlier attempt: the first message counts, since it may have been sent.
pub(super) fn enqueue_once(connection: &Connection, now: Millis, messages: &[OutboxMessage]) -> Result<(), StoreError> {
    enqueue(connection, now, messages).map(drop).map_err(|error| failure(&error))
}

fn enqueue_one(connection: &Connection, now: Millis, message: &OutboxMessage) -> rusqlite::Result<Enqueued> {
    let sql = "SELECT id, channel, body FROM outbox WHERE key = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?));
    let known: Option<(i64, _, _)> = connection.prepare_cached(sql)?.query_row([&message.key], read).optional()?;
    if let Some((id, channel, body)) = known {
        let is_same = channel == message.channel && body == *message.body;
        let id = id.unsigned_abs();
        return Ok(if is_same { Enqueued::Seen(id) } else { Enqueued::KeyReused(id) });
    }
    let sql = "INSERT INTO outbox(key, channel, body, enqueued_at) VALUES (?1, ?2, ?3, ?4)";
    connection.prepare_cached(sql)?.execute(params![message.key, message.channel, &message.body[..], now])?;
    Ok(Enqueued::New(connection.last_insert_rowid().unsigned_abs()))
}

pub(super) fn queued(
    connection: &Connection,
    after: Option<u64>,
    limit: usize,
) -> rusqlite::Result<Vec<QueuedMessage>> {
    let sql = "SELECT id, key, channel, body, enqueued_at FROM outbox WHERE id > ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        Ok(QueuedMessage {
            id: row.get::<_, i64>(0)?.unsigned_abs(),
            message: OutboxMessage { key: row.get(1)?, channel: row.get(2)?, body: row.get::<_, Vec<u8>>(3)?.into() },
            enqueued_at: timestamp(row.get(4)?),
        })
    };
    statement
        .query_map(params![after.and_then(|id| i64::try_from(id).ok()).unwrap_or(0), number(limit)], read)?
        .collect()
}
