//! One document of the catalogue.

use serde_json::{Value, json};

use super::contract::Contract;
use super::names;
use super::roots::{ROOTS, Root};
use crate::limits::{self, Checked, Rule};

/// A JSON Schema that stands alone: nothing has to be fetched to use it.
#[derive(Debug, Clone, Copy)]
pub struct Document(&'static Root);

/// Every document, first what is sent, then what is received; always in the same order.
pub fn catalogue() -> Vec<Document> {
    ROOTS.iter().map(Document).collect()
}

impl Document {
    /// What the schema describes: what is sent or what is received.
    pub fn contract(&self) -> Contract {
        self.0.contract
    }

    /// Where the document belongs, relative to the folder of all: `send/whatsapp-message.json`.
    pub fn file_name(&self) -> String {
        format!("{}/{}.json", self.0.contract, self.0.name)
    }

    /// The `$id`: an absolute URI that never changes. It is a name, not an address.
    pub fn id(&self) -> String {
        format!("urn:incs:schema:{}:{}", self.0.contract, self.0.name)
    }

    /// The title: a few words.
    pub fn title(&self) -> &'static str {
        self.0.title
    }

    /// What the JSON is, in one sentence.
    pub fn summary(&self) -> &'static str {
        self.0.summary
    }

    /// The rules for such a value that JSON Schema cannot say. They stand in the schema too, under `x-incs-rules`.
    pub fn other_rules(&self) -> impl Iterator<Item = &'static Rule> {
        let prefixes = self.0.rules;
        limits::all().filter(move |rule| {
            let unsaid = match rule.checked() {
                Checked::Validate | Checked::TemplateCheck | Checked::Platform => true,
                Checked::ValidateAndSchema | Checked::Type => false,
            };
            unsaid && prefixes.iter().any(|prefix| rule.id().starts_with(prefix))
        })
    }

    /// The schema itself.
    pub fn to_value(&self) -> Value {
        let mut schema = (self.0.schema)(self.0.contract);
        schema.insert("$id".to_owned(), json!(self.id()));
        schema.insert("title".to_owned(), json!(self.title()));
        schema.insert("description".to_owned(), json!(self.summary()));
        let rules: Vec<_> = self
            .other_rules()
            .map(|rule| json!({ "id": rule.id(), "text": format!("{}: {}", rule.summary(), rule.limit()) }))
            .collect();
        if !rules.is_empty() {
            schema.insert("x-incs-rules".to_owned(), Value::Array(rules));
        }
        let mut value = schema.to_value();
        names::define(&mut value);
        value.sort_all_objects();
        value
    }
}
