//! The shared parts of the checks: the clock, the data, and comparing answers whose numbers differ.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::delivery::{DeliveryUpdate, Moment, Witness};
use incs_model::event::MessageStatusUpdate;
use incs_model::status::State;

use super::operation::{Delivery, Receipt};
use super::{Checked, ensure};
use crate::clock::Clock;
use crate::store::{
    Claim, ClaimedItem, InboxItem, ItemClass, ItemFilter, ItemId, ItemState, NewDelivery, NewItem, OrderingKey,
    StatusUpdate, Store, StoreError, StoredItem,
};

/// A time that only the suite moves, in milliseconds.
#[derive(Clone)]
pub(super) struct Time(Arc<AtomicI64>);

impl Time {
    pub(super) fn start() -> Self {
        Self(Arc::new(AtomicI64::new(1_700_000_000_000)))
    }

    pub(super) fn clock(&self) -> Clock {
        let time = self.clone();
        Clock::of(move || time.now())
    }

    pub(super) fn now(&self) -> Timestamp {
        self.before(0)
    }

    pub(super) fn before(&self, millis: i64) -> Timestamp {
        Timestamp::from_millisecond(self.0.load(Ordering::Relaxed) - millis).unwrap_or_default()
    }

    pub(super) fn advance(&self, millis: u64) {
        self.0.fetch_add(i64::try_from(millis).unwrap_or(0), Ordering::Relaxed);
    }
}

/// Describes an error of the store.
pub(super) fn works<T>(what: &str, result: Result<T, StoreError>) -> Checked<T> {
    result.map_err(|error| format!("{what} failed: {error}"))
}

pub(super) async fn all(store: &impl Store) -> Checked<Vec<InboxItem>> {
    works("list", store.list(ItemFilter { limit: usize::MAX, ..ItemFilter::default() }).await)
}

pub(super) fn ordering_key(key: u8) -> OrderingKey {
    OrderingKey::of_parts(["contract", &key.to_string()])
}

pub(super) fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

pub(super) fn is_open(state: ItemState) -> bool {
    !matches!(state, ItemState::Done | ItemState::Dead)
}

/// Makes the deliveries of a store's input. No two items have the same bytes.
#[derive(Default)]
pub(super) struct Maker {
    items: u64,
}

impl Maker {
    /// Returns a delivery and the bytes of its items.
    pub(super) fn delivery(&mut self, spec: &Delivery, received_at: Timestamp) -> (NewDelivery, Vec<Vec<u8>>) {
        let mut body = Vec::from(*b"[");
        let mut items = Vec::with_capacity(spec.items.len());
        let mut raws = Vec::with_capacity(spec.items.len());
        for item in &spec.items {
            self.items += 1;
            if spec.is_large {
                body.extend_from_slice(&b"filler ".repeat(10_000));
            }
            let mut raw = format!("{{\"item\":{},\"text\":\"{}\"}}", self.items, "ß".repeat(item.length)).into_bytes();
            if item.length == 0 {
                raw.clear();
            }
            let range = body.len()..body.len() + raw.len();
            body.extend_from_slice(&raw);
            body.push(b',');
            items.push(NewItem {
                ordering_key: ordering_key(item.key),
                dedup_key: [item.dedup_key; 32],
                message: item.message.map(|message| [message; 16]),
                kind: format!("kind{}", item.class),
                class: ItemClass::ALL.get(item.class).copied().unwrap_or(ItemClass::Event),
                pointer: format!("/{}", raws.len()),
                range,
                contact: None,
            });
            raws.push(raw);
        }
        let envelope = format!("{{\"delivery\":{}}}", self.items).into_bytes().into();
        (NewDelivery { received_at, body: body.into(), envelope, items }, raws)
    }
}

pub(super) fn status_update(receipt: &Receipt, at: Timestamp) -> StatusUpdate {
    let states = [State::Sent, State::Failed, State::Delivered, State::Read];
    let state = states.get(receipt.stage).cloned().unwrap_or(State::Sent);
    let message_id = sent_id(receipt.message);
    let mut update = DeliveryUpdate::from(&MessageStatusUpdate::new(message_id.as_str(), state));
    update.sent = Some(Moment::new(Witness::Webhook, at));
    StatusUpdate { message_id, recipient: receipt.is_to_member.then(|| member().to_owned()), update, sighting: None }
}

