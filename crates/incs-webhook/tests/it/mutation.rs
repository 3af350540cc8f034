//! Fixtures with something wrong in them.

use serde_json::Value;

/// The JSON pointers of all values.
pub(crate) fn places(body: &Value) -> Vec<String> {
    fn visit(value: &Value, here: &str, places: &mut Vec<String>) {
        places.push(here.to_owned());
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    visit(member, &format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), places);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    visit(item, &format!("{here}/{index}"), places);
                }
            }
            _ => {}
        }
    }

    let mut places = Vec::new();
    visit(body, "", &mut places);
    places
}
