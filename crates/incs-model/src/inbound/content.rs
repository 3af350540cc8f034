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
        /// A location.
        Location(Location) = "location",
        /// A tap on a button, a suggestion or a row of a list.
        Choice(Choice) = "choice",
        /// An emoji on an earlier message, or its removal.
        Reaction(Reaction) = "reaction",
        /// Contacts from the customer's address book.
        Contacts(Contacts) = "contacts",
        /// An order from a catalog.
        Order(Order) = "order",
        /// An edit of an earlier message.
        Edit(Edit) = "edit",
        /// The customer deleted an earlier message.
        Revoke(Revoke) = "revoke",
        /// The customer's number, user id or identity changed.
        AccountChange(AccountChange) = "account_change",
        /// The answer to a request for a permission.
        Permission(Permission) = "permission",
        /// The customer opened the chat for the first time and has not written yet.
        Welcome(Welcome) = "welcome",
        /// A message that the provider could not forward.
        Error(Problem) = "error",
        /// A content that has no neutral form; see the raw item.
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
        /// An audio file.
        Audio = "audio",
        /// A video.
        Video = "video",
        /// A document.
        Document = "document",
        /// A sticker.
        Sticker = "sticker",
        /// Any other file.
        File = "file",
    }
}

/// A file, with a link or with the provider's id, depending on the provider.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Media {
    /// The kind of file. RCS has only files: there the media type decides between image, audio, video and file.
    pub kind: MediaKind,
    /// Link to the file.
    pub url: Option<String>,
    /// The provider's id of the file.
    pub id: Option<MediaId>,
    /// The media type.
    pub media_type: Option<MediaType>,
    /// The file's name.
    pub file_name: Option<String>,
    /// The size in bytes. (Exotel documents no unit.)
    pub size: Option<u64>,
    /// The duration in seconds.
    pub duration: Option<u64>,
    /// The caption.
    pub caption: Option<String>,
    /// SHA-256 of the file, in base64.
    pub sha256: Option<String>,
    /// True for a voice message.
    pub voice: Option<bool>,
    /// True for an animated sticker.
    pub animated: Option<bool>,
    /// A thumbnail of it.
    pub thumbnail: Option<Thumbnail>,
}

/// A thumbnail of a file.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Thumbnail {
    /// Link to the thumbnail.
    pub url: String,
    /// The media type.
    pub media_type: Option<MediaType>,
    /// The size in bytes.
    pub size: Option<u64>,
}

/// A location, in degrees.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Location {
    /// The latitude; north is positive.
    pub latitude: f64,
    /// The longitude; east is positive.
    pub longitude: f64,
    /// The name of the location.
    pub name: Option<String>,
    /// The address.
    pub address: Option<String>,
    /// A link about the location.
    pub url: Option<String>,
}

open_text! {
    /// The kind of element that was tapped.
    pub enum ChoiceKind {
        /// A suggested reply.
        Reply = "reply",
        /// A suggested action: a link, a call, ….
        Action = "action",
        /// A row of a list.
        List = "list",
        /// A button below a message or template.
        Button = "button",
        /// A completed flow; the data is the JSON of the entries.
        Flow = "flow",
    }
}

/// A tap on a button, a suggestion or a row of a list.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Choice {
    /// The kind of element that was tapped.
    pub kind: ChoiceKind,
    /// The business's data: the id, payload or postback data.
    pub data: Option<String>,
    /// The label that the customer saw.
    pub label: Option<String>,
    /// The description that the customer saw.
    pub description: Option<String>,
    /// The position of its card in a carousel, from 0.
    pub card: Option<u64>,
    /// Its position among the suggestions of the message or card, from 0.
    pub position: Option<u64>,
}

/// An emoji on an earlier message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Reaction {
    /// The message with the reaction.
    pub message_id: MessageId,
    /// The emoji; absent when the customer removed it.
    pub emoji: Option<String>,
}

