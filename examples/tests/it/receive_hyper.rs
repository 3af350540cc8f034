//! Webhooks that are handed to a worker.

use incs_facade::model::event::whatsapp::{Content, Message, Text};
use incs_facade::webhook::testing::bodies;
use incs_sandbox::{Channel, Webhook};

use crate::support::{Running, deliver, example_at, in_path, post, post_signed, sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn every_item_is_handed_on_once() {
    let sandbox = sandbox().await;
    let mut running = Running::start(&mut example_at(&sandbox, "receive_hyper", &[]));
    let origin = running.origin().await;
    let hooks = format!("{origin}/hooks");
    sandbox.add_webhook(Webhook::to(&hooks).events(["new_message"]).signed_with(in_path())).unwrap();
    sandbox.customer(Channel::WhatsApp, "85251230088").says("Is my table ready?").unwrap();
    assert_eq!(running.line().await, "new_message.whatsapp.text");

    let hello = Message::new("6281200045678", "wamid.1", Content::Text(Text::new("Hi")));
    let hello = bodies::whatsapp_messages(30112, "6281100099001", [hello]);
    for _ in 0..3 {
        deliver(&hooks, &in_path(), hello.as_str()).await;
    }
    assert_eq!(post(&format!("{hooks}/guessed"), &[], hello.as_str()).await, 401);
    assert_eq!(post(&format!("{origin}/elsewhere"), &[], hello.as_str()).await, 404);
    let large = format!(r#"{{"event": "{}"}}"#, "x".repeat(2 << 20));
    assert_eq!(post_signed(&hooks, &in_path(), &large).await, 413);

    let ended = running.interrupt().await;
    assert_eq!((ended.code, &*ended.stdout), (Some(0), "new_message.whatsapp.text\n"), "{ended:?}");
    assert!(ended.stderr.starts_with("refused: ") && !ended.stderr.contains("guessed"), "{ended:?}");
}
