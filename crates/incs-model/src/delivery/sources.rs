//! Delivery updates from every type that reports on a sent message.

use super::{DeliveryFailure, DeliveryUpdate, Moment, Stage, Witness};
use crate::errors::Family;
use crate::event::created::{self, ChannelState};
use crate::event::{ChannelStatus, Event, MessageStatusUpdate, NewMessageBody, rcs, whatsapp};
use crate::exotel::{self, Entry, ReportState};
use crate::id::MessageId;
use crate::party::Party;
use crate::status::{MessageStatus, State};
use crate::time::{UnixSeconds, WireTime};

impl DeliveryUpdate {
    /// Returns the updates of an event about sent messages: none, one, or one for each receipt in it.
    pub fn of_event(event: &Event) -> Vec<Self> {
        match event {
            Event::MessageStatusUpdate(update) => vec![update.into()],
            Event::ChannelStatus(update) => vec![update.into()],
            Event::MessageCreated(created) => Self::of_message(&created.message).into_iter().collect(),
            Event::NewMessage(new) => match &new.message {
                NewMessageBody::WhatsApp(value) => value.statuses.iter().filter_map(Self::of_status).collect(),
                NewMessageBody::RcsEvent(event) => Self::of_user_event(event).into_iter().collect(),
                NewMessageBody::Rcs(_) | NewMessageBody::Unknown(_) => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// Returns the updates of an Exotel callback about sent messages.
    pub fn of_callback(callback: &exotel::Callback) -> Vec<Self> {
        let updates = callback.entries().filter_map(|(_, entry)| match entry {
            Entry::Report(report) => Some(Self::from(report)),
            Entry::SmsReport(report) => Some(Self::from(report)),
            _ => None,
        });
        updates.collect()
    }

    /// Returns the update of a workbench message; `None` for a received message.
    pub fn of_message(message: &created::Message) -> Option<Self> {
        if message.is_inbound() != Some(false) {
            return None;
        }
        let mut update = Self { message_id: message.provider_id().cloned(), incs_id: Some(message.id), ..Self::new() };
        update.recipient = message.customer();
        update.stage = message.channel_status.and_then(stage_of_channel);
        let mut update = update.at(webhook(message.updated_at.as_ref()));
        update.created = webhook(message.created_at.as_ref());
        update.failure = failure_text(message.error.as_deref());
        Some(update)
    }

    /// Returns the update of a receipt in Meta's form; `None` for the state of a call or a payment.
    pub fn of_status(status: &whatsapp::Status) -> Option<Self> {
        if !status.is_receipt() {
            return None;
        }
        let failure = |error: &whatsapp::ErrorItem| DeliveryFailure {
            code: error.code,
            name: error.title.clone(),
            text: error.message.clone(),
            family: Some(Family::Meta),
        };
        let update = Self {
            message_id: Some(status.id.clone()),
            recipient: status.recipient().known(),
            stage: stage_of_state(&status.status),
            failure: status.errors.first().map(failure),
            ..Self::new()
        };
        Some(update.at(webhook(status.timestamp.as_ref())))
    }

    /// Returns the update of a receipt on RCS; `None` for other events, and for a receipt that names no message.
    pub fn of_user_event(event: &rcs::UserEvent) -> Option<Self> {
        let stage = match event.event_type {
            rcs::UserEventKind::Delivered => Stage::Delivered,
            rcs::UserEventKind::Read => Stage::Read,
            _ => return None,
        };
        let update = Self {
            message_id: Some(event.message_id.clone()?),
            recipient: event.sender_phone_number.clone().and_then(|phone| Party::from(phone).known()),
            stage: Some(stage),
            ..Self::new()
        };
        Some(update.at(webhook(event.send_time.as_ref())))
    }
}

impl From<&MessageStatusUpdate> for DeliveryUpdate {
    fn from(update: &MessageStatusUpdate) -> Self {
        let result = Self {
            message_id: Some(update.message_id.clone()),
            stage: stage_of_state(&update.message_status),
            failure: update.error.as_ref().map(|error| DeliveryFailure {
                code: error.code,
                name: None,
                text: error.title.clone(),
                family: family_of(&update.message_id),
            }),
            ..Self::new()
        };
        result.at(webhook(update.received_at.as_ref()))
    }
}

/// A row of the status query. `0` means "not recorded".
impl From<&MessageStatus> for DeliveryUpdate {
    fn from(row: &MessageStatus) -> Self {
        let query = |time: UnixSeconds| time.recorded().map(|at| Moment::new(Witness::Query, at));
        Self {
            message_id: Some(row.message_id.clone()),
            stage: stage_of_state(&row.message_status),
            created: query(row.created_at),
            delivered: query(row.delivered_at),
            read: query(row.read_at),
            ..Self::new()
        }
    }
}

impl From<&ChannelStatus> for DeliveryUpdate {
    fn from(update: &ChannelStatus) -> Self {
        let message = &update.message;
        Self {
            message_id: message.channel_msg_id.clone().filter(|id| !id.as_str().is_empty()),
            incs_id: Some(message.id),
            stage: stage_of_channel(message.channel_status),
            failure: failure_text(message.error.as_deref()),
            ..Self::new()
        }
    }
}

/// An Exotel report on an RCS message.
impl From<&exotel::Report> for DeliveryUpdate {
    fn from(report: &exotel::Report) -> Self {
        of_report(Entry::Report(report), report.state(), Family::ExotelRcs)
    }
}

/// An Exotel report on the SMS that replaced an RCS message. The update carries the id of the RCS message. (Inferred: its
/// `sid` is the id of that message.)
impl From<&exotel::SmsReport> for DeliveryUpdate {
    fn from(report: &exotel::SmsReport) -> Self {
        of_report(Entry::SmsReport(report), report.state(), Family::ExotelSms)
    }
}

fn of_report(entry: Entry<'_>, report: ReportState, family: Family) -> DeliveryUpdate {
    let failure = (report == ReportState::Failed).then(|| DeliveryFailure {
        code: entry.code().map(exotel::StatusCode::as_i64),
        name: entry.name().map(|name| name.as_str().to_owned()),
        text: entry.description().map(str::to_owned),
        family: Some(family),
    });
    let stage = match report {
        ReportState::Sent => Some(Stage::Sent),
        ReportState::Failed => Some(Stage::Failed),
        ReportState::Delivered => Some(Stage::Delivered),
        ReportState::Seen => Some(Stage::Read),
        ReportState::Unknown => None,
    };
    let recipient = entry.user().cloned().and_then(|user| Party::from(user).known());
    let update =
        DeliveryUpdate { message_id: entry.message_id().cloned(), recipient, stage, failure, ..DeliveryUpdate::new() };
    update.at(webhook(entry.timestamp()))
}

/// Returns the owner of the codes about a message. A receipt of INCS does not name its channel, but only WhatsApp's ids begin with
/// `wamid.`; whose codes come for Viber and RCS is unknown.
fn family_of(id: &MessageId) -> Option<Family> {
    id.as_str().starts_with("wamid.").then_some(Family::Meta)
}

fn webhook(time: Option<&WireTime>) -> Option<Moment> {
    time.and_then(WireTime::instant).map(|at| Moment::new(Witness::Webhook, at))
}

fn failure_text(text: Option<&str>) -> Option<DeliveryFailure> {
    text.filter(|text| !text.is_empty()).map(|text| DeliveryFailure::new().with_text(text))
}

fn stage_of_state(state: &State) -> Option<Stage> {
    match state {
        State::Sent => Some(Stage::Sent),
        State::Failed => Some(Stage::Failed),
        State::Delivered => Some(Stage::Delivered),
        State::Read | State::Played => Some(Stage::Read),
        State::Unknown(_) => None,
    }
}

fn stage_of_channel(state: ChannelState) -> Option<Stage> {
    match state {
        ChannelState::Created => Some(Stage::Created),
        ChannelState::Sent => Some(Stage::Sent),
        ChannelState::Failed => Some(Stage::Failed),
        ChannelState::Delivered => Some(Stage::Delivered),
        ChannelState::Read => Some(Stage::Read),
        ChannelState::Unknown(_) => None,
    }
}
