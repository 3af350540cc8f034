//! One thing that a delivery says.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use incs_model::delivery::Fact;
use incs_model::inbound::{self, Inbound, Origin, Provider};
use incs_model::{DecodeError, RawJson};

use crate::dedup::DedupKey;
use crate::event::{Envelope, Event};
use crate::shape::ShapeError;
use crate::source::{Place, Source};

/// One thing that a delivery says: an event, or an element of a list of them.
///
/// It owns all it needs, so it can go to a queue or to another task; the items of a delivery share its body.
#[derive(Clone)]
pub struct Item {
    source: Arc<Source>,
    place: Place,
    outcome: Outcome,
}

/// What became of reading an item. Its bytes are kept in every case: [`Item::raw`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was understood. Kinds and values within it may still be unknown ones; they are kept in it.
    Parsed(Event),
    /// An event or a form that this version does not know. Keep it and answer 200.
    Unknown,
    /// A known form with a fault in it. Keep it and answer 200.
    Malformed(Fault),
}

/// Why an item could not be read. `Display` is one sentence without any value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A member is missing or wrong. Pointer, line and column count from the beginning of the item.
    #[error(transparent)]
    Decode(DecodeError),
    /// The body has no shape that could be read.
    #[error(transparent)]
    Shape(ShapeError),
}

impl Item {
    pub(crate) fn new(source: &Arc<Source>, place: Place, outcome: Outcome) -> Self {
        Self { source: Arc::clone(source), place, outcome }
    }

    pub(crate) fn out_of(self, source: &Arc<Source>) -> Self {
        Self { source: Arc::clone(source), ..self }
    }

    /// What became of reading it.
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The event, if it was understood.
    pub fn event(&self) -> Option<&Event> {
        match &self.outcome {
            Outcome::Parsed(event) => Some(event),
            Outcome::Unknown | Outcome::Malformed(_) => None,
        }
    }

    /// What became of reading it, by value.
    pub fn into_outcome(self) -> Outcome {
        self.outcome
    }

    /// Whose body it came in; `None` when nothing tells.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.provider.as_ref()
    }

    /// What stands around it, for the items of a `new_message`.
    pub fn envelope(&self) -> &Envelope {
        &self.source.envelope
    }

    /// JSON pointer of the item in its body; empty for the whole body.
    pub fn pointer(&self) -> Cow<'_, str> {
        match &self.place {
            Place::Whole => Cow::Borrowed(""),
            Place::Element(list, index) => Cow::Owned(list.pointer(*index)),
            Place::At { pointer, .. } => Cow::Borrowed(pointer),
        }
    }

    /// JSON pointer, in the body, of the member that could not be read.
    pub fn fault_pointer(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Malformed(fault) => Some(format!("{}{}", self.pointer(), fault.pointer())),
            Outcome::Parsed(_) | Outcome::Unknown => None,
        }
    }

    /// The item, byte for byte as it came. If that is the whole body, it begins after the byte order mark, should there be one.
    pub fn raw(&self) -> &[u8] {
        self.source.bytes(&self.place)
    }

    /// The whole body that it came in, byte for byte.
    pub fn body(&self) -> &[u8] {
        &self.source.body
    }

    /// The customer's message, in the one form that is the same for both providers. `None` for receipts, template events, and
    /// messages that your own staff wrote.
    pub fn inbound(&self) -> Option<Inbound> {
        match self.event()? {
            Event::WhatsAppMessage(message) => {
                let Envelope { channel_id, business_phone, whatsapp } = self.envelope();
                let value = whatsapp.as_ref()?;
                let envelope =
                    inbound::Envelope { channel_id: *channel_id, business_phone: business_phone.as_ref(), value };
                Some(inbound::whatsapp_message(envelope, message, self.origin()?))
            }
            Event::RcsMessage(message) => {
                Some(inbound::rcs_message(self.envelope().channel_id, message, self.origin()?))
            }
            Event::MessageCreated(message) => inbound::created_message(message, self.origin()?),
            Event::ExotelMessage(incoming) => Some(inbound::exotel_message(incoming, self.origin()?)),
            _ => None,
        }
    }

    /// What the item says of a sent message, ready for [`merge`](incs_model::delivery::Delivery::merge).
    pub fn fact(&self) -> Option<Fact> {
        match self.event()? {
            Event::MessageStatus(update) => Some(update.into()),
            Event::WhatsAppStatus(status) => Some(status.into()),
            Event::MessageCreated(message) => Fact::of_message(message),
            Event::ChannelStatus(update) => Some(update.into()),
            Event::ExotelReport(report) => Some(report.into()),
            Event::ExotelSmsReport(report) => Some(report.into()),
            _ => None,
        }
    }

    /// What is the same when the same thing is delivered again, and differs otherwise: who or what it is about, and the state
    /// it is in. `None` when nothing in the item says that; then take it for new, since twice is better than lost.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        self.event().and_then(DedupKey::of)
    }

    fn origin(&self) -> Option<Origin> {
        let text = std::str::from_utf8(self.raw()).ok()?;
        Some(Origin::new(self.pointer(), RawJson::parse(text).ok()?))
    }
}

impl Fault {
    /// JSON pointer of the wrong member, from the item; empty for the item itself.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Decode(error) | Self::Shape(ShapeError::NotJson(error)) => error.pointer(),
            Self::Shape(_) => "",
        }
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("pointer", &self.pointer()).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}
