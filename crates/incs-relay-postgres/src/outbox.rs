//! The outbox: enqueuing, sending, evidence and reports. The functions are in `sql/outbox.sql`.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use incs_model::Timestamp;
use incs_relay::store::{
    Advanced, Candidates, ContentKey, Decision, DecisionResult, Enqueued, ExpiredSends, OutboxEntry, OutboxFilter,
    OutboxId, OutboxMessage, OutboxState, OutboxStats, Proof, RecipientKey, Recorded, Reported, Retention, SendLimits,
    SendOutcome, SendResult, SenderId, SendingMessage, Sighting, SightingKind, Stats, StatusUpdate, StoreError,
};
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::batch::Operation;
use crate::database::{Database, Parameter, Repeat, clean, column, millis, number, place, timestamp};
use crate::error::{failure, unexpected};
use crate::message::Messages;
use crate::receipt::{Receipts, STAGES};

/// The result of enqueuing a message in a transaction of the caller. It gets its number later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnqueuedIn {
    /// The message is new.
    New,
    /// The same message is stored under this key.
    Seen,
    /// Another message is stored under this key. Nothing was stored.
    KeyReused,
}

/// Stores a message in a transaction of the caller.
pub(crate) async fn enqueue_in(
    transaction: &Transaction<'_>,
    sql: &str,
    message: &OutboxMessage,
) -> Result<EnqueuedIn, StoreError> {
    let recipient = message.recipient.map(RecipientKey::as_i64);
    let content = message.content.as_ref().map(|content| content.as_bytes().as_slice());
    let parameters: [Parameter<'_>; 8] = [
        (&clean(&message.key), Type::TEXT),
        (&clean(&message.channel), Type::TEXT),
        (&&message.body[..], Type::BYTEA),
        (&recipient, Type::INT8),
        (&content, Type::BYTEA),
        (&message.is_ordered, Type::BOOL),
        (&message.is_free_form, Type::BOOL),
        (&message.not_after.map(Timestamp::as_millisecond), Type::INT8),
    ];
    let rows = transaction.query_typed(sql, &parameters).await;
    let rows = rows.map_err(|error| failure(&error))?;
    match rows.first().and_then(|row| row.try_get::<_, i16>(0).ok()) {
        Some(0) => Ok(EnqueuedIn::New),
        Some(1) => Ok(EnqueuedIn::Seen),
        Some(2) => Ok(EnqueuedIn::KeyReused),
        _ => Err(unexpected()),
    }
}

fn outbox_id(id: i64) -> OutboxId {
    OutboxId(id.unsigned_abs())
}

