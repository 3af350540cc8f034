//! The content of a delivery: a [`Batch`] of [`Item`]s.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::{slice, vec};

use incs_model::delivery::Fact;
use incs_model::event::whatsapp::{Contact, ContactIndex, Value};
use incs_model::inbound::{self, Inbound, Origin, Provider};
use incs_model::{DecodeError, Party, RawJson};

use crate::dedup::DedupKey;
use crate::event::{Envelope, Event};
use crate::label;
use crate::shape::ShapeError;

/// All that a delivery says, one [`Item`] each; never empty. The items of a list are in its order.
#[derive(Clone)]
pub struct Batch {
    source: Arc<Source>,
    items: Vec<Item>,
}

/// One thing that a delivery says: an event, or an element of a list of them.
///
/// It owns all it needs, so it can go to a queue or to another task; the items of a delivery share its body. No method does work
/// that grows with the body: each looks at the item only.
#[derive(Clone)]
pub struct Item {
    source: Arc<Source>,
    place: Place,
    /// Its place in the body.
    range: Range<usize>,
    /// Its own name for its kind, if it was not understood.
    name: Option<Arc<str>>,
    outcome: Kept,
}

/// The data that the items of a batch share.
struct Source {
    body: Box<[u8]>,
    provider: Option<Provider>,
    envelope: Envelope,
    /// The contacts of the envelope by their ids, made when the first message is looked at.
    contacts: OnceLock<ContactIndex>,
}

/// The place of an item, as a JSON pointer. The items of a list share the pointer of the list.
#[derive(Clone, Default)]
pub(crate) struct Place {
    /// The pointer of the item or of its list; none for the whole body.
    pointer: Option<Arc<str>>,
    index: Option<usize>,
}

/// An outcome in few bytes, since a body may have hundreds of thousands of elements that this version does not know.
#[derive(Clone)]
pub(crate) enum Kept {
    Unknown,
    /// Any other.
    Outcome(Box<Outcome>),
}

/// An item that was found in a body.
pub(crate) struct Found<'a> {
    pub(crate) place: Place,
    /// The part of the body.
    pub(crate) raw: &'a [u8],
    /// Its own name for its kind, if it was not understood.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) outcome: Kept,
}

/// The items found in a body.
#[derive(Default)]
pub(crate) struct Finds<'a> {
    pub(crate) envelope: Envelope,
    pub(crate) items: Vec<Found<'a>>,
}

/// The result of reading an item. Its bytes are kept in every case: [`Item::raw`].
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

/// The reason why an item could not be read. `Display` is one sentence without any value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A member is missing or wrong. Pointer, line and column count from the beginning of the item.
    #[error(transparent)]
    Decode(DecodeError),
    /// The bytes of the item are not JSON, or nested too deep.
    #[error(transparent)]
    Shape(ShapeError),
}

