//! All that a document says of one place in a body.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::DEEPEST;

/// Keywords that say nothing about members and types. Those of an `if` are known from elsewhere.
const SILENT: [&str; 12] = [
    "$defs",
    "$id",
    "$schema",
    "default",
    "description",
    "if",
    "minimum",
    "not",
    "pattern",
    "required",
    "title",
    "x-incs-rules",
];

/// Keywords that only describe: a schema of nothing else allows everything.
const WORDS: [&str; 3] = ["default", "description", "title"];

/// What may stand at one place, whichever alternative of the schema it comes from.
#[derive(Default)]
pub(super) struct Place<'a> {
    /// Names of types, as in schemas.
    pub(super) types: BTreeSet<&'a str>,
    pub(super) elements: Vec<&'a Value>,
    /// The kinds of a union, if its tag stands here.
    pub(super) kinds: BTreeSet<&'a str>,
    /// Anything may stand here.
    pub(super) open: bool,
    /// A string here holds JSON.
    pub(super) holds_json: bool,
    members: BTreeMap<&'a str, Vec<&'a Value>>,
}

/// Looks things up in one document.
#[derive(Clone, Copy)]
pub(super) struct Gathering<'a>(&'a Value);

impl<'a> Gathering<'a> {
    pub(super) fn of(document: &'a Value) -> Self {
        Self(document)
    }

    /// All that these schemas say of the place where they meet.
    pub(super) fn place(self, schemas: &[&'a Value]) -> Result<Place<'a>> {
        let mut place = Place::default();
        for schema in schemas {
            self.add(schema, &mut place, 0)?;
        }
        Ok(place)
    }

    fn add(self, schema: &'a Value, place: &mut Place<'a>, depth: usize) -> Result<()> {
        ensure!(depth < DEEPEST, "a schema that nests deeper than {DEEPEST}, or refers to itself");
        let keywords = match schema {
            Value::Object(keywords) => keywords,
            Value::Bool(anything) => {
                place.open |= anything;
                return Ok(());
            }
            _ => bail!("a schema that is neither an object nor a boolean"),
        };
        place.open |= keywords.keys().all(|keyword| WORDS.contains(&keyword.as_str()));
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("$ref", Value::String(reference)) => self.add(self.find(reference)?, place, depth + 1)?,
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    // An alternative that only asks for members does not say that anything goes.
                    for schema in schemas.iter().filter(|schema| !only_requires(schema)) {
                        self.add(schema, place, depth + 1)?;
                    }
                }
                ("then" | "else", schema) => self.add(schema, place, depth + 1)?,
                ("properties", Value::Object(members)) => {
                    members.iter().for_each(|(name, schema)| place.members.entry(name).or_default().push(schema));
                }
                ("items", schema) => place.elements.push(schema),
                ("type", Value::String(name)) => drop(place.types.insert(name)),
                ("type" | "enum", Value::Array(values)) => {
                    place.types.extend(
                        values.iter().map(|value| if keyword == "type" { text(value) } else { type_of(value) }),
                    );
                }
                ("const", value) => {
                    place.types.insert(type_of(value));
                    place.kinds.extend(value.as_str());
                }
                ("contentMediaType", value) => place.holds_json |= value == "application/json",
                (silent, _) if SILENT.contains(&silent) => {}
                (other, _) => bail!("the keyword {other} says nothing to the table of known members"),
            }
        }
        Ok(())
    }

    fn find(self, reference: &str) -> Result<&'a Value> {
        let target = reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
        target.with_context(|| format!("{reference} leads nowhere"))
    }
}

impl<'a> Place<'a> {
    /// The members that have one spelling.
    pub(super) fn members(&self) -> BTreeMap<String, Vec<&'a Value>> {
        let members = self.members.iter().filter(|(name, _)| self.spellings(name).count() == 1);
        members.map(|(name, schemas)| ((*name).to_owned(), schemas.clone())).collect()
    }

    /// The members that have several spellings, which differ in small and capital letters only: any such spelling is read. Named
    /// in small letters.
    pub(super) fn members_in_any_case(&self) -> BTreeMap<String, Vec<&'a Value>> {
        let mut members = BTreeMap::<String, Vec<&'a Value>>::new();
        for (name, schemas) in self.members.iter().filter(|(name, _)| self.spellings(name).count() > 1) {
            members.entry(name.to_ascii_lowercase()).or_default().extend(schemas);
        }
        members
    }

    fn spellings(&self, name: &str) -> impl Iterator<Item = &str> {
        self.members.keys().copied().filter(move |other| other.eq_ignore_ascii_case(name))
    }
}

fn only_requires(schema: &Value) -> bool {
    schema.as_object().is_some_and(|keywords| keywords.len() == 1 && keywords.contains_key("required"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
