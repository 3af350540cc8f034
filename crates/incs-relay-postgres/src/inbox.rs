//! The inbox: appending, claiming and completing items, and what operators do. The functions are in `sql/inbox.sql`.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use incs_model::delivery::{DeliveryState, DeliveryUpdate};
use incs_relay::store::{
    Appended, Claim, ClaimLimits, ClaimedItem, Completion, Erasure, FencingToken, InboxItem, ItemClass, ItemFilter,
    ItemId, ItemState, Lease, LeaseState, NewDelivery, NextStep, OperatorAction, OperatorResult, OrderingKey,
    Retention, Stats, StoreError, StoredItem, Swept,
};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::batch::Operation;
use crate::database::{Database, Parameter, Repeat, clean, column, millis, number, place, small, timestamp};
use crate::error::{failure, unexpected, unreachable};
use crate::message::Messages;
use crate::receipt::{self, Receipts};

pub(crate) fn item_id(id: i64) -> ItemId {
    ItemId(id.unsigned_abs())
}

fn row_id(id: ItemId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn token(lease: &Lease) -> i64 {
    i64::try_from(lease.token.0).unwrap_or(-1)
}

fn class_number(class: ItemClass) -> i16 {
    let place = ItemClass::ALL.iter().position(|known| *known == class);
    place.and_then(|place| i16::try_from(place).ok()).unwrap_or_default()
}

fn class_of(number: i16) -> ItemClass {
    usize::try_from(number).ok().and_then(|place| ItemClass::ALL.get(place)).copied().unwrap_or(ItemClass::Unparsed)
}

/// Appends the deliveries of all calls that wait in one statement.
pub(crate) struct Appends(pub(crate) Arc<Database>);

#[async_trait]
impl Operation for Appends {
    type Value = NewDelivery;
    type Result = Vec<Appended>;

    async fn run(&self, deliveries: &[NewDelivery]) -> Result<Vec<Vec<Appended>>, StoreError> {
        append(&self.0, deliveries).await
    }

    async fn sync(&self, deliveries: &[NewDelivery], answers: &[Vec<Appended>]) -> Result<(), StoreError> {
        let items = deliveries.iter().flat_map(|delivery| &delivery.items).zip(answers.iter().flatten());
        // New items were stored together. An item that was seen may belong to another call, which waits for the disk too.
        let mut is_new = false;
        let items = items.filter(|(_, answer)| **answer == Appended::Seen || !std::mem::replace(&mut is_new, true));
        let keys: Vec<&[u8]> = items.map(|(item, _)| &item.dedup_key[..]).collect();
        if keys.is_empty() {
            return Ok(());
        }
        let rows = self.0.call("sync_appends", Repeat::Once, &[(&keys, Type::BYTEA_ARRAY)]).await?;
        let is_stored: bool = rows.first().ok_or_else(unexpected)?.try_get(0).map_err(|_| unexpected())?;
        // The server has crashed in between. Nothing is said to be stored, so it can be appended again.
        if is_stored { Ok(()) } else { Err(unreachable()) }
    }

    fn bytes(delivery: &NewDelivery) -> usize {
        delivery.body.len() + delivery.envelope.len() + 256
    }
}

/// The columns of new items.
#[derive(Default)]
struct NewItems<'a> {
    deliveries: Vec<i32>,
    orderings: Vec<i64>,
    dedup_keys: Vec<&'a [u8]>,
    messages: Vec<Option<&'a [u8]>>,
    classes: Vec<i16>,
    kinds: Vec<String>,
    pointers: Vec<&'a [u8]>,
    starts: Vec<i32>,
    lengths: Vec<i32>,
    contact_items: Vec<i32>,
    contact_customers: Vec<i64>,
    contact_channels: Vec<String>,
    contact_times: Vec<i64>,
}