impl Batch {
    /// The items found in a body, of which there is at least one.
    pub(crate) fn new(body: &[u8], provider: Option<Provider>, finds: Finds<'_>) -> Self {
        let source =
            Arc::new(Source { body: body.into(), provider, envelope: finds.envelope, contacts: OnceLock::new() });
        let items = finds.items.into_iter().map(|found| Item {
            source: Arc::clone(&source),
            range: range_in(body, found.raw),
            place: found.place,
            name: found.name,
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

    /// Returns the provider of the body; `None` when nothing tells.
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

    /// Returns the facts about sent messages.
    pub fn facts(&self) -> impl Iterator<Item = Fact> {
        self.iter().filter_map(Item::fact)
    }

    /// The items that were not understood: keep them, they are not lost.
    pub fn leftovers(&self) -> impl Iterator<Item = &Item> {
        self.iter().filter(|item| item.event().is_none())
    }
}

impl Item {
    /// Returns the result of reading it.
    pub fn outcome(&self) -> &Outcome {
        match &self.outcome {
            Kept::Unknown => &Outcome::Unknown,
            Kept::Outcome(outcome) => outcome,
        }
    }

    /// The event, if it was understood.
    pub fn event(&self) -> Option<&Event> {
        match self.outcome() {
            Outcome::Parsed(event) => Some(event),
            Outcome::Unknown | Outcome::Malformed(_) => None,
        }
    }

    /// Returns the result of reading it, by value.
    pub fn into_outcome(self) -> Outcome {
        match self.outcome {
            Kept::Unknown => Outcome::Unknown,
            Kept::Outcome(outcome) => *outcome,
        }
    }

    /// Returns the kind of the item in one name: [`Event::kind`] if it was understood.
    ///
    /// Otherwise what it calls itself, as far as that can be read:
    ///
    /// | an item that was not understood | kind |
    /// | --- | --- |
    /// | an element of a list that this version does not know, in a `new_message` from WhatsApp | `new_message.whatsapp.` and the name of the list, such as `new_message.whatsapp.history` |
    /// | any other of INCS | the name of the event, such as `new_message` |
    /// | of Exotel | by its `callback_type`: `exotel.incoming`, `exotel.dlr`, `exotel.typing`, … |
    ///
    /// `None` when it calls itself nothing. A name of the sender is in it only if it looks like one that a programmer gave, of at
    /// most 32 letters, digits, `_`, `-` and `.`; for any other there is `unknown`. So a kind can be logged, and be a label of a
    /// metric.
    pub fn kind(&self) -> Option<String> {
        self.event().map(Event::kind).or_else(|| self.name.as_deref().map(str::to_owned))
    }

    /// Returns the provider of the body; `None` when nothing tells.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.provider.as_ref()
    }

    /// Returns the data around it, for the items of a `new_message`.
    pub fn envelope(&self) -> &Envelope {
        &self.source.envelope
    }

    /// JSON pointer of the item in its body; empty for the whole body.
    ///
    /// Of the name of a list in it at most 64 characters are shown, then `…`, since all items of the list repeat it. No list of the
    /// platforms has a name that long. In a body that is not JSON the index counts what is between the commas.
    pub fn pointer(&self) -> Cow<'_, str> {
        self.place.pointer()
    }

    /// JSON pointer, in the body, of the member that could not be read.
    pub fn fault_pointer(&self) -> Option<String> {
        match self.outcome() {
            Outcome::Malformed(fault) => Some(format!("{}{}", self.pointer(), fault.pointer())),
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
    ///
    /// Data that the items of a delivery share, such as the business number or the name in a contact, is left out if it is longer
    /// than 1,024 bytes, since each view has its own copy. The [envelope](Self::envelope) has it.
    pub fn inbound(&self) -> Option<Inbound> {
        match self.event()? {
            Event::WhatsAppMessage(message) => {
                let Envelope { channel_id, business_phone, whatsapp } = self.envelope();
                let empty = Value::new();
                let value = whatsapp.as_ref().unwrap_or(&empty);
                let contacts = self.source.contacts();
                let (channel_id, business_phone) = (*channel_id, business_phone.as_ref());
                let envelope = inbound::Envelope { channel_id, business_phone, value, contacts };
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

    /// Returns the customer that the item is about: who wrote, or who a message was sent to. `None` where the item does not say.
    ///
    /// It is the party of the [message](Self::inbound) and of the [fact](Self::fact), with the ids that only the delivery's contacts
    /// have. Handle items with the same [key](Party::key) in their order; others can be handled at the same time.
    pub fn party(&self) -> Option<Party> {
        self.event()?.party().map(|party| self.completed(party))
    }

    /// Returns the fact about a sent message, ready for [`merge`](incs_model::delivery::Delivery::merge).
    pub fn fact(&self) -> Option<Fact> {
        let mut fact = self.event()?.fact()?;
        fact.recipient = fact.recipient.map(|party| self.completed(party));
        Some(fact)
    }

    /// Returns a key that is the same when the same thing is delivered again, and differs otherwise: who or what it is about, and
    /// the state it is in. `None` when nothing in the item says that; then take it for new, since twice is better than lost.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        self.event().and_then(Event::dedup_key)
    }

    /// Adds the ids that only the contacts of the delivery have.
    fn completed(&self, party: Party) -> Party {
        self.source.contacts().completed(self.source.people(), party)
    }

    fn origin(&self) -> Option<Origin> {
        let text = std::str::from_utf8(self.raw()).ok()?;
        Some(Origin::new(self.pointer(), RawJson::parse(text).ok()?))
    }
}

impl Source {
    fn people(&self) -> &[Contact] {
        self.envelope.whatsapp.as_ref().map_or(&[], |value| &value.contacts)
    }

    fn contacts(&self) -> &ContactIndex {
        self.contacts.get_or_init(|| ContactIndex::new(self.people()))
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

impl Kept {
    /// Reports whether it says that the bytes are not JSON, or nested too deep.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Outcome(outcome) if matches!(**outcome, Outcome::Malformed(Fault::Shape(_))))
    }
}

impl From<Outcome> for Kept {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Unknown => Self::Unknown,
            other => Self::Outcome(Box::new(other)),
        }
    }
}

impl Place {
    /// The most characters of a name that are shown.
    const MOST_CHARACTERS: usize = 64;

    /// A member of the object at this place.
    pub(crate) fn member(&self, name: &str) -> Self {
        let mut token = name.chars();
        let shown: String = token.by_ref().take(Self::MOST_CHARACTERS).collect();
        let end = if token.next().is_some() { "…" } else { "" };
        let escaped = shown.replace('~', "~0").replace('/', "~1");
        Self { pointer: Some(format!("{}/{escaped}{end}", self.pointer()).into()), index: None }
    }

    /// An element of the list at this place.
    pub(crate) fn element(&self, index: usize) -> Self {
        Self { pointer: self.pointer.clone(), index: Some(index) }
    }

    fn pointer(&self) -> Cow<'_, str> {
        let pointer = self.pointer.as_deref().unwrap_or_default();
        self.index.map_or(Cow::Borrowed(pointer), |index| Cow::Owned(format!("{pointer}/{index}")))
    }
}

impl<'a> Finds<'a> {
    /// The whole body as the only item.
    pub(crate) fn whole(body: &'a [u8], name: Option<Arc<str>>, outcome: impl Into<Outcome>) -> Self {
        let mut finds = Self::default();
        finds.add_whole(body, name, outcome);
        finds
    }

    /// Adds an item that is the whole body.
    pub(crate) fn add_whole(&mut self, body: &'a [u8], name: Option<Arc<str>>, outcome: impl Into<Outcome>) {
        let outcome = Kept::from(outcome.into());
        self.items.push(Found { place: Place::default(), raw: body, name, outcome });
    }
}

/// Returns the range of a part of a body in it.
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

/// Shows names in the pointer only if they look like names of a platform: any other may be a number or text of a person.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_index = |token: &str| token.len() <= 7 && token.bytes().all(|byte| byte.is_ascii_digit());
        let shown = |token| if is_index(token) { token } else { label::piece(token) };
        let pointer = self.pointer().split('/').map(shown).collect::<Vec<_>>().join("/");
        f.debug_struct("Item").field("pointer", &pointer).field("outcome", self.outcome()).finish_non_exhaustive()
    }
}
