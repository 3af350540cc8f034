//! Names of components: one for each distinct definition.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::components::{DEFINITIONS, map_refs};

/// A definition: the number of its document, and its name there.
type Key = (usize, String);

/// The definitions of several documents, and what the same of them is called everywhere.
///
/// Definitions of one name that say the same, in all that they refer to as well, are one component of that name. Where a name stands
/// for different things, each is called after the first document that has it, so that none of them depends on the others' order.
pub(super) fn of_definitions(documents: &[(String, Value)]) -> BTreeMap<Key, String> {
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
/// At first all of one name are taken to be the same. Then each is looked at with the numbers of what it refers to in place of the
/// names, which tells more and more of them apart, until nothing changes. Definitions that refer to themselves are no trouble.
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
    use serde_json::json;

    use super::*;

    fn names(documents: &[(&str, Value)]) -> Vec<String> {
        let documents: Vec<_> =
            documents.iter().map(|(name, defs)| ((*name).to_owned(), json!({ "$defs": defs }))).collect();
        let names = of_definitions(&documents);
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
