//! The content of a delivery: a [`Batch`] of [`Item`]s.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::{slice, vec};

use incs_model::delivery::DeliveryUpdate;
use incs_model::event::whatsapp::Value;
use incs_model::inbound::{self, Inbound, Origin, Provider};
use incs_model::{DecodeError, Party, RawJson};

use crate::dedup::DedupKey;
use crate::envelope::Envelope;
use crate::event::{DeliveryContext, Event};
use crate::label;
use crate::shape::ShapeError;

/// The items of a delivery. Never empty. The items of a list keep its order.
#[derive(Clone)]
pub struct Batch {
    source: Arc<Source>,
    items: Vec<Item>,
}

/// One item of a delivery: an event, or an element of a list of events.
///
/// An item owns its data and can be moved to a queue or another task. The items of a delivery share its body. The cost of each method
/// depends on the item, not on the body.
#[derive(Clone)]
pub struct Item {
    source: Arc<Source>,
    place: Place,
    /// The range in the body.
    range: Range<usize>,
    /// The kind as the item calls itself, if it was not understood.
    name: Option<Arc<str>>,
    outcome: StoredOutcome,
}

/// The data that the items of a batch share.
struct Source {
    body: Box<[u8]>,
    envelope: Envelope,
}

/// The place of an item, as a JSON pointer. The items of a list share the pointer of the list.
#[derive(Clone, Default)]
pub(crate) struct Place {
    /// The pointer of the item or of its list. `None` for the whole body.
    pointer: Option<Arc<str>>,
    index: Option<usize>,
}

/// An outcome in few bytes, since a body may have hundreds of thousands of unknown elements.
#[derive(Clone)]
pub(crate) enum StoredOutcome {
    Unknown,
    /// Any other outcome.
    Other(Box<ItemOutcome>),
}

/// An item that was found in a body.
pub(crate) struct Found<'a> {
    pub(crate) place: Place,
    /// The part of the body.
    pub(crate) raw: &'a [u8],
    /// The kind as the item calls itself, if it was not understood.
    pub(crate) name: Option<Arc<str>>,
    pub(crate) outcome: StoredOutcome,
}

/// The items found in a body.
#[derive(Default)]
pub(crate) struct FoundItems<'a> {
    pub(crate) context: DeliveryContext,
    /// The name of the event, for elements of lists that are not understood.
    pub(crate) event_name: Option<Arc<str>>,
    pub(crate) items: Vec<Found<'a>>,
}

/// The result of reading an item. [`Item::raw`] has the bytes in every case.
#[derive(Debug, Clone, PartialEq)]
pub enum ItemOutcome {
    /// The item was understood. Kinds and values in it may still be unknown; they are kept.
    Parsed(Event),
    /// An event or a form that this version does not know. Keep it and answer 200.
    Unknown,
    /// A known form with an error in it. Keep it and answer 200.
    Malformed(ItemError),
}

/// The reason why an item could not be read. `Display` writes one sentence without values of the body.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ItemError {
    /// A member is missing or wrong. Pointer, line and column are relative to the item.
    #[error(transparent)]
    Decode(DecodeError),
    /// The bytes of the item are not JSON, or nested too deep.
    #[error(transparent)]
    Shape(ShapeError),
}

impl Batch {
    /// Creates a batch of the items found in a body, of which there is at least one.
    pub(crate) fn new(body: &[u8], provider: Option<Provider>, found_items: FoundItems<'_>) -> Self {
        let envelope = Envelope::new(provider, found_items.context, found_items.event_name);
        let source = Arc::new(Source { body: body.into(), envelope });
        let items = found_items.items.into_iter().map(|found| Item::new(Arc::clone(&source), body, found));
        Self { items: items.collect(), source }
    }

