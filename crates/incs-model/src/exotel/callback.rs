//! The body of one POST and its elements.

use incs_model_derive::WireStruct;
use serde::de::{DeserializeOwned, Error, value};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::incoming::Incoming;
use super::object::{Object, Spelling};
use super::report::{Report, SmsReport};
use super::status::{ReportState, StatusCode, StatusName};
use crate::address::Address;
use crate::id::MessageId;
use crate::json::{DecodeError, RawJson};
use crate::open::from_contents;
use crate::schema_of::schema_of;
use crate::time::WireTime;

/// The body of one POST. Every JSON text is a callback: an unknown or faulty part is kept in an [`Item`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "RawJson")]
#[non_exhaustive]
pub enum Callback {
    /// `{"rcs": {"messages": […]}, "sms": {"messages": […]}}`.
    Nested(Nested),
    /// A body without `rcs` and `sms`: one element by itself. Only delivery reports are known to have this form (Exotel: send RCS
    /// message); an unknown or faulty body is an [`Item::Unknown`] or [`Item::Malformed`] here.
    Flat(Item),
}

/// A body with one list for each channel. Both lists may be present.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ExotelNested"))]
#[non_exhaustive]
pub struct Nested {
    /// Messages of users (Exotel: receive messages webhook) and delivery reports (Exotel: RCS status callback).
    pub rcs: Option<MessageList<Item>>,
    /// Delivery reports about fallback SMS (Exotel: RCS status callback).
    pub sms: Option<MessageList<SmsItem>>,
    /// The spelling of `rcs`, `sms`, and `messages` in each.
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

/// The list of a channel: its documented name, and the placeholder for the name of its elements.
struct ListName {
    channel: &'static str,
    messages: &'static str,
}

const RCS: ListName = ListName { channel: "rcs", messages: "rcs.messages" };
const SMS: ListName = ListName { channel: "sms", messages: "sms.messages" };

/// The elements of one channel: `{"messages": […]}`. Every sample has one element; any number is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "RawJson", bound(serialize = "T: Serialize", deserialize = "T: DeserializeOwned"))]
#[non_exhaustive]
pub enum MessageList<T> {
    /// The elements, in their original order.
    Items(#[serde(serialize_with = "write_messages")] Vec<T>),
    /// Not an object with a list; kept whole and written back unchanged.
    Malformed(Malformed),
}

/// An element of `rcs.messages[]`: a message of a user or a delivery report. Both go to the same URL.
///
/// `callback_type` `dlr` makes it a report. Otherwise `content` makes it a message, and `exo_status_code` beside `sid` or
/// `to` makes it a report, whatever `callback_type` says. Reading never fails, so one bad element does not affect the others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "RawJson")]
#[non_exhaustive]
pub enum Item {
    /// A message of a user.
    Incoming(Incoming),
    /// A delivery report about a message to a user.
    Report(Report),
    /// An object that is neither; kept whole and written back unchanged.
    Unknown(RawJson),
    /// A faulty message or report; kept whole and written back unchanged.
    Malformed(Malformed),
}

/// An element of `sms.messages[]`: a delivery report about the fallback SMS. Reading never fails.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, from = "RawJson")]
#[non_exhaustive]
pub enum SmsItem {
    /// A delivery report about the SMS.
    Report(SmsReport),
    /// An object that is not a report; kept whole and written back unchanged.
    Unknown(RawJson),
    /// A faulty report; kept whole and written back unchanged.
    Malformed(Malformed),
}

/// An element that could not be read, kept unchanged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Malformed {
    raw: RawJson,
    #[serde(skip)]
    error: DecodeError,
}

/// An element of a callback, from either list: see [`Callback::entries`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// A message of a user.
    Incoming(&'a Incoming),
    /// A delivery report about an RCS message to a user.
    Report(&'a Report),
    /// A delivery report about the fallback SMS.
    SmsReport(&'a SmsReport),
    /// An element that this version does not know.
    Unknown(&'a RawJson),
    /// A faulty element.
    Malformed(&'a Malformed),
}

impl crate::masked::Masked for Callback {}
impl crate::masked::Masked for MessageList<Item> {}
impl crate::masked::Masked for MessageList<SmsItem> {}
impl crate::masked::Masked for Item {}
impl crate::masked::Masked for SmsItem {}
impl crate::masked::Masked for Malformed {}

impl Callback {
    /// Returns every element with its JSON pointer in the body: those of `rcs`, then those of `sms`, or the one of a flat body.
    pub fn entries(&self) -> impl Iterator<Item = (String, Entry<'_>)> {
        let (flat, nested) = match self {
            Self::Flat(item) => (Some((String::new(), Entry::from(item))), None),
            Self::Nested(nested) => (None, Some(nested)),
        };
        let rcs = nested.and_then(|nested| Some(nested.rcs.as_ref()?.entries(nested.names(&RCS))));
        let sms = nested.and_then(|nested| Some(nested.sms.as_ref()?.entries(nested.names(&SMS))));
        flat.into_iter().chain(rcs.into_iter().flatten()).chain(sms.into_iter().flatten())
    }
}

impl<T> MessageList<T> {
    /// The elements.
    pub fn items(&self) -> &[T] {
        match self {
            Self::Items(items) => items,
            Self::Malformed(_) => &[],
        }
    }

    /// The value that replaced the list, if it was not a list.
    pub fn malformed(&self) -> Option<&Malformed> {
        match self {
            Self::Items(_) => None,
            Self::Malformed(malformed) => Some(malformed),
        }
    }

    fn entries<'a>(&'a self, (channel, messages): (&'a str, &'a str)) -> impl Iterator<Item = (String, Entry<'a>)>
    where
        Entry<'a>: From<&'a T>,
    {
        let whole = self.malformed().map(|malformed| (format!("/{channel}"), Entry::Malformed(malformed)));
        let items = self.items().iter().enumerate();
        let items = items.map(move |(index, item)| (format!("/{channel}/{messages}/{index}"), Entry::from(item)));
        whole.into_iter().chain(items)
    }
}

impl Item {
    /// The user's address: `from` of a message, `to` of a report.
    pub fn user(&self) -> Option<&Address> {
        Entry::from(self).user()
    }

    /// The business's address: `to` of a message; reports have none.
    pub fn business(&self) -> Option<&Address> {
        Entry::from(self).business()
    }
}

impl From<RawJson> for Item {
    fn from(raw: RawJson) -> Self {
        let item = match Shape::of(&raw) {
            Ok(Shape::Incoming) => raw.decode().map(Self::Incoming),
            Ok(Shape::Report) => raw.decode().map(Self::Report),
            Ok(Shape::Other) => return Self::Unknown(raw),
            Err(error) => Err(error),
        };
        item.unwrap_or_else(|error| Self::Malformed(Malformed { raw, error }))
    }
}

impl SmsItem {
    /// The user's address: `to` of a report.
    pub fn user(&self) -> Option<&Address> {
        Entry::from(self).user()
    }
}

impl From<RawJson> for SmsItem {
    fn from(raw: RawJson) -> Self {
        let item = match Shape::of(&raw) {
            Ok(Shape::Report) => raw.decode().map(Self::Report),
            Ok(Shape::Incoming | Shape::Other) => return Self::Unknown(raw),
            Err(error) => Err(error),
        };
        item.unwrap_or_else(|error| Self::Malformed(Malformed { raw, error }))
    }
}

impl Malformed {
    /// The element, unchanged.
    pub fn raw(&self) -> &RawJson {
        &self.raw
    }

    /// The decode error. Pointer, line and column count from the start of the element.
    pub fn error(&self) -> &DecodeError {
        &self.error
    }
}

/// The kind of an element, derived from its members.
enum Shape {
    Incoming,
    Report,
    Other,
}

impl Shape {
    fn of(raw: &RawJson) -> Result<Self, DecodeError> {
        let mut object: Object = raw.decode()?;
        let callback_type = object.optional::<String, value::Error>(&["callback_type"]);
        let has_party = ["sid", "message_sid", "to"].iter().any(|name| object.has(name));
        Ok(match callback_type {
            Ok(Some(word)) if word == "dlr" => Self::Report,
            _ if object.holds("content") => Self::Incoming,
            _ if object.has("exo_status_code") && has_party => Self::Report,
            _ if object.has("content") => Self::Incoming,
            _ => Self::Other,
        })
    }
}

impl<'a> Entry<'a> {
    /// The user's address: `from` of a message, `to` of a report.
    pub fn user(self) -> Option<&'a Address> {
        match self {
            Self::Incoming(Incoming { user, .. })
            | Self::Report(Report { user, .. })
            | Self::SmsReport(SmsReport { user, .. }) => Some(user),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The business's address: `to` of a message; reports have none.
    pub fn business(self) -> Option<&'a Address> {
        if let Self::Incoming(incoming) = self { Some(&incoming.business) } else { None }
    }

    /// The id of the received message, or of the message that the report is about.
    pub fn message_id(self) -> Option<&'a MessageId> {
        match self {
            Self::Incoming(Incoming { sid, .. }) | Self::Report(Report { sid, .. }) => sid.as_ref(),
            Self::SmsReport(report) => report.id(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The time of the event.
    pub fn timestamp(self) -> Option<&'a WireTime> {
        match self {
            Self::Incoming(Incoming { timestamp, .. })
            | Self::Report(Report { timestamp, .. })
            | Self::SmsReport(SmsReport { timestamp, .. }) => timestamp.as_ref(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The custom data of the send call.
    pub fn custom_data(self) -> Option<&'a str> {
        match self {
            Self::Incoming(Incoming { custom_data, .. })
            | Self::Report(Report { custom_data, .. })
            | Self::SmsReport(SmsReport { custom_data, .. }) => custom_data.as_deref(),
            Self::Unknown(_) | Self::Malformed(_) => None,
        }
    }

    /// The status code of a report.
    pub fn code(self) -> Option<StatusCode> {
        match self {
            Self::Report(Report { code, .. }) | Self::SmsReport(SmsReport { code, .. }) => *code,
            _ => None,
        }
    }

    /// The status name of a report.
    pub fn name(self) -> Option<&'a StatusName> {
        match self {
            Self::Report(Report { name, .. }) | Self::SmsReport(SmsReport { name, .. }) => name.as_ref(),
            _ => None,
        }
    }

    /// The description of a report, for people.
    pub fn description(self) -> Option<&'a str> {
        match self {
            Self::Report(Report { description, .. }) | Self::SmsReport(SmsReport { description, .. }) => {
                description.as_deref()
            }
            _ => None,
        }
    }

    /// The state that the report states.
    pub fn state(self) -> Option<ReportState> {
        match self {
            Self::Report(report) => Some(report.state()),
            Self::SmsReport(report) => Some(report.state()),
            _ => None,
        }
    }
}

impl<'a> From<&'a Item> for Entry<'a> {
    fn from(item: &'a Item) -> Self {
        match item {
            Item::Incoming(incoming) => Self::Incoming(incoming),
            Item::Report(report) => Self::Report(report),
            Item::Unknown(raw) => Self::Unknown(raw),
            Item::Malformed(malformed) => Self::Malformed(malformed),
        }
    }
}

impl<'a> From<&'a SmsItem> for Entry<'a> {
    fn from(item: &'a SmsItem) -> Self {
        match item {
            SmsItem::Report(report) => Self::SmsReport(report),
            SmsItem::Unknown(raw) => Self::Unknown(raw),
            SmsItem::Malformed(malformed) => Self::Malformed(malformed),
        }
    }
}

from_contents!(Callback: Nested(Nested));
from_contents!(Item: Incoming(Incoming), Report(Report));
from_contents!(SmsItem: Report(SmsReport));

impl From<Item> for Callback {
    /// Wraps one element in the usual form.
    fn from(item: Item) -> Self {
        Self::Nested(Nested::new().with_rcs(vec![item]))
    }
}

impl<T> From<Vec<T>> for MessageList<T> {
    fn from(items: Vec<T>) -> Self {
        Self::Items(items)
    }
}

impl From<RawJson> for Callback {
    fn from(raw: RawJson) -> Self {
        let is_nested = raw.decode::<Object>().is_ok_and(|object| object.has("rcs") || object.has("sms"));
        if !is_nested {
            return Self::Flat(raw.into());
        }
        raw.decode().map_or_else(|error| Self::Flat(Item::Malformed(Malformed { raw, error })), Self::Nested)
    }
}

impl Nested {
    /// Returns the names used for the list of a channel and for its elements.
    fn names(&self, list: &ListName) -> (&str, &str) {
        let messages = self.spelling.of(list.messages);
        (self.spelling.of(list.channel), if messages == list.messages { "messages" } else { messages })
    }

    fn read_list<T: DeserializeOwned, E: Error>(
        &mut self,
        object: &Object,
        list: &ListName,
    ) -> Result<Option<MessageList<T>>, E> {
        let Some((channel, raw)) = object.once(list.channel)? else { return Ok(None) };
        let (batch, messages) = MessageList::read(raw);
        self.spelling.add(list.channel, channel);
        if *messages != *"messages" {
            self.spelling.add(list.messages, &messages);
        }
        Ok(Some(batch))
    }
}

impl<'de> Deserialize<'de> for Nested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::deserialize(deserializer)?;
        let mut nested = Self::new();
        nested.rcs = nested.read_list(&object, &RCS)?;
        nested.sms = nested.read_list(&object, &SMS)?;
        Ok(nested)
    }
}

impl Serialize for Nested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(batch) = &self.rcs {
            let (channel, messages) = self.names(&RCS);
            map.serialize_entry(channel, &SpelledBatch { batch, messages })?;
        }
        if let Some(batch) = &self.sms {
            let (channel, messages) = self.names(&SMS);
            map.serialize_entry(channel, &SpelledBatch { batch, messages })?;
        }
        map.end()
    }
}

