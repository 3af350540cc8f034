//! Listing, operators' actions, erasing and sweeping.

use rusqlite::{Connection, OptionalExtension as _, Row, params, params_from_iter};

use super::inbox::{self, ITS_DELIVERY, Parts, Place, STORED_ITEM, item_id, row_id};
use super::key::Key;
use super::{Millis, millis, number, outbox, timestamp};
use crate::store::keys::{OrderingKey, hash};
use crate::store::types::{
    Erasure, InboxItem, ItemClass, ItemFilter, ItemId, ItemState, NewItem, OperatorAction, OperatorResult, Retention,
    Stats, StoredItem, Swept, only,
};

/// The state of an item, by number.
const STATE: &str = "CASE
    WHEN dead.item IS NOT NULL THEN 4
    WHEN open.item IS NULL THEN 2
    WHEN item.id BETWEEN ordering.leased_from AND ordering.leased_to THEN 1
    WHEN ordering.error IS NOT NULL AND ordering.leased_to IS NULL AND item.id = CURRENT THEN 3
    ELSE 0 END";

/// The item that the attempts and the error of its key belong to, see `Key::current`.
const CURRENT: &str = "(SELECT min(first.item) FROM open AS first
    WHERE first.ordering = item.ordering AND first.item >= ifnull(ordering.leased_from, 0))";

const TABLES: &str = "item LEFT JOIN open ON open.ordering = item.ordering AND open.item = item.id
    LEFT JOIN dead ON dead.item = item.id LEFT JOIN ordering ON ordering.key = item.ordering AND open.item IS NOT NULL";

pub(super) fn list(connection: &Connection, filter: &ItemFilter) -> rusqlite::Result<Vec<InboxItem>> {
    let state = STATE.replace("CURRENT", CURRENT);
    let sql = format!(
        "SELECT * FROM (SELECT item.*, {state} AS state, dead.reason AS reason, dead.error AS dead_error,
             dead.attempts AS dead_attempts, ordering.attempts AS key_attempts, ordering.error AS key_error,
             ordering.ready_at AS ready_at,
             open.item IS NOT NULL AND item.id = {CURRENT} AS is_current
         FROM {TABLES} WHERE item.id > ?1 AND item.id <= ?2) WHERE ?3 IS NULL OR state = ?3 ORDER BY id LIMIT ?4"
    );
    // One item is a range of one.
    let after = filter.after.map_or(0, row_id);
    let (after, to) = filter.id.map_or((after, i64::MAX), |id| (after.max(row_id(id) - 1), row_id(id)));
    let state = filter.state.map(|state| state as u8);
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![after, to, state, number(filter.limit)], inbox_item)?.collect()
}

fn inbox_item(row: &Row<'_>) -> rusqlite::Result<InboxItem> {
    let number: usize = row.get("state")?;
    let state = ItemState::ALL.get(number).copied().unwrap_or(ItemState::Stored);
    let is_current = row.get::<_, Option<bool>>("is_current")?.unwrap_or(false);
    let duplicate_of = row.get::<_, Option<i64>>("duplicate_of")?.map(item_id);
    let attempts: i64 = match state {
        ItemState::Dead => row.get("dead_attempts")?,
        ItemState::Done if duplicate_of.is_some() => 0,
        ItemState::Done => row.get("attempts")?,
        _ if is_current => row.get("key_attempts")?,
        ItemState::Leased => 1,
        ItemState::Stored | ItemState::Failed => 0,
    };
    let is_waiting = matches!(state, ItemState::Failed | ItemState::Leased);
    let error: Option<String> = match state {
        ItemState::Dead => row.get("dead_error")?,
        ItemState::Failed | ItemState::Leased if is_current => row.get("key_error")?,
        _ => None,
    };
    Ok(InboxItem {
        id: item_id(row.get("id")?),
        state,
        class: ItemClass::of_number(row.get("class")?),
        kind: row.get("kind")?,
        dedup_key: row.get("dedup_key")?,
        ordering_key: OrderingKey::from_i64(row.get("ordering")?),
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        received_at: timestamp(row.get("received_at")?),
        next_at: if is_waiting { row.get::<_, Option<i64>>("ready_at")?.map(timestamp) } else { None },
        duplicate_of,
        replay_of: row.get::<_, Option<i64>>("replay_of")?.map(item_id),
        reason: row.get("reason")?,
        error: error.filter(|error| !error.is_empty()),
        is_erased: row.get::<_, Option<i64>>("length")?.is_none(),
    })
}

