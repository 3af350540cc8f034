//! RCS messages to send (INCS: send RCS message).

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use incs_model_derive::{ReadStruct, WireStruct, skip_serializing_none};
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::addressed;
use crate::id::TemplateName;
use crate::json::{Found, hidden};
use crate::limits::rcs as limits;
use crate::open::{from_contents, from_text, member_union};
use crate::phone::PhoneNumber;
use crate::schema_of::schema_of;
use crate::validate::{At, Validate, Violations};

/// The body of `POST /external/messages/rcs`.
///
/// All kinds except templates may be sent only within 24 hours after the customer's last message; this crate has no clock and
/// cannot check it.
///
/// ```
/// use incs_model::{PhoneNumber, rcs, validate};
///
/// let to: PhoneNumber = "85251230088".parse().unwrap();
/// let note = rcs::Template::new("delivery_note_2").with_parameters([("customer", "Rina"), ("order_no", "SO-1")]);
/// validate(&rcs::Message::new(to, note)).unwrap();
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
    /// The content of an RCS message: `type`, and the member of that name.
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

/// A send of an approved template.
///
/// Every variable of every part of the template needs a value, otherwise the platform answers 10004.
/// [`template::rcs::Template::check_send`](crate::template::rcs::Template::check_send) finds missing values before the send.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "TemplateContent"))]
#[non_exhaustive]
pub struct Template {
    /// The template's name.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub name: TemplateName,
    /// A value for each `[variable]`; absent when the template has none.
    #[serde(deserialize_with = "read_parameters")]
    pub parameters: Option<BTreeMap<String, String>>,
}

/// Reads the values of variables. Two values for one variable are refused, since it is unknown which one counts.
fn read_parameters<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<BTreeMap<String, String>>, D::Error> {
    Ok(Option::<Parameters>::deserialize(deserializer)?.map(|Parameters(parameters)| parameters))
}

struct Parameters(BTreeMap<String, String>);

impl<'de> Deserialize<'de> for Parameters {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ParametersVisitor)
    }
}

struct ParametersVisitor;

impl<'de> Visitor<'de> for ParametersVisitor {
    type Value = Parameters;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Parameters, A::Error> {
        let mut parameters = BTreeMap::new();
        while let Some((name, value)) = members.next_entry::<String, String>()? {
            if let Entry::Vacant(free) = parameters.entry(name) {
                free.insert(value);
            } else {
                return Err(A::Error::invalid_value(hidden(Found::Duplicate), &"one value for each variable"));
            }
        }
        Ok(Parameters(parameters))
    }
}

/// An image by link. Formats and sizes are **unknown**: no page documents them.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Image {
    /// A public http or https link.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
    pub link: String,
}

/// A video by link. Formats and sizes are **unknown**: no page documents them.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Video {
    /// A public http or https link.
    #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::link"))]
    pub link: String,
}

/// A document by link: PDF only (INCS: send RCS message; not mentioned on the English page).
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct Document {
    /// A public http or https link. The platform downloads the file when the message is sent.
    #[cfg_attr(feature = "schema", schemars(transform = crate::schema::shape::file_link(limits::DOCUMENT_KINDS)))]
    pub link: String,
}

impl Template {
    /// Adds the value of one variable; [`with_parameters`](Self::with_parameters) sets them all.
    #[must_use]
    pub fn with_parameter(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parameters.get_or_insert_default().insert(name.into(), value.into());
        self
    }
}

from_contents! {
    Content: Template(Template), Image(Image), Video(Video), Document(Document)
}

from_text!(Content: Content::Text);

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

impl Validate for Image {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.link(&at.key("link"), &self.link);
    }
}

impl Validate for Video {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.link(&at.key("link"), &self.link);
    }
}

impl Validate for Document {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        found.file_link(&at.key("link"), &self.link, &limits::DOCUMENT_KIND);
    }
}
