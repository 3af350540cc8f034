//! A document against a schema.

use incs_facade::model::decode;
use incs_facade::model::schema::Document as Schema;
use serde_json::Value;

use super::alternative;
use super::rule;
use crate::commands::validate::{Document, Verdict, Violation};
use crate::exit::Exit;
use crate::failure::Failure;

/// Where a document leaves a schema. A document that is no JSON is one violation.
pub(super) fn check(schema: Schema, document: &Document) -> Result<Verdict, Failure> {
    let validator = jsonschema::draft202012::new(&schema.to_value())
        .map_err(|_| Failure::new(Exit::Failure, format!("{} does not compile", schema.file_name())))?;
    let value: Value = match decode(&document.body) {
        Ok(value) => value,
        Err(error) => return Ok(Verdict::of([Violation::of_decoding(&error, document.line)])),
    };
    let mut found = Vec::new();
    for error in validator.iter_errors(&value) {
        alternative::walk(&error, &mut |error| found.extend(rule::violations(error)));
    }
    found.sort_by(|a, b| (&a.pointer, &a.rule).cmp(&(&b.pointer, &b.rule)));
    found.dedup();
    Ok(Verdict::of(found))
}
