//! Tests of the customers.

mod taps;

use std::time::Duration;

use incs_model::{viber, whatsapp};
use incs_sandbox::{Builder, Channel, Clock, Medium, Pace, Reply, Sandbox, Webhook, Window};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use serde_json::Value;

use crate::receiver::{Inbox, assert_understood};
use crate::support::client;

const CUSTOMER: &str = "6281200045678";

/// A sandbox with a fixed clock and without delays that posts to an inbox.
struct Setup {
    sandbox: Sandbox,
    inbox: Inbox,
}

impl Setup {
    async fn open(webhook: impl FnOnce(Webhook) -> Webhook) -> Self {
        Self::with(webhook, |builder| builder.pace(Pace::instant())).await
    }

    async fn with(webhook: impl FnOnce(Webhook) -> Webhook, set: impl FnOnce(Builder) -> Builder) -> Self {
        let inbox = Inbox::open().await;
        let scheme = SharedSecret::in_path(Secrets::try_new("change-me").unwrap());
        let webhook = webhook(Webhook::to(inbox.url()).signed_with(scheme));
        let clock = Clock::starting_at("2026-11-22T08:00:00Z".parse().unwrap());
        let sandbox =
            set(Sandbox::builder().seed(7).clock(clock).window(Window::Strict)).webhook(webhook).start().await.unwrap();
        Self { sandbox, inbox }
    }

    /// All bodies that came since the last time; each was understood.
    async fn bodies(&self, from: usize) -> Vec<Value> {
        self.sandbox.advance(Duration::from_secs(1)).await;
        let scheme = SharedSecret::in_path(Secrets::try_new("change-me").unwrap());
        let receiver = Receiver::new(scheme);
        let posts = self.inbox.posts();
        for post in &posts {
            assert_understood(&post.received_by(&receiver, "2026-11-22T08:00:00Z".parse().unwrap()).unwrap());
        }
        posts.iter().skip(from).map(crate::receiver::Post::json).collect()
    }

    async fn sends(&self, message: impl Into<whatsapp::Content>) -> String {
        let message = whatsapp::Message::new(CUSTOMER.parse().unwrap(), message.into());
        client(&self.sandbox).messages().send(message).await.unwrap().message_id.into_string()
    }
}

fn everything() -> Vec<Reply> {
    vec![
        Reply::text("Is it in stock? يا مرحبا"),
        Reply::media(Medium::Image, "https://media.example.com/mug.png"),
        Reply::media(Medium::Video, "https://media.example.com/mug.mp4"),
        Reply::media(Medium::Audio, "https://media.example.com/note.ogg"),
        Reply::media(Medium::Document, "https://media.example.com/a/list.pdf?x=1").named("list.pdf"),
        Reply::location(-6.1754, 106.8272).named("Office"),
    ]
}

#[tokio::test]
async fn receiver_understands_every_customer_message() {
    let kinds = ["text", "image", "video", "audio", "document", "location"];
    let setup = Setup::open(|webhook| webhook).await;
    let mut seen = 0;
    for channel in Channel::ALL {
        let customer = setup.sandbox.customer(channel, CUSTOMER);
        for reply in everything() {
            customer.replies(&reply).unwrap();
        }
        let bodies = setup.bodies(seen).await;
        seen += bodies.len();
        let of = |event: &str| -> Vec<&Value> { bodies.iter().filter(|body| body["event"] == event).collect() };
        let types: Vec<i64> =
            of("message_created").iter().map(|body| body["message"]["type"].as_i64().unwrap()).collect();
        assert_eq!(types, [101, 102, 104, 103, 105, 110]);
        let written: Vec<String> = of("new_message")
            .iter()
            .map(|body| match channel {
                Channel::WhatsApp => body["message"]["messages"][0]["type"].as_str().unwrap().to_owned(),
                _ => body["message"].as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" "),
            })
            .collect();
        match channel {
            Channel::WhatsApp => assert_eq!(written, kinds),
            Channel::Viber => assert!(written.is_empty(), "no page has such a webhook"),
            Channel::Rcs => {
                let names = ["text", "userFile", "userFile", "userFile", "userFile", "location"];
                for (keys, name) in written.iter().zip(names) {
                    assert!(keys.contains(name), "{keys}");
                }
            }
        }
    }
}

