//! The event of an item: its kind, its identity for deduplication, and its delivery update.

use incs_model::delivery::DeliveryUpdate;
use incs_model::event::created::ChannelState;
use incs_model::event::rcs::SuggestionKind;
use incs_model::event::{
    self as model, ChannelStatus, MessageStatusUpdate, TemplateCategoryUpdate, TemplateQualityUpdate,
    TemplateStatusUpdate, created, rcs, whatsapp,
};
use incs_model::exotel::{self, Entry, ReportState, Tap};
use incs_model::id::{ChannelId, GroupId, MessageId, TemplateId, TemplateName};
use incs_model::{Address, Party, RawJson, WireTime, encode};

use crate::dedup::{DedupKey, Identity};
use crate::label;

/// The event of one item. Each element of a list is an item of its own.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event {
    /// INCS, `message_status_update`: a sent message has a new state.
    MessageStatus(MessageStatusUpdate),
    /// INCS, `template_status_update`: a template was approved, rejected or changed its status otherwise.
    TemplateStatus(TemplateStatusUpdate),
    /// INCS, `template_category_update`: the category of a template changed.
    TemplateCategory(TemplateCategoryUpdate),
    /// INCS, `template_quality_update`: a template has a new quality rating.
    TemplateQuality(TemplateQualityUpdate),
    /// INCS, one of `messages[]` of a `new_message` from WhatsApp: a customer wrote.
    WhatsAppMessage(whatsapp::Message),
    /// INCS, one of `statuses[]` of a `new_message` from WhatsApp: a receipt of a message in Meta's form (inferred).
    WhatsAppStatus(whatsapp::Status),
    /// INCS, one of `statuses[]` of a `new_message` from WhatsApp that does not concern a message: the state of a call or a payment
    /// (inferred).
    WhatsAppOtherStatus(whatsapp::Status),
    /// INCS, one of `errors[]` of a `new_message` from WhatsApp: an error that belongs to no message.
    WhatsAppError(whatsapp::ErrorItem),
    /// INCS, one of `calls[]` of a `new_message` from WhatsApp: a call began or ended (inferred).
    WhatsAppCall(whatsapp::Call),
    /// INCS, one of `message_echoes[]` of a `new_message` from WhatsApp: the business sent a message from a phone (inferred).
    WhatsAppEcho(whatsapp::Message),
    /// INCS, one of `user_preferences[]` of a `new_message` from WhatsApp: a customer's choice of what to receive (inferred).
    WhatsAppPreference(whatsapp::UserPreference),
    /// INCS, a `new_message` from RCS: a customer wrote.
    RcsMessage(rcs::UserMessage),
    /// INCS, a `new_message` from RCS: a customer read, typed or subscribed (inferred).
    RcsEvent(rcs::UserEvent),
    /// INCS, `message_created`: a message passed through the workbench, in either direction.
    MessageCreated(created::Message),
    /// INCS, an event whose name is unknown: a message of the workbench has a new state.
    ChannelStatus(ChannelStatus),
    /// Exotel: a user wrote.
    ExotelMessage(Box<exotel::Incoming>),
    /// Exotel: a delivery report of an RCS message.
    ExotelReport(exotel::Report),
    /// Exotel: a delivery report of the SMS that was sent instead.
    ExotelSmsReport(exotel::SmsReport),
}

/// The data that the items of one `new_message` of INCS share. Empty for all other deliveries.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct DeliveryContext {
    /// The channel. Absent in older deployments and, in all samples, on RCS.
    pub channel_id: Option<ChannelId>,
    /// The business number; `""` on RCS.
    pub business_phone: Option<Address>,
    /// The contacts and metadata of WhatsApp messages. The lists of messages, statuses and errors are empty, since each element is an
    /// item.
    pub whatsapp: Option<whatsapp::Value>,
}

