//! Values of another JSON type.

use incs_model::schema::Contract;
use serde_json::{Map, Value, json};

use super::Swap;

/// How many other types are tried of a member, besides `null`. What is received has many members.
const OF_SENT: usize = 2;
const OF_RECEIVED: usize = 1;

/// Values of types that the schema does not allow. No array stands for an object: readers in Rust may take the one for
/// the other, and nobody relies on it.
pub(super) fn types(keywords: &Map<String, Value>, contract: Contract) -> Vec<Swap> {
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