fn row_id(id: OutboxId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

fn row_ids(ids: impl IntoIterator<Item = OutboxId>) -> Vec<i64> {
    ids.into_iter().map(row_id).collect()
}

fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn state_of(number: i16) -> Result<OutboxState, StoreError> {
    usize::try_from(number).ok().and_then(|place| OutboxState::ALL.get(place)).copied().ok_or_else(unexpected)
}

/// Returns the number of a state or a proof in the database.
fn number_of<T: PartialEq>(all: &[T], value: &T) -> Option<i16> {
    all.iter().position(|known| known == value).and_then(|place| i16::try_from(place).ok())
}

fn entry(row: &Row) -> Result<OutboxEntry, StoreError> {
    let time = |name: &str| Ok::<_, StoreError>(column::<Option<i64>>(row, name)?.map(timestamp));
    let place = |name: &str| {
        let number: Option<i16> = column(row, name)?;
        Ok::<_, StoreError>(number.and_then(|number| usize::try_from(number).ok()))
    };
    let (key, channel) = (column(row, "key")?, column(row, "channel")?);
    let mut entry =
        OutboxEntry::new(outbox_id(column(row, "id")?), key, channel, timestamp(column(row, "enqueued_at")?));
    entry.state = state_of(column(row, "state")?)?;
    entry.attempts = count(column(row, "attempts")?);
    entry.changed_at = timestamp(column(row, "changed_at")?);
    entry.next_at = time("next_at")?;
    entry.not_after = time("not_after")?;
    entry.sending_at = time("sending_at")?;
    entry.message_id = column(row, "message_id")?;
    entry.proof = place("proof")?.and_then(|place| Proof::ALL.get(place).copied());
    entry.decided_by = column(row, "decided_by")?;
    entry.reason = column(row, "reason")?;
    entry.error = column(row, "error")?;
    entry.second_message_id = column(row, "second_message_id")?;
    entry.is_sent_again = column(row, "is_sent_again")?;
    entry.stage = place("stage")?.and_then(|place| STAGES.get(place).copied());
    entry.receipt_at = time("receipt_at")?;
    entry.asked_at = time("asked_at")?;
    entry.recipient = column::<Option<i64>>(row, "recipient")?.map(RecipientKey::from_i64);
    entry.content = content(row, "content")?;
    entry.is_ordered = column(row, "is_ordered")?;
    entry.is_free_form = column(row, "is_free_form")?;
    entry.is_erased = column(row, "is_erased")?;
    entry.version = column::<i64>(row, "version")?.unsigned_abs();
    entry.report_attempts = count(column(row, "report_attempts")?);
    Ok(entry)
}

fn content(row: &Row, name: &str) -> Result<Option<ContentKey>, StoreError> {
    let bytes: Option<Vec<u8>> = column(row, name)?;
    bytes.map(|bytes| bytes.try_into().map(ContentKey::from_bytes).map_err(|_| unexpected())).transpose()
}

/// Enqueues the messages of all calls that wait in one statement.
pub(crate) struct Enqueues(pub(crate) Arc<Database>);

#[async_trait]
impl Operation for Enqueues {
    type Value = OutboxMessage;
    type Result = Enqueued;

    async fn run(&self, messages: &[OutboxMessage]) -> Result<Vec<Enqueued>, StoreError> {
        let mut columns = Messages::default();
        for message in messages {
            columns.add(message);
        }
        let now = self.0.now();
        let mut parameters: Vec<Parameter<'_>> = vec![(&now, Type::INT8)];
        parameters.extend(columns.parameters());
        let rows = self.0.call("enqueue", Repeat::Once, &parameters).await?;
        let mut results = vec![None; messages.len()];
        for row in &rows {
            let id = outbox_id(column(row, "id")?);
            *results.get_mut(place(row, "n")?).ok_or_else(unexpected)? = Some(match column::<i16>(row, "result")? {
                0 => Enqueued::New(id),
                1 => Enqueued::Seen(id),
                _ => Enqueued::KeyReused(id),
            });
        }
        results.into_iter().collect::<Option<_>>().ok_or_else(unexpected)
    }

    fn bytes(message: &OutboxMessage) -> usize {
        message.body.len() + 256
    }
}

/// The outcomes of attempts, a column for each member.
#[derive(Default)]
struct Outcomes {
    ids: Vec<i64>,
    attempts: Vec<i32>,
    kinds: Vec<i16>,
    message_ids: Vec<Option<String>>,
    errors: Vec<Option<String>>,
    reasons: Vec<Option<&'static str>>,
    delays: Vec<i64>,
    are_counted: Vec<bool>,
}

impl Outcomes {
    fn add(&mut self, result: &SendResult) {
        let (mut message_id, mut reason, mut delay, mut is_counted) = (None, None, Duration::ZERO, false);
        let (kind, error) = match &result.outcome {
            SendOutcome::Accepted { message_id: given, error } => {
                message_id = given.as_deref();
                (0, error.as_deref())
            }
            SendOutcome::Rejected { error } => (1, Some(&**error)),
            SendOutcome::Retry { delay: wait, error, is_counted: counts } => {
                (delay, is_counted) = (*wait, *counts);
                (2, Some(&**error))
            }
            SendOutcome::Dead { reason: word, error } => {
                reason = Some(*word);
                (3, Some(&**error))
            }
            SendOutcome::Unknown { error } => (4, Some(&**error)),
        };
        self.ids.push(row_id(result.id));
        self.attempts.push(i32::try_from(result.attempt).unwrap_or(i32::MAX));
        self.kinds.push(kind);
        self.message_ids.push(message_id.map(clean));
        self.errors.push(error.map(clean));
        self.reasons.push(reason);
        self.delays.push(millis(delay));
        self.are_counted.push(is_counted);
    }
}

pub(crate) async fn advance(
    database: &Database,
    results: &[SendResult],
    limits: SendLimits,
) -> Result<Advanced, StoreError> {
    let mut outcomes = Outcomes::default();
    for result in results {
        outcomes.add(result);
    }
    let mark = fastrand::i64(..);
    let call = async |is_repeated: bool| {
        let parameters: [Parameter<'_>; 16] = [
            (&database.now(), Type::INT8),
            (&mark, Type::INT8),
            (&is_repeated, Type::BOOL),
            (&sender_id(limits.sender), Type::INT8),
            (&number(limits.limit), Type::INT8),
            (&millis(limits.lease), Type::INT8),
            (&millis(limits.hold), Type::INT8),
            (&limits.is_reported, Type::BOOL),
            (&outcomes.ids, Type::INT8_ARRAY),
            (&outcomes.attempts, Type::INT4_ARRAY),
            (&outcomes.kinds, Type::INT2_ARRAY),
            (&outcomes.message_ids, Type::TEXT_ARRAY),
            (&outcomes.errors, Type::TEXT_ARRAY),
            (&outcomes.reasons, Type::TEXT_ARRAY),
            (&outcomes.delays, Type::INT8_ARRAY),
            (&outcomes.are_counted, Type::BOOL_ARRAY),
        ];
        database.call("advance", Repeat::Never, &parameters).await
    };
    let rows = match call(false).await {
        // The messages may be marked, and only this call knows that they have not left.
        Err(StoreError::Unreachable(_)) => call(true).await?,
        answer => answer?,
    };
    let mut advanced = Advanced { recorded: vec![Recorded::Final; results.len()], ..Advanced::default() };
    for row in &rows {
        match column::<i16>(row, "part")? {
            0 => {
                if let Some(state) = column(row, "state")? {
                    let recorded = advanced.recorded.get_mut(place(row, "n")?).ok_or_else(unexpected)?;
                    *recorded = Recorded::Applied(state_of(state)?);
                }
            }
            1 => advanced.sending.push(SendingMessage {
                id: outbox_id(column(row, "id")?),
                attempt: count(column(row, "attempt")?),
                key: column(row, "key")?,
                channel: column(row, "channel")?,
                body: column::<Option<Vec<u8>>>(row, "body")?.unwrap_or_default().into(),
                retries: count(column(row, "retries")?),
            }),
            _ => advanced.expired = column::<i64>(row, "n")?.unsigned_abs(),
        }
    }
    Ok(advanced)
}

fn sender_id(sender: SenderId) -> i64 {
    sender.0.cast_signed()
}

pub(crate) async fn renew_sender(database: &Database, sender: SenderId, lease: Duration) -> Result<(), StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&database.now(), Type::INT8), (&sender_id(sender), Type::INT8), (&millis(lease), Type::INT8)];
    database.call("renew_sender", Repeat::Once, &parameters).await.map(drop)
}

