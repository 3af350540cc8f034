//! Marking messages, recording the outcomes of attempts, and deciding about messages.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension as _, params};

use super::outbox::ids;
use super::outbox_row::{COLUMNS, OutboxRow, later, outbox_id, owner, row_id};
use super::{Millis, millis, millis_of, timestamp};
use crate::store::outbox::{
    Advanced, CUSTOMER_WINDOW, Decision, DecisionResult, ExpiredSends, OutboxId, OutboxState, Proof, Recorded,
    SendLimits, SendOutcome, SendResult, SenderId, SendingMessage,
};

/// The largest number of messages that one call expires.
const MAX_EXPIRED: usize = 1000;

pub(super) fn advance(
    connection: &Connection,
    now: Millis,
    results: &[SendResult],
    limits: SendLimits,
) -> rusqlite::Result<Advanced> {
    let recorded =
        results.iter().map(|result| record(connection, now, result, limits.hold)).collect::<Result<_, _>>()?;
    let mut sending = Vec::new();
    let mut expired = 0;
    while sending.len() < limits.limit && expired < MAX_EXPIRED {
        let Some((mut row, body)) = next_due(connection, now)? else { break };
        row.is_reported = limits.is_reported;
        if let Some(reason) = expiry(connection, now, &row)? {
            row.entry.reason = Some(reason.to_owned());
            row.set(now, OutboxState::Expired);
            row.save(connection)?;
            expired += 1;
            continue;
        }
        row.set(now, OutboxState::Sending);
        row.entry.attempts = row.entry.attempts.saturating_add(1);
        (row.entry.sending_at, row.sender) = (Some(timestamp(now)), Some(sender_id(limits.sender)));
        row.save(connection)?;
        sending.push(SendingMessage {
            id: row.entry.id,
            attempt: row.entry.attempts,
            key: row.entry.key,
            channel: row.entry.channel,
            body: body.into(),
            retries: row.retries,
        });
    }
    // So an idle call writes nothing.
    if !sending.is_empty() {
        renew(connection, now, limits.sender, limits.lease)?;
    }
    Ok(Advanced { recorded, sending, expired: expired as u64 })
}

fn next_due(connection: &Connection, now: Millis) -> rusqlite::Result<Option<(OutboxRow, Vec<u8>)>> {
    let sql = format!("SELECT {COLUMNS}, body FROM outbox WHERE next_at <= ?1 ORDER BY next_at, id LIMIT 1");
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &rusqlite::Row<'_>| {
        let body: Option<Vec<u8>> = row.get("body")?;
        Ok((OutboxRow::read(row)?, body.unwrap_or_default()))
    };
    statement.query_row([now], read).optional()
}

/// Returns the reason why a message is not sent any more.
fn expiry(connection: &Connection, now: Millis, row: &OutboxRow) -> rusqlite::Result<Option<&'static str>> {
    if row.entry.not_after.is_some_and(|end| millis_of(end) <= now) {
        return Ok(Some("not_after"));
    }
    let Some(recipient) = row.entry.recipient.filter(|_| row.entry.is_free_form) else { return Ok(None) };
    let sql = "SELECT at FROM relay_contact WHERE customer = ?1 AND channel = ?2";
    let last: Option<Millis> = connection
        .prepare_cached(sql)?
        .query_row(params![recipient.as_i64(), row.entry.channel], |row| row.get(0))
        .optional()?;
    Ok(last.filter(|last| later(*last, millis(CUSTOMER_WINDOW)) <= now).map(|_| "window_closed"))
}

/// Sets the lease of a sender.
pub(super) fn renew(connection: &Connection, now: Millis, sender: SenderId, lease: Duration) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO relay_sender(id, lease_until) VALUES (?1, ?2)";
    let until = later(now, millis(lease));
    connection.prepare_cached(sql)?.execute([sender_id(sender), until]).map(drop)
}

fn sender_id(sender: SenderId) -> i64 {
    sender.0.cast_signed()
}

fn record(connection: &Connection, now: Millis, result: &SendResult, hold: Duration) -> rusqlite::Result<Recorded> {
    let Some(mut row) = OutboxRow::load(connection, row_id(result.id))? else { return Ok(Recorded::Final) };
    if row.recorded >= result.attempt || result.attempt > row.entry.attempts {
        return Ok(Recorded::Final);
    }
    let mut outcome = result.outcome.clone();
    if let SendOutcome::Accepted { message_id: Some(given), .. } = &outcome
        && owner(connection, given)?.is_some_and(|owner| outbox_id(owner) != result.id)
    {
        outcome = SendOutcome::Unknown { error: "the reply gives the id of another message".to_owned() };
    }
    if result.attempt < row.entry.attempts {
        if let SendOutcome::Accepted { message_id: Some(given), .. } = outcome
            && row.entry.message_id.as_ref() != Some(&given)
            && row.entry.second_message_id.is_none()
        {
            row.entry.second_message_id = Some(given);
            row.report(now);
            row.save(connection)?;
        }
        return Ok(Recorded::Final);
    }
    row.recorded = result.attempt;
    apply(connection, now, &mut row, outcome, hold)?;
    row.save(connection)?;
    Ok(Recorded::Applied(row.entry.state))
}

