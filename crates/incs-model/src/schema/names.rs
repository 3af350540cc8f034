//! Names for the objects of a document, and one name for each of them in all documents.

mod shared;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

pub(super) use self::shared::unify;

/// The start of a reference to a definition.
const DEFINITIONS: &str = "#/$defs/";

/// Moves every inline object schema to a definition of its own.
///
/// Generators of types name a class after its definition, and number classes without one: `Header1`, `Header2`. So the kinds of
/// a union are named after the union and their tag (`WhatsAppMessageText`), and members after their object (`CardBody`).
/// Validators treat both forms alike.
pub(super) fn define(document: &mut Value) {
    let Value::Object(root) = document else { return };
    let given = match root.remove("$defs") {
        Some(Value::Object(given)) => given,
        _ => Map::new(),
    };
    let title = root.get("title").and_then(Value::as_str).map(joined).unwrap_or_default();
    let mut definitions = Definitions(given.clone().into_iter().collect());
    for (name, mut schema) in given {
        definitions.name_within(&mut schema, &name);
        definitions.0.insert(name, schema);
    }
    definitions.name_within(document, &title);
    if let Value::Object(root) = document
        && !definitions.0.is_empty()
    {
        root.insert("$defs".to_owned(), definitions.0.into_iter().collect());
    }
}

struct Definitions(BTreeMap<String, Value>);

impl Definitions {
    /// Names the objects within a schema that has a name itself.
    fn name_within(&mut self, schema: &mut Value, name: &str) {
        let Value::Object(keywords) = schema else { return };
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("oneOf" | "anyOf", Value::Array(branches)) => {
                    for branch in branches {
                        if branch.get("oneOf").is_some() {
                            // The known kinds of an open union have no name of their own: generators would make a class of it.
                            self.name_within(branch, name);
                        } else {
                            let name = format!("{name}{}", kind(branch));
                            self.define(branch, &name);
                        }
                    }
                }
                ("allOf", Value::Array(parts)) => parts.iter_mut().for_each(|part| self.name_within(part, name)),
                ("properties", Value::Object(members)) => {
                    for (member, schema) in members {
                        self.define(schema, &format!("{name}{}", joined(member)));
                    }
                }
                ("items", schema) => self.define(schema, &format!("{name}Item")),
                ("additionalProperties", schema) => self.define(schema, &format!("{name}Entry")),
                _ => {}
            }
        }
    }

    /// Moves a schema that describes an object, or a choice of objects, to a definition. A name that is taken gets a suffix;
    /// if that is taken too, the schema is not moved.
    fn define(&mut self, schema: &mut Value, name: &str) {
        self.name_within(schema, name);
        if !is_object(schema) {
            return;
        }
        let is_nullable = without_null(schema);
        let names = [name.to_owned(), format!("{name}Form")];
        if let Some(name) = names.iter().find(|name| self.0.get(*name).is_none_or(|taken| taken == schema)) {
            self.0.insert(name.clone(), std::mem::replace(schema, reference_to(name)));
        }
        if is_nullable {
            *schema = json!({ "anyOf": [schema.take(), { "type": "null" }] });
        }
    }
}

fn reference_to(name: &str) -> Value {
    json!({ "$ref": format!("{DEFINITIONS}{name}") })
}

/// Removes the parts that belong to the place and not to the object: a title, since the name has the same words, and `null`.
/// Returns true when null was allowed.
fn without_null(schema: &mut Value) -> bool {
    let Value::Object(keywords) = schema else { return false };
    keywords.remove("title");
    let is_nullable = keywords.get("type") == Some(&json!(["object", "null"]));
    if is_nullable {
        keywords.insert("type".to_owned(), json!("object"));
    }
    is_nullable
}

/// Reports whether the schema describes an object, or is a choice of objects.
fn is_object(schema: &Value) -> bool {
    let is_choice = ["oneOf", "anyOf"].iter().any(|keyword| {
        let branches = schema.get(*keyword).and_then(Value::as_array);
        branches.is_some_and(|branches| branches.iter().filter(|branch| branch.get("$ref").is_some()).count() > 1)
    });
    schema.get("properties").is_some() || is_choice
}

