//! A document for the corpus: its validator, its branches, and the keywords that apply to an instance.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, anyhow, bail};
use jsonschema::error::ValidationErrorKind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Map, Value, json};

use super::escaped;
use super::sample::SchemaError;

/// One schema of the catalogue.
pub(super) struct Document {
    schema: Value,
    validator: Validator,
    /// Validators of parts of the schema, by their place.
    parts: RefCell<BTreeMap<String, Validator>>,
}

/// A part of the schema that applies to a part of an instance.
#[derive(Debug)]
pub(super) struct Site<'a> {
    /// The JSON pointer of the part of the schema; the target of a `$ref`, not the `$ref`.
    pub(super) place: String,
    /// The keywords there.
    pub(super) keywords: &'a Map<String, Value>,
    /// The JSON pointer of the part of the instance.
    pub(super) pointer: String,
}

impl Document {
    pub(super) fn new(schema: &Value) -> Result<Self> {
        Ok(Self { validator: validator(schema)?, schema: schema.clone(), parts: RefCell::default() })
    }

    /// Returns the error that a validator must have among its own: the claimed one if it is there, otherwise the first;
    /// empty if the instance matches.
    pub(super) fn errors(&self, instance: &Value, claim: Option<SchemaError>) -> Vec<SchemaError> {
        let mut all = Vec::new();
        for error in self.validator.iter_errors(instance) {
            gather(&error, &mut all);
        }
        let claimed = claim.filter(|claim| all.contains(claim));
        claimed.or_else(|| all.into_iter().next()).into_iter().collect()
    }

    /// Reports whether an instance matches the document.
    pub(super) fn takes(&self, instance: &Value) -> bool {
        self.validator.is_valid(instance)
    }

    /// Reports whether a value matches the part of the schema at a place.
    pub(super) fn fits(&self, place: &str, value: &Value) -> Result<bool> {
        if let Some(part) = self.parts.borrow().get(place) {
            return Ok(part.is_valid(value));
        }
        let mut part = json!({ "allOf": [self.at(place)?] });
        if let (Some(definitions), Value::Object(part)) = (self.schema.get("$defs"), &mut part) {
            part.insert("$defs".to_owned(), definitions.clone());
        }
        let part = validator(&part)?;
        let fits = part.is_valid(value);
        self.parts.borrow_mut().insert(place.to_owned(), part);
        Ok(fits)
    }

    /// Returns the part of the schema at a place.
    pub(super) fn at(&self, place: &str) -> Result<&Value> {
        self.schema.pointer(place).with_context(|| format!("no schema at {place}"))
    }

    /// Returns every part of the schema that applies to some part of the instance; of alternatives only the matching ones.
    pub(super) fn sites(&self, instance: &Value) -> Result<Vec<Site<'_>>> {
        let mut sites = Vec::new();
        self.visit("", instance, "", &mut sites)?;
        Ok(sites)
    }

    fn visit<'a>(&'a self, place: &str, value: &Value, pointer: &str, sites: &mut Vec<Site<'a>>) -> Result<()> {
        let Value::Object(keywords) = self.at(place)? else { return Ok(()) };
        if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
            let target = target.strip_prefix('#').with_context(|| format!("{target} is elsewhere"))?;
            self.visit(target, value, pointer, sites)?;
        }
        sites.push(Site { place: place.to_owned(), keywords, pointer: pointer.to_owned() });
        for index in 0..branches(keywords, "allOf") {
            self.visit(&format!("{place}/allOf/{index}"), value, pointer, sites)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            for index in 0..branches(keywords, keyword) {
                let branch = format!("{place}/{keyword}/{index}");
                if self.fits(&branch, value)? {
                    self.visit(&branch, value, pointer, sites)?;
                }
            }
        }
        if keywords.contains_key("if") {
            let branch = if self.fits(&format!("{place}/if"), value)? { "then" } else { "else" };
            if keywords.contains_key(branch) {
                self.visit(&format!("{place}/{branch}"), value, pointer, sites)?;
            }
        }
        if let Value::Object(members) = value {
            let known = keywords.get("properties").and_then(Value::as_object);
            for (name, member) in members {
                let pointer = format!("{pointer}/{}", escaped(name));
                if known.is_some_and(|known| known.contains_key(name)) {
                    self.visit(&format!("{place}/properties/{}", escaped(name)), member, &pointer, sites)?;
                } else if keywords.get("additionalProperties").is_some_and(Value::is_object) {
                    self.visit(&format!("{place}/additionalProperties"), member, &pointer, sites)?;
                }
            }
        }
        if let (Value::Array(elements), true) = (value, keywords.contains_key("items")) {
            for (index, element) in elements.iter().enumerate() {
                self.visit(&format!("{place}/items"), element, &format!("{pointer}/{index}"), sites)?;
            }
        }
        Ok(())
    }

    /// Returns the places of all parts that can apply to an instance, with their keywords; conditions are not included.
    pub(super) fn places(&self) -> Result<BTreeMap<String, &Map<String, Value>>> {
        let mut places = BTreeMap::new();
        let mut waiting = vec![String::new()];
        let mut seen = BTreeSet::new();
        while let Some(place) = waiting.pop() {
            let Value::Object(keywords) = self.at(&place)? else { continue };
            if !seen.insert(place.clone()) {
                continue;
            }
            if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
                waiting.push(target.trim_start_matches('#').to_owned());
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                waiting.extend((0..branches(keywords, keyword)).map(|index| format!("{place}/{keyword}/{index}")));
            }
            for name in keywords.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys) {
                waiting.push(format!("{place}/properties/{}", escaped(name)));
            }
            for keyword in ["additionalProperties", "items", "then", "else"] {
                if keywords.contains_key(keyword) {
                    waiting.push(format!("{place}/{keyword}"));
                }
            }
            places.insert(place, keywords);
        }
        Ok(places)
    }
}

/// Returns the number of schemas that a keyword lists.
pub(super) fn branches(keywords: &Map<String, Value>, keyword: &str) -> usize {
    keywords.get(keyword).and_then(Value::as_array).map_or(0, Vec::len)
}

fn validator(schema: &Value) -> Result<Validator> {
    let built = jsonschema::options().with_draft(jsonschema::Draft::Draft202012).should_validate_formats(true);
    match built.build(schema) {
        Ok(validator) => Ok(validator),
        Err(error) => bail!(anyhow!("{error}").context("a schema does not compile")),
    }
}

/// Collects an error and the errors of the alternatives inside it.
fn gather(error: &ValidationError<'_>, all: &mut Vec<SchemaError>) {
    all.push(SchemaError::new(error.instance_path().as_str(), error.kind().keyword()));
    if let ValidationErrorKind::AnyOf { context }
    | ValidationErrorKind::OneOfNotValid { context }
    | ValidationErrorKind::OneOfMultipleValid { context } = error.kind()
    {
        context.iter().flatten().for_each(|inner| gather(inner, all));
    }
}
