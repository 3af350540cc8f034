//! One message of a customer, and what it holds, whatever the provider.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::id::{ChannelId, ConversationId, MediaId, MediaType, MessageId};
use crate::json::{Cutter, RawJson};
use crate::message::Channel;
use crate::open::{open_text, tagged_union};
use crate::time::WireTime;

open_text! {
    /// Who delivered the message to you.
    pub enum Provider {
        /// INCS.
        Incs = "incs",
        /// Exotel.
        Exotel = "exotel",
    }
}

/// The place of an item in a body, and its text.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Origin {
    /// JSON pointer of the item; empty for the whole body.
    pub pointer: String,
    /// The item as it came.
    pub raw: RawJson,
}

impl Origin {
    /// An item at `pointer`.
    pub fn new(pointer: impl Into<String>, raw: RawJson) -> Self {
        Self { pointer: pointer.into(), raw }
    }

    /// The item at `pointer` of a body; where there is none, `typed` written anew.
    pub(super) fn cut<T: Serialize>(pointer: impl Into<String>, typed: &T, cutter: &mut Cutter<'_>) -> Self {
        let pointer = pointer.into();
        Self { raw: cutter.cut(&pointer, typed), pointer }
    }

    pub(super) fn holding(self, provider: Provider, content: Content) -> Inbound {
        Inbound::new(provider, content, self.pointer, self.raw)
    }
}

/// One message of a customer.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Inbound {
    /// Who delivered it.
    pub provider: Provider,
    /// What it holds.
    pub content: Content,
    /// JSON pointer of the item in the body it came in; empty for the whole body.
    pub pointer: String,
    /// The item as it came, with every member that this version does not know.
    pub raw: RawJson,
    /// The channel. `message_created` does not say it; on WhatsApp it shows in the message id.
    pub channel: Option<Channel>,
    /// The message, as its provider numbers it. Absent on some errors of Exotel, and before a provider has numbered it.
    pub id: Option<MessageId>,
    /// The customer.
    pub user: Option<Address>,
    /// The business number, agent or bot that was written to.
    pub business: Option<Address>,
    /// The INCS channel.
    pub channel_id: Option<ChannelId>,
    /// The conversation in the INCS workbench.
    pub conversation_id: Option<ConversationId>,
    /// When it was sent.
    pub sent_at: Option<WireTime>,
    /// The message that this one answers or quotes.
    pub quoted: Option<Quoted>,
    /// What the customer calls themselves.
    pub profile_name: Option<String>,
    /// What the business gave the send that this answers, where the provider gives it back.
    pub custom_data: Option<String>,
}

/// The message that another one answers or quotes.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Quoted {
    /// The quoted message.
    pub id: Option<MessageId>,
    /// Who wrote it.
    pub from: Option<Address>,
}

tagged_union! {
    /// What a customer's message holds.
    pub enum Content by "type" {
        /// A text.
        Text(Text) = "text",
        /// An image, audio, video, document, sticker or other file.
        Media(Media) = "media",
        /// A place.
        Location(Location) = "location",
        /// A tap on a button, a suggestion or a row of a list.
        Choice(Choice) = "choice",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// People out of the customer's address book.
        Contacts(Contacts) = "contacts",
        /// An order from a catalogue.
        Order(Order) = "order",
        /// Something that the provider could not pass on.
        Error(Problem) = "error",
        /// Something that has no neutral form; see the raw item.
        Other(Other) = "other",
    }
}

/// A text.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Text {
    /// The text.
    pub text: String,
}

open_text! {
    /// What a file is.
    pub enum MediaKind {
        /// An image.
        Image = "image",
        /// An audio.
        Audio = "audio",
        /// A video.
        Video = "video",
        /// A document.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// Any file.
        File = "file",
    }
}

