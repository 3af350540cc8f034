//! A row of the outbox, and the time at which a message is due.

use incs_model::Timestamp;
use incs_model::delivery::Stage;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{Millis, delivery_state, millis_of, timestamp};
use crate::store::keys::{ContentKey, RecipientKey};
use crate::store::outbox::{OutboxEntry, OutboxId, OutboxState, Proof};

/// The stages by their numbers in the file.
const STAGES: [Stage; 5] = [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read];

/// A message without its body. Changes are written by [`save`](Self::save).
pub(super) struct OutboxRow {
    pub(super) entry: OutboxEntry,
    /// The time at which it is due by itself.
    pub(super) due_at: Millis,
    /// The time until which it holds later ones while it is unknown.
    pub(super) hold_until: Option<Millis>,
    /// The last attempt whose outcome was recorded.
    pub(super) recorded: u32,
    pub(super) retries: u32,
    pub(super) sender: Option<i64>,
    pub(super) accepted_at: Option<Millis>,
    pub(super) is_reported: bool,
    pub(super) report_at: Option<Millis>,
}

/// The columns that [`OutboxRow::read`] reads.
pub(super) const COLUMNS: &str = "id, state, attempts, recorded, retries, due_at, next_at, hold_until, enqueued_at,
    changed_at, sending_at, sender, accepted_at, receipt_at, asked_at, not_after, version, is_reported, report_at,
    report_attempts, is_ordered, is_free_form, is_sent_again, stage, proof, recipient, content, message_id,
    second_message_id, decided_by, reason, error, channel, key, body IS NULL AS is_erased";

