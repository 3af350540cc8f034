//! The life cycle of messages and templates: sent, delivered, read or failed; reviewed.

pub(crate) mod driver;

use std::time::Duration;

use incs_model::Timestamp;

use crate::channel::Channel;
use crate::config::{Config, Window};
use crate::seed::{Purpose, duration};
use crate::state::Records;
use crate::state::events::EventKind;
use crate::state::messages::{State, WINDOW};
use crate::state::schedule::Job;
use crate::state::templates::{APPROVED, Definition, PENDING, REJECTED, TemplateRecord};
use crate::webhooks;

/// The reason that the sandbox gives for a rejected template.
const REJECTION_REASON: &str = "INVALID_FORMAT";

/// Returns whether a message without a template may be delivered now.
pub(crate) fn window_is_open(
    records: &Records,
    window: Window,
    channel: Channel,
    customer: &str,
    now: Timestamp,
) -> bool {
    let wrote =
        || records.conversations.get(&(channel, customer.to_owned())).is_some_and(|known| known.window_is_open(now));
    match window {
        // Viber documents no window.
        _ if channel == Channel::Viber => true,
        Window::Open => true,
        Window::Presumed => {
            Duration::try_from(now.duration_since(records.started_at)).unwrap_or_default() < WINDOW || wrote()
        }
        Window::Strict => wrote(),
    }
}

/// Posts the webhook of an accepted message, and schedules its first step.
pub(crate) fn begin(records: &mut Records, message: u64, now: Timestamp) {
    webhooks::on_created(records, message, now);
    let Some(plan) = records.messages.get(message).map(|message| message.plan.clone()) else { return };
    let first = if plan.failure.is_some() { State::Failed } else { State::Sent };
    records.schedule.add(now.checked_add(plan.sent).unwrap_or(Timestamp::MAX), Job::SetState(message, first));
}

/// Moves a message to a state, posts the webhook, and schedules the next step. A message never goes back.
pub(crate) fn set_state(records: &mut Records, number: u64, state: State, now: Timestamp) {
    let Some(message) = records.messages.get_mut(number) else { return };
    // A message that should fail may have been moved past that by hand.
    if message.state >= state || (state == State::Failed && message.plan.failure.is_none()) {
        return;
    }
    message.state = state;
    let next = match state {
        State::Sent => {
            message.sent_at = Some(now);
            Some((message.plan.delivered, State::Delivered))
        }
        State::Delivered => {
            message.delivered_at = Some(now);
            message.plan.read.map(|after| (after, State::Read))
        }
        State::Read => {
            message.read_at = Some(now);
            None
        }
        State::Failed => {
            message.failed_at = Some(now);
            message.failure.clone_from(&message.plan.failure);
            None
        }
        State::Created | State::Received => None,
    };
    let message = message.clone();
    records.events.send(EventKind::Message, &message);
    webhooks::on_state(records, &message, now);
    if let Some((after, state)) = next {
        records.schedule.add(now.checked_add(after).unwrap_or(Timestamp::MAX), Job::SetState(number, state));
    }
}

/// Reviews a submitted template: rejected if its name contains `reject`, else approved. Does nothing if the template was reviewed
/// before or is gone.
pub(crate) fn review(records: &mut Records, template: u64, now: Timestamp) {
    let pending = records.templates.get_mut(template).filter(|entry| entry.definition.status() == PENDING);
    let Some(entry) = pending else { return };
    let is_bad = entry.definition.name().contains("reject");
    decide(
        records,
        template,
        if is_bad { REJECTED } else { APPROVED },
        if is_bad { REJECTION_REASON } else { "" },
        now,
    );
}

/// Sets the status of a template, by number, and posts the webhook. Returns the template, or `None` if there is none.
pub(crate) fn decide(
    records: &mut Records,
    template: u64,
    status: &str,
    reason: &str,
    now: Timestamp,
) -> Option<TemplateRecord> {
    let entry = records.templates.get_mut(template)?;
    entry.definition.set_status(status, now);
    reason.clone_into(&mut entry.reason);
    let entry = entry.clone();
    records.events.send(EventKind::Template, &entry);
    webhooks::on_template(records, &entry, now);
    Some(entry)
}

/// Stores a submitted template, and schedules its review.
pub(crate) fn submit(records: &mut Records, config: &Config, definition: Definition, bytes: usize, now: Timestamp) {
    let number = records.templates.add(definition, bytes);
    let Some(entry) = records.templates.get_mut(number) else { return };
    if entry.definition.status() == REJECTED {
        REJECTION_REASON.clone_into(&mut entry.reason);
    }
    let is_pending = entry.definition.status() == PENDING;
    records.events.send(EventKind::Template, entry);
    if is_pending {
        let wait = duration(&mut records.seed.rng(Purpose::TemplateId, number), &config.pace.review);
        records.schedule.add(now.checked_add(wait).unwrap_or(Timestamp::MAX), Job::Review(number));
    }
}
