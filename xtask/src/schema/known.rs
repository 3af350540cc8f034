//! The table of known members, which the drift report of `incs-webhook` reads.

mod place;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};
use serde_json::{Map, Value, json};

use self::place::{Gathering, Place};
use super::Entry;
use crate::generated::Pages;

const FILE: &str = "crates/incs-webhook/src/drift/known.json";

/// Whose bodies a document describes.
const ROOTS: [(&str, &str); 2] = [("exotel", "receive/exotel-callback.json"), ("incs", "receive/event.json")];

/// No schema of the platform nests deeper; one that refers to itself would never end.
const DEEPEST: usize = 32;

/// The table, made of the documents of what the two senders post.
pub(super) fn page(entries: &[Entry]) -> Result<Pages> {
    let mut table = Table::default();
    let mut roots = Vec::new();
    for (provider, file) in ROOTS {
        let entry = entries.iter().find(|entry| entry.file == file).with_context(|| format!("no document {file}"))?;
        roots.push((provider, table.add(&entry.schema).with_context(|| file.to_owned())?));
    }
    let mut page = Pages::default();
    page.add(FILE, table.to_text(&roots)?)?;
    Ok(page)
}

/// Every distinct node once; a node stands after those it leads to.
#[derive(Default)]
struct Table {
    nodes: Vec<String>,
    indices: BTreeMap<String, usize>,
}

impl Table {
    /// Adds the tree of a document; gives the index of its root.
    fn add(&mut self, document: &Value) -> Result<usize> {
        self.node(Gathering::of(document), &[document], 0)
    }

    fn node(&mut self, gathering: Gathering<'_>, schemas: &[&Value], depth: usize) -> Result<usize> {
        ensure!(depth < DEEPEST, "a schema that nests deeper than {DEEPEST}, or refers to itself");
        let place = gathering.place(schemas)?;
        let text = if place.open { json!({ "open": true }).to_string() } else { self.text(gathering, &place, depth)? };
        let next = self.nodes.len();
        let index = *self.indices.entry(text.clone()).or_insert(next);
        if index == next {
            self.nodes.push(text);
        }
        Ok(index)
    }

    fn text(&mut self, gathering: Gathering<'_>, place: &Place<'_>, depth: usize) -> Result<String> {
        let mut node = BTreeMap::new();
        node.insert("types", json!(place.types));
        for (name, members) in [("members", place.members()), ("any_case", place.members_in_any_case())] {
            let mut indices = Map::new();
            for (member, schemas) in members {
                indices.insert(member, json!(self.node(gathering, &schemas, depth + 1)?));
            }
            if !indices.is_empty() {
                node.insert(name, Value::Object(indices));
            }
        }
        if !place.elements.is_empty() {
            node.insert("element", json!(self.node(gathering, &place.elements, depth + 1)?));
        }
        if !place.kinds.is_empty() {
            node.insert("kinds", json!(place.kinds));
        }
        if place.holds_json {
            node.insert("holds_json", json!(true));
        }
        Ok(serde_json::to_string(&node)?)
    }

    /// One node a line, so that a change can be read.
    fn to_text(&self, roots: &[(&str, usize)]) -> Result<String> {
        let mut text = String::from("{\n");
        for (provider, index) in roots {
            writeln!(text, "  \"{provider}\": {index},")?;
        }
        writeln!(text, "  \"nodes\": [\n    {}\n  ]\n}}", self.nodes.join(",\n    "))?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(document: &Value) -> Vec<String> {
        let mut table = Table::default();
        let root = table.add(document).unwrap();
        assert_eq!(root + 1, table.nodes.len(), "the root stands last");
        table.nodes
    }

    #[test]
    fn what_stands_at_one_place_becomes_one_node() {
        let nodes = table(&json!({
            "$defs": { "A": { "type": "object", "properties": { "a": { "type": "string" } } } },
            "oneOf": [
                { "properties": { "kind": { "const": "x" }, "in": { "$ref": "#/$defs/A" } }, "type": "object" },
                { "properties": { "kind": { "not": { "enum": ["x"] }, "type": "string" } }, "type": "object" },
            ],
            "allOf": [{
                "if": { "properties": { "kind": { "const": "y" } } },
                "then": { "properties": { "in": { "anyOf": [{ "properties": { "b": {} } }, { "type": "null" }] } } },
            }],
        }));
        assert_eq!(
            nodes,
            [
                r#"{"types":["string"]}"#,
                r#"{"open":true}"#,
                r#"{"members":{"a":0,"b":1},"types":["null","object"]}"#,
                r#"{"kinds":["x"],"types":["string"]}"#,
                r#"{"members":{"in":2,"kind":3},"types":["object"]}"#,
            ]
        );
    }

    #[test]
    fn names_that_differ_only_in_case_are_one_in_any_case() {
        let nodes = table(&json!({
            "type": "object",
            "properties": { "Reply": { "type": "string" }, "reply": { "type": "null" }, "Other": { "type": "string" } },
        }));
        assert_eq!(nodes.last().unwrap(), r#"{"any_case":{"reply":1},"members":{"Other":0},"types":["object"]}"#);
    }

    #[test]
    fn a_keyword_that_nobody_thought_of_is_refused() {
        let error = Table::default().add(&json!({ "patternProperties": {} })).unwrap_err();
        assert_eq!(error.to_string(), "the keyword patternProperties says nothing to the table of known members");
        assert!(Table::default().add(&json!({ "$ref": "#/$defs/Gone" })).is_err());
    }

    #[test]
    fn a_schema_that_refers_to_itself_is_refused() {
        let document = json!({
            "$defs": { "A": { "properties": { "a": { "$ref": "#/$defs/A" } } } },
            "$ref": "#/$defs/A",
        });
        assert!(Table::default().add(&document).unwrap_err().to_string().contains("refers to itself"));
        let document = json!({ "$defs": { "A": { "$ref": "#/$defs/A" } }, "$ref": "#/$defs/A" });
        assert!(Table::default().add(&document).unwrap_err().to_string().contains("refers to itself"));
    }
}