pub(crate) async fn expire_sends(
    database: &Database,
    hold: Duration,
    unresolved_after: Duration,
) -> Result<ExpiredSends, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&database.now(), Type::INT8), (&millis(hold), Type::INT8), (&millis(unresolved_after), Type::INT8)];
    let rows = database.call("expire", Repeat::Once, &parameters).await?;
    let row = rows.first().ok_or_else(unexpected)?;
    let count = |name: &str| column::<i64>(row, name).map(i64::unsigned_abs);
    Ok(ExpiredSends { unknown: count("unknown")?, unresolved: count("unresolved")? })
}

pub(crate) async fn decide(
    database: &Database,
    decisions: &[(OutboxId, Decision)],
) -> Result<Vec<DecisionResult>, StoreError> {
    let ids = row_ids(decisions.iter().map(|(id, _)| *id));
    let (mut kinds, mut message_ids, mut proofs) = (Vec::<i16>::new(), Vec::new(), Vec::new());
    let (mut persons, mut errors) = (Vec::new(), Vec::new());
    for (_, decision) in decisions {
        let (kind, message_id, proof, by, error) = match decision {
            Decision::Found { message_id, proof } => (0, Some(message_id), Some(proof), None, None),
            Decision::Accept { message_id, by } => (1, message_id.as_ref(), None, Some(by), None),
            Decision::SendAgain { by } => (2, None, None, Some(by), None),
            Decision::Abandon { by } => (3, None, None, Some(by), None),
            Decision::Cancel { by } => (4, None, None, by.as_ref(), None),
            Decision::Refuse { error } => (5, None, None, None, Some(error)),
        };
        kinds.push(kind);
        message_ids.push(message_id.map(|id| clean(id)));
        proofs.push(proof.and_then(|proof| number_of(&Proof::ALL, proof)));
        persons.push(by.map(|by| clean(by)));
        errors.push(error.map(|error| clean(error)));
    }
    let parameters: [Parameter<'_>; 7] = [
        (&database.now(), Type::INT8),
        (&ids, Type::INT8_ARRAY),
        (&kinds, Type::INT2_ARRAY),
        (&message_ids, Type::TEXT_ARRAY),
        (&proofs, Type::INT2_ARRAY),
        (&persons, Type::TEXT_ARRAY),
        (&errors, Type::TEXT_ARRAY),
    ];
    // Repeated, a decision that was recorded would not fit the state any more.
    let rows = database.call("decide", Repeat::Never, &parameters).await?;
    let mut results = vec![DecisionResult::NotFound; decisions.len()];
    for row in &rows {
        let other: Option<i64> = column(row, "other")?;
        *results.get_mut(place(row, "n")?).ok_or_else(unexpected)? = match column::<i16>(row, "result")? {
            0 => DecisionResult::Done,
            1 => DecisionResult::NotFound,
            2 => DecisionResult::WrongState(state_of(other.and_then(|state| state.try_into().ok()).unwrap_or(-1))?),
            3 => DecisionResult::IdTaken(outbox_id(other.ok_or_else(unexpected)?)),
            _ => DecisionResult::Erased,
        };
    }
    Ok(results)
}