/// An order from a catalog.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Order {
    /// The catalog's id.
    pub catalog_id: Option<String>,
    /// The customer's text with the order.
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
    /// The business's id of the product.
    pub product_id: String,
    /// The quantity, as a decimal number.
    pub quantity: Option<String>,
    /// The price of one item, as a decimal number.
    pub price: Option<String>,
    /// The currency, like `USD`.
    pub currency: Option<String>,
}

/// An edit of an earlier message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Edit {
    /// The edited message.
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
        /// A content that has no neutral form.
        Other(Other) = "other",
    }
}

/// The customer deleted an earlier message.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Revoke {
    /// The deleted message.
    pub message_id: Option<MessageId>,
}

open_text! {
    /// The kind of change to a customer's account.
    pub enum ChangeKind {
        /// The number changed.
        Number = "number",
        /// The user id changed.
        UserId = "user_id",
        /// The identity changed, for example because of a new phone. Ids stay the same.
        Identity = "identity",
    }
}

/// The customer's number, user id or identity changed.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct AccountChange {
    /// The kind of change. An unknown kind has the provider's name.
    pub kind: Option<ChangeKind>,
    /// The ids before the change, as far as the provider names them.
    pub before: Option<Party>,
    /// The ids after the change, as far as the provider names them.
    pub after: Option<Party>,
    /// A hash of the new identity.
    pub identity_hash: Option<String>,
    /// The provider's text about the change.
    pub text: Option<String>,
}

open_text! {
    /// The requested permission.
    pub enum PermissionKind {
        /// Permission to call the customer.
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

/// The answer to a request for a permission.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Permission {
    /// The requested permission.
    pub kind: PermissionKind,
    /// The answer.
    pub answer: Option<PermissionAnswer>,
    /// True when it is valid until it is revoked.
    pub permanent: Option<bool>,
    /// The end of the permission.
    pub expires_at: Option<WireTime>,
    /// The source of the answer: `user_action`, or `automatic` after a call of the customer.
    pub source: Option<String>,
}

/// The customer opened the chat for the first time and has not written yet.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Welcome {}

/// A message that the provider could not forward.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Problem {
    /// The kind of content, in the provider's words: `image`, `poll_creation`, ….
    pub kind: Option<String>,
    /// The provider's error number.
    pub code: Option<i64>,
    /// The provider's name of the error.
    pub name: Option<String>,
    /// A description for people.
    pub text: Option<String>,
    /// Link to the documentation of the error.
    pub url: Option<String>,
}

/// A content that has no neutral form.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Other {
    /// The provider's name of the kind.
    pub kind: String,
    /// Its JSON, unchanged: the member that holds it, or the whole item if no single member does.
    pub raw: Option<RawJson>,
}

impl Other {
    pub(super) fn of(kind: impl Into<String>, raw: Option<&RawJson>) -> Self {
        Self { raw: raw.cloned(), ..Self::new(kind) }
    }
}

impl Media {
    /// Fills in the data of the file that only the other copy has, but not the caption, which the customer wrote.
    pub(super) fn completed_by(self, copy: &Self) -> Self {
        let is_same = self.kind == copy.kind || [&self.kind, &copy.kind].contains(&&MediaKind::File);
        if !is_same {
            return self;
        }
        Self {
            url: self.url.or_else(|| copy.url.clone()),
            id: self.id.or_else(|| copy.id.clone()),
            media_type: self.media_type.or_else(|| copy.media_type.clone()),
            file_name: self.file_name.or_else(|| copy.file_name.clone()),
            size: self.size.or(copy.size),
            duration: self.duration.or(copy.duration),
            sha256: self.sha256.or_else(|| copy.sha256.clone()),
            voice: self.voice.or(copy.voice),
            animated: self.animated.or(copy.animated),
            thumbnail: self.thumbnail.or_else(|| copy.thumbnail.clone()),
            ..self
        }
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
    /// Returns the kind for a media type: the part before the slash, if it names a kind.
    pub(crate) fn of(media_type: Option<&MediaType>) -> Self {
        match media_type.and_then(|text| text.as_str().split('/').next()) {
            Some("image") => Self::Image,
            Some("audio") => Self::Audio,
            Some("video") => Self::Video,
            _ => Self::File,
        }
    }
}
