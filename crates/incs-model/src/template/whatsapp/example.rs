//! Sample values for the review.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::de::{self, Deserializer, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Number;

use crate::raw::RawJson;

/// Sample values for the placeholders of a body.
#[derive(Clone, PartialEq, Serialize, Deserialize, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct BodyExample {
    /// Samples for named placeholders. (Inferred from Meta's API.)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_text_named_params: Option<RawJson>,
    /// Sets of samples; each set has one value for each placeholder, in order. The sample of the page has one set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub body_text: Vec<Vec<ExampleValue>>,
}

/// A sample value: a text, or a number as in the page's sample. Written back as it came.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExampleValue {
    /// A text.
    Text(String),
    /// A number.
    Number(Number),
}

impl From<&str> for ExampleValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for ExampleValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for ExampleValue {
    fn from(number: i64) -> Self {
        Self::Number(number.into())
    }
}

impl fmt::Display for ExampleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// A sample may be taken from life, so it is masked.
impl fmt::Debug for ExampleValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => crate::masked::Masked::masked(text, f),
            Self::Number(_) => f.write_str("<number>"),
        }
    }
}

impl crate::masked::Masked for ExampleValue {}

impl Serialize for ExampleValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => number.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for ExampleValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExampleVisitor)
    }
}

struct ExampleVisitor;

impl Visitor<'_> for ExampleVisitor {
    type Value = ExampleValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_str<E>(self, text: &str) -> Result<ExampleValue, E> {
        Ok(text.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<ExampleValue, E> {
        Ok(ExampleValue::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<ExampleValue, E> {
        Ok(ExampleValue::Number(number.into()))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<ExampleValue, E> {
        let finite = Number::from_f64(number).map(ExampleValue::Number);
        finite.ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ExampleValue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExampleValue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": ["string", "number"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_stays_a_number_and_a_text_a_text() {
        let body = r#"{"body_text":[[1,"1",-2,1.5,18446744073709551615]]}"#;
        let example: BodyExample = crate::decode(body.as_bytes()).unwrap();
        assert_eq!(serde_json::to_string(&example).unwrap(), body);
        assert_eq!(format!("{example:?}").matches("<number>").count(), 4);
    }

    #[test]
    fn anything_else_is_refused() {
        let error = crate::decode::<BodyExample>(br#"{"body_text":[[1,null]]}"#).unwrap_err();
        assert_eq!((error.pointer(), error.expected()), ("/body_text/0/1", "a string or a number"));
    }
}
