//! The schemas of what `derive` cannot see: open enums, open unions, links.

use schemars::transform::Transform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::open::MemberUnion;

/// The pattern of a whole number in a string. It tells what is read, so it stays in the open contract.
pub(crate) const DIGITS: &str = "^[+-]?[0-9]+$";

/// Whether the schema is for what is sent (strict) and not for what is received (open).
pub(crate) fn is_strict(generator: &SchemaGenerator) -> bool {
    generator.contract().is_serialize()
}

/// One of the known texts; any text in the open contract.
pub(crate) fn open_text(generator: &SchemaGenerator, known: &[&str]) -> Schema {
    if is_strict(generator) {
        json_schema!({ "type": "string", "enum": known })
    } else {
        json_schema!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
    }
}

/// One of the known numbers; any whole number, or its digits, in the open contract.
pub(crate) fn open_code(generator: &SchemaGenerator, known: &[i64]) -> Schema {
    if is_strict(generator) {
        json_schema!({ "type": "integer", "enum": known })
    } else {
        json_schema!({ "anyOf": [{ "enum": known }, number_or_digits()] })
    }
}

/// A whole number from 0; its digits in a string as well in the open contract.
pub(crate) fn number_id(generator: &SchemaGenerator) -> Schema {
    if is_strict(generator) {
        json_schema!({ "type": "integer", "minimum": 0 })
    } else {
        let mut schema = number_or_digits();
        schema.insert("minimum".to_owned(), json!(0));
        schema
    }
}

/// A whole number; its digits in a string as well in the open contract.
pub(crate) fn whole_number(generator: &SchemaGenerator) -> Schema {
    if is_strict(generator) { json_schema!({ "type": "integer" }) } else { number_or_digits() }
}

/// A whole number, or one in a string. One schema rather than two in `anyOf`, of which generators make two classes: a limit of
/// numbers says nothing of strings, nor a pattern of numbers.
fn number_or_digits() -> Schema {
    json_schema!({ "type": ["integer", "string"], "pattern": DIGITS })
}

/// The content of a union's kind. A plain text must not be empty when it is sent.
pub(crate) fn content<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = generator.subschema_for::<T>();
    if is_strict(generator) && schema.as_value() == &json!({ "type": "string" }) {
        schema.insert("minLength".to_owned(), json!(1));
    }
    schema
}

/// Members that stand in every kind of a union.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    pub(crate) members: Vec<(&'a str, Schema)>,
    /// The names of those that must be there.
    pub(crate) required: &'a [&'a str],
}

impl Shared<'_> {
    fn properties(&self) -> Map<String, Value> {
        self.members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect()
    }
}

/// The schema of the first of these functions.
pub(crate) fn first(generator: &mut SchemaGenerator, schemas: &[fn(&mut SchemaGenerator) -> Schema]) -> Option<Schema> {
    schemas.first().map(|schema| schema(generator))
}

