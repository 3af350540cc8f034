//! Makes deliveries of events.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use incs_model::{RawJson, Timestamp};
use incs_webhook::testing::bodies::Body;

use super::Subscription;
use super::event::Provider;
use super::lane::Lane;
use super::trouble::{self, Trouble};
use crate::agenda::Job;
use crate::notice::Kind;
use crate::world::World;
use crate::world::delivery::{Delivery, MOST_ATTEMPTS, Progress};

/// How long a delivery waits at most for the next one to pass it.
const LONGEST_HOLD: Duration = Duration::from_secs(5);

/// Makes a delivery of an event of INCS for each subscriber, and says how many those are.
pub(crate) fn emit(world: &mut World, event: &str, message: Option<u64>, body: &Body, now: Timestamp) -> usize {
    emit_as(world, Provider::Incs, event, message, body, now)
}

/// Makes a delivery of an event for each subscriber of its provider, and says how many those are.
pub(crate) fn emit_as(
    world: &mut World,
    provider: Provider,
    event: &str,
    message: Option<u64>,
    body: &Body,
    now: Timestamp,
) -> usize {
    let wants = |subscription: &&Subscription| subscription.wants(provider, event);
    let subscribed: Vec<Subscription> = world.subscriptions.list.iter().filter(wants).cloned().collect();
    for subscription in &subscribed {
        deliver(world, subscription, event, message, body, now);
    }
    subscribed.len()
}

fn deliver(
    world: &mut World,
    subscription: &Subscription,
    event: &str,
    message: Option<u64>,
    body: &Body,
    now: Timestamp,
) {
    let number = world.deliveries.next();
    let trouble = Trouble::draw(world, subscription, event, message);
    let changed = trouble.unknown.then(|| trouble::with_unknown_value(body)).flatten();
    let body = changed.as_ref().unwrap_or(body);
    let body = if subscription.php { Bytes::from(body.as_php().into_bytes()) } else { bytes(body) };
    let wait = trouble.late.or(trouble.hold.then_some(LONGEST_HOLD)).unwrap_or_default();
    let due = now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let delivery = Delivery {
        number,
        subscription: subscription.id,
        url: Arc::clone(&subscription.url.0),
        event: event.to_owned(),
        message,
        created_at: now,
        body,
        progress: if trouble.lose { Progress::Dropped } else { Progress::Pending },
        next_at: (!trouble.lose).then_some(due),
        attempts: Vec::new(),
        faults: trouble.words,
        spoil_signature: trouble.spoil_signature,
        repeat: trouble.duplicate,
        tries: 0,
        mark: Arc::default(),
    };
    world.notices.tell(Kind::Delivery, &delivery);
    if trouble.lose {
        world.counters.webhooks_dropped += 1;
    } else {
        world.agenda.put(due, Job::Post(number));
    }
    if trouble.hold
        && let Some(known) = world.subscriptions.list.iter_mut().find(|known| known.id == subscription.id)
    {
        known.held = Some(number);
    }
    push(world, delivery);
}

/// Adds it to the log. What has to go for it and was not posted is dropped.
fn push(world: &mut World, delivery: Delivery) {
    for mut gone in world.deliveries.push(delivery) {
        if gone.progress == Progress::Pending {
            world.subscriptions.lanes.forget(Lane::of(&gone), gone.number);
            world.counters.webhooks_dropped += 1;
            gone.progress = Progress::Dropped;
            gone.next_at = None;
            world.notices.tell(Kind::Delivery, &gone);
        }
    }
}

/// Lets the delivery go that was held back for the next one to pass it.
pub(super) fn release(world: &mut World, subscription: u64, passed_by: u64, now: Timestamp) {
    let Some(known) = world.subscriptions.list.iter_mut().find(|known| known.id == subscription) else { return };
    let Some(held) = known.held.take_if(|held| *held != passed_by) else { return };
    if let Some(delivery) = world.deliveries.get_mut(held).filter(|delivery| delivery.next_at.is_some()) {
        delivery.next_at = Some(now);
        world.agenda.put(now, Job::Post(held));
    }
}

/// Why a delivery is not posted again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RepostError {
    #[error("there is no such delivery")]
    NotFound,
    #[error("the delivery has not been posted for the last time yet")]
    Pending,
    #[error("the delivery was posted {MOST_ATTEMPTS} times already")]
    TooOften,
    #[error("nobody subscribes to it any more")]
    NoSubscription,
}

/// Posts a delivery again, with the same body, signed anew; a new round of tries begins.
pub(crate) fn repost(world: &mut World, number: u64, now: Timestamp) -> Result<(), RepostError> {
    let delivery = world.deliveries.get_mut(number).ok_or(RepostError::NotFound)?;
    if delivery.progress == Progress::Pending {
        return Err(RepostError::Pending);
    }
    if delivery.attempts.len() >= MOST_ATTEMPTS {
        return Err(RepostError::TooOften);
    }
    if !world.subscriptions.list.iter().any(|known| known.id == delivery.subscription) {
        return Err(RepostError::NoSubscription);
    }
    delivery.progress = Progress::Pending;
    delivery.next_at = Some(now);
    delivery.tries = 0;
    let delivery = delivery.clone();
    world.notices.tell(Kind::Delivery, &delivery);
    world.agenda.put(now, Job::Post(number));
    Ok(())
}

/// Posts any event of INCS, as it is, to the subscribers of the kind that its `event` names, and says how many those are.
pub(crate) fn inject(world: &mut World, event: &str, body: RawJson, now: Timestamp) -> usize {
    emit(world, event, None, &Body::from(body), now)
}

fn bytes(body: &Body) -> Bytes {
    Bytes::copy_from_slice(body.as_bytes())
}
