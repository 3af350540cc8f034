//! WhatsApp messages to send (INCS: send WhatsApp message).

pub mod interactive;
mod media;
pub mod template;

pub use self::interactive::Interactive;
pub use self::media::{Audio, Document, Image, Video};
pub use self::template::Template;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Deserializer, Serialize};

use crate::addressed;
use crate::open::{from_contents, member_union};
use crate::phone::PhoneNumber;
use crate::schema_of::schema_of;
use crate::validate::{At, Validate, Violations};

/// The body of `POST /external/messages/whatsapp`.
///
/// Everything but templates may be sent only within 24 hours after the customer wrote; this crate has no clock and
/// cannot check it.
///
/// ```
/// use incs_model::{PhoneNumber, encode, validate, whatsapp};
///
/// let to: PhoneNumber = "+852 5123 0088".parse().unwrap();
/// let message = whatsapp::Message::text(to, "Your parcel leaves the warehouse today.");
/// validate(&message).unwrap();
/// assert_eq!(
///     encode(&message).unwrap(),
///     br#"{"to":"85251230088","type":"text","text":"Your parcel leaves the warehouse today."}"#,
/// );
/// ```
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Message {
    /// Who gets it: country code and number, digits only.
    #[wire(exact)]
    pub to: PhoneNumber,
    /// What they get: `type` and the member named after it.
    #[serde(flatten)]
    pub content: Content,
}

impl Message {
    /// A text.
    pub fn text(to: PhoneNumber, text: impl Into<String>) -> Self {
        Self::new(to, Content::Text(text.into()))
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        addressed::read_message(deserializer).map(|(to, content)| Self { to, content })
    }
}

impl Validate for Message {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        self.content.check(at, found);
    }
}

schema_of!(Message, generator => addressed::message_schema::<Content>(generator));

member_union! {
    /// What a WhatsApp message holds: `type`, and the member of that name.
    pub enum Content by "type" {
        /// An approved template.
        Template(Template) = "template",
        /// A text. Its value is a plain string, unlike in Meta's own API. No maximum is documented.
        Text(String) = "text",
        /// An image.
        Image(Image) = "image",
        /// A video.
        Video(Video) = "video",
        /// An audio.
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
