//! One item out of a body: its text, or its place.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::key::Key;
use crate::raw::RawJson;

/// The value at `pointer`, byte for byte; where the body has none, `typed` written anew.
pub(crate) fn cut<T: Serialize>(body: &[u8], pointer: &str, typed: &T) -> RawJson {
    let found = serde_json::from_slice::<&RawValue>(body).ok().and_then(|raw| walk(raw, pointer).ok());
    let found = found.map(|raw| RawJson::from_value(raw.to_owned()));
    found.or_else(|| RawJson::encode(typed).ok()).unwrap_or_else(RawJson::null)
}

/// Where in the body the value at `pointer` begins; where there is none, the value that should hold it.
pub(super) fn place(body: &[u8], pointer: &str) -> usize {
    let Ok(raw) = serde_json::from_slice::<&RawValue>(body) else { return 0 };
    let (Ok(nearest) | Err(nearest)) = walk(raw, pointer);
    nearest.get().as_ptr().addr().saturating_sub(body.as_ptr().addr())
}

/// The value at `pointer`, or the last one on the way to it.
fn walk<'raw>(raw: &'raw RawValue, pointer: &str) -> Result<&'raw RawValue, &'raw RawValue> {
    let mut here = raw;
    for step in pointer.split('/').skip(1) {
        let next = if here.get().starts_with('[') { item(here, step) } else { member(here, step) };
        here = next.ok_or(here)?;
    }
    Ok(here)
}

fn item<'raw>(array: &'raw RawValue, step: &str) -> Option<&'raw RawValue> {
    let items: Vec<&RawValue> = serde_json::from_str(array.get()).ok()?;
    items.get(step.parse::<usize>().ok()?).copied()
}

/// Of members of the same name the last.
fn member<'raw>(object: &'raw RawValue, step: &str) -> Option<&'raw RawValue> {
    let name = step.replace("~1", "/").replace("~0", "~");
    let members: BTreeMap<Key<'raw>, &'raw RawValue> = serde_json::from_str(object.get()).ok()?;
    members.into_iter().find(|(key, _)| key.0 == name).map(|(_, raw)| raw)
}