/// Objects that carry their kind in `tag`, next to their other members. In the open contract an object without the tag fits as
/// well, if `untagged` has a description of it.
pub(crate) fn tagged_union(
    generator: &SchemaGenerator,
    tag: &str,
    kinds: Vec<(&'static str, Schema)>,
    untagged: &[&str],
) -> Schema {
    let names: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
    let variants = kinds
        .into_iter()
        .map(|(kind, mut schema)| {
            members(&mut schema, "properties").insert(tag.to_owned(), json!({ "const": kind }));
            require(&mut schema, tag);
            schema.to_value()
        })
        .collect();
    let mut union = union(generator, tag, &names, variants, &Shared::default());
    if !is_strict(generator)
        && let Some(Value::Array(variants)) = union.get_mut("oneOf")
    {
        variants.extend(
            untagged.iter().map(
                |description| json!({ "description": description, "type": "object", "not": { "required": [tag] } }),
            ),
        );
    }
    union
}

/// Objects whose content stands in the member that the tag names; the members of `shared` stand beside it in every kind. Where the
/// union is received the content may be missing, or be there without the tag.
pub(crate) fn member_union<U: MemberUnion>(generator: &mut SchemaGenerator, shared: &Shared<'_>) -> Schema {
    let tag = U::TAG;
    let is_received = U::IS_RECEIVED && !is_strict(generator);
    let mut untagged = shared.properties();
    let mut variants: Vec<_> = U::content_schemas(generator)
        .into_iter()
        .map(|(kind, content)| {
            let mut properties = shared.properties();
            let mut required = shared.required.to_vec();
            properties.insert(tag.to_owned(), json!({ "const": kind }));
            required.push(tag);
            if let Some(content) = content {
                untagged.insert(kind.to_owned(), content.clone().to_value());
                properties.insert(kind.to_owned(), content.to_value());
                if !is_received {
                    required.push(kind);
                }
            }
            json!({ "type": "object", "properties": properties, "required": required })
        })
        .collect();
    if is_received {
        variants.push(json!({
            "description": "A kind that only the content tells.",
            "type": "object",
            "properties": untagged,
            "required": shared.required,
            "not": { "required": [tag] },
        }));
    }
    union(generator, tag, U::KINDS, variants, shared)
}

/// Exactly one known kind; in the open contract any other kind as well.
fn union(
    generator: &SchemaGenerator,
    tag: &str,
    names: &[&str],
    mut variants: Vec<Value>,
    shared: &Shared<'_>,
) -> Schema {
    if !is_strict(generator) {
        let mut properties = shared.properties();
        properties.insert(tag.to_owned(), json!({ "type": "string", "not": { "enum": names } }));
        variants.push(json!({
            "description": "A kind that this version does not know.",
            "type": "object",
            "properties": properties,
            "required": shared.required.iter().copied().chain([tag]).collect::<Vec<_>>(),
        }));
    }
    one_of(variants)
}

/// Exactly one of the variants; the variant itself if there is but one.
fn one_of(mut variants: Vec<Value>) -> Schema {
    match (variants.pop(), variants.is_empty()) {
        (Some(Value::Object(only)), true) => only.into(),
        (last, _) => {
            variants.extend(last);
            json_schema!({ "oneOf": variants })
        }
    }
}

/// An absolute http or https link.
pub(crate) fn link(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": crate::link::pattern::absolute() })
}

/// A link in a template, which may hold variables.
pub(crate) fn template_link(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": crate::link::pattern::absolute_template() })
}

/// Turns the schema of a text into that of a link to a file of one of these kinds.
pub(crate) fn file_link(kinds: &[&str]) -> impl Transform {
    let patterns = [crate::link::pattern::absolute(), crate::link::pattern::kinds(kinds)];
    move |schema: &mut Schema| {
        schema.insert("allOf".to_owned(), patterns.iter().map(|pattern| json!({ "pattern": pattern })).collect());
    }
}

/// A text of 1 to `MAX` characters.
pub(crate) fn text<const MAX: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
}

/// A member that must be absent in the strict contract.
pub(crate) fn forbidden(generator: &mut SchemaGenerator) -> Schema {
    if is_strict(generator) { false.into() } else { true.into() }
}

/// The object under `keyword` of a schema, made if need be.
pub(crate) fn members<'a>(schema: &'a mut Schema, keyword: &str) -> &'a mut Map<String, Value> {
    let value = schema.ensure_object().entry(keyword).or_insert_with(|| json!({}));
    if !value.is_object() {
        *value = json!({});
    }
    match value {
        Value::Object(members) => members,
        _ => unreachable!("made an object above"),
    }
}

fn require(schema: &mut Schema, member: &str) {
    let required = schema.ensure_object().entry("required").or_insert_with(|| json!([]));
    if let Value::Array(names) = required {
        names.insert(0, json!(member));
    }
}

/// A member that may be left out; in the open contract it may be null as well.
pub(crate) fn nullable(generator: &SchemaGenerator, schema: &Schema) -> Schema {
    if is_strict(generator) { schema.clone() } else { json_schema!({ "anyOf": [schema, { "type": "null" }] }) }
}

/// Any text; the known ones are named.
pub(crate) fn any_text(known: &[&str]) -> Schema {
    json_schema!({ "anyOf": [{ "enum": known }, { "type": "string" }] })
}

/// Objects whose `member` is typed by `tag` beside it; `others` is the schema of the members around both.
pub(crate) fn typed_member(
    generator: &SchemaGenerator,
    tag: &str,
    member: &str,
    others: &Schema,
    kinds: Vec<(&'static str, Schema)>,
) -> Schema {
    let kinds = kinds.into_iter().map(|(kind, content)| {
        let mut schema = others.clone();
        members(&mut schema, "properties").insert(member.to_owned(), content.to_value());
        require(&mut schema, member);
        (kind, schema)
    });
    tagged_union(generator, tag, kinds.collect(), &[])
}
