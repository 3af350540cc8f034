//! Samples of forms that no fixture has: an optional member, another kind.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::change::put;
use super::document::{Document, branches};
use super::escaped;
use super::judge::Root;
use super::prune;
use super::seeds::Seed;

/// The maximum depth of schemas; a schema that refers to itself would never end.
const DEEPEST: usize = 12;

/// One text for each form of text.
const TEXTS: [&str; 9] = [
    "x",
    "0",
    "+85251230088",
    "https://media.example.com/a.png",
    "https://media.example.com/a.mp4",
    "https://media.example.com/a.mp3",
    "https://media.example.com/a.pdf",
    "2026-04-07T05:40:02Z",
    "2026-04-07 05:40:02",
];

/// Adds a sample for each part of the schema that no other sample shows.
pub(super) fn complete(document: &Document, root: &Root, seeds: &mut Vec<Seed>) -> Result<()> {
    let maker = Maker { document, made: RefCell::default() };
    let mut shown = BTreeSet::new();
    for seed in seeds.iter() {
        shown.extend(document.sites(&seed.instance)?.into_iter().map(|site| site.place));
    }
    let mut next = 0;
    while let Some(seed) = seeds.get(next).cloned() {
        for site in document.sites(&seed.instance)? {
            for (part, pointer, words) in absent(&site.place, site.keywords, &site.pointer) {
                let target = target(document, &part)?;
                let words = words.unwrap_or_else(|| kind(document, &target, &pointer));
                if shown.contains(&part) && shown.contains(&target) {
                    continue;
                }
                let Some(value) = maker.value(&part, 0)? else { continue };
                let mut instance = seed.instance.clone();
                let is_put = put(&mut instance, &pointer, Some(value)).is_some();
                if is_put && document.takes(&instance) && (root.judge)(instance.to_string().as_bytes()).is_empty() {
                    let instance = prune::to(&pointer, &instance, document, root);
                    shown.extend(document.sites(&instance)?.into_iter().map(|site| site.place));
                    shown.extend([part, target]);
                    let base = seed.name.split(", ").next().unwrap_or_default();
                    seeds.push(Seed { name: format!("{base}, {words}"), instance });
                }
            }
        }
        next += 1;
    }
    let mut names = BTreeSet::new();
    for seed in seeds {
        let mut name = seed.name.clone();
        let mut count = 1;
        while !names.insert(name.clone()) {
            count += 1;
            name = format!("{} ({count})", seed.name);
        }
        seed.name = name;
    }
    Ok(())
}

/// Returns the parts that may be at or below a place: the place, and the member in words.
fn absent(place: &str, keywords: &Map<String, Value>, pointer: &str) -> Vec<(String, String, Option<String>)> {
    let mut parts = Vec::new();
    for name in keywords.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
        let name = escaped(name);
        let below = format!("{pointer}/{name}");
        parts.push((format!("{place}/properties/{name}"), below.clone(), Some(below)));
    }
    for keyword in ["anyOf", "oneOf"] {
        for index in 0..branches(keywords, keyword) {
            let part = format!("{place}/{keyword}/{index}");
            parts.push((part, pointer.to_owned(), None));
        }
    }
    for branch in FORMS.into_iter().filter(|branch| keywords.contains_key(*branch)) {
        parts.push((format!("{place}/{branch}"), pointer.to_owned(), None));
    }
    parts
}

/// Keywords for the forms of an object that the presence of a member tells apart.
const FORMS: [&str; 2] = ["then", "else"];

/// Returns another alternative in words: by its difference to the others.
fn kind(document: &Document, place: &str, pointer: &str) -> String {
    let keywords = document.at(place).ok();
    let members = keywords.and_then(|keywords| keywords.get("properties")).and_then(Value::as_object);
    let constant = members.into_iter().flatten().find_map(|(_, member)| member.get("const"));
    let kind = constant.and_then(Value::as_str).or(place.rsplit('/').next()).unwrap_or_default();
    let kind = if kind.bytes().all(|byte| byte.is_ascii_digit()) { "another kind" } else { kind };
    let space = if pointer.is_empty() { "" } else { " " };
    format!("{pointer}{space}as {kind}")
}