impl Event {
    /// Returns the kind of the event as one name: the event, the channel and the kind of content or state, in the words of the wire and
    /// in lower case.
    ///
    /// | kind | after the last dot |
    /// | --- | --- |
    /// | `message_status_update.` | the state: `sent`, `delivered`, `read`, `failed`, … |
    /// | `template_status_update.`, `template_category_update.`, `template_quality_update.` | the new value: `approved`, `marketing`, `yellow`, … |
    /// | `new_message.whatsapp.` | the type of the message: `text`, `image`, `reaction`, …, `interactive.list_reply` |
    /// | `new_message.whatsapp.status.` | the state |
    /// | `new_message.whatsapp.call_status.`, `new_message.whatsapp.payment_status.` | the state |
    /// | `new_message.whatsapp.error` | |
    /// | `new_message.whatsapp.call.` | `connect`, `terminate` |
    /// | `new_message.whatsapp.echo.` | the type of the message |
    /// | `new_message.whatsapp.user_preference.` | `stop`, `resume` |
    /// | `new_message.rcs.` | `text`, `file`, `location`, `suggestion.reply`, `suggestion.action` |
    /// | `new_message.rcs.event.` | `delivered`, `read`, `is_typing`, `subscribe`, `unsubscribe` |
    /// | `message_created.` | `text`, `image`, `audio`, `video`, `file`, or the number of an unknown type |
    /// | `message_created.custom.` | `whatsapp_template`, `whatsapp_reply_button`, `viber_otp`, `rcs_template`, `rcs_suggested_reply`, or the number of an unknown `custom_type` |
    /// | `channel_status.` | `created`, `sent`, `failed`, `delivered`, `read`, or the number of an unknown state; the event's name on the wire is **unknown** |
    /// | `exotel.incoming.` | `text`, `file`, `location`, `suggested.reply`, `suggested.action`, `error` |
    /// | `exotel.dlr.`, `exotel.sms.dlr.` | `sent`, `delivered`, `seen`, `failed`, `unknown` |
    ///
    /// The kind can be the label of a metric. A value that the platform adds later is used as it is if it looks like a name: at most 32
    /// ASCII letters, digits, `_`, `-` and `.` for each part. Any other value is replaced by `unknown`. Expect names that this table does
    /// not list, and match on the beginning of the name where that is enough.
    pub fn kind(&self) -> String {
        match self {
            Self::MessageStatus(update) => named("message_status_update", update.message_status.as_str()),
            Self::TemplateStatus(update) => named("template_status_update", update.new_value.as_str()),
            Self::TemplateCategory(update) => named("template_category_update", update.new_value.as_str()),
            Self::TemplateQuality(update) => named("template_quality_update", update.new_value.as_str()),
            Self::WhatsAppMessage(message) => whatsapp_kind("new_message.whatsapp", &message.content),
            Self::WhatsAppStatus(status) => named("new_message.whatsapp.status", status.status.as_str()),
            Self::WhatsAppOtherStatus(status) => {
                let kind = label::piece(status.r#type.as_ref().map_or("", whatsapp::StatusKind::as_str));
                named(&format!("new_message.whatsapp.{}_status", kind.to_ascii_lowercase()), status.status.as_str())
            }
            Self::WhatsAppError(_) => "new_message.whatsapp.error".to_owned(),
            Self::WhatsAppCall(call) => {
                named("new_message.whatsapp.call", call.event.as_ref().map_or("", whatsapp::CallEvent::as_str))
            }
            Self::WhatsAppEcho(message) => whatsapp_kind("new_message.whatsapp.echo", &message.content),
            Self::WhatsAppPreference(preference) => named(
                "new_message.whatsapp.user_preference",
                preference.value.as_ref().map_or("", whatsapp::PreferenceValue::as_str),
            ),
            Self::RcsMessage(message) => rcs_kind(&message.content),
            Self::RcsEvent(event) => named("new_message.rcs.event", event.event_type.as_str()),
            Self::MessageCreated(message) => created_kind(message),
            Self::ChannelStatus(update) => channel_status_kind(update),
            Self::ExotelMessage(incoming) => exotel_kind(&incoming.content),
            Self::ExotelReport(sent) => named(report(false), state(sent.state())),
            Self::ExotelSmsReport(sent) => named(report(true), state(sent.state())),
        }
    }
}

impl Event {
    /// Returns the event of a body that is one item. `None` for an unknown event, and for `new_message`, which the parser splits into
    /// items.
    pub(crate) fn of_body(body: model::Event) -> Option<Self> {
        Some(match body {
            model::Event::MessageStatusUpdate(update) => Self::MessageStatus(update),
            model::Event::TemplateStatusUpdate(update) => Self::TemplateStatus(update),
            model::Event::TemplateCategoryUpdate(update) => Self::TemplateCategory(update),
            model::Event::TemplateQualityUpdate(update) => Self::TemplateQuality(update),
            model::Event::MessageCreated(created) => Self::MessageCreated(created.message),
            model::Event::ChannelStatus(update) => Self::ChannelStatus(update),
            _ => return None,
        })
    }

