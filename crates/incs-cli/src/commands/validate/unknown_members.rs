//! Members that nobody reads, such as a misspelt name.

use incs_facade::model::{Pointer, decode};
use serde::Serialize;
use serde_json::Value;

use super::verdict::Violation;

/// The members of a body that are lost when it is read and written again.
pub(super) fn find(body: &[u8], read: &impl Serialize) -> Vec<Violation> {
    let mut found = Vec::new();
    if let (Ok(given), Ok(written)) = (decode::<Value>(body), serde_json::to_value(read)) {
        compare(&given, &written, &Pointer::root(), &mut found);
    }
    found
}

fn compare(given: &Value, written: &Value, at: &Pointer, found: &mut Vec<Violation>) {
    match (given, written) {
        (Value::Object(given), Value::Object(written)) => {
            for (name, value) in given {
                let here = at.join(name);
                match written.get(name) {
                    Some(written) => compare(value, written, &here, found),
                    None if says_nothing(value) => {}
                    None => found.push(Violation::of_unknown_member(here.into())),
                }
            }
        }
        (Value::Array(given), Value::Array(written)) => {
            for (index, (given, written)) in given.iter().zip(written).enumerate() {
                compare(given, written, &at.join_index(index), found);
            }
        }
        _ => {}
    }
}

/// An optional member that is left out when it is written.
fn says_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