/// A batch whose elements are under this name.
struct SpelledBatch<'a, T> {
    batch: &'a MessageList<T>,
    messages: &'a str,
}

impl<T: Serialize> Serialize for SpelledBatch<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.batch {
            MessageList::Items(items) => serializer.collect_map([(self.messages, items)]),
            MessageList::Malformed(malformed) => malformed.serialize(serializer),
        }
    }
}

impl<T: DeserializeOwned> MessageList<T> {
    /// Reads a batch, and the name used for its elements.
    fn read(raw: RawJson) -> (Self, Box<str>) {
        match raw.decode() {
            Ok(Messages { items, name }) => (Self::Items(items), name),
            Err(error) => (Self::Malformed(Malformed { raw, error }), "messages".into()),
        }
    }
}

impl<T: DeserializeOwned> From<RawJson> for MessageList<T> {
    fn from(raw: RawJson) -> Self {
        Self::read(raw).0
    }
}

/// The elements in `messages`.
struct Messages<T> {
    items: Vec<T>,
    name: Box<str>,
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Messages<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let object = Object::deserialize(deserializer)?;
        let (name, items) = object.once("messages")?.ok_or_else(|| D::Error::missing_field("messages"))?;
        Ok(Self { items, name: name.into() })
    }
}

fn write_messages<T: Serialize, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("messages", items)])
}

schema_of!(Callback as "ExotelCallback", generator => {
    let nested = generator.subschema_for::<Nested>();
    let report = generator.subschema_for::<Report>();
    schemars::json_schema!({
        "description": "The body of one POST: lists by channel, or one delivery report by itself.",
        "anyOf": [nested, report, { "type": "object" }],
    })
});

schema_of!(Item as "ExotelItem", generator => {
    let incoming = generator.subschema_for::<Incoming>();
    let report = generator.subschema_for::<Report>();
    schemars::json_schema!({
        "description": "A message of a user, a delivery report, or something that this version does not know.",
        "anyOf": [incoming, report, { "type": "object" }],
    })
});

schema_of!(SmsItem as "ExotelSmsItem", generator => {
    let report = generator.subschema_for::<SmsReport>();
    schemars::json_schema!({
        "description": "A report about the fallback SMS, or something that this version does not know.",
        "anyOf": [report, { "type": "object" }],
    })
});

#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> schemars::JsonSchema for MessageList<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("ExotelBatchOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let item = generator.subschema_for::<T>();
        schemars::json_schema!({
            "type": "object",
            "properties": { "messages": { "type": "array", "items": item } },
            "required": ["messages"],
        })
    }
}
