//! A tap on a suggestion.

use std::borrow::Cow;
use std::fmt;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;

use super::text::Postback;
use crate::decode::{Tracked, replay};
use crate::exotel::members::{Members, member};
use crate::exotel::received::received;
use crate::raw::RawJson;

/// A tap on a suggested reply or action (Exotel: receive messages webhook).
///
/// The tables write `Suggested`, `Response`, `Reply` and `Action`, the samples the same words in small letters. Any letters
/// are read, and written back as they came; small ones by default.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Suggested {
    /// What was tapped.
    pub tap: Tap,
    names: Names,
}

/// What was tapped. The tables call both members mandatory, each sample has one.
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

received! {
    /// A suggested reply or action as the business had sent it (Exotel: receive messages webhook; sampled only).
    ///
    /// The objects are named in the tables and never described.
    pub struct Suggestion {
    }
    optional {
        /// The label that the user saw.
        with_text => pub text: String = "text",
        /// What the business had attached to it.
        with_postback => pub postback: Postback = "postback" | "postback_data",
        /// The kind of action (Exotel: send RCS message). Its values are **unknown**.
        with_action_type => pub action_type: String = "action_type",
    }
    extra {
        /// Members that no page names, kept as they came.
        with_extra => pub extra,
    }
}

/// The member names as they came.
#[derive(Clone, PartialEq)]
struct Names {
    suggested: Cow<'static, str>,
    response: Cow<'static, str>,
    reply: Cow<'static, str>,
    action: Cow<'static, str>,
}

impl Suggestion {
    /// A suggestion as the samples have it: the data stand in `postback.data`.
    pub fn new(text: impl Into<String>, data: impl Into<String>) -> Self {
        Self::bare().with_text(text).with_postback(data.into())
    }

    /// What the business had attached to it, wherever it stood.
    pub fn data(&self) -> Option<&str> {
        self.postback.as_ref()?.data.as_deref()
    }
}

impl Suggested {
    /// A tap, with member names in small letters.
    pub fn new(tap: Tap) -> Self {
        Self { tap, names: Names::default() }
    }

    /// A tap on a suggested reply.
    pub fn reply(suggestion: Suggestion) -> Self {
        Self::new(Tap::Reply(suggestion))
    }

    /// A tap on a suggested action.
    pub fn action(suggestion: Suggestion) -> Self {
        Self::new(Tap::Action(suggestion))
    }

    /// The name of the member that holds it.
    pub(super) fn key(&self) -> &str {
        &self.names.suggested
    }

    pub(super) fn under_key(mut self, key: impl Into<String>) -> Self {
        self.names.suggested = Cow::Owned(key.into());
        self
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

impl Default for Names {
    fn default() -> Self {
        Self {
            suggested: Cow::Borrowed("suggested"),
            response: Cow::Borrowed("response"),
            reply: Cow::Borrowed("reply"),
            action: Cow::Borrowed("action"),
        }
    }
}

impl fmt::Debug for Suggested {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Suggested").field(&self.tap).finish()
    }
}

impl Serialize for Suggested {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Tap::Unknown(raw) = &self.tap {
            return raw.serialize(serializer);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(&*self.names.response, &Response(self))?;
        map.end()
    }
}

struct Response<'a>(&'a Suggested);

impl Serialize for Response<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Suggested { tap, names } = self.0;
        let mut map = serializer.serialize_map(None)?;
        if let Tap::Reply(reply) | Tap::Both { reply, .. } = tap {
            map.serialize_entry(&*names.reply, reply)?;
        }
        if let Tap::Action(action) | Tap::Both { action, .. } = tap {
            map.serialize_entry(&*names.action, action)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Suggested {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let mut members = Members::deserialize(Tracked::new(&raw)).map_err(de::Error::custom)?;
        let mut names = Names::default();
        let (mut reply, mut action) = (None, None);
        if let Some((name, response)) = members.take_any_case("response") {
            Names::note(&mut names.response, &name);
            let inner = Tapped { names: &mut names, reply: &mut reply, action: &mut action };
            replay(inner, &name, &response)?;
        }
        let tap = match (reply, action) {
            (Some(reply), Some(action)) => Tap::Both { reply, action },
            (Some(reply), None) => Tap::Reply(reply),
            (None, Some(action)) => Tap::Action(action),
            (None, None) => Tap::Unknown(RawJson::from_value(raw)),
        };
        Ok(Self { tap, names })
    }
}

impl Names {
    fn note(place: &mut Cow<'static, str>, name: &str) {
        if *place != *name {
            *place = Cow::Owned(name.to_owned());
        }
    }
}

/// Reads the members of `response`.
struct Tapped<'a> {
    names: &'a mut Names,
    reply: &'a mut Option<Suggestion>,
    action: &'a mut Option<Suggestion>,
}

impl<'de> de::DeserializeSeed<'de> for Tapped<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let mut members = Members::deserialize(deserializer)?;
        for (name, place, suggestion) in
            [("reply", &mut self.names.reply, self.reply), ("action", &mut self.names.action, self.action)]
        {
            if let Some((name, raw)) = members.take_any_case(name) {
                Names::note(place, &name);
                *suggestion = Some(replay(std::marker::PhantomData, &name, &raw)?);
            }
        }
        Ok(())
    }
}

crate::masked::shown!(Suggested, Tap);
member!(Suggested);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Suggested {
    fn schema_name() -> Cow<'static, str> {
        "ExotelSuggested".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let suggestion = generator.subschema_for::<Suggestion>();
        let response = serde_json::json!({
            "type": "object",
            "properties": {
                "reply": suggestion, "Reply": suggestion,
                "action": suggestion, "Action": suggestion,
            },
        });
        schemars::json_schema!({
            "description": "A tap on a suggested reply or action. Member names are read in small and in capital letters.",
            "type": "object",
            "properties": { "response": response, "Response": response },
        })
    }
}
