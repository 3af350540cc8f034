//! What is done to a valid instance so that one keyword of its schema speaks.

mod bounds;
mod kinds;

use incs_model::schema::Contract;
use serde_json::{Map, Value, json};

use self::bounds::{items, numbers, texts};
use self::kinds::types;
use super::super::pointer::escaped;
use super::document::Site;

/// A changed instance, and what its schema must say of it.
pub(super) struct Change {
    pub(super) variant: Variant,
    /// What was done, for the name of the case.
    pub(super) words: String,
    /// Where the error stands.
    pub(super) pointer: String,
    pub(super) refused: bool,
    pub(super) instance: Value,
}

/// Which keyword is meant, and which of its sides.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Variant {
    pub(super) keyword: &'static str,
    pub(super) side: String,
}

impl Variant {
    pub(super) fn new(keyword: &'static str, side: impl Into<String>) -> Self {
        Self { keyword, side: side.into() }
    }
}

/// A word and a number that no version of a schema knows.
const UNKNOWN: &str = "added_later";
const UNKNOWN_NUMBER: i64 = 9099;

/// One value put in the place of another: which side of the keyword it shows, words, the value, and whether it is refused.
struct Swap {
    keyword: &'static str,
    side: String,
    words: String,
    value: Value,
    refused: bool,
}

/// Every change that the keywords at a site ask for.
pub(super) fn all(site: &Site<'_>, instance: &Value, contract: Contract) -> Vec<Change> {
    let Some(value) = instance.pointer(&site.pointer) else { return Vec::new() };
    let mut swaps = types(site.keywords, contract);
    swaps.extend(unknown(site.keywords, contract));
    swaps.extend(texts(site.keywords, value, contract));
    swaps.extend(items(site.keywords, value));
    swaps.extend(numbers(site.keywords));
    let mut changes: Vec<_> = swaps.into_iter().filter_map(|swap| swapped(site, instance, swap)).collect();
    if let Value::Object(members) = value {
        changes.extend(members_of(site, instance, members, contract));
    }
    changes
}

fn swapped(site: &Site<'_>, instance: &Value, swap: Swap) -> Option<Change> {
    let mut changed = instance.clone();
    put(&mut changed, &site.pointer, Some(swap.value))?;
    let subject = if site.pointer.is_empty() { "all of it" } else { &site.pointer };
    Some(Change {
        variant: Variant { keyword: swap.keyword, side: swap.side },
        words: format!("{subject} is {}", swap.words),
        pointer: site.pointer.clone(),
        refused: swap.refused,
        instance: changed,
    })
}

/// A value that the schema does not list: refused in what is sent, welcome in what is received.
fn unknown(keywords: &Map<String, Value>, contract: Contract) -> Vec<Swap> {
    let swap = |keyword, known: &Value| Swap {
        keyword,
        side: String::new(),
        words: "a value that is not listed".to_owned(),
        value: if known.is_number() { json!(UNKNOWN_NUMBER) } else { json!(UNKNOWN) },
        refused: contract == Contract::Send,
    };
    let constant = keywords.get("const").map(|known| swap("const", known));
    let first = keywords.get("enum").and_then(|known| known.get(0));
    constant.into_iter().chain(first.map(|known| swap("enum", known))).collect()
}

/// A member less, a member more, and a member that must not be there.
fn members_of(site: &Site<'_>, instance: &Value, members: &Map<String, Value>, contract: Contract) -> Vec<Change> {
    let mut changes = Vec::new();
    let below = |name: &str| format!("{}/{}", site.pointer, escaped(name));
    let mut add = |keyword, name: &str, words: &str, value: Option<Value>, pointer: &str, refused| {
        let mut other = instance.clone();
        let named = if keyword == "required" || keyword == "not" { name } else { "" };
        if put(&mut other, &below(name), value).is_some() {
            changes.push(Change {
                variant: Variant::new(keyword, named),
                words: format!("{words} {}", below(name)),
                pointer: pointer.to_owned(),
                refused,
                instance: other,
            });
        }
    };
    let required = site.keywords.get("required").and_then(Value::as_array);
    for name in required.into_iter().flatten().filter_map(Value::as_str) {
        if members.contains_key(name) {
            add("required", name, "without", None, &site.pointer, true);
        }
    }
    let known = site.keywords.get("properties").and_then(Value::as_object);
    for (name, _) in known.into_iter().flatten().filter(|(_, member)| forbids(member)) {
        add("not", name, "with", Some(json!({})), &below(name), true);
    }
    if site.keywords.get("additionalProperties") == Some(&Value::Bool(false)) {
        add("additionalProperties", UNKNOWN, "with", Some(json!("x")), &site.pointer, true);
    } else if contract == Contract::Receive && known.is_some() {
        add("properties", UNKNOWN, "with", Some(json!("x")), &site.pointer, false);
    }
    changes
}

/// Whether a member must not be there.
fn forbids(member: &Value) -> bool {
    member.get("not") == Some(&json!({}))
}

/// Puts a value at a place, or with none takes away what is there; nothing if there is no such place.
pub(super) fn put(instance: &mut Value, pointer: &str, value: Option<Value>) -> Option<()> {
    let Some((parent, last)) = pointer.rsplit_once('/') else {
        *instance = value?;
        return Some(());
    };
    let name = last.replace("~1", "/").replace("~0", "~");
    match (instance.pointer_mut(parent)?, value) {
        (Value::Object(members), Some(value)) => drop(members.insert(name, value)),
        (Value::Object(members), None) => drop(members.remove(&name)?),
        (Value::Array(elements), Some(value)) if name == "-" => elements.push(value),
        (Value::Array(elements), Some(value)) => *elements.get_mut(name.parse::<usize>().ok()?)? = value,
        (Value::Array(elements), None) => {
            let index = name.parse().ok().filter(|index| *index < elements.len())?;
            elements.remove(index);
        }
        _ => return None,
    }
    Some(())
}
