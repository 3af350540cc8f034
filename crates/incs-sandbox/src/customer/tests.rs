//! Taps on templates, whose look is known to the sandbox only.

use std::sync::Arc;

use bytes::Bytes;
use incs_model::Timestamp;
use serde_json::{Value, json};

use super::act;
use super::reply::Reply;
use crate::channel::Channel;
use crate::config::Config;
use crate::core::Core;
use crate::hook::{subscribe, webhook::Webhook};
use crate::life::{Plan, State};
use crate::world::message::{Direction, Message};

const CUSTOMER: &str = "6281200045678";

/// A world in which a template was sent; its number is 1.
fn sent(channel: Channel, content: &Value, rendered: Value) -> Arc<Core> {
    let core = Arc::new(Core::new(Config::default()));
    subscribe(&core, Webhook::to("http://127.0.0.1:9/")).unwrap();
    let created_at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let message = Message {
        number: 1,
        id: "template-1".to_owned(),
        incs_id: 1,
        channel,
        customer: CUSTOMER.to_owned(),
        direction: Direction::Outbound,
        kind: "template".to_owned(),
        content: Bytes::from(content.to_string()),
        rendered: Some(rendered),
        state: State::Delivered,
        failure: None,
        plan: Plan::default(),
        created_at,
        sent_at: None,
        delivered_at: None,
        read_at: None,
        failed_at: None,
        exchange: None,
        answers: None,
    };
    core.change(|world, _| world.add_message(message));
    core
}

fn does(core: &Core, channel: Channel, reply: &Reply) -> Result<Value, String> {
    core.change(|world, now| {
        act(world, now, channel, CUSTOMER, reply).map_err(|error| error.to_string())?;
        let bodies = world.deliveries.iter().rev().filter(|delivery| delivery.event == "new_message");
        Ok(serde_json::from_slice(&bodies.map(|delivery| delivery.body.clone()).next().unwrap()).unwrap())
    })
}

#[test]
fn a_suggestion_comes_back_with_its_place() {
    let card = |name: &str| {
        json!({ "cardTitle": name, "suggestions": [
            { "suggestionType": "reply", "text": "Buy", "postbackData": format!("buy-{name}") },
            { "suggestionType": "url_action", "text": "Look", "postbackData": format!("look-{name}"), "url": "https://a.example" },
        ] })
    };
    let rendered = json!({
        "template_id": "2217695120034410077", "name": "mugs", "type": "carousel",
        "content": { "height": "SHORT", "width": "MEDIUM", "carouselCard": [card("pot"), card("mug")] },
    });
    let content = json!({ "to": CUSTOMER, "type": "template", "template": { "name": "mugs" } });
    let core = sent(Channel::Rcs, &content, rendered);
    let body = does(&core, Channel::Rcs, &Reply::suggestion("1", "look-mug")).unwrap();
    let response = &body["message"]["suggestionResponse"];
    assert_eq!(
        (&response["postbackData"], &response["text"], &response["type"]),
        (&json!("look-mug"), &json!("Look"), &json!("ACTION"))
    );
    let track = json!({
        "suggestionType": "url_action", "msgType": "carousel", "cardIndex": 1, "suggestionIndex": 1, "msgId": "template-1",
        "msgDate": "2026-11-22T08:00:00.000Z", "template": "2217695120034410077",
    });
    assert_eq!(response["trackdata"], track);
    let by_text = Reply::decode(br#"{"type":"suggestion","message":"template-1","text":"Buy"}"#).unwrap();
    let body = does(&core, Channel::Rcs, &by_text).unwrap();
    assert_eq!(body["message"]["suggestionResponse"]["postbackData"], "buy-pot", "the first of several");
    let error = does(&core, Channel::Rcs, &Reply::suggestion("1", "sell")).unwrap_err();
    assert_eq!(error, "/postback: no such suggestion; the message has buy-pot, look-pot, buy-mug, look-mug");
    assert_eq!(core.world().messages.get(1).unwrap().state, State::Read);
    assert!(core.world().deliveries.iter().any(|delivery| delivery.event == "message_status_update"));
}

#[test]
fn a_quick_reply_of_a_template_sends_back_what_was_set_for_it_or_its_text() {
    let rendered = json!({ "name": "visit", "components": [
        { "type": "BODY", "text": "Shall we come?" },
        { "type": "BUTTONS", "buttons": [
            { "type": "URL", "text": "Where", "url": "https://a.example" },
            { "type": "QUICK_REPLY", "text": "Yes" },
            { "type": "QUICK_REPLY", "text": "No" },
        ] },
    ] });
    let parameters = json!([{ "type": "payload", "payload": "visit-7-yes" }]);
    let button = json!({ "type": "button", "sub_type": "QUICK_REPLY", "index": "1", "parameters": parameters });
    let content = json!({
        "to": CUSTOMER, "type": "template", "template": { "name": "visit", "components": [button] },
    });
    let core = sent(Channel::WhatsApp, &content, rendered);
    for (text, payload) in [("Yes", "visit-7-yes"), ("No", "No")] {
        let body = does(&core, Channel::WhatsApp, &Reply::button("1", text)).unwrap();
        assert_eq!(body["message"]["messages"][0]["button"], json!({ "payload": payload, "text": text }));
    }
    let error = does(&core, Channel::WhatsApp, &Reply::button("1", "Where")).unwrap_err();
    assert_eq!(error, "/id: no quick reply with this text; the template has 2");
}

#[test]
fn a_name_is_kept_for_a_conversation_that_there_is() {
    let core = sent(Channel::WhatsApp, &json!({}), Value::Null);
    core.change(|world, _| {
        assert!(!super::rename(world, Channel::Viber, CUSTOMER, "Rina"));
        assert!(super::rename(world, Channel::WhatsApp, CUSTOMER, "Rina"));
    });
    let body = does(&core, Channel::WhatsApp, &Reply::text("Hi")).unwrap();
    assert_eq!(body["message"]["contacts"][0]["profile"]["name"], "Rina");
}
