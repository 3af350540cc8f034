//! Sends are checked against the template they name.

mod rcs;
mod whatsapp;

use incs_model::envelope::Envelope;
use incs_model::{Report, decode};
use serde::de::DeserializeOwned;

use crate::fixtures::text;

/// `data` of a reply among the fixtures.
fn data<T: DeserializeOwned>(name: &str) -> T {
    decode::<Envelope>(text(name).as_bytes()).unwrap().into_result().unwrap()
}

/// Pointer and rule of each violation.
fn found(result: Result<(), Report>) -> Vec<(String, &'static str)> {
    let violations = result.err().map(Report::into_violations).unwrap_or_default();
    violations.iter().map(|violation| (violation.pointer().to_owned(), violation.rule().id())).collect()
}

#[track_caller]
fn assert_found(result: Result<(), Report>, expected: &[(&str, &str)]) {
    let found = found(result);
    let found: Vec<_> = found.iter().map(|(pointer, rule)| (pointer.as_str(), *rule)).collect();
    assert_eq!(found, expected);
}
