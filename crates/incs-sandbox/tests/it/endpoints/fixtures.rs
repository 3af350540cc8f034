//! Every documented request gets a reply of the documented shape.

use std::fs;
use std::path::{Path, PathBuf};

use incs_sandbox::Sandbox;
use serde_json::{Value, json};

use super::curl::{always_ok, bearer, call, call_with, get, post, quick};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures/incs")
}

fn fixture(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn reply(name: &str) -> Value {
    serde_json::from_str(&fixture(&format!("{name}.response.json"))).unwrap()
}

/// Asserts that an answer has the members of a sample, no more and no less, with values of the same JSON types. Lists are
/// compared by their first rows; the parts of a template are its own.
fn assert_shape(sample: &Value, got: &Value, at: &str) {
    match (sample, got) {
        (Value::Object(sample), Value::Object(got)) => {
            let keys = |object: &serde_json::Map<String, Value>| object.keys().cloned().collect::<Vec<_>>();
            assert_eq!(keys(sample), keys(got), "members of {at}");
            for (key, value) in sample {
                let at = format!("{at}/{key}");
                match key.as_str() {
                    "components" | "content" => assert_eq!(value.is_array(), got[key].is_array(), "{at}"),
                    _ => assert_shape(value, &got[key], &at),
                }
            }
        }
        (Value::Array(sample), Value::Array(got)) => {
            if let Some(first) = sample.first() {
                assert_shape(first, got.first().unwrap_or_else(|| panic!("no rows in {at}")), &format!("{at}/0"));
            }
        }
        (sample, got) => {
            assert_eq!(std::mem::discriminant(sample), std::mem::discriminant(got), "{at}: {sample} and {got}");
        }
    }
}

#[tokio::test]
async fn every_sample_send_is_accepted() {
    let sandbox = quick().start().await.unwrap();
    let mut seen = 0;
    let mut names: Vec<_> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    for name in names.iter().filter_map(|name| name.to_str()) {
        let Some(rest) = name.strip_prefix("send-").filter(|rest| rest.ends_with(".request.json")) else { continue };
        let channel = rest.split('-').next().unwrap();
        let answer = call(&sandbox, "POST", &format!("/external/messages/{channel}"), Some(&fixture(name))).await;
        let id = answer.data()["msg_id"].as_str().unwrap_or_else(|| panic!("{name}: {}", answer.body));
        assert_shape(&reply(&format!("send-{channel}.success")), &answer.body, name);
        assert_eq!(id.starts_with("wamid."), channel == "whatsapp", "{name}");
        let version = if channel == "viber" { '3' } else { '7' };
        assert!(channel == "whatsapp" || (id.len() == 36 && id.chars().nth(14) == Some(version)), "{name}: {id}");
        seen += 1;
    }
    assert_eq!(seen, 29);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn sample_requests_get_sample_shapes() {
    let sandbox = quick().start().await.unwrap();
    let created =
        call(&sandbox, "POST", "/external/templates", Some(&fixture("waba-template-create.request.json"))).await;
    assert_shape(&reply("waba-template-create"), &created.body, "create");
    let request: Value = serde_json::from_str(&fixture("waba-template-create.request.json")).unwrap();
    assert_eq!((&created.data()["components"], &created.data()["status"]), (&request["components"], &json!("PENDING")));
    for kind in ["named", "positional", "buttons", "carousel", "limited-time-offer"] {
        let request = fixture(&format!("waba-template-create-inferred-{kind}.request.json"));
        let created = call(&sandbox, "POST", "/external/templates", Some(&request)).await;
        let path = format!("/external/templates/{}", created.data()["template_id"].as_str().unwrap());
        let got = get(&sandbox, &path).await;
        let request: Value = serde_json::from_str(&request).unwrap();
        for member in ["parameter_format", "components"] {
            assert_eq!((&created.data()[member], &got.data()[member]), (&request[member], &request[member]), "{kind}");
        }
    }
    assert_shape(&reply("waba-template-list"), &get(&sandbox, "/external/templates").await.body, "list");

    for kind in ["text", "richcard", "carousel"] {
        let request = fixture(&format!("rcs-template-create-{kind}.request.json"));
        let created = call(&sandbox, "POST", "/external/templates/rcs", Some(&request)).await;
        let path = format!("/external/templates/rcs/{}", created.data()["template_id"].as_str().unwrap());
        let got = get(&sandbox, &path).await;
        assert_shape(&reply("rcs-template-get"), &got.body, kind);
        let request: Value = serde_json::from_str(&request).unwrap();
        assert_eq!((&got.data()["content"], &got.data()["type"]), (&request["content"], &json!(kind)));
    }
    assert_shape(&reply("rcs-template-list"), &get(&sandbox, "/external/templates/rcs").await.body, "list");

    let account = fixture("saas-token.request.json");
    let token = call_with(&sandbox, "POST", "/external/auth/token", Some(&account), &[]).await;
    let token = token.data()["token"].as_str().unwrap().to_owned();
    assert!(token.len() == 40 && token.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let bearer = format!("authorization: Bearer {token}");
    for request in ["saas-task-create.request.json", "saas-task-create-minimal.request.json"] {
        let created = call_with(&sandbox, "POST", "/external/tasks", Some(&fixture(request)), &[&bearer]).await;
        assert_shape(&reply("saas-task-create"), &created.body, request);
    }
    let listed = call_with(&sandbox, "GET", "/external/tasks", None, &[&bearer]).await;
    assert_shape(&reply("saas-task-list"), &listed.body, "tasks");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn stock_has_sample_templates() {
    let sandbox = quick().start().await.unwrap();
    let sample = reply("rcs-template-get");
    let got = get(&sandbox, "/external/templates/rcs/2217695120034410077").await;
    for key in ["template_id", "name", "type", "status", "content"] {
        assert_eq!(got.data()[key], sample["data"][key]);
    }
    assert_eq!(get(&sandbox, "/external/templates/5120883317740216").await.data()["name"], "balance_note_1");
    sandbox.shutdown().await;
}

/// The documented failures, by what provokes them.
async fn failures(sandbox: &Sandbox) -> Vec<(&'static str, super::curl::Answer)> {
    let text = |to: &str| json!({ "to": to, "type": "text", "text": "See you" });
    let lacking = json!({ "to": "85251230088", "type": "template", "template": { "name": "delivery_note_2" } });
    let wrong = json!({ "to": "85251230088", "type": "template", "template": { "name": "spring_banner_1",
        "components": [{ "type": "header", "parameters": [{ "type": "text", "text": "Spring" }] }] } });
    let bare = json!({ "name": "balance_note_1", "language": "en_US" });
    let whatsapp = "/external/messages/whatsapp";
    let body = text("85251230088").to_string();
    vec![
        ("envelope-error-10001", call_with(sandbox, "POST", whatsapp, Some(&body), &["certification-code: x"]).await),
        ("envelope-error-422-legacy-no-error-key", post(sandbox, whatsapp, &text("+852 5123 0088")).await),
        ("envelope-error-429", post(sandbox, whatsapp, &text("15550000429")).await),
        ("rcs-template-get.error-400", get(sandbox, "/external/templates/rcs/1").await),
        ("send-rcs.error-10004", post(sandbox, "/external/messages/rcs", &lacking).await),
        ("send-viber.error-10003", post(sandbox, "/external/messages/viber", &text("15550010003")).await),
        ("send-whatsapp.error-10002", post(sandbox, whatsapp, &wrong).await),
        ("waba-template-create.error-400", post(sandbox, "/external/templates", &bare).await),
    ]
}

#[tokio::test]
async fn every_sampled_failure_can_be_provoked() {
    for (builder, is_mirrored) in [(quick(), true), (always_ok(), false)] {
        let sandbox = builder.start().await.unwrap();
        let failures = failures(&sandbox).await;
        let samples = fs::read_dir(folder()).unwrap().filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_str().unwrap().contains("error-") && !name.to_str().unwrap().contains("success")
        });
        assert_eq!(samples.count(), failures.len());
        for (name, answer) in failures {
            let sample = reply(name);
            let words = (sample["code"].as_i64().unwrap(), sample["message"].as_str().unwrap());
            assert_eq!(answer.failure(), words, "{name}");
            let mirrored = if words.0 >= 10_000 { 400 } else { words.0 };
            assert_eq!(i64::from(answer.http), if is_mirrored { mirrored } else { 200 }, "{name}");
        }
        sandbox.shutdown().await;
    }
}

#[tokio::test]
async fn token_is_unknown_to_other_runs() {
    let first = quick().start().await.unwrap();
    let bearer = bearer(&first).await;
    assert_eq!(call_with(&first, "GET", "/external/tasks", None, &[&bearer]).await.data()["total"], 0);
    let second = quick().start().await.unwrap();
    let refused = call_with(&second, "GET", "/external/tasks", None, &[&bearer]).await;
    assert_eq!((refused.http, refused.failure()), (401, (401, "Unauthenticated.")));
    first.shutdown().await;
    second.shutdown().await;
}
