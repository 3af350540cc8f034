//! Queues the deliveries of an event, and applies fault rules to each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use incs_model::{RawJson, Timestamp};
use incs_webhook::testing::bodies::Body;
use serde_json::{Map, Value};

use crate::faults::rule::{Action, Target};
use crate::state::Records;
use crate::state::deliveries::{Delivery, Lane, MAX_ATTEMPTS, Progress};
use crate::state::events::EventKind;
use crate::state::schedule::Job;
use crate::state::subscriptions::{Provider, Subscription};

/// The longest time that a reordered delivery waits for the next one.
const MAX_REORDER_DELAY: Duration = Duration::from_secs(5);

/// Queues a delivery of an INCS event for each subscriber. Returns the number of deliveries.
pub(crate) fn queue(records: &mut Records, event: &str, message: Option<u64>, body: &Body, now: Timestamp) -> usize {
    queue_for(records, Provider::Incs, event, message, body, now)
}

/// Queues a delivery of an event for each subscriber of its provider. Returns the number of deliveries.
pub(crate) fn queue_for(
    records: &mut Records,
    provider: Provider,
    event: &str,
    message: Option<u64>,
    body: &Body,
    now: Timestamp,
) -> usize {
    let wants = |subscription: &&Subscription| subscription.wants(provider, event);
    let subscribed: Vec<Subscription> = records.subscriptions.list.iter().filter(wants).cloned().collect();
    for subscription in &subscribed {
        deliver(records, subscription, event, message, body, now);
    }
    subscribed.len()
}

/// Queues any body, unchanged, for the subscribers of an event. Returns the number of deliveries.
pub(crate) fn inject(records: &mut Records, event: &str, body: RawJson, now: Timestamp) -> usize {
    queue(records, event, None, &Body::from(body), now)
}

/// An error of [`repost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RepostError {
    #[error("there is no such delivery")]
    NotFound,
    #[error("the delivery is still pending")]
    Pending,
    #[error("the delivery was posted {MAX_ATTEMPTS} times already")]
    TooOften,
    #[error("its subscription is gone")]
    NoSubscription,
}

/// Queues a delivery again with the same body and a new signature; a new round of tries begins.
pub(crate) fn repost(records: &mut Records, number: u64, now: Timestamp) -> Result<(), RepostError> {
    let delivery = records.deliveries.get_mut(number).ok_or(RepostError::NotFound)?;
    if delivery.progress == Progress::Pending {
        return Err(RepostError::Pending);
    }
    if delivery.attempts.len() >= MAX_ATTEMPTS {
        return Err(RepostError::TooOften);
    }
    if !records.subscriptions.list.iter().any(|known| known.id == delivery.subscription) {
        return Err(RepostError::NoSubscription);
    }
    delivery.progress = Progress::Pending;
    delivery.next_at = Some(now);
    delivery.tries = 0;
    let delivery = delivery.clone();
    records.events.send(EventKind::Delivery, &delivery);
    records.schedule.add(now, Job::Post(number));
    Ok(())
}

/// Releases the delivery that was held back until this one was posted.
pub(crate) fn release(records: &mut Records, subscription: u64, passed_by: u64, now: Timestamp) {
    let Some(known) = records.subscriptions.list.iter_mut().find(|known| known.id == subscription) else { return };
    let Some(held) = known.held_back.take_if(|held| *held != passed_by) else { return };
    if let Some(delivery) = records.deliveries.get_mut(held).filter(|delivery| delivery.next_at.is_some()) {
        delivery.next_at = Some(now);
        records.schedule.add(now, Job::Post(held));
    }
}

fn deliver(
    records: &mut Records,
    subscription: &Subscription,
    event: &str,
    message: Option<u64>,
    body: &Body,
    now: Timestamp,
) {
    let number = records.deliveries.next();
    let faults = DeliveryFaults::choose(records, subscription, event, message);
    let changed = faults.unknown.then(|| with_unknown_value(body)).flatten();
    let body = changed.as_ref().unwrap_or(body);
    let body = if subscription.php { Bytes::from(body.to_php().into_bytes()) } else { bytes(body) };
    let wait = faults.late.or(faults.reorder.then_some(MAX_REORDER_DELAY)).unwrap_or_default();
    let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let delivery = Delivery {
        number,
        subscription: subscription.id,
        url: Arc::clone(&subscription.url.0),
        event: event.to_owned(),
        message,
        created_at: now,
        body,
        progress: if faults.lose { Progress::Dropped } else { Progress::Pending },
        next_at: (!faults.lose).then_some(due),
        attempts: Vec::new(),
        faults: faults.words,
        bad_signature: faults.bad_signature,
        repeat: faults.duplicate,
        tries: 0,
        identity: Arc::default(),
    };
    records.events.send(EventKind::Delivery, &delivery);
    if faults.lose {
        records.counters.webhooks_dropped += 1;
    } else {
        records.schedule.add(due, Job::Post(number));
    }
    if faults.reorder
        && let Some(known) = records.subscriptions.list.iter_mut().find(|known| known.id == subscription.id)
    {
        known.held_back = Some(number);
    }
    push(records, delivery);
}