async fn append(database: &Database, deliveries: &[NewDelivery]) -> Result<Vec<Vec<Appended>>, StoreError> {
    let received_at: Vec<_> = deliveries.iter().map(|delivery| delivery.received_at.as_millisecond()).collect();
    let envelopes: Vec<_> = deliveries.iter().map(|delivery| &delivery.envelope[..]).collect();
    let bodies: Vec<_> = deliveries.iter().map(|delivery| &delivery.body[..]).collect();
    let mut new = NewItems::default();
    for (number, delivery) in (1_i32..).zip(deliveries) {
        for item in &delivery.items {
            // A range outside of the body is cut.
            let end = item.range.end.min(delivery.body.len());
            let start = item.range.start.min(end);
            new.deliveries.push(number);
            new.orderings.push(item.ordering_key.as_i64());
            new.dedup_keys.push(&item.dedup_key);
            new.messages.push(item.message.as_ref().map(|message| &message[..]));
            new.classes.push(class_number(item.class));
            new.kinds.push(clean(&item.kind));
            new.pointers.push(item.pointer.as_bytes());
            new.starts.push(small(start));
            new.lengths.push(small(end - start));
            let Some(contact) = &item.contact else { continue };
            for customer in &contact.customers {
                new.contact_items.push(small(new.deliveries.len()));
                new.contact_customers.push(customer.as_i64());
                new.contact_channels.push(clean(&contact.channel));
                new.contact_times.push(contact.at.as_millisecond());
            }
        }
    }
    let mut answers: Vec<_> = deliveries.iter().map(|delivery| vec![Appended::Seen; delivery.items.len()]).collect();
    if new.deliveries.is_empty() {
        return Ok(answers);
    }
    let rows = database
        .call(
            "append",
            Repeat::Once,
            &[
                (&database.now(), Type::INT8),
                (&received_at, Type::INT8_ARRAY),
                (&envelopes, Type::BYTEA_ARRAY),
                (&bodies, Type::BYTEA_ARRAY),
                (&new.deliveries, Type::INT4_ARRAY),
                (&new.orderings, Type::INT8_ARRAY),
                (&new.dedup_keys, Type::BYTEA_ARRAY),
                (&new.messages, Type::BYTEA_ARRAY),
                (&new.classes, Type::INT2_ARRAY),
                (&new.kinds, Type::TEXT_ARRAY),
                (&new.pointers, Type::BYTEA_ARRAY),
                (&new.starts, Type::INT4_ARRAY),
                (&new.lengths, Type::INT4_ARRAY),
                (&new.contact_items, Type::INT4_ARRAY),
                (&new.contact_customers, Type::INT8_ARRAY),
                (&new.contact_channels, Type::TEXT_ARRAY),
                (&new.contact_times, Type::INT8_ARRAY),
            ],
        )
        .await?;
    let mut places: Vec<_> = answers.iter_mut().flatten().collect();
    for row in &rows {
        let id = item_id(column(row, "id")?);
        let answer = match column::<Option<i64>>(row, "first_id")? {
            Some(first) => Appended::DuplicateOf { id, first: item_id(first) },
            None => Appended::New(id),
        };
        **places.get_mut(place(row, "n")?).ok_or_else(unexpected)? = answer;
    }
    Ok(answers)
}

/// How far back claims look for keys that are due. Keys that became due long ago are claimed, unless a transaction of long ago ends just now.
/// But a long transaction of anybody keeps the dead rows of all that was due since it began, and a look at all of them takes its time. So
/// the longer a look, the rarer it is.
#[derive(Default)]
pub(crate) struct Looks {
    /// The time of the database up to which keys were claimed.
    looked_to: Option<i64>,
    /// The times of the last longer looks.
    last: [Option<Instant>; LOOKS.len()],
}

/// The length of every look.
const LOOK: i64 = 500;
/// Longer looks in milliseconds, with the pauses between them.
const LOOKS: [(i64, Duration); 4] = [
    (5_000, Duration::from_secs(2)),
    (60_000, Duration::from_secs(30)),
    (600_000, Duration::from_mins(5)),
    (i64::MAX, Duration::from_hours(1)),
];

impl Looks {
    /// Returns the time from which on a claim looks.
    fn begin(&mut self) -> i64 {
        let Some(looked_to) = self.looked_to else { return 0 };
        let now = Instant::now();
        let mut look = LOOK;
        for ((longer, pause), last) in LOOKS.into_iter().zip(&mut self.last) {
            if last.is_none_or(|last| now.duration_since(last) >= pause) {
                *last = Some(now);
                look = longer;
            }
        }
        looked_to.saturating_sub(look).max(0)
    }
}

