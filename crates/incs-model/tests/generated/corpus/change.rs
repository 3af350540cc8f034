//! Changes to a valid instance that make one keyword of its schema apply.

use std::iter::repeat;

use incs_model::Pointer;
use incs_model::schema::Contract;
use serde_json::{Map, Value, json};

use super::document::Site;
use super::escaped;

/// A changed instance, and the verdict that its schema must give.
pub(super) struct Change {
    pub(super) variant: Variant,
    /// The change, for the name of the case.
    pub(super) words: String,
    /// The place of the error.
    pub(super) pointer: String,
    pub(super) refused: bool,
    pub(super) instance: Value,
}

/// A keyword and one of its sides.
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

/// A value that replaces another: the side of the keyword it shows, words, the value, and true if it is refused.
struct Swap {
    keyword: &'static str,
    side: String,
    words: String,
    value: Value,
    refused: bool,
}

/// Returns every change for the keywords at a site.
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

/// The number of other types that are tried for a member, besides `null`. Received types have many members.
const OF_SENT: usize = 2;
const OF_RECEIVED: usize = 1;

/// Returns values of types that the schema does not allow. No array replaces an object: readers in Rust may accept it, which
/// is not part of the contract.
fn types(keywords: &Map<String, Value>, contract: Contract) -> Vec<Swap> {
    let allowed: Vec<&str> = match keywords.get("type") {
        Some(Value::String(name)) => vec![name],
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
        _ => return Vec::new(),
    };
    let is = |name: &str| allowed.contains(&name);
    let others = [
        (!is("number") && !is("integer"), "number", "a number", json!(7)),
        (is("integer") && !is("number"), "fraction", "a number with a fraction", json!(1.5)),
        (!is("string"), "string", "a string", json!("x")),
        (!is("array") && !is("object"), "array", "an array", json!([])),
        (!is("object"), "object", "an object", json!({})),
        (!is("boolean"), "boolean", "a boolean", json!(true)),
    ];
    let most = if contract == Contract::Send { OF_SENT } else { OF_RECEIVED };
    let null = (!is("null"), "null", "null", Value::Null);
    let others = others.into_iter().filter(|(wrong, ..)| *wrong).take(most);
    others
        .chain([null].into_iter().filter(|(wrong, ..)| *wrong))
        .map(|(_, side, words, value)| Swap {
            keyword: "type",
            side: side.to_owned(),
            words: words.to_owned(),
            value,
            refused: true,
        })
        .collect()
}

/// Returns a value that the schema does not list: refused in sent documents, accepted in received ones.
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

/// Removes a member, adds one, and adds one that must be absent.
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

/// Reports whether a member must be absent.
fn forbids(member: &Value) -> bool {
    member.get("not") == Some(&json!({}))
}