pub(super) fn read(connection: &Connection, after: Option<ItemId>, limit: usize) -> rusqlite::Result<Vec<StoredItem>> {
    let sql = format!("SELECT {STORED_ITEM} FROM item {ITS_DELIVERY} WHERE item.id > ?1 ORDER BY item.id LIMIT ?2");
    let mut parts = Parts::default();
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| parts.item(connection, row);
    statement.query_map(params![after.map_or(0, row_id), number(limit)], read)?.collect()
}

pub(super) fn body(connection: &Connection, id: ItemId) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT delivery.body FROM item JOIN delivery ON delivery.id = ifnull(item.delivery, item.id)
               WHERE item.id = ?1 AND item.length IS NOT NULL";
    Ok(connection.prepare_cached(sql)?.query_row([row_id(id)], |row| row.get(0)).optional()?.flatten())
}

pub(super) fn stats(connection: &Connection) -> rusqlite::Result<Stats> {
    let count =
        |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
    let time = |sql: &str| {
        let at: Option<i64> = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        Ok::<_, rusqlite::Error>(at.map(timestamp))
    };
    Ok(Stats {
        open: count("SELECT count(*) FROM open")?,
        leased_keys: count("SELECT count(*) FROM ordering WHERE leased_to IS NOT NULL")?,
        blocked_keys: count("SELECT count(*) FROM ordering WHERE blocked_since IS NOT NULL")?,
        blocked_since: time("SELECT min(blocked_since) FROM ordering")?,
        dead: count("SELECT count(*) FROM dead")?,
        items: count("SELECT count(*) FROM item")?,
        oldest_open: time("SELECT min(received_at) FROM item WHERE id = (SELECT min(item) FROM open)")?,
        outbox: outbox::stats(connection)?,
        bytes: Some(count("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")?),
    })
}

pub(super) fn operate(
    connection: &Connection,
    now: Millis,
    actions: &[(ItemId, OperatorAction)],
) -> rusqlite::Result<Vec<OperatorResult>> {
    actions.iter().map(|(id, action)| operate_one(connection, now, *id, *action)).collect()
}

fn operate_one(
    connection: &Connection,
    now: Millis,
    id: ItemId,
    action: OperatorAction,
) -> rusqlite::Result<OperatorResult> {
    let filter = ItemFilter { id: Some(id), limit: 1, ..ItemFilter::default() };
    let Some(item) = list(connection, &filter)?.pop() else { return Ok(OperatorResult::NotFound) };
    let (key, row) = (item.ordering_key.as_i64(), row_id(id));
    match (action, item.state) {
        (OperatorAction::Retry | OperatorAction::Replay, _) if item.is_erased => Ok(OperatorResult::Erased),
        (OperatorAction::Retry, ItemState::Failed) => {
            connection.prepare_cached("UPDATE ordering SET ready_at = ?2 WHERE key = ?1")?.execute([key, now])?;
            Ok(OperatorResult::Done)
        }
        (OperatorAction::Retry, ItemState::Dead) => {
            connection.prepare_cached("DELETE FROM dead WHERE item = ?1")?.execute([row])?;
            connection.prepare_cached("UPDATE item SET attempts = 1 WHERE id = ?1")?.execute([row])?;
            inbox::open(connection, now, key, row)?;
            if let Some(mut key) = Key::load(connection, key)?
                && key.lease.is_none()
                && key.current == Some(row)
            {
                // It comes before all others, so the failures of the next one are not its own.
                key.start_anew();
                key.ready_at = now;
                key.save(connection)?;
            }
            Ok(OperatorResult::Done)
        }
        (OperatorAction::DeadLetter, ItemState::Stored | ItemState::Failed | ItemState::Leased) => {
            if let Some(mut key) = Key::load(connection, key)? {
                key.unblock(now, row);
                let is_leased = key.is_leased(row);
                key.bury(connection, now, row, "operator", "")?;
                if is_leased {
                    key.revoke(connection, now)?;
                }
                key.save(connection)?;
            }
            Ok(OperatorResult::Done)
        }
        (OperatorAction::Replay, ItemState::Done | ItemState::Dead) => replay(connection, now, &item),
        (_, state) => Ok(OperatorResult::WrongState(state)),
    }
}

