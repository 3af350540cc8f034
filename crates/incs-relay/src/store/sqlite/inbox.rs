//! Appending, claiming and completing items.

use std::ops::Range;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::key::Key;
use super::{Millis, delivery_state, evidence, failure, millis, millis_of, number, outbox, timestamp};
use crate::store::StoreError;
use crate::store::keys::OrderingKey;
use crate::store::types::{
    Appended, Claim, ClaimLimits, ClaimedItem, Completion, FencingToken, ItemClass, ItemId, Lease, LeaseState,
    NewDelivery, NewItem, NextStep, StoredItem, within,
};

pub(super) fn append(
    connection: &Connection,
    now: Millis,
    deliveries: &[NewDelivery],
) -> rusqlite::Result<Vec<Vec<Appended>>> {
    deliveries.iter().map(|delivery| append_one(connection, now, delivery)).collect()
}

fn append_one(connection: &Connection, now: Millis, delivery: &NewDelivery) -> rusqlite::Result<Vec<Appended>> {
    let received_at = millis_of(delivery.received_at);
    let mut first_new = None;
    let mut last_new = 0;
    let mut answers = Vec::with_capacity(delivery.items.len());
    for item in &delivery.items {
        let first = first_of_message(connection, item)?;
        let place = Place { delivery: first_new, received_at, duplicate_of: first, replay_of: None };
        let Some(id) = insert(connection, item, within(&item.range, delivery.body.len()), &place)? else {
            answers.push(Appended::Seen);
            continue;
        };
        first_new.get_or_insert(id);
        last_new = id;
        if let Some(first) = first {
            answers.push(Appended::DuplicateOf { id: item_id(id), first: item_id(first) });
        } else {
            if let Some(contact) = &item.contact {
                evidence::add_contact(connection, contact)?;
            }
            open(connection, now, item.ordering_key.as_i64(), id)?;
            answers.push(Appended::New(item_id(id)));
        }
    }
    if let Some(first) = first_new {
        let sql = "INSERT INTO delivery(id, items, received_at, size, envelope, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let count = last_new - first + 1;
        let (envelope, body) = (&delivery.envelope[..], &delivery.body[..]);
        connection.prepare_cached(sql)?.execute(params![
            first,
            count,
            received_at,
            number(body.len()),
            envelope,
            body
        ])?;
    }
    Ok(answers)
}

/// The data of a new item that its delivery and its predecessor decide.
pub(super) struct Place {
    /// The delivery, or `None` if the item is the first of it.
    pub(super) delivery: Option<i64>,
    pub(super) received_at: Millis,
    pub(super) duplicate_of: Option<i64>,
    pub(super) replay_of: Option<i64>,
}

/// Inserts an item. Returns `None` if its deduplication key is known.
pub(super) fn insert(
    connection: &Connection,
    item: &NewItem,
    range: Range<usize>,
    place: &Place,
) -> rusqlite::Result<Option<i64>> {
    let sql =
        "INSERT INTO item(ordering, delivery, start, length, received_at, class, attempts, duplicate_of, replay_of,
                   dedup_key, message, kind, pointer)
               VALUES (:ordering, :delivery, :start, :length, :received_at, :class, 1, :duplicate_of,
                   :replay_of, :dedup_key, :message, :kind, :pointer)
               ON CONFLICT(dedup_key) DO NOTHING";
    let inserted = connection.prepare_cached(sql)?.execute(named_params! {
        ":ordering": item.ordering_key.as_i64(),
        ":delivery": place.delivery,
        ":start": number(range.start),
        ":length": number(range.len()),
        ":received_at": place.received_at,
        ":class": item.class.number(),
        ":duplicate_of": place.duplicate_of,
        ":replay_of": place.replay_of,
        ":dedup_key": item.dedup_key,
        ":message": item.message,
        ":kind": item.kind,
        ":pointer": item.pointer,
    })?;
    Ok((inserted == 1).then(|| connection.last_insert_rowid()))
}

