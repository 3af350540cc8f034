//! Compares two schemas keyword by keyword.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::change::{Change, Contract, Effect, Set};
use super::escaped;
use super::reference::{Schema, Steady, inlined, is_words, name, target};
use super::union::{self, Branch, list, pair, was_other};

/// Maximum depth. No schema of the platform is deeper; two recursive schemas could otherwise never end.
const MAX_DEPTH: usize = 64;

/// Assertion keywords with their own comparison, or compared together with another.
const TOGETHER: [&str; 6] = ["$ref", "const", "enum", "additionalProperties", "then", "else"];

/// The rest of a comparison after references were followed.
enum Resolved {
    /// Everything next to the reference.
    AsTheyStand,
    /// These schemas, in which the reference is replaced by its target.
    Written(Schema, Schema),
    Nothing,
}

/// A comparison of two versions of one document.
pub(super) struct Walk<'a> {
    pub(super) old: &'a Value,
    pub(super) new: &'a Value,
    document: &'a str,
    contract: Contract,
    steady: Steady,
    /// Pairs of references that were followed, with their context.
    seen: BTreeSet<(String, String, bool, bool)>,
    changes: Vec<Change>,
}

/// The position of a comparison.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) pointer: String,
    depth: usize,
    /// True below an odd number of `not`.
    negated: bool,
    /// True in a union that also accepts any other value of the type: its values are known values, not a limit.
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

    /// Returns the position of the target of a reference at this place.
    pub(super) fn referred(&self, reference: &str) -> Self {
        let pointer = reference.trim_start_matches('#').to_owned();
        Self { pointer, depth: self.depth + 1, ..self.clone() }
    }

    fn within_not(&self) -> Self {
        Self { negated: !self.negated, ..self.at(&["not"]) }
    }
}

impl<'a> Walk<'a> {
    /// Returns all changes from the old version of a document to the new one.
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

    /// Records a pair of references. Returns true the first time that it is met in this context.
    pub(super) fn is_first(&mut self, place: &Place, old: &str, new: &str) -> bool {
        self.seen.insert((old.to_owned(), new.to_owned(), place.negated, place.open))
    }

