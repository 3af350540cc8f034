//! One sample, and its line.

use serde_json::{Value, json};

use super::change::Variant;

/// An instance of a document, with the expected verdicts.
pub(super) struct Sample {
    /// The sample it was made from, and the change; unique in its file.
    pub(super) case: String,
    /// The violations that `incs-model` finds; empty if it accepts the instance.
    pub(super) violations: Vec<Violation>,
    /// The errors that a validator must report; empty if the schema accepts the instance.
    pub(super) errors: Vec<SchemaError>,
    /// The JSON itself.
    pub(super) instance: Value,
    /// The places and sides of the schema that it shows.
    pub(super) shows: Vec<(String, Variant)>,
}

/// A violation that `incs-model` reports, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) pointer: String,
    /// The id of a rule of the limits page.
    pub(super) rule: Option<&'static str>,
    /// The reason why the instance cannot be read as its type.
    pub(super) reason: Option<&'static str>,
}

/// An error that a validator reports, with its place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SchemaError {
    pub(super) pointer: String,
    pub(super) keyword: String,
}

impl SchemaError {
    pub(super) fn new(pointer: &str, keyword: &str) -> Self {
        Self { pointer: pointer.to_owned(), keyword: keyword.to_owned() }
    }
}

impl Sample {
    /// Reports whether `incs-model` accepts it.
    pub(super) fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// Reports whether its schema accepts it.
    pub(super) fn fits(&self) -> bool {
        self.errors.is_empty()
    }

    /// Returns the line: the verdicts first, since instances may be long.
    pub(super) fn to_line(&self) -> String {
        let violations: Vec<_> = self.violations.iter().map(Violation::to_text).collect();
        let errors: Vec<_> = self.errors.iter().map(SchemaError::to_text).collect();
        let mut instance = self.instance.clone();
        instance.sort_all_objects();
        format!(
            r#"{{"case": {}, "valid": {}, "schema": {}, "violations": [{}], "errors": [{}], "instance": {instance}}}"#,
            json!(self.case),
            self.is_valid(),
            self.fits(),
            violations.join(", "),
            errors.join(", "),
        )
    }
}

impl Violation {
    fn to_text(&self) -> String {
        let member = |name: &str, text: Option<&str>| text.map(|text| format!(r#", "{name}": {}"#, json!(text)));
        let rule = member("rule", self.rule).unwrap_or_default();
        let reason = member("reason", self.reason).unwrap_or_default();
        format!(r#"{{"pointer": {}{rule}{reason}}}"#, json!(self.pointer))
    }
}

impl SchemaError {
    fn to_text(&self) -> String {
        format!(r#"{{"pointer": {}, "keyword": {}}}"#, json!(self.pointer), json!(self.keyword))
    }
}

#[test]
fn line_is_json_verdicts_first() {
    let violation = Violation { pointer: "/to".to_owned(), rule: None, reason: Some("missing") };
    let sample = Sample {
        case: "text: without /to".to_owned(),
        violations: vec![violation],
        errors: vec![SchemaError::new("", "required")],
        instance: json!({ "type": "text", "text": "a\nb" }),
        shows: Vec::new(),
    };
    assert_eq!(
        sample.to_line(),
        r#"{"case": "text: without /to", "valid": false, "schema": false, "violations": "#.to_owned()
            + r#"[{"pointer": "/to", "reason": "missing"}], "errors": [{"pointer": "", "keyword": "required"}], "#
            + r#""instance": {"text":"a\nb","type":"text"}}"#
    );
}