fn first_of_message(connection: &Connection, item: &NewItem) -> rusqlite::Result<Option<i64>> {
    let Some(message) = &item.message else { return Ok(None) };
    let sql = "SELECT id FROM item WHERE message = ?1 AND duplicate_of IS NULL AND dedup_key <> ?2";
    connection.prepare_cached(sql)?.query_row(params![message, item.dedup_key], |row| row.get(0)).optional()
}

/// Adds an item to the open ones of its ordering key.
pub(super) fn open(connection: &Connection, now: Millis, key: i64, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("INSERT INTO open(ordering, item) VALUES (?1, ?2)")?.execute([key, id])?;
    let sql = "INSERT INTO ordering(key, ready_at, token, attempts, single_to) VALUES (?1, ?2, 0, 0, 0)
               ON CONFLICT(key) DO NOTHING";
    connection.prepare_cached(sql)?.execute([key, now]).map(drop)
}

/// Prepares the file for a new owner: the leases of the last one end, and a clock that was set back delays nothing.
pub(super) fn take_over(connection: &Connection, now: Millis) -> rusqlite::Result<()> {
    let sql = "SELECT max(at) FROM (SELECT max(received_at) AS at FROM (SELECT received_at FROM item ORDER BY id DESC LIMIT 1)
                   UNION ALL SELECT max(blocked_since) FROM ordering
                   UNION ALL SELECT max(enqueued_at) FROM (SELECT enqueued_at FROM outbox ORDER BY id DESC LIMIT 1))";
    let last: Option<Millis> = connection.query_row(sql, [], |row| row.get(0))?;
    let set_back = last.unwrap_or(now).saturating_sub(now).max(0);
    connection.execute("UPDATE ordering SET ready_at = ready_at - ?1 WHERE ?1 > 0", [set_back])?;
    outbox::take_over(connection, set_back)?;
    // A key that was claimed more than once without a completion waits for the end of its lease: it may kill each owner.
    let sql = "UPDATE ordering SET ready_at = ?1 WHERE leased_to IS NOT NULL AND attempts <= 1";
    connection.execute(sql, [now]).map(drop)
}

pub(super) fn claim(connection: &Connection, now: Millis, limits: ClaimLimits) -> rusqlite::Result<Vec<Claim>> {
    let due = Key::due(connection, now, number(limits.keys))?;
    if due.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "UPDATE meta SET value = value + ?1 WHERE name = 'token' RETURNING value";
    let last: i64 = connection.prepare_cached(sql)?.query_row([number(due.len())], |row| row.get(0))?;
    let until = now.saturating_add(millis(limits.lease));
    let mut claims = Vec::with_capacity(due.len());
    let mut room = limits.bytes;
    let mut parts = Parts::default();
    for (place, mut key) in (0..).zip(due) {
        if !claims.is_empty() && room == 0 {
            break;
        }
        // After a lease ran out, perhaps one of its items killed the process.
        let single_to = key.lease.map_or(key.single_to, |(_, to)| key.single_to.max(to));
        let head = if key.lease.is_some() { key.head(connection)? } else { key.current };
        if head != key.current {
            key.current = head;
            key.start_anew();
        } else if let Some(head) = head
            && key.attempts >= i64::from(limits.max_attempts)
        {
            key.bury(connection, now, head, "handler_never_finished", "")?;
            (key.lease, key.attempts, key.single_to) = (None, 0, single_to);
            key.current = key.head(connection)?;
            key.save(connection)?;
        }
        let attempts = key.attempts + 1;
        let is_single = key.current.is_some_and(|head| head <= single_to);
        let most = if is_single { 1 } else { limits.items_per_key.max(1) };
        let items = items(connection, key.ordering, most, attempts, &mut room, &mut parts, claims.is_empty())?;
        let (Some(first), Some(end)) = (items.first(), items.last()) else {
            // No item is left, or none fits into this claim.
            continue;
        };
        key.lease = Some((row_id(first.item.id), row_id(end.item.id)));
        (key.attempts, key.single_to, key.token, key.ready_at) = (attempts, single_to, last - place, until);
        key.save(connection)?;
        let lease = Lease { key: OrderingKey::from_i64(key.ordering), token: FencingToken(key.token.unsigned_abs()) };
        claims.push(Claim { lease, items });
    }
    Ok(claims)
}

