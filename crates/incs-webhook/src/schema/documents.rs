//! The documents, compiled once.

use std::sync::LazyLock;

use incs_model::inbound::Provider;
use incs_model::schema::catalogue;
use jsonschema::Validator;
use serde_json::Value;

/// As they are published.
pub(super) static CONTRACT: LazyLock<Documents> = LazyLock::new(|| Documents::compile(|_| ()));

/// Without the alternatives that stand for what is not known.
pub(super) static KNOWN_FORMS: LazyLock<Documents> = LazyLock::new(|| Documents::compile(only_known_forms));

/// A validator for each provider.
pub(super) struct Documents {
    incs: Option<Validator>,
    exotel: Option<Validator>,
}

impl Documents {
    pub(super) fn of(&self, provider: &Provider) -> Option<&Validator> {
        match provider {
            Provider::Incs => self.incs.as_ref(),
            Provider::Exotel => self.exotel.as_ref(),
            _ => None,
        }
    }

    fn compile(change: fn(&mut Value)) -> Self {
        let validator = |file: &str| {
            let mut schema = catalogue().iter().find(|document| document.file_name() == file)?.to_value();
            change(&mut schema);
            jsonschema::draft202012::new(&schema).ok()
        };
        Self { incs: validator("receive/event.json"), exotel: validator("receive/exotel-callback.json") }
    }
}

/// Takes "any object" out of each `anyOf`, wherever something else remains.
fn only_known_forms(schema: &mut Value) {
    match schema {
        Value::Object(keywords) => {
            if let Some(Value::Array(forms)) = keywords.get_mut("anyOf") {
                let known: Vec<Value> = forms.iter().filter(|form| !is_any_object(form)).cloned().collect();
                if !known.is_empty() {
                    *forms = known;
                }
            }
            keywords.values_mut().for_each(only_known_forms);
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(only_known_forms),
        _ => {}
    }
}

fn is_any_object(schema: &Value) -> bool {
    let Some(keywords) = schema.as_object() else { return false };
    let says_more = |keyword: &str| !matches!(keyword, "type" | "description");
    keywords.get("type").is_some_and(|kind| kind == "object") && !keywords.keys().any(|keyword| says_more(keyword))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_document_is_there_and_compiles() {
        for documents in [&CONTRACT, &KNOWN_FORMS] {
            assert!(documents.of(&Provider::Incs).is_some());
            assert!(documents.of(&Provider::Exotel).is_some());
            assert!(documents.of(&Provider::from("other")).is_none());
        }
    }

    #[test]
    fn only_the_form_that_is_any_object_is_taken_out() {
        let mut schema = serde_json::json!({
            "anyOf": [
                { "type": "object", "properties": { "a": { "anyOf": [{ "type": "object" }, { "type": "null" }] } } },
                { "type": "object", "description": "Anything." },
            ],
            "oneOf": [{ "anyOf": [{ "type": "object" }] }],
        });
        only_known_forms(&mut schema);
        let expected = serde_json::json!({
            "anyOf": [{ "type": "object", "properties": { "a": { "anyOf": [{ "type": "null" }] } } }],
            "oneOf": [{ "anyOf": [{ "type": "object" }] }],
        });
        assert_eq!(schema, expected);
    }
}
