//! The content of a customer's message, in one form for all providers.

use incs_model_derive::{WireStruct, skip_serializing_none};
use serde::{Deserialize, Serialize};

use super::person::Contacts;
use crate::id::{MediaId, MediaType, MessageId};
use crate::json::RawJson;
use crate::open::{open_text, tagged_union};
use crate::party::Party;
use crate::time::WireTime;

tagged_union! {
    /// The content of a customer's message.
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
        /// Another text or caption for an earlier message.
        Edit(Edit) = "edit",
        /// The customer took an earlier message back.
        Revoke(Revoke) = "revoke",
        /// The customer has another number, user id or identity.
        AccountChange(AccountChange) = "account_change",
        /// The answer to a question for a permission.
        Permission(Permission) = "permission",
        /// The customer opened the chat for the first time, and has written nothing yet.
        Welcome(Welcome) = "welcome",
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
    /// The kind of a file.
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
    /// The kind of file. RCS only knows files: there the media type decides between image, audio, video and file.
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
    /// True for a voice message.
    pub voice: Option<bool>,
    /// True for a sticker that moves.
    pub animated: Option<bool>,
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
    /// The name.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// A link about it.
    pub url: Option<String>,
}

open_text! {
    /// The kind of thing that was tapped.
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
    /// The kind of thing that was tapped.
    pub kind: ChoiceKind,
    /// The business's data: the id, payload or postback data.
    pub data: Option<String>,
    /// The label that the customer saw.
    pub label: Option<String>,
    /// The description that the customer saw.
    pub description: Option<String>,
    /// The card of a carousel that it was on, from 0.
    pub card: Option<u64>,
    /// Its place among the suggestions of the message or card, from 0.
    pub position: Option<u64>,
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

/// An order from a catalogue.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The catalogue.
    pub catalog_id: Option<String>,
    /// The customer's text beside it.
    pub text: Option<String>,
    /// The ordered products.
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
    /// The quantity, as a decimal number.
    pub quantity: Option<String>,
    /// The price of one, as a decimal number.
    pub price: Option<String>,
    /// The currency, like `USD`.
    pub currency: Option<String>,
}

/// Another text or caption for an earlier message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Edit {
    /// The earlier message.
    pub message_id: Option<MessageId>,
    /// The new content.
    pub content: Option<EditedContent>,
}

tagged_union! {
    /// The content of a message after an edit.
    pub enum EditedContent by "type" {
        /// A text.
        Text(Text) = "text",
        /// A file, with its new caption.
        Media(Media) = "media",
        /// Something that has no neutral form.
        Other(Other) = "other",
    }
}

/// The customer took an earlier message back.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Revoke {
    /// The earlier message.
    pub message_id: Option<MessageId>,
}

open_text! {
    /// The kind of change of a customer's account.
    pub enum ChangeKind {
        /// The number.
        Number = "number",
        /// The user id.
        UserId = "user_id",
        /// The identity: a new phone, say. Ids stay as they are.
        Identity = "identity",
    }
}

/// The customer has another number, user id or identity.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AccountChange {
    /// The kind of change. An unknown kind is as the provider names it.
    pub kind: Option<ChangeKind>,
    /// The ids until now, as far as the provider names them.
    pub before: Option<Party>,
    /// The ids from now on, as far as the provider names them.
    pub after: Option<Party>,
    /// A hash of the new identity.
    pub identity_hash: Option<String>,
    /// The provider's sentence about it.
    pub text: Option<String>,
}

open_text! {
    /// The permission that was asked for.
    pub enum PermissionKind {
        /// To call the customer.
        Call = "call",
    }
}

open_text! {
    /// The answer.
    pub enum PermissionAnswer {
        /// Yes.
        Accept = "accept",
        /// No.
        Reject = "reject",
    }
}

/// The answer to a question for a permission.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Permission {
    /// The permission that was asked for.
    pub kind: PermissionKind,
    /// The answer.
    pub answer: Option<PermissionAnswer>,
    /// True when it holds until it is taken back.
    pub permanent: Option<bool>,
    /// The end of the permission.
    pub expires_at: Option<WireTime>,
    /// The way it was given: `user_action`, or `automatic` after a call of the customer.
    pub source: Option<String>,
}

/// The customer opened the chat for the first time, and has written nothing yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Welcome {}

/// Something that the provider could not pass on.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Problem {
    /// The kind of content, in the provider's word: `image`, `poll_creation`, ….
    pub kind: Option<String>,
    /// The provider's number.
    pub code: Option<i64>,
    /// The provider's name for it.
    pub name: Option<String>,
    /// A text for people.
    pub text: Option<String>,
    /// Link to a page about it.
    pub url: Option<String>,
}

/// Something that has no neutral form.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Other {
    /// The provider's name for it.
    pub kind: String,
    /// Its JSON as it came: the member that holds it, or the whole item where no one member does.
    pub raw: Option<RawJson>,
}

impl Other {
    pub(super) fn of(kind: impl Into<String>, raw: Option<&RawJson>) -> Self {
        Self { raw: raw.cloned(), ..Self::new(kind) }
    }
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
