//! `validate()` and an independent JSON Schema validator agree; the fixtures fit the schemas.

mod documents;
mod fixtures;
mod generated;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use incs_model::limits::Checked;
use incs_model::{Report, Validate, check, encode};
use jsonschema::Validator;
use serde::Serialize;
use serde_json::Value;

/// A validator for each document, by file name.
static VALIDATORS: LazyLock<BTreeMap<String, Validator>> = LazyLock::new(|| {
    let documents = incs_model::schema::catalogue();
    documents.iter().map(|document| (document.file_name(), validator(&document.to_value()))).collect()
});

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::new(schema).unwrap_or_else(|error| panic!("{error}"))
}

/// Validates a value with the schema of a document; the error lists the schema's errors.
fn judge(document: &str, value: &Value) -> Result<(), String> {
    let validator = VALIDATORS.get(document).unwrap_or_else(|| panic!("no document {document}"));
    let errors: Vec<_> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
}

/// Reports whether a report contains a rule that the schemas check too.
fn breaks_the_schema(report: &Report) -> bool {
    report.violations().iter().any(|violation| violation.rule().checked() == Checked::ValidateAndSchema)
}

/// Checks that both validators agree on a request.
fn agree<T: Validate + Serialize>(document: &str, request: &T) -> Result<(), String> {
    let body = encode(request).unwrap();
    let value: Value = serde_json::from_slice(&body).unwrap();
    let report = Some(check(request)).filter(|report| !report.is_valid());
    let judgement = judge(document, &value);
    match (&report, &judgement) {
        (Some(report), Ok(())) if breaks_the_schema(report) => {
            Err(format!("only validate() refuses {}\n{report}", String::from_utf8_lossy(&body)))
        }
        (report, Err(errors)) if !report.as_ref().is_some_and(breaks_the_schema) => {
            Err(format!("only the schema refuses {}\n{errors}", String::from_utf8_lossy(&body)))
        }
        _ => Ok(()),
    }
}
