//! One name for each definition in all documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::DEFINITIONS;

/// A definition: the number of its document, and its name there.
type Key = (usize, String);

/// Renames the definitions of all documents, so that equal ones have one name, and different ones different names. Each document
/// comes with the name of its root type, and the first word of its own definitions.
///
/// Definitions of one name that are equal, including everything that they refer to, keep it. If there are different ones, each gets
/// the word of the first document that has it, and so do those that are named after it: `CardBody` is named after `Card`. A definition
/// equal to the root type of its name is that type.
pub(in crate::schema) fn unify(roots: &[(&str, &str)], documents: &mut [Value]) {
    let names = names(roots, documents);
    for (number, document) in documents.iter_mut().enumerate() {
        map_refs(document, &mut |target| {
            let name = target.strip_prefix(DEFINITIONS)?;
            Some(format!("{DEFINITIONS}{}", names.get(&(number, name.to_owned()))?))
        });
        if let Some(Value::Object(definitions)) = document.get_mut("$defs") {
            let renamed = std::mem::take(definitions).into_iter().map(|(name, schema)| {
                let key = (number, name);
                (names.get(&key).unwrap_or(&key.1).clone(), schema)
            });
            *definitions = renamed.collect();
        }
    }
}

fn names(roots: &[(&str, &str)], documents: &[Value]) -> BTreeMap<Key, String> {
    let mut definitions = definitions(documents);
    let types: Vec<_> = documents.iter().map(without_meta).collect();
    for (number, ((type_name, _), schema)) in roots.iter().zip(&types).enumerate() {
        definitions.insert((number, (*type_name).to_owned()), schema);
    }
    let classes = classes(&definitions);
    let mut by_name: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (key, class) in &classes {
        by_name.entry(&key.1).or_default().insert(*class);
    }
    let mut names: BTreeMap<usize, String> = BTreeMap::new();
    for (number, (type_name, _)) in roots.iter().enumerate() {
        if let Some(class) = classes.get(&(number, (*type_name).to_owned())) {
            names.insert(*class, (*type_name).to_owned());
        }
    }
    let is_shared = |name: &str| by_name.get(name).is_some_and(|classes| classes.len() > 1);
    // The keys are in the order of the documents.
    for ((number, name), class) in &classes {
        // A root type keeps its name, and so does what is named after it.
        let is_renamed = |stem: &str| {
            let class = classes.get(&(*number, stem.to_owned()));
            is_shared(stem) && class.is_some_and(|class| names.get(class).is_none_or(|name| name != stem))
        };
        let is_alone = !is_shared(name) && !stems(name).any(is_renamed);
        let family = roots.get(*number).map_or("", |(_, family)| *family);
        names.entry(*class).or_insert_with(|| if is_alone { name.clone() } else { format!("{family}{name}") });
    }
    classes.into_iter().filter_map(|(key, class)| Some((key, names.get(&class)?.clone()))).collect()
}

/// Returns the shorter names that a name may be built on: `Card` and `CardBody` of `CardBodyText`.
fn stems(name: &str) -> impl Iterator<Item = &str> {
    name.char_indices().skip(1).filter(|(_, letter)| letter.is_uppercase()).map(|(index, _)| &name[..index])
}

/// Returns the root type of a document without what belongs to the document.
fn without_meta(document: &Value) -> Value {
    let mut schema = document.clone();
    if let Value::Object(keywords) = &mut schema {
        keywords.retain(|keyword, _| !["$id", "$schema", "$defs", "title", "x-incs-rules"].contains(&keyword.as_str()));
    }
    schema
}

fn definitions(documents: &[Value]) -> BTreeMap<Key, &Value> {
    let mut all = BTreeMap::new();
    for (number, document) in documents.iter().enumerate() {
        for (name, schema) in document.get("$defs").and_then(Value::as_object).into_iter().flatten() {
            all.insert((number, name.clone()), schema);
        }
    }
    all
}

