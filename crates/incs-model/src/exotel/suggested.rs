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
/// The tables write `Suggested`, `Response`, `Reply` and `Action`, the samples the same words in small letters. They are written back
/// as they came; in small letters by default.
#[derive(Clone, PartialEq, MaskedDebug)]
#[non_exhaustive]
pub struct Suggested {
    /// The kind of thing that was tapped.
    pub tap: Tap,
    spelling: Spelling,
    /// Of the object in `response`.
    response: Spelling,
}

/// The kind of thing that was tapped. The tables call both members mandatory, each sample has one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Tap {
    /// A suggested reply.
    Reply(Suggestion),
    /// A suggested action. Which kind of action (link, call, …) is not said.
    Action(Suggestion),
    /// Both at once, should that ever come.
    Both {
        /// The suggested reply.
        reply: Suggestion,
        /// The suggested action.
        action: Suggestion,
    },
    /// Neither; kept whole and written back as it came.
    Unknown(RawJson),
}

/// A suggested reply or action as the business had sent it (Exotel: receive messages webhook; sampled only).
///
/// The objects are named in the tables and never described.
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelSuggestion", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Suggestion {
    /// The label that the user saw.
    pub text: Option<String>,
    /// What the business had attached to it.
    ///
    /// On the wire: `postback` or `postback_data`.
    pub postback: Option<Postback>,
    /// The kind of action (Exotel: send RCS message). Its values are **unknown**.
    pub action_type: Option<String>,
    /// Members that no page names, kept as they came.
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
    /// A suggestion as the samples have it: the data stand in `postback.data`.
    pub fn new(text: impl Into<String>, data: impl Into<String>) -> Self {
        Self::with_required().with_text(text).with_postback(data.into())
    }

    /// What the business had attached to it, wherever it stood.
    pub fn data(&self) -> Option<&str> {
        self.postback.as_ref()?.data.as_deref()
    }
}

impl Suggested {
    /// A tap, with member names in small letters.
    pub fn new(tap: Tap) -> Self {
        Self { tap, spelling: Spelling::default(), response: Spelling::default() }
    }

    /// A tap on a suggested reply.
    pub fn reply(suggestion: Suggestion) -> Self {
        Self::new(Tap::Reply(suggestion))
    }

    /// A tap on a suggested action.
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
    /// The suggestion that was tapped; of both the reply.
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
        "description": "A tap on a suggested reply or action. Member names are read in small and in capital letters.",
        "type": "object",
        "properties": { "response": response, "Response": response },
    })
});
