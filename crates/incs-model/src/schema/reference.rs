//! References with words beside them.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

/// Sets a reference that has other keywords beside it apart from them. Generators of types make a second type of what a
/// reference with a description leads to; of one in `allOf` they do not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reference;

impl Transform for Reference {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut().filter(|object| object.len() > 1) else { return };
        let Some(target) = object.remove("$ref") else { return };
        // A default says of what type it is, and generators believe it: a number where digits are read too.
        object.remove("default");
        let reference = json!({ "$ref": target });
        if let Value::Array(parts) = object.entry("allOf").or_insert_with(|| json!([])) {
            parts.push(reference);
        }
    }
}
