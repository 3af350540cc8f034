//! The schemas of the catalogue as components, and their names.

use std::collections::{BTreeMap, BTreeSet};

use incs_model::schema::{Contract, catalogue};
use serde_json::{Map, Value, json};

/// The start of a reference into a document of the catalogue.
const DEFINITIONS: &str = "#/$defs/";

/// The start of a reference to a component.
const COMPONENTS: &str = "#/components/schemas/";

/// Documents that describe values of this library, which never go over the wire.
const NOT_ON_THE_WIRE: [&str; 3] =
    ["receive/inbound-message.json", "receive/delivery.json", "receive/delivery-fact.json"];

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
        let names = component_names(&documents);
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
fn capitalised(word: &str) -> String {
    if word == "whatsapp" {
        return "WhatsApp".to_owned();
    }
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// Replaces the target of every `$ref` for which `rename` gives another.
fn map_refs(value: &mut Value, rename: &mut impl FnMut(&str) -> Option<String>) {
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
    map_refs(&mut value.clone(), &mut |target| {
        targets.insert(target.to_owned());
        None
    });
}

/// A definition: the number of its document, and its name there.
type Key = (usize, String);

/// The definitions of several documents, and what the same of them is called everywhere.
///
/// Definitions of one name that say the same, in all that they refer to as well, are one component of that name. Where a name
/// stands for different things, each is called after the first document that has it, so that none of them depends on the others'
/// order.
fn component_names(documents: &[(String, Value)]) -> BTreeMap<Key, String> {
    let definitions = definitions(documents);
    let classes = classes(&definitions);
    let mut by_name: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (key, class) in &classes {
        by_name.entry(&key.1).or_default().insert(*class);
    }
    let taken: BTreeSet<&str> = documents.iter().map(|(name, _)| name.as_str()).collect();
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    // The keys are in the order of the documents.
    for ((document, name), class) in &classes {
        let is_alone = by_name.get(name.as_str()).is_some_and(|classes| classes.len() == 1);
        let root = documents.get(*document).map_or("", |(root, _)| root.as_str());
        names.entry(*class).or_insert_with(|| {
            if is_alone && !taken.contains(name.as_str()) { name.clone() } else { format!("{root}{name}") }
        });
    }
    classes.into_iter().filter_map(|(key, class)| Some((key, names.get(&class)?.clone()))).collect()
}

fn definitions(documents: &[(String, Value)]) -> BTreeMap<Key, &Value> {
    let mut all = BTreeMap::new();
    for (number, (_, document)) in documents.iter().enumerate() {
        for (name, schema) in document.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            all.insert((number, name.clone()), schema);
        }
    }
    all
}

/// Numbers, the same for definitions that say the same.
///
/// At first all of one name are taken to be the same. Then each is looked at with the numbers of what it refers to in place of
/// the names, which tells more and more of them apart, until nothing changes. Definitions that refer to themselves are no
/// trouble.
fn classes(definitions: &BTreeMap<Key, &Value>) -> BTreeMap<Key, usize> {
    let mut classes: BTreeMap<Key, usize> = definitions.keys().map(|key| (key.clone(), 0)).collect();
    let mut count = 0;
    loop {
        let mut numbers: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut next = BTreeMap::new();
        for (key, schema) in definitions {
            let mut schema = (*schema).clone();
            map_refs(&mut schema, &mut |target| {
                let name = target.strip_prefix(DEFINITIONS)?;
                Some(format!("{name} {}", classes.get(&(key.0, name.to_owned()))?))
            });
            let number = numbers.len();
            let number = *numbers.entry((key.1.clone(), schema.to_string())).or_insert(number);
            next.insert(key.clone(), number);
        }
        classes = next;
        if numbers.len() == count {
            return classes;
        }
        count = numbers.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(documents: &[(&str, Value)]) -> Vec<String> {
        let documents: Vec<_> =
            documents.iter().map(|(name, defs)| ((*name).to_owned(), json!({ "$defs": defs }))).collect();
        let names = component_names(&documents);
        names.into_iter().map(|((document, name), is)| format!("{document} {name}: {is}")).collect()
    }

    #[test]
    fn what_says_the_same_is_one_component() {
        let card = json!({ "Card": { "$ref": "#/$defs/Text" }, "Text": { "type": "string" } });
        assert_eq!(
            names(&[("One", card.clone()), ("Two", card)]),
            ["0 Card: Card", "0 Text: Text", "1 Card: Card", "1 Text: Text"]
        );
    }

    #[test]
    fn what_differs_is_called_after_the_first_document_that_has_it() {
        let (text, number) = (json!({ "Id": { "type": "string" } }), json!({ "Id": { "type": "integer" } }));
        assert_eq!(
            names(&[("One", text.clone()), ("Two", number), ("Three", text)]),
            ["0 Id: OneId", "1 Id: TwoId", "2 Id: OneId"]
        );
    }

    #[test]
    fn what_refers_to_different_things_differs_also_in_a_circle() {
        let tree = |leaf: &str| json!({ "Tree": { "items": { "$ref": "#/$defs/Tree" }, "not": { "$ref": "#/$defs/Leaf" } }, "Leaf": { "type": leaf } });
        assert_eq!(
            names(&[("One", tree("string")), ("Two", tree("integer"))]),
            ["0 Leaf: OneLeaf", "0 Tree: OneTree", "1 Leaf: TwoLeaf", "1 Tree: TwoTree"]
        );
    }

    #[test]
    fn the_name_of_a_document_is_taken() {
        assert_eq!(names(&[("Task", json!({ "Task": true }))]), ["0 Task: TaskTask"]);
    }
}
