//! Receipts of messages, and the evidence about messages whose outcome is unknown.

use incs_model::Timestamp;
use incs_model::delivery::Stage;
use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::outbox_row::{COLUMNS, OutboxRow, later, owner, row_id};
use super::{Millis, delivery_state, millis, millis_of, timestamp};
use crate::store::keys::{ContentKey, RecipientKey};
use crate::store::outbox::{Candidates, CustomerContact, OutboxEntry, OutboxId, Sighting, SightingKind};
use crate::store::types::StatusUpdate;

/// Adds a receipt to its message, or keeps it as evidence. `stage` is that of the merged state.
pub(super) fn add_receipt(
    connection: &Connection,
    now: Millis,
    update: &StatusUpdate,
    stage: Option<Stage>,
) -> rusqlite::Result<()> {
    if let Some(sighting) = &update.sighting
        && sighting.kind == SightingKind::Created
    {
        let sql = "INSERT OR REPLACE INTO meta(name, value) VALUES ('last_created_webhook', ?1)";
        connection.prepare_cached(sql)?.execute([now])?;
    }
    if let Some(mut row) = owner_row(connection, &update.message_id)? {
        row.receive(now, update.update.stage);
        row.set_stage(now, stage);
        return row.save_receipt(connection);
    }
    update.sighting.as_ref().map_or(Ok(()), |sighting| add_sighting(connection, sighting))
}

fn owner_row(connection: &Connection, message_id: &str) -> rusqlite::Result<Option<OutboxRow>> {
    owner(connection, message_id)?.map_or(Ok(None), |id| OutboxRow::load(connection, id))
}

fn add_sighting(connection: &Connection, new: &Sighting) -> rusqlite::Result<()> {
    let name = new.incs_id.map(|id| format!("incs:{id}")).or_else(|| new.message_id.clone());
    let Some(name) = name else { return Ok(()) };
    let sql = "SELECT EXISTS (SELECT 1 FROM relay_sighting WHERE name = ?1)";
    let is_known: bool = connection.prepare_cached(sql)?.query_row([&name], |row| row.get(0))?;
    if !is_known && !is_wanted(connection, new.recipient)? {
        return Ok(());
    }
    match (new.kind, &new.message_id) {
        (SightingKind::Created, Some(id)) if *id != name => {
            let sql = "DELETE FROM relay_sighting WHERE name = ?1 AND kind = ?2";
            connection.prepare_cached(sql)?.execute(params![id, SightingKind::Receipt as u8])?;
        }
        (SightingKind::Receipt, Some(id)) => {
            let sql = "SELECT EXISTS (SELECT 1 FROM relay_sighting WHERE message_id = ?1 AND kind = ?2)";
            let values = params![id, SightingKind::Created as u8];
            if connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))? {
                return Ok(());
            }
        }
        _ => {}
    }
    let sql = "INSERT INTO relay_sighting(name, kind, message_id, incs_id, channel, recipient, content, at, is_exact)
               VALUES (:name, :kind, :message_id, :incs_id, :channel, :recipient, :content, :at, :is_exact)
               ON CONFLICT(name) DO UPDATE SET kind = min(kind, excluded.kind),
                   message_id = ifnull(message_id, excluded.message_id), channel = ifnull(channel, excluded.channel),
                   recipient = ifnull(recipient, excluded.recipient), content = ifnull(content, excluded.content),
                   at = min(at, excluded.at), is_exact = max(is_exact, excluded.is_exact)";
    let saved = connection.prepare_cached(sql)?.execute(named_params! {
        ":name": name,
        ":kind": new.kind as u8,
        ":message_id": new.message_id,
        ":incs_id": new.incs_id.map(u64::cast_signed),
        ":channel": new.channel,
        ":recipient": new.recipient.map(RecipientKey::as_i64),
        ":content": new.content.as_ref().map(|content| content.as_bytes().as_slice()),
        ":at": millis_of(new.at),
        ":is_exact": new.is_exact,
    });
    saved.map(drop)
}

/// Selects the messages to a recipient to which evidence can belong.
const UNCERTAIN: &str = "SELECT id FROM outbox WHERE recipient = ?1 AND state IN (1, 7, 8, 9)
    UNION SELECT id FROM outbox INDEXED BY outbox_without_id WHERE recipient = ?1 AND state = 2 AND message_id IS NULL
    UNION SELECT id FROM outbox INDEXED BY outbox_sent_again WHERE recipient = ?1 AND is_sent_again = 1";

/// Reports whether evidence can belong to a message of the outbox.
fn is_wanted(connection: &Connection, recipient: Option<RecipientKey>) -> rusqlite::Result<bool> {
    let any = "SELECT EXISTS (SELECT 1 FROM outbox WHERE state IN (1, 7, 8, 9))
                   OR EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_without_id WHERE state = 2 AND message_id IS NULL)
                   OR EXISTS (SELECT 1 FROM outbox INDEXED BY outbox_sent_again WHERE is_sent_again = 1)";
    match recipient {
        None => connection.prepare_cached(any)?.query_row([], |row| row.get(0)),
        Some(recipient) => {
            let of_recipient = format!("SELECT EXISTS ({UNCERTAIN})");
            connection.prepare_cached(&of_recipient)?.query_row([recipient.as_i64()], |row| row.get(0))
        }
    }
}

