//! A place.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::object::{Spelling, members, read_number};
use crate::json::RawJson;
use crate::schema_of::schema_of;

/// A place that a user sent (Exotel: receive messages webhook).
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelLocation", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Location {
    /// Degrees north of the equator.
    pub latitude: Coordinate,
    /// Degrees east of Greenwich. (The tables have the right spelling, the samples the other.)
    ///
    /// On the wire: `longitude` or `longtitude`.
    pub longitude: Coordinate,
    /// What the place is called (Exotel: send RCS message; the tables of incoming messages have it not).
    pub label: Option<String>,
    #[cfg_attr(feature = "schema", schemars(skip))]
    spelling: Spelling,
}

members!(Location {
    latitude: required("latitude"),
    longitude: required("longitude" | "longtitude"),
    label: optional("label"),
});

impl Location {
    /// A place in degrees; written as numbers, `longitude` spelled right.
    pub fn new(latitude: impl Into<Coordinate>, longitude: impl Into<Coordinate>) -> Self {
        Self::with_required(latitude, longitude)
    }
}

/// Degrees of latitude or longitude. On the wire a number, or a number in a string; written back as it came.
///
/// `Debug` hides it: it says where a person is.
#[derive(Clone, PartialEq)]
pub struct Coordinate {
    degrees: f64,
    /// The JSON, if it is other than that of the degrees.
    came: Option<RawJson>,
}

impl Coordinate {
    /// The degrees.
    pub fn degrees(&self) -> f64 {
        self.degrees
    }
}

impl From<f64> for Coordinate {
    fn from(degrees: f64) -> Self {
        Self { degrees, came: None }
    }
}

impl fmt::Debug for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<degrees>")
    }
}

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.came {
            Some(raw) => raw.serialize(serializer),
            None => self.degrees.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let finite = |text: &str| text.parse().ok().filter(|degrees: &f64| degrees.is_finite());
        let (degrees, raw) = read_number(deserializer, finite)?;
        let is_other = raw.get().starts_with('"') || raw.get().parse::<i64>().is_ok();
        Ok(Self { degrees, came: is_other.then_some(raw) })
    }
}

impl crate::masked::Masked for Coordinate {}

schema_of!(inline Coordinate, _generator => {
    schemars::json_schema!({
        "type": ["number", "string"],
        "pattern": "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$",
    })
});
