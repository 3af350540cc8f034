//! What a member union does not know.

use std::fmt;

use serde::ser::SerializeMap;
use serde_json::value::RawValue;

use crate::open::fmt_token;
use crate::raw::RawJson;

/// The content of a kind that this version of the crate does not know: the kind and every member that came with it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnknownMember {
    kind: Box<str>,
    members: Vec<(Box<str>, RawJson)>,
}

impl UnknownMember {
    /// Content of a kind of your own, for a platform that learned it before this crate did.
    ///
    /// `validate` reports it; send it with validation off. The kind must be one that this version does not know: for the
    /// others there are variants, and a kind named like another member of the object would stand there twice.
    pub fn new(kind: impl Into<Box<str>>, content: RawJson) -> Self {
        let kind = kind.into();
        Self { members: vec![(kind.clone(), content)], kind }
    }

    /// Members whose kind no tag says: the first one's name must do.
    pub(crate) fn from_members(members: Vec<(Box<str>, Box<RawValue>)>) -> Self {
        let kind = members.first().map(|(name, _)| name.clone()).unwrap_or_default();
        Self::of_kind(kind, members)
    }

    /// The members of a kind that a tag says.
    pub(crate) fn of_kind(kind: Box<str>, members: Vec<(Box<str>, Box<RawValue>)>) -> Self {
        let members = members.into_iter().map(|(name, raw)| (name, RawJson::from_value(raw))).collect();
        Self { kind, members }
    }

    /// The value of the tag, as it came.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The member that the tag names, if it is there.
    pub fn content(&self) -> Option<&RawJson> {
        self.member(&self.kind)
    }

    /// Any other member that came with it.
    pub fn member(&self, name: &str) -> Option<&RawJson> {
        self.members.iter().find(|(known, _)| **known == *name).map(|(_, raw)| raw)
    }

    pub(crate) fn write<M: SerializeMap>(&self, map: &mut M) -> Result<(), M::Error> {
        for (name, raw) in &self.members {
            map.serialize_entry(&**name, raw)?;
        }
        Ok(())
    }
}

impl fmt::Debug for UnknownMember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnknownMember(")?;
        fmt_token(&self.kind, f)?;
        write!(f, ", <{} members>)", self.members.len())
    }
}