/// Reads the next items of a key. `is_first` lets the first item pass whatever its size.
fn items(
    connection: &Connection,
    key: i64,
    most: usize,
    head_attempt: i64,
    room: &mut usize,
    parts: &mut Parts,
    is_first: bool,
) -> rusqlite::Result<Vec<ClaimedItem>> {
    let sql = format!(
        "SELECT {STORED_ITEM}, (SELECT second.id FROM item AS second WHERE second.message = item.message
                 AND second.duplicate_of = item.id ORDER BY second.id LIMIT 1) AS copy
         FROM open JOIN item ON item.id = open.item {ITS_DELIVERY} WHERE open.ordering = ?1 ORDER BY open.item LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![key, number(most)])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let size: Option<u32> = row.get("length")?;
        let size = size.unwrap_or(0) as usize;
        if size > *room && !(is_first && items.is_empty()) {
            *room = 0;
            break;
        }
        *room = room.saturating_sub(size);
        let item = parts.item(connection, row)?;
        let copy = match row.get("copy")? {
            Some(copy) => one(connection, copy)?,
            None => None,
        };
        let attempt = if items.is_empty() { u32::try_from(head_attempt).unwrap_or(u32::MAX) } else { 1 };
        items.push(ClaimedItem { item, attempt, copy });
    }
    Ok(items)
}

fn one(connection: &Connection, id: i64) -> rusqlite::Result<Option<StoredItem>> {
    let sql = format!("SELECT {STORED_ITEM} FROM item {ITS_DELIVERY} WHERE item.id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row([id], |row| Parts::default().item(connection, row)).optional()
}

/// Joins the delivery of an item.
pub(super) const ITS_DELIVERY: &str = "JOIN delivery ON delivery.id = ifnull(item.delivery, item.id)";

/// The columns that [`Parts::item`] reads. A small body is read with its item; of a larger one, `raw` is NULL, and the part is read by
/// its range.
pub(super) const STORED_ITEM: &str = "item.id AS id, item.class AS class, item.kind AS kind, item.pointer AS pointer,
    item.received_at AS received_at, item.replay_of AS replay_of, item.start AS start, item.length AS length,
    delivery.id AS delivery, delivery.envelope AS envelope,
    CASE WHEN delivery.size <= 65536 THEN substr(delivery.body, item.start + 1, item.length) END AS raw";

/// Reads items. Items of one delivery share its envelope.
#[derive(Default)]
pub(super) struct Parts {
    envelope: Option<(i64, Arc<[u8]>)>,
}

impl Parts {
    pub(super) fn item(&mut self, connection: &Connection, row: &Row<'_>) -> rusqlite::Result<StoredItem> {
        let delivery: i64 = row.get("delivery")?;
        let envelope = match &self.envelope {
            Some((known, envelope)) if *known == delivery => Arc::clone(envelope),
            _ => {
                let envelope: Arc<[u8]> = row.get_ref("envelope")?.as_blob()?.into();
                self.envelope = Some((delivery, Arc::clone(&envelope)));
                envelope
            }
        };
        let raw = match row.get::<_, Option<usize>>("length")? {
            // SQLite has no part of an empty body.
            Some(0) => Some(Vec::new()),
            Some(length) => Some(match row.get::<_, Option<Vec<u8>>>("raw")? {
                Some(raw) => raw,
                None => part(connection, delivery, row.get("start")?, length)?,
            }),
            None => None,
        };
        Ok(StoredItem {
            id: item_id(row.get("id")?),
            class: ItemClass::of_number(row.get("class")?),
            kind: row.get("kind")?,
            pointer: row.get("pointer")?,
            received_at: timestamp(row.get("received_at")?),
            replay_of: row.get::<_, Option<i64>>("replay_of")?.map(item_id),
            envelope,
            raw,
        })
    }
}

/// Reads a part of a body without reading the rest of it.
fn part(connection: &Connection, delivery: i64, start: usize, length: usize) -> rusqlite::Result<Vec<u8>> {
    let blob = connection.blob_open(rusqlite::MAIN_DB, "delivery", "body", delivery, true)?;
    let mut part = vec![0; length];
    blob.read_at_exact(&mut part, start)?;
    Ok(part)
}

pub(super) fn renew(connection: &Connection, until: Millis, leases: &[Lease]) -> rusqlite::Result<Vec<LeaseState>> {
    let sql = "UPDATE ordering SET ready_at = ?3 WHERE key = ?1 AND token = ?2 AND leased_to IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    let renew = |lease: &Lease| {
        let changed = statement.execute(params![lease.key.as_i64(), token(*lease), until])?;
        Ok(if changed == 1 { LeaseState::Held } else { LeaseState::Stale })
    };
    leases.iter().map(renew).collect()
}

