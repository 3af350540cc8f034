//! Examples are real payloads, and fit the schemas beside them.

use std::fs;
use std::path::Path;

use incs_client::openapi::document;
use serde_json::{Value, json};

/// Content objects with the pointer to each.
fn contents(value: &Value, pointer: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => {
            if let Some(media) = members.get("application/json") {
                found.push((pointer.to_owned(), media.clone()));
            }
            for (name, member) in members.iter().filter(|(name, _)| *name != "schemas") {
                contents(member, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| contents(value, pointer, found)),
        _ => {}
    }
}

#[test]
fn every_example_fits_the_schema_beside_it() {
    let document = document();
    let mut found = Vec::new();
    contents(&document, "", &mut found);
    let mut count = 0;
    for (pointer, media) in found {
        let mut schema = json!({ "components": document["components"] });
        schema["$ref"] = media["schema"]["$ref"].clone();
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        for (name, example) in media["examples"].as_object().into_iter().flatten() {
            count += 1;
            let fault = validator.iter_errors(&example["value"]).next().map(|fault| fault.to_string());
            assert_eq!(fault, None, "{pointer} {name}");
        }
    }
    assert!(count > 50, "{count}");
}

#[test]
fn an_example_that_breaks_a_limit_does_not_fit() {
    let document = document();
    let schema = json!({ "components": document["components"], "$ref": "#/components/schemas/ViberMessageRequest" });
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let text = |text: &str| json!({ "to": "85251230088", "type": "text", "text": text });
    assert!(validator.is_valid(&text(&"a".repeat(1000))));
    assert!(!validator.is_valid(&text(&"a".repeat(1001))));
}

/// The fixtures of this crate are those of the model; in a package of this crate alone there is nothing to compare with.
#[test]
fn fixtures_are_those_of_the_model() {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for folder in ["incs", "exotel"] {
        for entry in fs::read_dir(own.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let of_model = own.join("../../incs-model/fixtures").join(folder).join(entry.file_name());
            assert!(fs::read(entry.path()).unwrap() == fs::read(of_model).unwrap(), "{:?}", entry.file_name());
        }
    }
}
