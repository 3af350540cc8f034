//! The stored form of a delivery: for each item its class, its identity and its ordering key.

use std::collections::VecDeque;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use incs_model::delivery::DeliveryUpdate;
use incs_model::event::created;
use incs_model::id::{IncsMessageId, MessageId};
use incs_model::inbound::Inbound;
#[cfg(feature = "outbox")]
use incs_model::status::MessageStatus;
use incs_model::{Channel, Party, Timestamp, WireTime};
use incs_webhook::{Batch, DedupKey, Envelope, Event, Item};

use crate::store::{
    ContentKey, CustomerContact, ItemClass, NewDelivery, NewItem, OrderingKey, RecipientKey, Sighting, SightingKind,
    StatusUpdate, StoredItem, hash,
};

/// Returns the stored form of a delivery.
pub(crate) fn delivery(batch: &Batch, received_at: Timestamp) -> NewDelivery {
    NewDelivery {
        received_at,
        body: batch.body().into(),
        envelope: batch.envelope().to_bytes().into(),
        items: batch.iter().map(|item| new_item(item, received_at)).collect(),
    }
}

fn new_item(item: &Item, received_at: Timestamp) -> NewItem {
    let inbound = item.inbound();
    let update = if inbound.is_none() { item.delivery_update() } else { None };
    let class = match (&inbound, &update, item.event()) {
        (Some(_), ..) => ItemClass::Message,
        (None, Some(_), _) => ItemClass::Receipt,
        (None, None, Some(_)) => ItemClass::Event,
        (None, None, None) => ItemClass::Unparsed,
    };
    // Without identity, an item counts as new whenever it arrives: a duplicate is better than a lost message.
    let dedup_key = item.dedup_key().map_or_else(random_key, |key| *key.as_bytes());
    NewItem {
        ordering_key: ordering_key(item, update.as_ref(), &dedup_key),
        dedup_key,
        message: inbound.as_ref().and_then(message),
        kind: item.kind().unwrap_or_else(|| "unknown".to_owned()),
        class,
        pointer: item.pointer().into_owned(),
        range: item.byte_range(),
        contact: inbound.as_ref().and_then(|inbound| contact(inbound, received_at)),
    }
}

/// Returns the customer who opened the 24-hour window of WhatsApp or RCS by this message.
fn contact(inbound: &Inbound, received_at: Timestamp) -> Option<CustomerContact> {
    let channel = inbound.channel.as_ref().filter(|channel| matches!(channel, Channel::WhatsApp | Channel::Rcs))?;
    let customers = inbound.user.as_ref()?.keys().map(|key| RecipientKey::of(&key)).collect();
    // A time of the future is an error of a clock.
    let at = inbound.sent_at.as_ref().and_then(WireTime::instant).map_or(received_at, |at| at.min(received_at));
    Some(CustomerContact { channel: channel.to_string(), customers, at })
}

fn random_key() -> [u8; 32] {
    // Each state has random keys.
    let [first, second] = [(); 2].map(|()| RandomState::new().hash_one(Timestamp::now()).to_string());
    *DedupKey::of_parts(["incs-relay.without-identity", &first, &second]).as_bytes()
}

/// Returns the identity of a customer's message, which is the same in `new_message` and in `message_created`.
///
/// An id of WhatsApp is unique. The id of an RCS message is made by the customer's phone, so it is unique together with the customer
/// (inferred).
fn message(inbound: &Inbound) -> Option<[u8; 16]> {
    let id = inbound.id.as_ref()?.as_str();
    let customer = inbound.user.as_ref().and_then(address).unwrap_or_default();
    let parts = if inbound.channel == Some(Channel::WhatsApp) {
        ["message", "whatsapp", id, ""]
    } else {
        ["message", inbound.provider.as_str(), id, &customer]
    };
    hash(parts).first_chunk().copied()
}

/// Returns the key of the items that are handled in order with this one.
///
/// | item | key |
/// | --- | --- |
/// | a receipt | its message |
/// | anything else that names a customer or a group | the customer or group |
/// | an event of a template | the template |
/// | any other item | its own |
fn ordering_key(item: &Item, update: Option<&DeliveryUpdate>, dedup_key: &[u8; 32]) -> OrderingKey {
    let provider = item.provider().map_or("", |provider| provider.as_str());
    if let Some(message) = update.and_then(message_id) {
        return OrderingKey::of_parts(["receipt", provider, &message]);
    }
    if let Some(customer) = item.party().as_ref().and_then(address) {
        return OrderingKey::of_parts(["conversation", provider, &customer]);
    }
    match item.event() {
        Some(Event::TemplateStatus(it)) => template(it.template_id.as_ref(), it.template_name.as_ref()),
        Some(Event::TemplateCategory(it)) => template(it.template_id.as_ref(), it.template_name.as_ref()),
        Some(Event::TemplateQuality(it)) => template(it.template_id.as_ref(), it.template_name.as_ref()),
        _ => None,
    }
    .unwrap_or_else(|| {
        let end = dedup_key.last_chunk().copied().unwrap_or_default();
        OrderingKey::from_i64(i64::from_be_bytes(end))
    })
}

