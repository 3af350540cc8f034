//! The ends of whole numbers.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Value, json};

/// Replaces `format: uint32` and its like, which validators outside Rust do not know, by a minimum and a maximum. The ends
/// of 64 bits are left out: many readers have no such numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        let (minimum, maximum) = match schema.get("format").and_then(Value::as_str) {
            Some("uint32") => (Some(json!(0)), Some(json!(u32::MAX))),
            Some("int32") => (Some(json!(i32::MIN)), Some(json!(i32::MAX))),
            Some("uint" | "uint64") => (Some(json!(0)), None),
            Some("int" | "int64" | "float" | "double") => (None, None),
            _ => return transform_subschemas(self, schema),
        };
        schema.remove("format");
        if let Some(object) = schema.as_object_mut() {
            for (keyword, end) in [("minimum", minimum), ("maximum", maximum)] {
                if let Some(end) = end {
                    object.entry(keyword).or_insert(end);
                }
            }
        }
    }
}
