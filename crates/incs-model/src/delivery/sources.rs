//! Facts out of everything that speaks of a sent message.

use super::{Fact, Failure, Moment, Stage, Witness};
use crate::event::created::{self, ChannelState};
use crate::event::{ChannelStatus, Event, MessageStatusUpdate, NewMessageBody, whatsapp};
use crate::exotel::{self, Entry, ReportState};
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
                NewMessageBody::WhatsApp(value) => value.statuses.iter().map(Self::from).collect(),
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
        fact.stage = message.channel_status.and_then(stage_of_channel);
        let mut fact = fact.at(webhook(message.updated_at.as_ref()));
        fact.created = webhook(message.created_at.as_ref());
        fact.failure = failure_text(message.error.as_deref());
        Some(fact)
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

impl From<&whatsapp::Status> for Fact {
    fn from(status: &whatsapp::Status) -> Self {
        let fact = Self {
            message_id: Some(status.id.clone()),
            stage: stage_of_state(&status.status),
            failure: status.errors.first().map(|error| Failure {
                code: error.code,
                name: error.title.clone(),
                text: error.message.clone(),
            }),
            ..Self::new()
        };
        fact.at(webhook(status.timestamp.as_ref()))
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
    let fact = Fact { message_id: entry.message_id().cloned(), stage, failure, ..Fact::new() };
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
        State::Read => Some(Stage::Read),
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
