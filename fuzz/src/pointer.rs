//! JSON pointers, read without the code under test.

use std::borrow::Cow;
use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;

/// A member's name.
#[derive(Deserialize, PartialEq, Eq, Hash)]
#[serde(transparent)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// The value that a pointer leads to, byte for byte. Of members of one name the last counts.
pub fn resolve<'a>(json: &'a str, pointer: &str) -> Option<&'a str> {
    if pointer.is_empty() {
        return Some(json);
    }
    pointer.strip_prefix('/')?.split('/').try_fold(json, |here, token| step(here, &token.replace("~1", "/").replace("~0", "~")))
}

/// A pointer's parent and its last token.
pub fn split(pointer: &str) -> Option<(&str, &str)> {
    pointer.rsplit_once('/')
}

/// The values right inside an object or a list.
pub fn children(json: &str) -> Vec<&str> {
    let found: Vec<&RawValue> = match json.trim_ascii_start().as_bytes().first() {
        Some(b'{') => members(json).into_values().collect(),
        Some(b'[') => serde_json::from_str(json).unwrap_or_default(),
        _ => Vec::new(),
    };
    found.into_iter().map(RawValue::get).collect()
}

fn step<'a>(json: &'a str, token: &str) -> Option<&'a str> {
    if json.trim_ascii_start().starts_with('[') {
        let elements: Vec<&RawValue> = serde_json::from_str(json).ok()?;
        elements.get(token.parse::<usize>().ok()?).copied().map(RawValue::get)
    } else {
        members(json).get(&Name(Cow::Borrowed(token))).copied().map(RawValue::get)
    }
}

fn members(json: &str) -> HashMap<Name<'_>, &RawValue> {
    serde_json::from_str(json).unwrap_or_default()
}
