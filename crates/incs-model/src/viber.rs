//! Viber messages to send (INCS: send Viber message).

use incs_model_derive::{ReadStruct, WireStruct};
use serde::{Deserialize, Deserializer, Serialize};

use crate::addressed;
use crate::id::LanguageCode;
use crate::limits::viber as limits;
use crate::open::{from_contents, from_text, member_union};
use crate::phone::PhoneNumber;
use crate::schema_of::schema_of;
use crate::secret::Secret;
use crate::validate::{At, Validate, Violations};

/// The body of `POST /external/messages/viber`. Viber has no templates, no audio and no interactive messages.
///
/// ```
/// use incs_model::{PhoneNumber, validate, viber};
///
/// let to: PhoneNumber = "85251230088".parse().unwrap();
/// let message = viber::Message::new(to, viber::OneTimePassword::new("730264", "en", 5));
/// validate(&message).unwrap();
/// ```
#[derive(Clone, PartialEq, Serialize, WireStruct)]
#[non_exhaustive]
pub struct Message {
    /// The recipient: country code and number, digits only.
    #[wire(exact)]
    pub to: PhoneNumber,
    /// The content: `type` and the member named after it.
    #[serde(flatten)]
    pub content: Content,
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        addressed::read_message(deserializer).map(|(to, content, ())| Self { to, content })
    }
}

impl Validate for Message {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        self.content.check(at, found);
    }
}

schema_of!(Message, generator => addressed::message_schema::<Content, ()>(generator));

member_union! {
    /// The content of a Viber message: `type`, and the member of that name.
    pub enum Content by "type" {
        /// A one-time password, in Viber's own wording.
        Otp(OneTimePassword) = "otp",
        /// A text of at most [`TEXT_MAX`](crate::limits::viber::TEXT_MAX) characters.
        Text(String) = "text" as crate::schema::shape::text::<{ limits::TEXT_MAX }>,
        /// An image.
        Image(Image) = "image",
        /// A video.
        Video(Video) = "video",
        /// A document.
        Document(Document) = "document",
    }
}

/// A one-time password. The allowed languages and minutes are **unknown**: no page documents them.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct OneTimePassword {
    /// The password.
    pub code: Secret,
    /// The language of the message text, like `en`.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub language: LanguageCode,
    /// The number of minutes until the password expires.
    pub code_expiration_minutes: u32,
}

/// An image by link: png, jpeg, jpg or gif, at most 200 MB (INCS: send Viber message).
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Image {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::IMAGE_KINDS)))]
    pub link: String,
}

/// A video by link: mp4, at most 200 MB and 10 minutes; its server must send `Content-Length` (INCS: send Viber message).
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Video {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::VIDEO_KINDS)))]
    pub link: String,
}

/// A document by link: Word, Excel, CSV or PDF, at most 200 MB (INCS: send Viber message).
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Document {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::DOCUMENT_KINDS)))]
    pub link: String,
}

from_contents! {
    Content: Otp(OneTimePassword), Image(Image), Video(Video), Document(Document)
}

from_text!(Content: Content::Text);

impl Validate for Content {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Otp(otp) => otp.check(&here, found),
            Self::Text(text) => found.text(&here, text, &limits::TEXT),
            Self::Image(image) => image.check(&here, found),
            Self::Video(video) => video.check(&here, found),
            Self::Document(document) => document.check(&here, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}

impl Validate for OneTimePassword {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.not_empty(&at.key("code"), self.code.expose());
        found.not_empty(&at.key("language"), self.language.as_str());
    }
}

impl Validate for Image {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::IMAGE_KIND);
    }
}

impl Validate for Video {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::VIDEO_KIND);
    }
}

impl Validate for Document {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::DOCUMENT_KIND);
    }
}
