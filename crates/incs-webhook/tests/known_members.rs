//! Checks the table of known members, which the drift report reads, against the schemas in `docs/`.
//!
//! The table is generated and compared with the committed one; with `UPDATE_FROZEN=1` it is written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test ends with the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value, json};

const FILE: &str = "crates/incs-webhook/src/drift/known.json";

/// Returns the provider whose bodies a document describes.
const ROOTS: [(&str, &str); 2] = [("exotel", "receive/exotel-callback.json"), ("incs", "receive/event.json")];

/// No schema of the platform nests deeper; one that refers to itself would never end.
const DEEPEST: usize = 32;

#[test]
fn known_members_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut table = Table::default();
    let roots = ROOTS.map(|(provider, file)| {
        let text = fs::read_to_string(root.join("docs/schemas").join(file)).unwrap();
        (provider, table.add(&serde_json::from_str(&text).unwrap()).unwrap())
    });
    let text = table.to_text(&roots).unwrap();
    if env::var_os("UPDATE_FROZEN").is_some_and(|value| value == "1") {
        fs::write(root.join(FILE), text).unwrap();
    } else {
        assert!(fs::read_to_string(root.join(FILE)).unwrap() == text, "`cargo xtask schema` writes {FILE}");
    }
}

/// The distinct nodes. A node comes after those it references.
#[derive(Default)]
struct Table {
    nodes: Vec<String>,
    indices: BTreeMap<String, usize>,
}

impl Table {
    /// Adds the tree of a document; gives the index of its root.
    fn add(&mut self, document: &Value) -> Result<usize> {
        self.node(Gathering::of(document), &[document], 0)
    }

    fn node(&mut self, gathering: Gathering<'_>, schemas: &[&Value], depth: usize) -> Result<usize> {
        ensure!(depth < DEEPEST, "a schema that nests deeper than {DEEPEST}, or refers to itself");
        let place = gathering.place(schemas)?;
        let text = if place.open {
            json!({ "open": true }).to_string()
        } else {
            self.text(gathering, schemas, &place, depth)?
        };
        let next = self.nodes.len();
        let index = *self.indices.entry(text.clone()).or_insert(next);
        if index == next {
            self.nodes.push(text);
        }
        Ok(index)
    }

    fn text(
        &mut self,
        gathering: Gathering<'_>,
        schemas: &[&Value],
        place: &Place<'_>,
        depth: usize,
    ) -> Result<String> {
        let mut node = BTreeMap::new();
        node.insert("types", json!(place.types));
        for (name, members) in [("members", place.members()), ("any_case", place.members_in_any_case())] {
            let mut indices = Map::new();
            for (member, schemas) in members {
                indices.insert(member, json!(self.node(gathering, &schemas, depth + 1)?));
            }
            if !indices.is_empty() {
                node.insert(name, Value::Object(indices));
            }
        }
        if !place.elements.is_empty() {
            node.insert("element", json!(self.node(gathering, &place.elements, depth + 1)?));
        }
        if !place.kinds.is_empty() {
            node.insert("kinds", json!(place.kinds));
        }
        if place.holds_json {
            node.insert("holds_json", json!(true));
        }
        if let Some(form) = place.form() {
            node.insert("form", json!(form));
        }
        if let Some(max) = place.max() {
            node.insert("max", json!(max));
        }
        let needs = gathering.needs(schemas, place, 0)?;
        if !needs.is_empty() {
            node.insert("needs", json!(needs));
        }
        Ok(serde_json::to_string(&node)?)
    }

    /// One node a line, so that a change can be read.
    fn to_text(&self, roots: &[(&str, usize)]) -> Result<String> {
        let mut text = String::from("{\n");
        for (provider, index) in roots {
            writeln!(text, "  \"{provider}\": {index},")?;
        }
        writeln!(text, "  \"nodes\": [\n    {}\n  ]\n}}", self.nodes.join(",\n    "))?;
        Ok(text)
    }
}

/// Keywords without information about members and types. Keywords of an `if` are handled elsewhere.
const SILENT: [&str; 15] = [
    "$defs",
    "$id",
    "$schema",
    "default",
    "description",
    "discriminator",
    "if",
    "maximum",
    "minimum",
    "not",
    "pattern",
    "required",
    "title",
    "tsType",
    "x-incs-rules",
];

/// Keywords that only describe: a schema of nothing else allows everything.
const WORDS: [&str; 4] = ["default", "description", "title", "tsType"];

/// The values that any alternative of the schema accepts at one place.
#[derive(Default)]
struct Place<'a> {
    /// Names of types, as in schemas.
    types: BTreeSet<&'a str>,
    elements: Vec<&'a Value>,
    /// The kinds of a union, if this is its tag.
    kinds: BTreeSet<&'a str>,
    /// Accepts any value.
    open: bool,
    /// A string here holds JSON.
    holds_json: bool,
    /// The requirements of each alternative for numbers and strings.
    numbers: Vec<Numbers>,
    members: BTreeMap<&'a str, Vec<&'a Value>>,
}

