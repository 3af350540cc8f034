//! The buttons of an RCS template.

use std::fmt;

use serde::Serialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::decode::{Entries, Key};
use crate::limits::template as limits;
use crate::link;
use crate::open::{UnknownObject, open_text};
use crate::record::record;
use crate::schema_of::schema_of;
use crate::validate::{At, Measured, Validate, Violations};

/// A button of an RCS template, told by its `suggestionType`.
///
/// The page calls `suggestionType` optional, yet a suggestion says nothing without it: it is always written, and one that comes
/// without it is [`Unknown`](Self::Unknown). More types may exist; the page's list of them was not available.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "suggestionType")]
#[non_exhaustive]
pub enum Suggestion {
    /// Sends its text and postback data back.
    ///
    /// On the wire: `"suggestionType": "reply"`.
    #[serde(rename = "reply")]
    Reply(Reply),
    /// Opens a link.
    ///
    /// On the wire: `"suggestionType": "url_action"`.
    #[serde(rename = "url_action")]
    UrlAction(UrlAction),
    /// Dials a number.
    ///
    /// On the wire: `"suggestionType": "dialer_action"`.
    #[serde(rename = "dialer_action")]
    DialerAction(DialerAction),
    /// A kind that this version does not know, or none at all; kept whole and written back as it came.
    #[serde(untagged)]
    Unknown(UnknownObject),
}

record! {
    /// A button that sends its text and postback data back.
    #[serde(rename_all = "camelCase")]
    pub struct Reply {
        /// The label: at most [`RCS_SUGGESTION_TEXT_MAX`](crate::limits::template::RCS_SUGGESTION_TEXT_MAX) characters,
        /// variables included.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_SUGGESTION_TEXT_MAX)))]
        pub text: String,
        /// Comes back when the button is tapped: at most [`RCS_POSTBACK_MAX`](crate::limits::template::RCS_POSTBACK_MAX)
        /// characters, variables included.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_POSTBACK_MAX)))]
        pub postback_data: String,
    }
}

record! {
    /// A button that opens a link.
    #[serde(rename_all = "camelCase")]
    pub struct UrlAction {
        /// The label, as in [`Reply`].
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_SUGGESTION_TEXT_MAX)))]
        pub text: String,
        /// The postback data, as in [`Reply`].
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_POSTBACK_MAX)))]
        pub postback_data: String,
        /// A public link; may hold variables.
        #[cfg_attr(feature = "schema", schemars(schema_with = "crate::schema::shape::template_link"))]
        pub url: String,
    }
}

record! {
    /// A button that dials a number.
    #[serde(rename_all = "camelCase")]
    pub struct DialerAction {
        /// The label, as in [`Reply`].
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_SUGGESTION_TEXT_MAX)))]
        pub text: String,
        /// The postback data, as in [`Reply`].
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_POSTBACK_MAX)))]
        pub postback_data: String,
        /// `+`, country code and number.
        #[cfg_attr(feature = "schema", schemars(regex(pattern = limits::RCS_PHONE_PATTERN)))]
        pub phone_number: String,
    }
}

open_text! {
    /// What a suggestion does. The page refers to a list that was not available, so more may exist.
    pub enum SuggestionType {
        /// Sends its text and postback data back.
        Reply = "reply",
        /// Opens a link.
        UrlAction = "url_action",
        /// Dials a number.
        DialerAction = "dialer_action",
    }
}

const TAG: &str = "suggestionType";

