//! What an item says.

use incs_model::Address;
use incs_model::event::created::ChannelState;
use incs_model::event::rcs::SuggestionKind;
use incs_model::event::{
    ChannelStatus, MessageStatusUpdate, TemplateCategoryUpdate, TemplateQualityUpdate, TemplateStatusUpdate, created,
    rcs, whatsapp,
};
use incs_model::exotel::{self, ReportState, Tap};
use incs_model::id::ChannelId;

/// What one item says. Each element of a list is an item of its own.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// INCS, `message_status_update`: a sent message has a new state.
    MessageStatus(MessageStatusUpdate),
    /// INCS, `template_status_update`: a template was approved, rejected or otherwise moved on.
    TemplateStatus(TemplateStatusUpdate),
    /// INCS, `template_category_update`: a template was put into another category.
    TemplateCategory(TemplateCategoryUpdate),
    /// INCS, `template_quality_update`: a template has a new quality rating.
    TemplateQuality(TemplateQualityUpdate),
    /// INCS, one of `messages[]` of a `new_message` from WhatsApp: a customer wrote.
    WhatsAppMessage(whatsapp::Message),
    /// INCS, one of `statuses[]` of a `new_message` from WhatsApp: a receipt in Meta's form (inferred).
    WhatsAppStatus(whatsapp::Status),
    /// INCS, one of `errors[]` of a `new_message` from WhatsApp: what went wrong outside any one message.
    WhatsAppError(whatsapp::ErrorItem),
    /// INCS, a `new_message` from RCS: a customer wrote.
    RcsMessage(rcs::UserMessage),
    /// INCS, `message_created`: a message went through the workbench, in either direction.
    MessageCreated(created::Message),
    /// INCS, an event of unknown name: a message of the workbench has a new state.
    ChannelStatus(ChannelStatus),
    /// Exotel: a user wrote.
    ExotelMessage(exotel::Incoming),
    /// Exotel: what became of an RCS message.
    ExotelReport(exotel::Report),
    /// Exotel: what became of the SMS sent instead.
    ExotelSmsReport(exotel::SmsReport),
}

/// What stands around the items of one `new_message` of INCS. Empty for everything else.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Envelope {
    /// The channel. Absent in older deployments and, so far as seen, on RCS.
    pub channel_id: Option<ChannelId>,
    /// The business number; `""` on RCS.
    pub business_phone: Option<Address>,
    /// What stands around WhatsApp messages: contacts and metadata. Its lists of messages, statuses and errors are empty,
    /// since each of them is an item.
    pub whatsapp: Option<whatsapp::Value>,
}

impl Event {
    /// What the event is, in one name: from the event over the channel to what happened, in the words of the wire and in small
    /// letters.
    ///
    /// | kind | and after the last dot |
    /// | --- | --- |
    /// | `message_status_update.` | the state: `sent`, `delivered`, `read`, `failed`, … |
    /// | `template_status_update.`, `template_category_update.`, `template_quality_update.` | the new value: `approved`, `marketing`, `yellow`, … |
    /// | `new_message.whatsapp.` | the type of the message: `text`, `image`, `reaction`, …, `interactive.list_reply` |
    /// | `new_message.whatsapp.status.` | the state |
    /// | `new_message.whatsapp.error` | |
    /// | `new_message.rcs.` | `text`, `file`, `location`, `suggestion.reply`, `suggestion.action` |
    /// | `message_created.` | `text`, `image`, `audio`, `video`, `file`, `custom`, or the number of an unknown type |
    /// | `channel_status.` | `created`, `sent`, `failed`, `delivered`, `read`, or the number of an unknown state; the event's name on the wire is **unknown** |
    /// | `exotel.incoming.` | `text`, `file`, `location`, `suggested.reply`, `suggested.action`, `error` |
    /// | `exotel.dlr.`, `exotel.sms.dlr.` | `sent`, `delivered`, `seen`, `failed`, `unknown` |
    ///
    /// What the platform adds tomorrow stands in the place of what is known today: expect names that this table does not have,
    /// and decide by the beginning of the name where that is enough.
    pub fn kind(&self) -> String {
        match self {
            Self::MessageStatus(update) => named("message_status_update", update.message_status.as_str()),
            Self::TemplateStatus(update) => named("template_status_update", update.new_value.as_str()),
            Self::TemplateCategory(update) => named("template_category_update", update.new_value.as_str()),
            Self::TemplateQuality(update) => named("template_quality_update", update.new_value.as_str()),
            Self::WhatsAppMessage(message) => of_whatsapp(&message.content),
            Self::WhatsAppStatus(status) => named("new_message.whatsapp.status", status.status.as_str()),
            Self::WhatsAppError(_) => "new_message.whatsapp.error".to_owned(),
            Self::RcsMessage(message) => of_rcs(&message.content),
            Self::MessageCreated(message) => of_created(message),
            Self::ChannelStatus(update) => of_channel_status(update),
            Self::ExotelMessage(incoming) => of_exotel(&incoming.content),
            Self::ExotelReport(sent) => named(report(false), state(sent.state())),
            Self::ExotelSmsReport(sent) => named(report(true), state(sent.state())),
        }
    }
}