/// The requirements of one alternative for numbers.
#[derive(Clone, Copy, PartialEq)]
struct Numbers {
    /// Whole ones from 0.
    from_zero: bool,
    max: Option<u64>,
    /// A string here is a number too, and no other string is.
    in_strings: bool,
}

/// The pattern of a whole number in a string.
const DIGITS: &str = "^[+-]?[0-9]+$";

impl Numbers {
    /// Reads the requirements of a schema with numbers, alone or with strings.
    fn of(keywords: &Map<String, Value>) -> Result<Option<Self>> {
        let mut types = match keywords.get("type") {
            Some(Value::String(name)) => vec![name.as_str()],
            Some(Value::Array(names)) => names.iter().map(text).collect(),
            _ => return Ok(None),
        };
        types.retain(|name| *name != "null");
        types.sort_unstable();
        let pattern = keywords.get("pattern").and_then(Value::as_str);
        let in_strings = match (types.as_slice(), pattern) {
            (["integer"], None) => false,
            // Sizes and degrees have no pattern; the reader takes no string that is no number there either.
            (["integer", "string"], Some(DIGITS) | None) | (["number", "string"], None) => true,
            _ => return Ok(None),
        };
        let from_zero = match keywords.get("minimum") {
            None => false,
            Some(minimum) => {
                ensure!(minimum == &json!(0), "a minimum other than 0");
                true
            }
        };
        Ok(Some(Self { from_zero, max: keywords.get("maximum").and_then(Value::as_u64), in_strings }))
    }
}

/// Looks things up in one document.
#[derive(Clone, Copy)]
struct Gathering<'a>(&'a Value);

impl<'a> Gathering<'a> {
    fn of(document: &'a Value) -> Self {
        Self(document)
    }

