//! A tap on a suggestion.

use std::collections::BTreeMap;

use incs_model_derive::{MaskedDebug, WireStruct};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

use super::object::{Object, Spelled, Spelling, Writer, members};
use super::text::Postback;
use crate::json::{RawJson, Tracked};
use crate::schema_of::schema_of;

/// A tap on a suggested reply or action (Exotel: receive messages webhook).
///
/// The tables write `Suggested`, `Response`, `Reply` and `Action`, the samples the same words in lower case. They are written back
/// unchanged, and in lower case by default.
#[derive(Clone, PartialEq, MaskedDebug)]
#[non_exhaustive]
pub struct Suggested {
    /// The kind of suggestion that was tapped.
    pub tap: Tap,
    spelling: Spelling,
    /// The names in the object `response`.
    response: Spelling,
}

/// The kind of suggestion that was tapped. The tables call both members mandatory, each sample has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Tap {
    /// A suggested reply.
    Reply(Suggestion),
    /// A suggested action. The kind of action (link, call, …) is not included.
    Action(Suggestion),
    /// Both at once, in case that ever happens.
    Both {
        /// The suggested reply.
        reply: Suggestion,
        /// The suggested action.
        action: Suggestion,
    },
    /// Neither; kept whole and written back unchanged.
    Unknown(RawJson),
}

/// A suggested reply or action as the business sent it (Exotel: receive messages webhook; sampled only).
///
/// The tables name the objects and never describe them.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelSuggestion", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Suggestion {
    /// The label that the user saw.
    pub text: Option<String>,
    /// The data that the business attached to it.
    ///
    /// On the wire: `postback` or `postback_data`.
    pub postback: Option<Postback>,
    /// The kind of action (Exotel: send RCS message). Its values are **unknown**.
    pub action_type: Option<String>,
    /// Members that no page documents, kept unchanged.
    #[wire(entries)]
    pub extra: BTreeMap<String, RawJson>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(Suggestion {
    text: optional("text"),
    postback: optional("postback" | "postback_data"),
    action_type: optional("action_type"),
    extra: extra(),
});

impl Suggestion {
    /// Creates a suggestion in the sampled form: the data is in `postback.data`.
    pub fn new(text: impl Into<String>, data: impl Into<String>) -> Self {
        Self::with_required().with_text(text).with_postback(data.into())
    }

    /// The data that the business attached to it, in either form.
    pub fn data(&self) -> Option<&str> {
        self.postback.as_ref()?.data.as_deref()
    }
}

impl Suggested {
    /// Creates a tap, with member names in lower case.
    pub fn new(tap: Tap) -> Self {
        Self { tap, spelling: Spelling::default(), response: Spelling::default() }
    }

    /// Creates a tap on a suggested reply.
    pub fn reply(suggestion: Suggestion) -> Self {
        Self::new(Tap::Reply(suggestion))
    }

    /// Creates a tap on a suggested action.
    pub fn action(suggestion: Suggestion) -> Self {
        Self::new(Tap::Action(suggestion))
    }
}

impl Spelled for Suggested {
    fn spelling(&self) -> &Spelling {
        &self.spelling
    }

    fn spelling_mut(&mut self) -> &mut Spelling {
        &mut self.spelling
    }
}

impl Tap {
    /// The suggestion that was tapped; the reply if there are both.
    pub fn suggestion(&self) -> Option<&Suggestion> {
        match self {
            Self::Reply(suggestion) | Self::Action(suggestion) | Self::Both { reply: suggestion, .. } => {
                Some(suggestion)
            }
            Self::Unknown(_) => None,
        }
    }
}

/// The object around the suggestion.
#[derive(Default)]
struct Response {
    reply: Option<Suggestion>,
    action: Option<Suggestion>,
    spelling: Spelling,
}

members!(Response { reply: optional("reply"), action: optional("action") });

impl<'de> Deserialize<'de> for Suggested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let mut object = Object::deserialize(Tracked::new(&raw)).map_err(D::Error::custom)?;
        let Response { reply, action, spelling: response } = object.optional(&["response"])?.unwrap_or_default();
        let tap = match (reply, action) {
            (Some(reply), Some(action)) => Tap::Both { reply, action },
            (Some(reply), None) => Tap::Reply(reply),
            (None, Some(action)) => Tap::Action(action),
            (None, None) => return Ok(Self::new(Tap::Unknown(RawJson::from_value(raw)))),
        };
        Ok(Self { tap, spelling: object.take_spelling(), response })
    }
}

impl Serialize for Suggested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (reply, action) = match &self.tap {
            Tap::Reply(reply) => (Some(reply.clone()), None),
            Tap::Action(action) => (None, Some(action.clone())),
            Tap::Both { reply, action } => (Some(reply.clone()), Some(action.clone())),
            Tap::Unknown(raw) => return raw.serialize(serializer),
        };
        let mut object = Writer::new(serializer, &self.spelling)?;
        object.required(&["response"], &Response { reply, action, spelling: self.response.clone() })?;
        object.end()
    }
}

impl crate::masked::Masked for Tap {}

schema_of!(Suggested as "ExotelSuggested", generator => {
    let suggestion = generator.subschema_for::<Suggestion>();
    let response = serde_json::json!({
        "type": "object",
        "properties": { "reply": suggestion, "Reply": suggestion, "action": suggestion, "Action": suggestion },
    });
    schemars::json_schema!({
        "description": "A tap on a suggested reply or action. Member names are read in lower and in upper case.",
        "type": "object",
        "properties": { "response": response, "Response": response },
    })
});
