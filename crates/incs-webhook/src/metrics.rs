//! Metrics of deliveries, for the recorder of the crate `metrics`. Feature `metrics`.
//!
//! The value of every label comes from a closed set, which is part of [`METRICS`]: no name, id, number or text of a delivery.
//!
//! | metric | counts | labels |
//! | --- | --- | --- |
//! | `incs.webhook.deliveries` | each delivery that was verified or rejected | `incs.outcome`, and `error.type` of a rejection: [`Rejection::reason`](crate::Rejection::reason) |
//! | `incs.webhook.items` | each item of a parsed delivery | `incs.kind`, the class of its kind; `incs.outcome` |
//! | `incs.webhook.receipts` | each delivery update of a sent message | `incs.stage` |
//! | `incs.webhook.claims` | each [`ClaimGuard::claim`](crate::guard::ClaimGuard::claim), duplicates included | `incs.outcome` |
//!
//! This crate reads no clock, so it measures no durations: the metrics of your HTTP server do. Call [`describe`] once to tell the
//! recorder units and descriptions:
//!
//! ```
//! use incs_webhook::metrics::{METRICS, describe};
//!
//! describe();
//! assert!(METRICS.iter().all(|metric| metric.name.starts_with("incs.webhook.")));
//! ```

use std::collections::BTreeMap;

use ::metrics::{Label as Pair, Unit};
use incs_model::delivery::Stage;
use incs_model::metric::{Label, Metric};

use crate::event::Event;
use crate::item::{Batch, Item, ItemOutcome};
use crate::rejection::Rejection;

const CHECKED: Label = Label::words("incs.outcome", &["verified", "unverified", "rejected"]);
const REASON: Label = Label::words("error.type", Rejection::REASONS);
const KIND: Label = Label::words("incs.kind", CLASSES);
const READ: Label = Label::words("incs.outcome", &["parsed", "unknown", "malformed"]);
const STAGE: Label = Label::words("incs.stage", &["created", "sent", "failed", "delivered", "read", "unknown"]);
const CLAIMED: Label = Label::words("incs.outcome", &["first", "in_progress", "duplicate", "no_key"]);

/// The beginnings of [`Event::kind`], longer ones first.
const CLASSES: &[&str] = &[
    "new_message.whatsapp.user_preference",
    "new_message.whatsapp.other_status",
    "new_message.whatsapp.status",
    "new_message.whatsapp.error",
    "new_message.whatsapp.call",
    "new_message.whatsapp.echo",
    "new_message.whatsapp",
    "new_message.rcs.event",
    "new_message.rcs",
    "new_message",
    "message_status_update",
    "template_status_update",
    "template_category_update",
    "template_quality_update",
    "message_created",
    "channel_status",
    "exotel.incoming",
    "exotel.sms.dlr",
    "exotel.dlr",
    "exotel",
    OTHER,
];

const OTHER: &str = "_OTHER";

const DELIVERIES: Metric = Metric::counter(
    "incs.webhook.deliveries",
    "{delivery}",
    "Number of deliveries that were verified or rejected, by reason.",
    &[CHECKED, REASON],
);
const ITEMS: Metric = Metric::counter(
    "incs.webhook.items",
    "{item}",
    "Number of items of parsed deliveries, by class and by whether they were understood.",
    &[KIND, READ],
);
const RECEIPTS: Metric = Metric::counter(
    "incs.webhook.receipts",
    "{receipt}",
    "Number of delivery updates of sent messages, by stage.",
    &[STAGE],
);
const CLAIMS: Metric = Metric::counter(
    "incs.webhook.claims",
    "{claim}",
    "Number of claims of items by a guard, by whether the item was seen before.",
    &[CLAIMED],
);

/// All metrics of this crate.
pub const METRICS: &[Metric] = &[DELIVERIES, ITEMS, RECEIPTS, CLAIMS];

