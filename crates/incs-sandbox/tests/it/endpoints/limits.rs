//! Limits: a value at the limit passes, one past it fails with its pointer.

use serde_json::{Value, json};

use super::curl::{bearer, call_with, get, post, quick};

/// A route, the body for a size, the largest size that passes, the pointer of what fails past it.
type Row = (&'static str, fn(usize) -> Value, usize, &'static str);

fn rows() -> Vec<Row> {
    fn to(kind: &str, value: &Value) -> Value {
        json!({ "to": "85251230088", "type": kind, kind: value })
    }
    fn interactive(value: &Value) -> Value {
        to("interactive", value)
    }
    fn reply(size: usize) -> Value {
        let button =
            |number| json!({ "type": "reply", "reply": { "id": format!("{number}"), "title": format!("{number}") } });
        let buttons: Vec<_> = (0..size).map(button).collect();
        interactive(&json!({ "type": "button", "body": { "text": "x" }, "action": { "buttons": buttons } }))
    }
    fn list(size: usize) -> Value {
        let rows: Vec<_> = (0..size).map(|row| json!({ "id": format!("{row}"), "title": format!("{row}") })).collect();
        let action = json!({ "button": "x", "sections": [{ "title": "x", "rows": rows }] });
        interactive(&json!({ "type": "list", "body": { "text": "x" }, "action": action }))
    }
    fn link(text: usize) -> Value {
        let parameters = json!({ "display_text": "x".repeat(text), "url": "https://shop.example.com/" });
        let action = json!({ "name": "cta_url", "parameters": parameters });
        interactive(&json!({ "type": "cta_url", "body": { "text": "x" }, "action": action }))
    }
    fn rcs(content: &Value) -> Value {
        json!({ "name": "a", "type": "text", "category": "PROMOTION", "content": content })
    }
    fn suggestions(size: usize) -> Value {
        let one = json!({ "suggestionType": "reply", "text": "x", "postbackData": "x" });
        rcs(&json!({ "textMessage": "x", "suggestions": vec![one; size] }))
    }
    vec![
        ("/external/messages/viber", |size| to("text", &"x".repeat(size).into()), 1000, "/text"),
        ("/external/messages/whatsapp", reply, 3, "/interactive/action/buttons"),
        ("/external/messages/whatsapp", list, 10, "/interactive/action/sections"),
        ("/external/messages/whatsapp", link, 20, "/interactive/action/parameters/display_text"),
        (
            "/external/templates",
            |size| json!({ "name": "x".repeat(size), "language": "en", "category": "UTILITY" }),
            100,
            "/name",
        ),
        (
            "/external/templates/rcs",
            |size| rcs(&json!({ "textMessage": "x".repeat(size) })),
            2500,
            "/content/textMessage",
        ),
        ("/external/templates/rcs", suggestions, 11, "/content/suggestions"),
    ]
}

#[tokio::test]
async fn message_limits_are_enforced() {
    let sandbox = quick().start().await.unwrap();
    for (path, body, most, pointer) in rows() {
        post(&sandbox, path, &body(most)).await.data();
        let past = post(&sandbox, path, &body(most + 1)).await;
        assert_eq!((past.code(), past.pointers()), (422, vec![pointer]), "{path} {pointer}: {}", past.body);
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn task_limits_are_enforced() {
    let sandbox = quick().start().await.unwrap();
    let bearer = bearer(&sandbox).await;
    let task = |name: usize, description: usize, kind: i64, channel: u64, phone: &str| {
        json!({ "name": "x".repeat(name), "description": "x".repeat(description), "type": kind, "auth_id": channel,
            "user_phone": phone, "assignee_username": "agent_07" })
        .to_string()
    };
    let phone = "6281200045678";
    let ok = task(256, 256, 3, 30112, phone);
    call_with(&sandbox, "POST", "/external/tasks", Some(&ok), &[&bearer]).await.data();
    for (body, pointer, text) in [
        (task(257, 0, 3, 30112, phone), "/name", "/name: 257 characters, at most 256"),
        (task(1, 257, 3, 30112, phone), "/description", "/description: 257 characters, at most 256"),
        (task(1, 0, 2, 30112, phone), "/type", "/type: 2, expected 3"),
        (task(1, 0, 3, 1, phone), "/auth_id", "/auth_id: expected the id of the WhatsApp channel"),
    ] {
        let answer = call_with(&sandbox, "POST", "/external/tasks", Some(&body), &[&bearer]).await;
        assert_eq!((answer.failure().0, answer.pointers()), (422, vec![pointer]));
        assert_eq!(answer.message(), format!("Request parameters error: {text}"));
    }
    let bad = task(1, 0, 3, 30112, "+62 812");
    let answer = call_with(&sandbox, "POST", "/external/tasks", Some(&bad), &[&bearer]).await;
    assert_eq!((answer.failure(), answer.pointers()), ((422, "The phone number is invalid."), vec!["/user_phone"]));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn query_limits_are_enforced() {
    let sandbox = quick().start().await.unwrap();
    for path in ["/external/templates", "/external/templates/rcs"] {
        for query in ["count=1", "count=100", "count=", "last_id=1", "last_id=18446744073709551615"] {
            get(&sandbox, &format!("{path}?{query}")).await.data();
        }
        for (query, pointer) in [
            ("count=0", "/count"),
            ("count=101", "/count"),
            ("count=ten", "/count"),
            ("count=-1", "/count"),
            ("last_id=x", "/last_id"),
        ] {
            let answer = get(&sandbox, &format!("{path}?{query}")).await;
            assert_eq!((answer.failure().0, answer.pointers()), (422, vec![pointer]), "{query}");
        }
    }
    let bearer = bearer(&sandbox).await;
    for (query, pointer) in [
        ("page_size=100&page=1&status=3&type=3&start_at=2026-05-04%2010:02:31", None),
        ("page_size=0", Some("/page_size")),
        ("page_size=101", Some("/page_size")),
        // That pages count from 1 is inferred.
        ("page=0", None),
        ("status=4", Some("/status")),
        ("task_id=x", Some("/task_id")),
        ("creation_id=-1", Some("/creation_id")),
        ("start_at=yesterday", Some("/start_at")),
        ("end_at=2026-05-04T10:02:31Z", Some("/end_at")),
    ] {
        let answer = call_with(&sandbox, "GET", &format!("/external/tasks?{query}"), None, &[&bearer]).await;
        match pointer {
            None => assert_eq!(answer.data()["total"], 0),
            Some(pointer) => assert_eq!((answer.failure().0, answer.pointers()), (422, vec![pointer]), "{query}"),
        }
    }
    sandbox.shutdown().await;
}
