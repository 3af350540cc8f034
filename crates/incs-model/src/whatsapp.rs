//! WhatsApp messages to send (INCS: send WhatsApp message).

pub mod interactive;
mod media;
pub mod template;

pub use self::interactive::{Carousel, CtaUrl, Interactive, List, ReplyButtons};
pub use self::media::{Audio, Document, HeaderDocument, HeaderMedia, Image, Video};
pub use self::template::Template;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::de::MapAccess;
use serde::{Deserialize, Deserializer, Serialize};

use crate::addressed::{self, MoreMembers};
use crate::id::MessageId;
use crate::json::once_or_null;
use crate::open::{from_contents, from_text, member_union};
use crate::phone::PhoneNumber;
use crate::schema_of::schema_of;
use crate::validate::{At, Validate, Violations};

/// The body of `POST /external/messages/whatsapp`.
///
/// All kinds except templates may be sent only within 24 hours after the customer's last message; this crate has no clock and
/// cannot check it.
///
/// ```
/// use incs_model::{PhoneNumber, encode, validate, whatsapp};
///
/// let to: PhoneNumber = "+852 5123 0088".parse().unwrap();
/// let message = whatsapp::Message::new(to, "Your parcel leaves the warehouse today.");
/// validate(&message).unwrap();
/// assert_eq!(
///     encode(&message).unwrap(),
///     br#"{"to":"85251230088","type":"text","text":"Your parcel leaves the warehouse today."}"#,
/// );
/// ```
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Message {
    /// The recipient: country code and number, digits only.
    #[wire(exact)]
    pub to: PhoneNumber,
    /// The content: `type` and the member named after it.
    #[serde(flatten)]
    pub content: Content,
    /// The message that this one replies to. Meta documents it, INCS does not mention it.
    pub context: Option<ReplyTo>,
    /// `individual`, in Meta's API. INCS does not mention it.
    pub recipient_type: Option<String>,
    /// `whatsapp`, in Meta's API. INCS does not mention it.
    pub messaging_product: Option<String>,
    /// Your own text, which Meta's receipts return. INCS does not mention it.
    pub biz_opaque_callback_data: Option<String>,
    /// True to show a preview of the first link of a text, in Meta's API. INCS does not mention it.
    pub preview_url: Option<bool>,
}

/// The message that a message replies to. Meta documents it, INCS does not mention it.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct ReplyTo {
    /// The id of that message.
    pub message_id: MessageId,
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        addressed::read_message(deserializer).map(|(to, content, of_meta)| {
            let OfMeta { context, recipient_type, messaging_product, biz_opaque_callback_data, preview_url } = of_meta;
            Self { to, content, context, recipient_type, messaging_product, biz_opaque_callback_data, preview_url }
        })
    }
}

/// The members of a message that only Meta documents.
#[derive(Default)]
struct OfMeta {
    context: Option<ReplyTo>,
    recipient_type: Option<String>,
    messaging_product: Option<String>,
    biz_opaque_callback_data: Option<String>,
    preview_url: Option<bool>,
}

impl MoreMembers for OfMeta {
    fn take<'de, A: MapAccess<'de>>(&mut self, key: &str, members: &mut A) -> Result<bool, A::Error> {
        match key {
            "context" => once_or_null(&mut self.context, members.next_value()?, "context")?,
            "recipient_type" => once_or_null(&mut self.recipient_type, members.next_value()?, "recipient_type")?,
            "messaging_product" => {
                once_or_null(&mut self.messaging_product, members.next_value()?, "messaging_product")?;
            }
            "biz_opaque_callback_data" => {
                once_or_null(&mut self.biz_opaque_callback_data, members.next_value()?, "biz_opaque_callback_data")?;
            }
            "preview_url" => once_or_null(&mut self.preview_url, members.next_value()?, "preview_url")?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    #[cfg(feature = "schema")]
    fn schemas(generator: &mut schemars::SchemaGenerator) -> Vec<(&'static str, schemars::Schema)> {
        vec![
            ("context", generator.subschema_for::<ReplyTo>()),
            ("recipient_type", generator.subschema_for::<String>()),
            ("messaging_product", generator.subschema_for::<String>()),
            ("biz_opaque_callback_data", generator.subschema_for::<String>()),
            ("preview_url", generator.subschema_for::<bool>()),
        ]
    }
}

impl Validate for Message {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        self.content.check(at, found);
        found.meta_member(at, "context", self.context.is_some());
        found.meta_member(at, "recipient_type", self.recipient_type.is_some());
        found.meta_member(at, "messaging_product", self.messaging_product.is_some());
        found.meta_member(at, "biz_opaque_callback_data", self.biz_opaque_callback_data.is_some());
        found.meta_member(at, "preview_url", self.preview_url.is_some());
    }
}

schema_of!(Message, generator => addressed::message_schema::<Content, OfMeta>(generator));

member_union! {
    /// The content of a WhatsApp message: `type`, and the member of that name.
    pub enum Content by "type" {
        /// An approved template.
        Template(Template) = "template",
        /// A text. Its value is a plain string, unlike in Meta's own API. No maximum is documented.
        Text(String) = "text",
        /// An image.
        Image(Image) = "image",
        /// A video.
        Video(Video) = "video",
        /// An audio file.
        Audio(Audio) = "audio",
        /// A document.
        Document(Document) = "document",
        /// A message with a link button, a list, cards or reply buttons.
        Interactive(Interactive) = "interactive",
    }
}

from_contents! {
    Content: Template(Template), Image(Image), Video(Video), Audio(Audio), Document(Document), Interactive(Interactive)
}

from_text!(Content: Content::Text);

impl From<CtaUrl> for Content {
    fn from(message: CtaUrl) -> Self {
        Self::Interactive(message.into())
    }
}

impl From<List> for Content {
    fn from(message: List) -> Self {
        Self::Interactive(message.into())
    }
}

impl From<Carousel> for Content {
    fn from(message: Carousel) -> Self {
        Self::Interactive(message.into())
    }
}

impl From<ReplyButtons> for Content {
    fn from(message: ReplyButtons) -> Self {
        Self::Interactive(message.into())
    }
}

impl Validate for Content {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Template(template) => template.check(&here, found),
            Self::Text(text) => found.not_empty(&here, text),
            Self::Image(image) => image.check(&here, found),
            Self::Video(video) => video.check(&here, found),
            Self::Audio(audio) => audio.check(&here, found),
            Self::Document(document) => document.check(&here, found),
            Self::Interactive(interactive) => interactive.check(&here, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}