    /// Returns the items.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Iterates over the items.
    pub fn iter(&self) -> slice::Iter<'_, Item> {
        self.items.iter()
    }

    /// Returns the provider of the body. `None` if it is not recognized.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.envelope.provider()
    }

    /// Returns the data that the items share, to store it beside the bytes of each item.
    pub fn envelope(&self) -> Envelope {
        self.source.envelope.clone()
    }

    /// Returns the unchanged body.
    pub fn body(&self) -> &[u8] {
        &self.source.body
    }

    /// Iterates over the customers' messages.
    pub fn inbound(&self) -> impl Iterator<Item = Inbound> {
        self.iter().filter_map(Item::inbound)
    }

    /// Iterates over the delivery updates of sent messages.
    pub fn delivery_updates(&self) -> impl Iterator<Item = DeliveryUpdate> {
        self.iter().filter_map(Item::delivery_update)
    }

    /// Iterates over the items that were not understood. Store them for an operator or a later version.
    pub fn unparsed(&self) -> impl Iterator<Item = &Item> {
        self.iter().filter(|item| item.event().is_none())
    }
}

impl Item {
    fn new(source: Arc<Source>, body: &[u8], found: Found<'_>) -> Self {
        let Found { place, raw, name, outcome } = found;
        Self { source, range: range_in(body, raw), place, name, outcome }
    }

    /// Creates an item that was read from its own bytes.
    pub(crate) fn restored(envelope: Envelope, bytes: &[u8], found: Found<'_>) -> Self {
        Self::new(Arc::new(Source { body: bytes.into(), envelope }), bytes, found)
    }

    /// Returns the result of reading the item.
    pub fn outcome(&self) -> &ItemOutcome {
        match &self.outcome {
            StoredOutcome::Unknown => &ItemOutcome::Unknown,
            StoredOutcome::Other(outcome) => outcome,
        }
    }

    /// Returns the event if the item was understood.
    pub fn event(&self) -> Option<&Event> {
        match self.outcome() {
            ItemOutcome::Parsed(event) => Some(event),
            ItemOutcome::Unknown | ItemOutcome::Malformed(_) => None,
        }
    }

    /// Returns the result of reading the item, by value.
    pub fn into_outcome(self) -> ItemOutcome {
        match self.outcome {
            StoredOutcome::Unknown => ItemOutcome::Unknown,
            StoredOutcome::Other(outcome) => *outcome,
        }
    }

    /// Returns the kind of the item as one name: [`Event::kind`] if it was understood.
    ///
    /// Otherwise the kind is the item's own name, as far as it can be read:
    ///
    /// | an item that was not understood | kind |
    /// | --- | --- |
    /// | an element of a list that this version does not know, in a `new_message` from WhatsApp | `new_message.whatsapp.` and the name of the list, such as `new_message.whatsapp.history` |
    /// | any other item of INCS | the name of the event, such as `new_message` |
    /// | an item of Exotel | from its `callback_type`: `exotel.incoming`, `exotel.dlr`, `exotel.typing`, … |
    ///
    /// Returns `None` if the item has no such name. A name of the sender is used only if it looks like an identifier: at most 32 ASCII
    /// letters, digits, `_`, `-` and `.`. Any other name is replaced by `unknown`, so a kind can be logged and used as a metric label.
    pub fn kind(&self) -> Option<String> {
        self.event().map(Event::kind).or_else(|| self.name.as_deref().map(str::to_owned))
    }

    /// Returns the provider of the body. `None` if it is not recognized.
    pub fn provider(&self) -> Option<&Provider> {
        self.source.envelope.provider()
    }

    /// Returns the data around the items of a `new_message`. Empty for other items.
    pub fn delivery_context(&self) -> &DeliveryContext {
        self.source.envelope.context()
    }

    /// Returns the data that the items of the delivery share, which [restores](Envelope::item) each of them from its own bytes.
    pub fn envelope(&self) -> Envelope {
        self.source.envelope.clone()
    }

