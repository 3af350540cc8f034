//! Two schemas, side by side, keyword by keyword.

use std::collections::BTreeSet;

use crate::schema::diff::change::Contract;
use serde_json::{Map, Value};

use super::super::pointer::escaped;
use super::change::{Change, Effect, Set};
use super::reference::Resolved;
use super::steady::Steady;
use super::{reference, union};

/// No schema of the platform nests deeper; two that refer to themselves out of step would never end.
const DEEPEST: usize = 64;

/// Says something to people, and nothing about values.
const WORDS: [&str; 6] = ["$comment", "deprecated", "description", "examples", "title", "x-source"];

/// Keywords of assertion that are compared by code of their own, or together with another.
const TOGETHER: [&str; 6] = ["$ref", "const", "enum", "additionalProperties", "then", "else"];

/// A schema as an object; `true` is an empty one.
pub(super) type Schema = Map<String, Value>;

/// A comparison of two versions of one document.
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    document: &'a str,
    contract: Contract,
    steady: Steady,
    /// Pairs of references that were followed, and how they were met.
    seen: BTreeSet<(String, String, bool, bool)>,
    changes: Vec<Change>,
}

/// Where a comparison stands.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) pointer: String,
    depth: usize,
    /// Below an odd number of `not`.
    negated: bool,
    /// In a union that also takes any other value of the type, so that values are known, not allowed.
    pub(super) open: bool,
}

impl Place {
    pub(super) fn at(&self, segments: &[&str]) -> Self {
        let mut place = Self { depth: self.depth + 1, open: false, ..self.clone() };
        for segment in segments {
            place.pointer.push('/');
            place.pointer.push_str(&escaped(segment));
        }
        place
    }

    /// The definition that a reference at this place leads to.
    pub(super) fn referred(&self, reference: &str) -> Self {
        let pointer = reference.trim_start_matches('#').to_owned();
        Self { pointer, depth: self.depth + 1, ..self.clone() }
    }

    fn within_not(&self) -> Self {
        Self { negated: !self.negated, ..self.at(&["not"]) }
    }
}

impl<'a> Walk<'a> {
    /// All changes from the old version of a document to the new one.
    pub(super) fn compare(document: &'a str, contract: Contract, old: &'a Value, new: &'a Value) -> Vec<Change> {
        let (steady, seen) = (Steady::between(old, new), BTreeSet::new());
        let mut walk = Self { old, new, document, contract, steady, seen, changes: Vec::new() };
        let place = Place { pointer: String::new(), depth: 0, negated: false, open: false };
        walk.node(&place, old, new);
        walk.changes
    }

    pub(super) fn report(&mut self, place: &Place, effect: impl Into<Effect>, what: impl Into<String>) {
        let effect: Effect = effect.into();
        let effect = if place.negated { effect.negated() } else { effect };
        self.changes.push(Change {
            document: self.document.to_owned(),
            contract: self.contract,
            pointer: place.pointer.clone(),
            class: effect.class(self.contract),
            what: what.into(),
        });
    }

    /// True the first time that this pair of references is met in this manner.
    pub(super) fn is_first(&mut self, place: &Place, old: &str, new: &str) -> bool {
        self.seen.insert((old.to_owned(), new.to_owned(), place.negated, place.open))
    }

    /// Compares two schemas of any form.
    pub(super) fn node(&mut self, place: &Place, old: &Value, new: &Value) {
        if self.steady.same(old, new) {
            return;
        }
        if place.depth > DEEPEST {
            self.report(place, Set::Unclear, format!("nests deeper than {DEEPEST}, and was not compared further"));
            return;
        }
        let empty = Schema::new();
        match (old, new) {
            (Value::Bool(false), Value::Bool(false)) => {}
            (Value::Bool(false), _) => self.report(place, Set::Wider, "was never allowed, now it is"),
            (_, Value::Bool(false)) => self.report(place, Set::Narrower, "is not allowed any more"),
            _ => match (object(old, &empty), object(new, &empty)) {
                (Some(old), Some(new)) => self.objects(place, old, new),
                _ if old == new => {}
                _ => self.report(place, Set::Unclear, "is not a schema"),
            },
        }
    }

    fn objects(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let branched = union::aligned_by_reference(old, new);
        let (old, new) = branched.as_ref().map_or((old, new), |(old, new)| (old, new));
        let written = match reference::resolve(self, place, old, new) {
            Resolved::Nothing => return,
            Resolved::AsTheyStand => None,
            Resolved::Written(old, new) => Some((old, new)),
        };
        let (old, new) = written.as_ref().map_or((old, new), |(old, new)| (old, new));
        let aligned = union::aligned(old, new);
        let (old, new) = aligned.as_ref().map_or((old, new), |(old, new)| (old, new));
        let keywords: BTreeSet<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
        for keyword in keywords {
            self.keyword(place, keyword, old, new);
        }
        if ["const", "enum"].iter().any(|keyword| old.contains_key(*keyword) || new.contains_key(*keyword)) {
            self.values(place, old, new);
        }
        self.other_members(place, old, new);
        union::compare(self, place, old, new);
    }

