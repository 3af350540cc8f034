//! Picks that arrive more than once, and one reply to each.

use std::time::Duration;

use serde_json::{Value, json};

use incs_facade::model::event::whatsapp::{Content, Interactive, Message, Text};
use incs_facade::relay::store::{ItemFilter, ItemState, OutboxFilter, OutboxState, SqliteStore, Store as _};
use incs_facade::webhook::testing::bodies;

use crate::support::{Ended, Folder, PATIENCE, Running, example_at, in_path, post, post_signed, sandbox, until};

const CUSTOMER: &str = "85251230088";

/// The body of a `new_message` in which a customer picks a row.
fn pick(id: &str, row: &str) -> String {
    let list = json!({ "type": "list_reply", "list_reply": { "id": row, "title": "Afternoon" } });
    let list: Interactive = serde_json::from_value(list).unwrap();
    message(Message::new(CUSTOMER, id, Content::Interactive(list)))
}

fn message(message: Message) -> String {
    bodies::whatsapp_messages(30112, "6281100099001", [message]).as_str().to_owned()
}

/// The body of the `message_created` of the same pick. The form of its content is unknown.
fn pick_in_workbench(id: &str) -> String {
    let body = json!({ "event": "message_created", "message": {
        "id": 260_500_000_311_u64, "auth_id": 30112, "conversation_id": 2210, "session_type": 1,
        "send_id": format!("30112_{CUSTOMER}"), "recv_id": "staff_2044", "type": 110, "custom_type": 21, "custom_id": 7,
        "channel_msg_id": id, "channel_status": 0, "content": { "title": "Afternoon" }, "error": "", "source": 0,
    } });
    body.to_string()
}

/// Waits until the store of the running program has this number of items, and none of them is open.
async fn handled(path: &str, items: u64) {
    let wait = async {
        let store = SqliteStore::attach(path).await.unwrap();
        loop {
            let stats = store.stats().await.unwrap();
            if (stats.open, stats.items) == (0, items) {
                return store.close().await;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn pick_is_answered_once_over_callbacks_and_restarts() {
    let (sandbox, folder) = (sandbox().await, Folder::new());
    let path = folder.path("relay.db");
    let mut command = example_at(&sandbox, "answer_choice", &[]);
    command.env("STORE", &path);

    // Three times, by a program that is stopped, one that is killed, and one that goes on.
    for round in 0..3 {
        let mut running = Running::start(&mut command);
        let hooks = format!("{}/hooks", running.origin().await);
        for body in [pick("wamid.1", "pm"), pick_in_workbench("wamid.1")] {
            assert_eq!(post_signed(&hooks, &in_path(), &body).await, 200);
        }
        handled(&path, 2).await;
        until("the reply is accepted", || sandbox.sent().len() == 1).await;
        match round {
            0 => {
                assert_eq!(running.line().await, "inbox/1/1: accepted");
                let Ended { code, stderr, .. } = running.interrupt().await;
                assert_eq!((code, stderr.as_str()), (Some(0), ""));
            }
            1 => running.kill().await,
            _ => {
                // A second pick, a text, which is no pick, and a stranger.
                let text = message(Message::new(CUSTOMER, "wamid.3", Content::Text(Text::new("am"))));
                for body in [pick("wamid.2", "am"), text] {
                    assert_eq!(post_signed(&hooks, &in_path(), &body).await, 200);
                }
                assert_eq!(post(&format!("{hooks}/guessed"), &[], &pick("wamid.4", "am")).await, 401);
                handled(&path, 4).await;
                until("the second reply is accepted", || sandbox.sent().len() == 2).await;
                assert_eq!(running.interrupt().await.code, Some(0));
            }
        }
    }

    let store = SqliteStore::open(&path).await.unwrap();
    let items = store.list(ItemFilter { limit: 100, ..ItemFilter::default() }).await.unwrap();
    assert!(items.iter().all(|item| item.state == ItemState::Done), "{items:?}");
    let [first, second_callback, second, _text] = &items[..] else { panic!("{items:?}") };
    assert_eq!(second_callback.duplicate_of, Some(first.id));
    let replies = store.messages(OutboxFilter { limit: 100, ..OutboxFilter::default() }).await.unwrap();
    assert_eq!(replies.len(), 2, "{replies:?}");
    let sent = sandbox.sent();
    for ((reply, sent), (item, hours)) in replies.iter().zip(&sent).zip([(first, "13:00"), (second, "8:00")]) {
        assert_eq!((reply.key.as_str(), reply.state), (&*format!("inbox/{}/1", item.id), OutboxState::Accepted));
        let body: Value = serde_json::from_str(&sent.body).unwrap();
        assert_eq!(body["to"], CUSTOMER);
        assert!(body["text"].as_str().unwrap().contains(hours), "{body}");
    }
    store.close().await;
}
