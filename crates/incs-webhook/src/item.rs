//! What a delivery says: a [`Batch`] of [`Item`]s.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::{slice, vec};

use incs_model::delivery::Fact;
use incs_model::inbound::{self, Inbound, Origin, Provider};
use incs_model::{DecodeError, RawJson, decode_str};

use crate::dedup::DedupKey;
use crate::event::{Envelope, Event};
use crate::label::piece;
use crate::members::members;
use crate::shape::{ShapeError, without_mark};

/// All that a delivery says, one [`Item`] each, in the order of the body; never empty.
#[derive(Clone)]
pub struct Batch {
    source: Arc<Source>,
    items: Vec<Item>,
}

/// One thing that a delivery says: an event, or an element of a list of them.
///
/// It owns all it needs, so it can go to a queue or to another task; the items of a delivery share its body.
#[derive(Clone)]
pub struct Item {
    source: Arc<Source>,
    pointer: String,
    /// Where it is in the body.
    range: Range<usize>,
    /// What it calls itself, if it was not understood.
    name: Option<String>,
    outcome: Outcome,
}

/// What the items of a batch share.
struct Source {
    body: Box<[u8]>,
    provider: Option<Provider>,
    envelope: Envelope,
}

/// An item that was found in a body.
pub(crate) struct Found<'a> {
    /// JSON pointer in the body.
    pub(crate) pointer: String,
    /// The part of the body.
    pub(crate) raw: &'a [u8],
    pub(crate) outcome: Outcome,
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

impl Batch {
    /// The items found in a body, of which there is at least one.
    pub(crate) fn new(body: &[u8], provider: Option<Provider>, envelope: Envelope, found: Vec<Found<'_>>) -> Self {
        let source = Arc::new(Source { body: body.into(), provider, envelope });
        let event = LazyCell::new(|| named(body, "event"));
        let name = |found: &Found<'_>| match (&found.outcome, &source.provider) {
            (Outcome::Parsed(_), _) => None,
            (_, Some(Provider::Exotel)) => {
                let callback_type = named(found.raw, "callback_type")?;
                Some(Event::exotel_name(piece(&callback_type), found.pointer.starts_with("/sms")))
            }
            _ => event.as_deref().map(|name| piece(name).to_owned()),
        };
        let items = found.into_iter().map(|found| Item {
            source: Arc::clone(&source),
            range: range_in(body, found.raw),
            name: name(&found),
            pointer: found.pointer,
            outcome: found.outcome,
        });
        Self { items: items.collect(), source }
    }

    /// The items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// The items.
    pub fn iter(&self) -> slice::Iter<'_, Item> {
        self.items.iter()
    }

    /// Whose body it is; `None` when nothing tells.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.provider.as_ref()
    }

    /// The body, byte for byte.
    pub fn body(&self) -> &[u8] {
        &self.source.body
    }

    /// The customers' messages.
    pub fn inbound(&self) -> impl Iterator<Item = Inbound> {
        self.iter().filter_map(Item::inbound)
    }

    /// What is said of sent messages.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.iter().filter_map(Item::fact)
    }

    /// The items that were not understood: keep them, they are not lost.
    pub fn leftovers(&self) -> impl Iterator<Item = &Item> {
        self.iter().filter(|item| !matches!(item.outcome, Outcome::Parsed(_)))
    }
}

impl Item {
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

    /// What the item is, in one name: [`Event::kind`] if it was understood.
    ///
    /// Otherwise what it calls itself, as far as that can be read: the name of the event (`new_message`), or with Exotel the
    /// `callback_type` (`exotel.incoming`, `exotel.typing`). `None` when it calls itself nothing.
    pub fn kind(&self) -> Option<String> {
        self.event().map(Event::kind).or_else(|| self.name.clone())
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
        Cow::Borrowed(&self.pointer)
    }

    /// JSON pointer, in the body, of the member that could not be read.
    pub fn fault_pointer(&self) -> Option<String> {
        match &self.outcome {
            Outcome::Malformed(fault) => Some(format!("{}{}", self.pointer, fault.pointer())),
            Outcome::Parsed(_) | Outcome::Unknown => None,
        }
    }

    /// The item, byte for byte as it came. If that is the whole body, it begins after the byte order mark, should there be one.
    pub fn raw(&self) -> &[u8] {
        self.source.body.get(self.range.clone()).unwrap_or_default()
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
        self.event()?.fact()
    }

    /// What is the same when the same thing is delivered again, and differs otherwise: who or what it is about, and the state
    /// it is in. `None` when nothing in the item says that; then take it for new, since twice is better than lost.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        self.event().and_then(Event::dedup_key)
    }

    fn origin(&self) -> Option<Origin> {
        let text = std::str::from_utf8(self.raw()).ok()?;
        Some(Origin::new(self.pointer(), RawJson::parse(text).ok()?))
    }
}

impl Fault {
    pub(crate) fn of(error: DecodeError) -> Self {
        if error.is_syntax() && error.pointer().is_empty() {
            Self::Shape(ShapeError::NotJson(error))
        } else {
            Self::Decode(error)
        }
    }

    /// JSON pointer of the wrong member, from the item; empty for the item itself.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Decode(error) | Self::Shape(ShapeError::NotJson(error)) => error.pointer(),
            Self::Shape(_) => "",
        }
    }
}

impl From<Event> for Outcome {
    fn from(event: Event) -> Self {
        Self::Parsed(event)
    }
}

impl<'a> Found<'a> {
    pub(crate) fn new(pointer: impl Into<String>, raw: &'a str, outcome: impl Into<Outcome>) -> Self {
        Self { pointer: pointer.into(), raw: raw.as_bytes(), outcome: outcome.into() }
    }

    /// The whole body as one item.
    pub(crate) fn whole(body: &'a [u8], outcome: impl Into<Outcome>) -> Self {
        Self { pointer: String::new(), raw: body, outcome: outcome.into() }
    }
}

/// The text in a member of a JSON object, if it is not empty.
fn named(json: &[u8], member: &str) -> Option<String> {
    let members = members(without_mark(std::str::from_utf8(json).ok()?));
    decode_str::<String>(members.get(member)?.get()).ok().filter(|text| !text.is_empty())
}

/// Where a part of a body is in it.
fn range_in(body: &[u8], part: &[u8]) -> Range<usize> {
    let start = part.as_ptr().addr().saturating_sub(body.as_ptr().addr());
    start..start.saturating_add(part.len())
}

impl<'a> IntoIterator for &'a Batch {
    type Item = &'a Item;
    type IntoIter = slice::Iter<'a, Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Batch {
    type Item = Item;
    type IntoIter = vec::IntoIter<Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.items.into_iter()
    }
}

impl fmt::Debug for Batch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("provider", &self.provider()).field("items", &self.items()).finish()
    }
}

impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Item").field("pointer", &self.pointer).field("outcome", &self.outcome).finish_non_exhaustive()
    }
}