/// Applies the first outcome of the last attempt.
fn apply(
    connection: &Connection,
    now: Millis,
    row: &mut OutboxRow,
    outcome: SendOutcome,
    hold: Duration,
) -> rusqlite::Result<()> {
    let state = row.entry.state;
    let is_open = matches!(state, OutboxState::Sending | OutboxState::Unknown | OutboxState::Unresolved);
    match outcome {
        SendOutcome::Accepted { message_id, error } => {
            row.entry.error = error;
            if message_id.is_some() || row.entry.message_id.is_none() {
                (row.entry.message_id, row.entry.proof) = (message_id, Some(Proof::Reply));
            }
            row.accept(connection, now, now)?;
        }
        SendOutcome::Unknown { error } => {
            row.entry.error = Some(error);
            if state == OutboxState::Sending {
                row.lose(now, later(now, millis(hold)));
            }
        }
        // The attempt came to nothing, so nothing is sent twice.
        _ if state == OutboxState::Queued => row.entry.is_sent_again = false,
        SendOutcome::Rejected { error } => {
            (row.entry.message_id, row.entry.proof, row.accepted_at) = (None, None, None);
            row.entry.error = Some(error);
            row.set(now, OutboxState::Rejected);
        }
        SendOutcome::Retry { delay, error, is_counted } if is_open => {
            row.entry.error = Some(error);
            row.retries = row.retries.saturating_add(u32::from(is_counted));
            if row.entry.is_erased {
                row.set(now, OutboxState::Cancelled);
            } else {
                row.queue(now, later(now, millis(delay)));
            }
        }
        SendOutcome::Dead { reason, error } if is_open => {
            (row.entry.reason, row.entry.error) = (Some(reason.to_owned()), Some(error));
            row.set(now, OutboxState::Dead);
        }
        SendOutcome::Retry { .. } | SendOutcome::Dead { .. } => {}
    }
    Ok(())
}

pub(super) fn expire(
    connection: &Connection,
    now: Millis,
    hold: Duration,
    unresolved_after: Duration,
) -> rusqlite::Result<ExpiredSends> {
    let unknown = "SELECT id FROM outbox WHERE state = 1 AND NOT EXISTS
                       (SELECT 1 FROM relay_sender AS lease WHERE lease.id = outbox.sender AND lease_until > ?1) ORDER BY id";
    let unresolved = "SELECT id FROM outbox INDEXED BY outbox_unknown WHERE state = 7 AND changed_at <= ?1 ORDER BY id";
    let unknown = ids(connection, unknown, [now])?;
    let unresolved = ids(connection, unresolved, [now.saturating_sub(millis(unresolved_after))])?;
    for id in &unknown {
        let Some(mut row) = OutboxRow::load(connection, *id)? else { continue };
        row.entry.error = Some("the sender ended before it recorded the outcome".to_owned());
        row.lose(now, later(now, millis(hold)));
        row.save(connection)?;
    }
    for id in &unresolved {
        let Some(mut row) = OutboxRow::load(connection, *id)? else { continue };
        row.set(now, OutboxState::Unresolved);
        row.save(connection)?;
    }
    connection.prepare_cached("DELETE FROM relay_sender WHERE lease_until <= ?1")?.execute([now])?;
    Ok(ExpiredSends { unknown: unknown.len() as u64, unresolved: unresolved.len() as u64 })
}

pub(super) fn decide(
    connection: &Connection,
    now: Millis,
    decisions: &[(OutboxId, Decision)],
) -> rusqlite::Result<Vec<DecisionResult>> {
    decisions.iter().map(|(id, decision)| decide_one(connection, now, *id, decision)).collect()
}

