//! Compares a body with the JSON Schema of webhooks.
//!
//! [`Forms::Published`] compares a body with the published contract: the documents `receive/event.json` and
//! `receive/exotel-callback.json`. That contract is open, so it accepts many bodies:
//!
//! | body | differences |
//! | --- | --- |
//! | an event of INCS of known name, except `new_message` | missing members, and values of another type |
//! | `new_message` | a missing or wrong `message`, `channel_id` or `business_phone`; **nothing inside `message`**, since any object may be a form that is not known yet |
//! | an event of INCS of unknown name | none |
//! | anything from Exotel | **none**, as long as it is an object |
//!
//! [`Forms::Known`] takes the same documents without the alternative "any object", so it looks into messages of WhatsApp and of
//! Exotel too. It does not find a fault in an RCS message of INCS or in a flat report of Exotel, since either also fits a form
//! whose members are all optional; nor a new member, which the drift report finds; nor what is in strings that hold JSON.

use std::fmt;
use std::sync::LazyLock;

use clap::ValueEnum;
use incs_facade::model::schema::catalogue;
use incs_facade::model::{Pointer, decode_str};
use incs_facade::webhook::drift::{JsonType, JsonTypes};
use incs_facade::webhook::{Batch, Item, ItemError, ItemOutcome, Provider, ShapeError};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{JsonType as SchemaType, ValidationError, Validator};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The schemas that a body is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Forms {
    /// The published schemas
    Published,
    /// Only the forms that are known today
    Known,
}

/// A difference between a body and a schema. It contains no value of the body.
///
/// `Display` is one line: `/message_id: expected a string, found a whole number`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub(crate) struct Difference {
    /// JSON pointer, in the body, of the value that does not fit; for a missing member, the pointer that it would have.
    pointer: String,
    /// JSON pointer, in the schema, of the keyword that it does not fit. [`Forms::Known`] numbers alternatives without those
    /// that it omits.
    schema_pointer: String,
    /// The expected value or type, and the type that was found.
    message: String,
}

