//! The replies of all routes match the OpenAPI document.

use std::collections::BTreeSet;

use http::StatusCode;
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_model::task::NewTask;
use incs_sandbox::{Clock, Sandbox};
use serde_json::{Value, json};

use super::http::{get, request, send};
use crate::receiver::Inbox;
use crate::support::send_text;

/// Calls routes, and checks each reply against the document.
struct Checked {
    sandbox: Sandbox,
    document: Value,
    /// The operations that have succeeded, and the refusals that were seen.
    seen: BTreeSet<(String, String)>,
    refused: BTreeSet<u16>,
}

impl Checked {
    async fn new() -> Self {
        let clock = Clock::starting_at("2026-03-04T05:06:07Z".parse().unwrap());
        let sandbox = Sandbox::builder().seed(7).clock(clock).start().await.unwrap();
        let document = get(&sandbox, "/openapi.json").await;
        Self { sandbox, document, seen: BTreeSet::new(), refused: BTreeSet::new() }
    }

    /// Calls an operation, with values for the braces in its path in order.
    async fn call(
        &mut self,
        method: &str,
        template: &str,
        parts: &[&str],
        query: &str,
        body: Option<Value>,
    ) -> (StatusCode, Value) {
        let operation = &self.document["paths"][template][method.to_lowercase()];
        assert!(operation.is_object(), "{method} {template} is not in the document");
        let mut path = String::new();
        let mut parts = parts.iter();
        for segment in template.split('/').skip(1) {
            path.push('/');
            path.push_str(if segment.starts_with('{') { parts.next().unwrap() } else { segment });
        }
        let answer = send(request(&self.sandbox, method, &format!("{path}{query}"), body.as_ref())).await;
        let declared = &operation["responses"][answer.status.as_str()];
        assert!(
            declared.is_object(),
            "{method} {path} answers {}, which is not declared: {}",
            answer.status,
            answer.text()
        );
        let value = answer.json();
        match declared.pointer("/content/application~1json/schema") {
            Some(schema) => self.validate(schema, &value, &format!("{method} {path}")),
            None => assert_eq!(value, Value::Null, "{method} {path} declares no body"),
        }
        if answer.status.is_success() {
            self.seen.insert((method.to_lowercase(), template.to_owned()));
        } else {
            self.refused.insert(answer.status.as_u16());
        }
        (answer.status, value)
    }

    /// The same, and it must succeed.
    async fn done(&mut self, method: &str, template: &str, parts: &[&str], body: Option<Value>) -> Value {
        let (status, value) = self.call(method, template, parts, "", body).await;
        assert!(status.is_success(), "{method} {template}: {value}");
        value
    }

