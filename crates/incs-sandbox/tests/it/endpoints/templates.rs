//! Creating, reviewing and sending templates.

use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Clock, Memory, Pace, Sandbox, Webhook};
use serde_json::{Value, json};

use super::curl::{call, get, post};
use crate::receiver::Inbox;

const START: i64 = 1_768_300_000;

/// A sandbox with a fixed clock where reviews take an hour.
async fn sandbox() -> Sandbox {
    let mut pace = Pace::instant();
    pace.review = Duration::from_hours(1)..Duration::from_hours(1);
    let clock = Clock::starting_at(Timestamp::from_second(START).unwrap());
    Sandbox::builder().seed(7).pace(pace).clock(clock).start().await.unwrap()
}

fn whatsapp(name: &str) -> Value {
    json!({ "name": name, "language": "en_US", "category": "UTILITY", "components": [{ "type": "BODY", "text": "Hi" }] })
}

fn rcs(name: &str) -> Value {
    json!({ "name": name, "type": "text", "category": "PROMOTION", "content": { "textMessage": "Hi" } })
}

fn send(name: &str) -> Value {
    json!({ "to": "85251230088", "type": "template", "template": { "name": name } })
}

#[tokio::test]
async fn approved_template_can_be_sent() {
    let sandbox = sandbox().await;
    let created = post(&sandbox, "/external/templates", &whatsapp("hello_1")).await;
    let id = created.data()["template_id"].as_str().unwrap().to_owned();
    let times =
        |row: &Value| ["created_time", "updated_time", "status_updated_time"].map(|key| row[key].as_i64().unwrap());
    assert_eq!((&created.data()["status"], times(created.data())), (&json!("PENDING"), [START, START, 0]));

    sandbox.advance(Duration::from_secs(3599)).await;
    let refused = post(&sandbox, "/external/messages/whatsapp", &send("hello_1")).await;
    assert_eq!(refused.failure(), (10002, "(#132001) Template name does not exist in the translation"));
    assert_eq!(refused.body["error"]["violations"][0]["message"], "PENDING, expected APPROVED");

    sandbox.advance(Duration::from_secs(1)).await;
    let got = get(&sandbox, &format!("/external/templates/{id}")).await;
    assert_eq!((&got.data()["status"], times(got.data())), (&json!("APPROVED"), [START, START + 3600, START + 3600]));
    post(&sandbox, "/external/messages/whatsapp", &send("hello_1")).await.data();
    sandbox.shutdown().await;
}

#[tokio::test]
async fn template_named_reject_is_rejected() {
    let sandbox = sandbox().await;
    for (path, body) in [("/external/templates", whatsapp("reject_me")), ("/external/templates/rcs", rcs("reject_me"))]
    {
        let created = post(&sandbox, path, &body).await;
        assert_eq!(created.data()["status"], "PENDING");
        let id = created.data()["template_id"].as_str().unwrap().to_owned();
        sandbox.advance(Duration::from_hours(1)).await;
        assert_eq!(get(&sandbox, &format!("{path}/{id}")).await.data()["status"], "REJECTED");
    }
    assert_eq!(post(&sandbox, "/external/messages/whatsapp", &send("reject_me")).await.code(), 10002);
    assert_eq!(post(&sandbox, "/external/messages/rcs", &send("reject_me")).await.failure().0, 10004);
    let at_once = post(&sandbox, "/external/templates", &whatsapp("reject_at_once")).await;
    assert_eq!(at_once.data()["status"], "REJECTED");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn send_uses_newest_approved_template() {
    let sandbox = sandbox().await;
    let newer = json!({ "name": "delivery_note_1", "type": "text", "category": "PROMOTION",
        "content": { "textMessage": "Hi [customer]" } });
    let id = post(&sandbox, "/external/templates/rcs", &newer).await.data()["template_id"].clone();
    post(&sandbox, "/external/messages/rcs", &send("delivery_note_1")).await.data();
    sandbox.advance(Duration::from_hours(1)).await;
    assert_eq!(
        post(&sandbox, "/external/messages/rcs", &send("delivery_note_1")).await.code(),
        10004,
        "it wants a value"
    );
    let path = format!("/external/templates/rcs/{}", id.as_str().unwrap());
    assert_eq!(call(&sandbox, "DELETE", &path, None).await.data(), &json!({}));
    post(&sandbox, "/external/messages/rcs", &send("delivery_note_1")).await.data();
    assert_eq!(call(&sandbox, "DELETE", &path, None).await.failure(), (400, "The template is not found."));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn oldest_created_template_is_forgotten() {
    let mut memory = Memory::default();
    memory.templates = 2;
    let sandbox = Sandbox::builder().memory(memory).start().await.unwrap();
    let count = async || get(&sandbox, "/external/templates?count=100").await.data().as_array().unwrap().len();
    let stock = count().await;
    for number in 1..=3 {
        post(&sandbox, "/external/templates", &whatsapp(&format!("made_{number}"))).await.data();
    }
    let listed = get(&sandbox, "/external/templates?count=100").await;
    let names: Vec<_> = listed.data().as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!((count().await, &names[..2]), (stock + 2, &["made_3", "made_2"][..]));
    assert!(!names.contains(&"made_1"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_seed_decides_the_ids() {
    let mut ids = Vec::new();
    for seed in [7, 7, 8] {
        let sandbox = Sandbox::builder().seed(seed).start().await.unwrap();
        ids.push(post(&sandbox, "/external/templates/rcs", &rcs("a")).await.data()["template_id"].clone());
        sandbox.shutdown().await;
    }
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[0], ids[2]);
}

#[tokio::test]
async fn only_whatsapp_reviews_post_webhooks() {
    let inbox = Inbox::open().await;
    let clock = Clock::starting_at(Timestamp::from_second(START).unwrap());
    let webhook = Webhook::to(inbox.url()).events(["template_status_update"]);
    let builder = Sandbox::builder().seed(7).pace(Pace::instant()).clock(clock).webhook(webhook);
    let sandbox = builder.start().await.unwrap();
    let rcs = json!({ "name": "hello_2", "type": "text", "category": "PROMOTION", "content": { "textMessage": "Hi" } });
    post(&sandbox, "/external/templates/rcs", &rcs).await.data();
    let mut wanted = Vec::new();
    for (name, status, reason, after) in
        [("hello_1", "APPROVED", "", 0), ("reject_me", "REJECTED", "INVALID_FORMAT", 1)]
    {
        let new = json!({ "name": name, "language": "en_US", "category": "UTILITY" });
        let id = post(&sandbox, "/external/templates", &new).await.data()["template_id"].clone();
        wanted.push(json!({ "event": "template_status_update", "channel_id": 30112, "business_phone": "6281100099001",
            "template_id": id, "template_name": name, "new_value": status, "reason": reason, "received_at": START + after }));
        sandbox.advance(Duration::from_secs(1)).await;
    }
    assert_eq!(inbox.bodies(), wanted);
    sandbox.shutdown().await;
}
