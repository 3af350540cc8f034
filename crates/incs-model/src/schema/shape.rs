//! The schemas that `derive` cannot generate: open enums, open unions, links.

use schemars::transform::Transform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use crate::open::MemberUnion;

/// The pattern of a whole number in a string. It describes what is read, so it is kept in the open contract.
pub(crate) const DIGITS: &str = "^[+-]?[0-9]+$";

/// The type in TypeScript, as `json-schema-to-typescript` reads it. Validators ignore it.
pub(super) const TS_TYPE: &str = "tsType";

/// Reports whether the schema is for sent values (strict) and not for received ones (open).
pub(crate) fn is_strict(generator: &SchemaGenerator) -> bool {
    generator.contract().is_serialize()
}

/// Returns a schema for one of the known texts; for any text in the open contract.
pub(crate) fn open_text(generator: &SchemaGenerator, known: &[&str]) -> Schema {
    if is_strict(generator) { json_schema!({ "type": "string", "enum": known }) } else { any_text(known) }
}

/// Returns a schema for one of the known texts, in upper or lower case; for any text in the open contract.
pub(crate) fn open_text_in_any_case(generator: &SchemaGenerator, known: &[&str]) -> Schema {
    if is_strict(generator) {
        let known: Vec<_> = known.iter().map(|word| crate::link::pattern::in_any_case(word)).collect();
        json_schema!({ "type": "string", "pattern": format!("^({})$", known.join("|")) })
    } else {
        any_text(known)
    }
}

/// Returns a schema for one of the known numbers; for any whole number, or its digits, in the open contract.
pub(crate) fn open_code(generator: &SchemaGenerator, known: &[i64]) -> Schema {
    if is_strict(generator) {
        json_schema!({ "type": "integer", "enum": known })
    } else {
        json_schema!({
            "anyOf": [{ "enum": known }, number_or_digits()],
            (TS_TYPE): open_literals(known, "(number & {}) | string"),
        })
    }
}

/// Returns a schema for a whole number of at least 0; also for its digits in a string in the open contract.
pub(crate) fn number_id(generator: &SchemaGenerator) -> Schema {
    if is_strict(generator) {
        json_schema!({ "type": "integer", "minimum": 0 })
    } else {
        let mut schema = number_or_digits();
        schema.insert("minimum".to_owned(), json!(0));
        schema
    }
}

/// Returns a schema for a whole number; also for its digits in a string in the open contract.
pub(crate) fn whole_number(generator: &SchemaGenerator) -> Schema {
    if is_strict(generator) { json_schema!({ "type": "integer" }) } else { number_or_digits() }
}

/// Returns a schema for a whole number, or one in a string. One schema instead of two in `anyOf`, for which generators make two
/// classes: a limit of numbers does not apply to strings, nor a pattern to numbers.
fn number_or_digits() -> Schema {
    json_schema!({ "type": ["integer", "string"], "pattern": DIGITS })
}

/// Returns the schema of the content of a kind. A sent text must not be empty.
pub(crate) fn content<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    let mut schema = generator.subschema_for::<T>();
    if is_strict(generator) && schema.as_value() == &json!({ "type": "string" }) {
        schema.insert("minLength".to_owned(), json!(1));
    }
    schema
}

/// Members common to every kind of a union.
#[derive(Default)]
pub(crate) struct Shared<'a> {
    pub(crate) members: Vec<(&'a str, Schema)>,
    /// The names of the required ones.
    pub(crate) required: &'a [&'a str],
}

impl Shared<'_> {
    fn properties(&self) -> Map<String, Value> {
        self.members.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone().to_value())).collect()
    }
}

/// Returns the schema of the first of these functions.
pub(crate) fn first(generator: &mut SchemaGenerator, schemas: &[fn(&mut SchemaGenerator) -> Schema]) -> Option<Schema> {
    schemas.first().map(|schema| schema(generator))
}

