//! What an item is, in one name.

use incs_model::decode_str;
use incs_model::event::created::ChannelState;
use incs_model::event::rcs::{self, SuggestionKind};
use incs_model::event::{ChannelStatus, created, whatsapp};
use incs_model::exotel::{self, ReportState, Tap};
use incs_model::inbound::Provider;

use crate::event::Event;
use crate::item::Item;
use crate::provider::Members;

impl Item {
    /// What the item is, in one name: [`Event::kind`] if it was understood.
    ///
    /// Otherwise what it calls itself, as far as that can be read: the name of the event (`new_message`), or with Exotel the
    /// `callback_type` (`exotel.incoming`, `exotel.typing`). `None` when it calls itself nothing.
    pub fn kind(&self) -> Option<String> {
        if let Some(event) = self.event() {
            return Some(event.kind());
        }
        if self.provider() == Some(&Provider::Exotel) {
            let name = member(self.raw(), "callback_type")?;
            return Some(match name.as_str() {
                "icm" | "incoming_message" => "exotel.incoming".to_owned(),
                "dlr" => report(self.pointer().starts_with("/sms")).to_owned(),
                other => format!("exotel.{}", lower(other)),
            });
        }
        member(self.body(), "event")
    }
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
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{}", lower(rest)) }
}

fn lower(word: &str) -> String {
    word.to_ascii_lowercase()
}

/// The text of a member, if it is one and the whole can be read that far.
fn member(json: &[u8], name: &str) -> Option<String> {
    let text = crate::shape::without_mark(std::str::from_utf8(json).ok()?);
    let members: Members<'_> = serde_json::from_str(text).ok()?;
    decode_str::<String>(members.get(name)?.get()).ok().filter(|text| !text.is_empty())
}
