//! Members that may hold any JSON.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::json;

/// Keywords that say nothing of a value.
const WORDS: [&str; 3] = ["default", "description", "title"];

/// Says of a schema of words alone that it is one of anything. Generators of types take it for an object, but an alternative that is
/// empty for what it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anything;

impl Transform for Anything {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let Some(object) = schema.as_object_mut() else { return };
        if !object.is_empty() && object.keys().all(|keyword| WORDS.contains(&keyword.as_str())) {
            object.insert("anyOf".to_owned(), json!([{}]));
        }
    }
}
