//! The two contracts, and their changes to the derived schemas.

use std::fmt;

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value, json};

use super::shape::{DIGITS, TS_TYPE};
use crate::limits::{status, task, template, viber, whatsapp};

/// The contract of a schema: for values that you send, or for values that you receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contract {
    /// Strict: only documented members and values.
    Send,
    /// Open: unknown members and values are allowed.
    Receive,
}

impl Contract {
    /// Returns the schema of a type, with everything it refers to under `$defs`.
    pub(super) fn schema_of<T: JsonSchema>(self) -> Schema {
        let settings = SchemaSettings::draft2020_12().with_transform(bounds);
        let settings = match self {
            Self::Send => settings.for_serialize().with_transform(strict),
            Self::Receive => settings.for_deserialize().with_transform(open),
        };
        let settings = settings.with_transform(describe).with_transform(reference).with_transform(anything);
        settings.into_generator().into_root_schema_for::<T>()
    }
}

/// `send` or `receive`.
impl fmt::Display for Contract {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Send => "send",
            Self::Receive => "receive",
        })
    }
}

/// Replaces formats like `uint32`, which validators outside Rust do not know, by a minimum and a maximum. The bounds
/// of 64-bit numbers are omitted: many readers have no such numbers.
pub(super) fn bounds(schema: &mut Schema) {
    let (minimum, maximum) = match schema.get("format").and_then(Value::as_str) {
        Some("uint32") => (Some(json!(0)), Some(json!(u32::MAX))),
        Some("int32") => (Some(json!(i32::MIN)), Some(json!(i32::MAX))),
        Some("uint" | "uint64") => (Some(json!(0)), None),
        // Small numbers have both bounds in the derived schema.
        Some("uint8" | "uint16" | "int" | "int64" | "float" | "double") => (None, None),
        _ => return transform_subschemas(&mut bounds, schema),
    };
    schema.remove("format");
    if let Some(object) = schema.as_object_mut() {
        for (keyword, end) in [("minimum", minimum), ("maximum", maximum)] {
            if let Some(end) = end {
                object.entry(keyword).or_insert(end);
            }
        }
    }
}

/// Refuses members that are not listed, and `null` for optional members. A member that must be absent is not listed:
/// generators of types would give it any type.
fn strict(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut() {
        if let Some(Value::Object(members)) = object.get_mut("properties") {
            members.retain(|_, member| !is_nothing(member));
            object.entry("additionalProperties").or_insert_with(|| json!(false));
        }
        forbid_null(object);
    }
    transform_subschemas(&mut strict, schema);
}

/// Reports whether no value matches.
fn is_nothing(schema: &Value) -> bool {
    schema == &json!(false) || schema.get("not") == Some(&json!({}))
}

/// Removes `null` from optional members, which are omitted instead. The default of a required member is removed, since it has no
/// meaning.
pub(super) fn forbid_null(object: &mut Map<String, Value>) {
    let required = object.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(members)) = object.get_mut("properties") else { return };
    for (name, member) in members {
        let Value::Object(member) = member else { continue };
        if required.iter().any(|required| required == name) {
            member.remove("default");
        } else {
            without_null(member);
        }
    }
}

fn without_null(schema: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    let Some(Value::Array(choices)) = schema.get_mut("anyOf") else { return };
    choices.retain(|choice| choice != &json!({ "type": "null" }));
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        schema.remove("anyOf");
        for (keyword, value) in only {
            schema.entry(keyword).or_insert(value);
        }
    }
}

/// Keywords for the limits of sending, which do not apply to received values.
const LIMITS: [&str; 8] =
    ["minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"];

/// Removes the limits of sending, so that a type that is both sent and received has them in one contract only.
fn open(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut() {
        object.retain(|keyword, value| !LIMITS.contains(&keyword.as_str()) || follows_from_type(value));
    }
    transform_subschemas(&mut open, schema);
    if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
        parts.retain(|part| part != &json!({}));
        if parts.is_empty() {
            schema.remove("allOf");
        }
    }
}

/// Reports whether a limit follows from the type, like the 0 of an unsigned number, or the maximum of its 32 bits.
fn follows_from_type(limit: &Value) -> bool {
    limit == &json!(0) || limit == &json!(u32::MAX) || limit == &json!(DIGITS)
}

/// Maps each constant that a doc comment may name, by the end of its path, to its value.
macro_rules! constants {
    ($( $module:ident :: { $($name:ident),+ $(,)? } )+) => {
        &[$( $( (concat!(stringify!($module), "::", stringify!($name)), $module::$name as usize) ),+ ),+]
    };
}

