//! The declarations of types that all schemas together need, for printing them in another language.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// A named type.
#[derive(Debug)]
pub(super) struct Declaration {
    pub(super) name: String,
    pub(super) doc: Doc,
    pub(super) shape: Shape,
}

/// The documentation of a type or a member.
#[derive(Debug, Default)]
pub(super) struct Doc {
    pub(super) text: String,
    /// Rules that neither a schema nor a type can express.
    pub(super) rules: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Shape {
    Object(Object),
    Alias(Type),
}

#[derive(Debug)]
pub(super) struct Object {
    /// Required members in the order of their names in `required`, which begins with the tag; then the optional ones.
    pub(super) members: Vec<Member>,
    /// Reports whether other members are refused.
    pub(super) is_closed: bool,
    pub(super) either: Option<Either>,
}

/// Two sets of members, of which an object has exactly one.
#[derive(Debug)]
pub(super) struct Either {
    pub(super) one: Vec<String>,
    pub(super) other: Vec<String>,
}

#[derive(Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) doc: Doc,
    pub(super) is_required: bool,
    pub(super) is_secret: bool,
    pub(super) ty: Type,
}

/// One of several types, at least one of which is an object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Union {
    /// The member that names the kind, if there is one.
    pub(super) tag: Option<String>,
    pub(super) branches: Vec<Branch>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    pub(super) ty: Type,
    pub(super) sign: Sign,
}

/// The sign by which a branch of a union is recognised.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sign {
    /// The tag has one of these values.
    Kind(Vec<Value>),
    /// The tag has a value that is not known.
    UnknownKind,
    /// The object has no tag.
    NoTag,
    /// It has more of these members than the others. Members with values have one of these.
    Members(Vec<(String, Vec<Value>)>),
    /// The value is not an object.
    NotAnObject,
    /// None of the other signs fits.
    Otherwise,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Type {
    Reference(String),
    Text(Text),
    Integer {
        minimum: Option<i64>,
        maximum: Option<i64>,
    },
    Number {
        minimum: Option<f64>,
        maximum: Option<f64>,
    },
    Boolean,
    Anything,
    /// A text that is none of the known kinds.
    OtherText,
    /// A number that is none of the known kinds.
    OtherNumber,
    Literal(Vec<Value>),
    Array {
        items: Box<Type>,
        minimum: Option<u64>,
        maximum: Option<u64>,
    },
    Map(Box<Type>),
    /// One of several types that are no objects.
    AnyOf(Vec<Type>),
    Union(Union),
    Nullable(Box<Type>),
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Text {
    pub(super) minimum: Option<u64>,
    pub(super) maximum: Option<u64>,
    pub(super) pattern: Option<String>,
    /// The pattern that a text must not match.
    pub(super) not_pattern: Option<String>,
}

/// Reads schemas that refer to each other by name.
pub(super) fn read(schemas: &BTreeMap<String, Value>) -> Vec<Declaration> {
    let reader = Reader(schemas);
    let declaration = |(name, schema): (&String, &Value)| {
        let shape = reader.shape(schema);
        Declaration { name: name.clone(), doc: doc(schema), shape }
    };
    schemas.iter().map(declaration).collect()
}

fn doc(schema: &Value) -> Doc {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    let rules = schema.get("x-incs-rules").and_then(Value::as_array).into_iter().flatten();
    Doc { text, rules: rules.filter_map(|rule| Some(rule.get("text")?.as_str()?.to_owned())).collect() }
}

struct Reader<'a>(&'a BTreeMap<String, Value>);

impl<'a> Reader<'a> {
    fn shape(&self, schema: &Value) -> Shape {
        self.object(schema).map_or_else(|| Shape::Alias(self.type_of(schema)), Shape::Object)
    }

