//! The status query.

use std::time::Duration;

use incs_model::{Timestamp, whatsapp};
use incs_sandbox::{Clock, Pace, Sandbox, Window};
use serde_json::{Value, json};

use super::curl::{Answer, get, post, quick};
use crate::support::client;

const START: i64 = 1_775_540_101;

/// A sandbox with a fixed clock where each step takes five seconds.
async fn slow() -> Sandbox {
    let five = Duration::from_secs(5)..Duration::from_secs(5);
    let mut pace = Pace::instant();
    (pace.sent, pace.delivered, pace.read) = (five.clone(), five.clone(), five);
    let clock = Clock::starting_at(Timestamp::from_second(START).unwrap());
    Sandbox::builder().seed(7).pace(pace).clock(clock).window(Window::Strict).start().await.unwrap()
}

fn encoded(id: &str) -> String {
    id.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

async fn send(sandbox: &Sandbox, channel: &str, body: &Value) -> String {
    let answer = post(sandbox, &format!("/external/messages/{channel}"), body).await;
    answer.data()["msg_id"].as_str().unwrap().to_owned()
}

async fn ask(sandbox: &Sandbox, ids: &str) -> Answer {
    get(sandbox, &format!("/external/messages/status?message_ids={ids}")).await
}

#[tokio::test]
async fn status_follows_the_clock() {
    let sandbox = slow().await;
    let text = json!({ "to": "85251230088", "type": "text", "text": "x" });
    let plain = json!({ "to": "85251230088", "type": "template", "template": { "name": "order_received_v2" } });
    let viber = send(&sandbox, "viber", &text).await;
    let whatsapp = send(&sandbox, "whatsapp", &plain).await;
    let closed = send(&sandbox, "rcs", &text).await;
    let ids = format!("{},{},{closed},nobody", encoded(&whatsapp), encoded(&viber));
    let accepted = |id: &str| json!({ "message_id": id, "message_status": "sent", "created_at": START, "delivered_at": 0, "read_at": 0 });
    let rows = [accepted(&whatsapp), accepted(&viber), accepted(&closed)];
    assert_eq!(ask(&sandbox, &ids).await.data(), &json!({ "data": rows }), "accepted is sent, in the platform's words");
    for (state, delivered, read) in [("sent", 0, 0), ("delivered", START + 10, 0), ("read", START + 10, START + 15)] {
        sandbox.advance(Duration::from_secs(5)).await;
        let row = |id: &str| {
            json!({ "message_id": id, "message_status": state, "created_at": START,
            "delivered_at": delivered, "read_at": read })
        };
        let lost = json!({ "message_id": closed, "message_status": "failed", "created_at": START,
            "delivered_at": 0, "read_at": 0 });
        assert_eq!(
            ask(&sandbox, &ids).await.data(),
            &json!({ "data": [row(&whatsapp), row(&viber), lost] }),
            "{state}"
        );
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn status_ids_accept_encoded_commas() {
    let sandbox = slow().await;
    let plain = json!({ "to": "85251230088", "type": "template", "template": { "name": "order_received_v2" } });
    let client = client(&sandbox);
    let mut ids = Vec::new();
    for _ in 0..100 {
        let message =
            whatsapp::Message::new("85251230088".parse().unwrap(), whatsapp::Template::new("order_received_v2"));
        ids.push(client.messages().send(message).await.unwrap().message_id.into_string());
    }
    let one = send(&sandbox, "whatsapp", &plain).await;
    sandbox.advance(Duration::from_secs(5)).await;
    let known = |answer: Answer| answer.data()["data"].as_array().unwrap().len();
    let hundred = ids.iter().map(|id| encoded(id)).collect::<Vec<_>>().join(",");
    assert_eq!(known(ask(&sandbox, &hundred).await), 100);
    assert_eq!(known(ask(&sandbox, &hundred.replace(',', "%2C")).await), 100);
    assert_eq!(known(ask(&sandbox, &one).await), 1, "the page's example leaves = as it is");

    let too_many = ask(&sandbox, &format!("{hundred},{}", encoded(&one))).await;
    assert_eq!(too_many.failure(), (422, "Request parameters error: /message_ids: 101 items, expected 1 to 100"));
    let report = client.messages().status(ids.iter().map(String::as_str).chain([one.as_str()])).await.unwrap();
    assert_eq!(report.answered().len(), 101);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_query_without_ids_is_refused() {
    let sandbox = quick().start().await.unwrap();
    for query in ["", "?message_ids=", "?ids=x", "?message_ids"] {
        let answer = get(&sandbox, &format!("/external/messages/status{query}")).await;
        assert_eq!((answer.failure().0, answer.pointers()), (422, vec!["/message_ids"]), "{query}");
    }
    assert_eq!(ask(&sandbox, "a,,b").await.pointers(), ["/message_ids/1"]);
    assert_eq!(ask(&sandbox, "%FF,%2,unknown").await.data(), &json!({ "data": [] }));
    sandbox.shutdown().await;
}
