//! Examples: payloads with the documented members and invented values.

use serde_json::{Map, Value, json};

/// One payload, under the name of its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example {
    pub(super) file: &'static str,
    pub(super) text: &'static str,
}

/// The fixtures of these names.
macro_rules! examples {
    ($($file:literal),* $(,)?) => {
        &[$($crate::openapi::example::Example {
            file: $file,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $file, ".json")),
        }),*]
    };
}
pub(super) use examples;

impl Example {
    /// The JSON. A test reads every fixture.
    fn value(self) -> Value {
        serde_json::from_str(self.text).unwrap_or_default()
    }

    /// `send-rcs-text` of `incs/send-rcs-text.request`.
    fn name(self) -> &'static str {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".request").trim_end_matches(".response")
    }
}

/// The content of a body of JSON: its schema, with these examples.
pub(super) fn content(schema: &Value, examples: &[Example]) -> Value {
    let mut media = Map::from_iter([("schema".to_owned(), schema.clone())]);
    if !examples.is_empty() {
        let values: Map<_, _> =
            examples.iter().map(|example| (example.name().to_owned(), json!({ "value": example.value() }))).collect();
        media.insert("examples".to_owned(), values.into());
    }
    json!({ "application/json": media })
}