const CONSTANTS: &[(&str, usize)] = constants! {
    whatsapp::{
        HEADER_TEXT_MAX, BODY_TEXT_MAX, FOOTER_TEXT_MAX, DISPLAY_TEXT_MAX, LIST_BODY_TEXT_MAX, LIST_BUTTON_MAX,
        LIST_SECTIONS_MAX, SECTION_TITLE_MAX, LIST_ROWS_MAX, ROW_ID_MAX, ROW_TITLE_MAX, ROW_DESCRIPTION_MAX, CARDS_MIN,
        CARDS_MAX, CARD_BODY_TEXT_MAX, CARD_BODY_LINE_BREAKS_MAX, REPLY_TITLE_MAX, REPLY_ID_MAX, REPLY_BUTTONS_MAX,
    }
    viber::{TEXT_MAX}
    status::{IDS_MAX}
    task::{NAME_MAX, DESCRIPTION_MAX, PAGE_SIZE_MAX, PAGE_SIZE_DEFAULT}
    template::{
        RCS_NAME_MAX, RCS_TEXT_MAX, RCS_TEXT_SUGGESTIONS_MAX, RCS_CARD_SUGGESTIONS_MAX, RCS_CARDS_MIN, RCS_CARDS_MAX,
        RCS_SUGGESTION_TEXT_MAX, RCS_POSTBACK_MAX, WHATSAPP_NAME_MAX, LIST_COUNT_MAX, LIST_COUNT_DEFAULT,
    }
};

/// Names that exist only in Rust: a sentence with one of them is omitted.
const RUST_NAMES: [&str; 4] = ["`Debug`", "check_send`", "same_party`", "key`"];

/// Turns doc comments into plain descriptions: numbers for constants, names for links, nothing about Rust.
pub(super) fn describe(schema: &mut Schema) {
    if let Some(Value::String(text)) = schema.get_mut("description") {
        *text = plain(text);
        if text.is_empty() {
            schema.remove("description");
        }
    }
    transform_subschemas(&mut describe, schema);
}

fn plain(doc: &str) -> String {
    let text = doc.split("```").next().unwrap_or_default();
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = without_links(&words.join(" ")).replace("**", "").replace("::", ".");
    let sentences =
        text.split_inclusive(". ").filter(|sentence| !RUST_NAMES.iter().any(|name| sentence.contains(name)));
    sentences.collect::<String>().trim_end().to_owned()
}

/// Replaces `` [`NAME`](path) `` and `` [`NAME`] ``.
fn without_links(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        plain.push_str(before);
        let Some((name, after)) = after.split_once("`]") else {
            plain.push_str("[`");
            rest = after;
            continue;
        };
        let target = after.strip_prefix('(').and_then(|after| after.split_once(')'));
        let (path, after) = target.unwrap_or((name, after));
        if let Some((_, value)) = CONSTANTS.iter().find(|(constant, _)| path.ends_with(constant)) {
            plain.push_str(&value.to_string());
        } else {
            plain.extend(["`", name, "`"]);
        }
        rest = after;
    }
    plain + rest
}

/// Separates a reference from the keywords beside it. Generators of types make a second type for a
/// reference with a description; inside `allOf` they do not.
pub(super) fn reference(schema: &mut Schema) {
    transform_subschemas(&mut reference, schema);
    let Some(object) = schema.as_object_mut().filter(|object| object.len() > 1) else { return };
    let Some(target) = object.remove("$ref") else { return };
    // Generators derive the type from a default: a number even where digits are read too.
    object.remove("default");
    let reference = json!({ "$ref": target });
    if let Value::Array(parts) = object.entry("allOf").or_insert_with(|| json!([])) {
        parts.push(reference);
    }
}

/// Keywords that do not restrict a value.
const ANNOTATIONS: [&str; 4] = ["default", "description", "title", TS_TYPE];

/// Gives a schema of any value a form that all generators of types read as any value: neither a boolean, nor an empty schema, nor a
/// choice with one of these.
pub(super) fn anything(schema: &mut Schema) {
    transform_subschemas(&mut anything, schema);
    if schema.as_bool() == Some(true) {
        *schema = Schema::default();
    }
    let Some(object) = schema.as_object_mut() else { return };
    let choices = object.get("anyOf").and_then(Value::as_array);
    if choices.is_some_and(|choices| choices.iter().any(is_anything)) {
        object.remove("anyOf");
    }
    if object.keys().all(|keyword| ANNOTATIONS.contains(&keyword.as_str())) {
        object.entry("description").or_insert_with(|| json!("Any JSON value."));
        object.insert(TS_TYPE.to_owned(), json!("unknown"));
    }
}

/// Reports whether a schema only describes the value.
fn is_anything(schema: &Value) -> bool {
    let only_words = |schema: &Map<String, Value>| schema.keys().all(|keyword| ANNOTATIONS.contains(&keyword.as_str()));
    schema.as_object().is_some_and(only_words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_become_numbers_and_names() {
        for (doc, text) in [
            (
                "At most [`BODY_TEXT_MAX`](crate::limits::whatsapp::BODY_TEXT_MAX) characters.",
                "At most 1024 characters.",
            ),
            ("Like [`Reply`],\nor [`ButtonKind::CopyCode`](x).", "Like `Reply`, or `ButtonKind.CopyCode`."),
            ("First.\n\n```\nlet x = 1;\n```", "First."),
            ("A [variable] and [`open", "A [variable] and [`open"),
            ("**unknown**", "unknown"),
            ("A name. `Debug` masks it. Never empty.", "A name. Never empty."),
        ] {
            assert_eq!(plain(doc), text);
        }
    }
}
