//! One document of the catalogue.

use std::sync::Arc;

use serde_json::{Value, json};

use super::contract::Contract;
use super::names;
use super::roots::{ROOTS, Root};
use crate::limits::{self, Checked, Rule};

/// A self-contained JSON Schema: it refers to no other document.
///
/// A definition has the same name in every document that has it, and in the OpenAPI document of `incs-client`.
#[derive(Debug, Clone)]
pub struct Document {
    root: &'static Root,
    schema: Arc<Value>,
}

/// Returns every document, first the sent types, then the received ones; always in the same order. Each call builds them again,
/// which takes some milliseconds.
pub fn catalogue() -> Vec<Document> {
    let mut schemas: Vec<_> = ROOTS.iter().map(schema_of).collect();
    let roots: Vec<_> = ROOTS.iter().map(|root| (root.type_name, root.family)).collect();
    names::unify(&roots, &mut schemas);
    let documents = ROOTS.iter().zip(schemas).map(|(root, mut schema)| {
        schema.sort_all_objects();
        Document { root, schema: Arc::new(schema) }
    });
    documents.collect()
}

impl Document {
    /// The contract: for sent or for received values.
    pub fn contract(&self) -> Contract {
        self.root.contract
    }

    /// The path of the document, relative to the folder of all documents: `send/whatsapp-message.json`.
    pub fn file_name(&self) -> String {
        format!("{}/{}.json", self.root.contract, self.root.name)
    }

    /// The `$id`: an absolute URI that never changes. It is a name and cannot be fetched.
    pub fn id(&self) -> String {
        format!("urn:incs:schema:{}:{}", self.root.contract, self.root.name)
    }

    /// The name of the type: the `title` of the schema, which generators of types use, and the name of the component in the OpenAPI
    /// document.
    pub fn type_name(&self) -> &'static str {
        self.root.type_name
    }

    /// The title: a few words.
    pub fn title(&self) -> &'static str {
        self.root.title
    }

    /// The summary: one sentence about the JSON.
    pub fn summary(&self) -> &'static str {
        self.root.summary
    }

    /// Returns the rules for this document that JSON Schema cannot express. The schema lists them under `x-incs-rules`.
    pub fn other_rules(&self) -> impl Iterator<Item = &'static Rule> {
        let prefixes = self.root.rules;
        limits::all().filter(move |rule| {
            let unsaid = match rule.checked() {
                Checked::Validate | Checked::TemplateCheck | Checked::Platform => true,
                Checked::ValidateAndSchema | Checked::Type | Checked::Document => false,
            };
            unsaid && prefixes.iter().any(|prefix| rule.id().starts_with(prefix))
        })
    }

    /// The schema itself.
    pub fn to_value(&self) -> Value {
        (*self.schema).clone()
    }
}

/// Builds the schema of a document by itself.
fn schema_of(root: &'static Root) -> Value {
    let document = Document { root, schema: Arc::default() };
    let mut schema = (root.schema)(root.contract);
    schema.insert("$id".to_owned(), json!(document.id()));
    schema.insert("title".to_owned(), json!(root.type_name));
    schema.insert("description".to_owned(), json!(root.summary));
    let rules: Vec<_> = document.other_rules().map(rule_text).collect();
    if !rules.is_empty() {
        schema.insert("x-incs-rules".to_owned(), Value::Array(rules));
    }
    let mut value = schema.to_value();
    names::define(&mut value);
    value
}

fn rule_text(rule: &Rule) -> Value {
    let kind = if rule.is_enforced() { String::new() } else { format!(" ({}, a warning only)", rule.confidence()) };
    json!({ "id": rule.id(), "text": format!("{}: {}{kind}", rule.summary(), rule.limit()) })
}
