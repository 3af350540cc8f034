//! The schemas of the catalogue as named components.

use std::collections::{BTreeMap, BTreeSet};

use incs_model::schema::catalogue;
use serde_json::{Map, Value, json};

/// The start of a reference into a document of the catalogue.
const DEFINITIONS: &str = "#/$defs/";

/// The start of a reference to a component.
const COMPONENTS: &str = "#/components/schemas/";

/// Documents of values that are never sent over the wire.
const NOT_ON_THE_WIRE: [&str; 3] =
    ["receive/inbound-message.json", "receive/delivery.json", "receive/delivery-fact.json"];

/// All schemas by their names in the document.
#[derive(Debug)]
pub(super) struct Components {
    schemas: BTreeMap<String, Value>,
    /// The components of whole documents, by file.
    roots: BTreeMap<String, &'static str>,
}

impl Components {
    /// The documents of the catalogue and their definitions, which have one name in all documents.
    pub(super) fn of_catalogue() -> Self {
        let mut roots = BTreeMap::new();
        let mut schemas = BTreeMap::new();
        for document in catalogue().into_iter().filter(|one| !NOT_ON_THE_WIRE.contains(&one.file_name().as_str())) {
            let mut schema = document.to_value();
            for_openapi(&mut schema);
            if let Some(keywords) = schema.as_object_mut() {
                for keyword in ["$id", "$schema", "title"] {
                    keywords.remove(keyword);
                }
                if let Some(Value::Object(definitions)) = keywords.remove("$defs") {
                    for (name, schema) in definitions {
                        schemas.entry(name).or_insert(schema);
                    }
                }
            }
            // A definition of this name is the same type, with a description of less use here.
            schemas.insert(document.type_name().to_owned(), schema);
            roots.insert(document.file_name(), document.type_name());
        }
        complete_discriminators(&mut schemas);
        Self { schemas, roots }
    }

    /// Returns a reference to a document of the catalogue.
    pub(super) fn reference(&self, file: &str) -> Value {
        json!({ "$ref": reference_to(self.roots.get(file).copied().unwrap_or_default()) })
    }

    /// Returns the component of a document of the catalogue.
    pub(super) fn root(&self, file: &str) -> Option<&Value> {
        self.schemas.get(*self.roots.get(file)?)
    }

    /// Returns the component that a schema refers to, for changing.
    pub(super) fn target_mut(&mut self, schema: &Value) -> Option<&mut Value> {
        self.schemas.get_mut(schema.get("$ref")?.as_str()?.strip_prefix(COMPONENTS)?)
    }

    /// Returns the components that these parts of the document use, directly or indirectly.
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

/// Turns a schema into the form that OpenAPI readers expect.
///
/// References lead to components. Words stand beside a `$ref` and not around it: a reader that sees `allOf` removes the tag of a union
/// inside it. `tsType` belongs to a tool for JSON Schema.
fn for_openapi(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            keywords.values_mut().for_each(for_openapi);
            keywords.remove("tsType");
            if let Some(Value::String(target)) = keywords.get_mut("$ref")
                && let Some(name) = target.strip_prefix(DEFINITIONS)
            {
                *target = reference_to(name);
            }
            let only_words = keywords.keys().all(|keyword| keyword == "description" || keyword == "allOf");
            if let Some(Value::Array(parts)) = keywords.get("allOf").filter(|_| only_words)
                && let [Value::Object(part)] = parts.as_slice()
                && let (1, Some(target)) = (part.len(), part.get("$ref").cloned())
            {
                keywords.remove("allOf");
                keywords.insert("$ref".to_owned(), target);
            }
        }
        Value::Array(values) => values.iter_mut().for_each(for_openapi),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Adds the components of each kind to the discriminators, which have the tag only.
fn complete_discriminators(schemas: &mut BTreeMap<String, Value>) {
    let known = schemas.clone();
    let kind = |tag: &str, target: &str| {
        let component = known.get(target.strip_prefix(COMPONENTS)?)?;
        component.get("properties")?.get(tag)?.get("const")?.as_str().map(str::to_owned)
    };
    for schema in schemas.values_mut() {
        each_object(schema, &mut |keywords| {
            let Some(tag) = keywords.get("discriminator").and_then(|found| found.get("propertyName")) else { return };
            let tag = tag.as_str().unwrap_or_default().to_owned();
            let targets = keywords.get("oneOf").and_then(Value::as_array).into_iter().flatten();
            let targets = targets.filter_map(|branch| branch.get("$ref")?.as_str());
            let mapping: Map<_, _> = targets.filter_map(|target| Some((kind(&tag, target)?, json!(target)))).collect();
            keywords.insert("discriminator".to_owned(), json!({ "propertyName": tag, "mapping": mapping }));
        });
    }
}

/// Calls `change` with every object of a schema.
fn each_object(value: &mut Value, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(keywords) => {
            change(keywords);
            keywords.values_mut().for_each(|value| each_object(value, change));
        }
        Value::Array(values) => values.iter_mut().for_each(|value| each_object(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn collect_refs(value: &Value, targets: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            targets.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect_refs(member, targets));
        }
        Value::Array(values) => values.iter().for_each(|value| collect_refs(value, targets)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