/// Puts a value at a place, or removes the one there; `None` if there is no such place.
pub(super) fn put(instance: &mut Value, pointer: &str, value: Option<Value>) -> Option<()> {
    let mut parent = Pointer::parse(pointer).ok()?;
    let Some(name) = parent.pop() else {
        *instance = value?;
        return Some(());
    };
    match (instance.pointer_mut(parent.as_str())?, value) {
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

/// The side of a keyword that is at its limit, and therefore accepted.
const AT: &str = "at";
const PAST: &str = "past";

/// A character of four bytes, which some languages count as two.
const WIDE: &str = "😀";

/// The maximum length of a text of such characters, so that the corpus stays small.
const WIDE_MAX: usize = 100;

fn at(keyword: &'static str, words: String, value: impl Into<Value>) -> Swap {
    Swap { keyword, side: AT.to_owned(), words, value: value.into(), refused: false }
}

fn past(keyword: &'static str, words: String, value: impl Into<Value>) -> Swap {
    Swap { keyword, side: PAST.to_owned(), words, value: value.into(), refused: true }
}

fn bound(keywords: &Map<String, Value>, keyword: &str) -> Option<usize> {
    keywords.get(keyword).and_then(Value::as_u64).and_then(|bound| usize::try_from(bound).ok())
}

/// Returns texts that are too short, too long, or of another form.
fn texts(keywords: &Map<String, Value>, value: &Value, contract: Contract) -> Vec<Swap> {
    let Some(text) = value.as_str() else { return Vec::new() };
    let mut swaps = Vec::new();
    if let Some(min) = bound(keywords, "minLength").filter(|min| *min > 0) {
        swaps.push(past("minLength", format!("a text of {} characters", min - 1), long(text, min - 1)));
        swaps.push(at("minLength", format!("a text of {min} characters"), long(text, min)));
    }
    if let Some(max) = bound(keywords, "maxLength") {
        swaps.push(at("maxLength", format!("a text of {max} characters"), long(text, max)));
        swaps.push(past("maxLength", format!("a text of {} characters", max + 1), long(text, max + 1)));
        let wide = |swap: Swap, count| Swap {
            side: format!("{} wide", swap.side),
            words: format!("a text of {count} characters of four bytes"),
            value: json!(WIDE.repeat(count)),
            ..swap
        };
        if max <= WIDE_MAX {
            swaps.push(wide(at("maxLength", String::new(), ""), max));
            swaps.push(wide(past("maxLength", String::new(), ""), max + 1));
        }
    }
    if keywords.contains_key("pattern") {
        let refused = if contract == Contract::Send { REFUSED } else { REFUSED.get(..2).unwrap_or_default() };
        for (&(name, other), refused) in refused.iter().zip(repeat(true)).chain(TAKEN.iter().zip(repeat(false))) {
            let make = if refused { past } else { at };
            let swap = make("pattern", name.to_owned(), other);
            swaps.push(Swap { side: format!("{} {name}", swap.side), ..swap });
        }
    }
    if keywords.get("not").is_some_and(|other| other.get("pattern").is_some()) {
        let words = "a link to a file of a kind that no rule lists".to_owned();
        swaps.push(past("not", words, "https://media.example.com/a.avif"));
    }
    if keywords.contains_key("format") {
        swaps.push(past("format", "a text of no such form".to_owned(), "yesterday"));
    }
    swaps
}

/// Texts that one of the patterns refuses. The validator decides which one.
const REFUSED: &[(&str, &str)] = &[
    ("digits of another script", "٣"),
    ("a link with a port above 65535", "https://media.example.com:70000/a"),
    ("a link without a scheme", "media.example.com/a.png"),
    ("an empty text", ""),
    ("four lines", "one\ntwo\nthree\nfour"),
    ("digits and a line break", "85251230088\n"),
    ("digits after a plus sign", "+85251230088"),
    ("digits after a zero", "085251230088"),
    ("six digits", "852512"),
    ("sixteen digits", "8525123008812345"),
];

/// Texts that one of the patterns accepts.
const TAKEN: &[(&str, &str)] = &[
    ("a link to a name of this network", "HTTP://h:1/?#"),
    ("a link to an address of six", "https://[::1]/é"),
    ("a link with a query", "https://media.example.com/a.b/c.avif?d=e.xyz#f"),
    ("a link to a program", "https://media.example.com:65535/image.php"),
    ("a link that is a variable", "[url]"),
    ("a link with variables", "https://[host]/[order_no]"),
    ("seven digits", "8525123"),
    ("fifteen digits", "852512300881234"),
    ("three lines", "one\n\nthree"),
];

/// Returns a text of this many characters, made by repeating the given one.
fn long(text: &str, count: usize) -> String {
    let text = if text.is_empty() { "x" } else { text };
    // An added line break would be another fault.
    text.replace('\n', " ").chars().cycle().take(count).collect()
}

/// Returns too few elements, and too many.
fn items(keywords: &Map<String, Value>, value: &Value) -> Vec<Swap> {
    let Some(elements) = value.as_array() else { return Vec::new() };
    let list = |count: usize| -> Value { (0..count).map_while(|index| element(elements, index)).collect() };
    let mut swaps = Vec::new();
    if let Some(min) = bound(keywords, "minItems").filter(|min| *min > 0) {
        swaps.push(at("minItems", format!("a list of {min}"), list(min)));
        swaps.push(past("minItems", format!("a list of {}", min - 1), list(min - 1)));
    }
    if let Some(max) = bound(keywords, "maxItems") {
        swaps.push(at("maxItems", format!("a list of {max}"), list(max)));
        swaps.push(past("maxItems", format!("a list of {}", max + 1), list(max + 1)));
    }
    swaps
}

/// Returns the element of an index, or one like the last that differs from it where elements must be unique.
fn element(elements: &[Value], index: usize) -> Option<Value> {
    let mut element = elements.get(index).or(elements.last())?.clone();
    if index >= elements.len() {
        differ(&mut element, index);
    }
    Some(element)
}

fn differ(value: &mut Value, index: usize) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "card_index" => *member = json!(index),
                    "id" | "title" if member.is_string() => *member = json!(index.to_string()),
                    _ => differ(member, index),
                }
            }
        }
        // The rows or buttons inside an element only have to differ from each other.
        Value::Array(elements) if elements.len() == 1 => elements.iter_mut().for_each(|one| differ(one, index)),
        _ => {}
    }
}

/// Returns numbers at both ends, and past them.
fn numbers(keywords: &Map<String, Value>) -> Vec<Swap> {
    let mut swaps = Vec::new();
    for (keyword, step) in [("minimum", -1), ("maximum", 1)] {
        if let Some(end) = keywords.get(keyword).and_then(Value::as_i64) {
            swaps.push(at(keyword, end.to_string(), end));
            swaps.push(past(keyword, (end + step).to_string(), end + step));
        }
    }
    swaps
}
