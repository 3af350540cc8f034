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

/// A sandbox with a clock that stands still and without any delay, that posts to an inbox.
struct Desk {
    sandbox: Sandbox,
    inbox: Inbox,
}

impl Desk {
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
        client(&self.sandbox).messages().send(message).await.unwrap().msg_id.into_string()
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
async fn whatever_a_customer_writes_is_understood_by_a_receiver_on_every_channel() {
    let kinds = ["text", "image", "video", "audio", "document", "location"];
    let desk = Desk::open(|webhook| webhook).await;
    let mut seen = 0;
    for channel in Channel::ALL {
        let customer = desk.sandbox.customer(channel, CUSTOMER);
        for reply in everything() {
            customer.replies(&reply).unwrap();
        }
        let bodies = desk.bodies(seen).await;
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
async fn exotel_is_told_what_users_of_rcs_write_and_what_became_of_messages() {
    let desk = Desk::open(Webhook::exotel).await;
    for channel in Channel::ALL {
        for reply in everything() {
            desk.sandbox.customer(channel, CUSTOMER).replies(&reply).unwrap();
        }
    }
    let to = CUSTOMER.parse().unwrap();
    client(&desk.sandbox).messages().send(incs_model::rcs::Message::text(to, "In stock.")).await.unwrap();
    let bodies = desk.bodies(0).await;
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
async fn a_message_that_failed_says_why_and_others_hold_null() {
    let desk = Desk::open(|webhook| webhook.events(["message_status_update"])).await;
    // No customer has written, so only templates may be sent.
    desk.sends(whatsapp::Content::Text("Hello".to_owned())).await;
    desk.sandbox.customer(Channel::WhatsApp, CUSTOMER).says("Hi").unwrap();
    desk.sends(whatsapp::Content::Text("Hello".to_owned())).await;
    let bodies = desk.bodies(0).await;
    let errors: Vec<(&Value, &Value)> = bodies.iter().map(|body| (&body["message_status"], &body["error"])).collect();
    assert_eq!(errors[0].0, "failed");
    assert_eq!(errors[0].1["code"], 131_047);
    assert_eq!(errors[0].1["title"], "Re-engagement message");
    assert_eq!(errors[1..].iter().map(|error| error.1).collect::<Vec<_>>(), [&Value::Null; 3]);
}

#[tokio::test]
async fn a_customer_reads_what_is_on_its_way_and_receipts_come_in_order() {
    let desk = Desk::with(|webhook| webhook.events(["message_status_update"]), |builder| builder).await;
    let customer = desk.sandbox.customer(Channel::Viber, CUSTOMER);
    for _ in 0..2 {
        let message = viber::Message::text(CUSTOMER.parse().unwrap(), "Your table is ready.");
        client(&desk.sandbox).messages().send(message).await.unwrap();
    }
    assert_eq!(customer.reads().unwrap(), 2);
    assert_eq!(customer.reads().unwrap(), 0);
    desk.sandbox.advance(Duration::from_hours(1)).await;
    let bodies = desk.bodies(0).await;
    let states: Vec<&Value> = bodies.iter().map(|body| &body["message_status"]).collect();
    assert_eq!(states, ["sent", "delivered", "read", "sent", "delivered", "read"]);
}

#[tokio::test]
async fn whoever_writes_has_read_what_was_delivered() {
    let pace = |builder: Builder| {
        let mut pace = Pace::instant();
        pace.read_share = 0.0;
        builder.pace(pace)
    };
    let desk = Desk::with(|webhook| webhook.events(["message_status_update"]), pace).await;
    let message = viber::Message::text(CUSTOMER.parse().unwrap(), "Your table is ready.");
    client(&desk.sandbox).messages().send(message).await.unwrap();
    let before = desk.bodies(0).await;
    assert_eq!(before.last().unwrap()["message_status"], "delivered");
    desk.sandbox.customer(Channel::Viber, CUSTOMER).says("Thank you").unwrap();
    let after = desk.bodies(before.len()).await;
    assert_eq!(after.len(), 1);
    assert_eq!(after[0]["message_status"], "read");
}

#[tokio::test]
async fn a_number_is_the_same_however_it_is_written() {
    let desk = Desk::open(|webhook| webhook.events(["new_message"])).await;
    for number in ["+62 812-0004-5678", "6281200045678"] {
        desk.sandbox.customer(Channel::WhatsApp, number).says("Hello").unwrap();
    }
    let error = desk.sandbox.customer(Channel::WhatsApp, "me").says("Hello").unwrap_err();
    assert_eq!(error.to_string(), "expected a phone number: country code and number, digits only");
    for body in desk.bodies(0).await {
        assert_eq!(body["message"]["contacts"][0]["wa_id"], CUSTOMER);
        assert_eq!(body["message"]["contacts"][0]["profile"]["name"], "Customer 1");
        assert_eq!(body["message"]["metadata"]["display_phone_number"], body["business_phone"]);
    }
}