    fn validate(&self, schema: &Value, value: &Value, what: &str) {
        let whole = json!({ "allOf": [schema], "components": self.document["components"] });
        let validator = jsonschema::draft202012::options().build(&whole).unwrap();
        let errors: Vec<String> =
            validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{what}: {errors:#?}\n{value:#}");
    }
}

#[tokio::test]
async fn every_operation_matches_the_document() {
    let mut api = Checked::new().await;
    let receiver = Inbox::open().await;
    let subscription = json!({ "url": receiver.url(), "events": [], "provider": "incs" });
    let id = api.done("POST", "/subscriptions", &[], Some(subscription)).await["id"].to_string();
    api.done("GET", "/subscriptions", &[], None).await;

    let sent = send_text(&api.sandbox, "85251230088", "Your table is ready.").await;
    let said = json!({ "type": "text", "text": "thanks" });
    api.done("POST", "/customers/{channel}/{customer}/messages", &["viber", "85251230088"], Some(said)).await;
    api.done("POST", "/customers/{channel}/{customer}/read", &["viber", "85251230088"], None).await;
    let name = json!({ "name": "Ada" });
    api.done("PUT", "/customers/{channel}/{customer}", &["viber", "85251230088"], Some(name)).await;
    api.done("GET", "/conversations", &[], None).await;
    api.done("GET", "/conversations/{channel}/{customer}/messages", &["viber", "85251230088"], None).await;
    api.done("GET", "/messages", &[], None).await;
    let read = json!({ "state": "failed", "failure": { "code": 131_026, "title": "Message undeliverable" } });
    api.done("POST", "/messages/{number}/state", &["1"], Some(read)).await;
    api.done("POST", "/clock", &[], Some(json!({ "advance_ms": 60_000 }))).await;

    let message = api.done("GET", "/messages/{message}", &[&sent], None).await;
    assert_eq!(message["request"]["path"], "/external/messages/viber");
    let delivery = message["deliveries"][0]["number"].to_string();
    api.done("GET", "/deliveries", &[], None).await;
    api.done("GET", "/deliveries/{number}", &[&delivery], None).await;
    api.done("POST", "/deliveries/{number}/repost", &[&delivery], None).await;
    api.done("GET", "/exchanges", &[], None).await;
    api.done("GET", "/exchanges/{number}", &["1"], None).await;

    let rule = json!({ "kind": "rate_limit", "retry_after": 1, "operation": "send_*", "share": 0.5, "count": 3 });
    let rule = api.done("POST", "/faults", &[], Some(rule)).await["id"].to_string();
    for kind in ["duplicate", "lose", "drop"] {
        api.done("POST", "/faults", &[], Some(json!({ "kind": kind }))).await;
    }
    api.done("GET", "/faults", &[], None).await;
    api.done("DELETE", "/faults/{id}", &[&rule], None).await;
    api.done("DELETE", "/faults", &[], None).await;

    // The rules of a preset can be switched on as they come.
    let recipients = api.done("GET", "/recipients", &[], None).await;
    assert!(recipients.as_array().unwrap().iter().any(|number| number["to"] == "15552131049"), "{recipients}");
    let presets = api.done("GET", "/presets", &[], None).await;
    let chaos = presets.as_array().unwrap().iter().find(|preset| preset["name"] == "chaos").unwrap();
    assert_eq!(chaos["sentence"], "a bit of everything");
    let rules = chaos["rules"].as_array().unwrap();
    for rule in rules {
        api.done("POST", "/faults", &[], Some(rule.clone())).await;
    }
    let on = api.done("GET", "/faults", &[], None).await;
    assert_eq!(on.as_array().unwrap().len(), rules.len());
    api.done("DELETE", "/faults", &[], None).await;

    let templates = api.done("GET", "/templates", &[], None).await;
    let template = templates[0]["number"].to_string();
    let decision = json!({ "status": "REJECTED", "reason": "TAG_CONTENT_MISMATCH" });
    let reviewed = api.done("POST", "/templates/{template}/review", &[&template], Some(decision)).await;
    assert_eq!(
        (&reviewed["template"]["status"], &reviewed["reason"]),
        (&json!("REJECTED"), &json!("TAG_CONTENT_MISMATCH"))
    );
    create_task(&api.sandbox).await;
    assert_eq!(api.done("GET", "/tasks", &[], None).await.as_array().unwrap().len(), 1);

    let event = json!({ "event": "template_quality_update", "new": [1] });
    assert_eq!(api.done("POST", "/inject", &[], Some(event)).await["deliveries"].as_array().unwrap().len(), 1);
    let state = api.done("GET", "/state", &[], None).await;
    assert_eq!((&state["seed"], &state["clock"]), (&json!(7), &json!("virtual")));
    api.done("DELETE", "/subscriptions/{id}", &[&id], None).await;
    api.done("POST", "/reset", &[], None).await;

    // The tests of events check the stream against its schema.
    api.seen.insert(("get".to_owned(), "/events".to_owned()));
    assert_eq!(api.seen, operations(&api.document).map(|(method, path, _)| (method, path)).collect());
    api.sandbox.shutdown().await;
}

#[tokio::test]
async fn refusals_match_the_document() {
    let mut api = Checked::new().await;
    let cases = [
        ("GET", "/exchanges", vec![], "?limit=many", None, 400, None),
        ("GET", "/exchanges", vec![], "?page=2", None, 400, None),
        ("GET", "/messages", vec![], "?state=lost", None, 400, None),
        ("GET", "/exchanges/{number}", vec!["1"], "", None, 404, None),
        ("GET", "/exchanges/{number}", vec!["one"], "", None, 404, None),
        ("GET", "/messages/{message}", vec!["wamid.unknown"], "", None, 404, None),
        ("GET", "/conversations/{channel}/{customer}/messages", vec!["sms", "1"], "", None, 404, None),
        ("GET", "/conversations/{channel}/{customer}/messages", vec!["viber", "1"], "", None, 404, None),
        ("DELETE", "/faults/{id}", vec!["7"], "", None, 404, None),
        ("POST", "/faults", vec![], "", Some(json!({ "kind": "meteor" })), 422, Some("/kind")),
        ("POST", "/faults", vec![], "", Some(json!({ "kind": "slow" })), 422, Some("/millis")),
        ("POST", "/faults", vec![], "", Some(json!({ "kind": "drop", "share": 2 })), 422, Some("/share")),
        ("POST", "/subscriptions", vec![], "", Some(json!({ "url": "http://example.com/" })), 422, Some("/url")),
        ("POST", "/subscriptions", vec![], "", Some(json!({ "url": 7 })), 422, Some("/url")),
        ("DELETE", "/subscriptions/{id}", vec!["7"], "", None, 404, None),
        (
            "POST",
            "/customers/{channel}/{customer}/messages",
            vec!["rcs", "85251230088"],
            "",
            Some(json!({ "type": "text" })),
            422,
            Some("/text"),
        ),
        ("POST", "/customers/{channel}/{customer}/read", vec!["rcs", "x"], "", None, 422, Some("")),
        ("POST", "/templates/{template}/review", vec!["none"], "", Some(json!({ "status": "APPROVED" })), 404, None),
        ("POST", "/clock", vec![], "", Some(json!({ "advance_ms": -1 })), 422, Some("/advance_ms")),
        ("POST", "/clock", vec![], "", Some(json!({ "advance": 1 })), 422, Some("/advance")),
        ("POST", "/clock", vec![], "", Some(json!({ "advance_ms": u64::MAX })), 422, Some("/advance_ms")),
        ("POST", "/inject", vec![], "", Some(json!({})), 422, Some("/event")),
        ("POST", "/inject", vec![], "", Some(json!([])), 422, Some("")),
        ("POST", "/messages/{number}/state", vec!["1"], "", Some(json!({ "state": "sent" })), 404, None),
        ("POST", "/messages/{number}/state", vec!["1"], "", Some(json!({ "state": "created" })), 422, Some("/state")),
        (
            "PUT",
            "/customers/{channel}/{customer}",
            vec!["rcs", "1"],
            "",
            Some(json!({ "name": " " })),
            422,
            Some("/name"),
        ),
    ];
    for (method, template, parts, query, body, status, pointer) in cases {
        let (got, value) = api.call(method, template, &parts, query, body).await;
        assert_eq!(got, status, "{method} {template}{query}: {value}");
        assert_eq!(value["pointer"].as_str(), pointer, "{method} {template}: {value}");
    }
    assert_eq!(send(request(&api.sandbox, "PATCH", "/state", None)).await.status, 405);
    assert_eq!(send(request(&api.sandbox, "GET", "/nothing", None)).await.status, 404);
    api.sandbox.shutdown().await;
}

#[tokio::test]
async fn a_real_clock_cannot_be_moved() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let answer = super::http::post(&sandbox, "/clock", &json!({ "advance_ms": 1 })).await;
    assert_eq!(answer.status, 409);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_document_is_whole() {
    let api = Checked::new().await;
    let document = &api.document;
    let mut ids = BTreeSet::new();
    for (method, path, operation) in operations(document) {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is there twice");
        assert!(!operation["summary"].as_str().unwrap().is_empty());
        let mut named = BTreeSet::new();
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let (name, place) = (parameter["name"].as_str().unwrap(), parameter["in"].as_str().unwrap());
            assert!(parameter["description"].is_string(), "{method} {path}: {name} is not described");
            assert!(!parameter["schema"].to_string().contains("null"), "{method} {path}: {name}: {parameter}");
            if place == "path" {
                assert_eq!(parameter["required"], true);
                named.insert(name.to_owned());
            }
        }
        let holes = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(named, holes.map(str::to_owned).collect(), "{method} {path}");
    }
    let text = document.to_string();
    for leftover in ["```", "](", "Self::", "crate::"] {
        assert!(!text.contains(leftover), "{leftover} of the code's own comments");
    }
    for reference in text.split("\"$ref\":\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 8);
    for (name, schema) in schemas {
        assert!(text.contains(&format!("\"#/components/schemas/{name}\"")), "{name} is not used");
        assert!(jsonschema::meta::is_valid(schema), "{name}");
    }
    api.sandbox.shutdown().await;
}

/// The operations of a document: method, path, and what is said about it.
fn operations(document: &Value) -> impl Iterator<Item = (String, String, &Value)> {
    document["paths"].as_object().unwrap().iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, operation)| (method.clone(), path.clone(), operation))
    })
}

/// Creates a task through the platform's own route.
async fn create_task(sandbox: &Sandbox) {
    let client = Client::builder(HyperTransport::new())
        .base_urls(&sandbox.base_url())
        .certification_code(sandbox.certification_code())
        .account("ops_admin", "correct-horse-battery")
        .build()
        .unwrap();
    let task = NewTask::new("call back", 30112, "85251230088".parse().unwrap(), "agent_07");
    client.tasks().create(task).await.unwrap();
}