/// Appends a copy of an item with a copy of its bytes, since the original may be swept before it. The bytes of the delivery's other items
/// are not copied, so that erasing them leaves none.
fn replay(connection: &Connection, now: Millis, item: &InboxItem) -> rusqlite::Result<OperatorResult> {
    let row = row_id(item.id);
    let Some(old) = read(connection, Some(ItemId(item.id.0.saturating_sub(1))), 1)?.pop() else {
        return Ok(OperatorResult::NotFound);
    };
    let raw = old.raw.unwrap_or_default();
    // The number is never used twice, also after a sweep.
    let sql = "SELECT seq + 1 FROM sqlite_sequence WHERE name = 'item'";
    let new: i64 = connection.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    let copy = NewItem {
        ordering_key: item.ordering_key,
        dedup_key: hash(["replay", &new.to_string()]),
        message: None,
        kind: item.kind.clone(),
        class: item.class,
        pointer: old.pointer,
        range: 0..raw.len(),
        contact: None,
    };
    let place = Place { delivery: None, received_at: now, duplicate_of: None, replay_of: Some(row) };
    let Some(id) = inbox::insert(connection, &copy, copy.range.clone(), &place)? else {
        return Ok(OperatorResult::WrongState(item.state));
    };
    let sql = "INSERT INTO delivery(id, items, received_at, size, envelope, body) VALUES (?1, 1, ?2, ?3, ?4, ?5)";
    connection.prepare_cached(sql)?.execute(params![id, now, number(raw.len()), &old.envelope[..], raw])?;
    inbox::open(connection, now, item.ordering_key.as_i64(), id)?;
    Ok(OperatorResult::Replayed(item_id(id)))
}

/// Erases items: their bytes are overwritten, and the bytes of the delivery that belong to no other item.
pub(super) fn erase(connection: &Connection, now: Millis, erasures: &[Erasure]) -> rusqlite::Result<u64> {
    erasures.iter().map(|erasure| erase_one(connection, now, erasure)).sum()
}

fn erase_one(connection: &Connection, now: Millis, erasure: &Erasure) -> rusqlite::Result<u64> {
    let id = row_id(erasure.item);
    let sql =
        "UPDATE item SET length = NULL WHERE id = ?1 AND length IS NOT NULL RETURNING ifnull(delivery, id), ordering";
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
    let Some((delivery, key)) = connection.prepare_cached(sql)?.query_row([id], read).optional()? else {
        return Ok(0);
    };
    keep_only_items(connection, delivery, erasure.envelope.as_deref())?;
    connection.prepare_cached("DELETE FROM dead WHERE item = ?1")?.execute([id])?;
    if let Some(mut key) = Key::load(connection, key)? {
        key.unblock(now, id);
        let is_leased = key.is_leased(id);
        if key.take(connection, id)?.is_some() && is_leased {
            key.revoke(connection, now)?;
        }
        key.save(connection)?;
    }
    Ok(1)
}

