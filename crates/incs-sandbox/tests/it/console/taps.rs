//! Taps in the page reach the webhooks.

use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::list::{Row, Section};
use incs_model::whatsapp::interactive::reply::CardButton;
use incs_model::whatsapp::interactive::{Carousel, Header, List};
use incs_model::{PhoneNumber, rcs, whatsapp};
use incs_sandbox::{Channel, Sandbox, Webhook};
use serde_json::json;

use super::browser::Page;
use super::receiver::Receiver;
use crate::support::client;

const NUMBER: &str = "85251230088";

fn to() -> PhoneNumber {
    NUMBER.parse().unwrap()
}

#[tokio::test]
async fn carousel_tap_reaches_the_webhook() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder().seed(7).webhook(Webhook::to(&receiver.url)).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, NUMBER).says("What is new?").unwrap();
    let page = Page::open(&sandbox, "/whatsapp/85251230088").await;
    receiver.next("new_message").await;

    let cards = ["teapot", "mug"].map(|name| {
        let picture = Header::image(format!("https://media.example.com/pics/{name}.jpeg"));
        let buttons = [CardButton::quick_reply(format!("info-{name}"), "Tell me more")];
        Card::new(picture, CardAction::quick_replies(buttons)).with_body(name)
    });
    let message = whatsapp::Message::new(to(), Carousel::new("Fresh from the kiln:", cards));
    let sent = client(&sandbox).messages().send(message).await.unwrap();

    page.until("two cards", "document.querySelectorAll('.card').length === 2").await;
    let names =
        page.eval("[...document.querySelectorAll('.card .media-name b')].map((node) => node.textContent)").await;
    assert_eq!(names, json!(["teapot.jpeg", "mug.jpeg"]));
    page.click("[data-reply='info-mug']").await;

    let body = receiver.next("new_message").await;
    let reply = &body["message"]["messages"][0];
    assert_eq!(reply["interactive"]["button_reply"], json!({ "id": "info-mug", "title": "Tell me more" }), "{body}");
    assert_eq!(reply["context"]["id"], sent.message_id.as_str());
    let quoted =
        page.until("the reply", "document.querySelector('.is-mine:last-child .quote span')?.textContent").await;
    assert_eq!(quoted, "Fresh from the kiln:");
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn list_row_is_chosen_on_sheet() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder().seed(7).webhook(Webhook::to(&receiver.url)).start().await.unwrap();
    sandbox.customer(Channel::WhatsApp, NUMBER).says("When?").unwrap();
    receiver.next("new_message").await;
    let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let list = List::new("When should we come?", "Pick a time", [Section::new("Tomorrow", rows)]);
    client(&sandbox).messages().send(whatsapp::Message::new(to(), list)).await.unwrap();

    let page = Page::open(&sandbox, "/whatsapp/85251230088").await;
    page.click("[aria-haspopup='dialog']").await;
    page.click("[data-row='pm']").await;

    let body = receiver.next("new_message").await;
    let reply = &body["message"]["messages"][0]["interactive"]["list_reply"];
    assert_eq!(reply, &json!({ "id": "pm", "title": "Afternoon", "description": "13:00 to 18:00" }));
    let shown = page.until("the choice", "document.querySelector('.is-mine:last-child .text')?.textContent").await;
    assert_eq!(shown, "Afternoon");
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn the_composer_writes_as_the_customer() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder().seed(7).webhook(Webhook::to(&receiver.url)).start().await.unwrap();
    let page = Page::open(&sandbox, "/").await;

    page.click(".list-foot .button").await;
    page.type_into("dialog [name='customer']", NUMBER).await;
    page.click("dialog [type='submit']").await;
    let first = receiver.next("new_message").await;
    assert_eq!(first["message"]["messages"][0]["text"]["body"], "Hi! Is this still available?");

    page.type_into(".composer textarea", "Hello?\u{e007}").await;
    let second = receiver.next("new_message").await;
    assert_eq!(second["message"]["messages"][0]["text"]["body"], "Hello?");
    page.click("[aria-label='Attach']").await;
    page.click(".menu button").await;
    receiver.next("new_message").await;
    // The sample is of the sandbox itself, so it is shown.
    page.until("the picture", "document.querySelector('.is-mine:last-child img')?.naturalWidth > 0").await;
    page.is_clean().await;
    page.close().await;
}

#[tokio::test]
async fn template_suggestions_can_be_tapped() {
    let mut receiver = Receiver::start().await;
    let sandbox = Sandbox::builder().seed(7).webhook(Webhook::to(&receiver.url)).start().await.unwrap();
    let parcel =
        rcs::Template::new("parcel_update_1").with_parameter("customer", "Rina").with_parameter("order_no", "SO-88121");
    client(&sandbox).messages().send(rcs::Message::new(to(), parcel)).await.unwrap();
    let picture = whatsapp::template::Parameter::image("https://media.example.com/banners/spring-01.png");
    let banner =
        whatsapp::Template::new("spring_banner_1").with_components([whatsapp::template::Component::header(picture)]);
    client(&sandbox).messages().send(whatsapp::Message::new(to(), banner)).await.unwrap();

    let page = Page::open(&sandbox, "/rcs/85251230088").await;
    page.click("[data-reply='track_SO-88121']").await;
    let body = receiver.next("new_message").await;
    assert_eq!(body["message"]["suggestionResponse"]["postbackData"], "track_SO-88121", "{body}");

    page.click(".row[data-channel='whatsapp']").await;
    page.click("[data-reply='Show me']").await;
    let body = receiver.next("new_message").await;
    assert_eq!(body["message"]["messages"][0]["button"]["text"], "Show me", "{body}");
    page.is_clean().await;
    page.close().await;
}
