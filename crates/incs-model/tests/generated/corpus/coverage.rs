//! The check that the corpus shows every promised case.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use incs_model::limits::{self, Checked};
use incs_model::schema::Contract;
use serde_json::{Map, Value, json};

use super::change::Variant;
use super::document::Document;
use super::sample::Sample;
use crate::schemas::Entry;

/// The cases that were seen, and those that are missing.
#[derive(Default)]
pub(super) struct Coverage {
    rules: BTreeSet<&'static str>,
    missed: Vec<String>,
}

impl Coverage {
    /// Records the samples of one document.
    pub(super) fn see(&mut self, entry: &Entry, document: &Document, samples: &[Sample]) -> Result<()> {
        let mut cases = BTreeSet::new();
        for sample in samples {
            self.rules.extend(sample.violations.iter().filter_map(|violation| violation.rule));
            if !cases.insert(&sample.case) {
                self.missed.push(format!("{}: two cases are called {}", entry.file, sample.case));
            }
        }
        for (count, verdict) in [
            (samples.iter().filter(|sample| sample.is_valid() && sample.fits()).count(), "taken"),
            (samples.iter().filter(|sample| !sample.is_valid()).count(), "refused by the type"),
            (samples.iter().filter(|sample| !sample.fits()).count(), "refused by the schema"),
        ] {
            if count == 0 {
                self.missed.push(format!("{}: no sample that is {verdict}", entry.file));
            }
        }
        let shown: BTreeSet<_> = samples.iter().flat_map(|sample| &sample.shows).collect();
        for (place, keywords) in document.places()? {
            for variant in promised(keywords, entry.contract, &place) {
                if !shown.contains(&(place.clone(), variant.clone())) {
                    let Variant { keyword, side } = variant;
                    self.missed.push(format!("{}: nothing shows {keyword} {side} at {place}", entry.file));
                }
            }
        }
        Ok(())
    }

    /// Fails with everything that is missing.
    pub(super) fn check(mut self) -> Result<()> {
        for rule in limits::all() {
            // The others give warnings, or need a template, a clock or the file behind a link. Bodies that do not decode are listed
            // without a rule.
            let can_be_shown = rule.is_enforced()
                && !matches!(rule.checked(), Checked::TemplateCheck | Checked::Platform)
                && rule.id() != limits::common::SHAPE.id();
            if can_be_shown && !self.rules.contains(rule.id()) {
                self.missed.push(format!("no sample breaks {}", rule.id()));
            }
        }
        for missed in &self.missed {
            println!("  {missed}");
        }
        ensure!(self.missed.is_empty(), "the corpus lacks {} samples", self.missed.len());
        Ok(())
    }
}

/// Returns the cases that the keywords at a place must have.
fn promised(keywords: &Map<String, Value>, contract: Contract, place: &str) -> Vec<Variant> {
    // A value that one alternative refuses may match another.
    let is_alternative = place.contains("/anyOf/");
    let mut promised = Vec::new();
    if contract == Contract::Send && !is_alternative {
        for keyword in ["const", "enum"] {
            if keywords.contains_key(keyword) {
                promised.push(Variant::new(keyword, ""));
            }
        }
        for keyword in ["minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum"] {
            if keywords.contains_key(keyword) {
                promised.push(Variant::new(keyword, "past"));
            }
        }
        if keywords.get("additionalProperties") == Some(&Value::Bool(false)) {
            promised.push(Variant::new("additionalProperties", ""));
        }
        if keywords.contains_key("type") {
            promised.push(Variant::new("type", "null"));
        }
        let required = keywords.get("required").and_then(Value::as_array);
        promised.extend(
            required.into_iter().flatten().filter_map(Value::as_str).map(|name| Variant::new("required", name)),
        );
    }
    promised
}

fn entry(schema: Value) -> Entry {
    let file = "send/a.json".to_owned();
    Entry { contract: Contract::Send, file, id: String::new(), name: String::new(), summary: String::new(), schema }
}

#[test]
fn uncovered_keywords_and_verdicts_are_missed() {
    let entry = entry(json!({ "type": "object", "properties": { "text": { "maxLength": 3 } }, "required": ["text"] }));
    let document = Document::new(&entry.schema).unwrap();
    let sample = Sample {
        case: "a".to_owned(),
        violations: Vec::new(),
        errors: Vec::new(),
        instance: json!({ "text": "x" }),
        shows: vec![("/properties/text".to_owned(), Variant::new("maxLength", "past"))],
    };
    let mut coverage = Coverage::default();
    coverage.see(&entry, &document, &[sample]).unwrap();
    assert_eq!(
        coverage.missed,
        [
            "send/a.json: no sample that is refused by the type",
            "send/a.json: no sample that is refused by the schema",
            "send/a.json: nothing shows type null at ",
            "send/a.json: nothing shows required text at ",
        ]
    );
    assert!(coverage.check().is_err());
}

#[test]
fn uncovered_rules_are_missed() {
    assert!(Coverage::default().check().unwrap_err().to_string().contains("lacks"));
}