/// Returns a number for each definition; equal definitions have the same number.
///
/// At first all definitions of one name count as equal. Then each is compared with the numbers of its references in place of
/// their names, which separates more and more of them, until nothing changes. This also works for recursive definitions.
fn classes(definitions: &BTreeMap<Key, &Value>) -> BTreeMap<Key, usize> {
    let mut classes: BTreeMap<Key, usize> = definitions.keys().map(|key| (key.clone(), 0)).collect();
    let mut count = 0;
    loop {
        let mut numbers: BTreeMap<(String, String), usize> = BTreeMap::new();
        let mut next = BTreeMap::new();
        for (key, schema) in definitions {
            let mut schema = without_description(schema);
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

/// Returns a schema without its own description, which says what a document is for if it is that of a root type.
fn without_description(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Value::Object(keywords) = &mut schema {
        keywords.remove("description");
    }
    schema
}

/// Replaces the target of every `$ref` for which `rename` returns another.
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names_of(documents: &[(&str, Value)]) -> Vec<String> {
        let roots: Vec<_> = documents.iter().map(|(name, _)| (*name, *name)).collect();
        let documents: Vec<_> = documents.iter().map(|(_, defs)| json!({ "$defs": defs })).collect();
        let names = names(&roots, &documents)
            .into_iter()
            .filter(|((number, name), _)| documents[*number]["$defs"].get(name).is_some());
        names.map(|((document, name), is)| format!("{document} {name}: {is}")).collect()
    }

    #[test]
    fn equal_schemas_share_a_name() {
        let card = json!({ "Card": { "$ref": "#/$defs/Text" }, "Text": { "type": "string" } });
        assert_eq!(
            names_of(&[("One", card.clone()), ("Two", card)]),
            ["0 Card: Card", "0 Text: Text", "1 Card: Card", "1 Text: Text"]
        );
    }

    #[test]
    fn differing_schemas_get_document_names() {
        let (text, number) = (json!({ "Id": { "type": "string" } }), json!({ "Id": { "type": "integer" } }));
        assert_eq!(
            names_of(&[("One", text.clone()), ("Two", number), ("Three", text)]),
            ["0 Id: OneId", "1 Id: TwoId", "2 Id: OneId"]
        );
    }

    #[test]
    fn cyclic_references_are_compared() {
        let tree = |leaf: &str| json!({ "Tree": { "items": { "$ref": "#/$defs/Tree" }, "not": { "$ref": "#/$defs/Leaf" } }, "Leaf": { "type": leaf } });
        assert_eq!(
            names_of(&[("One", tree("string")), ("Two", tree("integer"))]),
            ["0 Leaf: OneLeaf", "0 Tree: OneTree", "1 Leaf: TwoLeaf", "1 Tree: TwoTree"]
        );
    }

    #[test]
    fn names_of_roots_are_reserved() {
        assert_eq!(
            names_of(&[
                ("Task", json!({ "Status": { "type": "integer" } })),
                ("Status", json!({ "Task": { "type": "string" } }))
            ]),
            ["0 Status: TaskStatus", "1 Task: StatusTask"]
        );
    }

    #[test]
    fn definition_of_a_root_has_its_name() {
        let mut documents = [
            json!({ "title": "Reply", "description": "A document.", "type": "object" }),
            json!({ "$defs": { "Reply": { "description": "A reply.", "type": "object" } }, "$ref": "#/$defs/Reply" }),
            json!({ "$defs": { "Reply": { "type": "string" } }, "items": { "$ref": "#/$defs/Reply" } }),
        ];
        unify(&[("Reply", "Any"), ("Sent", "Sent"), ("Button", "Button")], &mut documents);
        assert_eq!(documents[1]["$ref"], "#/$defs/Reply");
        assert_eq!(
            documents[2],
            json!({ "$defs": { "ButtonReply": { "type": "string" } }, "items": { "$ref": "#/$defs/ButtonReply" } })
        );
    }
}
