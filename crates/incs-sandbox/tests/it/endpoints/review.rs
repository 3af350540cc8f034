//! What the subscribers hear of a review.

use std::time::Duration;

use incs_model::Timestamp;
use incs_sandbox::{Clock, Pace, Sandbox, Webhook};
use serde_json::json;

use super::curl::post;
use crate::receiver::Inbox;

const START: i64 = 1_768_300_000;

#[tokio::test]
async fn a_review_of_a_whatsapp_template_is_told_as_the_sample_has_it_and_one_of_rcs_is_not() {
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