    /// Returns the JSON pointer of the item in its body. Empty for the whole body.
    ///
    /// The name of a list is cut after 64 characters and ends in `…`, since all items of the list repeat it. No list of the platforms
    /// has a name that long. In a body that is not JSON, the index counts the parts between commas.
    pub fn pointer(&self) -> Cow<'_, str> {
        self.place.pointer()
    }

    /// Returns the JSON pointer, in the body, of the member that could not be read.
    pub fn error_pointer(&self) -> Option<String> {
        match self.outcome() {
            ItemOutcome::Malformed(fault) => Some(format!("{}{}", self.pointer(), fault.pointer())),
            ItemOutcome::Parsed(_) | ItemOutcome::Unknown => None,
        }
    }

    /// Returns the unchanged bytes of the item. If it is the whole body, a byte order mark is left out.
    pub fn raw(&self) -> &[u8] {
        self.source.body.get(self.range.clone()).unwrap_or_default()
    }

    /// Returns the range of [`raw`](Self::raw) in [`body`](Self::body).
    pub fn byte_range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// Returns the whole unchanged body of the delivery. If the item was [restored](Envelope::item), returns the bytes that it was
    /// restored from.
    pub fn body(&self) -> &[u8] {
        &self.source.body
    }

    /// Returns the customer's message in the form that is the same for both providers. `None` for receipts, template events, and
    /// messages written by your own staff.
    ///
    /// Shared data of the delivery, such as the business number or the name in a contact, is left out if it is longer than 1,024 bytes,
    /// since each `Inbound` has its own copy. The [delivery context](Self::delivery_context) has it.
    pub fn inbound(&self) -> Option<Inbound> {
        match self.event()? {
            Event::WhatsAppMessage(message) => {
                let DeliveryContext { channel_id, business_phone, whatsapp } = self.delivery_context();
                let empty = Value::new();
                let value = whatsapp.as_ref().unwrap_or(&empty);
                let contacts = self.source.envelope.contacts();
                let (channel_id, business_phone) = (*channel_id, business_phone.as_ref());
                let delivery = inbound::WhatsAppDelivery { channel_id, business_phone, value, contacts };
                Some(inbound::whatsapp_message(delivery, message, self.origin()?))
            }
            Event::RcsMessage(message) => {
                Some(inbound::rcs_message(self.delivery_context().channel_id, message, self.origin()?))
            }
            Event::MessageCreated(message) => inbound::created_message(message, self.origin()?),
            Event::ExotelMessage(incoming) => Some(inbound::exotel_message(incoming, self.origin()?)),
            _ => None,
        }
    }

    /// Returns the customer of the item: the sender of a message, or the recipient of a sent one. `None` if the item does not name one.
    ///
    /// This is the party of [`inbound`](Self::inbound) and [`delivery_update`](Self::delivery_update), with the ids that only the
    /// contacts of the delivery have. Handle items with the same [key](Party::key) in order; others can be handled concurrently.
    pub fn party(&self) -> Option<Party> {
        self.event()?.party().map(|party| self.completed(party))
    }

    /// Returns the delivery update of a sent message, ready for [`merge`](incs_model::delivery::DeliveryState::merge).
    pub fn delivery_update(&self) -> Option<DeliveryUpdate> {
        let mut update = self.event()?.delivery_update()?;
        update.recipient = update.recipient.map(|party| self.completed(party));
        Some(update)
    }

    /// Returns the deduplication key, which is the same when the same event is delivered again and differs otherwise.
    ///
    /// Returns `None` if the item has no identity. Treat such an item as new: a duplicate is better than a lost message.
    pub fn dedup_key(&self) -> Option<DedupKey> {
        self.event().and_then(Event::dedup_key)
    }

    /// Adds the ids that only the contacts of the delivery have.
    fn completed(&self, party: Party) -> Party {
        self.source.envelope.completed(party)
    }

    fn origin(&self) -> Option<Origin> {
        // The event was read from it.
        let text = std::str::from_utf8(self.raw()).ok()?;
        Some(Origin::new(self.pointer(), RawJson::from_parsed(text.trim_ascii())))
    }
}

impl ItemError {
    pub(crate) fn of(error: DecodeError) -> Self {
        if error.is_syntax() && error.pointer().is_empty() {
            Self::Shape(ShapeError::NotJson(error))
        } else {
            Self::Decode(error)
        }
    }

    /// Returns the JSON pointer of the wrong member, relative to the item. Empty for the item itself.
    pub fn pointer(&self) -> &str {
        match self {
            Self::Decode(error) | Self::Shape(ShapeError::NotJson(error)) => error.pointer(),
            Self::Shape(_) => "",
        }
    }
}