    fn object(&self, schema: &Value) -> Option<Object> {
        let (mut properties, mut required) = (Map::new(), Vec::new());
        self.collect_members(schema, &mut properties, &mut required);
        if properties.is_empty() || branches(schema).is_some() {
            return None;
        }
        let member = |name: &str, schema: &Value, is_required: bool| Member {
            name: name.to_owned(),
            doc: doc(schema),
            is_required,
            is_secret: schema.get("writeOnly") == Some(&Value::Bool(true)),
            ty: self.type_of(schema),
        };
        let first = required.iter().filter_map(|name| Some(member(name, properties.get(name)?, true)));
        let then = properties.iter().filter(|(name, _)| !required.contains(name));
        let members = first.chain(then.map(|(name, schema)| member(name, schema, false))).collect();
        let is_closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        Some(Object { members, is_closed, either: either(schema) })
    }

    /// Collects the members of an object and of the objects that it extends.
    fn collect_members(&self, schema: &Value, properties: &mut Map<String, Value>, required: &mut Vec<String>) {
        if schema.get("properties").is_some() {
            for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                self.collect_members(self.resolve(part), properties, required);
            }
        }
        let members = schema.get("properties").and_then(Value::as_object);
        properties.extend(members.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())));
        for name in schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str) {
            if !required.iter().any(|known| known == name) {
                required.push(name.to_owned());
            }
        }
    }

    fn type_of(&self, schema: &Value) -> Type {
        if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
            return Type::Reference(target.rsplit('/').next().unwrap_or_default().to_owned());
        }
        if let Some(value) = schema.get("const") {
            return Type::Literal(vec![value.clone()]);
        }
        if let Some(Value::Array(values)) = schema.get("enum") {
            return Type::Literal(values.clone());
        }
        if let Some(branches) = branches(schema) {
            return self.one_of(schema, branches.iter().map(|branch| self.type_of(branch)).collect());
        }
        match schema.get("type") {
            Some(Value::String(name)) => self.plain(name, schema),
            Some(Value::Array(names)) => {
                let names = names.iter().filter_map(Value::as_str);
                self.one_of(schema, names.map(|name| self.plain(name, schema)).collect())
            }
            _ => match schema.get("allOf").and_then(Value::as_array).map(Vec::as_slice) {
                // Beside a reference there is only a description, or a rule about several members.
                Some([only]) => self.type_of(only),
                _ if schema.get("pattern").is_some() => self.plain("string", schema),
                _ if schema.pointer("/not/required").is_some() => Type::Map(Box::new(Type::Anything)),
                _ => Type::Anything,
            },
        }
    }

    fn plain(&self, name: &str, schema: &Value) -> Type {
        let count = |keyword: &str| schema.get(keyword).and_then(Value::as_u64);
        let text = |keyword: &str| schema.pointer(keyword).and_then(Value::as_str).map(str::to_owned);
        let is_other_kind = schema.pointer("/not/enum").is_some();
        match name {
            "string" if is_other_kind => Type::OtherText,
            "integer" | "number" if is_other_kind => Type::OtherNumber,
            "string" => Type::Text(Text {
                minimum: count("minLength"),
                maximum: count("maxLength"),
                pattern: text("/pattern"),
                not_pattern: text("/not/pattern"),
            }),
            "integer" => {
                let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_i64);
                Type::Integer { minimum: bound("minimum"), maximum: bound("maximum") }
            }
            "number" => {
                let bound = |keyword: &str| schema.get(keyword).and_then(Value::as_f64);
                Type::Number { minimum: bound("minimum"), maximum: bound("maximum") }
            }
            "boolean" => Type::Boolean,
            "null" => Type::Literal(vec![Value::Null]),
            "array" => Type::Array {
                items: Box::new(schema.get("items").map_or(Type::Anything, |items| self.type_of(items))),
                minimum: count("minItems"),
                maximum: count("maxItems"),
            },
            "object" => {
                let values = schema.get("additionalProperties").filter(|values| values.is_object());
                Type::Map(Box::new(values.map_or(Type::Anything, |values| self.type_of(values))))
            }
            _ => Type::Anything,
        }
    }

    /// Returns a choice of types; a choice within it becomes part of it.
    fn one_of(&self, schema: &Value, types: Vec<Type>) -> Type {
        let mut choice: Vec<Type> = Vec::new();
        for ty in types.into_iter().flat_map(|ty| self.flat(ty)) {
            if !choice.contains(&ty) {
                choice.push(ty);
            }
        }
        if choice.contains(&Type::Anything) {
            return Type::Anything;
        }
        let null = Type::Literal(vec![Value::Null]);
        if let Some(at) = choice.iter().position(|ty| *ty == null) {
            choice.remove(at);
            return Type::Nullable(Box::new(self.one_of(schema, choice)));
        }
        let (literals, mut choice): (Vec<_>, Vec<_>) =
            choice.into_iter().partition(|ty| matches!(ty, Type::Literal(_)));
        let values: Vec<_> = literals
            .into_iter()
            .flat_map(|ty| if let Type::Literal(values) = ty { values } else { Vec::new() })
            .collect();
        if !values.is_empty() {
            choice.insert(0, Type::Literal(values));
        }
        match <[Type; 1]>::try_from(choice) {
            Ok([only]) => only,
            Err(choice) if choice.iter().any(|ty| self.is_object(ty)) => Type::Union(self.union(schema, choice)),
            Err(choice) => Type::AnyOf(choice),
        }
    }

    /// Returns the branches of a type that is a choice itself.
    fn flat(&self, ty: Type) -> Vec<Type> {
        match &ty {
            Type::AnyOf(choice) => choice.clone(),
            Type::Union(union) => union.branches.iter().map(|branch| branch.ty.clone()).collect(),
            Type::Reference(name) if self.is_object(&ty) => {
                let choice = self.0.get(name).and_then(branches).into_iter().flatten();
                let choice: Vec<_> = choice.flat_map(|branch| self.flat(self.type_of(branch))).collect();
                if choice.is_empty() { vec![ty] } else { choice }
            }
            _ => vec![ty],
        }
    }

    fn union(&self, schema: &Value, types: Vec<Type>) -> Union {
        let tag = schema.pointer("/discriminator/propertyName").and_then(Value::as_str);
        let tag = tag.map(str::to_owned).or_else(|| self.tag(&types));
        let signs: Vec<_> = types.iter().map(|ty| self.sign(ty, tag.as_deref(), &types)).collect();
        Union { tag, branches: types.into_iter().zip(signs).map(|(ty, sign)| Branch { ty, sign }).collect() }
    }

    /// Returns the member that has values of its own in every known kind. One kind may be without it.
    fn tag(&self, types: &[Type]) -> Option<String> {
        let objects: Vec<_> = types.iter().filter_map(|ty| self.members_of(ty)).collect();
        let is_tag = |name: &&String| {
            let tags: Vec<_> = objects.iter().map(|members| members.get(*name)).collect();
            let known: Vec<_> = tags.iter().filter_map(|tag| kinds((*tag)?)).collect();
            let unknown = tags.iter().flatten().filter(|tag| is_unknown_kind(tag)).count();
            let values: Vec<_> = known.iter().flatten().collect();
            let are_distinct =
                values.iter().enumerate().all(|(at, value)| !values.iter().take(at).any(|other| other == value));
            known.len() + unknown > 1 && !known.is_empty() && known.len() + unknown + 1 >= tags.len() && are_distinct
        };
        objects.first()?.keys().find(is_tag).cloned()
    }

    fn sign(&self, ty: &Type, tag: Option<&str>, all: &[Type]) -> Sign {
        let Some(members) = self.members_of(ty) else {
            return match (self.is_object(ty), tag) {
                (false, _) => Sign::NotAnObject,
                (true, Some(_)) => Sign::NoTag,
                (true, None) => Sign::Otherwise,
            };
        };
        if let Some(tag) = tag {
            return match members.get(tag) {
                Some(member) if is_unknown_kind(member) => Sign::UnknownKind,
                Some(member) => kinds(member).map_or(Sign::NoTag, Sign::Kind),
                None => Sign::NoTag,
            };
        }
        let required = self.schema_of(ty).and_then(|schema| schema.get("required")?.as_array());
        let Some(required) = required else {
            let others: Vec<_> =
                all.iter().filter(|other| *other != ty).filter_map(|other| self.members_of(other)).collect();
            let own = members.keys().filter(|name| others.iter().all(|other| !other.contains_key(*name)));
            return Sign::Members(own.map(|name| (name.clone(), Vec::new())).collect());
        };
        let required = required.iter().filter_map(Value::as_str);
        let wanted = |name: &str| Some((name.to_owned(), kinds(members.get(name)?).unwrap_or_default()));
        Sign::Members(required.filter_map(wanted).collect())
    }

    fn is_object(&self, ty: &Type) -> bool {
        match ty {
            Type::Map(_) | Type::Union(_) => true,
            Type::Reference(name) => self.0.get(name).is_some_and(|schema| {
                let mut branches = branches(schema).into_iter().flatten();
                schema.get("properties").is_some()
                    || schema.get("type").is_some_and(|name| name == "object")
                    || branches.any(|branch| self.is_object(&self.type_of(branch)))
            }),
            _ => false,
        }
    }

    fn schema_of(&self, ty: &Type) -> Option<&'a Value> {
        match ty {
            Type::Reference(name) => self.0.get(name),
            _ => None,
        }
    }

    fn members_of(&self, ty: &Type) -> Option<&'a Map<String, Value>> {
        self.schema_of(ty)?.get("properties")?.as_object()
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        let name = schema.get("$ref").and_then(Value::as_str).and_then(|target| target.rsplit('/').next());
        name.and_then(|name| self.0.get(name)).unwrap_or(schema)
    }
}

