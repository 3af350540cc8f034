//! JSON pointers into raw text.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use incs_model::Pointer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A member's name.
#[derive(Deserialize)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Returns the members of an object with their names, in order. Empty for any other value.
pub fn named(json: &str) -> Vec<(String, &str)> {
    members(json).into_iter().map(|(name, value)| (name.0.into_owned(), value.get())).collect()
}

/// Returns the unchanged values at a pointer, for each of several members with one name.
pub fn resolve<'a>(json: &'a str, pointer: &str) -> Vec<&'a str> {
    let Ok(pointer) = Pointer::parse(pointer) else { return Vec::new() };
    let mut here = vec![json];
    for token in pointer.tokens() {
        here = here.into_iter().flat_map(|json| steps(json, &token)).collect();
    }
    here
}

/// Reports whether there is a value at a pointer, for any of several members with one name.
pub fn leads(json: &str, pointer: &str) -> bool {
    !resolve(json, pointer).is_empty()
}

/// Splits a pointer into its parent and its last token.
pub fn split(pointer: &str) -> Option<(&str, &str)> {
    pointer.rsplit_once('/')
}

/// Returns the direct values of an object or a list.
pub fn children(json: &str) -> Vec<&str> {
    match json.trim_ascii_start().as_bytes().first() {
        Some(b'{') => members(json).into_iter().map(|(_, value)| value.get()).collect(),
        Some(b'[') => elements(json).into_iter().map(RawValue::get).collect(),
        _ => Vec::new(),
    }
}

/// Reports whether any object has two members with one name. Parsers treat them differently.
pub fn has_repeated_names(json: &str) -> bool {
    let mut names = HashSet::new();
    let is_object = json.trim_ascii_start().starts_with('{');
    (is_object && members(json).into_iter().any(|(name, _)| !names.insert(name.0)))
        || children(json).into_iter().any(has_repeated_names)
}

/// Returns the values of all members with a name, or the element with an index.
fn steps<'a>(json: &'a str, token: &str) -> Vec<&'a str> {
    if json.trim_ascii_start().starts_with('[') {
        let element = token.parse::<usize>().ok().and_then(|index| elements(json).get(index).copied());
        return element.map(RawValue::get).into_iter().collect();
    }
    members(json).into_iter().filter(|(name, _)| name.0 == token).map(|(_, value)| value.get()).collect()
}

fn elements(json: &str) -> Vec<&RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}

fn members(json: &str) -> Vec<(Name<'_>, &RawValue)> {
    serde_json::from_str::<Members<'_>>(json).map(|members| members.0).unwrap_or_default()
}

/// Returns the members of an object in order, including repeated names.
struct Members<'a>(Vec<(Name<'a>, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut found = Vec::new();
                while let Some(member) = map.next_entry()? {
                    found.push(member);
                }
                Ok(Members(found))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}
