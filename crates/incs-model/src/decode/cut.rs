//! One item out of a body, as it came.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::key::Key;
use crate::raw::RawJson;

/// The value at `pointer`, byte for byte; where the body has none, `typed` written anew.
pub(crate) fn cut<T: Serialize>(body: &[u8], pointer: &str, typed: &T) -> RawJson {
    let found = serde_json::from_slice::<&RawValue>(body).ok().and_then(|raw| walk(raw, pointer));
    let found = found.map(|raw| RawJson::from_value(raw.to_owned()));
    found.or_else(|| RawJson::encode(typed).ok()).unwrap_or_else(RawJson::null)
}

fn walk<'raw>(raw: &'raw RawValue, pointer: &str) -> Option<&'raw RawValue> {
    let mut here = raw;
    for step in pointer.split('/').skip(1) {
        here = match here.get().bytes().next()? {
            b'[' => serde_json::from_str::<Vec<&RawValue>>(here.get()).ok()?.get(step.parse::<usize>().ok()?).copied()?,
            _ => member(here, &step.replace("~1", "/").replace("~0", "~"))?,
        };
    }
    Some(here)
}

fn member<'raw>(object: &'raw RawValue, name: &str) -> Option<&'raw RawValue> {
    let members: BTreeMap<Key<'raw>, &'raw RawValue> = serde_json::from_str(object.get()).ok()?;
    members.into_iter().find(|(key, _)| key.0 == name).map(|(_, raw)| raw)
}
