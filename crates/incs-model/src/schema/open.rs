//! What makes the *receive* contract open.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

use super::shape::DIGITS;

/// Limits on what may be sent say nothing about what arrives.
const LIMITS: [&str; 8] =
    ["minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems", "minimum", "maximum"];

/// Takes the limits of sending away, so that a type that is both sent and received has them in one contract only.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open;

impl Transform for Open {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(object) = schema.as_object_mut() {
            object.retain(|keyword, value| !LIMITS.contains(&keyword.as_str()) || is_of_the_type(value));
        }
        transform_subschemas(self, schema);
        if let Some(Value::Array(parts)) = schema.get_mut("allOf") {
            parts.retain(|part| part != &json!({}));
            if parts.is_empty() {
                schema.remove("allOf");
            }
        }
    }
}

/// Whether a limit is one that no value of the type can pass, like the 0 of an unsigned number.
fn is_of_the_type(limit: &Value) -> bool {
    limit == &json!(0) || limit == &json!(DIGITS)
}