/// Returns the differences between a body and its schema, sorted.
///
/// # Errors
///
/// Fails if the body is not JSON, or if there is no schema for its provider.
pub(super) fn check(batch: &Batch, forms: Forms) -> Result<Vec<Difference>, ShapeError> {
    let whole = batch.iter().find(|item| item.pointer().is_empty());
    if let Some(ItemOutcome::Malformed(ItemError::Shape(error))) = whole.map(Item::outcome) {
        return Err(error.clone());
    }
    let text = std::str::from_utf8(batch.body()).map_err(|_| ShapeError::NotUtf8)?;
    let body: Value = decode_str(text.trim_start_matches('\u{feff}')).map_err(ShapeError::NotJson)?;
    let validator =
        batch.provider().and_then(|provider| validator(provider, forms)).ok_or(ShapeError::UnknownProvider)?;
    let mut found = Vec::new();
    for error in validator.iter_errors(&body) {
        differences(&error, &mut |difference| found.push(difference));
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn validator(provider: &Provider, forms: Forms) -> Option<&'static Validator> {
    static VALIDATORS: LazyLock<[Option<Validator>; 4]> = LazyLock::new(|| {
        [(Forms::Published, EVENT), (Forms::Published, CALLBACK), (Forms::Known, EVENT), (Forms::Known, CALLBACK)]
            .map(|(forms, file)| compile(forms, file))
    });
    let [event, callback, known_event, known_callback] = &*VALIDATORS;
    match (provider, forms) {
        (Provider::Incs, Forms::Published) => event.as_ref(),
        (Provider::Exotel, Forms::Published) => callback.as_ref(),
        (Provider::Incs, Forms::Known) => known_event.as_ref(),
        (Provider::Exotel, Forms::Known) => known_callback.as_ref(),
        _ => None,
    }
}

const EVENT: &str = "receive/event.json";
const CALLBACK: &str = "receive/exotel-callback.json";

fn compile(forms: Forms, file: &str) -> Option<Validator> {
    let mut schema = catalogue().iter().find(|document| document.file_name() == file)?.to_value();
    if forms == Forms::Known {
        only_known_forms(&mut schema);
    }
    jsonschema::draft202012::new(&schema).ok()
}

/// Removes the alternative "any object" from each `anyOf` that has others.
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

/// Calls `see` with the most useful differences: if no alternative fits, those to the nearest one.
fn differences(error: &ValidationError<'_>, see: &mut dyn FnMut(Difference)) {
    let Some(branches) = alternatives(error) else { return see(Difference::of(error)) };
    if let Some(expected) = wrong_type(error) {
        return see(Difference { message: wrong_type_message(error, expected), ..Difference::of(error) });
    }
    let of_right_type =
        branches.iter().filter(|errors| errors.iter().all(|inner| wrong_type_here(error, inner).is_none()));
    match of_right_type.min_by_key(|errors| distance(error, errors)) {
        Some(errors) => errors.iter().for_each(|inner| differences(inner, see)),
        None => see(Difference::of(error)),
    }
}

fn alternatives<'e>(error: &'e ValidationError<'_>) -> Option<&'e [Vec<ValidationError<'static>>]> {
    match error.kind() {
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => Some(context),
        _ => None,
    }
}

/// Returns the accepted types, if the value has none of them.
fn wrong_type(error: &ValidationError<'_>) -> Option<JsonTypes> {
    let expected = match error.kind() {
        ValidationErrorKind::Type { kind } => types(kind),
        ValidationErrorKind::Enum { options } => options.as_array()?.iter().map(type_of).collect(),
        _ => {
            let of_branch = |errors: &Vec<_>| errors.iter().find_map(|inner| wrong_type_here(error, inner));
            alternatives(error)?
                .iter()
                .map(of_branch)
                .collect::<Option<Vec<_>>>()?
                .into_iter()
                .flat_map(JsonTypes::iter)
                .collect()
        }
    };
    (!expected.contains(type_of(error.instance()))).then_some(expected)
}

/// Returns the same for an error within an alternative, if it concerns the same value.
fn wrong_type_here(outer: &ValidationError<'_>, inner: &ValidationError<'_>) -> Option<JsonTypes> {
    if inner.instance_path() == outer.instance_path() { wrong_type(inner) } else { None }
}

/// Returns the distance of a value from an alternative. An alternative for another kind is the furthest; then one whose own members
/// are missing, since deeper faults show that the value was meant to be of this kind; then one with more errors.
pub(crate) fn distance(outer: &ValidationError<'_>, errors: &[ValidationError<'_>]) -> (usize, usize, usize) {
    let count = |is: &dyn Fn(&ValidationError<'_>) -> bool| errors.iter().filter(|inner| is(inner)).count();
    let other_kind =
        count(&|inner| matches!(inner.kind(), ValidationErrorKind::Constant { .. } | ValidationErrorKind::Not { .. }));
    (other_kind, count(&|inner| inner.instance_path() == outer.instance_path()), errors.len())
}

impl Difference {
    fn of(error: &ValidationError<'_>) -> Self {
        let mut pointer = error.instance_path().as_str().to_owned();
        if let ValidationErrorKind::Required { property } = error.kind() {
            pointer.push_str(Pointer::new(property.as_str()).as_str());
        }
        Self { pointer, schema_pointer: error.schema_path().as_str().to_owned(), message: message(error) }
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.message)
    }
}

/// Describes an error by the schema and the type that was found. The validator's own messages quote the value.
fn message(error: &ValidationError<'_>) -> String {
    let found = type_of(error.instance());
    match error.kind() {
        ValidationErrorKind::Type { kind } => wrong_type_message(error, types(kind)),
        ValidationErrorKind::Required { .. } => "missing".to_owned(),
        ValidationErrorKind::Constant { expected_value } => format!("expected {expected_value}"),
        ValidationErrorKind::Enum { options } => format!("expected one of {options}"),
        ValidationErrorKind::Minimum { limit } => format!("less than {limit}"),
        ValidationErrorKind::Pattern { pattern } => format!("expected text of the form {pattern}"),
        ValidationErrorKind::Not { .. } => "a value that belongs to another alternative".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => "more than one alternative fits".to_owned(),
        ValidationErrorKind::AnyOf { .. } | ValidationErrorKind::OneOfNotValid { .. } => {
            format!("no alternative fits, found {found}")
        }
        other => format!("violates {}", other.keyword()),
    }
}

fn wrong_type_message(error: &ValidationError<'_>, expected: JsonTypes) -> String {
    format!("expected {expected}, found {}", type_of(error.instance()))
}

fn types(kind: &TypeKind) -> JsonTypes {
    match kind {
        TypeKind::Single(one) => [named(*one)].into_iter().collect(),
        TypeKind::Multiple(several) => several.into_iter().map(named).collect(),
    }
}