pub(crate) async fn claim(
    database: &Database,
    limits: ClaimLimits,
    looks: &Mutex<Looks>,
) -> Result<Vec<Claim>, StoreError> {
    let looks = || looks.lock().unwrap_or_else(PoisonError::into_inner);
    // A test turns its clock as it likes.
    let from = if database.clock.is_some() { 0 } else { looks().begin() };
    let parameters = [
        number(limits.keys),
        number(limits.items_per_key),
        number(limits.bytes),
        millis(limits.lease),
        i64::from(limits.max_attempts),
        from,
    ];
    let mut typed: Vec<Parameter<'_>> = Vec::new();
    let now = database.now();
    typed.push((&now, Type::INT8));
    for parameter in &parameters {
        typed.push((parameter, Type::INT8));
    }
    let mut rows = database.call("claim", Repeat::Never, &typed).await?;
    let end = rows.pop().ok_or_else(unexpected)?;
    looks().looked_to = column(&end, "looked_to")?;
    let mut copies = HashMap::new();
    let mut claims: Vec<Claim> = Vec::new();
    for row in rows.iter().filter(|row| row.get::<_, bool>("is_copy")) {
        let lease = lease(row)?;
        copies.insert((lease, column::<i64>(row, "first_id")?), stored_item(row)?);
    }
    for row in rows.iter().filter(|row| !row.get::<_, bool>("is_copy")) {
        let lease = lease(row)?;
        let item = stored_item(row)?;
        let copy = copies.remove(&(lease, row_id(item.id)));
        let attempt = u32::try_from(column::<i32>(row, "attempt")?).map_err(|_| unexpected())?;
        let item = ClaimedItem { item, attempt, copy };
        match claims.last_mut() {
            Some(claim) if claim.lease == lease => claim.items.push(item),
            _ => claims.push(Claim { lease, items: vec![item] }),
        }
    }
    Ok(claims)
}

fn lease(row: &Row) -> Result<Lease, StoreError> {
    let key = OrderingKey::from_i64(column(row, "ordering")?);
    Ok(Lease { key, token: FencingToken(column::<i64>(row, "token")?.unsigned_abs()) })
}

fn stored_item(row: &Row) -> Result<StoredItem, StoreError> {
    Ok(StoredItem {
        id: item_id(column(row, "id")?),
        class: class_of(column(row, "class")?),
        kind: column(row, "kind")?,
        pointer: String::from_utf8(column(row, "pointer")?).map_err(|_| unexpected())?,
        received_at: timestamp(column(row, "received_at")?),
        replay_of: column::<Option<i64>>(row, "replay_of")?.map(item_id),
        envelope: column::<Vec<u8>>(row, "envelope")?.into(),
        raw: column(row, "raw")?,
    })
}

pub(crate) async fn renew(
    database: &Database,
    leases: &[Lease],
    lease: Duration,
) -> Result<Vec<LeaseState>, StoreError> {
    let keys: Vec<_> = leases.iter().map(|lease| lease.key.as_i64()).collect();
    let tokens: Vec<_> = leases.iter().map(token).collect();
    let rows = database
        .call(
            "renew",
            Repeat::Once,
            &[
                (&database.now(), Type::INT8),
                (&keys, Type::INT8_ARRAY),
                (&tokens, Type::INT8_ARRAY),
                (&millis(lease), Type::INT8),
            ],
        )
        .await?;
    held(&rows, leases.len())
}

/// Returns the states of leases by the rows of those that were held.
fn held(rows: &[Row], count: usize) -> Result<Vec<LeaseState>, StoreError> {
    let mut states = vec![LeaseState::Stale; count];
    for row in rows {
        *states.get_mut(place(row, "n")?).ok_or_else(unexpected)? = LeaseState::Held;
    }
    Ok(states)
}

/// Records the completions of all calls that wait in one statement.
pub(crate) struct Completions(pub(crate) Arc<Database>);

#[async_trait]
impl Operation for Completions {
    type Value = Completion;
    type Result = Result<LeaseState, StoreError>;

    async fn run(&self, completions: &[Completion]) -> Result<Vec<Self::Result>, StoreError> {
        complete(&self.0, completions).await
    }

    fn bytes(completion: &Completion) -> usize {
        256 + completion.enqueue.iter().map(|message| message.body.len()).sum::<usize>()
    }
}

/// Completions that end items and keep or release a lease, each of another key. A column for each member.
#[derive(Default)]
struct Plain {
    numbers: Vec<i32>,
    keys: Vec<i64>,
    tokens: Vec<i64>,
    are_kept: Vec<bool>,
    done_keys: Vec<i64>,
    done_tokens: Vec<i64>,
    done: Vec<i64>,
}

/// Other completions.
#[derive(Default)]
struct Others {
    numbers: Vec<i32>,
    keys: Vec<i64>,
    tokens: Vec<i64>,
    steps: Vec<i16>,
    delays: Vec<i64>,
    dead: Vec<i64>,
    reasons: Vec<String>,
    errors: Vec<String>,
    done_to: Vec<i32>,
    done: Vec<i64>,
}

