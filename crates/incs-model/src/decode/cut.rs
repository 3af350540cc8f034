//! One item out of a body: its text, or its place.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::key::Key;
use crate::json::tokens;
use crate::raw::RawJson;

/// Cuts items out of a body. A list is looked through once, however many of its items are cut.
pub(crate) struct Cutter<'raw> {
    body: Option<&'raw RawValue>,
    /// The list that the last item came from.
    list: Option<(Box<str>, Vec<&'raw RawValue>)>,
}

impl<'raw> Cutter<'raw> {
    pub(crate) fn new(body: &'raw [u8]) -> Self {
        Self { body: serde_json::from_slice(body).ok(), list: None }
    }

    /// The value at `pointer`, byte for byte; where the body has none, `typed` written anew.
    pub(crate) fn cut<T: Serialize + ?Sized>(&mut self, pointer: &str, typed: &T) -> RawJson {
        let found = self.find(pointer).map(|raw| RawJson::from_value(raw.to_owned()));
        found.or_else(|| RawJson::encode(typed).ok()).unwrap_or_else(RawJson::null)
    }

    fn find(&mut self, pointer: &str) -> Option<&'raw RawValue> {
        let body = self.body?;
        let (list, Ok(index)) = pointer.rsplit_once('/').map(|(list, step)| (list, step.parse::<usize>()))? else {
            return walk(body, pointer).ok();
        };
        if self.list.as_ref().is_none_or(|(known, _)| **known != *list) {
            let items = serde_json::from_str(walk(body, list).ok()?.get()).ok()?;
            self.list = Some((list.into(), items));
        }
        self.list.as_ref().and_then(|(_, items)| items.get(index).copied())
    }
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
    for step in tokens(pointer) {
        let next = if here.get().starts_with('[') { item(here, &step) } else { member(here, &step) };
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
    let members: BTreeMap<Key<'raw>, &'raw RawValue> = serde_json::from_str(object.get()).ok()?;
    members.into_iter().find(|(key, _)| key.0 == step).map(|(_, raw)| raw)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_cut_from_one_list_after_another() {
        let mut cutter = Cutter::new(br#"{"a": [ 1.0, {"x" : 2}], "b/c": {"d": ["e"]}}"#);
        for (pointer, cut) in [
            ("/a/0", "1.0"),
            ("/a/1", r#"{"x" : 2}"#),
            ("/b~1c/d/0", r#""e""#),
            ("/a/0", "1.0"),
            ("/a/1/x", "2"),
            ("/a/2", "\"typed\""),
            ("/b~1c/0", "\"typed\""),
        ] {
            assert_eq!(cutter.cut(pointer, "typed").get(), cut, "{pointer}");
        }
        assert_eq!(Cutter::new(b"no json").cut("/a/0", "typed").get(), "\"typed\"");
    }
}