/// Tells the installed recorder the units and descriptions of [`METRICS`].
pub fn describe() {
    for metric in METRICS {
        ::metrics::describe_counter!(metric.name, Unit::Count, metric.description);
    }
}

pub(crate) fn accepted(is_verified: bool) {
    let outcome = if is_verified { "verified" } else { "unverified" };
    count(&DELIVERIES, 1, vec![pair(CHECKED, outcome)]);
}

pub(crate) fn rejected(rejection: &Rejection) {
    count(&DELIVERIES, 1, vec![pair(CHECKED, "rejected"), pair(REASON, rejection.reason())]);
}

pub(crate) fn parsed(batch: &Batch) {
    // A body may have very many items, so that each series is looked up once.
    let (mut items, mut receipts) = (BTreeMap::new(), BTreeMap::new());
    for item in batch {
        *items.entry((class(item), outcome(item.outcome()))).or_insert(0) += 1;
        if let Some(update) = item.delivery_update() {
            *receipts.entry(update.stage.map_or("unknown", stage)).or_insert(0) += 1;
        }
    }
    for ((class, outcome), number) in items {
        count(&ITEMS, number, vec![pair(KIND, class), pair(READ, outcome)]);
    }
    for (stage, number) in receipts {
        count(&RECEIPTS, number, vec![pair(STAGE, stage)]);
    }
}

/// Counts a claim of an item.
pub(crate) fn claimed(outcome: &'static str) {
    count(&CLAIMS, 1, vec![pair(CLAIMED, outcome)]);
}

/// Returns the class of an item: of its event, or of the name of an item that was not understood.
fn class(item: &Item) -> &'static str {
    if let Some(event) = item.event() {
        return class_of(event);
    }
    let name = item.kind().unwrap_or_default();
    let begins =
        |class: &&&str| name.strip_prefix(**class).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    CLASSES.iter().find(begins).unwrap_or(&OTHER)
}

fn class_of(event: &Event) -> &'static str {
    match event {
        Event::MessageStatus(_) => "message_status_update",
        Event::TemplateStatus(_) => "template_status_update",
        Event::TemplateCategory(_) => "template_category_update",
        Event::TemplateQuality(_) => "template_quality_update",
        Event::WhatsAppMessage(_) => "new_message.whatsapp",
        Event::WhatsAppStatus(_) => "new_message.whatsapp.status",
        Event::WhatsAppOtherStatus(_) => "new_message.whatsapp.other_status",
        Event::WhatsAppError(_) => "new_message.whatsapp.error",
        Event::WhatsAppCall(_) => "new_message.whatsapp.call",
        Event::WhatsAppEcho(_) => "new_message.whatsapp.echo",
        Event::WhatsAppPreference(_) => "new_message.whatsapp.user_preference",
        Event::RcsMessage(_) => "new_message.rcs",
        Event::RcsEvent(_) => "new_message.rcs.event",
        Event::MessageCreated(_) => "message_created",
        Event::ChannelStatus(_) => "channel_status",
        Event::ExotelMessage(_) => "exotel.incoming",
        Event::ExotelReport(_) => "exotel.dlr",
        Event::ExotelSmsReport(_) => "exotel.sms.dlr",
    }
}

fn outcome(outcome: &ItemOutcome) -> &'static str {
    match outcome {
        ItemOutcome::Parsed(_) => "parsed",
        ItemOutcome::Unknown => "unknown",
        ItemOutcome::Malformed(_) => "malformed",
    }
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Created => "created",
        Stage::Sent => "sent",
        Stage::Failed => "failed",
        Stage::Delivered => "delivered",
        Stage::Read => "read",
    }
}

fn count(metric: &Metric, number: u64, labels: Vec<Pair>) {
    ::metrics::counter!(metric.name, labels).increment(number);
}

fn pair(label: Label, value: &'static str) -> Pair {
    Pair::from_static_parts(label.name, value)
}
