//! The merged states of sent messages.

use incs_model::delivery::{DeliveryState, Stage};
use rusqlite::{Connection, OptionalExtension as _, params};

use super::Millis;
use crate::store::keys::OrderingKey;
use crate::store::types::StatusUpdate;

/// Merges a receipt into the state of its message. Returns the stage.
pub(super) fn merge(connection: &Connection, now: Millis, update: &StatusUpdate) -> rusqlite::Result<Option<Stage>> {
    let key = name(&update.message_id, update.recipient.as_deref());
    let mut state = load(connection, &key)?.unwrap_or_default();
    state.merge(&update.update);
    // A state is made of texts, numbers and times, which JSON can hold.
    let json = serde_json::to_string(&state).unwrap_or_default();
    let sql = "INSERT OR REPLACE INTO delivery_state(message, state, updated_at) VALUES (?1, ?2, ?3)";
    connection.prepare_cached(sql)?.execute(params![key, json, now])?;
    Ok(state.stage())
}

/// Returns the name of a state. The recipient's key holds a phone number, so only its hash is stored.
pub(super) fn name(message_id: &str, recipient: Option<&str>) -> String {
    match recipient {
        None => message_id.to_owned(),
        Some(recipient) => format!("{message_id} {}", OrderingKey::of_parts(["recipient", recipient])),
    }
}

/// Returns the state with this name.
pub(super) fn load(connection: &Connection, name: &str) -> rusqlite::Result<Option<DeliveryState>> {
    let sql = "SELECT state FROM delivery_state WHERE message = ?1";
    let json: Option<String> = connection.prepare_cached(sql)?.query_row([name], |row| row.get(0)).optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}
