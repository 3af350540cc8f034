//! A change of one member of a JSON.

use incs_facade::model::Pointer;
use serde_json::Value;

use crate::failure::Failure;

/// A change of one member, written `/pointer=value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Edit {
    pointer: String,
    value: Value,
}

impl Edit {
    /// Sets a text.
    pub(super) fn new(pointer: &str, text: &str) -> Self {
        Self { pointer: pointer.to_owned(), value: text.into() }
    }

    /// Reads one: the value is JSON if it can be, and text if it cannot.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (pointer, value) = text.split_once('=').ok_or("it has no =")?;
        if !pointer.starts_with('/') {
            return Err("a JSON pointer begins with /".to_owned());
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
        Ok(Self { pointer: pointer.to_owned(), value })
    }

    /// Puts the value where the pointer leads; what holds it must be there.
    pub(super) fn apply(&self, json: &mut Value) -> Result<(), Failure> {
        if let Some(slot) = json.pointer_mut(&self.pointer) {
            *slot = self.value.clone();
            return Ok(());
        }
        let nowhere = || Failure::usage(format!("--set {}: there is nothing to put it into", self.pointer));
        let mut parent = Pointer::parse(&*self.pointer).map_err(|_| nowhere())?;
        let name = parent.pop().ok_or_else(nowhere)?;
        match json.pointer_mut(parent.as_str()).ok_or_else(nowhere)? {
            Value::Object(object) => {
                object.insert(name, self.value.clone());
            }
            Value::Array(list) if name == "-" || name == list.len().to_string() => list.push(self.value.clone()),
            _ => return Err(nowhere()),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_member_is_changed_or_added() {
        let mut json = json!({"a": {"b": [1]}, "c/d": 2});
        for edit in ["/a/b/0=7", "/a/b/-=x=y", "/a/b/2=\"8\"", "/c~1d=null", "/new={\"e\":[]}"] {
            Edit::parse(edit).unwrap().apply(&mut json).unwrap();
        }
        assert_eq!(json, json!({"a": {"b": [7, "x=y", "8"]}, "c/d": null, "new": {"e": []}}));
    }

    #[test]
    fn what_leads_nowhere_is_refused() {
        for edit in ["/a/b/c=1", "/b/5=1", "/b/x=1"] {
            let failure = Edit::parse(edit).unwrap().apply(&mut json!({"a": 1, "b": []})).unwrap_err();
            assert!(failure.message.ends_with("there is nothing to put it into"), "{edit}");
        }
        assert!(Edit::parse("a=1").is_err());
        assert!(Edit::parse("/a").is_err());
    }
}
