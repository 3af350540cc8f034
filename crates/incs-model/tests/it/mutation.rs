//! Bodies of the reference with one change.

use std::fs;
use std::path::Path;

use incs_model::Pointer;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// A change of one value, chosen among all values of a body.
#[derive(Debug, Clone)]
pub(crate) struct Mutation {
    place: Index,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    /// Removes the value.
    Drop,
    /// Replaces it by other JSON.
    Replace(String),
    /// Adds a member of an unknown name to it, or beside it.
    Extend,
    /// Duplicates the member or item.
    Twice,
}

/// Returns every payload: file name and text.
pub(crate) fn fixtures() -> Vec<(String, String)> {
    let mut fixtures = Vec::new();
    for folder in ["incs", "exotel"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder);
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            fixtures.push((name, fs::read_to_string(path).unwrap()));
        }
    }
    fixtures.sort();
    assert!(fixtures.len() > 50, "the fixtures are elsewhere");
    fixtures
}

/// Returns nested arrays or objects, ten thousand levels deep.
pub(crate) fn deep(open: &str, close: &str) -> String {
    open.repeat(10_000) + "1" + &close.repeat(10_000)
}

impl Mutation {
    /// Any change.
    pub(crate) fn any() -> impl Strategy<Value = Self> {
        let odd = vec![
            "1e308".to_owned(),
            "1e999".to_owned(),
            "-0".to_owned(),
            "1.0".to_owned(),
            "18446744073709551616".to_owned(),
            "-9223372036854775809".to_owned(),
            "9".repeat(400),
            "\"\\ud800\"".to_owned(),
            "\"\\u0000\"".to_owned(),
            "\"{\\\"a\\\":1}\"".to_owned(),
            "\"{\"".to_owned(),
            "nul".to_owned(),
            deep("[", "]"),
            deep("{\"a\":", "}"),
            format!("{:?}", "[".repeat(10_000)),
        ];
        let odd = prop::sample::select(odd).prop_map(Change::Replace);
        Self::of(prop_oneof![4 => odd, 1 => Just(Change::Twice), 4 => plain_change()])
    }

    /// A change that keeps the JSON well-formed and unambiguous for every reader.
    #[cfg(feature = "schema")]
    pub(crate) fn plain() -> impl Strategy<Value = Self> {
        Self::of(plain_change())
    }

    fn of(change: impl Strategy<Value = Change>) -> impl Strategy<Value = Self> {
        (any::<Index>(), change).prop_map(|(place, change)| Self { place, change })
    }

    /// Returns the text of the body after the change.
    pub(crate) fn apply(&self, body: &Value) -> String {
        let places = places(body);
        self.change.apply(body, self.place.get::<String>(&places))
    }
}

fn plain_change() -> impl Strategy<Value = Change> {
    let others = [
        "null",
        "true",
        "0",
        "-1",
        "3",
        "101",
        "4294967296",
        "2.5",
        "\"\"",
        "\"x\"",
        "\"0\"",
        "\"85251230088\"",
        "\"text\"",
        "\"https://h/a.png\"",
        "\"é😀\"",
        "[]",
        "[null]",
        "{}",
        "{\"text\":\"x\"}",
        "{\"type\":\"text\",\"text\":\"x\"}",
    ];
    let replace = prop::sample::select(others.map(str::to_owned).to_vec()).prop_map(Change::Replace);
    prop_oneof![2 => Just(Change::Drop), 1 => Just(Change::Extend), 5 => replace]
}

impl Change {
    fn apply(&self, body: &Value, place: &str) -> String {
        /// A text that no fixture contains.
        const MARK: &str = "@mark@";

        let mut body = body.clone();
        let mut parent = Pointer::parse(place).unwrap();
        let name = parent.pop().unwrap_or_default();
        let parent = parent.as_str();
        match self {
            Self::Replace(json) => {
                *body.pointer_mut(place).unwrap() = Value::from(MARK);
                return body.to_string().replace(&format!("\"{MARK}\""), json);
            }
            Self::Drop => match body.pointer_mut(parent).unwrap() {
                Value::Object(members) => drop(members.remove(&name)),
                Value::Array(items) => drop(name.parse::<usize>().map(|index| items.remove(index))),
                _ => {}
            },
            Self::Extend => {
                if let Some(Value::Object(members)) = body.pointer_mut(place) {
                    members.insert("added_later".to_owned(), Value::from(1));
                }
            }
            Self::Twice => match body.pointer_mut(parent).unwrap() {
                Value::Object(members) => {
                    let again = members.get(&name).cloned().unwrap_or_default();
                    members.insert(MARK.to_owned(), again);
                    return body.to_string().replace(&format!("\"{MARK}\""), &Value::from(name).to_string());
                }
                Value::Array(items) => items.extend(items.last().cloned()),
                _ => {}
            },
        }
        body.to_string()
    }
}

/// Returns the JSON pointers of all values.
pub(crate) fn places(body: &Value) -> Vec<String> {
    fn visit(value: &Value, here: &Pointer, places: &mut Vec<String>) {
        places.push(here.to_string());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    visit(member, &here.join(name), places);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    visit(item, &here.join_index(index), places);
                }
            }
            _ => {}
        }
    }

    let mut places = Vec::new();
    visit(body, &Pointer::root(), &mut places);
    places
}

/// Returns the text of a body with other JSON at one place.
pub(crate) fn replaced(body: &Value, place: &str, json: &str) -> String {
    Change::Replace(json.to_owned()).apply(body, place)
}

/// JSON of every type, and well-formed JSON that matches no type of this crate.
pub(crate) fn odd_values() -> Vec<String> {
    let odd = [
        "null",
        "true",
        "\"true\"",
        "7",
        "\"7\"",
        "-1",
        "864.5",
        "864.0",
        "\"x\"",
        "\"\"",
        "[]",
        "{}",
        "[null]",
        "{\"a\":1}",
        "1e999",
        "18446744073709551616",
        "\"\\ud800\"",
    ];
    let deep = "[".repeat(10_000) + &"]".repeat(10_000);
    odd.into_iter().map(str::to_owned).chain([deep]).collect()
}