pub(super) fn complete(
    connection: &Connection,
    now: Millis,
    completions: &[Completion],
) -> Result<Vec<LeaseState>, StoreError> {
    completions.iter().map(|completion| complete_one(connection, now, completion)).collect()
}

fn complete_one(connection: &Connection, now: Millis, completion: &Completion) -> Result<LeaseState, StoreError> {
    let Some(key) = leased(connection, completion.lease).map_err(|error| failure(&error))? else {
        return Ok(LeaseState::Stale);
    };
    outbox::enqueue_once(connection, now, &completion.enqueue)?;
    settle(connection, now, completion, key).map_err(|error| failure(&error))?;
    Ok(LeaseState::Held)
}

/// Completes one leased item and keeps the lease. Stale if the lease is, or if the item is not open.
pub(super) fn complete_open(connection: &Connection, lease: Lease, item: ItemId) -> rusqlite::Result<LeaseState> {
    let Some(mut key) = leased(connection, lease)? else { return Ok(LeaseState::Stale) };
    let item = row_id(item);
    if !key.is_leased(item) || key.take(connection, item)?.is_none() {
        return Ok(LeaseState::Stale);
    }
    key.save(connection)?;
    Ok(LeaseState::Held)
}

/// Returns the key of a lease, or `None` if the lease is stale.
fn leased(connection: &Connection, lease: Lease) -> rusqlite::Result<Option<Key>> {
    let key = Key::load(connection, lease.key.as_i64())?;
    Ok(key.filter(|key| key.lease.is_some() && key.token == token(lease)))
}

fn settle(connection: &Connection, now: Millis, completion: &Completion, mut key: Key) -> rusqlite::Result<()> {
    for update in &completion.status_updates {
        let stage = delivery_state::merge(connection, now, update)?;
        evidence::add_receipt(connection, now, update, stage)?;
    }
    for id in completion.done.iter().map(|id| row_id(*id)) {
        if key.is_leased(id) {
            key.take(connection, id)?;
        }
    }
    match &completion.next {
        NextStep::KeepLease => {}
        NextStep::Release => {
            key.attempts = (key.attempts - 1).max(0);
            key.end_lease(connection, now, now)?;
        }
        NextStep::DeadLetter { item, reason, error } => {
            if key.is_leased(row_id(*item)) {
                key.bury(connection, now, row_id(*item), reason, error)?;
            }
            key.attempts = (key.attempts - 1).max(0);
            key.end_lease(connection, now, now)?;
        }
        NextStep::Retry { delay, error } => {
            key.error = Some(error.clone());
            key.blocked_since.get_or_insert(now);
            key.end_lease(connection, now, now.saturating_add(millis(*delay)))?;
        }
    }
    key.save(connection)
}

pub(super) fn row_id(id: ItemId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

pub(super) fn item_id(id: i64) -> ItemId {
    ItemId(id.unsigned_abs())
}

fn token(lease: Lease) -> i64 {
    i64::try_from(lease.token.0).unwrap_or(-1)
}
