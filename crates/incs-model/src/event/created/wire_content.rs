//! Content as it stands on the wire: typed by a sibling, and either an object or a string that holds one.

use serde::de::value::MapAccessDeserializer;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::content::{Content, code};
use crate::decode::Tracked;
use crate::raw::RawJson;

/// Content as it stands on the wire: an object in every sample, a string that holds JSON in the table. Remembers which.
#[derive(Clone, PartialEq)]
pub(super) struct WireContent {
    pub(super) content: Content,
    pub(super) is_text: bool,
}

/// Reads the content of a type whose number is known.
pub(super) struct ContentSeed(pub(super) i64);

impl<'de> DeserializeSeed<'de> for ContentSeed {
    type Value = WireContent;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<WireContent, D::Error> {
        if (code::TEXT..=code::FILE).contains(&self.0) {
            return deserializer.deserialize_any(self);
        }
        let content = Content::read(self.0, deserializer)?;
        Ok(open_raw_text(content))
    }
}

impl<'de> Visitor<'de> for ContentSeed {
    type Value = WireContent;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object, or a string that holds one")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<WireContent, A::Error> {
        let content = Content::read(self.0, MapAccessDeserializer::new(map))?;
        Ok(WireContent { content, is_text: false })
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<WireContent, E> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let quick = Content::read(self.0, &mut reader).and_then(|content| reader.end().map(|()| content));
        let content = quick.or_else(|_| {
            let raw: &RawValue = serde_json::from_str(text).map_err(|_| E::custom("JSON in the string"))?;
            Content::read(self.0, Tracked::new(raw)).map_err(E::custom)
        })?;
        Ok(WireContent { content, is_text: true })
    }
}

/// Raw content that came as a string is opened, if it holds JSON.
fn open_raw_text(content: Content) -> WireContent {
    let (Content::Custom(raw) | Content::Unknown(_, raw)) = &content else {
        return WireContent { content, is_text: false };
    };
    let inner = serde_json::from_str::<String>(raw.get()).ok().and_then(|text| RawJson::parse(text).ok());
    match (inner, content) {
        (Some(raw), Content::Custom(_)) => WireContent { content: Content::Custom(raw), is_text: true },
        (Some(raw), Content::Unknown(code, _)) => WireContent { content: Content::Unknown(code, raw), is_text: true },
        (_, content) => WireContent { content, is_text: false },
    }
}

impl Serialize for WireContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_text {
            let text = serde_json::to_string(&self.content).map_err(serde::ser::Error::custom)?;
            serializer.serialize_str(&text)
        } else {
            self.content.serialize(serializer)
        }
    }
}
