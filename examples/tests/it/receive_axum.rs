//! Webhooks that are stored before they are answered.

use std::fs;

use serde_json::Value;

use incs_facade::model::event::whatsapp::{Content, Message, Text};
use incs_facade::webhook::testing::bodies;
use incs_sandbox::{Channel, Webhook};

use crate::support::{Folder, Running, example_at, in_path, post, post_signed, sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn every_item_is_stored_once_also_over_a_restart() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let inbox = folder.path("inbox.jsonl");
    let mut command = example_at(&sandbox, "receive_axum", &[]);
    command.env("INBOX", &inbox);
    let mut running = Running::start(&mut command);
    let hooks = format!("{}/hooks", running.origin().await);
    let webhook = sandbox.add_webhook(Webhook::to(&hooks).signed_with(in_path())).unwrap();
    sandbox.customer(Channel::Rcs, "85251230088").says("Is my table ready?").unwrap();
    // As `new_message`, and as the workbench reports it.
    assert_eq!(running.line().await, "1 of 1 items are new");
    assert_eq!(running.line().await, "1 of 1 items are new");
    sandbox.remove_webhook(webhook);

    let hello = ["wamid.1", "wamid.2"].map(|id| Message::new("6281200045678", id, Content::Text(Text::new("Hi"))));
    let two = bodies::whatsapp_messages(30112, "6281100099001", hello);
    assert_eq!(post(&format!("{hooks}/guessed"), &[], two.as_str()).await, 401);
    assert_eq!(post(&hooks, &[], two.as_str()).await, 404);
    assert_eq!(post_signed(&hooks, &in_path(), two.as_str()).await, 200);
    assert_eq!(running.line().await, "2 of 2 items are new");
    assert_eq!(post_signed(&hooks, &in_path(), r#"{"event": "of_tomorrow"}"#).await, 200);
    assert_eq!(running.line().await, "1 of 1 items are new");
    let ended = running.interrupt().await;
    assert_eq!((ended.code, &*ended.stderr), (Some(0), ""), "{ended:?}");

    let mut running = Running::start(&mut command);
    let hooks = format!("{}/hooks", running.origin().await);
    assert_eq!(post_signed(&hooks, &in_path(), two.as_str()).await, 200);
    assert_eq!(running.line().await, "0 of 2 items are new");
    assert_eq!(running.interrupt().await.code, Some(0));

    let rows = fs::read_to_string(&inbox).unwrap();
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(rows.len(), 5);
    let texts: Vec<_> = rows.iter().filter_map(|row| row["message"]["content"]["text"].as_str()).collect();
    assert_eq!(texts, ["Is my table ready?", "Is my table ready?", "Hi", "Hi"]);
    assert_eq!(rows[4]["raw"], r#"{"event": "of_tomorrow"}"#);
}