pub(super) fn candidates(connection: &Connection, id: OutboxId) -> rusqlite::Result<Option<Candidates>> {
    let Some(OutboxRow { entry, .. }) = OutboxRow::load(connection, row_id(id))? else { return Ok(None) };
    let (Some(recipient), Some(sent)) = (entry.recipient, entry.sending_at) else {
        return Ok(Some(Candidates::new(entry, Vec::new(), Vec::new())));
    };
    let rivals = rivals(connection, id, recipient)?;
    let sightings = sightings(connection, recipient, millis_of(sent))?;
    Ok(Some(Candidates::new(entry, rivals, sightings)))
}

fn rivals(connection: &Connection, id: OutboxId, recipient: RecipientKey) -> rusqlite::Result<Vec<OutboxEntry>> {
    let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id <> ?2 AND id IN ({UNCERTAIN}) ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let read = |row: &Row<'_>| OutboxRow::read(row).map(|row| row.entry);
    statement.query_map([recipient.as_i64(), row_id(id)], read)?.collect()
}

fn sightings(connection: &Connection, recipient: RecipientKey, sent: Millis) -> rusqlite::Result<Vec<Sighting>> {
    let sql = "SELECT * FROM (SELECT * FROM relay_sighting WHERE recipient = ?1 AND at BETWEEN ?2 AND ?4
                   UNION ALL SELECT * FROM relay_sighting WHERE recipient IS NULL AND at BETWEEN ?2 AND ?4) AS near
               WHERE at <= CASE kind WHEN 0 THEN ?3 ELSE ?4 END
                   AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.message_id = near.message_id)
               ORDER BY at, name";
    let mut statement = connection.prepare_cached(sql)?;
    let values = params![
        recipient.as_i64(),
        sent.saturating_sub(millis(Candidates::BEFORE)),
        later(sent, millis(Candidates::AFTER)),
        later(sent, millis(Candidates::RECEIPT_AFTER)),
    ];
    statement.query_map(values, sighting)?.collect()
}

fn sighting(row: &Row<'_>) -> rusqlite::Result<Sighting> {
    let is_created = row.get::<_, u8>("kind")? == SightingKind::Created as u8;
    Ok(Sighting {
        kind: if is_created { SightingKind::Created } else { SightingKind::Receipt },
        message_id: row.get("message_id")?,
        incs_id: row.get::<_, Option<i64>>("incs_id")?.map(i64::cast_unsigned),
        channel: row.get("channel")?,
        recipient: row.get::<_, Option<i64>>("recipient")?.map(RecipientKey::from_i64),
        content: row.get::<_, Option<[u8; 16]>>("content")?.map(ContentKey::from_bytes),
        at: timestamp(row.get("at")?),
        is_exact: row.get("is_exact")?,
    })
}

pub(super) fn record_statuses(
    connection: &Connection,
    now: Millis,
    asked: &[OutboxId],
    updates: &[StatusUpdate],
) -> rusqlite::Result<()> {
    for update in updates {
        let stage = delivery_state::merge(connection, now, update)?;
        if let Some(mut row) = owner_row(connection, &update.message_id)? {
            row.set_stage(now, stage);
            row.save_receipt(connection)?;
        }
    }
    let mut statement = connection.prepare_cached("UPDATE outbox SET asked_at = ?2 WHERE id = ?1")?;
    for id in asked {
        statement.execute([row_id(*id), now])?;
    }
    Ok(())
}

pub(super) fn add_contact(connection: &Connection, contact: &CustomerContact) -> rusqlite::Result<()> {
    let sql = "INSERT INTO relay_contact(customer, channel, at) VALUES (?1, ?2, ?3)
               ON CONFLICT(customer, channel) DO UPDATE SET at = excluded.at WHERE excluded.at > relay_contact.at";
    let mut statement = connection.prepare_cached(sql)?;
    for customer in &contact.customers {
        statement.execute(params![customer.as_i64(), contact.channel, millis_of(contact.at)])?;
    }
    Ok(())
}

pub(super) fn last_contact(
    connection: &Connection,
    channel: &str,
    customer: &[RecipientKey],
) -> rusqlite::Result<Option<Timestamp>> {
    let mut statement =
        connection.prepare_cached("SELECT at FROM relay_contact WHERE customer = ?1 AND channel = ?2")?;
    let mut last = None;
    for key in customer {
        let at: Option<Millis> = statement.query_row(params![key.as_i64(), channel], |row| row.get(0)).optional()?;
        last = last.max(at);
    }
    Ok(last.map(timestamp))
}