impl OutboxRow {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let time = |name: &str| Ok::<_, rusqlite::Error>(row.get::<_, Option<Millis>>(name)?.map(timestamp));
        let place = |name: &str| row.get::<_, Option<usize>>(name);
        let state = place("state")?.and_then(|place| OutboxState::ALL.get(place).copied());
        let entry = OutboxEntry {
            id: outbox_id(row.get("id")?),
            key: row.get("key")?,
            channel: row.get("channel")?,
            state: state.ok_or_else(|| unexpected(row, "state"))?,
            attempts: row.get("attempts")?,
            enqueued_at: timestamp(row.get("enqueued_at")?),
            changed_at: timestamp(row.get("changed_at")?),
            next_at: time("next_at")?,
            not_after: time("not_after")?,
            sending_at: time("sending_at")?,
            message_id: row.get("message_id")?,
            proof: place("proof")?.and_then(|place| Proof::ALL.get(place).copied()),
            decided_by: row.get("decided_by")?,
            reason: row.get("reason")?,
            error: row.get("error")?,
            second_message_id: row.get("second_message_id")?,
            is_sent_again: row.get("is_sent_again")?,
            stage: place("stage")?.and_then(|place| STAGES.get(place).copied()),
            receipt_at: time("receipt_at")?,
            asked_at: time("asked_at")?,
            recipient: row.get::<_, Option<i64>>("recipient")?.map(RecipientKey::from_i64),
            content: row.get::<_, Option<[u8; 16]>>("content")?.map(ContentKey::from_bytes),
            is_ordered: row.get("is_ordered")?,
            is_free_form: row.get("is_free_form")?,
            is_erased: row.get("is_erased")?,
            version: row.get::<_, i64>("version")?.unsigned_abs(),
            report_attempts: row.get("report_attempts")?,
        };
        Ok(Self {
            entry,
            due_at: row.get("due_at")?,
            hold_until: row.get("hold_until")?,
            recorded: row.get("recorded")?,
            retries: row.get("retries")?,
            sender: row.get("sender")?,
            accepted_at: row.get("accepted_at")?,
            is_reported: row.get("is_reported")?,
            report_at: row.get("report_at")?,
        })
    }

    pub(super) fn load(connection: &Connection, id: i64) -> rusqlite::Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?1");
        connection.prepare_cached(&sql)?.query_row([id], Self::read).optional()
    }

    /// Sets the state. A state that a caller waits for is reported.
    pub(super) fn set(&mut self, now: Millis, state: OutboxState) {
        (self.entry.state, self.entry.changed_at, self.hold_until) = (state, timestamp(now), None);
        if !matches!(state, OutboxState::Queued | OutboxState::Sending) {
            self.report(now);
        }
    }

    pub(super) fn report(&mut self, now: Millis) {
        self.entry.version = self.entry.version.saturating_add(1);
        if self.is_reported {
            (self.report_at, self.entry.report_attempts) = (Some(now), 0);
        }
    }

    /// Queues the message again.
    pub(super) fn queue(&mut self, now: Millis, due_at: Millis) {
        self.set(now, OutboxState::Queued);
        self.due_at = due_at;
    }

    /// Makes the message unknown. It holds later ones until `hold_until`.
    pub(super) fn lose(&mut self, now: Millis, hold_until: Millis) {
        self.set(now, OutboxState::Unknown);
        self.hold_until = Some(hold_until);
    }

    /// Ends a queued message without sending it.
    pub(super) fn cancel(&mut self, now: Millis) {
        // An earlier attempt may have been sent.
        let is_unknown = self.entry.is_sent_again;
        self.set(now, if is_unknown { OutboxState::Abandoned } else { OutboxState::Cancelled });
    }

    /// Makes the message accepted, with the receipts that have come before.
    pub(super) fn accept(&mut self, connection: &Connection, now: Millis, at: Millis) -> rusqlite::Result<()> {
        self.accepted_at.get_or_insert(at);
        let known = match &self.entry.message_id {
            Some(id) => delivery_state::load(connection, &delivery_state::name(id, None))?,
            None => None,
        };
        self.set(now, OutboxState::Accepted);
        if let Some(known) = known {
            self.receive(now, known.stage());
            self.set_stage(now, known.stage());
        }
        Ok(())
    }

    /// Notes the first receipt. `message_created` does not count: it comes before the message is sent to the customer.
    pub(super) fn receive(&mut self, now: Millis, stage: Option<Stage>) {
        if stage > Some(Stage::Created) {
            self.entry.receipt_at.get_or_insert(timestamp(now));
        }
    }

    pub(super) fn set_stage(&mut self, now: Millis, stage: Option<Stage>) {
        let is_failed = |stage: Option<Stage>| stage == Some(Stage::Failed);
        let before = self.entry.stage;
        self.entry.stage = before.max(stage);
        if is_failed(before) != is_failed(self.entry.stage) {
            self.report(now);
        }
    }

    /// Writes the row, and the times at which the other messages of its order are due.
    pub(super) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        let entry = &self.entry;
        let order = entry.recipient.filter(|_| entry.is_ordered);
        let is_due = entry.state == OutboxState::Queued && order.is_none();
        let next_at = is_due.then(|| entry.not_after.map_or(self.due_at, |end| self.due_at.min(millis_of(end))));
        let sql = "UPDATE outbox SET state = :state, attempts = :attempts, recorded = :recorded, retries = :retries,
                       due_at = :due_at, next_at = :next_at, hold_until = :hold_until, changed_at = :changed_at,
                       sending_at = :sending_at, sender = :sender, accepted_at = :accepted_at, receipt_at = :receipt_at,
                       version = :version, is_reported = :is_reported, report_at = :report_at,
                       report_attempts = :report_attempts, is_sent_again = :is_sent_again, stage = :stage,
                       proof = :proof, message_id = :message_id, second_message_id = :second_message_id,
                       decided_by = :decided_by, reason = :reason, error = :error WHERE id = :id";
        connection.prepare_cached(sql)?.execute(named_params! {
            ":id": row_id(entry.id),
            ":state": entry.state as u8,
            ":attempts": entry.attempts,
            ":recorded": self.recorded,
            ":retries": self.retries,
            ":due_at": self.due_at,
            ":next_at": next_at,
            ":hold_until": self.hold_until,
            ":changed_at": millis_of(entry.changed_at),
            ":sending_at": entry.sending_at.map(millis_of),
            ":sender": self.sender,
            ":accepted_at": self.accepted_at,
            ":receipt_at": entry.receipt_at.map(millis_of),
            ":version": version(entry.version),
            ":is_reported": self.is_reported,
            ":report_at": self.report_at,
            ":report_attempts": entry.report_attempts,
            ":is_sent_again": entry.is_sent_again,
            ":stage": stage_number(entry.stage),
            ":proof": entry.proof.map(|proof| proof as u8),
            ":message_id": entry.message_id,
            ":second_message_id": entry.second_message_id,
            ":decided_by": entry.decided_by,
            ":reason": entry.reason,
            ":error": entry.error,
        })?;
        match order {
            Some(recipient) => set_head(connection, &entry.channel, recipient),
            None => Ok(()),
        }
    }

    /// Writes what a receipt changes.
    pub(super) fn save_receipt(&self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "UPDATE outbox SET stage = ?2, receipt_at = ?3, version = ?4, report_at = ?5, report_attempts = ?6
                   WHERE id = ?1";
        let entry = &self.entry;
        let receipt_at = entry.receipt_at.map(millis_of);
        let stage = stage_number(entry.stage);
        let (version, attempts) = (version(entry.version), entry.report_attempts);
        let values = params![row_id(entry.id), stage, receipt_at, version, self.report_at, attempts];
        connection.prepare_cached(sql)?.execute(values).map(drop)
    }
}