impl From<Event> for ItemOutcome {
    fn from(event: Event) -> Self {
        Self::Parsed(event)
    }
}

impl StoredOutcome {
    fn is_parsed(&self) -> bool {
        matches!(self, Self::Other(outcome) if matches!(**outcome, ItemOutcome::Parsed(_)))
    }

    /// Reports whether the bytes are not JSON or nested too deep.
    pub(crate) fn is_unreadable(&self) -> bool {
        matches!(self, Self::Other(outcome) if matches!(**outcome, ItemOutcome::Malformed(ItemError::Shape(_))))
    }
}

impl From<Event> for StoredOutcome {
    fn from(event: Event) -> Self {
        Self::Other(Box::new(ItemOutcome::Parsed(event)))
    }
}

impl From<ItemOutcome> for StoredOutcome {
    fn from(outcome: ItemOutcome) -> Self {
        match outcome {
            ItemOutcome::Unknown => Self::Unknown,
            other => Self::Other(Box::new(other)),
        }
    }
}

impl Place {
    /// The largest number of characters of a name that are shown.
    const MAX_CHARACTERS: usize = 64;

    /// Returns the place of a member of this object.
    pub(crate) fn member(&self, name: &str) -> Self {
        let mut pointer = self.pointer().into_owned();
        pointer.reserve(name.len().min(Self::MAX_CHARACTERS) + 1);
        pointer.push('/');
        let mut token = name.chars();
        for character in token.by_ref().take(Self::MAX_CHARACTERS) {
            match character {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                other => pointer.push(other),
            }
        }
        if token.next().is_some() {
            pointer.push('…');
        }
        Self { pointer: Some(pointer.into()), index: None }
    }

    /// Creates the place that a pointer shows.
    pub(crate) fn shown(pointer: &str) -> Self {
        Self { pointer: Some(pointer.into()), index: None }
    }

    /// Reports whether it is the whole body.
    pub(crate) fn is_whole(&self) -> bool {
        self.pointer.is_none()
    }

    /// Returns the place of an element of this list.
    pub(crate) fn element(&self, index: usize) -> Self {
        Self { pointer: self.pointer.clone(), index: Some(index) }
    }

    fn pointer(&self) -> Cow<'_, str> {
        let pointer = self.pointer.as_deref().unwrap_or_default();
        self.index.map_or(Cow::Borrowed(pointer), |index| Cow::Owned([pointer, "/", &index.to_string()].concat()))
    }
}

impl<'a> FoundItems<'a> {
    /// Creates a list with the whole body as the only item.
    pub(crate) fn whole(body: &'a [u8], outcome: ItemOutcome, name: impl FnOnce() -> Option<Arc<str>>) -> Self {
        let mut found_items = Self::default();
        found_items.add(Place::default(), body, outcome, name);
        found_items
    }

    /// Adds an item. Calls `name` only if it was not understood.
    pub(crate) fn add(
        &mut self,
        place: Place,
        raw: &'a [u8],
        outcome: impl Into<StoredOutcome>,
        name: impl FnOnce() -> Option<Arc<str>>,
    ) {
        self.items.push(Found::new(place, raw, outcome, name));
    }
}

impl<'a> Found<'a> {
    /// Creates an item. Calls `name` only if it was not understood.
    pub(crate) fn new(
        place: Place,
        raw: &'a [u8],
        outcome: impl Into<StoredOutcome>,
        name: impl FnOnce() -> Option<Arc<str>>,
    ) -> Self {
        let outcome = outcome.into();
        let name = if outcome.is_parsed() { None } else { name() };
        Self { place, raw, name, outcome }
    }
}

/// Returns the range of a part in its body.
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

/// Shows names in the pointer only if they look like identifiers, since others may be a number or text of a person.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_index = |token: &str| token.len() <= 7 && token.bytes().all(|byte| byte.is_ascii_digit());
        let shown = |token| if is_index(token) { token } else { label::piece(token) };
        let pointer = self.pointer().split('/').map(shown).collect::<Vec<_>>().join("/");
        f.debug_struct("Item").field("pointer", &pointer).field("outcome", self.outcome()).finish_non_exhaustive()
    }
}
