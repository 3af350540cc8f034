//! Webhooks: who gets them, what is posted, and how it is signed.

pub(crate) mod created;
pub(crate) mod emit;
pub(crate) mod event;
pub(crate) mod exotel;
pub(crate) mod inbound;
pub(crate) mod lane;
pub(crate) mod poster;
pub(crate) mod signing;
#[cfg(test)]
mod tests;
mod trouble;
pub(crate) mod webhook;

use std::sync::Arc;

use incs_model::event::{MessageStatusUpdate, StatusError};
use incs_model::{Timestamp, WireTime};
use incs_webhook::testing::bodies::Body;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::emit::emit;
use self::event::Provider;
use self::lane::Lanes;
use self::signing::Signing;
use self::webhook::{Webhook, WebhookError};
use crate::channel::Channel;
use crate::core::Core;
use crate::notice::{Gone, Kind};
use crate::world::World;
use crate::world::message::Message;

/// Most subscriptions at a time.
const MOST: usize = 100;

/// Who gets webhooks.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    pub(crate) list: Vec<Subscription>,
    pub(crate) count: u64,
    lanes: Lanes,
}

/// One URL that webhooks are posted to.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Subscription {
    pub(crate) id: u64,
    pub(crate) url: Url,
    /// The kinds of event that it gets; empty for all.
    pub(crate) events: Vec<String>,
    pub(crate) provider: Provider,
    /// How it is signed; the secret is never shown.
    pub(crate) signing: Option<Signing>,
    /// Whether bodies are spelled as PHP does.
    pub(crate) php: bool,
    /// The delivery that waits for the next one to pass it.
    #[serde(skip)]
    held: Option<u64>,
}

/// A URL, which may hold a secret: `Debug` shows nothing of it.
#[derive(Clone, Serialize, JsonSchema)]
#[serde(transparent)]
pub(crate) struct Url(pub(crate) Arc<str>);

impl std::fmt::Debug for Url {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Url(…)")
    }
}

impl Subscriptions {
    /// Forgets what was to be posted. What is being posted comes to its end, and what is made from now on waits for that.
    pub(crate) fn forget_posts(&mut self) {
        self.lanes.clear();
        for known in &mut self.list {
            known.held = None;
        }
    }
}

impl Subscription {
    fn wants(&self, provider: Provider, event: &str) -> bool {
        self.provider == provider && (self.events.is_empty() || self.events.iter().any(|kind| kind == event))
    }
}

/// Adds a subscription.
pub(crate) fn subscribe(core: &Core, webhook: Webhook) -> Result<Subscription, WebhookError> {
    webhook.check(core.config.remote_webhooks)?;
    core.change(|world, _| {
        let subscriptions = &mut world.subscriptions;
        if subscriptions.list.len() >= MOST {
            return Err(WebhookError::new("", format!("{MOST} subscriptions already, at most {MOST}")));
        }
        subscriptions.count += 1;
        let subscription = Subscription {
            id: subscriptions.count,
            url: Url(webhook.url.into()),
            events: webhook.events,
            provider: webhook.provider,
            signing: webhook.signing,
            php: webhook.php,
            held: None,
        };
        subscriptions.list.push(subscription.clone());
        world.notices.tell(Kind::Subscription, &subscription);
        Ok(subscription)
    })
}

/// Removes a subscription, and says whether it was there. What was not posted yet is dropped when its time comes.
pub(crate) fn unsubscribe(core: &Core, id: u64) -> bool {
    core.change(|world, _| {
        let list = &mut world.subscriptions.list;
        let Some(index) = list.iter().position(|known| known.id == id) else { return false };
        list.remove(index);
        world.notices.tell(Kind::Subscription, &Gone::of(id));
        true
    })
}

/// Tells the subscribers that a message has a new state.
pub(crate) fn on_state(world: &mut World, message: &Message, now: Timestamp) {
    if world.subscriptions.list.is_empty() {
        return;
    }
    let Some(state) = message.state.on_wire() else { return };
    let error = message
        .failure
        .as_ref()
        .map(|failure| StatusError::new().with_code(failure.code).with_title(failure.title.as_str()));
    let update = MessageStatusUpdate::new(message.id.as_str(), state)
        .with_error(error)
        .with_channel_id(message.channel.id())
        .with_business_phone(message.channel.business_phone())
        .with_received_at(WireTime::from_unix_seconds(now.as_second()));
    emit(world, event::MESSAGE_STATUS, Some(message.number), &Body::incs(update), now);
    if message.channel == Channel::Rcs {
        exotel::report(world, message, now);
    }
}

/// Tells the subscribers of a message, in either direction, that it was made.
pub(crate) fn on_created(world: &mut World, message: u64, now: Timestamp) {
    if world.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = world.messages.get(message).cloned() else { return };
    let conversation = world.conversations.get(&(message.channel, message.customer.clone()));
    let body = created::body(&message, conversation.map_or(0, |known| known.id), now);
    emit(world, event::MESSAGE_CREATED, Some(message.number), &body, now);
}
