//! The two directions.

use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::anything::Anything;
use super::bounds::Bounds;
use super::open::Open;
use super::reference::Reference;
use super::strict::Strict;
use super::words::Words;

/// What a schema describes: what you may send, or what you may count on in what arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contract {
    /// Strict: nothing that is not documented.
    Send,
    /// Open: what is not known today is allowed.
    Receive,
}

impl Contract {
    /// The schema of a type, with everything it refers to under `$defs`.
    pub(super) fn schema_of<T: JsonSchema>(self) -> Schema {
        let settings = SchemaSettings::draft2020_12().with_transform(Bounds);
        let settings = match self {
            Self::Send => settings.for_serialize().with_transform(Strict),
            Self::Receive => settings.for_deserialize().with_transform(Open),
        };
        let settings = settings.with_transform(Words).with_transform(Reference).with_transform(Anything);
        settings.into_generator().into_root_schema_for::<T>()
    }
}

/// `send` or `receive`.
impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Receive => "receive",
        })
    }
}
