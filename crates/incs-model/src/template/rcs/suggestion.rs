//! The buttons of an RCS template.

use incs_model_derive::{ReadStruct, WireStruct};
use serde::Serialize;

use crate::limits::template as limits;
use crate::link;
use crate::open::{open_text, tagged_union};
use crate::validate::{At, Measured, Validate, Violations};

tagged_union! {
    /// A button of an RCS template; `suggestionType` names its kind.
    ///
    /// The page calls `suggestionType` optional, but a suggestion has no meaning without it: it is always written, and a suggestion
    /// without it is read as [`Unknown`](Self::Unknown), with an empty kind. More types may exist; the page's list of
    /// them was not available.
    pub enum Suggestion by "suggestionType" or none "A suggestion without a `suggestionType`." {
        /// Sends its text and postback data back.
        Reply(Reply) = "reply",
        /// Opens a link.
        UrlAction(UrlAction) = "url_action",
        /// Dials a number.
        DialerAction(DialerAction) = "dialer_action",
    }
}

/// A button that sends its text and postback data back.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Reply {
    /// The label: at most [`RCS_SUGGESTION_TEXT_MAX`](crate::limits::template::RCS_SUGGESTION_TEXT_MAX) characters,
    /// including variables.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_SUGGESTION_TEXT_MAX)))]
    pub text: String,
    /// The data that a tap on the button sends back: at most [`RCS_POSTBACK_MAX`](crate::limits::template::RCS_POSTBACK_MAX)
    /// characters, including variables.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = limits::RCS_POSTBACK_MAX)))]
    pub postback_data: String,
}

/// A button that opens a link.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
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

/// A button that dials a number.
#[derive(Clone, PartialEq, Serialize, ReadStruct, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
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

open_text! {
    /// The type of a suggestion. The page refers to a list that was not available, so more types may exist.
    pub enum SuggestionType {
        /// Sends its text and postback data back.
        Reply = "reply",
        /// Opens a link.
        UrlAction = "url_action",
        /// Dials a number.
        DialerAction = "dialer_action",
    }
}

impl Suggestion {
    /// Creates a button that sends its text and `postback_data` back.
    pub fn reply(text: impl Into<String>, postback_data: impl Into<String>) -> Self {
        Self::Reply(Reply::new(text, postback_data))
    }

    /// Creates a button that opens `url`.
    pub fn open(text: impl Into<String>, postback_data: impl Into<String>, url: impl Into<String>) -> Self {
        Self::UrlAction(UrlAction::new(text, postback_data, url))
    }

    /// Creates a button that dials `phone_number`: `+`, country code and number.
    pub fn dial(text: impl Into<String>, postback_data: impl Into<String>, phone_number: impl Into<String>) -> Self {
        Self::DialerAction(DialerAction::new(text, postback_data, phone_number))
    }

    /// Returns the texts that may contain variables.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.parts().into_iter().flat_map(|(text, postback, target)| [Some(text), Some(postback), target]).flatten()
    }

    /// Returns the label, the postback data, and the link or number; `None` for an unknown kind.
    fn parts(&self) -> Option<(&str, &str, Option<&str>)> {
        match self {
            Self::Reply(reply) => Some((&reply.text, &reply.postback_data, None)),
            Self::UrlAction(action) => Some((&action.text, &action.postback_data, Some(&action.url))),
            Self::DialerAction(action) => Some((&action.text, &action.postback_data, Some(&action.phone_number))),
            Self::Unknown(_) => None,
        }
    }
}

impl Validate for Suggestion {
    fn check(&self, at: &At<'_>, found: &mut Violations) {
        let Some((text, postback, _)) = self.parts() else {
            return found.unknown_kind(at, "suggestionType");
        };
        found.text(&at.key("text"), text, &limits::RCS_SUGGESTION_TEXT);
        found.text(&at.key("postbackData"), postback, &limits::RCS_POSTBACK);
        match self {
            Self::UrlAction(action) if !link::is_absolute_template(&action.url) => {
                found.add(&at.key("url"), &limits::RCS_LINK, Measured::Nothing);
            }
            Self::DialerAction(action) if !is_dialable(&action.phone_number) => {
                found.add(&at.key("phoneNumber"), &limits::RCS_DIAL_NUMBER, Measured::Nothing);
            }
            _ => {}
        }
    }
}

/// Checks [`RCS_PHONE_PATTERN`](limits::RCS_PHONE_PATTERN).
fn is_dialable(number: &str) -> bool {
    number
        .strip_prefix('+')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