pub(crate) fn named(schema_type: SchemaType) -> JsonType {
    match schema_type {
        SchemaType::Array => JsonType::Array,
        SchemaType::Boolean => JsonType::Boolean,
        SchemaType::Integer => JsonType::Integer,
        SchemaType::Null => JsonType::Null,
        SchemaType::Number => JsonType::Number,
        SchemaType::Object => JsonType::Object,
        SchemaType::String => JsonType::String,
    }
}

pub(crate) fn type_of(value: &Value) -> JsonType {
    match value {
        Value::Null => JsonType::Null,
        Value::Bool(_) => JsonType::Boolean,
        Value::Number(number) if number.is_f64() => JsonType::Number,
        Value::Number(_) => JsonType::Integer,
        Value::String(_) => JsonType::String,
        Value::Array(_) => JsonType::Array,
        Value::Object(_) => JsonType::Object,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use incs_facade::model::event::Event;
    use incs_facade::webhook::Delivery;
    use serde_json::json;

    use super::super::parse::{ProviderName, items_of};
    use super::*;

    fn read(body: &Value, provider: ProviderName) -> Batch {
        items_of(body.to_string().as_bytes(), provider).unwrap()
    }

    /// Returns the differences to the published contract, and to the forms known today.
    fn differences(body: &Value) -> (Vec<String>, Vec<String>) {
        let batch = read(body, ProviderName::Auto);
        let lines = |forms| check(&batch, forms).unwrap().iter().map(ToString::to_string).collect();
        (lines(Forms::Published), lines(Forms::Known))
    }

    /// Returns every webhook fixture with its name.
    fn fixtures() -> Vec<(String, Value)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures");
        let mut fixtures = Vec::new();
        for provider in ["incs", "exotel"] {
            for entry in std::fs::read_dir(folder.join(provider)).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if provider == "exotel" || name.starts_with("webhook-") {
                    fixtures.push((name, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
                }
            }
        }
        assert!(fixtures.len() >= 52, "{}", fixtures.len());
        fixtures
    }

    /// Returns the pointers of all values of a body.
    fn places(value: &Value) -> Vec<String> {
        fn add(value: &Value, pointer: String, places: &mut Vec<String>) {
            match value {
                Value::Array(elements) => {
                    for (index, element) in elements.iter().enumerate() {
                        add(element, format!("{pointer}/{index}"), places);
                    }
                }
                Value::Object(members) => {
                    for (name, member) in members {
                        add(member, format!("{pointer}/{name}"), places);
                    }
                }
                _ => {}
            }
            places.push(pointer);
        }
        let mut places = Vec::new();
        add(value, String::new(), &mut places);
        places
    }

    fn fixture(name: &str) -> Value {
        fixtures().into_iter().find(|(found, _)| found == name).unwrap().1
    }

    /// Returns a fixture in which the member at `pointer` is replaced or removed.
    fn mutated(name: &str, pointer: &str, value: Option<Value>) -> Value {
        let mut body = fixture(name);
        let (object, member) = pointer.rsplit_once('/').unwrap();
        let object = body.pointer_mut(object).unwrap();
        match value {
            Some(value) => object[member] = value,
            None => drop(object.as_object_mut().unwrap().remove(member).unwrap()),
        }
        body
    }

    #[test]
    fn every_fixture_has_a_known_form() {
        for (name, body) in fixtures() {
            assert_eq!(differences(&body), (vec![], vec![]), "{name}");
        }
    }

    const STATUS: &str = "webhook-message-status-update-sent.json";
    const CREATED: &str = "webhook-message-created-102-image.json";
    const TEXT: &str = "webhook-new-message-whatsapp-text.json";
    const BUTTON: &str = "webhook-new-message-whatsapp-button-reply.json";

    #[test]
    fn both_checks_find_event_faults() {
        for (name, pointer, value, expected) in [
            (STATUS, "/message_id", None, "/message_id: missing"),
            (STATUS, "/message_status", Some(json!(7)), "/message_status: expected a string, found a whole number"),
            (
                STATUS,
                "/channel_id",
                Some(json!(true)),
                "/channel_id: expected a whole number, a string or null, found a boolean",
            ),
            (STATUS, "/channel_id", Some(json!("Rina W")), "/channel_id: expected text of the form ^[+-]?[0-9]+$"),
            (STATUS, "/channel_id", Some(json!(-1)), "/channel_id: less than 0"),
            (STATUS, "/error", Some(json!("Rina W")), "/error: expected an object or null, found a string"),
            (
                STATUS,
                "/error",
                Some(json!({ "code": 1.5 })),
                "/error/code: expected a whole number or null, found a number",
            ),
            (STATUS, "/event", Some(json!(7)), "/event: expected a string, found a whole number"),
            (STATUS, "/event", None, "/event: missing"),
            (TEXT, "/message", Some(json!("Rina W")), "/message: expected an object, found a string"),
            (CREATED, "/message/content/sourcePath", None, "/message/content/sourcePath: missing"),
            (
                CREATED,
                "/message/type",
                Some(json!([])),
                "/message/type: expected a whole number or a string, found an array",
            ),
            (
                CREATED,
                "/message/created_at",
                Some(json!(true)),
                "/message/created_at: expected a number, a string or null, found a boolean",
            ),
        ] {
            let body = mutated(name, pointer, value);
            assert_eq!(differences(&body), (vec![expected.to_owned()], vec![expected.to_owned()]), "{name} {pointer}");
        }
    }

    #[test]
    fn only_known_forms_check_messages() {
        let message = "/message/messages/0";
        let element = "/rcs/messages/0";
        for (name, pointer, value, expected) in [
            (TEXT, "/message/messages/0/id", None, format!("{message}/id: missing")),
            (
                TEXT,
                "/message/messages/0/text/body",
                Some(json!(12)),
                format!("{message}/text/body: expected a string, found a whole number"),
            ),
            (
                TEXT,
                "/message/contacts",
                Some(json!({})),
                "/message/contacts: expected an array, found an object".to_owned(),
            ),
            (
                BUTTON,
                "/message/messages/0/interactive/button_reply/id",
                Some(json!([])),
                format!("{message}/interactive/button_reply/id: expected a string, found an array"),
            ),
            ("incoming-text.json", "/rcs/messages/0/from", None, format!("{element}/from: missing")),
            (
                "incoming-text.json",
                "/rcs/messages/0/content/text",
                Some(json!(7)),
                format!("{element}/content/text: expected a string or an object, found a whole number"),
            ),
            (
                "incoming-file.json",
                "/rcs/messages/0/content/file/url",
                None,
                format!("{element}/content/file/url: missing"),
            ),
            (
                "incoming-location-longitude.json",
                "/rcs/messages/0/content/location/latitude",
                Some(json!({})),
                format!("{element}/content/location/latitude: expected a number or a string, found an object"),
            ),
            (
                "dlr-rcs.json",
                "/rcs/messages/0/to",
                Some(json!(12_025_550_143_u64)),
                format!("{element}/to: expected a string, found a whole number"),
            ),
            (
                "dlr-sms-fallback-failed-partial.json",
                "/sms/messages/0/to",
                None,
                "/sms/messages/0/to: missing".to_owned(),
            ),
        ] {
            let body = mutated(name, pointer, value);
            assert_eq!(differences(&body), (vec![], vec![expected]), "{name} {pointer}");
        }
    }

    #[test]
    fn many_faults_keep_the_nearest_form() {
        let message = json!({ "from": "1", "to": 7, "content": { "type": "text", "text": "x" } });
        let (_, known) = differences(&json!({ "rcs": { "messages": [message, message, message, message] } }));
        let expected = (0..4).map(|index| format!("/rcs/messages/{index}/to: expected a string, found a whole number"));
        assert_eq!(known, expected.collect::<Vec<_>>());
    }

    #[test]
    fn optional_forms_hide_faults() {
        for (name, pointer, value) in [
            ("webhook-new-message-rcs-text.json", "/message/messageId", None),
            ("dlr-rcs-flat.json", "/to", None),
            (STATUS, "/event", Some(json!("message_deleted"))),
            (STATUS, "/brand_new", Some(json!(1))),
        ] {
            assert_eq!(differences(&mutated(name, pointer, value)), (vec![], vec![]), "{name} {pointer}");
        }
    }

    #[test]
    fn difference_has_both_pointers() {
        let mut body = mutated(STATUS, "/message_id", Some(json!(7)));
        body["channel_id"] = json!({});
        body.as_object_mut().unwrap().remove("message_status");
        let found = check(&read(&body, ProviderName::Auto), Forms::Published).unwrap();
        assert_eq!(
            serde_json::to_value(&found).unwrap(),
            json!([
                {
                    "pointer": "/channel_id", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/properties/channel_id/type",
                    "message": "expected a whole number, a string or null, found an object",
                },
                {
                    "pointer": "/message_id", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/properties/message_id/type",
                    "message": "expected a string, found a whole number",
                },
                { "pointer": "/message_status", "schema_pointer": "/$defs/WebhookEventMessageStatusUpdate/required", "message": "missing" },
            ])
        );
    }

    #[test]
    fn messages_contain_no_body_values() {
        let secret = "Rina W 12025550143";
        let mut found = 0;
        for (name, body) in fixtures() {
            for pointer in places(&body) {
                for value in [json!(secret), json!([secret]), json!({ secret: secret }), json!(12_025_550_143_u64)] {
                    let mut body = body.clone();
                    *body.pointer_mut(&pointer).unwrap() = value;
                    let batch = read(&body, provider(&name));
                    let known = check(&batch, Forms::Known);
                    found += known.as_ref().map_or(1, Vec::len);
                    let shown = format!("{:?} {known:?}", check(&batch, Forms::Published));
                    assert!(!shown.contains("Rina") && !shown.contains("2025550143"), "{name} {pointer}: {shown}");
                }
            }
        }
        assert!(found > 1000, "{found}");
    }

    fn provider(fixture: &str) -> ProviderName {
        if fixture.starts_with("webhook-") { ProviderName::Incs } else { ProviderName::Exotel }
    }

    /// Covers INCS only: members of Exotel that cannot be decoded are still written back.
    #[test]
    fn differing_member_is_not_decoded() {
        for (name, body) in fixtures().into_iter().filter(|(name, _)| name.starts_with("webhook-")) {
            for pointer in places(&body).into_iter().filter(|pointer| !pointer.is_empty()) {
                let mut body = body.clone();
                *body.pointer_mut(&pointer).unwrap() = json!(true);
                let batch = read(&body, ProviderName::Incs);
                let differs = !check(&batch, Forms::Known).unwrap().is_empty();
                let is_understood =
                    batch.iter().all(|item| matches!(item.outcome(), ItemOutcome::Parsed(_) | ItemOutcome::Unknown));
                // An optional member that cannot be decoded is absent, and the others are kept.
                let event = decode_str::<Event>(&body.to_string()).map(|event| serde_json::to_value(event).unwrap());
                let is_absent = event.unwrap_or_default().pointer(&pointer) != Some(&json!(true));
                assert!(!differs || !is_understood || is_absent, "{name} {pointer}");
            }
        }
    }

    #[test]
    fn body_without_provider_is_refused() {
        let check_bytes =
            |body: &[u8]| check(&items_of(body, ProviderName::Auto).unwrap(), Forms::Published).unwrap_err();
        assert!(matches!(check_bytes(b"{"), ShapeError::NotJson(_)));
        assert_eq!(check_bytes(b"\xff"), ShapeError::NotUtf8);
        assert_eq!(check_bytes(b"{\"hello\":1}"), ShapeError::UnknownProvider);
        assert_eq!(check_bytes("[".repeat(100_000).as_bytes()), ShapeError::TooDeep { limit: 64 });

        let headers: [(&str, &str); 0] = [];
        let body = br#"{"event":"x"}"#;
        let verified = Delivery::new(&headers, body).dangerously_skip_verification().unwrap();
        let other = verified.parse_from(Provider::from("other"));
        assert_eq!(check(&other, Forms::Published), Err(ShapeError::UnknownProvider));
        assert_eq!(check(&other, Forms::Known), Err(ShapeError::UnknownProvider));
        assert_eq!(check(&verified.parse_from(Provider::Exotel), Forms::Published), Ok(vec![]));
    }

    #[test]
    fn every_known_schema_compiles() {
        for forms in [Forms::Published, Forms::Known] {
            assert!(validator(&Provider::Incs, forms).is_some());
            assert!(validator(&Provider::Exotel, forms).is_some());
            assert!(validator(&Provider::from("other"), forms).is_none());
        }
    }

    #[test]
    fn only_any_object_form_is_removed() {
        let mut schema = json!({
            "anyOf": [
                { "type": "object", "properties": { "a": { "anyOf": [{ "type": "object" }, { "type": "null" }] } } },
                { "type": "object", "description": "Anything." },
            ],
            "oneOf": [{ "anyOf": [{ "type": "object" }] }],
        });
        only_known_forms(&mut schema);
        let expected = json!({
            "anyOf": [{ "type": "object", "properties": { "a": { "anyOf": [{ "type": "null" }] } } }],
            "oneOf": [{ "anyOf": [{ "type": "object" }] }],
        });
        assert_eq!(schema, expected);
    }
}
