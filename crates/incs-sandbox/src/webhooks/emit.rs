//! Creates deliveries of an event, and applies fault rules to each.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use incs_model::{RawJson, Timestamp};
use incs_webhook::testing::bodies::Body;
use serde_json::{Map, Value};

use crate::faults::rule::{Action, Spot};
use crate::state::Records;
use crate::state::agenda::Job;
use crate::state::deliveries::{Delivery, Lane, MOST_ATTEMPTS, Progress};
use crate::state::notices::Kind;
use crate::state::subscriptions::{Provider, Subscription};

/// The longest time that a delivery waits for the next one to pass it.
const LONGEST_HOLD: Duration = Duration::from_secs(5);

/// Makes a delivery of an event of INCS for each subscriber, and says how many those are.
pub(crate) fn emit(records: &mut Records, event: &str, message: Option<u64>, body: &Body, now: Timestamp) -> usize {
    emit_as(records, Provider::Incs, event, message, body, now)
}

/// Makes a delivery of an event for each subscriber of its provider, and says how many those are.
pub(crate) fn emit_as(
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

/// Posts any event of INCS, as it is, to the subscribers of the kind that its `event` names, and says how many those are.
pub(crate) fn inject(records: &mut Records, event: &str, body: RawJson, now: Timestamp) -> usize {
    emit(records, event, None, &Body::from(body), now)
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
pub(crate) fn repost(records: &mut Records, number: u64, now: Timestamp) -> Result<(), RepostError> {
    let delivery = records.deliveries.get_mut(number).ok_or(RepostError::NotFound)?;
    if delivery.progress == Progress::Pending {
        return Err(RepostError::Pending);
    }
    if delivery.attempts.len() >= MOST_ATTEMPTS {
        return Err(RepostError::TooOften);
    }
    if !records.subscriptions.list.iter().any(|known| known.id == delivery.subscription) {
        return Err(RepostError::NoSubscription);
    }
    delivery.progress = Progress::Pending;
    delivery.next_at = Some(now);
    delivery.tries = 0;
    let delivery = delivery.clone();
    records.notices.tell(Kind::Delivery, &delivery);
    records.agenda.put(now, Job::Post(number));
    Ok(())
}

/// Lets the delivery go that was held back for the next one to pass it.
pub(crate) fn release(records: &mut Records, subscription: u64, passed_by: u64, now: Timestamp) {
    let Some(known) = records.subscriptions.list.iter_mut().find(|known| known.id == subscription) else { return };
    let Some(held) = known.held.take_if(|held| *held != passed_by) else { return };
    if let Some(delivery) = records.deliveries.get_mut(held).filter(|delivery| delivery.next_at.is_some()) {
        delivery.next_at = Some(now);
        records.agenda.put(now, Job::Post(held));
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
    let faults = DeliveryFaults::draw(records, subscription, event, message);
    let changed = faults.unknown.then(|| with_unknown_value(body)).flatten();
    let body = changed.as_ref().unwrap_or(body);
    let body = if subscription.php { Bytes::from(body.as_php().into_bytes()) } else { bytes(body) };
    let wait = faults.late.or(faults.hold.then_some(LONGEST_HOLD)).unwrap_or_default();
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
        spoil_signature: faults.spoil_signature,
        repeat: faults.duplicate,
        tries: 0,
        mark: Arc::default(),
    };
    records.notices.tell(Kind::Delivery, &delivery);
    if faults.lose {
        records.counters.webhooks_dropped += 1;
    } else {
        records.agenda.put(due, Job::Post(number));
    }
    if faults.hold
        && let Some(known) = records.subscriptions.list.iter_mut().find(|known| known.id == subscription.id)
    {
        known.held = Some(number);
    }
    push(records, delivery);
}

/// Adds it to the log. What has to go for it and was not posted is dropped.
fn push(records: &mut Records, delivery: Delivery) {
    for mut gone in records.deliveries.push(delivery) {
        if gone.progress == Progress::Pending {
            records.subscriptions.lanes.forget(Lane::of(&gone), gone.number);
            records.counters.webhooks_dropped += 1;
            gone.progress = Progress::Dropped;
            gone.next_at = None;
            records.notices.tell(Kind::Delivery, &gone);
        }
    }
}

fn bytes(body: &Body) -> Bytes {
    Bytes::copy_from_slice(body.as_bytes())
}

/// The faults of one delivery. Several rules may apply, one of each kind.
#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each stands for a rule of its own")]
struct DeliveryFaults {
    lose: bool,
    spoil_signature: bool,
    unknown: bool,
    duplicate: bool,
    late: Option<Duration>,
    hold: bool,
    /// All that applied, in words.
    words: Vec<String>,
}

impl DeliveryFaults {
    /// Asks the rules about a delivery. What is lost needs nothing else.
    fn draw(records: &mut Records, subscription: &Subscription, event: &str, message: Option<u64>) -> Self {
        let mut faults = Self::default();
        if records.faults.list().is_empty() {
            return faults;
        }
        let to = message.and_then(|number| records.messages.get(number)).map(|message| message.customer.clone());
        let spot = Spot { event: Some(event), to: to.as_deref(), ..Spot::default() };
        faults.lose = faults.pick(records, spot, "lose", |action| matches!(action, Action::Lose)).is_some();
        if faults.lose {
            return faults;
        }
        if faults.pick(records, spot, "bad_signature", |action| matches!(action, Action::BadSignature)).is_some() {
            faults.spoil_signature = subscription.signing.is_some();
            if !faults.spoil_signature {
                faults.words.push("bad_signature changed nothing: the webhook is not signed".to_owned());
            }
        }
        let unknown = faults.pick(records, spot, "unknown_value", |action| matches!(action, Action::UnknownValue));
        faults.unknown = unknown.is_some();
        let duplicate = faults.pick(records, spot, "duplicate", |action| matches!(action, Action::Duplicate));
        faults.duplicate = duplicate.is_some();
        if let Some(Action::Late { millis }) =
            faults.pick(records, spot, "late", |action| matches!(action, Action::Late { .. }))
        {
            faults.late = Some(Duration::from_millis(millis));
        }
        // Were all held back, none would pass another.
        if faults.late.is_none() && subscription.held.is_none() {
            let hold = faults.pick(records, spot, "reorder", |action| matches!(action, Action::Reorder));
            faults.hold = hold.is_some();
        }
        faults
    }

    fn pick(
        &mut self,
        records: &mut Records,
        spot: Spot<'_>,
        name: &str,
        wanted: impl Fn(&Action) -> bool,
    ) -> Option<Action> {
        let (action, _) = records.fault(spot, wanted)?;
        self.words.push(name.to_owned());
        Some(action)
    }
}

/// The same body with a value and a member that no version knows.
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
    // An RCS message tells its kind by the member that is there.
    if let Some(message) = value.pointer_mut("/message").and_then(Value::as_object_mut)
        && let Some(content) = ["text", "userFile", "location"].iter().find_map(|member| message.remove(*member))
    {
        message.insert("hologram".to_owned(), content);
    }
    RawJson::parse(value.to_string()).ok().map(Body::from)
}