async fn complete(
    database: &Database,
    completions: &[Completion],
) -> Result<Vec<Result<LeaseState, StoreError>>, StoreError> {
    let (mut plain, mut others) = (Plain::default(), Others::default());
    let (mut receipts_of, mut receipts) = (Vec::new(), Receipts::default());
    let (mut messages_of, mut messages) = (Vec::new(), Messages::default());
    let mut keys = HashSet::new();
    let is_once = completions.iter().all(|completion| keys.insert(completion.lease.key));
    for (number, completion) in (1_i32..).zip(completions) {
        let (key, token) = (completion.lease.key.as_i64(), token(&completion.lease));
        let done = completion.done.iter().map(|id| row_id(*id));
        let (step, delay, item, reason, error) = match &completion.next {
            NextStep::KeepLease => (0, 0, 0, "", ""),
            NextStep::Release => (1, 0, 0, "", ""),
            NextStep::Retry { delay, error } => (2, millis(*delay), 0, "", &**error),
            NextStep::DeadLetter { item, reason, error } => (3, 0, row_id(*item), *reason, &**error),
        };
        if is_once && step < 2 {
            plain.numbers.push(number);
            plain.keys.push(key);
            plain.tokens.push(token);
            plain.are_kept.push(step == 0);
            plain.done.extend(done);
            plain.done_keys.resize(plain.done.len(), key);
            plain.done_tokens.resize(plain.done.len(), token);
        } else {
            others.numbers.push(number);
            others.keys.push(key);
            others.tokens.push(token);
            others.steps.push(step);
            others.delays.push(delay);
            others.dead.push(item);
            others.reasons.push(clean(reason));
            others.errors.push(clean(error));
            others.done.extend(done);
            others.done_to.push(small(others.done.len()));
        }
        for update in &completion.status_updates {
            receipts_of.push(number);
            receipts.add(update);
        }
        for message in &completion.enqueue {
            messages_of.push(number);
            messages.add(message);
        }
    }
    let now = database.now();
    let mut parameters: Vec<Parameter<'_>> = vec![
        (&now, Type::INT8),
        (&plain.numbers, Type::INT4_ARRAY),
        (&plain.keys, Type::INT8_ARRAY),
        (&plain.tokens, Type::INT8_ARRAY),
        (&plain.are_kept, Type::BOOL_ARRAY),
        (&plain.done_keys, Type::INT8_ARRAY),
        (&plain.done_tokens, Type::INT8_ARRAY),
        (&plain.done, Type::INT8_ARRAY),
        (&others.numbers, Type::INT4_ARRAY),
        (&others.keys, Type::INT8_ARRAY),
        (&others.tokens, Type::INT8_ARRAY),
        (&others.steps, Type::INT2_ARRAY),
        (&others.delays, Type::INT8_ARRAY),
        (&others.dead, Type::INT8_ARRAY),
        (&others.reasons, Type::TEXT_ARRAY),
        (&others.errors, Type::TEXT_ARRAY),
        (&others.done_to, Type::INT4_ARRAY),
        (&others.done, Type::INT8_ARRAY),
        (&receipts_of, Type::INT4_ARRAY),
    ];
    parameters.extend(receipts.parameters());
    parameters.push((&messages_of, Type::INT4_ARRAY));
    parameters.extend(messages.parameters());
    let rows = database.call("complete", Repeat::Never, &parameters).await?;
    let mut states: Vec<_> = completions.iter().map(|_| Ok(LeaseState::Stale)).collect();
    for row in &rows {
        let is_busy: bool = column(row, "is_busy")?;
        let state = if is_busy { Err(StoreError::Busy) } else { Ok(LeaseState::Held) };
        *states.get_mut(place(row, "n")?).ok_or_else(unexpected)? = state;
    }
    Ok(states)
}

pub(crate) async fn complete_in(
    transaction: &tokio_postgres::Transaction<'_>,
    sql: &str,
    lease: Lease,
    item: ItemId,
) -> Result<LeaseState, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&lease.key.as_i64(), Type::INT8), (&token(&lease), Type::INT8), (&row_id(item), Type::INT8)];
    let rows = transaction.query_typed(sql, &parameters).await.map_err(|error| failure(&error))?;
    let is_held: bool = rows.first().ok_or_else(unexpected)?.try_get(0).map_err(|_| unexpected())?;
    Ok(if is_held { LeaseState::Held } else { LeaseState::Stale })
}