impl Suggestion {
    /// The known kinds, as they stand on the wire.
    pub const KNOWN: &'static [&'static str] = SuggestionType::KNOWN;

    /// A button that sends its text and `postback_data` back.
    pub fn reply(text: impl Into<String>, postback_data: impl Into<String>) -> Self {
        Self::Reply(Reply::new(text, postback_data))
    }

    /// A button that opens `url`.
    pub fn open(text: impl Into<String>, postback_data: impl Into<String>, url: impl Into<String>) -> Self {
        Self::UrlAction(UrlAction::new(text, postback_data, url))
    }

    /// A button that dials `phone_number`: `+`, country code and number.
    pub fn dial(text: impl Into<String>, postback_data: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Self::DialerAction(DialerAction::new(text, postback_data, phone_number))
    }

    /// The kind as it stands on the wire; empty when there is none.
    pub fn kind(&self) -> &str {
        match self {
            Self::Reply(_) => "reply",
            Self::UrlAction(_) => "url_action",
            Self::DialerAction(_) => "dialer_action",
            Self::Unknown(unknown) => unknown.kind(),
        }
    }

    /// Shows each text that may hold variables.
    pub(super) fn each_text<'a>(&'a self, see: &mut dyn FnMut(&'a str)) {
        let (text, postback, target) = match self {
            Self::Reply(reply) => (&reply.text, &reply.postback_data, None),
            Self::UrlAction(action) => (&action.text, &action.postback_data, Some(&action.url)),
            Self::DialerAction(action) => (&action.text, &action.postback_data, Some(&action.phone_number)),
            Self::Unknown(_) => return,
        };
        see(text);
        see(postback);
        if let Some(target) = target {
            see(target);
        }
    }
}

impl<'de> Deserialize<'de> for Suggestion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SuggestionVisitor)
    }
}

struct SuggestionVisitor;

impl<'de> Visitor<'de> for SuggestionVisitor {
    type Value = Suggestion;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Suggestion, A::Error> {
        let (tag, entries) = Entries::until_tag(map, TAG)?;
        let Some(Key(kind)) = tag else {
            return Ok(Suggestion::Unknown(UnknownObject::new("", entries.into_raw(None)?)));
        };
        match SuggestionType::from(&*kind) {
            SuggestionType::Reply => {
                Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Suggestion::Reply)
            }
            SuggestionType::UrlAction => {
                Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Suggestion::UrlAction)
            }
            SuggestionType::DialerAction => {
                Deserialize::deserialize(MapAccessDeserializer::new(entries)).map(Suggestion::DialerAction)
            }
            SuggestionType::Unknown(_) => {
                let raw = entries.into_raw(Some((TAG, &*kind)))?;
                Ok(Suggestion::Unknown(UnknownObject::new(kind, raw)))
            }
        }
    }
}

crate::masked::shown!(Suggestion);

impl Validate for Suggestion {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        match self {
            Self::Reply(reply) => check_words(&reply.text, &reply.postback_data, at, found),
            Self::UrlAction(action) => {
                check_words(&action.text, &action.postback_data, at, found);
                if !link::is_absolute_template(&action.url) {
                    found.add(&at.key("url"), &limits::RCS_LINK, Measured::Nothing);
                }
            }
            Self::DialerAction(action) => {
                check_words(&action.text, &action.postback_data, at, found);
                if !is_dialable(&action.phone_number) {
                    found.add(&at.key("phoneNumber"), &limits::RCS_DIAL_NUMBER, Measured::Nothing);
                }
            }
            Self::Unknown(_) => found.unknown_kind(at, TAG),
        }
    }
}

fn check_words(text: &str, postback: &str, at: &At<'_>, found: &mut Violations) {
    found.text(&at.key("text"), text, &limits::RCS_SUGGESTION_TEXT);
    found.text(&at.key("postbackData"), postback, &limits::RCS_POSTBACK);
}

/// As [`RCS_PHONE_PATTERN`](limits::RCS_PHONE_PATTERN) says.
fn is_dialable(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

schema_of!(Suggestion, generator => {
    let kinds = vec![
        ("reply", Reply::json_schema(generator)),
        ("url_action", UrlAction::json_schema(generator)),
        ("dialer_action", DialerAction::json_schema(generator)),
    ];
    let mut schema = crate::schema::shape::tagged_union(generator, TAG, kinds);
    if !crate::schema::shape::is_strict(generator)
        && let Some(serde_json::Value::Array(variants)) = schema.get_mut("oneOf")
    {
        let untagged = serde_json::json!({ "required": [TAG] });
        variants.push(serde_json::json!({
            "description": "A suggestion that does not say what it does.",
            "type": "object",
            "not": untagged,
        }));
    }
    schema
});
