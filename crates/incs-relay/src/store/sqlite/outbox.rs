//! Enqueuing, listing, reporting, erasing and sweeping messages.

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::outbox_row::{COLUMNS, OutboxRow, later, outbox_id, row_id, version};
use super::{Millis, failure, millis, millis_of, number, timestamp};
use crate::store::StoreError;
use crate::store::keys::RecipientKey;
use crate::store::outbox::{
    Enqueued, OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, OutboxStats, Reported,
};

/// Inserts a message. An ordered one is due now, unless an earlier one blocks or holds it. The parameters are numbered since sqlx knows no
/// names; [`SqliteStore::ENQUEUE_SQL`](super::SqliteStore::ENQUEUE_SQL) lists them.
pub(super) const ENQUEUE: &str = "\
INSERT INTO outbox(key, channel, body, recipient, content, is_ordered, is_free_form, not_after, due_at, enqueued_at, changed_at, next_at)
SELECT ?1, ?2, CAST(?3 AS BLOB), ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9,
    CASE WHEN ?6 AND EXISTS
        (SELECT 1 FROM outbox WHERE recipient = ?4 AND state IN (0, 1) AND channel = ?2 AND is_ordered = 1)
    THEN NULL
    ELSE min(ifnull(?8, 9223372036854775807), max(?9, ifnull(
        (SELECT max(hold_until) FROM outbox
         WHERE ?6 AND recipient = ?4 AND state = 7 AND channel = ?2 AND is_ordered = 1), ?9)))
    END
WHERE true
ON CONFLICT(key) DO NOTHING";

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

/// Inserts before it looks for a message with the same key, so that a transaction of the caller begins with a write: SQLite refuses to
/// write after a read if another connection has written in between.
pub(super) fn enqueue_one(connection: &Connection, now: Millis, message: &OutboxMessage) -> rusqlite::Result<Enqueued> {
    let not_after = message.not_after.map(millis_of);
    let inserted = connection.prepare_cached(ENQUEUE)?.execute(params![
        message.key,
        message.channel,
        &message.body[..],
        message.recipient.map(RecipientKey::as_i64),
        message.content.as_ref().map(|content| content.as_bytes().as_slice()),
        message.is_ordered,
        message.is_free_form,
        not_after,
        now,
    ])?;
    if inserted == 1 {
        return Ok(Enqueued::New(outbox_id(connection.last_insert_rowid())));
    }
    let sql = "SELECT id, channel = ?2 AND (body IS NULL OR (body = ?3 AND not_after IS ?4 AND is_ordered = ?5))
               FROM outbox WHERE key = ?1";
    let values = params![message.key, message.channel, &message.body[..], not_after, message.is_ordered];
    connection.prepare_cached(sql)?.query_row(values, |row| {
        let id = outbox_id(row.get(0)?);
        Ok(if row.get(1)? { Enqueued::Seen(id) } else { Enqueued::KeyReused(id) })
    })
}

/// Prepares the outbox for a new owner: its senders have ended, and a clock that was set back delays nothing.
pub(super) fn take_over(connection: &Connection, set_back: Millis) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM relay_sender", [])?;
    if set_back > 0 {
        let sql =
            "UPDATE outbox SET due_at = due_at - ?1, hold_until = hold_until - ?1, next_at = CASE WHEN next_at IS NULL
                           THEN NULL ELSE min(ifnull(not_after, next_at), max(due_at, next_at) - ?1) END
                   WHERE state IN (0, 7)";
        connection.execute(sql, [set_back])?;
        connection.execute("UPDATE outbox SET report_at = report_at - ?1 WHERE report_at IS NOT NULL", [set_back])?;
    }
    Ok(())
}

pub(super) fn messages(connection: &Connection, filter: &OutboxFilter) -> rusqlite::Result<Vec<OutboxEntry>> {
    let after = filter.after.map_or(0, row_id);
    let limit = number(filter.limit);
    let mut terms = vec!["id > :after"];
    let mut values: Vec<(&str, &dyn ToSql)> = vec![(":after", &after), (":limit", &limit)];
    let state = filter.state.map(|state| state as u8);
    if let Some(state) = &state {
        terms.push("state = :state");
        values.push((":state", state));
    }
    let id = filter.id.map(row_id);
    if let Some(id) = &id {
        terms.push("id = :id");
        values.push((":id", id));
    }
    if let Some(key) = &filter.key {
        terms.push("key = :key");
        values.push((":key", key));
    }
    let accepted = filter.without_receipt.as_ref().map(|time| (millis_of(time.start), millis_of(time.end)));
    let mut table = "outbox";
    if let Some((from, to)) = &accepted {
        table = "outbox INDEXED BY outbox_without_receipt";
        terms.push("accepted_at >= :from AND accepted_at < :to AND receipt_at IS NULL AND message_id IS NOT NULL");
        values.extend([(":from", from as &dyn ToSql), (":to", to)]);
    }
    let not_asked_since = filter.not_asked_since.map(millis_of);
    if let Some(since) = &not_asked_since {
        terms.push("(asked_at IS NULL OR asked_at < :since)");
        values.push((":since", since));
    }
    let sql = format!("SELECT {COLUMNS} FROM {table} WHERE {} ORDER BY id LIMIT :limit", terms.join(" AND "));
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(values.as_slice(), |row| OutboxRow::read(row).map(|row| row.entry))?.collect()
}

pub(super) fn body(connection: &Connection, id: OutboxId) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT body FROM outbox WHERE id = ?1";
    Ok(connection.prepare_cached(sql)?.query_row([row_id(id)], |row| row.get(0)).optional()?.flatten())
}

