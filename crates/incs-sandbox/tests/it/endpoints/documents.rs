//! A send is judged by the one reader of message documents.

use std::fs;
use std::path::Path;

use incs_model::{Channel, Document};
use incs_sandbox::Sandbox;
use serde_json::{Value, json};

use super::curl::quick;
use crate::support::{admin, host, raw};

/// Sends bytes on a channel, and gives the reply's envelope.
async fn send(sandbox: &Sandbox, channel: &Channel, body: &str) -> Value {
    let request = format!(
        "POST /external/messages/{} HTTP/1.1\r\nhost: {}\r\ncertification-code: {}\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        channel.as_str(),
        host(sandbox),
        sandbox.certification_code(),
        body.len()
    );
    let reply = raw(sandbox, &request).await;
    serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// Every sample of a send, with its channel.
fn samples() -> Vec<(Channel, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures/incs");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let samples: Vec<_> = files
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.strip_prefix("send-")?.strip_suffix(".request.json")?.to_owned();
            let channel = Channel::from(name.split('-').next()?);
            Some((channel, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()))
        })
        .collect();
    assert!(samples.len() > 20);
    samples
}

/// The pointers of all values of a document.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), found));
        }
        _ => {}
    }
}

/// The document with one change at each of its values: a member more in each object, and each value of another kind.
fn changed(sample: &Value) -> Vec<Value> {
    let mut all = Vec::new();
    pointers(sample, "", &mut all);
    let mut changed = Vec::new();
    for pointer in all {
        for other in [json!(null), json!(7), json!(""), json!([]), json!({})] {
            let mut document = sample.clone();
            *document.pointer_mut(&pointer).unwrap() = other;
            changed.push(document);
        }
        for name in ["foter", "caption"] {
            let mut document = sample.clone();
            if let Some(members) = document.pointer_mut(&pointer).unwrap().as_object_mut() {
                members.insert(name.to_owned(), json!("x"));
                changed.push(document);
            }
        }
    }
    changed
}

#[tokio::test]
async fn mutated_document_is_refused_by_violations() {
    let sandbox = quick().start().await.unwrap();
    let (mut refused, mut passed) = (0, 0);
    for (channel, sample) in samples() {
        for document in changed(&sample) {
            let body = document.to_string();
            let read = Document::read(&channel, body.as_bytes());
            let reply = send(&sandbox, &channel, &body).await;
            let violations = serde_json::to_value(read.report().violations()).unwrap();
            if read.report().is_valid() {
                assert_ne!(reply["code"], 422, "{body}\n{reply}");
                passed += 1;
            } else {
                assert_eq!((&reply["code"], &reply["error"]["violations"]), (&json!(422), &violations), "{body}");
                refused += 1;
            }
        }
    }
    assert!(refused > 1000 && passed > 20, "{refused} refused, {passed} passed");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn warning_is_shown_but_accepted() {
    let sandbox = quick().start().await.unwrap();
    let rows = json!([{ "id": "am", "title": "Morning" }, { "id": "am", "title": "Noon" }]);
    let list = json!({ "type": "list", "body": { "text": "When?" },
        "action": { "button": "Pick", "sections": [{ "title": "Tomorrow", "rows": rows }] } });
    let body = json!({ "to": "85251230088", "type": "interactive", "interactive": list }).to_string();
    let read = Document::read(&Channel::WhatsApp, body.as_bytes());
    assert!(read.report().is_valid() && !read.report().warnings().is_empty());
    let reply = send(&sandbox, &Channel::WhatsApp, &body).await;
    assert_eq!((&reply["status"], &reply["error"]), (&json!("success"), &json!({})), "{reply}");
    let detail = admin(&sandbox, &format!("/messages/{}", reply["data"]["msg_id"].as_str().unwrap())).await;
    assert_eq!(detail["warnings"], serde_json::to_value(read.report().warnings()).unwrap());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn byte_order_mark_is_removed() {
    let sandbox = quick().start().await.unwrap();
    let body = r#"{ "to": "85251230088", "type": "text", "text": "Your table is ready." }"#;
    let reply = send(&sandbox, &Channel::Viber, &format!("\u{feff}{body}")).await;
    let id = reply["data"]["msg_id"].as_str().unwrap();
    assert_eq!(sandbox.message(id).unwrap().body, body);
    assert_eq!(admin(&sandbox, &format!("/messages/{id}")).await["content"]["text"], "Your table is ready.");
    sandbox.shutdown().await;
}