/// Returns the distinguishing part of a branch: its title, the value of its tag, or the member that it requires.
fn kind(branch: &Value) -> String {
    if let Some(title) = branch.get("title").and_then(Value::as_str) {
        return joined(title);
    }
    let members = branch.get("properties").and_then(Value::as_object);
    let tag = |of: fn(&Value) -> Option<String>| members?.values().find_map(of);
    let known = || tag(|member| member.get("const")?.as_str().map(joined));
    let unknown = || tag(|member| member.get("not")?.get("enum").map(|_| "Unknown".to_owned()));
    let untagged = || branch.pointer("/not/required").map(|_| "Untagged".to_owned());
    let asked = || branch.pointer("/required/0")?.as_str().map(joined);
    let first = || members?.keys().next().map(|member| joined(member));
    known().or_else(unknown).or_else(untagged).or_else(asked).or_else(first).unwrap_or_default()
}

/// Joins the words of a name: `cta_url` becomes `CtaUrl`, and `COPY_CODE` becomes `CopyCode`.
pub(super) fn joined(words: &str) -> String {
    let is_loud = !words.contains(char::is_lowercase);
    let mut name = String::new();
    for word in words.split(|sign: char| !sign.is_alphanumeric()) {
        let mut signs = word.chars();
        name.extend(signs.next().map(|first| first.to_ascii_uppercase()));
        if is_loud {
            name.push_str(&signs.as_str().to_ascii_lowercase());
        } else {
            name.push_str(signs.as_str());
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unnamed_schema_is_named_by_place() {
        let object = |members: Value| json!({ "type": "object", "properties": members });
        let mut document = json!({
            "title": "Reply to a send",
            "oneOf": [
                object(json!({ "type": { "const": "cta_url" }, "body": object(json!({ "text": { "type": "string" } })) })),
                object(json!({ "type": { "not": { "enum": ["cta_url"] } } })),
                { "$ref": "#/$defs/Card" },
            ],
            "$defs": { "Card": object(json!({ "rows": { "type": "array", "items": object(json!({})) } })) },
        });
        define(&mut document);
        assert_eq!(
            document,
            json!({
                "title": "Reply to a send",
                "oneOf": [
                    { "$ref": "#/$defs/ReplyToASendCtaUrl" },
                    { "$ref": "#/$defs/ReplyToASendUnknown" },
                    { "$ref": "#/$defs/Card" },
                ],
                "$defs": {
                    "Card": object(json!({ "rows": { "type": "array", "items": { "$ref": "#/$defs/CardRowsItem" } } })),
                    "CardRowsItem": object(json!({})),
                    "ReplyToASendCtaUrl": object(json!({
                        "type": { "const": "cta_url" },
                        "body": { "$ref": "#/$defs/ReplyToASendCtaUrlBody" },
                    })),
                    "ReplyToASendCtaUrlBody": object(json!({ "text": { "type": "string" } })),
                    "ReplyToASendUnknown": object(json!({ "type": { "not": { "enum": ["cta_url"] } } })),
                },
            })
        );
    }

    #[test]
    fn taken_name_is_not_reused() {
        let inline = json!({ "properties": { "a": {} } });
        let mut document = json!({
            "title": "Card",
            "properties": { "body": inline },
            "$defs": { "CardBody": { "type": "string" } },
        });
        let mut full = document.clone();
        define(&mut document);
        assert_eq!(document["properties"]["body"], reference_to("CardBodyForm"));
        assert_eq!(document["$defs"], json!({ "CardBody": { "type": "string" }, "CardBodyForm": inline }));

        full["$defs"]["CardBodyForm"] = json!({ "type": "integer" });
        let before = full.clone();
        define(&mut full);
        assert_eq!(full, before);
    }
}