pub(crate) async fn list(database: &Database, filter: &ItemFilter) -> Result<Vec<InboxItem>, StoreError> {
    // The open items and the dead letters are few.
    let of_state = match filter.state {
        None | Some(ItemState::Done) => "",
        Some(ItemState::Dead) => "AND id IN (SELECT item FROM {s}.dead)",
        Some(_) => "AND id IN (SELECT item FROM {s}.open)",
    };
    let sql = format!(
        "SELECT * FROM {{s}}.inbox_item WHERE id > $1 AND id <= $2 AND ($3::integer IS NULL OR state = $3) {of_state}
         ORDER BY id LIMIT $4"
    );
    // One item is a range of one.
    let after = filter.after.map_or(0, row_id);
    let (after, to) = filter.id.map_or((after, i64::MAX), |id| (after.max(row_id(id) - 1), row_id(id)));
    let state = filter.state.and_then(|state| ItemState::ALL.iter().position(|known| *known == state)).map(small);
    let rows = database
        .read(
            &sql,
            &[(&after, Type::INT8), (&to, Type::INT8), (&state, Type::INT4), (&number(filter.limit), Type::INT8)],
        )
        .await?;
    rows.iter().map(inbox_item).collect()
}

fn inbox_item(row: &Row) -> Result<InboxItem, StoreError> {
    let state = usize::try_from(column::<i32>(row, "state")?).ok();
    let dedup_key: Vec<u8> = column(row, "dedup_key")?;
    Ok(InboxItem {
        id: item_id(column(row, "id")?),
        state: state.and_then(|place| ItemState::ALL.get(place)).copied().ok_or_else(unexpected)?,
        class: class_of(column(row, "class")?),
        kind: column(row, "kind")?,
        dedup_key: dedup_key.try_into().map_err(|_| unexpected())?,
        ordering_key: OrderingKey::from_i64(column(row, "ordering")?),
        attempts: u32::try_from(column::<i32>(row, "attempts")?).map_err(|_| unexpected())?,
        received_at: timestamp(column(row, "received_at")?),
        next_at: column::<Option<i64>>(row, "next_at")?.map(timestamp),
        duplicate_of: column::<Option<i64>>(row, "duplicate_of")?.map(item_id),
        replay_of: column::<Option<i64>>(row, "replay_of")?.map(item_id),
        reason: column(row, "reason")?,
        error: column::<Option<String>>(row, "error")?.filter(|error| !error.is_empty()),
        is_erased: column(row, "is_erased")?,
    })
}

pub(crate) async fn read(
    database: &Database,
    after: Option<ItemId>,
    limit: usize,
) -> Result<Vec<StoredItem>, StoreError> {
    let sql = "SELECT * FROM {s}.stored_item WHERE id > $1 ORDER BY id LIMIT $2";
    let parameters = [(&after.map_or(0, row_id) as _, Type::INT8), (&number(limit) as _, Type::INT8)];
    database.read(sql, &parameters).await?.iter().map(stored_item).collect()
}

pub(crate) async fn body(database: &Database, id: ItemId) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT delivery.body FROM {s}.item JOIN {s}.delivery ON delivery.id = item.delivery
               WHERE item.id = $1 AND item.length IS NOT NULL";
    let rows = database.read(sql, &[(&row_id(id), Type::INT8)]).await?;
    rows.first().map_or(Ok(None), |row| column(row, "body"))
}

pub(crate) async fn delivery_state(
    database: &Database,
    message_id: &str,
    recipient: Option<&str>,
) -> Result<Option<DeliveryState>, StoreError> {
    let sql = "SELECT receipt FROM {s}.receipt WHERE message = $1";
    let rows = database.read(sql, &[(&receipt::name(message_id, recipient), Type::TEXT)]).await?;
    let mut state = None;
    for row in &rows {
        let update: DeliveryUpdate =
            serde_json::from_str(&column::<String>(row, "receipt")?).map_err(|_| unexpected())?;
        state.get_or_insert_with(DeliveryState::default).merge(&update);
    }
    Ok(state)
}