    /// Compares two schemas of any form.
    pub(super) fn node(&mut self, place: &Place, old: &Value, new: &Value) {
        if self.steady.same(old, new) {
            return;
        }
        if place.depth > MAX_DEPTH {
            self.report(place, Set::Unclear, format!("is nested deeper than {MAX_DEPTH} and was not compared further"));
            return;
        }
        let empty = Schema::new();
        match (old, new) {
            (Value::Bool(false), Value::Bool(false)) => {}
            (Value::Bool(false), _) => self.report(place, Set::Wider, "is allowed now"),
            (_, Value::Bool(false)) => self.report(place, Set::Narrower, "is no longer allowed"),
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
        let written = match self.resolve(place, old, new) {
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
        self.unions(place, old, new);
    }

    fn keyword(&mut self, place: &Place, keyword: &str, old_schema: &Schema, new_schema: &Schema) {
        let (old, new) = (old_schema.get(keyword), new_schema.get(keyword));
        match keyword {
            _ if TOGETHER.contains(&keyword) || union::KEYWORDS.contains(&keyword) => {}
            _ if is_words(keyword) => self.different(place, keyword, old, new, Set::Words),
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
            (Some(value), None) => short(value).map(|value| format!("{keyword} was removed: {value}")),
            (Some(old), Some(new)) => {
                short(old).zip(short(new)).map(|(old, new)| format!("{keyword} is {new}, was {old}"))
            }
            (None, None) => None,
        };
        let verb = match (old, new) {
            (None, _) => "is new",
            (_, None) => "was removed",
            _ => "is another",
        };
        self.report(place, set, what.unwrap_or_else(|| format!("{keyword} {verb}")));
    }

    /// Compares a keyword whose values cannot be compared, but which can only reject values.
    fn one_more_or_less(&mut self, place: &Place, keyword: &str, old: Option<&Value>, new: Option<&Value>) {
        let set = match (old, new) {
            (None, _) => Set::Narrower,
            (_, None) => Set::Wider,
            _ => Set::Unclear,
        };
        self.different(place, keyword, old, new, set);
    }

    /// Compares a keyword whose value is one schema that rejects values.
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

    /// Compares the names of definitions: they are not sent, but generated types use them. Their content is compared where it is used.
    fn definitions(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let names = |value: Option<&Value>| -> BTreeSet<String> {
            value.and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect()
        };
        let (old, new) = (names(old), names(new));
        for name in new.difference(&old) {
            self.report(&place.at(&["$defs", name]), Set::Words, "the definition is new");
        }
        for name in old.difference(&new) {
            self.report(&place.at(&["$defs", name]), Set::Words, "the definition was removed");
        }
    }
}

impl Walk<'_> {
    fn required(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let (old, new) = (names(old), names(new));
        for name in new.difference(&old) {
            self.report(place, Set::Narrower, format!("the member {name} is required now"));
        }
        for name in old.difference(&new) {
            self.report(place, Set::Wider, format!("the member {name} is no longer required"));
        }
    }

    /// Compares members. A new member of an open object could have been present before with any value; in a closed object it could not.
    fn properties(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let nothing = Map::new();
        let old_members = old.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
        let new_members = new.get("properties").and_then(Value::as_object).unwrap_or(&nothing);
        for (name, member) in new_members {
            let inner = place.at(&["properties", name]);
            if let Some(before) = old_members.get(name) {
                self.node(&inner, before, member);
            } else {
                let set = without(old, Set::Wider, Set::Narrower);
                self.report(&inner, Effect::added(set), format!("the member {name} is new"));
            }
        }
        for name in old_members.keys().filter(|name| !new_members.contains_key(*name)) {
            let set = without(new, Set::Narrower, Set::Wider);
            let inner = place.at(&["properties", name]);
            self.report(&inner, Effect::removed(set), format!("the member {name} was removed"));
        }
    }

    /// Compares the schemas of other members. Without one, they may have any value.
    fn other_members(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let anything = Value::Bool(true);
        let old = old.get("additionalProperties").unwrap_or(&anything);
        let new = new.get("additionalProperties").unwrap_or(&anything);
        match (old, new) {
            (Value::Bool(false), Value::Bool(false)) => {}
            (Value::Bool(false), _) => self.report(place, Set::Wider, "any other member is allowed now"),
            (_, Value::Bool(false)) => self.report(place, Set::Narrower, "any other member is refused now"),
            _ => self.node(&place.at(&["additionalProperties"]), old, new),
        }
    }
}

impl Walk<'_> {
    fn types(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let (old, new) = (types(old), types(new));
        let is_same = old == new;
        let (all_old, all_new) = (with_whole_numbers(&old), with_whole_numbers(&new));
        let lost: Vec<_> = all_old.difference(&all_new).copied().collect();
        let gained: Vec<_> = all_new.difference(&all_old).copied().collect();
        let set = match (lost.is_empty(), gained.is_empty()) {
            // `number` includes `integer`.
            (true, true) if is_same => return,
            (true, true) => Set::Words,
            (false, true) => Set::Narrower,
            (true, false) => Set::Wider,
            (false, false) => Set::Crosswise,
        };
        let words = |types: &BTreeSet<&str>| match types.len() {
            7 => "anything".to_owned(),
            _ => types.iter().copied().collect::<Vec<_>>().join(" or "),
        };
        self.report(place, set, format!("is {}, was {}", words(&new), words(&old)));
    }

    /// Compares the values of `enum` and `const`. In an open union they are known values, otherwise the only allowed ones.
    fn values(&mut self, place: &Place, old: &Schema, new: &Schema) {
        let (old, new) = match (values(old), values(new)) {
            (None, None) => return,
            (None, Some(_)) => return self.report(place, Set::Narrower, "only listed values are allowed now"),
            (Some(_), None) => {
                return self.report(place, Effect::removed(Set::Wider), "values are no longer listed");
            }
            (Some(old), Some(new)) => (old, new),
        };
        let lost = old.iter().any(|value| !new.contains(value));
        let closed = match (lost, new.iter().any(|value| !old.contains(value))) {
            (true, true) => Set::Crosswise,
            (true, false) => Set::Narrower,
            _ => Set::Wider,
        };
        for value in old.iter().filter(|value| !new.contains(value)) {
            let set = if place.open { Set::Same } else { closed };
            self.report(place, Effect::removed(set), format!("the value {value} was removed"));
        }
        for value in new.iter().filter(|value| !old.contains(value)) {
            if place.open {
                self.report(place, Effect::added(Set::Same), format!("the value {value} is known now"));
            } else {
                self.report(place, closed, format!("the value {value} is allowed now"));
            }
        }
    }

