//! A list, and the answer to what was picked.

use incs_facade::model::event::whatsapp::{Content, Interactive, Message, Text};
use incs_facade::webhook::testing::bodies;
use incs_sandbox::{Channel, Webhook};

use crate::support::{Running, deliver, example_at, in_path, post, post_signed, sandbox};

const CUSTOMER: &str = "85251230088";

#[tokio::test(flavor = "multi_thread")]
async fn each_pick_is_answered_once_by_its_row() {
    let sandbox = sandbox().await;
    let mut running = Running::start(&mut example_at(&sandbox, "list_and_reply", &[CUSTOMER]));
    let hooks = format!("{}/hooks", running.origin().await);
    let asked = running.line_after("asked as ").await;
    assert_eq!(sandbox.message(&asked).unwrap().kind, "interactive.list");
    sandbox.add_webhook(Webhook::to(&hooks).events(["new_message"]).signed_with(in_path())).unwrap();

    for (row, hours) in [("pm", "13:00"), ("am", "8:00")] {
        sandbox.customer(Channel::WhatsApp, CUSTOMER).taps(row).unwrap();
        let answered = running.line_after("answered as ").await;
        let answer = sandbox.message(&answered).unwrap();
        assert_eq!((&*answer.to, answer.body.contains(hours)), (CUSTOMER, true), "{}", answer.body);
    }

    // A row of an older list, and the same delivery again; a text, which is no pick; and a stranger.
    let pick = |id: &str| {
        let list = serde_json::json!({ "type": "list_reply", "list_reply": { "id": "eve", "title": "Evening" } });
        let list: Interactive = serde_json::from_value(list).unwrap();
        bodies::whatsapp_messages(30112, "6281100099001", [Message::new(CUSTOMER, id, Content::Interactive(list))])
    };
    for _ in 0..2 {
        deliver(&hooks, &in_path(), pick("wamid.old").as_str()).await;
    }
    let answered = running.line_after("answered as ").await;
    assert!(sandbox.message(&answered).unwrap().body.contains("That time is gone"));
    let text = Message::new(CUSTOMER, "wamid.text", Content::Text(Text::new("am")));
    let text = bodies::whatsapp_messages(30112, "6281100099001", [text]);
    assert_eq!(post_signed(&hooks, &in_path(), text.as_str()).await, 200);
    assert_eq!(post(&format!("{hooks}/guessed"), &[], pick("wamid.forged").as_str()).await, 401);

    let ended = running.interrupt().await;
    assert_eq!((ended.code, &*ended.stdout, &*ended.stderr), (Some(0), "", ""));
    assert_eq!(sandbox.sent().len(), 4); // the list and three answers
}
