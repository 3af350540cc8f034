//! Webhooks: who gets them, what is posted, and how it is signed.

pub(crate) mod poster;

use std::sync::Arc;

use bytes::Bytes;
use incs_model::event::MessageStatusUpdate;
use incs_model::{Timestamp, WireTime};
use incs_webhook::testing::bodies::Body;
use incs_webhook::testing::sign::Sign;
use serde::Serialize;

use crate::agenda::Job;
use crate::notice::Kind;
use crate::world::World;
use crate::world::delivery::{Delivery, Progress};
use crate::world::message::Message;

/// Who gets webhooks.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    pub(crate) list: Vec<Subscription>,
    pub(crate) count: u64,
}

/// One URL that webhooks are posted to.
#[derive(Clone, Serialize)]
pub(crate) struct Subscription {
    pub(crate) id: u64,
    pub(crate) url: Arc<str>,
    /// The kinds of event that it gets; empty for all.
    pub(crate) events: Vec<String>,
    #[serde(skip)]
    pub(crate) scheme: Option<Arc<dyn Sign + Send + Sync>>,
}

impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Subscription").field("id", &self.id).field("events", &self.events).finish_non_exhaustive()
    }
}

/// Tells the subscribers that a message has a new state.
pub(crate) fn on_state(world: &mut World, message: &Message, now: Timestamp) {
    if world.subscriptions.list.is_empty() {
        return;
    }
    let Some(state) = message.state.on_wire() else { return };
    let update = MessageStatusUpdate::new(message.id.as_str(), state)
        .with_channel_id(message.channel.id())
        .with_business_phone(message.channel.business_phone())
        .with_received_at(WireTime::from_unix_seconds(now.as_unix_seconds()));
    let body = Body::incs(update);
    emit(world, "message_status_update", Some(message.number), &body, now);
}

/// Makes a delivery for each subscriber of an event.
pub(crate) fn emit(world: &mut World, event: &str, message: Option<u64>, body: &Body, now: Timestamp) {
    emit_text(world, event, message, body.as_str(), now);
}

/// The same with a body that need not be one of the platform's.
pub(crate) fn emit_text(world: &mut World, event: &str, message: Option<u64>, body: &str, now: Timestamp) {
    let body = Bytes::copy_from_slice(body.as_bytes());
    let subscribed: Vec<(u64, Arc<str>)> = world
        .subscriptions
        .list
        .iter()
        .filter(|subscription| subscription.events.is_empty() || subscription.events.iter().any(|kind| kind == event))
        .map(|subscription| (subscription.id, Arc::clone(&subscription.url)))
        .collect();
    for (subscription, url) in subscribed {
        let number = world.deliveries.next();
        let delivery = Delivery {
            number,
            subscription,
            url,
            event: event.to_owned(),
            message,
            created_at: now,
            body: body.clone(),
            progress: Progress::Pending,
            attempts: Vec::new(),
            faults: Vec::new(),
            spoil_signature: false,
        };
        world.notices.tell(Kind::Delivery, &delivery);
        world.deliveries.push(delivery);
        world.agenda.put(now, Job::Post(number));
    }
}
