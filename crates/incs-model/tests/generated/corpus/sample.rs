//! One sample, and its line.

use serde_json::{Value, json};

use super::change::Variant;

/// An instance of a document, and what must be said of it.
pub(super) struct Sample {
    /// Which sample it was made of, and how; unique in its file.
    pub(super) case: String,
    /// What `incs-model` finds; nothing if it takes the instance.
    pub(super) violations: Vec<Violation>,
    /// What must be among the errors of a validator; nothing if the schema takes the instance.
    pub(super) errors: Vec<SchemaError>,
    /// The JSON itself.
    pub(super) instance: Value,
    /// The places of the schema that it shows, and what of them.
    pub(super) shows: Vec<(String, Variant)>,
}

/// What `incs-model` says against a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Violation {
    pub(super) pointer: String,
    /// The id of a rule of the limits page.
    pub(super) rule: Option<&'static str>,
    /// Why the instance cannot be read as its type.
    pub(super) reason: Option<&'static str>,
}

/// What a validator says against a place.
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
    /// Whether `incs-model` takes it.
    pub(super) fn is_valid(&self) -> bool {
        self.violations.is_empty()
    }

    /// Whether its schema takes it.
    pub(super) fn fits(&self) -> bool {
        self.errors.is_empty()
    }

    /// The line: the verdicts first, since instances may be long.
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