/// Overwrites all bytes of a delivery that do not belong to one of its remaining items.
fn keep_only_items(connection: &Connection, delivery: i64, envelope: Option<&[u8]>) -> rusqlite::Result<()> {
    let sql =
        "SELECT start, length FROM item WHERE ifnull(delivery, id) = ?1 AND length IS NOT NULL AND id BETWEEN ?1 AND
                   (SELECT id + items FROM delivery WHERE id = ?1)";
    let mut statement = connection.prepare_cached(sql)?;
    let range = |row: &Row<'_>| {
        let (start, length): (usize, usize) = (row.get(0)?, row.get(1)?);
        Ok(start..start.saturating_add(length))
    };
    let ranges: Vec<_> = statement.query_map([delivery], range)?.collect::<rusqlite::Result<_>>()?;
    let body: Option<Vec<u8>> = connection
        .query_row("SELECT body FROM delivery WHERE id = ?1", [delivery], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(body) = body else { return Ok(()) };
    let kept = (!ranges.is_empty()).then(|| only(&body, &ranges));
    let envelope = if kept.is_some() { envelope } else { Some(&b"{}"[..]) };
    let sql = "UPDATE delivery SET body = ?2, envelope = ifnull(?3, envelope) WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![delivery, kept, envelope]).map(drop)
}

/// Removes old items and messages. `from` is the last item that an earlier call looked at.
pub(super) fn sweep(
    connection: &Connection,
    now: Millis,
    retention: Retention,
    budget: usize,
    from: i64,
) -> rusqlite::Result<(Swept, i64)> {
    // Large bodies are not overwritten, which would write as much again.
    connection.execute_batch("PRAGMA secure_delete = FAST")?;
    let swept = sweep_all(connection, now, retention, budget, from);
    connection.execute_batch("PRAGMA secure_delete = ON")?;
    swept
}

fn sweep_all(
    connection: &Connection,
    now: Millis,
    retention: Retention,
    budget: usize,
    from: i64,
) -> rusqlite::Result<(Swept, i64)> {
    let (done, dead) = (now.saturating_sub(millis(retention.done)), now.saturating_sub(millis(retention.dead)));
    let sql = "SELECT item.id, open.item IS NOT NULL OR ifnull(dead.at >= ?3, 0), ifnull(item.delivery, item.id) FROM item
                   LEFT JOIN open ON open.ordering = item.ordering AND open.item = item.id LEFT JOIN dead ON dead.item = item.id
               WHERE item.id > ?1 AND item.received_at < ?2 ORDER BY item.id LIMIT ?4";
    let mut statement = connection.prepare_cached(sql)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, bool>(1)?, row.get::<_, i64>(2)?));
    let rows: Vec<_> =
        statement.query_map(params![from, done, dead, number(budget)], read)?.collect::<rusqlite::Result<_>>()?;
    let is_finished = rows.len() < budget;
    let last = if is_finished { 0 } else { rows.last().map_or(0, |(id, ..)| *id) };
    let old: Vec<_> = rows.into_iter().filter(|(_, is_kept, _)| !is_kept).collect();
    let ids = || params_from_iter(old.iter().map(|(id, ..)| *id));
    let marks = vec!["?"; old.len()].join(",");
    if !old.is_empty() {
        for sql in
            [format!("DELETE FROM dead WHERE item IN ({marks})"), format!("DELETE FROM item WHERE id IN ({marks})")]
        {
            connection.execute(&sql, ids())?;
        }
        let mut deliveries: Vec<_> = old.iter().map(|(_, _, delivery)| *delivery).collect();
        deliveries.dedup();
        let sql = "DELETE FROM delivery WHERE id = ?1 AND NOT EXISTS
                       (SELECT 1 FROM item WHERE item.id BETWEEN delivery.id AND delivery.id + delivery.items
                           AND ifnull(item.delivery, item.id) = ?1)";
        let mut statement = connection.prepare_cached(sql)?;
        for delivery in deliveries {
            statement.execute([delivery])?;
        }
    }
    let states = "DELETE FROM delivery_state WHERE message IN
                      (SELECT message FROM delivery_state WHERE updated_at < ?1 ORDER BY updated_at LIMIT ?2)";
    let states = connection.prepare_cached(states)?.execute(params![done, number(budget)])?;
    let sent = now.saturating_sub(millis(retention.sent));
    let (messages, is_outbox_finished) = outbox::sweep(connection, sent, done, budget)?;
    let is_finished = is_finished && states < budget && is_outbox_finished;
    Ok((Swept { items: old.len() as u64, messages, is_finished }, last))
}