    /// Compares a limit. `raised` is the effect on values of a higher limit.
    fn limit(&mut self, place: &Place, keyword: &str, old: Option<&Value>, new: Option<&Value>, raised: Set) {
        let lowered = if raised == Set::Wider { Set::Narrower } else { Set::Wider };
        let number = |value: Option<&Value>| value.and_then(Value::as_f64);
        match (old, new) {
            _ if old == new => {}
            (None, Some(new)) => self.report(place, Set::Narrower, format!("{keyword} is new: {new}")),
            (Some(old), None) => self.report(place, Set::Wider, format!("{keyword} was removed: {old}")),
            (Some(from), Some(to)) => {
                let set = match number(old).zip(number(new)).and_then(|(old, new)| new.partial_cmp(&old)) {
                    Some(std::cmp::Ordering::Greater) => raised,
                    Some(std::cmp::Ordering::Less) => lowered,
                    Some(std::cmp::Ordering::Equal) => Set::Words,
                    None => Set::Unclear,
                };
                self.report(place, set, format!("{keyword} is {to}, was {from}"));
            }
            (None, None) => {}
        }
    }

    /// Compares the rules that no keyword can express, by id. Their texts cannot be compared.
    fn rules(&mut self, place: &Place, old: Option<&Value>, new: Option<&Value>) {
        let place = place.at(&["x-incs-rules"]);
        let (Some(old), Some(new)) = (rules(old), rules(new)) else {
            self.report(&place, Set::Unclear, "is not a list of rules");
            return;
        };
        for (id, rule) in &new {
            match old.get(id) {
                None => self.report(&place, Set::Narrower, format!("the rule {id} is new")),
                Some(before) if before != rule => {
                    self.report(&place, Set::Unclear, format!("the rule {id} has another text"));
                }
                Some(_) => {}
            }
        }
        for id in old.keys().filter(|id| !new.contains_key(*id)) {
            self.report(&place, Set::Wider, format!("the rule {id} was removed"));
        }
    }
}