    /// Returns the event of one of `statuses[]`.
    pub(crate) fn of_status(status: whatsapp::Status) -> Self {
        if status.is_receipt() { Self::WhatsAppStatus(status) } else { Self::WhatsAppOtherStatus(status) }
    }

    /// Returns the customer of the event, with the ids that the event contains.
    pub(crate) fn party(&self) -> Option<Party> {
        let party = match self {
            Self::WhatsAppMessage(message) => message.party(),
            Self::WhatsAppStatus(status) | Self::WhatsAppOtherStatus(status) => status.recipient(),
            Self::WhatsAppCall(call) => call.party(),
            Self::WhatsAppEcho(message) => message.recipient(),
            Self::WhatsAppPreference(preference) => preference.party(),
            Self::RcsMessage(message) => Party::from(message.sender_phone_number.clone()),
            Self::RcsEvent(event) => Party::from(event.sender_phone_number.clone()?),
            Self::MessageCreated(message) => message.customer()?,
            Self::ExotelMessage(incoming) => Party::from(incoming.user.clone()),
            Self::ExotelReport(report) => Party::from(report.user.clone()),
            Self::ExotelSmsReport(report) => Party::from(report.user.clone()),
            _ => return None,
        };
        party.known()
    }

    /// Returns the delivery update of the event.
    pub(crate) fn delivery_update(&self) -> Option<DeliveryUpdate> {
        match self {
            Self::MessageStatus(update) => Some(update.into()),
            Self::WhatsAppStatus(status) => DeliveryUpdate::of_status(status),
            Self::RcsEvent(event) => DeliveryUpdate::of_user_event(event),
            Self::MessageCreated(message) => DeliveryUpdate::of_message(message),
            Self::ChannelStatus(update) => Some(update.into()),
            Self::ExotelReport(report) => Some(report.into()),
            Self::ExotelSmsReport(report) => Some(report.into()),
            _ => None,
        }
    }

