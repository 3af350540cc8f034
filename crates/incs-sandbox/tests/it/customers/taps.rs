//! Customers who tap.

use incs_model::rcs;
use incs_model::whatsapp::Content;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::list::{Row, Section};
use incs_model::whatsapp::interactive::reply::{Button, CardButton};
use incs_model::whatsapp::interactive::{Carousel, Header, List, ReplyButtons};
use incs_model::whatsapp::template::{Component, Parameter, Template};
use incs_sandbox::{Channel, Reply};

use super::{CUSTOMER, Setup};
use crate::support::client;

fn buttons() -> Content {
    let buttons = [Button::reply("keep", "Keep it"), Button::reply("move", "Move it")];
    ReplyButtons::new("Does Friday still work?", buttons).into()
}

fn menu() -> Content {
    let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    List::new("When?", "Pick a time", [Section::new("Tomorrow", rows)]).into()
}

fn cards() -> Content {
    let cards = ["pot", "mug"].map(|name| {
        let picture = Header::image(format!("https://media.example.com/{name}.jpeg"));
        let button = CardButton::quick_reply(format!("buy-{name}"), "Buy");
        Card::new(picture, CardAction::quick_replies([button]))
    });
    Carousel::new("Fresh:", cards).into()
}

/// A sandbox whose customer has written, so that all kinds of message are delivered.
async fn setup() -> Setup {
    let setup = Setup::open(|webhook| webhook.events(["new_message"])).await;
    setup.sandbox.customer(Channel::WhatsApp, CUSTOMER).says("Hi").unwrap();
    setup
}

#[tokio::test]
async fn tap_returns_id_and_title() {
    let setup = setup().await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    let sent = [setup.sends(buttons()).await, setup.sends(menu()).await, setup.sends(cards()).await];
    for id in ["move", "pm", "buy-mug"] {
        customer.taps(id).unwrap();
    }
    let bodies = setup.bodies(1).await;
    let tapped: Vec<_> = bodies.iter().map(|body| &body["message"]["messages"][0]).collect();
    assert_eq!(tapped[0]["interactive"]["button_reply"], serde_json::json!({ "id": "move", "title": "Move it" }));
    let row = serde_json::json!({ "id": "pm", "title": "Afternoon", "description": "13:00 to 18:00" });
    assert_eq!(tapped[1]["interactive"]["list_reply"], row);
    assert_eq!(tapped[2]["interactive"]["button_reply"]["id"], "buy-mug");
    for (tapped, sent) in tapped.iter().zip(&sent) {
        assert_eq!(tapped["context"]["id"], sent.as_str());
    }
}

#[tokio::test]
async fn unknown_button_cannot_be_tapped() {
    let setup = setup().await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    let other = setup.sandbox.customer(Channel::WhatsApp, "6281200045679");
    assert_eq!(other.taps("keep").unwrap_err().to_string(), "/message: no message was sent to the customer");
    let (with_buttons, with_rows) = (setup.sends(buttons()).await, setup.sends(menu()).await);
    for (reply, error) in [
        (Reply::button(&with_buttons, "drop"), "/id: no such button; the message has keep, move"),
        (Reply::list_row(&with_rows, "keep"), "/id: no such row; the message has am, pm"),
        (Reply::list_row(&with_buttons, "am"), "/id: the message has no rows"),
        (Reply::suggestion(&with_buttons, "keep"), "/postback: the message has no suggestions"),
        (Reply::button("wamid.none", "keep"), "/message: no such message in the conversation"),
        (Reply::button("1", "keep"), "/id: the message has no buttons"),
        (Reply::text("Yes").answering("99"), "/answers: no such message in the conversation"),
    ] {
        assert_eq!(customer.replies(&reply).unwrap_err().to_string(), error);
    }
    let error = other.replies(&Reply::button(&with_buttons, "keep")).unwrap_err();
    assert_eq!(error.to_string(), "/message: no such message in the conversation");
    assert_eq!(customer.taps("drop").unwrap_err().to_string(), "/id: no such row; the message has am, pm");
    assert_eq!(setup.bodies(1).await.len(), 0, "what is refused leaves no trace");
}