fn decide_one(
    connection: &Connection,
    now: Millis,
    id: OutboxId,
    decision: &Decision,
) -> rusqlite::Result<DecisionResult> {
    let Some(mut row) = OutboxRow::load(connection, row_id(id))? else { return Ok(DecisionResult::NotFound) };
    let state = row.entry.state;
    let is_without_id = state == OutboxState::Accepted && row.entry.message_id.is_none();
    let is_fitting = match decision {
        Decision::Found { .. } => state.is_unknown() || is_without_id,
        Decision::Accept { .. } | Decision::SendAgain { .. } | Decision::Abandon { .. } => state.is_unknown(),
        Decision::Cancel { .. } | Decision::Refuse { .. } => state == OutboxState::Queued,
    };
    if !is_fitting {
        return Ok(DecisionResult::WrongState(state));
    }
    if let Decision::Found { message_id, .. } | Decision::Accept { message_id: Some(message_id), .. } = decision
        && let Some(owner) = owner(connection, message_id)?
    {
        return Ok(DecisionResult::IdTaken(outbox_id(owner)));
    }
    let sent_at = row.entry.sending_at.map_or(now, millis_of);
    match decision.clone() {
        Decision::Found { message_id, proof } => {
            row.entry.message_id = Some(message_id);
            row.entry.proof = if is_without_id { row.entry.proof } else { Some(proof) };
            row.accept(connection, now, sent_at)?;
        }
        Decision::Accept { message_id, by } => {
            (row.entry.message_id, row.entry.proof) = (message_id, Some(Proof::Person));
            row.entry.decided_by = Some(by);
            row.accept(connection, now, sent_at)?;
        }
        Decision::SendAgain { .. } if row.entry.is_erased => return Ok(DecisionResult::Erased),
        Decision::SendAgain { by } => {
            (row.entry.decided_by, row.entry.is_sent_again, row.retries) = (Some(by), true, 0);
            row.queue(now, now);
        }
        Decision::Abandon { by } => {
            row.entry.decided_by = Some(by);
            row.set(now, OutboxState::Abandoned);
        }
        Decision::Cancel { by } => {
            row.entry.decided_by = by;
            row.cancel(now);
        }
        Decision::Refuse { error } => {
            (row.entry.reason, row.entry.error) = (Some("invalid".to_owned()), Some(error));
            row.set(now, OutboxState::Dead);
        }
    }
    row.save(connection)?;
    Ok(DecisionResult::Done)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use incs_model::delivery::{DeliveryUpdate, Stage};
    use incs_model::whatsapp;

    use super::*;
    use crate::store::sqlite::{evidence, outbox, schema};
    use crate::store::{
        OutboxFilter, OutboxMessage, RecipientKey, Reported, Retention, Sighting, SightingKind, StatusUpdate,
    };

    const NOW: Millis = 1_700_000_000_000;
    const MINUTE: Duration = Duration::from_mins(1);
    const WAITING: i64 = 50_000;

    fn message(key: &str) -> OutboxMessage {
        OutboxMessage::try_new(key, whatsapp::Message::new("6281200045678".parse().unwrap(), "text")).unwrap()
    }

    fn limits(limit: usize) -> SendLimits {
        SendLimits { sender: SenderId(u64::MAX), limit, lease: MINUTE, hold: MINUTE, is_reported: true }
    }

    fn result(id: i64, outcome: SendOutcome) -> SendResult {
        SendResult { id: outbox_id(id), attempt: 1, outcome }
    }

    fn accepted(message_id: Option<&str>) -> SendOutcome {
        SendOutcome::Accepted { message_id: message_id.map(str::to_owned), error: None }
    }

    /// Returns a file in memory with many ordered messages to one recipient, and as many unordered ones that are due later.
    fn full() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        schema::migrate(&connection, &schema::STORE).unwrap();
        outbox::enqueue(&connection, NOW, &[message("ordered"), message("unordered").unordered()]).unwrap();
        let copies = "WITH RECURSIVE number(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM number WHERE i < ?1)
            INSERT INTO outbox(key, next_at, due_at, enqueued_at, changed_at, is_ordered, is_free_form, recipient, channel, body)
            SELECT key || i, CASE WHEN is_ordered THEN NULL ELSE due_at + 3600000 END, due_at, enqueued_at, changed_at,
                is_ordered, is_free_form, recipient, channel, body
            FROM outbox, number ORDER BY outbox.id, i";
        connection.execute(copies, [WAITING]).unwrap();
        connection.execute("DELETE FROM outbox WHERE key = 'unordered'", []).unwrap();
        connection
    }

    /// The cost of an operation is counted in instructions of SQLite, so a scan of the queue shows, whatever the machine.
    #[test]
    fn cost_does_not_grow_with_the_queue() {
        let mut connection = full();
        let hundreds = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&hundreds);
        let count = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            false
        };
        connection.progress_handler(100, Some(count)).unwrap();
        let connection = connection;
        let check = |name: &str, operation: &dyn Fn()| {
            let before = hundreds.load(Ordering::Relaxed);
            operation();
            let instructions = 100 * (hundreds.load(Ordering::Relaxed) - before);
            assert!(instructions < 1000, "{name} took {instructions} instructions");
        };
        let recipient = message("a").recipient.unwrap();
        let record = |result: SendResult| advance(&connection, NOW, &[result], limits(0)).unwrap().recorded[0];
        let decide_one = |id: i64, decision: Decision| {
            assert_eq!(decide(&connection, NOW, &[(outbox_id(id), decision)]).unwrap(), [DecisionResult::Done]);
        };
        let mark = |id: i64| {
            let sending = advance(&connection, NOW, &[], limits(10)).unwrap().sending;
            assert_eq!(sending.iter().map(|message| message.id).collect::<Vec<_>>(), [outbox_id(id)]);
        };
        let error = String::new;

        check("enqueue", &|| {
            outbox::enqueue_one(&connection, NOW, &message("new")).unwrap();
        });
        check("enqueue again", &|| {
            outbox::enqueue_one(&connection, NOW, &message("new")).unwrap();
        });
        check("mark", &|| mark(1));
        check("idle", &|| assert!(advance(&connection, NOW, &[], limits(10)).unwrap().sending.is_empty()));
        check("retry", &|| {
            let outcome = SendOutcome::Retry { delay: Duration::ZERO, error: error(), is_counted: true };
            assert_eq!(record(result(1, outcome)), Recorded::Applied(OutboxState::Queued));
        });
        check("mark again", &|| mark(1));
        check("unknown", &|| {
            let result = SendResult { attempt: 2, ..result(1, SendOutcome::Unknown { error: error() }) };
            assert_eq!(record(result), Recorded::Applied(OutboxState::Unknown));
        });
        check("accept", &|| decide_one(1, Decision::Accept { message_id: None, by: "a person".to_owned() }));
        check("mark the next", &|| mark(3));
        check("accepted", &|| {
            assert_eq!(record(result(3, accepted(Some("wamid.A")))), Recorded::Applied(OutboxState::Accepted));
        });
        check("cancel", &|| decide_one(WAITING / 2, Decision::Cancel { by: None }));
        check("cancel the first", &|| decide_one(4, Decision::Cancel { by: None }));
        check("mark after it", &|| mark(5));
        check("candidates", &|| {
            let candidates = evidence::candidates(&connection, outbox_id(5)).unwrap().unwrap();
            assert_eq!(candidates.rivals.len(), 1);
        });
        for (name, recipient) in [("sighting", Some(recipient)), ("sighting without recipient", None)] {
            check(name, &|| {
                let at = timestamp(NOW);
                let sighting = Sighting { recipient, ..Sighting::new(SightingKind::Created, at) };
                let sighting = Some(Sighting { message_id: Some(name.to_owned()), ..sighting });
                let (message_id, update) = (name.to_owned(), DeliveryUpdate::new());
                let update = StatusUpdate { message_id, recipient: None, update, sighting };
                evidence::add_receipt(&connection, NOW, &update, Some(Stage::Sent)).unwrap();
            });
        }
        check("reports", &|| {
            let claimed = outbox::claim_reports(&connection, NOW, 1, 1000).unwrap();
            let report = Reported { id: claimed[0].id, version: claimed[0].version, retry: None };
            outbox::complete_reports(&connection, NOW, &[report]).unwrap();
        });
        check("expire", &|| {
            let expired = expire(&connection, NOW + 120_000, MINUTE, MINUTE).unwrap();
            assert_eq!((expired.unknown, expired.unresolved), (1, 0));
        });
        let filter = OutboxFilter { limit: 10, ..OutboxFilter::default() };
        let without_receipt = Some(timestamp(NOW)..timestamp(NOW + 1));
        let unresolved = Some(OutboxState::Unresolved);
        for (found, filter) in [
            (10, filter.clone()),
            (0, OutboxFilter { state: unresolved, ..filter.clone() }),
            (1, OutboxFilter { without_receipt, not_asked_since: Some(timestamp(NOW)), ..filter.clone() }),
            (1, OutboxFilter { key: Some("new".to_owned()), ..filter }),
        ] {
            check("list", &|| assert_eq!(outbox::messages(&connection, &filter).unwrap().len(), found));
        }
        check("sweep", &|| {
            let kept = millis(Retention::default().sent);
            assert_eq!(outbox::sweep(&connection, NOW - kept, NOW - kept, 1000).unwrap(), (0, true));
        });
        check("erase for another person", &|| {
            let other = RecipientKey::from_i64(1);
            assert_eq!(outbox::erase(&connection, NOW, &[other]).unwrap(), 0);
        });
    }
}