pub(crate) async fn messages(database: &Database, filter: &OutboxFilter) -> Result<Vec<OutboxEntry>, StoreError> {
    let accepted = filter.without_receipt.as_ref();
    let parameters: [Parameter<'_>; 8] = [
        (&filter.state.and_then(|state| number_of(&OutboxState::ALL, &state)), Type::INT2),
        (&filter.id.map(row_id), Type::INT8),
        (&filter.key.as_deref().map(clean), Type::TEXT),
        (&accepted.map(|time| time.start.as_millisecond()), Type::INT8),
        (&accepted.map(|time| time.end.as_millisecond()), Type::INT8),
        (&filter.not_asked_since.map(Timestamp::as_millisecond), Type::INT8),
        (&filter.after.map_or(0, row_id), Type::INT8),
        (&number(filter.limit), Type::INT8),
    ];
    database.call("messages", Repeat::Once, &parameters).await?.iter().map(entry).collect()
}

pub(crate) async fn message_body(database: &Database, id: OutboxId) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT body FROM {s}.outbox WHERE id = $1";
    let rows = database.read(sql, &[(&row_id(id), Type::INT8)]).await?;
    rows.first().map_or(Ok(None), |row| column(row, "body"))
}

/// Selects a message (part 0), its rivals (part 1) and the evidence (part 2) in one statement, so that they are of the same moment: a
/// message that is marked between two statements could own evidence without being a rival. OFFSET 0 keeps the server from scanning the
/// outbox.
const CANDIDATES: &str = "
    WITH entry AS MATERIALIZED (SELECT * FROM {s}.message WHERE id = $1)
    SELECT * FROM (SELECT 0 AS part, entry.*, NULL::smallint AS s_kind, NULL::text AS s_name, NULL::text AS s_message_id,
        NULL::bigint AS s_incs_id, NULL::text AS s_channel, NULL::bigint AS s_recipient, NULL::bytea AS s_content,
        NULL::bigint AS s_at, NULL::boolean AS s_is_exact
    FROM entry
    UNION ALL
    SELECT 1, rival.*, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
    FROM entry
        CROSS JOIN LATERAL (SELECT * FROM {s}.uncertain WHERE uncertain.recipient = entry.recipient OFFSET 0) AS other
        CROSS JOIN LATERAL (SELECT * FROM {s}.message WHERE message.id = other.id AND message.id <> entry.id OFFSET 0) AS rival
    WHERE entry.sending_at IS NOT NULL
    UNION ALL
    SELECT 2, (NULL::{s}.message).*, near.kind, near.name, near.message_id, near.incs_id, near.channel, near.recipient, near.content,
        near.at, near.is_exact
    FROM entry CROSS JOIN LATERAL (
        SELECT * FROM {s}.sighting WHERE recipient = entry.recipient AND at BETWEEN entry.sending_at - $2 AND entry.sending_at + $4
        UNION ALL
        SELECT * FROM {s}.sighting WHERE recipient IS NULL AND at BETWEEN entry.sending_at - $2 AND entry.sending_at + $4) AS near
    WHERE entry.recipient IS NOT NULL AND near.at <= entry.sending_at + CASE near.kind WHEN 0 THEN $3 ELSE $4 END
        AND (SELECT owner.id FROM {s}.outbox AS owner WHERE owner.message_id = near.message_id) IS NULL) AS found
    ORDER BY part, id, s_at, s_name COLLATE \"C\"";