#[tokio::test]
async fn exotel_gets_messages_and_reports() {
    let setup = Setup::open(Webhook::exotel).await;
    for channel in Channel::ALL {
        for reply in everything() {
            setup.sandbox.customer(channel, CUSTOMER).replies(&reply).unwrap();
        }
    }
    let to = CUSTOMER.parse().unwrap();
    client(&setup.sandbox).messages().send(incs_model::rcs::Message::new(to, "In stock.")).await.unwrap();
    let bodies = setup.bodies(0).await;
    let elements: Vec<&Value> = bodies.iter().map(|body| &body["rcs"]["messages"][0]).collect();
    let words: Vec<&str> = elements
        .iter()
        .map(|element| {
            element.pointer("/content/type").or(element.get("exo_detailed_status")).unwrap().as_str().unwrap()
        })
        .collect();
    assert_eq!(
        words,
        [
            "text",
            "file",
            "file",
            "file",
            "file",
            "location",
            "EX_MESSAGE_SENT",
            "EX_MESSAGE_DELIVERED",
            "EX_MESSAGE_SEEN"
        ]
    );
    assert_eq!(elements[0]["from"], CUSTOMER, "the user is the sender of a message");
    assert_eq!(elements[6]["to"], CUSTOMER, "and the recipient of what a report is about");
    assert_eq!(elements[0]["timestamp"], "2026-11-22T13:30:00.000+05:30");
    assert_eq!(elements[8]["exo_status_code"], 40003);
}

#[tokio::test]
async fn failed_message_has_error_object() {
    let setup = Setup::open(|webhook| webhook.events(["message_status_update"])).await;
    // No customer has written, so only templates may be sent.
    setup.sends(whatsapp::Content::Text("Hello".to_owned())).await;
    setup.sandbox.customer(Channel::WhatsApp, CUSTOMER).says("Hi").unwrap();
    setup.sends(whatsapp::Content::Text("Hello".to_owned())).await;
    let bodies = setup.bodies(0).await;
    let errors: Vec<(&Value, &Value)> = bodies.iter().map(|body| (&body["message_status"], &body["error"])).collect();
    assert_eq!(errors[0].0, "failed");
    assert_eq!(errors[0].1["code"], 131_047);
    assert_eq!(errors[0].1["title"], "Re-engagement message");
    assert_eq!(errors[1..].iter().map(|error| error.1).collect::<Vec<_>>(), [&Value::Null; 3]);
}

#[tokio::test]
async fn reading_posts_receipts_in_order() {
    let setup = Setup::with(|webhook| webhook.events(["message_status_update"]), |builder| builder).await;
    let customer = setup.sandbox.customer(Channel::Viber, CUSTOMER);
    for _ in 0..2 {
        let message = viber::Message::new(CUSTOMER.parse().unwrap(), "Your table is ready.");
        client(&setup.sandbox).messages().send(message).await.unwrap();
    }
    assert_eq!(customer.reads().unwrap(), 2);
    assert_eq!(customer.reads().unwrap(), 0);
    setup.sandbox.advance(Duration::from_hours(1)).await;
    let bodies = setup.bodies(0).await;
    let states: Vec<&Value> = bodies.iter().map(|body| &body["message_status"]).collect();
    assert_eq!(states, ["sent", "delivered", "read", "sent", "delivered", "read"]);
}

#[tokio::test]
async fn writing_marks_delivered_messages_read() {
    let pace = |builder: Builder| {
        let mut pace = Pace::instant();
        pace.read_share = 0.0;
        builder.pace(pace)
    };
    let setup = Setup::with(|webhook| webhook.events(["message_status_update"]), pace).await;
    let message = viber::Message::new(CUSTOMER.parse().unwrap(), "Your table is ready.");
    client(&setup.sandbox).messages().send(message).await.unwrap();
    let before = setup.bodies(0).await;
    assert_eq!(before.last().unwrap()["message_status"], "delivered");
    setup.sandbox.customer(Channel::Viber, CUSTOMER).says("Thank you").unwrap();
    let after = setup.bodies(before.len()).await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["message_status"], "read");
}

#[tokio::test]
async fn number_spellings_are_equal() {
    let setup = Setup::open(|webhook| webhook.events(["new_message"])).await;
    for number in ["+62 812-0004-5678", "6281200045678"] {
        setup.sandbox.customer(Channel::WhatsApp, number).says("Hello").unwrap();
    }
    let error = setup.sandbox.customer(Channel::WhatsApp, "me").says("Hello").unwrap_err();
    assert_eq!(error.to_string(), "expected a phone number of digits, without words or an extension");
    for body in setup.bodies(0).await {
        assert_eq!(body["message"]["contacts"][0]["wa_id"], CUSTOMER);
        assert_eq!(body["message"]["contacts"][0]["profile"]["name"], "Customer 1");
        assert_eq!(body["message"]["metadata"]["display_phone_number"], body["business_phone"]);
    }
}