impl Walk<'_> {
    /// Follows the references of two schemas: the targets are compared, or inserted if only one is a reference.
    ///
    /// Each pair of definitions is compared once, under the pointer of the definition, however often it is used.
    fn resolve(&mut self, place: &Place, old: &Schema, new: &Schema) -> Resolved {
        let (from, to) = (name(old), name(new));
        match (from, to) {
            (None, None) => Resolved::AsTheyStand,
            (Some(from), Some(to)) => {
                if from != to {
                    self.report(place, Set::Words, format!("refers to {to}, was {from}"));
                }
                if self.is_first(place, from, to) {
                    match (target(self.old, from), target(self.new, to)) {
                        (Some(old), Some(new)) => self.node(&place.referred(to), old, new),
                        (None, None) if from == to => {}
                        _ => self.report(place, Set::Unclear, format!("a reference has no target: {from}, {to}")),
                    }
                }
                Resolved::AsTheyStand
            }
            _ => {
                let written = (inlined(self.old, old), inlined(self.new, new));
                let (Some(old), Some(new)) = written else {
                    self.report(
                        place,
                        Set::Unclear,
                        "a reference was added or removed, and the schemas cannot be compared",
                    );
                    return Resolved::Nothing;
                };
                let what = match (from, to) {
                    (Some(from), _) => format!("the content of {from} is inlined here"),
                    (_, to) => format!("the content moved to {}", to.unwrap_or_default()),
                };
                self.report(place, Set::Words, what);
                Resolved::Written(old, new)
            }
        }
    }

    /// Compares the branches of two schemas, list by list.
    fn unions(&mut self, place: &Place, old: &Schema, new: &Schema) {
        for keyword in union::KEYWORDS {
            match (list(old, keyword), list(new, keyword)) {
                (None, None) => {}
                (Some(old), Some(new)) => self.branches(place, keyword, old, new),
                (None, Some(_)) if keyword == "oneOf" && was_other(old, new) => {
                    self.report(place, Set::Narrower, "exactly one branch must match, was at least one");
                    self.branches(
                        place,
                        keyword,
                        list(old, "anyOf").unwrap_or_default(),
                        list(new, keyword).unwrap_or_default(),
                    );
                }
                (None, Some(_)) if keyword == "anyOf" && was_other(new, old) => {
                    self.report(place, Set::Wider, "at least one branch must match, was exactly one");
                    self.branches(
                        place,
                        keyword,
                        list(old, "oneOf").unwrap_or_default(),
                        list(new, keyword).unwrap_or_default(),
                    );
                }
                (Some(_), None) if keyword == "anyOf" && was_other(old, new) => {}
                (Some(_), None) if keyword == "oneOf" && was_other(new, old) => {}
                (None, Some(_)) => self.report(place, Set::Narrower, format!("{keyword} is new")),
                (Some(_), None) => self.report(place, Effect::removed(Set::Wider), format!("{keyword} was removed")),
            }
        }
    }

    fn branches(&mut self, place: &Place, keyword: &str, old: &[Value], new: &[Value]) {
        let all = keyword == "allOf";
        let old: Vec<_> = old.iter().map(|branch| Branch::of(self.old, branch)).collect();
        let new: Vec<_> = new.iter().map(|branch| Branch::of(self.new, branch)).collect();
        let open = !all && new.iter().chain(&old).any(Branch::is_plain_type);
        let catches_all = !all && new.iter().any(Branch::catches_others);

        let pairs = pair(&old, &new);
        for (index, branch) in new.iter().enumerate() {
            let mut inner = place.at(&[keyword, &index.to_string()]);
            let partner = pairs.iter().find(|(_, to)| *to == index).and_then(|(from, _)| old.get(*from));
            match partner {
                Some(partner) => {
                    inner.open = open;
                    self.node(&inner, partner.schema, branch.schema);
                }
                None if all => self.report(&inner, Set::Narrower, format!("all of: {} is new", branch.key)),
                // Such a value was valid before, but not known.
                None if (branch.is_kind && catches_all) || (branch.lists_values && open) => {
                    self.report(&inner, Effect::added(Set::Wider), format!("the kind {} is new", branch.key));
                }
                None => self.report(&inner, Set::Wider, format!("may also be: {}", branch.key)),
            }
        }
        for (index, branch) in old.iter().enumerate() {
            if pairs.iter().any(|(from, _)| *from == index) {
                continue;
            }
            let inner = place.at(&[keyword, &index.to_string()]);
            match (all, branch.has_name) {
                (true, _) => {
                    self.report(&inner, Effect::removed(Set::Wider), format!("all of: {} was removed", branch.key));
                }
                (_, true) => {
                    self.report(&inner, Effect::removed(Set::Narrower), format!("the kind {} was removed", branch.key));
                }
                _ => self.report(&inner, Set::Narrower, format!("can no longer be: {}", branch.key)),
            }
        }
    }
}

fn object<'s>(schema: &'s Value, empty: &'s Schema) -> Option<&'s Schema> {
    match schema {
        Value::Bool(true) => Some(empty),
        Value::Object(schema) => Some(schema),
        _ => None,
    }
}

/// Returns the effect on values of an added or removed member, given the schema of other members in the version without it.
fn without(schema: &Schema, closed: Set, open: Set) -> Set {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => closed,
        None | Some(Value::Bool(true)) => open,
        Some(_) => Set::Unclear,
    }
}

fn names(value: Option<&Value>) -> BTreeSet<&str> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Every type of a JSON value; `integer` is part of `number`.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

fn types(value: Option<&Value>) -> BTreeSet<&str> {
    match value {
        None => TYPES.into_iter().collect(),
        Some(Value::String(name)) => [name.as_str()].into(),
        Some(value) => value.as_array().into_iter().flatten().filter_map(Value::as_str).collect(),
    }
}

fn with_whole_numbers<'a>(types: &BTreeSet<&'a str>) -> BTreeSet<&'a str> {
    let whole = types.contains("number").then_some("integer");
    types.iter().copied().chain(whole).collect()
}

fn values(schema: &Schema) -> Option<Vec<&Value>> {
    let constant = schema.get("const").map(|value| vec![value]);
    constant.or_else(|| Some(schema.get("enum")?.as_array()?.iter().collect()))
}

fn rules(value: Option<&Value>) -> Option<BTreeMap<&str, &Value>> {
    let Some(value) = value else { return Some(BTreeMap::new()) };
    value.as_array()?.iter().map(|rule| Some((rule.get("id")?.as_str()?, rule))).collect()
}
