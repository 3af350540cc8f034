//! A place.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::exotel::members::member;
use crate::exotel::received::received;

received! {
    /// A place that a user sent (Exotel: receive messages webhook).
    pub struct Location {
        /// Degrees north of the equator.
        pub latitude: Coordinate = "latitude",
        /// Degrees east of Greenwich. (The tables have the right spelling, the samples the other.)
        pub longitude: Coordinate = "longitude" | "longtitude",
    }
    optional {
        /// What the place is called (Exotel: send RCS message; the tables of incoming messages have it not).
        with_label => pub label: String = "label",
    }
}

impl Location {
    /// A place in degrees; written as numbers, `longitude` spelled right.
    pub fn new(latitude: impl Into<Coordinate>, longitude: impl Into<Coordinate>) -> Self {
        Self::bare(latitude.into(), longitude.into())
    }
}

/// Degrees of latitude or longitude. On the wire a number, or a number in a string; written back as it came.
///
/// `Debug` hides it: it says where a person is.
#[derive(Clone, PartialEq)]
pub struct Coordinate {
    degrees: f64,
    form: Form,
}

#[derive(Clone, PartialEq)]
enum Form {
    Float,
    Integer(i64),
    Text(Box<str>),
}

impl Coordinate {
    /// The degrees.
    pub fn degrees(&self) -> f64 {
        self.degrees
    }
}

impl From<f64> for Coordinate {
    fn from(degrees: f64) -> Self {
        Self { degrees, form: Form::Float }
    }
}

impl fmt::Debug for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<degrees>")
    }
}

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.form {
            Form::Float => serializer.serialize_f64(self.degrees),
            Form::Integer(degrees) => serializer.serialize_i64(*degrees),
            Form::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CoordinateVisitor)
    }
}

#[derive(Clone, Copy)]
struct CoordinateVisitor;

impl de::Visitor<'_> for CoordinateVisitor {
    type Value = Coordinate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number")
    }

    fn visit_f64<E>(self, degrees: f64) -> Result<Coordinate, E> {
        Ok(Coordinate::from(degrees))
    }

    #[allow(clippy::cast_precision_loss, reason = "no place lies there")]
    fn visit_i64<E>(self, degrees: i64) -> Result<Coordinate, E> {
        Ok(Coordinate { degrees: degrees as f64, form: Form::Integer(degrees) })
    }

    #[allow(clippy::cast_precision_loss, reason = "no place lies there")]
    fn visit_u64<E: de::Error>(self, degrees: u64) -> Result<Coordinate, E> {
        i64::try_from(degrees).map_or_else(|_| self.visit_f64(degrees as f64), |degrees| self.visit_i64(degrees))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Coordinate, E> {
        match text.trim().parse::<f64>() {
            Ok(degrees) if degrees.is_finite() => Ok(Coordinate { degrees, form: Form::Text(text.into()) }),
            _ => Err(E::invalid_value(de::Unexpected::Str(text), &self)),
        }
    }
}

crate::masked::shown!(Coordinate);
member!(Coordinate);

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Coordinate {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "ExotelCoordinate".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": ["number", "string"],
            "pattern": "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$",
        })
    }
}
