//! What is the same when the same thing is delivered again.

use std::fmt;

use incs_model::exotel::{self, Entry};
use incs_model::id::TemplateId;
use incs_model::{Address, WireTime};
use sha2::{Digest as _, Sha256};

use crate::event::Event;

/// What is the same when the same thing is delivered again: made of who or what an item is about and the state it is in,
/// never of the bytes of the body, which may differ from one try to the next.
///
/// It is a SHA-256. So it holds no phone number and no id, has one length, and can stand in logs, in a database and in another
/// process. `Display` writes it in hex.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DedupKey([u8; 32]);

impl DedupKey {
    /// A key of your own, for instance of the `webhook-id` header. Parts are kept apart: `["ab", "c"]` is not `["a", "bc"]`.
    /// Begin with a name that nobody else uses.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        parts.into_iter().fold(Identity(Sha256::new()), Identity::and).key()
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) fn of(event: &Event) -> Option<Self> {
        let identity = match event {
            Event::MessageStatus(update) => {
                Identity::of("incs.message_status").and(update.message_id.as_str()).and(update.message_status.as_str())
            }
            Event::TemplateStatus(it) => {
                of_template("template_status", it.template_id.as_ref(), it.new_value.as_str(), it.received_at.as_ref())?
            }
            Event::TemplateCategory(it) => of_template(
                "template_category",
                it.template_id.as_ref(),
                it.new_value.as_str(),
                it.received_at.as_ref(),
            )?,
            Event::TemplateQuality(it) => of_template(
                "template_quality",
                it.template_id.as_ref(),
                it.new_value.as_str(),
                it.received_at.as_ref(),
            )?,
            Event::WhatsAppMessage(message) => Identity::of("incs.whatsapp.message").and(message.id.as_str()),
            Event::WhatsAppStatus(status) => {
                Identity::of("incs.whatsapp.status").and(status.id.as_str()).and(status.status.as_str())
            }
            Event::WhatsAppError(_) => return None,
            // The id is made by the customer's phone, so it is unique only together with the number (inferred).
            Event::RcsMessage(message) => {
                Identity::of("incs.rcs.message").and(message.message_id.as_str()).and(message.sender_phone_number.key())
            }
            Event::MessageCreated(message) => {
                let state = message.channel_status.map(|state| state.as_i64().to_string());
                Identity::of("incs.message_created").and(&message.id.as_u64().to_string()).and_maybe(state.as_deref())
            }
            Event::ChannelStatus(update) => Identity::of("incs.channel_status")
                .and(&update.message.id.as_u64().to_string())
                .and(&update.message.channel_status.as_i64().to_string()),
            Event::ExotelMessage(incoming) => of_incoming(incoming)?,
            Event::ExotelReport(report) => of_report("exotel.report", Entry::Report(report))?,
            Event::ExotelSmsReport(report) => of_report("exotel.sms_report", Entry::SmsReport(report))?,
        };
        Some(identity.key())
    }
}

/// The parts of an identity, as they come.
struct Identity(Sha256);

impl Identity {
    fn of(kind: &str) -> Self {
        Self(Sha256::new()).and(kind)
    }

    fn and(mut self, part: &str) -> Self {
        self.0.update((part.len() as u64).to_be_bytes());
        self.0.update(part);
        self
    }

    /// A part that may be absent, which is not the same as empty.
    fn and_maybe(mut self, part: Option<&str>) -> Self {
        if let Some(part) = part {
            self.and(part)
        } else {
            self.0.update(u64::MAX.to_be_bytes());
            self
        }
    }

    fn key(self) -> DedupKey {
        DedupKey(self.0.finalize().into())
    }
}

/// A template goes back and forth between states, so the time belongs to its identity. Without a time and an id nothing
/// tells two updates apart.
fn of_template(kind: &str, id: Option<&TemplateId>, value: &str, time: Option<&WireTime>) -> Option<Identity> {
    if id.is_none() && time.is_none() {
        return None;
    }
    let time = time.map(ToString::to_string);
    Some(
        Identity::of(&format!("incs.{kind}"))
            .and_maybe(id.map(TemplateId::as_str))
            .and(value)
            .and_maybe(time.as_deref()),
    )
}

/// Errors of Exotel come without an id; there the two sides, the time and the code must do.
fn of_incoming(incoming: &exotel::Incoming) -> Option<Identity> {
    let identity = Identity::of("exotel.message");
    if let Some(sid) = &incoming.sid {
        return Some(identity.and(sid.as_str()));
    }
    let time = incoming.timestamp.as_ref()?.to_string();
    let code = match &incoming.content {
        exotel::Content::Error { error, .. } => error.code.map(|code| code.as_i64().to_string()),
        _ => return None,
    };
    Some(identity.and(incoming.user.key()).and(incoming.business.key()).and(&time).and_maybe(code.as_deref()))
}

/// Several reports come for one message, so what they say belongs to the identity.
fn of_report(kind: &str, report: Entry<'_>) -> Option<Identity> {
    let id = report.message_id().map(incs_model::id::MessageId::as_str);
    let time = report.timestamp().map(ToString::to_string);
    let code = report.code().map(|code| code.as_i64().to_string());
    let name = report.name().map(exotel::StatusName::as_str);
    if id.is_none() && time.is_none() {
        return None;
    }
    let user = report.user().map(Address::key);
    let identity = Identity::of(kind).and_maybe(id).and_maybe(user).and_maybe(code.as_deref());
    Some(identity.and_maybe(name).and_maybe(time.as_deref()))
}

/// In hex.
impl fmt::Display for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for DedupKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DedupKey({self})")
    }
}