/// Sets the time at which the first queued message of an order is due, after one message of the order has changed. The later ones wait
/// for it, so only the second one can have a time that is wrong now: it was the first one before.
fn set_head(connection: &Connection, channel: &str, recipient: RecipientKey) -> rusqlite::Result<()> {
    const HEAD: &str = "WITH queued AS
            (SELECT id, due_at, not_after, next_at FROM outbox
             WHERE recipient = ?1 AND state = 0 AND channel = ?2 AND is_ordered = 1 ORDER BY id LIMIT 2)
        SELECT id, next_at,
            CASE WHEN EXISTS (SELECT 1 FROM queued AS first WHERE first.id < queued.id)
                OR EXISTS (SELECT 1 FROM outbox WHERE recipient = ?1 AND state = 1 AND channel = ?2 AND is_ordered = 1
                    AND id < queued.id) THEN NULL
            ELSE min(ifnull(not_after, 9223372036854775807), max(due_at, ifnull(
                (SELECT max(hold_until) FROM outbox WHERE recipient = ?1 AND state = 7 AND channel = ?2 AND is_ordered = 1
                    AND id < queued.id), due_at))) END
        FROM queued";
    let mut statement = connection.prepare_cached(HEAD)?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let queued: Vec<(i64, Option<Millis>, Option<Millis>)> =
        statement.query_map(params![recipient.as_i64(), channel], read)?.collect::<rusqlite::Result<_>>()?;
    for (id, _, next_at) in queued.into_iter().filter(|(_, before, next_at)| before != next_at) {
        connection.prepare_cached("UPDATE outbox SET next_at = ?2 WHERE id = ?1")?.execute(params![id, next_at])?;
    }
    Ok(())
}

/// Returns the message that has an id of the provider.
pub(super) fn owner(connection: &Connection, message_id: &str) -> rusqlite::Result<Option<i64>> {
    let sql = "SELECT id FROM outbox WHERE message_id = ?1";
    connection.prepare_cached(sql)?.query_row([message_id], |row| row.get(0)).optional()
}

/// Returns the time after a wait, or the last one that can be shown.
pub(super) fn later(time: Millis, wait: Millis) -> Millis {
    time.saturating_add(wait).min(millis_of(Timestamp::MAX))
}

pub(super) fn outbox_id(id: i64) -> OutboxId {
    OutboxId(id.unsigned_abs())
}

pub(super) fn row_id(id: OutboxId) -> i64 {
    i64::try_from(id.0).unwrap_or(i64::MAX)
}

pub(super) fn version(version: u64) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}

fn stage_number(stage: Option<Stage>) -> Option<usize> {
    STAGES.iter().position(|known| Some(*known) == stage)
}

fn unexpected(row: &Row<'_>, column: &str) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::InvalidColumnType(index, column.to_owned(), rusqlite::types::Type::Integer)
}
