//! The schema of an object whose members come under more than one name.

use schemars::{Schema, json_schema};
use serde_json::{Map, Value, json};

/// Collects the members of an object.
pub(super) struct Object {
    description: String,
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    rules: Vec<Value>,
}

impl Object {
    pub(super) fn new(doc: &str) -> Self {
        Self { description: plain(doc), properties: Map::new(), required: Vec::new(), rules: Vec::new() }
    }

    /// A member that must be there under one of these names.
    pub(super) fn required(mut self, names: &[&'static str], doc: &str, schema: Schema) -> Self {
        if let [name] = names {
            self.required.push(name);
        } else {
            self = self.either(names);
        }
        self.add(names, doc, schema)
    }

    /// A member that may be left out or null.
    pub(super) fn optional(self, names: &[&'static str], doc: &str, schema: &Schema) -> Self {
        self.add(names, doc, json_schema!({ "anyOf": [schema, { "type": "null" }] }))
    }

    /// At least one of these members must be there.
    ///
    /// Said by `if`, since generators of types take `anyOf` for a choice between types.
    pub(super) fn either(mut self, names: &[&str]) -> Self {
        let rule = names.iter().rev().fold(None, |others, name| {
            let this = json!({ "required": [name] });
            Some(match others {
                Some(others) => json!({ "if": { "not": this }, "then": others }),
                None => this,
            })
        });
        self.rules.extend(rule);
        self
    }

    fn add(mut self, names: &[&'static str], doc: &str, mut schema: Schema) -> Self {
        let description = plain(doc);
        if !description.is_empty() {
            schema.insert("description".to_owned(), description.into());
        }
        for name in names {
            self.properties.insert((*name).to_owned(), schema.clone().to_value());
        }
        self
    }

    pub(super) fn into_schema(self) -> Schema {
        let mut schema = json_schema!({
            "description": self.description,
            "type": "object",
            "properties": self.properties,
        });
        if !self.required.is_empty() {
            schema.insert("required".to_owned(), json!(self.required));
        }
        if !self.rules.is_empty() {
            schema.insert("allOf".to_owned(), self.rules.into());
        }
        schema
    }
}

/// The first paragraph of a doc comment.
fn plain(doc: &str) -> String {
    let lines: Vec<&str> = doc.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}
