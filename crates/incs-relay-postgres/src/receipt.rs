//! Receipts of sent messages, as the functions of the database take them.

use incs_model::delivery::Stage;
use incs_relay::store::{OrderingKey, RecipientKey, SightingKind, StatusUpdate};
use sha2::{Digest as _, Sha256};
use tokio_postgres::types::Type;

use crate::database::{Parameter, clean};

/// The stages by their numbers in the database.
pub(crate) const STAGES: [Stage; 5] = [Stage::Created, Stage::Sent, Stage::Failed, Stage::Delivered, Stage::Read];

/// Returns the name of a state. The recipient's key holds a phone number, so only its hash is stored.
pub(crate) fn name(message_id: &str, recipient: Option<&str>) -> String {
    match recipient {
        None => clean(message_id),
        Some(recipient) => clean(&format!("{message_id} {}", OrderingKey::of_parts(["recipient", recipient]))),
    }
}

/// Receipts, a column for each member.
#[derive(Default)]
pub(crate) struct Receipts {
    names: Vec<String>,
    message_ids: Vec<String>,
    hashes: Vec<Vec<u8>>,
    jsons: Vec<String>,
    stages: Vec<Option<i16>>,
    kinds: Vec<Option<i16>>,
    sighting_names: Vec<Option<String>>,
    sighting_message_ids: Vec<Option<String>>,
    incs_ids: Vec<Option<i64>>,
    channels: Vec<Option<String>>,
    recipients: Vec<Option<i64>>,
    contents: Vec<Option<Vec<u8>>>,
    times: Vec<Option<i64>>,
    are_exact: Vec<Option<bool>>,
}

impl Receipts {
    pub(crate) fn add(&mut self, update: &StatusUpdate) {
        // A receipt is made of texts, numbers and times, which JSON can hold. JSON escapes NUL.
        let json = serde_json::to_string(&update.update).unwrap_or_default();
        let hash = Sha256::digest(json.as_bytes());
        let stage = STAGES.iter().position(|known| Some(*known) == update.update.stage);
        self.names.push(name(&update.message_id, update.recipient.as_deref()));
        self.message_ids.push(clean(&update.message_id));
        self.hashes.push(hash.iter().copied().take(16).collect());
        self.jsons.push(json);
        self.stages.push(stage.and_then(|place| i16::try_from(place).ok()));
        let sighting = update.sighting.as_ref();
        let message_id = sighting.and_then(|sighting| sighting.message_id.as_deref()).map(clean);
        let incs_id = sighting.and_then(|sighting| sighting.incs_id);
        self.kinds.push(sighting.map(|sighting| i16::from(sighting.kind == SightingKind::Receipt)));
        self.sighting_names.push(incs_id.map(|id| format!("incs:{id}")).or_else(|| message_id.clone()));
        self.sighting_message_ids.push(message_id);
        self.incs_ids.push(incs_id.map(u64::cast_signed));
        self.channels.push(sighting.and_then(|sighting| sighting.channel.as_deref()).map(clean));
        self.recipients.push(sighting.and_then(|sighting| sighting.recipient).map(RecipientKey::as_i64));
        self.contents.push(sighting.and_then(|sighting| sighting.content).map(|content| content.as_bytes().to_vec()));
        self.times.push(sighting.map(|sighting| sighting.at.as_millisecond()));
        self.are_exact.push(sighting.map(|sighting| sighting.is_exact));
    }

    /// Returns the columns: name, message id, hash, receipt, stage; and of the sighting: kind, name, message id, INCS id, channel,
    /// recipient, content, time, exactness. Without a sighting its columns are null.
    pub(crate) fn parameters(&self) -> [Parameter<'_>; 14] {
        [
            (&self.names, Type::TEXT_ARRAY),
            (&self.message_ids, Type::TEXT_ARRAY),
            (&self.hashes, Type::BYTEA_ARRAY),
            (&self.jsons, Type::TEXT_ARRAY),
            (&self.stages, Type::INT2_ARRAY),
            (&self.kinds, Type::INT2_ARRAY),
            (&self.sighting_names, Type::TEXT_ARRAY),
            (&self.sighting_message_ids, Type::TEXT_ARRAY),
            (&self.incs_ids, Type::INT8_ARRAY),
            (&self.channels, Type::TEXT_ARRAY),
            (&self.recipients, Type::INT8_ARRAY),
            (&self.contents, Type::BYTEA_ARRAY),
            (&self.times, Type::INT8_ARRAY),
            (&self.are_exact, Type::BOOL_ARRAY),
        ]
    }
}
