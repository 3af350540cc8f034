//! The schemas of the catalogue as components.

use std::collections::{BTreeMap, BTreeSet};

use incs_model::schema::{Contract, catalogue};
use serde_json::{Map, Value, json};

use super::names;

/// What a reference into a document of the catalogue begins with.
pub(super) const DEFINITIONS: &str = "#/$defs/";

/// What a reference to a component begins with.
const COMPONENTS: &str = "#/components/schemas/";

/// Documents that describe values of this library, which never go over the wire.
const NOT_ON_THE_WIRE: [&str; 2] = ["receive/inbound-message.json", "receive/delivery.json"];

/// All schemas, each under the name that it has in the document.
#[derive(Debug)]
pub(super) struct Components {
    schemas: BTreeMap<String, Value>,
    /// The components of whole documents, by file.
    roots: BTreeMap<String, String>,
}

impl Components {
    /// The documents of the catalogue and their definitions.
    pub(super) fn of_catalogue() -> Self {
        let mut roots = BTreeMap::new();
        let mut documents = Vec::new();
        for document in catalogue() {
            let file = document.file_name();
            if NOT_ON_THE_WIRE.contains(&file.as_str()) {
                continue;
            }
            let name = root_name(document.contract(), &file);
            roots.insert(file, name.clone());
            documents.push((name, document.to_value()));
        }
        let names = names::of_definitions(&documents);
        let mut schemas = BTreeMap::new();
        for (number, (root, mut document)) in documents.into_iter().enumerate() {
            let mut rename = |target: &str| {
                let name = target.strip_prefix(DEFINITIONS)?;
                Some(reference_to(names.get(&(number, name.to_owned()))?))
            };
            map_refs(&mut document, &mut rename);
            if let Some(members) = document.as_object_mut() {
                members.remove("$id");
                members.remove("$schema");
                let definitions = members.remove("$defs");
                for (name, schema) in definitions.as_ref().and_then(Value::as_object).into_iter().flatten() {
                    if let Some(name) = names.get(&(number, name.clone())) {
                        schemas.insert(name.clone(), schema.clone());
                    }
                }
            }
            schemas.insert(root, document);
        }
        Self { schemas, roots }
    }

    /// Refers to a document of the catalogue.
    pub(super) fn reference(&self, file: &str) -> Value {
        json!({ "$ref": reference_to(self.roots.get(file).map_or("", String::as_str)) })
    }

    /// A document of the catalogue, as it is among the components.
    pub(super) fn root(&self, file: &str) -> Option<&Value> {
        self.schemas.get(self.roots.get(file)?)
    }

    /// The component that a schema refers to, to be changed.
    pub(super) fn target_mut(&mut self, schema: &Value) -> Option<&mut Value> {
        self.schemas.get_mut(schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?)
    }

    /// The components that these parts of the document refer to, at once or over others.
    pub(super) fn used_by(&self, parts: &[&Value]) -> Value {
        let mut used = Map::new();
        let mut waiting = BTreeSet::new();
        for part in parts {
            collect_refs(part, &mut waiting);
        }
        while let Some(target) = waiting.pop_first() {
            let Some(name) = target.strip_prefix(COMPONENTS) else { continue };
            if used.contains_key(name) {
                continue;
            }
            if let Some(schema) = self.schemas.get(name) {
                collect_refs(schema, &mut waiting);
                used.insert(name.to_owned(), schema.clone());
            }
        }
        used.into()
    }
}

fn reference_to(name: &str) -> String {
    format!("{COMPONENTS}{name}")
}

/// `ViberMessageRequest` of `send/viber-message.json`, `SentReply` of `receive/sent-reply.json`.
fn root_name(contract: Contract, file: &str) -> String {
    let name = file.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
    let mut root: String = name.split('-').map(capitalised).collect();
    let says_so = ["request", "query"].iter().any(|end| name.ends_with(end));
    if contract == Contract::Send && !says_so {
        root.push_str("Request");
    }
    root
}

/// A word as it stands in the name of a type.
pub(super) fn capitalised(word: &str) -> String {
    if word == "whatsapp" {
        return "WhatsApp".to_owned();
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Replaces the target of every `$ref` for which `rename` gives another.
pub(super) fn map_refs(value: &mut Value, rename: &mut impl FnMut(&str) -> Option<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => {
                        if let Some(renamed) = rename(target) {
                            *target = renamed;
                        }
                    }
                    member => map_refs(member, rename),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| map_refs(value, rename)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn collect_refs(value: &Value, targets: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(target) if name == "$ref" => {
                        targets.insert(target.clone());
                    }
                    member => collect_refs(member, targets),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| collect_refs(value, targets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