pub(crate) async fn candidates(database: &Database, id: OutboxId) -> Result<Option<Candidates>, StoreError> {
    let [before, after, receipt_after] = [Candidates::BEFORE, Candidates::AFTER, Candidates::RECEIPT_AFTER].map(millis);
    let parameters: [Parameter<'_>; 4] =
        [(&row_id(id), Type::INT8), (&before, Type::INT8), (&after, Type::INT8), (&receipt_after, Type::INT8)];
    let rows = database.read(CANDIDATES, &parameters).await?;
    let (mut message, mut rivals, mut sightings) = (None, Vec::new(), Vec::new());
    for row in &rows {
        match column::<i32>(row, "part")? {
            0 => message = Some(entry(row)?),
            1 => rivals.push(entry(row)?),
            _ => sightings.push(sighting(row)?),
        }
    }
    Ok(message.map(|message| Candidates::new(message, rivals, sightings)))
}

fn sighting(row: &Row) -> Result<Sighting, StoreError> {
    let is_created = column::<i16>(row, "s_kind")? == 0;
    let kind = if is_created { SightingKind::Created } else { SightingKind::Receipt };
    let mut sighting = Sighting::new(kind, timestamp(column(row, "s_at")?));
    sighting.message_id = column(row, "s_message_id")?;
    sighting.incs_id = column::<Option<i64>>(row, "s_incs_id")?.map(i64::cast_unsigned);
    sighting.channel = column(row, "s_channel")?;
    sighting.recipient = column::<Option<i64>>(row, "s_recipient")?.map(RecipientKey::from_i64);
    sighting.content = content(row, "s_content")?;
    sighting.is_exact = column(row, "s_is_exact")?;
    Ok(sighting)
}

pub(crate) async fn record_statuses(
    database: &Database,
    asked: &[OutboxId],
    updates: &[StatusUpdate],
) -> Result<(), StoreError> {
    let asked = row_ids(asked.iter().copied());
    let mut receipts = Receipts::default();
    for update in updates {
        receipts.add(update);
    }
    let now = database.now();
    let mut parameters: Vec<Parameter<'_>> = vec![(&now, Type::INT8), (&asked, Type::INT8_ARRAY)];
    // The sightings are left out.
    parameters.extend(receipts.parameters().into_iter().take(5));
    database.call("record_statuses", Repeat::Once, &parameters).await.map(drop)
}

pub(crate) async fn last_contact(
    database: &Database,
    channel: &str,
    customer: &[RecipientKey],
) -> Result<Option<Timestamp>, StoreError> {
    let sql = "SELECT max(at) AS at FROM {s}.contact WHERE customer = ANY ($1) AND channel = $2";
    let customer: Vec<_> = customer.iter().map(|key| key.as_i64()).collect();
    let rows = database.read(sql, &[(&customer, Type::INT8_ARRAY), (&clean(channel), Type::TEXT)]).await?;
    let at: Option<i64> = column(rows.first().ok_or_else(unexpected)?, "at")?;
    Ok(at.map(timestamp))
}

pub(crate) async fn claim_reports(
    database: &Database,
    limit: usize,
    lease: Duration,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&database.now(), Type::INT8), (&number(limit), Type::INT8), (&millis(lease), Type::INT8)];
    database.call("claim_reports", Repeat::Once, &parameters).await?.iter().map(entry).collect()
}