fn template(id: Option<&impl ToString>, name: Option<&impl ToString>) -> Option<OrderingKey> {
    let name = id.map(ToString::to_string).or_else(|| name.map(ToString::to_string))?;
    Some(OrderingKey::of_parts(["template", &name]))
}

/// Returns the address of a conversation: the group, or the id of the customer that both callbacks of a message have.
///
/// The number comes before the user id, since `message_created` names a customer by one of them only, the number first (inferred).
fn address(party: &Party) -> Option<String> {
    let keys: Vec<_> = party.keys().collect();
    let of_kind = |kind: &str| keys.iter().find(|key| key.as_str().starts_with(kind));
    let key = of_kind("group:").or_else(|| of_kind("phone:")).or(keys.first())?;
    Some(key.as_str().to_owned())
}

/// Returns the id under which the state of a sent message is kept: the provider's, or the one of INCS.
fn message_id(update: &DeliveryUpdate) -> Option<String> {
    let id = update.message_id.as_ref().map(|id| id.as_str().to_owned()).filter(|id| !id.is_empty());
    id.or_else(|| update.incs_id.map(|id| format!("incs:{}", id.as_u64())))
}

/// Returns the receipt to be merged into the state of its message. `None` if it names no message.
pub(crate) fn status_update(item: &Item, received_at: Timestamp) -> Option<StatusUpdate> {
    let update = item.delivery_update()?;
    // The receipts of a message to a group differ by the member.
    let is_group = |party: &&Party| party.group_id.is_some();
    let member = update.recipient.as_ref().filter(is_group).and_then(Party::key);
    let recipient = member.map(|key| key.as_str().to_owned());
    let sighting = sighting(item, &update, received_at);
    Some(StatusUpdate { message_id: message_id(&update)?, recipient, update, sighting })
}

/// Returns a webhook about a sent message as evidence. `None` for a message that a person wrote in the workbench.
fn sighting(item: &Item, update: &DeliveryUpdate, received_at: Timestamp) -> Option<Sighting> {
    let id = update.message_id.as_ref().map(MessageId::as_str).filter(|id| !id.is_empty());
    let mut sighting = Sighting::new(SightingKind::Receipt, received_at);
    sighting.message_id = id.map(str::to_owned);
    sighting.incs_id = update.incs_id.map(IncsMessageId::as_u64);
    // Only ids of WhatsApp begin like this.
    sighting.channel = id.filter(|id| id.starts_with("wamid.")).map(|_| Channel::WhatsApp.to_string());
    sighting.recipient = update.recipient.as_ref().and_then(phone_key);
    if let Some(Event::MessageCreated(message)) = item.event() {
        if message.source == Some(created::Origin::Incs) {
            return None;
        }
        let created_at = message.created_at.as_ref().and_then(WireTime::instant);
        sighting.kind = SightingKind::Created;
        sighting.at = created_at.unwrap_or(received_at);
        sighting.is_exact = message.source == Some(created::Origin::Api) && created_at.is_some();
        if let created::Content::Text(text) = message.content() {
            sighting.content = Some(ContentKey::of_text(&text.content));
        }
    }
    Some(sighting)
}

/// Returns the key of a party's phone number.
fn phone_key(party: &Party) -> Option<RecipientKey> {
    let key = party.keys().find(|key| key.as_str().starts_with("phone:"))?;
    Some(RecipientKey::of(&key))
}

/// Returns the row of a status query about a message.
#[cfg(feature = "outbox")]
pub(crate) fn queried_status(row: &MessageStatus) -> StatusUpdate {
    let message_id = row.message_id.as_str().to_owned();
    StatusUpdate { message_id, recipient: None, update: row.into(), sighting: None }
}

/// Restores items from their own bytes. Keeps the last large envelopes, which the items of a large delivery share.
#[derive(Default)]
pub(crate) struct Restorer(Mutex<VecDeque<(Arc<[u8]>, Envelope)>>);

impl Restorer {
    /// The number of kept envelopes.
    const KEPT: usize = 8;
    /// The size from which an envelope is kept.
    const LARGE: usize = 1024;

    /// Returns the item. `None` if its bytes were erased, or if its envelope cannot be read.
    pub(crate) fn restore(&self, stored: &StoredItem) -> Option<Item> {
        Some(self.envelope(&stored.envelope)?.item(&stored.pointer, stored.raw.as_deref()?))
    }

    fn envelope(&self, bytes: &Arc<[u8]>) -> Option<Envelope> {
        if bytes.len() < Self::LARGE {
            return Envelope::from_bytes(bytes).ok();
        }
        let kept = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = |(known, _): &&(Arc<[u8]>, Envelope)| Arc::ptr_eq(known, bytes) || known == bytes;
        if let Some((_, envelope)) = kept().iter().find(is_it) {
            return Some(envelope.clone());
        }
        let envelope = Envelope::from_bytes(bytes).ok()?;
        let mut kept = kept();
        kept.truncate(Self::KEPT - 1);
        kept.push_front((Arc::clone(bytes), envelope.clone()));
        Some(envelope)
    }
}