    /// Returns the key of the event's identity and state. `None` if the event has no identity.
    pub(crate) fn dedup_key(&self) -> Option<DedupKey> {
        let identity = match self {
            Self::MessageStatus(update) => {
                let id = some_id(update.message_id.as_str())?;
                Identity::of("incs.message_status").and(id).and(update.message_status.as_str())
            }
            Self::TemplateStatus(it) => {
                let template = (it.template_id.as_ref(), it.template_name.as_ref(), it.channel_id);
                template_identity("template_status", template, it.new_value.as_str(), it.received_at.as_ref())?
            }
            Self::TemplateCategory(it) => {
                let template = (it.template_id.as_ref(), it.template_name.as_ref(), it.channel_id);
                template_identity("template_category", template, it.new_value.as_str(), it.received_at.as_ref())?
            }
            Self::TemplateQuality(it) => {
                let template = (it.template_id.as_ref(), it.template_name.as_ref(), it.channel_id);
                template_identity("template_quality", template, it.new_value.as_str(), it.received_at.as_ref())?
            }
            Self::WhatsAppMessage(message) => whatsapp_identity("incs.whatsapp.message", message)?,
            Self::WhatsAppEcho(message) => whatsapp_identity("incs.whatsapp.echo", message)?,
            Self::WhatsAppStatus(status) => status_identity("incs.whatsapp.status", status)?,
            Self::WhatsAppOtherStatus(status) => status_identity("incs.whatsapp.other_status", status)?
                .and_maybe(status.r#type.as_ref().map(whatsapp::StatusKind::as_str))
                .and_time(status.timestamp.as_ref())
                .and_maybe(status.payment.as_ref().map(RawJson::get)),
            Self::WhatsAppError(_) => return None,
            Self::WhatsAppCall(call) => Identity::of("incs.whatsapp.call")
                .and(some_id(call.id.as_str())?)
                .and_maybe(call.event.as_ref().map(whatsapp::CallEvent::as_str))
                .and_maybe(call.status.as_ref().map(whatsapp::CallOutcome::as_str)),
            // A customer may change a preference and change it back, so the time is part of the identity.
            Self::WhatsAppPreference(preference) => Identity::of("incs.whatsapp.user_preference")
                .and_party(Some(&self.party()?))
                .and_maybe(preference.category.as_ref().map(whatsapp::PreferenceCategory::as_str))
                .and_maybe(preference.value.as_ref().map(whatsapp::PreferenceValue::as_str))
                .and_time(Some(preference.timestamp.as_ref()?)),
            // The customer's phone creates the id, so it is unique only together with the number (inferred).
            Self::RcsMessage(message) => Identity::of("incs.rcs.message")
                .and(some_id(message.message_id.as_str())?)
                .and_party(self.party().as_ref()),
            Self::RcsEvent(event) => user_event_identity(event)?,
            Self::MessageCreated(message) => {
                let state = message.channel_status.map(|state| state.as_i64().to_string());
                Identity::of("incs.message_created").and(&message.id.as_u64().to_string()).and_maybe(state.as_deref())
            }
            Self::ChannelStatus(update) => Identity::of("incs.channel_status")
                .and(update.kind())
                .and(&update.message.id.as_u64().to_string())
                .and(&update.message.channel_status.as_i64().to_string()),
            Self::ExotelMessage(incoming) => incoming_identity(incoming)?,
            Self::ExotelReport(report) => report_identity("exotel.report", Entry::Report(report))?,
            Self::ExotelSmsReport(report) => report_identity("exotel.sms_report", Entry::SmsReport(report))?,
        };
        Some(identity.key())
    }
}

impl Event {
    /// Returns the kind of an Exotel item that was not understood, by its `callback_type`.
    pub(crate) fn exotel_name(callback_type: &str, is_sms: bool) -> String {
        match callback_type {
            "icm" | "incoming_message" => "exotel.incoming".to_owned(),
            "dlr" => report(is_sms).to_owned(),
            other => named("exotel", other),
        }
    }
}

fn whatsapp_kind(name: &str, content: &whatsapp::Content) -> String {
    let kind = named(name, content.kind());
    match content {
        whatsapp::Content::Interactive(interactive) => named(&kind, interactive.kind()),
        _ => kind,
    }
}

fn rcs_kind(content: &rcs::Content) -> String {
    let kind = named("new_message.rcs", content.kind());
    match content {
        rcs::Content::Suggestion(response) => named(&kind, response.r#type.as_ref().map_or("", SuggestionKind::as_str)),
        _ => kind,
    }
}

fn created_kind(message: &created::Message) -> String {
    match message.content() {
        created::Content::Unknown(code, _) => format!("message_created.{}", label::number(code.as_i64())),
        created::Content::Custom(_) => match message.custom_type {
            Some(created::CustomType::Unknown(code)) => {
                format!("message_created.custom.{}", label::number(code.as_i64()))
            }
            _ => named("message_created.custom", &message.custom_kind()),
        },
        known => named("message_created", known.kind()),
    }
}

fn channel_status_kind(update: &ChannelStatus) -> String {
    let state = match update.message.channel_status {
        ChannelState::Created => "created",
        ChannelState::Sent => "sent",
        ChannelState::Failed => "failed",
        ChannelState::Delivered => "delivered",
        ChannelState::Read => "read",
        other => return format!("channel_status.{}", label::number(other.as_i64())),
    };
    named("channel_status", state)
}

fn exotel_kind(content: &exotel::Content) -> String {
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

/// Returns the identity of a message. An edit or a revocation may have the id of the message that it changes.
fn whatsapp_identity(kind: &str, message: &whatsapp::Message) -> Option<Identity> {
    let identity = Identity::of(kind).and(some_id(message.id.as_str())?);
    let (change, original, content) = match &message.content {
        whatsapp::Content::Edit(edit) => ("edit", &edit.original_message_id, encode(edit.message.as_ref()?).ok()),
        whatsapp::Content::Revoke(revoke) => ("revoke", &revoke.original_message_id, None),
        _ => return Some(identity),
    };
    let content = content.map(|json| String::from_utf8_lossy(&json).into_owned());
    let identity = identity.and(change).and_maybe(original.as_ref().map(MessageId::as_str));
    Some(identity.and_time(message.timestamp.as_ref()).and_maybe(content.as_deref()))
}

/// Returns the identity of a receipt. Each member of a group sends its own receipt.
fn status_identity(kind: &str, status: &whatsapp::Status) -> Option<Identity> {
    let recipient = status.recipient();
    let identity = Identity::of(kind).and(some_id(status.id.as_str())?).and(status.status.as_str());
    Some(identity.and_party(Some(&recipient)).and_maybe(recipient.group_id.as_ref().map(GroupId::as_str)))
}

/// Returns the identity of a user event: its id, or the message that it acknowledges, or else its time.
fn user_event_identity(event: &rcs::UserEvent) -> Option<Identity> {
    let id = event.event_id.as_ref().and_then(|id| some_id(id.as_str()));
    let message = event.message_id.as_ref().and_then(|id| some_id(id.as_str()));
    let time = event.send_time.as_ref().filter(|_| id.is_none() && message.is_none());
    if id.is_none() && message.is_none() && time.is_none() {
        return None;
    }
    let sender = event.sender_phone_number.clone().map(Party::from);
    let identity = Identity::of("incs.rcs.event").and(event.event_type.as_str()).and_party(sender.as_ref());
    Some(identity.and_maybe(id).and_maybe(message).and_time(time))
}

/// Returns the identity of a template update. A template may return to an earlier state, so the time is part of the identity. Without
/// a time and an id, two updates cannot be distinguished.
fn template_identity(
    kind: &str,
    template: (Option<&TemplateId>, Option<&TemplateName>, Option<ChannelId>),
    value: &str,
    time: Option<&WireTime>,
) -> Option<Identity> {
    let (id, name, channel) = template;
    let id = id.and_then(|id| some_id(id.as_str()));
    if id.is_none() && time.is_none() {
        return None;
    }
    let identity = Identity::of(&format!("incs.{kind}")).and_maybe(id).and(value).and_time(time);
    if id.is_some() {
        return Some(identity);
    }
    // Without an id, name and channel identify the template.
    let channel = channel.map(|channel| channel.as_u64().to_string());
    Some(identity.and_maybe(name.map(TemplateName::as_str)).and_maybe(channel.as_deref()))
}

/// Returns the id, or `None` for an empty one, which identifies nothing.
fn some_id(id: &str) -> Option<&str> {
    (!id.is_empty()).then_some(id)
}

/// Returns the identity of an incoming message. Errors of Exotel have no id; both addresses, the time and the code identify them.
fn incoming_identity(incoming: &exotel::Incoming) -> Option<Identity> {
    let identity = Identity::of("exotel.message");
    if let Some(sid) = incoming.sid.as_ref().and_then(|sid| some_id(sid.as_str())) {
        return Some(identity.and(sid));
    }
    let time = incoming.timestamp.as_ref()?;
    let exotel::Content::Error { error, .. } = &incoming.content else { return None };
    let code = error.code.map(|code| code.as_i64().to_string());
    let identity = identity.and_party(Some(&incoming.user.clone().into())).and(incoming.business.key());
    Some(identity.and_time(Some(time)).and_maybe(code.as_deref()).and_maybe(error.description.as_deref()))
}

/// Returns the identity of a report. Several reports arrive for one message, so their content is part of the identity.
fn report_identity(kind: &str, report: Entry<'_>) -> Option<Identity> {
    let id = report.message_id().and_then(|id| some_id(id.as_str()));
    let time = report.timestamp();
    let code = report.code().map(|code| code.as_i64().to_string());
    let name = report.name().map(exotel::StatusName::as_str);
    if id.is_none() && time.is_none() {
        return None;
    }
    let user = report.user().cloned().map(Party::from);
    let identity = Identity::of(kind).and_maybe(id).and_party(user.as_ref()).and_maybe(code.as_deref());
    let identity = identity.and_maybe(name).and_time(time);
    if id.is_some() {
        return Some(identity);
    }
    // Without the id of the message, every member that may distinguish two reports counts.
    let channel_sid = match report {
        Entry::SmsReport(report) => report.channel_sid.as_ref().map(MessageId::as_str),
        _ => None,
    };
    Some(identity.and_maybe(channel_sid).and_maybe(report.custom_data()).and_maybe(report.description()))
}

/// Joins a name and its suffix with a dot. Returns the name alone if the suffix is empty.
fn named(name: &str, rest: &str) -> String {
    let rest = label::piece(rest);
    if rest.is_empty() { name.to_owned() } else { format!("{name}.{}", rest.to_ascii_lowercase()) }
}