pub(super) fn claim_reports(
    connection: &Connection,
    now: Millis,
    limit: usize,
    lease: Millis,
) -> rusqlite::Result<Vec<OutboxEntry>> {
    let sql = "SELECT id FROM outbox WHERE report_at <= ?1 ORDER BY report_at, id LIMIT ?2";
    let ids = ids(connection, sql, params![now, number(limit)])?;
    let sql = "UPDATE outbox SET report_at = ?2 WHERE id = ?1";
    let mut entries = Vec::with_capacity(ids.len());
    for id in ids {
        connection.prepare_cached(sql)?.execute(params![id, later(now, lease)])?;
        entries.extend(OutboxRow::load(connection, id)?.map(|row| row.entry));
    }
    Ok(entries)
}

pub(super) fn complete_reports(connection: &Connection, now: Millis, reports: &[Reported]) -> rusqlite::Result<()> {
    let sql = "UPDATE outbox SET report_at = ?3, report_attempts = report_attempts + ?4 WHERE id = ?1 AND version = ?2";
    let mut statement = connection.prepare_cached(sql)?;
    for report in reports {
        let report_at = report.retry.map(|delay| later(now, millis(delay)));
        let values = params![row_id(report.id), version(report.version), report_at, report_at.is_some()];
        statement.execute(values)?;
    }
    Ok(())
}

/// Erases the bodies of all messages to these recipients.
pub(super) fn erase(connection: &Connection, now: Millis, recipients: &[RecipientKey]) -> rusqlite::Result<u64> {
    recipients.iter().map(|recipient| erase_all_to(connection, now, *recipient)).sum()
}

fn erase_all_to(connection: &Connection, now: Millis, recipient: RecipientKey) -> rusqlite::Result<u64> {
    let sql = "SELECT id FROM outbox WHERE recipient = ?1 AND body IS NOT NULL ORDER BY id";
    let ids = ids(connection, sql, [recipient.as_i64()])?;
    for id in &ids {
        if let Some(mut row) = OutboxRow::load(connection, *id)?.filter(|row| row.entry.state == OutboxState::Queued) {
            row.cancel(now);
            row.save(connection)?;
        }
        connection.prepare_cached("UPDATE outbox SET body = NULL WHERE id = ?1")?.execute([id])?;
    }
    for sql in ["DELETE FROM relay_contact WHERE customer = ?1", "DELETE FROM relay_sighting WHERE recipient = ?1"] {
        connection.prepare_cached(sql)?.execute([recipient.as_i64()])?;
    }
    Ok(ids.len() as u64)
}

/// Removes old messages, evidence and contacts. Returns the number of messages, and false if more may be left.
pub(super) fn sweep(
    connection: &Connection,
    ended_before: Millis,
    seen_before: Millis,
    budget: usize,
) -> rusqlite::Result<(u64, bool)> {
    let remove = |sql: &str, before: Millis| connection.prepare_cached(sql)?.execute(params![before, number(budget)]);
    let messages = remove(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox INDEXED BY outbox_final
             WHERE state IN (2, 3, 4, 5, 6, 9) AND changed_at < ?1 ORDER BY changed_at LIMIT ?2)",
        ended_before,
    )?;
    let sightings = remove(
        "DELETE FROM relay_sighting WHERE name IN (SELECT name FROM relay_sighting WHERE at < ?1 ORDER BY at LIMIT ?2)",
        seen_before,
    )?;
    let contacts = remove(
        "DELETE FROM relay_contact WHERE (customer, channel) IN
             (SELECT customer, channel FROM relay_contact WHERE at < ?1 ORDER BY at LIMIT ?2)",
        seen_before,
    )?;
    Ok((messages as u64, [messages, sightings, contacts].into_iter().all(|removed| removed < budget)))
}

pub(super) fn stats(connection: &Connection) -> rusqlite::Result<OutboxStats> {
    let mut stats = OutboxStats::default();
    let mut statement = connection.prepare_cached("SELECT state, count(*) FROM outbox GROUP BY state")?;
    let counts = statement.query_map([], |row| Ok((row.get::<_, usize>(0)?, row.get::<_, i64>(1)?)))?;
    for count in counts {
        let (place, count) = count?;
        if let Some(counted) = stats.by_state.get_mut(place) {
            *counted = count.unsigned_abs();
        }
    }
    let time = |sql: &str| {
        let at: Option<Millis> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0)).optional()?;
        Ok::<_, rusqlite::Error>(at.map(timestamp))
    };
    stats.oldest_queued = time("SELECT enqueued_at FROM outbox WHERE state = 0 ORDER BY id LIMIT 1")?;
    stats.last_created_webhook = time("SELECT value FROM meta WHERE name = 'last_created_webhook'")?;
    Ok(stats)
}

pub(super) fn property(connection: &Connection, name: &str) -> rusqlite::Result<Option<String>> {
    let sql = "SELECT value FROM relay_property WHERE name = ?1";
    connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()
}

pub(super) fn set_property(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    let sql = "INSERT INTO relay_property(name, value) VALUES (?1, ?2) ON CONFLICT(name) DO UPDATE SET value = excluded.value";
    connection.prepare_cached(sql)?.execute([name, value]).map(drop)
}

/// Reads the numbers of messages, so that they can be changed one by one.
pub(super) fn ids(connection: &Connection, sql: &str, values: impl rusqlite::Params) -> rusqlite::Result<Vec<i64>> {
    connection.prepare_cached(sql)?.query_map(values, |row: &Row<'_>| row.get(0))?.collect()
}
