//! Facts out of everything that speaks of a sent message.

use super::{Fact, Failure, Moment, Stage, Witness};
use crate::event::created::{self, ChannelState};
use crate::event::{ChannelStatus, Event, MessageStatusUpdate, NewMessageBody, rcs, whatsapp};
use crate::exotel::{self, Entry, ReportState};
use crate::party::Party;
use crate::status::{MessageStatus, State};
use crate::time::{UnixSeconds, WireTime};

impl Fact {
    /// Returns the facts of an event about sent messages: none, one, or one for each receipt in it.
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

    /// Returns the facts of an Exotel callback about sent messages.
    pub fn of_callback(callback: &exotel::Callback) -> Vec<Self> {
        let facts = callback.entries().filter_map(|(_, entry)| match entry {
            Entry::Report(report) => Some(Self::from(report)),
            Entry::SmsReport(report) => Some(Self::from(report)),
            _ => None,
        });
        facts.collect()
    }

    /// Returns the fact of a message of the workbench, if it was sent and not received.
    pub fn of_message(message: &created::Message) -> Option<Self> {
        if message.is_inbound() != Some(false) {
            return None;
        }
        let mut fact = Self { message_id: message.provider_id().cloned(), incs_id: Some(message.id), ..Self::new() };
        fact.recipient = message.customer();
        fact.stage = message.channel_status.and_then(stage_of_channel);
        let mut fact = fact.at(webhook(message.updated_at.as_ref()));
        fact.created = webhook(message.created_at.as_ref());
        fact.failure = failure_text(message.error.as_deref());
        Some(fact)
    }

    /// Returns the fact of a receipt in Meta's form; `None` for the state of a call or a payment.
    pub fn of_status(status: &whatsapp::Status) -> Option<Self> {
        if !status.is_receipt() {
            return None;
        }
        let failure = |error: &whatsapp::ErrorItem| Failure {
            code: error.code,
            name: error.title.clone(),
            text: error.message.clone(),
        };
        let fact = Self {
            message_id: Some(status.id.clone()),
            recipient: status.recipient().known(),
            stage: stage_of_state(&status.status),
            failure: status.errors.first().map(failure),
            ..Self::new()
        };
        Some(fact.at(webhook(status.timestamp.as_ref())))
    }

    /// Returns the fact of a receipt on RCS; `None` for other events, and for a receipt that names no message.
    pub fn of_user_event(event: &rcs::UserEvent) -> Option<Self> {
        let stage = match event.event_type {
            rcs::UserEventKind::Delivered => Stage::Delivered,
            rcs::UserEventKind::Read => Stage::Read,
            _ => return None,
        };
        let fact = Self {
            message_id: Some(event.message_id.clone()?),
            recipient: event.sender_phone_number.clone().and_then(|phone| Party::from(phone).known()),
            stage: Some(stage),
            ..Self::new()
        };
        Some(fact.at(webhook(event.send_time.as_ref())))
    }
}

impl From<&MessageStatusUpdate> for Fact {
    fn from(update: &MessageStatusUpdate) -> Self {
        let fact = Self {
            message_id: Some(update.message_id.clone()),
            stage: stage_of_state(&update.message_status),
            failure: update.error.as_ref().map(|error| Failure {
                code: error.code,
                name: None,
                text: error.title.clone(),
            }),
            ..Self::new()
        };
        fact.at(webhook(update.received_at.as_ref()))
    }
}

/// A row of the status query. `0` says "not recorded".
impl From<&MessageStatus> for Fact {
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

impl From<&ChannelStatus> for Fact {
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

/// A report of Exotel on an RCS message.
impl From<&exotel::Report> for Fact {
    fn from(report: &exotel::Report) -> Self {
        of_report(Entry::Report(report), report.state())
    }
}

/// A report of Exotel on the SMS that was sent in place of an RCS message, filed under the message it stands for. (That
/// its `sid` is that message's is inferred.)
impl From<&exotel::SmsReport> for Fact {
    fn from(report: &exotel::SmsReport) -> Self {
        of_report(Entry::SmsReport(report), report.state())
    }
}

fn of_report(entry: Entry<'_>, said: ReportState) -> Fact {
    let failure = (said == ReportState::Failed).then(|| Failure {
        code: entry.code().map(exotel::StatusCode::as_i64),
        name: entry.name().map(|name| name.as_str().to_owned()),
        text: entry.description().map(str::to_owned),
    });
    let stage = match said {
        ReportState::Sent => Some(Stage::Sent),
        ReportState::Failed => Some(Stage::Failed),
        ReportState::Delivered => Some(Stage::Delivered),
        ReportState::Seen => Some(Stage::Read),
        ReportState::Unknown => None,
    };
    let recipient = entry.user().cloned().and_then(|user| Party::from(user).known());
    let fact = Fact { message_id: entry.message_id().cloned(), recipient, stage, failure, ..Fact::new() };
    fact.at(webhook(entry.timestamp()))
}

fn webhook(time: Option<&WireTime>) -> Option<Moment> {
    time.and_then(WireTime::instant).map(|at| Moment::new(Witness::Webhook, at))
}

fn failure_text(text: Option<&str>) -> Option<Failure> {
    text.filter(|text| !text.is_empty()).map(|text| Failure::new().with_text(text))
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