/// Returns the target of the `$ref` of a part.
fn target(document: &Document, place: &str) -> Result<String> {
    let target = document.at(place)?.get("$ref").and_then(Value::as_str);
    Ok(target.map_or_else(|| place.to_owned(), |target| target.trim_start_matches('#').to_owned()))
}

/// Makes small values, each once.
struct Maker<'a> {
    document: &'a Document,
    made: RefCell<BTreeMap<String, Option<Value>>>,
}

impl Maker<'_> {
    /// A small value that fits the part of the schema at a place.
    fn value(&self, place: &str, depth: usize) -> Result<Option<Value>> {
        if depth > DEEPEST {
            return Ok(None);
        }
        if let Some(made) = self.made.borrow().get(place) {
            return Ok(made.clone());
        }
        let mut made = None;
        for candidate in self.candidates(place, depth)? {
            if self.document.fits(place, &candidate)? {
                made = Some(candidate);
                break;
            }
        }
        self.made.borrow_mut().insert(place.to_owned(), made.clone());
        Ok(made)
    }

    fn candidates(&self, place: &str, depth: usize) -> Result<Vec<Value>> {
        let Value::Object(keywords) = self.document.at(place)? else { return Ok(vec![json!("x")]) };
        if let Some(whole) = FORMS.into_iter().find_map(|branch| place.strip_suffix(branch)?.strip_suffix('/')) {
            let Value::Object(members) = self.document.at(whole)? else { return Ok(Vec::new()) };
            let asked = if place.ends_with("/then") { members.get("if") } else { Some(self.document.at(place)?) };
            let mut form = members.clone();
            form.insert(
                "required".to_owned(),
                asked.and_then(|asked| asked.get("required")).cloned().unwrap_or_default(),
            );
            return Ok(self.object(whole, &form, depth)?.into_iter().collect());
        }
        if keywords.contains_key("$ref") {
            return self.candidates(&target(self.document, place)?, depth + 1);
        }
        let mut candidates: Vec<Value> = keywords.get("const").cloned().into_iter().collect();
        candidates.extend(keywords.get("enum").and_then(|known| known.get(0)).cloned());
        // The only part of an `allOf` is a `$ref` with words beside it.
        for keyword in ["allOf", "anyOf", "oneOf"] {
            for index in 0..branches(keywords, keyword) {
                candidates.extend(self.value(&format!("{place}/{keyword}/{index}"), depth + 1)?);
            }
        }
        let is = |name: &str| match keywords.get("type") {
            Some(Value::Array(names)) => names.iter().any(|known| known == name),
            known => known.is_none_or(|known| known == name),
        };
        if is("object") {
            candidates.extend(self.object(place, keywords, depth)?);
            for branch in FORMS.into_iter().filter(|branch| keywords.contains_key(*branch)) {
                candidates.extend(self.candidates(&format!("{place}/{branch}"), depth)?);
            }
        }
        if is("array") && keywords.contains_key("items") {
            let element = self.value(&format!("{place}/items"), depth + 1)?;
            candidates.extend(element.iter().map(|element| json!([element])));
            candidates.extend(element.iter().map(|element| json!([element, element])));
        }
        candidates.extend(TEXTS.iter().filter(|_| is("string")).map(|text| json!(text)));
        candidates.extend(keywords.get("minimum").cloned().filter(|_| is("integer")));
        candidates.extend(is("integer").then(|| json!(1)));
        candidates.extend(is("boolean").then_some(Value::Bool(true)));
        candidates.extend(is("null").then_some(Value::Null));
        Ok(candidates)
    }

    /// Returns an object with its required members.
    fn object(&self, place: &str, keywords: &Map<String, Value>, depth: usize) -> Result<Option<Value>> {
        let mut members = Map::new();
        for name in keywords.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            let part = format!("{place}/properties/{}", escaped(name));
            if self.document.at(&part).is_err() {
                continue;
            }
            let Some(member) = self.value(&part, depth + 1)? else { return Ok(None) };
            members.insert(name.to_owned(), member);
        }
        Ok(Some(Value::Object(members)))
    }
}
