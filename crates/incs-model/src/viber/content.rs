//! What a Viber message holds.

use crate::id::LanguageCode;
use crate::limits::viber as limits;
use crate::media::linked_file;
use crate::open::{from_contents, member_union};
use crate::record::record;
use crate::secret::Secret;
use crate::validate::{At, Validate, Violations};

member_union! {
    /// What a Viber message holds: `type`, and the member of that name.
    pub enum Content by "type" {
        /// A one-time password, in Viber's own words.
        Otp(OneTimePassword) = "otp",
        /// A text of at most [`TEXT_MAX`](crate::limits::viber::TEXT_MAX) characters.
        Text(String) = "text" as text_schema,
        /// An image.
        Image(Image) = "image",
        /// A video.
        Video(Video) = "video",
        /// A document.
        Document(Document) = "document",
    }
}

record! {
    /// A one-time password. Which languages and how many minutes are allowed is **unknown**: no page says it.
    pub struct OneTimePassword {
        /// The password.
        pub code: Secret,
        /// The language of the words around it, like `en`.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        pub language: LanguageCode,
        /// Minutes until the password expires.
        pub code_expiration_minutes: u32,
    }
}

linked_file! {
    /// An image by link: png, jpeg, jpg or gif, at most 200 MB (INCS: send Viber message).
    Image: limits::IMAGE_KINDS, limits::IMAGE_KIND;
    /// A video by link: mp4, at most 200 MB and 10 minutes; its server must send `Content-Length` (INCS: send Viber message).
    Video: limits::VIDEO_KINDS, limits::VIDEO_KIND;
    /// A document by link: Word, Excel, CSV or PDF, at most 200 MB (INCS: send Viber message).
    Document: limits::DOCUMENT_KINDS, limits::DOCUMENT_KIND;
}

#[cfg(feature = "schema")]
fn text_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
    schemars::json_schema!({ "type": "string", "minLength": 1, "maxLength": limits::TEXT_MAX })
}

from_contents! {
    Content: Otp(OneTimePassword), Image(Image), Video(Video), Document(Document)
}

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
