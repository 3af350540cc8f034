//! What a WhatsApp message holds.

use super::interactive::Interactive;
use super::media::{Audio, Document, Image, Video};
use super::template::Template;
use crate::open::{from_contents, member_union};
use crate::validate::{At, Validate, Violations};

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