/// A file. It is reached by link or by the provider's id; which one depends on the provider.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Media {
    /// What it is. RCS only knows files: there the media type decides between image, audio, video and file.
    pub kind: MediaKind,
    /// Link to the file.
    pub url: Option<String>,
    /// The file, as the provider numbers it.
    pub id: Option<MediaId>,
    /// The media type.
    pub media_type: Option<MediaType>,
    /// Its name.
    pub file_name: Option<String>,
    /// Bytes. (Exotel names no unit.)
    pub size: Option<u64>,
    /// Seconds.
    pub duration: Option<u64>,
    /// The text below it.
    pub caption: Option<String>,
    /// SHA-256 of the file, in base64.
    pub sha256: Option<String>,
    /// Whether an audio was spoken into the phone.
    pub voice: Option<bool>,
    /// A small picture of it.
    pub thumbnail: Option<Thumbnail>,
}

/// A small picture of a file.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Thumbnail {
    /// Link to the picture.
    pub url: String,
    /// The media type.
    pub media_type: Option<MediaType>,
    /// Bytes.
    pub size: Option<u64>,
}

/// A place, in degrees.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Location {
    /// North is positive.
    pub latitude: f64,
    /// East is positive.
    pub longitude: f64,
    /// What it is called.
    pub name: Option<String>,
    /// Where it is.
    pub address: Option<String>,
}

open_text! {
    /// What was tapped.
    pub enum ChoiceKind {
        /// A suggested reply.
        Reply = "reply",
        /// A suggested action: a link, a call, ….
        Action = "action",
        /// A row of a list.
        List = "list",
        /// A button below a message or template.
        Button = "button",
        /// The end of a flow; the data is the JSON of what was entered.
        Flow = "flow",
    }
}

/// A tap.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Choice {
    /// What was tapped.
    pub kind: ChoiceKind,
    /// What the business set on it: the id, payload or postback data.
    pub data: Option<String>,
    /// The label that the customer saw.
    pub label: Option<String>,
    /// The description that the customer saw.
    pub description: Option<String>,
}

/// An emoji on an earlier message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reaction {
    /// The message it is put on.
    pub message_id: MessageId,
    /// The emoji; absent when the customer took it back.
    pub emoji: Option<String>,
}

/// People out of the customer's address book.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Contacts {
    /// The people.
    pub people: Vec<Person>,
}

/// A person.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Person {
    /// Their name.
    pub name: Option<String>,
    /// Their numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<Address>,
    /// Their e-mail addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
}

/// An order from a catalogue.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The catalogue.
    pub catalog_id: Option<String>,
    /// What the customer wrote with it.
    pub text: Option<String>,
    /// What was ordered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<OrderLine>,
}

/// One product of an order.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OrderLine {
    /// The product, as the business numbers it.
    pub product_id: String,
    /// How many, as a decimal number.
    pub quantity: Option<String>,
    /// The price of one, as a decimal number.
    pub price: Option<String>,
    /// The currency, like `USD`.
    pub currency: Option<String>,
}

/// Something that the provider could not pass on.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Problem {
    /// The provider's number.
    pub code: Option<i64>,
    /// The provider's name for it.
    pub name: Option<String>,
    /// A text for people.
    pub text: Option<String>,
}

/// Something that has no neutral form.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Other {
    /// What the provider calls it.
    pub kind: String,
}

impl Thumbnail {
    pub(super) fn of(url: &str, media_type: Option<MediaType>, size: Option<u64>) -> Self {
        Self { media_type, size, ..Self::new(url) }
    }
}

impl Choice {
    pub(super) fn of(kind: ChoiceKind, data: Option<String>, label: Option<String>) -> Self {
        Self { data, label, ..Self::new(kind) }
    }
}

impl MediaKind {
    /// The kind behind a media type: the part before the slash, if it is one of ours.
    pub(crate) fn of(media_type: Option<&MediaType>) -> Self {
        match media_type.and_then(|text| text.as_str().split('/').next()) {
            Some("image") => Self::Image,
            Some("audio") => Self::Audio,
            Some("video") => Self::Video,
            _ => Self::File,
        }
    }
}
