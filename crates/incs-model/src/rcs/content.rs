//! What an RCS message holds.

use std::collections::BTreeMap;

use crate::id::TemplateName;
use crate::limits::rcs as limits;
use crate::media::linked_file;
use crate::open::{from_contents, member_union};
use crate::record::record;
use crate::validate::{At, Validate, Violations};

member_union! {
    /// What an RCS message holds: `type`, and the member of that name.
    pub enum Content by "type" {
        /// An approved template.
        Template(Template) = "template",
        /// A text. No maximum is documented.
        Text(String) = "text",
        /// An image.
        Image(Image) = "image",
        /// A video.
        Video(Video) = "video",
        /// A document.
        Document(Document) = "document",
    }
}

record! {
    /// A send of an approved template.
    ///
    /// Every variable of every part of the template needs a value, or the platform answers 10004.
    /// [`template::rcs::Template::check_send`](crate::template::rcs::Template::check_send) tells before.
    pub struct Template {
        /// The template's name.
        #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
        pub name: TemplateName,
    }
    optional {
        /// A value for each `[variable]`; absent when the template has none.
        with_parameters => pub parameters: BTreeMap<String, String>,
    }
}

linked_file! {
    /// A document by link: PDF only (INCS: send RCS message; the English page does not say it).
    Document: limits::DOCUMENT_KINDS, limits::DOCUMENT_KIND;
}

/// Declares a medium of which no page says what kinds of file it may be.
macro_rules! any_file {
    ($( $(#[$meta:meta])* $name:ident; )+) => {$(
        record! {
            $(#[$meta])*
            pub struct $name {
                /// A public http or https link.
                #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
                pub link: String,
            }
        }

        impl Validate for $name {
            fn check(&self, at: &At<'_>, found: &mut Violations) {
                found.link(&at.key("link"), &self.link);
            }
        }
    )+};
}

any_file! {
    /// An image by link. Formats and sizes are **unknown**: no page says them.
    Image;
    /// A video by link. Formats and sizes are **unknown**: no page says them.
    Video;
}

impl Template {
    /// Adds the value of one variable.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.get_or_insert_default().insert(name.into(), value.into());
        self
    }
}

from_contents! {
    Content: Template(Template), Image(Image), Video(Video), Document(Document)
}

impl Validate for Content {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let here = at.key(self.kind());
        match self {
            Self::Template(template) => found.not_empty(&here.key("name"), template.name.as_str()),
            Self::Text(text) => found.not_empty(&here, text),
            Self::Image(image) => image.check(&here, found),
            Self::Video(video) => video.check(&here, found),
            Self::Document(document) => document.check(&here, found),
            Self::Unknown(_) => found.unknown_kind(at, "type"),
        }
    }
}
