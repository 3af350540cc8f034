//! Schemas of lines that a program prints, from types outside this crate.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use super::contract::{Contract, anything, bounds, describe, forbid_null, reference};
use super::names;

/// Returns the schema of a type as it is printed: members that are always written are required, and unknown members are allowed, since
/// later versions may add some.
pub fn printed<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with_transform(bounds).with_transform(omitted).with_transform(describe);
    settings.with_transform(reference).with_transform(anything).into_generator().into_root_schema_for::<T>()
}

/// Removes `null` from members that are omitted instead.
fn omitted(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut() {
        forbid_null(object);
    }
    transform_subschemas(&mut omitted, schema);
}

/// Returns the open schema of a received type, which a program prints as it read it.
pub fn received<T: JsonSchema>() -> Schema {
    Contract::Receive.schema_of::<T>()
}

/// Returns such a schema as a document with these names. Inline objects become definitions.
pub fn document(mut schema: Schema, id: &str, title: &str, summary: &str) -> Value {
    schema.insert("$id".to_owned(), json!(id));
    schema.insert("title".to_owned(), json!(names::joined(title)));
    schema.insert("description".to_owned(), json!(summary));
    let mut value = schema.to_value();
    names::define(&mut value);
    value.sort_all_objects();
    value
}