/// Returns the schema of objects that have their kind in `tag`, next to their other members. In the open contract an object without
/// the tag matches too, if `untagged` describes it.
pub(crate) fn tagged_union(
    generator: &SchemaGenerator,
    tag: &str,
    kinds: Vec<(&'static str, Schema)>,
    untagged: &[&str],
) -> Schema {
    union_of_objects(generator, tag, kinds, json_schema!({ "type": "object" }), untagged)
}

/// Returns the same for objects of which one of a kind that is not known matches `other`.
fn union_of_objects(
    generator: &SchemaGenerator,
    tag: &str,
    kinds: Vec<(&'static str, Schema)>,
    other: Schema,
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
    let untagged = untagged
        .iter()
        .map(|description| json!({ "description": description, "type": "object", "not": { "required": [tag] } }));
    union(generator, tag, &names, variants, other, untagged.collect())
}

/// Returns the schema of objects whose content is in the member that the tag names; the members of `shared` are beside it in every
/// kind. In a received union the content may be missing, or be present without the tag.
pub(crate) fn member_union<U: MemberUnion>(generator: &mut SchemaGenerator, shared: &Shared<'_>) -> Schema {
    let tag = U::TAG;
    let is_received = U::IS_RECEIVED && !is_strict(generator);
    let mut untagged = shared.properties();
    let variants = U::content_schemas(generator)
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
    let untagged = is_received.then(|| {
        json!({
            "description": "A kind without a tag, known only by its content.",
            "type": "object",
            "properties": untagged,
            "required": shared.required,
            "not": { "required": [tag] },
        })
    });
    let other = json_schema!({ "type": "object", "properties": shared.properties(), "required": shared.required });
    union(generator, tag, U::KINDS, variants, other, untagged.into_iter().collect())
}

/// Returns a schema for exactly one known kind; in the open contract also for any other kind and for objects without the tag.
///
/// The known kinds are a union of their own there: a reader that goes by the tag knows all of them, and what it does not know
/// matches another alternative.
fn union(
    generator: &SchemaGenerator,
    tag: &str,
    names: &[&str],
    variants: Vec<Value>,
    mut other: Schema,
    untagged: Vec<Value>,
) -> Schema {
    let known = kinds(tag, variants);
    if is_strict(generator) {
        return known;
    }
    members(&mut other, "properties").insert(tag.to_owned(), json!({ "type": "string", "not": { "enum": names } }));
    require(&mut other, tag);
    other.insert("description".to_owned(), json!("A kind that this version does not know."));
    let alternatives: Vec<_> = [known.to_value(), other.to_value()].into_iter().chain(untagged).collect();
    json_schema!({ "anyOf": alternatives })
}

/// Returns a schema for exactly one of the variants, which differ in the text of `tag`; the variant itself if there is only one.
///
/// `discriminator` comes from OpenAPI. With it validators such as ajv and generated models look at one variant only. They do so for
/// objects alone, so the type is stated here too.
pub(crate) fn kinds(tag: &str, mut variants: Vec<Value>) -> Schema {
    match (variants.pop(), variants.is_empty()) {
        (Some(Value::Object(only)), true) => only.into(),
        (last, _) => {
            variants.extend(last);
            json_schema!({ "type": "object", "oneOf": variants, "discriminator": { "propertyName": tag } })
        }
    }
}

/// Returns the schema of an absolute http or https link.
pub(crate) fn link(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": crate::link::pattern::absolute() })
}

/// Returns the schema of a link in a template, which may contain variables.
pub(crate) fn template_link(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "pattern": crate::link::pattern::absolute_template() })
}

/// Turns the schema of a text into that of a link to a file of one of these kinds.
pub(crate) fn file_link(kinds: &[&str]) -> impl Transform {
    let (absolute, other_kind) = (crate::link::pattern::absolute(), crate::link::pattern::other_kind(kinds));
    move |schema: &mut Schema| {
        schema.insert("pattern".to_owned(), json!(absolute));
        schema.insert("not".to_owned(), json!({ "pattern": other_kind }));
    }
}

/// Returns the schema of a text of 1 to `MAX` characters.
pub(crate) fn text<const MAX: usize>(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": "string", "minLength": 1, "maxLength": MAX })
}

/// Returns the schema of a member that must be absent in the strict contract.
pub(crate) fn forbidden(generator: &mut SchemaGenerator) -> Schema {
    if is_strict(generator) { false.into() } else { true.into() }
}

/// Returns the object under `keyword` of a schema, and adds one if needed.
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

/// Returns the schema of an optional member; in the open contract it may be null as well.
pub(crate) fn nullable(generator: &SchemaGenerator, schema: &Schema) -> Schema {
    if is_strict(generator) { schema.clone() } else { json_schema!({ "anyOf": [schema, { "type": "null" }] }) }
}

/// Returns a schema for any text; the known ones are listed.
pub(crate) fn any_text(known: &[&str]) -> Schema {
    json_schema!({
        "anyOf": [{ "enum": known }, { "type": "string" }],
        (TS_TYPE): open_literals(known, "(string & {})"),
    })
}

/// Returns the known values and `others` as a type of TypeScript. `"sent" | string` would be no more than `string`, so `others`
/// is written as an intersection, which keeps the known values in an editor's proposals.
fn open_literals<T: Into<Value> + Copy>(known: &[T], others: &str) -> String {
    let known = known.iter().map(|value| (*value).into().to_string());
    known.chain([others.to_owned()]).collect::<Vec<_>>().join(" | ")
}

/// Returns the schema of objects whose `member` is typed by `tag` beside it; `others` is the schema of the members around both.
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
    union_of_objects(generator, tag, kinds.collect(), others.clone(), &[])
}