pub(crate) async fn complete_reports(database: &Database, reports: &[Reported]) -> Result<(), StoreError> {
    if reports.is_empty() {
        return Ok(());
    }
    let ids = row_ids(reports.iter().map(|report| report.id));
    let versions: Vec<_> = reports.iter().map(|report| i64::try_from(report.version).unwrap_or(i64::MAX)).collect();
    let delays: Vec<_> = reports.iter().map(|report| report.retry.map(millis)).collect();
    let parameters: [Parameter<'_>; 4] = [
        (&database.now(), Type::INT8),
        (&ids, Type::INT8_ARRAY),
        (&versions, Type::INT8_ARRAY),
        (&delays, Type::INT8_ARRAY),
    ];
    database.call("complete_reports", Repeat::Once, &parameters).await.map(drop)
}

pub(crate) async fn erase_messages(database: &Database, recipients: &[RecipientKey]) -> Result<u64, StoreError> {
    let recipients: Vec<_> = recipients.iter().map(|key| key.as_i64()).collect();
    let parameters: [Parameter<'_>; 2] = [(&database.now(), Type::INT8), (&recipients, Type::INT8_ARRAY)];
    let rows = database.call("erase_messages", Repeat::Once, &parameters).await?;
    let erased: i64 = rows.first().ok_or_else(unexpected)?.try_get(0).map_err(|_| unexpected())?;
    Ok(erased.unsigned_abs())
}

pub(crate) async fn property(database: &Database, name: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT value FROM {s}.property WHERE name = $1";
    let rows = database.read(sql, &[(&clean(name), Type::TEXT)]).await?;
    rows.first().map_or(Ok(None), |row| column(row, "value"))
}

pub(crate) async fn set_property(database: &Database, name: &str, value: &str) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO {s}.property(name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let parameters: [Parameter<'_>; 2] = [(&clean(name), Type::TEXT), (&clean(value), Type::TEXT)];
    database.read(sql, &parameters).await.map(drop)
}

/// Removes old messages, evidence and contacts. Returns the number of messages, and false if more may be left.
pub(crate) async fn sweep(database: &Database, retention: Retention, budget: usize) -> Result<(u64, bool), StoreError> {
    let parameters: [Parameter<'_>; 4] = [
        (&database.now(), Type::INT8),
        (&millis(retention.sent), Type::INT8),
        (&millis(retention.done), Type::INT8),
        (&number(budget), Type::INT8),
    ];
    let rows = database.call("sweep_outbox", Repeat::Once, &parameters).await?;
    let row = rows.first().ok_or_else(unexpected)?;
    Ok((column::<i64>(row, "messages")?.unsigned_abs(), column(row, "is_finished")?))
}

/// Adds the numbers of the outbox.
pub(crate) async fn stats(database: &Database, mut stats: Stats) -> Result<Stats, StoreError> {
    let rows = database.call("outbox_stats", Repeat::Once, &[]).await?;
    let row = rows.first().ok_or_else(unexpected)?;
    let time = |name: &str| column::<Option<i64>>(row, name).map(|time| time.map(timestamp));
    let mut outbox = OutboxStats::default();
    for (count, found) in outbox.by_state.iter_mut().zip(column::<Vec<i64>>(row, "by_state")?) {
        *count = found.unsigned_abs();
    }
    outbox.oldest_queued = time("oldest_queued")?;
    outbox.last_created_webhook = time("last_created_webhook")?;
    stats.outbox = outbox;
    Ok(stats)
}
