//! Bodies with one thing changed in them, at every place.

mod fault;
mod lists;
mod single;

use serde_json::Value;

/// One change of one value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// The value is gone.
    Drop,
    /// Another JSON stands in its place.
    Replace(&'static str),
    /// Something that this version does not know stands in it: a member, or one element more.
    Extend,
}

/// A value of each type, and some that are well-formed JSON and yet fit no type of ours.
const OTHERS: [&str; 13] = [
    "null",
    "true",
    "7",
    "-1.5",
    "\"\"",
    "\"x\"",
    "\"dlr\"",
    "[]",
    "[null]",
    "{}",
    "{\"added_later\":1}",
    "1e999",
    "\"\\ud800\"",
];

/// Stands in no fixture.
const MARK: &str = "@mark@";

/// A body after a change.
pub(crate) struct Changed {
    value: Value,
    json: &'static str,
}

impl Change {
    /// Every change.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        [Self::Drop, Self::Extend].into_iter().chain(OTHERS.map(Self::Replace))
    }

    /// The body after the change; `None` if nothing can be changed in this way there.
    pub(crate) fn apply(self, body: &Value, place: &str) -> Option<Changed> {
        let (mut value, mut json) = (body.clone(), "null");
        match self {
            Self::Replace(other) => {
                // What no value of ours holds is put into the text.
                *value.pointer_mut(place)? = serde_json::from_str(other).unwrap_or_else(|_| Value::from(MARK));
                json = other;
            }
            Self::Drop => {
                let (parent, name) = place.rsplit_once('/')?;
                match value.pointer_mut(parent)? {
                    Value::Object(members) => drop(members.remove(name)),
                    Value::Array(items) => drop(items.remove(name.parse().ok()?)),
                    _ => return None,
                }
            }
            Self::Extend => match value.pointer_mut(place)? {
                Value::Object(members) => drop(members.insert("added_later".to_owned(), Value::from(1))),
                Value::Array(items) => items.push(serde_json::json!({ "added_later": 1 })),
                _ => return None,
            },
        }
        Some(Changed { value, json })
    }
}

impl Changed {
    /// The text of the body.
    pub(crate) fn text(&self) -> String {
        self.text_at("").unwrap()
    }

    /// The text of the value at a place.
    pub(crate) fn text_at(&self, pointer: &str) -> Option<String> {
        let text = self.value.pointer(pointer)?.to_string();
        Some(text.replace(&format!("\"{MARK}\""), self.json))
    }
}

/// The JSON pointers of all values.
pub(crate) fn places(body: &Value) -> Vec<String> {
    fn visit(value: &Value, here: &str, places: &mut Vec<String>) {
        places.push(here.to_owned());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    assert!(!name.contains(['~', '/']), "a name that a pointer escapes");
                    visit(member, &format!("{here}/{name}"), places);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    visit(item, &format!("{here}/{index}"), places);
                }
            }
            _ => {}
        }
    }

    let mut places = Vec::new();
    visit(body, "", &mut places);
    places
}

/// Whether a place is another one, or in it.
pub(crate) fn is_within(place: &str, outer: &str) -> bool {
    place.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