pub(crate) async fn operate(
    database: &Database,
    actions: &[(ItemId, OperatorAction)],
) -> Result<Vec<OperatorResult>, StoreError> {
    let mut results = Vec::with_capacity(actions.len());
    for (id, action) in actions {
        let action: i16 = match action {
            OperatorAction::Retry => 0,
            OperatorAction::DeadLetter => 1,
            OperatorAction::Replay => 2,
        };
        let parameters =
            [(&database.now() as _, Type::INT8), (&row_id(*id) as _, Type::INT8), (&action as _, Type::INT2)];
        let rows = database.call("operate", Repeat::Never, &parameters).await?;
        let row = rows.first().ok_or_else(unexpected)?;
        results.push(match column::<i16>(row, "result")? {
            0 => OperatorResult::Done,
            1 => OperatorResult::Replayed(item_id(column(row, "replayed")?)),
            2 => OperatorResult::NotFound,
            3 => {
                let state = usize::try_from(column::<i32>(row, "state")?).ok();
                let state = state.and_then(|place| ItemState::ALL.get(place)).copied();
                OperatorResult::WrongState(state.ok_or_else(unexpected)?)
            }
            _ => OperatorResult::Erased,
        });
    }
    Ok(results)
}

pub(crate) async fn erase(database: &Database, erasures: &[Erasure]) -> Result<u64, StoreError> {
    let mut erased = 0;
    for erasure in erasures {
        let envelope = erasure.envelope.as_deref();
        let rows = database
            .call(
                "erase",
                Repeat::Once,
                &[(&database.now(), Type::INT8), (&row_id(erasure.item), Type::INT8), (&envelope, Type::BYTEA)],
            )
            .await?;
        let is_erased: bool = rows.first().ok_or_else(unexpected)?.try_get(0).map_err(|_| unexpected())?;
        erased += u64::from(is_erased);
    }
    Ok(erased)
}

/// Removes old items.
pub(crate) async fn sweep(
    database: &Database,
    retention: Retention,
    budget: usize,
    [swept_to, idle_to]: &[AtomicI64; 2],
) -> Result<Swept, StoreError> {
    let rows = database
        .call(
            "sweep",
            Repeat::Once,
            &[
                (&database.now(), Type::INT8),
                (&millis(retention.done), Type::INT8),
                (&millis(retention.dead), Type::INT8),
                (&number(budget), Type::INT8),
                (&swept_to.load(Ordering::Relaxed), Type::INT8),
                (&idle_to.load(Ordering::Relaxed), Type::INT8),
            ],
        )
        .await?;
    let row = rows.first().ok_or_else(unexpected)?;
    swept_to.store(column(row, "last")?, Ordering::Relaxed);
    idle_to.store(column(row, "idle_to")?, Ordering::Relaxed);
    Ok(Swept {
        items: column::<i64>(row, "items")?.unsigned_abs(),
        messages: 0,
        is_finished: column(row, "is_finished")?,
    })
}

/// Returns the numbers of the inbox. Above 100,000 items, their number is the server's estimate.
pub(crate) async fn stats(database: &Database) -> Result<Stats, StoreError> {
    let sql = "SELECT (SELECT count(*) FROM {s}.open) AS open,
            (SELECT count(*) FROM {s}.ordering WHERE leased_to IS NOT NULL) AS leased_keys,
            (SELECT count(*) FROM {s}.ordering WHERE blocked_since IS NOT NULL) AS blocked_keys,
            (SELECT min(blocked_since) FROM {s}.ordering) AS blocked_since,
            (SELECT count(*) FROM {s}.dead) AS dead,
            CASE WHEN class.reltuples < 100000 THEN (SELECT count(*) FROM {s}.item) ELSE class.reltuples::bigint END AS items,
            (SELECT received_at FROM {s}.item WHERE id = (SELECT min(item) FROM {s}.open)) AS oldest_open,
            (SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
                WHERE relnamespace = class.relnamespace AND relkind = 'r') AS bytes
        FROM pg_class AS class WHERE class.oid = '{s}.item'::regclass";
    let rows = database.read(sql, &[]).await?;
    let row = rows.first().ok_or_else(unexpected)?;
    let count = |name: &str| column::<i64>(row, name).map(i64::unsigned_abs);
    let time = |name: &str| column::<Option<i64>>(row, name).map(|time| time.map(timestamp));
    let mut stats = Stats::default();
    stats.open = count("open")?;
    stats.leased_keys = count("leased_keys")?;
    stats.blocked_keys = count("blocked_keys")?;
    stats.blocked_since = time("blocked_since")?;
    stats.dead = count("dead")?;
    stats.items = count("items")?;
    stats.oldest_open = time("oldest_open")?;
    stats.bytes = Some(count("bytes")?);
    Ok(stats)
}