/// Returns the sets of members of which an object has one: the second is required if the first is missing, and only then.
fn either(schema: &Value) -> Option<Either> {
    let names = |pointer: &str| -> Option<Vec<String>> {
        let names = schema.pointer(pointer)?.as_array()?.iter();
        Some(names.filter_map(Value::as_str).map(str::to_owned).collect())
    };
    schema.pointer("/then/not")?;
    Some(Either { one: names("/if/required")?, other: names("/else/required")? })
}

fn branches(schema: &Value) -> Option<&Vec<Value>> {
    schema.get("oneOf").or_else(|| schema.get("anyOf"))?.as_array()
}

/// Returns the values that a tag has in a known kind.
fn kinds(member: &Value) -> Option<Vec<Value>> {
    if let Some(kind) = member.get("const") {
        return Some(vec![kind.clone()]);
    }
    if let Some(Value::Array(kinds)) = member.get("enum") {
        return Some(kinds.clone());
    }
    let kinds = branches(member)?.iter().map(|branch| branch.get("const").cloned());
    kinds.collect()
}

/// Reports whether a tag excludes the known kinds.
fn is_unknown_kind(member: &Value) -> bool {
    member.pointer("/not/enum").is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::schema::catalogue;

    fn type_of(schemas: &Value, name: &str) -> Type {
        let schemas: BTreeMap<_, _> = schemas.as_object().unwrap().clone().into_iter().collect();
        match read(&schemas).into_iter().find(|one| one.name == name).unwrap().shape {
            Shape::Alias(ty) => ty,
            Shape::Object(object) => panic!("{object:?}"),
        }
    }

    fn signs(schemas: &Value) -> (Option<String>, Vec<Sign>) {
        match type_of(schemas, "Union") {
            Type::Union(union) => (union.tag, union.branches.into_iter().map(|branch| branch.sign).collect()),
            other => panic!("{other:?}"),
        }
    }

    fn reference(name: &str) -> Value {
        json!({ "$ref": format!("#/$defs/{name}") })
    }

    #[test]
    fn kinds_are_told_by_their_tag() {
        let kind = |tag: Value| json!({ "type": "object", "properties": { "x": { "type": "string" }, "type": tag } });
        let schemas = json!({
            "Union": { "anyOf": [
                { "oneOf": [reference("A"), reference("B")], "type": "object" },
                reference("Unknown"), { "type": "object", "not": { "required": ["type"] } },
            ] },
            "A": kind(json!({ "const": "a" })),
            "B": kind(json!({ "const": "b" })),
            "Unknown": kind(json!({ "type": "string", "not": { "enum": ["a", "b"] } })),
        });
        let (tag, signs) = signs(&schemas);
        assert_eq!(tag.as_deref(), Some("type"));
        let known = |kind: &str| Sign::Kind(vec![json!(kind)]);
        assert_eq!(signs, [known("a"), known("b"), Sign::UnknownKind, Sign::NoTag]);
    }

    #[test]
    fn objects_without_a_tag_are_told_by_members() {
        let schemas = json!({
            "Union": { "anyOf": [reference("Success"), reference("Reply"), { "type": "string" }, { "type": "object" }] },
            "Success": {
                "properties": { "status": { "const": "success" }, "data": {} }, "required": ["status", "data"],
            },
            "Reply": { "properties": { "status": { "type": "string" } }, "required": ["status"] },
        });
        let (tag, signs) = signs(&schemas);
        assert_eq!(tag, None);
        let success = vec![("status".to_owned(), vec![json!("success")]), ("data".to_owned(), vec![])];
        let reply = vec![("status".to_owned(), vec![])];
        assert_eq!(signs, [Sign::Members(success), Sign::Members(reply), Sign::NotAnObject, Sign::Otherwise]);
    }

    #[test]
    fn choices_are_simplified() {
        let schemas = json!({
            "Open": { "anyOf": [{ "enum": ["sent"] }, { "type": "string" }, { "type": "null" }] },
            "Code": { "anyOf": [{ "const": 200 }, { "const": "200" }] },
            "Any": { "anyOf": [{ "type": "string" }, {}] },
        });
        let literal = |values: &[Value]| Type::Literal(values.to_vec());
        let open = Type::AnyOf(vec![literal(&[json!("sent")]), Type::Text(Text::default())]);
        assert_eq!(type_of(&schemas, "Open"), Type::Nullable(Box::new(open)));
        assert_eq!(type_of(&schemas, "Code"), literal(&[json!(200), json!("200")]));
        assert_eq!(type_of(&schemas, "Any"), Type::Anything);
    }

    /// Keywords that this module reads, or that say nothing about a type. `default` is not one: a missing member stays missing.
    const KEYWORDS: &[&str] = &[
        "$defs",
        "$id",
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "const",
        "contentMediaType",
        "default",
        "description",
        "discriminator",
        "else",
        "enum",
        "format",
        "if",
        "items",
        "maxItems",
        "maxLength",
        "maximum",
        "minItems",
        "minLength",
        "minimum",
        "not",
        "oneOf",
        "pattern",
        "properties",
        "required",
        "then",
        "title",
        "tsType",
        "type",
        "writeOnly",
        "x-incs-rules",
    ];

    fn check(schema: &Value, may_be_object: bool, found: &mut BTreeSet<String>) {
        let Value::Object(keywords) = schema else { panic!("a schema that is no object: {schema}") };
        assert!(may_be_object || !keywords.contains_key("properties"), "an object without a name: {schema}");
        for (keyword, value) in keywords {
            found.insert(keyword.clone());
            match (keyword.as_str(), value) {
                ("properties", Value::Object(members)) => members.values().for_each(|one| check(one, false, found)),
                ("$defs", Value::Object(members)) => members.values().for_each(|one| check(one, true, found)),
                ("oneOf" | "anyOf", Value::Array(parts)) => parts.iter().for_each(|one| check(one, false, found)),
                ("items", one) => check(one, false, found),
                ("additionalProperties", one) if !one.is_boolean() => check(one, false, found),
                _ => {}
            }
        }
    }

    #[test]
    fn every_keyword_of_the_documents_is_known() {
        let mut found = BTreeSet::new();
        for document in catalogue() {
            check(&document.to_value(), true, &mut found);
        }
        let unknown: Vec<_> = found.iter().filter(|keyword| !KEYWORDS.contains(&keyword.as_str())).collect();
        assert!(unknown.is_empty(), "not read: {unknown:?}");
        assert!(found.len() > 20, "{found:?}");
    }
}