    /// Merges the schemas of one place.
    fn place(self, schemas: &[&'a Value]) -> Result<Place<'a>> {
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
        place.numbers.extend(Numbers::of(keywords)?);
        for (keyword, value) in keywords {
            match (keyword.as_str(), value) {
                ("$ref", Value::String(reference)) => self.add(self.find(reference)?, place, depth + 1)?,
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => {
                    // An alternative that only requires members does not accept every value.
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

    /// The members without which no object is read here: those that every alternative asks for.
    fn needs(self, schemas: &[&'a Value], place: &Place<'_>, depth: usize) -> Result<BTreeSet<&'a str>> {
        let mut needs: Option<BTreeSet<&str>> = None;
        for schema in schemas {
            common(&mut needs, self.needed(schema, depth)?);
        }
        // A name that is read in any letters may come in others.
        let mut needs = needs.unwrap_or_default();
        needs.retain(|name| place.spellings(name).count() == 1);
        Ok(needs)
    }

    /// The same of one schema; nothing if no object fits it.
    fn needed(self, schema: &'a Value, depth: usize) -> Result<Option<BTreeSet<&'a str>>> {
        ensure!(depth < DEEPEST, "a schema that nests deeper than {DEEPEST}, or refers to itself");
        let Some(keywords) = schema.as_object() else { return Ok(Some(BTreeSet::new())) };
        let mut types = keywords.get("type").into_iter().flat_map(|types| match types {
            Value::Array(types) => types.iter().collect(),
            one => vec![one],
        });
        let values = keywords.get("enum").and_then(Value::as_array);
        let is_scalar = keywords.contains_key("const") || values.is_some();
        if is_scalar || keywords.contains_key("type") && !types.any(|name| name == "object") {
            return Ok(None);
        }
        let list = |keyword: &str| keywords.get(keyword).and_then(Value::as_array).into_iter().flatten();
        let mut needed: BTreeSet<_> = list("required").map(text).collect();
        if let Some(reference) = keywords.get("$ref").and_then(Value::as_str) {
            needed.extend(self.needed(self.find(reference)?, depth + 1)?.into_iter().flatten());
        }
        for part in list("allOf") {
            needed.extend(self.needed(part, depth + 1)?.into_iter().flatten());
        }
        for keyword in ["anyOf", "oneOf"] {
            let mut of_all = None;
            for alternative in list(keyword) {
                common(&mut of_all, self.needed(alternative, depth + 1)?);
            }
            needed.extend(of_all.into_iter().flatten());
        }
        Ok(Some(needed))
    }

    fn find(self, reference: &str) -> Result<&'a Value> {
        let target = reference.strip_prefix('#').and_then(|pointer| self.0.pointer(pointer));
        target.with_context(|| format!("{reference} leads nowhere"))
    }
}

/// Keeps what one more alternative asks for too.
fn common<'a>(known: &mut Option<BTreeSet<&'a str>>, needed: Option<BTreeSet<&'a str>>) {
    match (known.as_mut(), needed) {
        (Some(known), Some(needed)) => known.retain(|name| needed.contains(name)),
        (None, needed) => *known = needed,
        (Some(_), None) => {}
    }
}

impl<'a> Place<'a> {
    /// Returns the form of numbers and of numbers in strings, which is the same in all alternatives with numbers.
    fn form(&self) -> Option<&'static str> {
        let strings_are_numbers =
            !self.types.contains("string") || self.numbers.iter().any(|numbers| numbers.in_strings);
        let is_float = self.types.contains("number");
        match self.numbers.as_slice() {
            [] => None,
            _ if is_float && self.types.contains("integer") => None,
            _ if !strings_are_numbers => None,
            _ if is_float => Some("number"),
            all if all.iter().all(|numbers| numbers.from_zero) => Some("from_zero"),
            _ => Some("whole"),
        }
    }

    fn max(&self) -> Option<u64> {
        let all: Option<Vec<u64>> = self.numbers.iter().map(|numbers| numbers.max).collect();
        all.and_then(|all| all.into_iter().max())
    }

    /// The members that have one spelling.
    fn members(&self) -> BTreeMap<String, Vec<&'a Value>> {
        let members = self.members.iter().filter(|(name, _)| self.spellings(name).count() == 1);
        members.map(|(name, schemas)| ((*name).to_owned(), schemas.clone())).collect()
    }

    /// The members that have several spellings, which differ in small and capital letters only: any such spelling is read. Named
    /// in small letters.
    fn members_in_any_case(&self) -> BTreeMap<String, Vec<&'a Value>> {
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

fn table(document: &Value) -> Vec<String> {
    let mut table = Table::default();
    let root = table.add(document).unwrap();
    assert_eq!(root + 1, table.nodes.len(), "the root comes last");
    table.nodes
}

#[test]
fn one_place_becomes_one_node() {
    let nodes = table(&json!({
        "$defs": { "A": { "type": "object", "properties": { "a": { "type": "string" } } } },
        "oneOf": [
            { "properties": { "kind": { "const": "x" }, "in": { "$ref": "#/$defs/A" } }, "type": "object" },
            { "properties": { "kind": { "not": { "enum": ["x"] }, "type": "string" } }, "type": "object" },
        ],
        "allOf": [{
            "if": { "properties": { "kind": { "const": "y" } } },
            "then": { "properties": { "in": { "anyOf": [{ "properties": { "b": {} } }, { "type": "null" }] } } },
        }],
    }));
    assert_eq!(
        nodes,
        [
            r#"{"types":["string"]}"#,
            r#"{"open":true}"#,
            r#"{"members":{"a":0,"b":1},"types":["null","object"]}"#,
            r#"{"kinds":["x"],"types":["string"]}"#,
            r#"{"members":{"in":2,"kind":3},"types":["object"]}"#,
        ]
    );
}

#[test]
fn names_differing_in_case_are_one() {
    let nodes = table(&json!({
        "type": "object",
        "properties": { "Reply": { "type": "string" }, "reply": { "type": "null" }, "Other": { "type": "string" } },
    }));
    assert_eq!(nodes.last().unwrap(), r#"{"any_case":{"reply":1},"members":{"Other":0},"types":["object"]}"#);
}

#[test]
fn table_joins_all_alternatives() {
    let nodes = table(&json!({
        "properties": {
            "id": { "type": ["integer", "string"], "minimum": 0, "pattern": DIGITS },
            "width": { "anyOf": [{ "type": "integer", "minimum": 0, "maximum": 4_294_967_295_u64 }, { "type": "null" }] },
            "code": { "anyOf": [{ "enum": [1, 2] }, { "type": ["integer", "string"], "pattern": DIGITS }] },
            "time": { "type": ["integer", "number", "string"] },
        },
        "required": ["id"],
        "oneOf": [
            { "type": "object", "properties": { "a": { "type": "string" } }, "required": ["id", "width", "a"] },
            { "type": "object", "properties": { "b": { "type": "string" } }, "required": ["width"] },
            { "type": "null" },
        ],
    }));
    let form = |text: &str| nodes.iter().any(|node| node == text);
    assert!(form(r#"{"form":"from_zero","types":["integer","string"]}"#), "{nodes:?}");
    assert!(form(r#"{"form":"from_zero","max":4294967295,"types":["integer","null"]}"#), "{nodes:?}");
    assert!(form(r#"{"form":"whole","types":["integer","string"]}"#), "{nodes:?}");
    assert!(form(r#"{"types":["integer","number","string"]}"#), "{nodes:?}");
    assert!(nodes.last().unwrap().contains(r#""needs":["id","width"]"#), "{nodes:?}");
}

#[test]
fn unexpected_keyword_is_rejected() {
    let error = Table::default().add(&json!({ "patternProperties": {} })).unwrap_err();
    assert_eq!(error.to_string(), "the keyword patternProperties says nothing to the table of known members");
    assert!(Table::default().add(&json!({ "$ref": "#/$defs/Gone" })).is_err());
}

#[test]
fn recursive_schema_is_rejected() {
    let document = json!({
        "$defs": { "A": { "properties": { "a": { "$ref": "#/$defs/A" } } } },
        "$ref": "#/$defs/A",
    });
    assert!(Table::default().add(&document).unwrap_err().to_string().contains("refers to itself"));
    let document = json!({ "$defs": { "A": { "$ref": "#/$defs/A" } }, "$ref": "#/$defs/A" });
    assert!(Table::default().add(&document).unwrap_err().to_string().contains("refers to itself"));
}
