//! Lists, searches and records.

use incs_sandbox::{Channel, Pace, Sandbox};
use serde_json::{Value, json};

use super::http::{get, post};
use crate::receiver::Inbox;
use crate::support::send_text;

fn numbers(list: &Value) -> Vec<u64> {
    list.as_array().unwrap().iter().map(|record| record["number"].as_u64().unwrap()).collect()
}

/// A pace at which nothing happens while a test runs.
fn slow() -> Pace {
    Pace::default().faster(0.000_01)
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    for number in 0..7 {
        send_text(&sandbox, "85251230088", &format!("Table {number}")).await;
    }
    send_text(&sandbox, "85251230099", "Table 7").await;
    assert_eq!(numbers(&get(&sandbox, "/messages?limit=3").await), [8, 7, 6]);
    assert_eq!(numbers(&get(&sandbox, "/messages?limit=3&before=6").await), [5, 4, 3]);
    assert_eq!(numbers(&get(&sandbox, "/messages?before=3&limit=200").await), [2, 1]);
    assert_eq!(numbers(&get(&sandbox, "/messages?limit=0").await), [0; 0]);
    assert_eq!(numbers(&get(&sandbox, "/exchanges?limit=2&before=5").await), [4, 3]);
    let conversation = "/conversations/viber/85251230088/messages";
    assert_eq!(numbers(&get(&sandbox, &format!("{conversation}?limit=3")).await), [5, 6, 7]);
    assert_eq!(numbers(&get(&sandbox, &format!("{conversation}?limit=3&before=5")).await), [2, 3, 4]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn list_returns_at_most_200() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    send_text(&sandbox, "85251230088", "Chair 17").await;
    for number in 1..205 {
        send_text(&sandbox, "85251230088", &format!("Table {number}")).await;
    }
    for path in ["/messages", "/exchanges", "/conversations/viber/85251230088/messages"] {
        assert_eq!(numbers(&get(&sandbox, &format!("{path}?limit=100000")).await).len(), 200, "{path}");
        assert_eq!(numbers(&get(&sandbox, path).await).len(), 50, "{path}");
    }
    // Older than what is looked at in one go.
    for number in 205..600 {
        send_text(&sandbox, "85251230088", &format!("Table {number}")).await;
    }
    send_text(&sandbox, "85251230088", "Chair 1").await;
    assert_eq!(numbers(&get(&sandbox, "/messages?q=TABLE").await).len(), 50);
    let found = get(&sandbox, "/messages?q=Chair%201&state=created&limit=200").await;
    assert_eq!(numbers(&found), [601, 1]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn search_ignores_case_in_all_fields() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    let id = send_text(&sandbox, "85251230088", "Ihr Tisch für Überraschungsgäste").await;
    send_text(&sandbox, "85251230099", "A \"quoted\" line").await;
    let search = async |list: &str, q: &str| {
        let found = get(&sandbox, &format!("/{list}?q={q}")).await;
        found.as_array().unwrap().iter().map(|found| found["customer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (first, second) = (["85251230088"], ["85251230099"]);
    for list in ["messages", "conversations"] {
        assert_eq!(search(list, "%C3%9CBERRASCHUNG").await, first, "{list}");
        assert_eq!(search(list, "%22quoted%22").await, second, "{list}");
        assert_eq!(search(list, "30088").await, first, "{list}");
        assert_eq!(search(list, "customer%202").await, second, "{list}");
        assert_eq!(search(list, &id[..13].to_uppercase()).await, first, "{list}");
        assert_eq!(search(list, "%20").await, ["85251230099", "85251230088"], "{list}");
        assert_eq!(search(list, "nobody").await, [""; 0], "{list}");
    }
    // The wire name of a message kind is not searched, since no person wrote it.
    assert_eq!(search("messages", "text").await, [""; 0]);
    assert_eq!(get(&sandbox, "/messages?channel=rcs").await, json!([]));
    assert_eq!(get(&sandbox, "/messages?direction=inbound").await, json!([]));
    assert_eq!(get(&sandbox, "/conversations?channel=rcs").await, json!([]));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn message_detail_has_request_and_webhooks() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    let receiver = Inbox::open().await;
    let subscription = json!({ "url": receiver.url(), "events": ["message_status_update"] });
    assert_eq!(post(&sandbox, "/subscriptions", &subscription).await.status, 201);
    let id = send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let pushed = post(&sandbox, "/messages/1/state", &json!({ "state": "read" })).await.json();
    assert_eq!(pushed["state"], "read");
    assert!(pushed["sent_at"].is_string() && pushed["delivered_at"].is_string() && pushed["read_at"].is_string());
    let message = get(&sandbox, "/messages/1").await;
    assert_eq!(message["id"], id);
    assert_eq!(message["request"]["number"], 1);
    assert!(message["request"]["request_body"].as_str().unwrap().contains("Your table is ready."));
    let headers = message["request"]["request_headers"].to_string();
    assert!(headers.contains(r#"["certification-code","***"]"#) && !headers.contains(&sandbox.certification_code()));
    let states: Vec<String> = message["deliveries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|delivery| serde_json::from_str::<Value>(delivery["body"].as_str().unwrap()).unwrap())
        .map(|body| body["message_status"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(states, ["sent", "delivered", "read"]);
    assert_eq!(get(&sandbox, &format!("/messages/{id}")).await["number"], 1);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn message_state_never_goes_back() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    send_text(&sandbox, "85251230088", "Your table is ready.").await;
    let push = async |state: Value| post(&sandbox, "/messages/1/state", &state).await;
    assert_eq!(push(json!({ "state": "delivered" })).await.status, 200);
    assert_eq!(push(json!({ "state": "sent" })).await.status, 409);
    let words = json!({ "code": 131_049, "title": "This message was not delivered" });
    assert_eq!(push(json!({ "state": "read", "failure": words })).await.status, 422);
    let failed = push(json!({ "state": "failed", "failure": words })).await.json();
    assert_eq!((&failed["state"], &failed["failure"]), (&json!("failed"), &words));
    assert_eq!(push(json!({ "state": "read" })).await.status, 409);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn conversations_are_read_page_by_page() {
    let sandbox = Sandbox::builder().pace(slow()).start().await.unwrap();
    for number in 0..250 {
        for channel in [Channel::WhatsApp, Channel::Viber] {
            sandbox.customer(channel, &format!("8525123{number:04}")).says("Hello").unwrap();
        }
    }
    // The first goes on, and is then the latest.
    sandbox.customer(Channel::Viber, "85251230000").says("Are you there?").unwrap();
    let state = get(&sandbox, "/state").await;
    let counts = |state: &Value| {
        state["channels"].as_array().unwrap().iter().map(|channel| channel["conversations"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(counts(&state), [250, 250, 0]);
    for (filter, count) in [("", 500), ("&channel=viber", 250), ("&q=hello", 500), ("&channel=rcs", 0)] {
        for limit in [7, 200] {
            let (mut before, mut seen) = (u64::MAX, Vec::new());
            loop {
                let path = format!("/conversations?limit={limit}&before={before}{filter}");
                let page = get(&sandbox, &path).await;
                let page = page.as_array().unwrap();
                let Some(last) = page.last() else { break };
                assert!(page.len() <= limit);
                before = last["last"]["number"].as_u64().unwrap();
                seen.extend(page.iter().map(|listed| listed["last"]["number"].as_u64().unwrap()));
            }
            assert_eq!(seen.len(), count, "{filter} {limit}");
            assert!(seen.is_sorted_by(|one, next| one > next), "{filter} {limit}");
        }
    }
    let one = get(&sandbox, "/conversations?channel=viber&customer=85251230000").await;
    assert_eq!((one.as_array().unwrap().len(), &one[0]["count"]), (1, &json!(2)));
    assert_eq!(get(&sandbox, "/conversations?customer=8525123").await, json!([]));
    sandbox.shutdown().await;
}