#[tokio::test]
async fn suggestion_returns_its_index() {
    let setup = Setup::open(|webhook| webhook.events(["new_message"])).await;
    let template =
        rcs::Template::new("rain_sale_carousel").with_parameter("customer", "Rina").with_parameter("offer", "15%");
    let message = rcs::Message::new(CUSTOMER.parse().unwrap(), template);
    let sent = client(&setup.sandbox).messages().send(message).await.unwrap().message_id.into_string();
    let customer = setup.sandbox.customer(Channel::Rcs, CUSTOMER);
    customer.taps("more_boots").unwrap();
    let by_text = format!(r#"{{"type":"suggestion","message":"{sent}","text":"Shop 15%"}}"#);
    customer.replies(&Reply::decode(by_text.as_bytes()).unwrap()).unwrap();
    let error = customer.taps("buy_boots").unwrap_err().to_string();
    let known = "shop_raincoats, more_raincoats, call_support, more_boots";
    assert_eq!(error, format!("/postback: no such suggestion; the message has {known}"));
    let bodies = setup.bodies(0).await;
    let track = |kind: &str, card: u64, place: u64| {
        serde_json::json!({
            "suggestionType": kind, "msgType": "carousel", "cardIndex": card, "suggestionIndex": place, "msgId": sent,
            "msgDate": "2026-11-22T08:00:00.000Z", "template": "2217695120099910081",
        })
    };
    let [reply, action] = [0, 1].map(|index| &bodies[index]["message"]["suggestionResponse"]);
    assert_eq!((&reply["postbackData"], &reply["type"]), (&"more_boots".into(), &"REPLY".into()));
    assert_eq!(reply["trackdata"], track("reply", 1, 1));
    assert_eq!((&action["text"], &action["type"]), (&"Shop 15%".into(), &"ACTION".into()));
    assert_eq!(action["trackdata"], track("url_action", 0, 0));
}

#[tokio::test]
async fn quick_reply_returns_payload_or_text() {
    let setup = Setup::open(|webhook| webhook.events(["new_message"])).await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    let picture = || Component::header(Parameter::image("https://media.example.com/spring.jpeg"));
    let set = Component::quick_reply(0, "spring-7");
    for components in [vec![picture()], vec![picture(), set]] {
        setup.sends(Template::new("spring_banner_1").with_components(components)).await;
        customer.taps("Show me").unwrap();
    }
    let error = customer.taps("To the shop").unwrap_err().to_string();
    assert_eq!(error, "/id: no quick reply with this text; the template has 1");
    let bodies = setup.bodies(0).await;
    let tapped: Vec<_> = bodies.iter().map(|body| &body["message"]["messages"][0]["button"]).collect();
    assert_eq!(*tapped[0], serde_json::json!({ "payload": "Show me", "text": "Show me" }));
    assert_eq!(*tapped[1], serde_json::json!({ "payload": "spring-7", "text": "Show me" }));
}

#[tokio::test]
async fn failed_message_cannot_be_tapped() {
    let setup = Setup::open(|webhook| webhook.events(["new_message"])).await;
    let sent = setup.sends(buttons()).await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    let error = customer.replies(&Reply::button(&sent, "keep")).unwrap_err();
    assert_eq!(error.to_string(), "/message: the message failed, so the customer never got it");
    assert_eq!(customer.reads().unwrap(), 0);
}

#[tokio::test]
async fn a_quoted_message_is_named() {
    let setup = setup().await;
    let sent = setup.sends(Content::Text("Blue or red?".to_owned())).await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    customer.replies(&Reply::text("Blue").answering(&sent)).unwrap();
    let bodies = setup.bodies(1).await;
    assert_eq!(bodies[0]["message"]["messages"][0]["context"]["id"], sent.as_str());
}

#[test]
fn invalid_reply_is_refused_by_pointer() {
    for (json, error) in [
        (r#"{"text":"Hi"}"#, "/type: expected"),
        (r#"{"type":"wink"}"#, "/type: "),
        (r#"{"type":"text"}"#, "/text: is missing"),
        (r#"{"type":"text","text":7}"#, "/text: expected a string, found a number"),
        (r#"{"type":"media","media":"hologram","url":"https://a.example"}"#, "/media: "),
        (r#"{"type":"location","latitude":1}"#, "/longitude: is missing"),
        (r#"{"type":"button","id":"keep"}"#, "/message: is missing"),
        (r#"{"type":"list_row","message":7}"#, "/id: is missing"),
        (r#"{"type":"suggestion","message":"7"}"#, "/postback: is missing"),
        (r#"{"type":"text","text":"Hi","colour":"red"}"#, "/colour: no such member; expected one of `type`, "),
    ] {
        let found = Reply::decode(json.as_bytes()).unwrap_err().to_string();
        assert!(found.starts_with(error), "{json}\n{found}");
    }
    let reply = Reply::decode(br#"{"type":"list_row","message":7,"id":"am"}"#).unwrap();
    assert_eq!(reply, Reply::list_row("7", "am"));
}

#[tokio::test]
async fn impossible_replies_are_refused() {
    let setup = setup().await;
    let customer = setup.sandbox.customer(Channel::WhatsApp, CUSTOMER);
    for (reply, error) in [
        (Reply::text(""), "/text: is empty"),
        (Reply::text("x".repeat(65_537)), "/text: more than 65536 bytes"),
        (Reply::media(incs_sandbox::Medium::Image, "file:///etc/passwd"), "/url: expected an http or https URL"),
        (Reply::location(91.0, 0.0), "/latitude: expected -90 to 90"),
        (Reply::location(f64::NAN, 0.0), "/latitude: expected -90 to 90"),
        (Reply::location(0.0, 181.0), "/longitude: expected -180 to 180"),
    ] {
        assert_eq!(customer.replies(&reply).unwrap_err().to_string(), error);
        assert!(!format!("{reply:?}").contains("passwd"));
    }
}