/// Adds a delivery to the log. Pending deliveries that are forgotten for it count as dropped.
fn push(records: &mut Records, delivery: Delivery) {
    for mut gone in records.deliveries.push(delivery) {
        if gone.progress == Progress::Pending {
            records.subscriptions.lanes.forget(Lane::of(&gone), gone.number);
            records.counters.webhooks_dropped += 1;
            gone.progress = Progress::Dropped;
            gone.next_at = None;
            records.events.send(EventKind::Delivery, &gone);
        }
    }
}

fn bytes(body: &Body) -> Bytes {
    Bytes::copy_from_slice(body.as_bytes())
}

/// The faults of one delivery: at most one rule of each kind.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fault of its own")]
struct DeliveryFaults {
    lose: bool,
    bad_signature: bool,
    unknown: bool,
    duplicate: bool,
    late: Option<Duration>,
    reorder: bool,
    /// The names of all applied faults.
    words: Vec<String>,
}

impl DeliveryFaults {
    /// Matches the rules against a delivery. A lost delivery needs no other fault.
    fn choose(records: &mut Records, subscription: &Subscription, event: &str, message: Option<u64>) -> Self {
        let mut faults = Self::default();
        if records.faults.list().is_empty() {
            return faults;
        }
        let to = message.and_then(|number| records.messages.get(number)).map(|message| message.customer.clone());
        let target = Target { event: Some(event), to: to.as_deref(), ..Target::default() };
        faults.lose = faults.pick(records, target, "lose", |action| matches!(action, Action::Lose)).is_some();
        if faults.lose {
            return faults;
        }
        if faults.pick(records, target, "bad_signature", |action| matches!(action, Action::BadSignature)).is_some() {
            faults.bad_signature = subscription.signing.is_some();
            if !faults.bad_signature {
                faults.words.push("bad_signature changed nothing: the webhook is not signed".to_owned());
            }
        }
        let unknown = faults.pick(records, target, "unknown_value", |action| matches!(action, Action::UnknownValue));
        faults.unknown = unknown.is_some();
        let duplicate = faults.pick(records, target, "duplicate", |action| matches!(action, Action::Duplicate));
        faults.duplicate = duplicate.is_some();
        if let Some(Action::Late { millis }) =
            faults.pick(records, target, "late", |action| matches!(action, Action::Late { .. }))
        {
            faults.late = Some(Duration::from_millis(millis));
        }
        // Only one is held back at a time, else the order would not change.
        if faults.late.is_none() && subscription.held_back.is_none() {
            let reorder = faults.pick(records, target, "reorder", |action| matches!(action, Action::Reorder));
            faults.reorder = reorder.is_some();
        }
        faults
    }

    fn pick(
        &mut self,
        records: &mut Records,
        target: Target<'_>,
        name: &str,
        wanted: impl Fn(&Action) -> bool,
    ) -> Option<Action> {
        let (action, _) = records.fault(target, wanted)?;
        self.words.push(name.to_owned());
        Some(action)
    }
}

/// Returns the body with a value and a member that no version knows.
fn with_unknown_value(body: &Body) -> Option<Body> {
    let mut value: Value = serde_json::from_str(body.as_str()).ok()?;
    value.as_object_mut()?.insert("x_new".to_owned(), Value::Object(Map::new()));
    let known = [
        ("/message_status", Value::from("queued_for_later")),
        ("/new_value", Value::from("UNDER_CONSIDERATION")),
        ("/message/type", Value::from(199)),
        ("/message/messages/0/type", Value::from("hologram")),
        ("/message/suggestionResponse/type", Value::from("SHAKE")),
        ("/rcs/messages/0/content/type", Value::from("hologram")),
        ("/rcs/messages/0/exo_detailed_status", Value::from("NOT_YET_NAMED")),
        ("/rcs/messages/0/exo_status_code", Value::from(40999)),
    ];
    for (pointer, unknown) in known {
        if let Some(slot) = value.pointer_mut(pointer) {
            *slot = unknown;
        }
    }
    // The kind of an RCS message is the name of its content member.
    if let Some(message) = value.pointer_mut("/message").and_then(Value::as_object_mut)
        && let Some(content) = ["text", "userFile", "location"].iter().find_map(|member| message.remove(*member))
    {
        message.insert("hologram".to_owned(), content);
    }
    RawJson::parse(value.to_string()).ok().map(Body::from)
}