pub(super) fn sent_id(message: u8) -> String {
    format!("wamid.contract{message}")
}

pub(super) fn member() -> &'static str {
    "a member"
}

/// The model's number of each number of the store.
#[derive(Default)]
pub(super) struct Numbers {
    model_of: BTreeMap<ItemId, ItemId>,
    pairs: Vec<(ItemId, ItemId)>,
}

impl Numbers {
    pub(super) fn add(&mut self, store: ItemId, model: ItemId) -> Checked {
        let last = self.pairs.last().map_or(ItemId(0), |(last, _)| *last);
        ensure!(store > last, "the number {store} follows {last}, but numbers must grow");
        self.model_of.insert(store, model);
        self.pairs.push((store, model));
        Ok(())
    }

    /// Returns the item at a place, modulo the number of items.
    pub(super) fn at(&self, place: usize) -> Option<(ItemId, ItemId)> {
        self.pairs.get(place.checked_rem(self.pairs.len())?).copied()
    }

    pub(super) fn of(&self, store: ItemId) -> Checked<ItemId> {
        self.model_of.get(&store).copied().ok_or_else(|| format!("the store returned the unknown item {store}"))
    }

    fn of_option(&self, store: Option<ItemId>) -> Checked<Option<ItemId>> {
        store.map(|id| self.of(id)).transpose()
    }

    pub(super) fn same_item(&self, item: &StoredItem, model: &StoredItem) -> Checked {
        let id = item.id;
        ensure!(self.of(id)? == model.id, "item {id} was returned, {} of the model was expected", model.id);
        let is_same = item.class == model.class
            && item.kind == model.kind
            && item.pointer == model.pointer
            && item.received_at == model.received_at
            && item.envelope == model.envelope;
        ensure!(is_same, "item {id} has another class, kind, pointer, time or envelope than it was appended with");
        ensure!(self.of_option(item.replay_of)? == model.replay_of, "item {id} has the wrong `replay_of`");
        ensure!(item.raw == model.raw, "item {id} has other bytes than it was appended with");
        Ok(())
    }

    fn same_claimed(&self, item: &ClaimedItem, model: &ClaimedItem) -> Checked {
        self.same_item(&item.item, &model.item)?;
        let (id, attempt) = (item.item.id, item.attempt);
        ensure!(attempt == model.attempt, "item {id} has attempt {attempt}, {} was expected", model.attempt);
        match (&item.copy, &model.copy) {
            (Some(copy), Some(model)) => self.same_item(copy, model).map_err(|what| format!("the copy: {what}")),
            (None, None) => Ok(()),
            (copy, _) => Err(format!("item {id}: a copy is there: {}, but should not be so", copy.is_some())),
        }
    }

    pub(super) fn same_claims(&self, claims: &[Claim], model: &[Claim]) -> Checked {
        let keys = |claims: &[Claim]| claims.iter().map(|claim| claim.lease.key).collect::<Vec<_>>();
        let (got, expected) = (keys(claims), keys(model));
        ensure!(got == expected, "the keys {got:?} were claimed, {expected:?} were expected");
        for (claim, model) in claims.iter().zip(model) {
            let key = claim.lease.key;
            let (got, expected) = (claim.items.len(), model.items.len());
            ensure!(got == expected, "{got} items of {key} were claimed, {expected} were expected");
            claim.items.iter().zip(&model.items).try_for_each(|(item, model)| self.same_claimed(item, model))?;
        }
        Ok(())
    }

    pub(super) fn same_listing(&self, items: &[InboxItem], model: &[InboxItem]) -> Checked {
        for (item, model) in items.iter().zip(model) {
            let mut mapped = InboxItem {
                id: self.of(item.id)?,
                duplicate_of: self.of_option(item.duplicate_of)?,
                replay_of: self.of_option(item.replay_of)?,
                ..item.clone()
            };
            if mapped.replay_of.is_some() {
                // The store chooses the key of a replay.
                mapped.dedup_key = model.dedup_key;
            }
            ensure!(mapped == *model, "item {} is listed as\n  {mapped:?}\nand the model has\n  {model:?}", item.id);
        }
        let (got, expected) = (items.len(), model.len());
        ensure!(got == expected, "{got} items are listed, {expected} were expected");
        let keys: HashSet<_> = items.iter().map(|item| item.dedup_key).collect();
        ensure!(keys.len() == items.len(), "two items have the same deduplication key");
        Ok(())
    }
}
