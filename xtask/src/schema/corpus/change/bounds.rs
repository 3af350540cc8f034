//! Values at an end and one past it.

use std::iter::repeat;

use incs_model::schema::Contract;
use serde_json::{Map, Value, json};

use super::Swap;

/// The side of a keyword that is at its limit, and so is taken.
pub(in super::super) const AT: &str = "at";
const PAST: &str = "past";

/// A character of four bytes, which some languages count as two.
const WIDE: &str = "😀";

/// How long a text of such characters may be, so that the corpus stays small.
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

/// Texts that are too short, too long, or of another form.
pub(super) fn texts(keywords: &Map<String, Value>, value: &Value, contract: Contract) -> Vec<Swap> {
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
    if keywords.contains_key("format") {
        swaps.push(past("format", "a text of no such form".to_owned(), "yesterday"));
    }
    swaps
}

/// Texts that one or another pattern refuses. Which, the validator says.
const REFUSED: &[(&str, &str)] = &[
    ("digits of another script", "٣"),
    ("a link to a file of a kind nobody knows", "https://media.example.com/a.xyz"),
    ("a link without a scheme", "media.example.com/a.png"),
    ("an empty text", ""),
    ("three lines", "one\ntwo\nthree"),
    ("digits and a line break", "85251230088\n"),
    ("digits after a plus sign", "+85251230088"),
];

/// Texts that one or another pattern takes.
const TAKEN: &[(&str, &str)] = &[
    ("a link to a name of this network", "HTTP://h:1/?#"),
    ("a link to an address of six", "https://[::1]/é"),
    ("a link with a query", "https://media.example.com/a.b/c?d=e.xyz#f"),
    ("a link that is a variable", "[url]"),
    ("a link with variables", "https://[host]/[order_no]"),
    ("one digit", "8"),
    ("two lines", "one\ntwo"),
];

/// A text of so many characters, made of this one.
fn long(text: &str, count: usize) -> String {
    let text = if text.is_empty() { "x" } else { text };
    // A line break more is another fault.
    text.replace('\n', " ").chars().cycle().take(count).collect()
}

/// Too few elements, and too many.
pub(super) fn items(keywords: &Map<String, Value>, value: &Value) -> Vec<Swap> {
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

/// The element of an index, or one like the last that differs from it where elements have to.
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

/// Numbers at both ends, and past them.
pub(super) fn numbers(keywords: &Map<String, Value>) -> Vec<Swap> {
    let mut swaps = Vec::new();
    for (keyword, step) in [("minimum", -1), ("maximum", 1)] {
        if let Some(end) = keywords.get(keyword).and_then(Value::as_i64) {
            swaps.push(at(keyword, end.to_string(), end));
            swaps.push(past(keyword, (end + step).to_string(), end + step));
        }
    }
    swaps
}