impl Event {
    /// The kind of an item of Exotel that was not understood, by its `callback_type`.
    pub(crate) fn exotel_name(callback_type: &str, is_sms: bool) -> String {
        match callback_type {
            "icm" | "incoming_message" => "exotel.incoming".to_owned(),
            "dlr" => report(is_sms).to_owned(),
            other => format!("exotel.{}", other.to_ascii_lowercase()),
        }
    }
}

fn of_whatsapp(content: &whatsapp::Content) -> String {
    let kind = named("new_message.whatsapp", content.kind());
    match content {
        whatsapp::Content::Interactive(interactive) => named(&kind, interactive.kind()),
        _ => kind,
    }
}

fn of_rcs(content: &rcs::Content) -> String {
    let kind = named("new_message.rcs", content.kind());
    match content {
        rcs::Content::Suggestion(response) => named(&kind, response.r#type.as_ref().map_or("", SuggestionKind::as_str)),
        _ => kind,
    }
}

fn of_created(message: &created::Message) -> String {
    match message.content() {
        created::Content::Unknown(code, _) => format!("message_created.{}", code.as_i64()),
        known => named("message_created", known.kind()),
    }
}

fn of_channel_status(update: &ChannelStatus) -> String {
    let state = match update.message.channel_status {
        ChannelState::Created => "created",
        ChannelState::Sent => "sent",
        ChannelState::Failed => "failed",
        ChannelState::Delivered => "delivered",
        ChannelState::Read => "read",
        other => return format!("channel_status.{}", other.as_i64()),
    };
    named("channel_status", state)
}

fn of_exotel(content: &exotel::Content) -> String {
    const INCOMING: &str = "exotel.incoming";
    match content {
        exotel::Content::Error { .. } => named(INCOMING, "error"),
        exotel::Content::Suggested(suggested) => match suggested.tap {
            Tap::Reply(_) => named(INCOMING, "suggested.reply"),
            Tap::Action(_) => named(INCOMING, "suggested.action"),
            _ => named(INCOMING, "suggested"),
        },
        other => named(INCOMING, other.kind().as_ref().map_or("", exotel::ContentType::as_str)),
    }
}

fn report(is_sms: bool) -> &'static str {
    if is_sms { "exotel.sms.dlr" } else { "exotel.dlr" }
}

fn state(state: ReportState) -> &'static str {
    match state {
        ReportState::Sent => "sent",
        ReportState::Failed => "failed",
        ReportState::Delivered => "delivered",
        ReportState::Seen => "seen",
        _ => "unknown",
    }
}

/// A name and what comes after its dot; the name alone when that is nothing.
fn named(name: &str, rest: &str) -> String {
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{}", rest.to_ascii_lowercase()) }
}
