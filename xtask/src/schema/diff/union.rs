//! Unions and intersections: pairs branches by their distinguishing members.

use std::borrow::Cow;

use serde_json::Value;

use super::reference::{Schema, inlined, is_words, name};

/// Keywords with branches. A value must match one branch of the first two, and all of the last.
pub(super) const KEYWORDS: [&str; 3] = ["anyOf", "oneOf", "allOf"];

/// Converts two schemas into unions if one of them is a union. A schema that is not a union becomes one with a single branch.
pub(super) fn aligned(old: &Schema, new: &Schema) -> Option<(Schema, Schema)> {
    match (pure_union(old), pure_union(new)) {
        (None, Some(keyword)) if can_be_branch(old) => Some((as_union(old, keyword), new.clone())),
        (Some(keyword), None) if can_be_branch(new) => Some((old.clone(), as_union(new, keyword))),
        _ => None,
    }
}

/// Converts two references likewise if a definition became a branch, or if a single branch is left.
pub(super) fn aligned_by_reference(old: &Schema, new: &Schema) -> Option<(Schema, Schema)> {
    let (one, union) = if name(old).is_some() { (old, new) } else { (new, old) };
    let reference = Value::from(name(one)?);
    let is_branch = list(union, pure_union(union)?)?.iter().any(|branch| branch.get("$ref") == Some(&reference));
    if is_branch { aligned(old, new) } else { None }
}

/// Returns the keyword of a schema that is only a union.
fn pure_union(schema: &Schema) -> Option<&'static str> {
    let mut rest = schema.keys().filter(|keyword| !stays_outside(keyword));
    let first = rest.next()?;
    let keyword = ["anyOf", "oneOf"].into_iter().find(|keyword| keyword == first)?;
    rest.next().is_none().then_some(keyword)
}

fn can_be_branch(schema: &Schema) -> bool {
    let union = schema.contains_key("anyOf") || schema.contains_key("oneOf");
    !union && schema.keys().any(|keyword| !stays_outside(keyword))
}

fn as_union(schema: &Schema, keyword: &str) -> Schema {
    let (mut outside, branch): (Schema, Schema) =
        schema.clone().into_iter().partition(|(keyword, _)| stays_outside(keyword));
    outside.insert(keyword.to_owned(), Value::Array(vec![Value::Object(branch)]));
    outside
}

/// Reports whether a keyword does not concern values, or applies to all branches.
fn stays_outside(keyword: &str) -> bool {
    is_words(keyword)
        || ["$defs", "$id", "$schema", "default", "readOnly", "writeOnly", "x-incs-rules"].contains(&keyword)
}

/// Reports whether one has `anyOf` and the other `oneOf`, and neither has both.
pub(super) fn was_other(any: &Schema, one: &Schema) -> bool {
    any.contains_key("anyOf") && !any.contains_key("oneOf") && one.contains_key("oneOf") && !one.contains_key("anyOf")
}

pub(super) fn list<'a>(schema: &'a Schema, keyword: &str) -> Option<&'a [Value]> {
    schema.get(keyword).and_then(Value::as_array).map(Vec::as_slice)
}

/// Returns pairs of indices: first equal branches, then branches with the same key in their order, then the only two left. The order
/// among several branches with one key does not matter: each is compared with one of the others.
pub(super) fn pair(old: &[Branch<'_>], new: &[Branch<'_>]) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    let tests: [fn(&Branch<'_>, &Branch<'_>) -> bool; 2] = [|a, b| a.schema == b.schema, |a, b| a.key == b.key];
    for matches in tests {
        for (from, a) in old.iter().enumerate() {
            let free = |index: usize| pairs.iter().all(|(_, taken)| *taken != index);
            let found = new.iter().enumerate().position(|(to, b)| free(to) && matches(a, b));
            if let Some(to) = found.filter(|_| pairs.iter().all(|(taken, _)| *taken != from)) {
                pairs.push((from, to));
            }
        }
    }
    let mut left = (0..old.len()).filter(|index| pairs.iter().all(|(from, _)| from != index));
    let mut right = (0..new.len()).filter(|index| pairs.iter().all(|(_, to)| to != index));
    let last = (left.next(), left.next(), right.next(), right.next());
    if let (Some(from), None, Some(to), None) = last {
        pairs.push((from, to));
    }
    pairs
}

/// One branch of a union.
pub(super) struct Branch<'a> {
    pub(super) schema: &'a Value,
    resolved: Cow<'a, Schema>,
    /// The key that distinguishes it from other branches.
    pub(super) key: String,
    /// True if the key is the constant of a member.
    pub(super) is_kind: bool,
    pub(super) lists_values: bool,
    /// True if it is more than a bare type, so that a reader has code for it.
    pub(super) has_name: bool,
}

impl<'a> Branch<'a> {
    pub(super) fn of(document: &Value, schema: &'a Value) -> Self {
        let written = schema.as_object().map_or_else(|| Cow::Owned(Schema::new()), Cow::Borrowed);
        let reference = name(&written).map(str::to_owned);
        let resolved = match reference.as_ref().and_then(|_| inlined(document, &written)) {
            Some(inlined) => Cow::Owned(inlined),
            None => written,
        };
        let text =
            |keyword: &str| resolved.get(keyword).map(|value| value.as_str().map_or(value.to_string(), Into::into));
        let constants = constants(&resolved);
        let lists_values = resolved.contains_key("enum") || resolved.contains_key("const");
        let key = if !constants.is_empty() {
            constants.join(", ")
        } else if let Some(condition) = text("if") {
            format!("if {condition}")
        } else if let Some(title) = text("title") {
            title
        } else if excludes(&resolved) {
            "any other".to_owned()
        } else if let Some(reference) = reference {
            reference.rsplit('/').next().unwrap_or_default().to_owned()
        } else if lists_values {
            "listed values".to_owned()
        } else {
            text("type").unwrap_or_else(|| "without a name".to_owned())
        };
        let has_name = !constants.is_empty()
            || lists_values
            || ["title", "properties", "if"].iter().any(|keyword| resolved.contains_key(*keyword));
        Self { schema, is_kind: !constants.is_empty(), lists_values, has_name, key, resolved }
    }

    /// Reports whether it is a type without limits, which accepts any value, also future ones.
    pub(super) fn is_plain_type(&self) -> bool {
        self.resolved.contains_key("type") && self.resolved.keys().all(|keyword| keyword == "type" || is_words(keyword))
    }

    /// Reports whether it accepts values that no other branch accepts.
    pub(super) fn catches_others(&self) -> bool {
        excludes(&self.resolved)
    }
}

/// Returns members with a constant value, such as `type="otp"`.
fn constants(schema: &Schema) -> Vec<String> {
    let members = schema.get("properties").and_then(Value::as_object);
    let members = members.into_iter().flatten();
    members.filter_map(|(name, member)| Some(format!("{name}={}", member.get("const")?))).collect()
}

/// Reports whether a schema, or one of its members, has a `not`.
fn excludes(schema: &Schema) -> bool {
    let members = schema.get("properties").and_then(Value::as_object);
    schema.contains_key("not") || members.into_iter().flatten().any(|(_, member)| member.get("not").is_some())
}
