//! Webhooks: who gets them, what is posted, and how it is signed.

mod created;
pub(crate) mod emit;
mod exotel;
mod inbound;
pub(crate) mod post;
#[cfg(test)]
mod tests;
pub(crate) mod webhook;

use incs_model::event::{MessageStatusUpdate, StatusError};
use incs_model::{Timestamp, WireTime};
use incs_webhook::testing::bodies::Body;

pub(crate) use self::emit::emit;
use self::emit::emit_as;
use self::webhook::{Webhook, WebhookError};
use crate::channel::Channel;
use crate::state::inbound::Act;
use crate::state::messages::Message;
use crate::state::notices::{Gone, Kind};
use crate::state::subscriptions::{
    EXOTEL_INCOMING, EXOTEL_REPORT, MESSAGE_CREATED, MESSAGE_STATUS, NEW_MESSAGE, Provider, Subscription, Url,
};
use crate::state::{Core, Records};

/// Most subscriptions at a time.
const MOST: usize = 100;

/// Adds a subscription.
pub(crate) fn subscribe(core: &Core, webhook: Webhook) -> Result<Subscription, WebhookError> {
    webhook.check(core.config.remote_webhooks)?;
    core.change(|records, _| {
        let subscriptions = &mut records.subscriptions;
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
        records.notices.tell(Kind::Subscription, &subscription);
        Ok(subscription)
    })
}

/// Removes a subscription, and says whether it was there. What was not posted yet is dropped when its time comes.
pub(crate) fn unsubscribe(core: &Core, id: u64) -> bool {
    core.change(|records, _| {
        let list = &mut records.subscriptions.list;
        let Some(index) = list.iter().position(|known| known.id == id) else { return false };
        list.remove(index);
        records.notices.tell(Kind::Subscription, &Gone::of(id));
        true
    })
}

/// Tells the subscribers that a message has a new state.
pub(crate) fn on_state(records: &mut Records, message: &Message, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
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
    emit(records, MESSAGE_STATUS, Some(message.number), &Body::incs(update), now);
    if message.channel == Channel::Rcs
        && let Some(body) = exotel::report(message, now)
    {
        emit_as(records, Provider::Exotel, EXOTEL_REPORT, Some(message.number), &body, now);
    }
}

/// Tells the subscribers of a message, in either direction, that it was made.
pub(crate) fn on_created(records: &mut Records, message: u64, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    let conversation = records.conversations.get(&(message.channel, message.customer.clone()));
    let body = created::body(&message, conversation.map_or(0, |known| known.id), now);
    emit(records, MESSAGE_CREATED, Some(message.number), &body, now);
}

/// Tells the subscribers what a customer wrote. Which webhook Viber has for that is **unknown**: there is `message_created` only.
pub(crate) fn on_inbound(records: &mut Records, message: u64, act: &Act, now: Timestamp) {
    if records.subscriptions.list.is_empty() {
        return;
    }
    let Some(message) = records.messages.get(message).cloned() else { return };
    on_created(records, message.number, now);
    let body = match message.channel {
        Channel::WhatsApp => inbound::whatsapp(records, &message, act, now),
        Channel::Rcs => inbound::rcs(&message, act, now),
        Channel::Viber => return,
    };
    if let Some(body) = body {
        emit(records, NEW_MESSAGE, Some(message.number), &body, now);
    }
    if message.channel == Channel::Rcs
        && let Some(body) = exotel::incoming(&message, act, now)
    {
        emit_as(records, Provider::Exotel, EXOTEL_INCOMING, Some(message.number), &body, now);
    }
}