    fn keyword(&mut self, place: &Place, keyword: &str, old_schema: &Schema, new_schema: &Schema) {
        let (old, new) = (old_schema.get(keyword), new_schema.get(keyword));
        match keyword {
            _ if TOGETHER.contains(&keyword) || union::KEYWORDS.contains(&keyword) => {}
            _ if WORDS.contains(&keyword) => self.different(place, keyword, old, new, Set::Words),
            "$id" => self.different(place, keyword, old, new, Set::Crosswise),
            "$defs" => self.definitions(place, old, new),
            "type" => self.types(place, old, new),
            "required" => self.required(place, old, new),
            "properties" => self.properties(place, old_schema, new_schema),
            "x-incs-rules" => self.rules(place, old, new),
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties" => {
                self.limit(place, keyword, old, new, Set::Wider);
            }
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties" => {
                self.limit(place, keyword, old, new, Set::Narrower);
            }
            "pattern" | "format" | "contentMediaType" | "contentEncoding" | "multipleOf" => {
                self.one_more_or_less(place, keyword, old, new);
            }
            "items" => self.part(place, &place.at(&[keyword]), keyword, old, new),
            "not" => self.part(place, &place.within_not(), keyword, old, new),
            "if" => self.conditional(place, old_schema, new_schema),
            _ => self.different(place, keyword, old, new, Set::Unclear),
        }
    }

    fn different(&mut self, place: &Place, keyword: &str, old: Option<&Value>, new: Option<&Value>, set: Set) {
        if old == new {
            return;
        }
        let short = |value: &Value| Some(value.to_string()).filter(|text| text.len() <= 60);
        let what = match (old, new) {
            (None, Some(value)) => short(value).map(|value| format!("{keyword} is new: {value}")),
            (Some(value), None) => short(value).map(|value| format!("{keyword} is gone: {value}")),
            (Some(old), Some(new)) => {
                short(old).zip(short(new)).map(|(old, new)| format!("{keyword} is {new}, was {old}"))
            }
            (None, None) => None,
        };
        let verb = match (old, new) {
            (None, _) => "new",
            (_, None) => "gone",
            _ => "another",
        };
        self.report(place, set, what.unwrap_or_else(|| format!("{keyword} is {verb}")));
    }

    /// A keyword whose values cannot be compared, but which only ever refuses.
    fn one_more_or_less(&mut self, place: &Place, keyword: &str, old: Option<&Value>, new: Option<&Value>) {
        let set = match (old, new) {
            (None, _) => Set::Narrower,
            (_, None) => Set::Wider,
            _ => Set::Unclear,
        };
        self.different(place, keyword, old, new, set);
    }

    /// A keyword whose value is one schema, which refuses.
    fn part(&mut self, place: &Place, inner: &Place, keyword: &str, old: Option<&Value>, new: Option<&Value>) {
        match (old, new) {
            (Some(old), Some(new)) => self.node(inner, old, new),
            _ => self.one_more_or_less(place, keyword, old, new),
        }
    }

    fn conditional(&mut self, place: &Place, old: &Schema, new: &Schema) {
        if old.get("if") != new.get("if") {
            self.different(place, "if", old.get("if"), new.get("if"), Set::Unclear);
            return;
        }
        for keyword in ["then", "else"] {
            if old.contains_key(keyword) || new.contains_key(keyword) {
                self.part(place, &place.at(&[keyword]), keyword, old.get(keyword), new.get(keyword));
            }
        }
    }

    /// Their names travel nowhere, but types that are generated carry them. What they say is compared where it is used.
    fn definitions(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let names = |value: Option<&Value>| -> BTreeSet<String> {
            value.and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
        };
        let (old, new) = (names(old), names(new));
        for name in new.difference(&old) {
            self.report(&place.at(&["$defs", name]), Set::Words, "the definition is new");
        }
        for name in old.difference(&new) {
            self.report(&place.at(&["$defs", name]), Set::Words, "the definition is gone");
        }
    }
}

/// Whether a keyword only speaks to people.
pub(super) fn is_words(keyword: &str) -> bool {
    WORDS.contains(&keyword)
}

fn object<'s>(schema: &'s Value, empty: &'s Schema) -> Option<&'s Schema> {
    match schema {
        Value::Bool(true) => Some(empty),
        Value::Object(schema) => Some(schema),
        _ => None,
    }
}
