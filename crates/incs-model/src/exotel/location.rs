//! A location.

use std::fmt;

use incs_model_derive::WireStruct;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::object::{Spelling, members, read_number};
use crate::json::{RawJson, parse_float};
use crate::schema_of::schema_of;

/// A location that a user sent (Exotel: receive messages webhook).
#[derive(Clone, PartialEq, WireStruct)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(rename = "ExotelLocation", transform = Self::complete_schema))]
#[wire(private_new)]
#[non_exhaustive]
pub struct Location {
    /// The latitude in degrees; north is positive.
    pub latitude: Coordinate,
    /// The longitude in degrees; east is positive. (The tables have the correct spelling, the samples the other.)
    ///
    /// On the wire: `longitude` or `longtitude`.
    pub longitude: Coordinate,
    /// The name of the location (Exotel: send RCS message; not in the tables of incoming messages).
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
    /// Creates a location in degrees; written as numbers, with `longitude` spelled correctly.
    pub fn new(latitude: impl Into<Coordinate>, longitude: impl Into<Coordinate>) -> Self {
        Self::with_required(latitude, longitude)
    }
}

/// Degrees of latitude or longitude. On the wire a number, or a number in a string; written back unchanged.
///
/// `Debug` hides it, since it is a person's location.
#[derive(Clone, PartialEq)]
pub struct Coordinate {
    degrees: f64,
    /// The JSON, if it differs from that of the degrees.
    original: Option<RawJson>,
}

impl Coordinate {
    /// The value in degrees.
    pub fn degrees(&self) -> f64 {
        self.degrees
    }
}

impl From<f64> for Coordinate {
    fn from(degrees: f64) -> Self {
        Self { degrees, original: None }
    }
}

impl fmt::Debug for Coordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<degrees>")
    }
}

impl Serialize for Coordinate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.original {
            Some(raw) => raw.serialize(serializer),
            None => self.degrees.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Coordinate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (degrees, raw) = read_number(deserializer, parse_float)?;
        let is_other = raw.get().starts_with('"') || raw.get().parse::<i64>().is_ok();
        Ok(Self { degrees, original: is_other.then_some(raw) })
    }
}

impl crate::masked::Masked for Coordinate {}

schema_of!(inline Coordinate, _generator => {
    schemars::json_schema!({
        "type": ["number", "string"],
        "pattern": "^\\s*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?\\s*$",
    })
});
