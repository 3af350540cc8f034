//! The neutral view over both providers.

mod complete;
mod contacts;
mod copies;
mod stored;
mod views;

use std::fs;
use std::path::Path;

use incs_model::event::Event;
use incs_model::exotel::Callback;
use incs_model::inbound::{self, ChoiceKind, Content, Inbound, MediaKind, Provider};
use incs_model::{Channel, DecodeError, decode};
use serde_json::{Value, json};

use crate::fixtures::{names, text};

/// Every body that a webhook receives, including recorded ones: name and text.
fn bodies() -> Vec<(String, String)> {
    let mut bodies = Vec::new();
    for folder in ["incs", "exotel", "recorded/incs", "recorded/exotel"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_str().unwrap();
            if file.starts_with("webhook-") || folder.ends_with("exotel") {
                bodies.push((format!("{folder}/{file}"), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    bodies.sort();
    assert!(bodies.len() > 100, "the fixtures are elsewhere");
    bodies
}

/// Returns the views of a body.
fn view(name: &str, body: &str) -> Result<Vec<Inbound>, DecodeError> {
    let body = body.as_bytes();
    if name.contains("exotel/") {
        decode::<Callback>(body).map(|callback| inbound::from_exotel(&callback, body))
    } else {
        decode::<Event>(body).map(|event| inbound::from_event(&event, body))
    }
}

fn of_event(name: &str) -> Vec<Inbound> {
    let body = text(name);
    inbound::from_event(&decode::<Event>(body.as_bytes()).unwrap(), body.as_bytes())
}

fn of_callback(name: &str) -> Vec<Inbound> {
    let body = text(name);
    inbound::from_exotel(&decode::<Callback>(body.as_bytes()).unwrap(), body.as_bytes())
}

/// Returns the customer's number.
fn phone(item: &Inbound) -> &str {
    item.user.as_ref().unwrap().phone.as_ref().unwrap().key()
}

fn one(mut items: Vec<Inbound>) -> Inbound {
    assert_eq!(items.len(), 1);
    items.remove(0)
}

/// Returns the view of a message of Meta's kinds, made from its content members.
fn whatsapp(content: &Value) -> Inbound {
    let mut message = json!({"id": "wamid.x", "from": "6281200045678", "timestamp": "1775540190"});
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    let body = json!({"event": "new_message", "channel_id": 30112, "business_phone": "6281100099001", "message": {
        "messaging_product": "whatsapp", "contacts": [{"profile": {"name": "Rina W"}, "wa_id": "6281200045678"}],
        "messages": [message]}});
    let body = serde_json::to_vec(&body).unwrap();
    one(inbound::from_event(&decode::<Event>(&body).unwrap(), &body))
}

#[test]
fn every_customer_message_has_a_view() {
    for name in names(|name| name.starts_with("incs/webhook-new-message-") && !name.contains("inferred")) {
        let item = one(of_event(&name));
        assert_eq!(item.provider, Provider::Incs, "{name}");
        assert_eq!(phone(&item), "6281200045678", "{name}");
        assert!(item.id.is_some() && item.sent_at.is_some() && item.business.is_some(), "{name}");
        assert!(!matches!(item.content, Content::Other(_) | Content::Error(_)), "{name}");
    }
    for name in names(|name| name.starts_with("exotel/incoming-")) {
        let item = one(of_callback(&name));
        assert_eq!((&item.provider, &item.channel), (&Provider::Exotel, &Some(Channel::Rcs)), "{name}");
        assert_eq!(phone(&item), "12025550143", "{name}");
        assert_eq!(item.business.as_ref().unwrap().key(), "12025550100", "{name}");
        assert_eq!(item.pointer, "/rcs/messages/0", "{name}");
        assert!(item.sent_at.as_ref().unwrap().instant().is_some(), "{name}");
    }
}

#[test]
fn staff_messages_and_receipts_have_none() {
    for name in names(|name| {
        name.contains("status-update") || name.contains("template-") && name.contains("webhook") || name.contains("dlr")
    }) {
        let items = if name.starts_with("incs/") { of_event(&name) } else { of_callback(&name) };
        assert_eq!(items, [], "{name}");
    }
    assert_eq!(of_event("incs/webhook-message-created-102-image.json"), []);
    assert_eq!(of_event("incs/webhook-message-created-105-file.json"), []);
}

#[test]
fn workbench_message_of_customer_has_view() {
    let item = one(of_event("incs/webhook-message-created-103-audio.json"));
    let Content::Media(media) = &item.content else { panic!("{item:?}") };
    assert_eq!((&media.kind, media.duration, media.size), (&MediaKind::Audio, Some(3), Some(5120)));
    assert_eq!(item.channel, Some(Channel::WhatsApp));
    assert_eq!(phone(&item), "6281200045678");
    assert_eq!(item.conversation_id.unwrap().as_u64(), 2210);
    assert_eq!(item.pointer, "/message");
}

#[test]
fn raw_item_has_all_its_members() {
    let body = r#"{"event":"new_message","message":{"messaging_product":"whatsapp","messages":[
        {"id":"a","from":"1","type":"text","text":{"body":"x"}},
        {"id":"b","from":"1", "brand_new" : [1e400],"type":"text","text":{"body":"y","new":1}} ]}}"#;
    let items = inbound::from_event(&decode::<Event>(body.as_bytes()).unwrap(), body.as_bytes());
    assert_eq!(items.len(), 2);
    assert_eq!(items[1].pointer, "/message/messages/1");
    assert_eq!(
        items[1].raw.get(),
        r#"{"id":"b","from":"1", "brand_new" : [1e400],"type":"text","text":{"body":"y","new":1}}"#
    );
}

#[test]
fn replies_name_their_message() {
    let item = one(of_event("incs/webhook-new-message-whatsapp-list-reply.json"));
    let Content::Choice(choice) = &item.content else { panic!("{item:?}") };
    assert_eq!((&choice.kind, choice.data.as_deref()), (&ChoiceKind::List, Some("slot_d1_pm")));
    assert_eq!((choice.label.as_deref(), choice.description.as_deref()), (Some("Afternoon"), Some("13:00 to 18:00")));
    assert!(item.quoted.unwrap().id.unwrap().as_str().starts_with("wamid."));
    assert_eq!(item.profile_name.as_deref(), Some("Rina W"));

    let item = one(of_event("incs/webhook-new-message-rcs-suggestion-action.json"));
    let Content::Choice(choice) = &item.content else { panic!("{item:?}") };
    assert_eq!((&choice.kind, choice.data.as_deref()), (&ChoiceKind::Action, Some("open_order")));
    assert_eq!(item.quoted.unwrap().id.unwrap().as_str(), "019d5b20-71ac-7e44-9a0b-3f6cc8d21507");

    let item = one(of_callback("exotel/incoming-suggested-reply-table-case.json"));
    let Content::Choice(choice) = &item.content else { panic!("{item:?}") };
    assert_eq!((&choice.kind, choice.data.as_deref()), (&ChoiceKind::Reply, Some("handover_requested")));
    assert_eq!(choice.label.as_deref(), Some("Talk to an agent"));
}

#[test]
fn files_and_places_of_rcs() {
    let item = one(of_event("incs/webhook-new-message-rcs-file.json"));
    let Content::Media(media) = &item.content else { panic!("{item:?}") };
    assert_eq!((&media.kind, media.size), (&MediaKind::Image, Some(151_880)));
    assert_eq!(media.thumbnail.as_ref().unwrap().size, Some(7312));

    for name in ["exotel/incoming-location-longtitude.json", "exotel/incoming-location-longitude.json"] {
        let Content::Location(place) = one(of_callback(name)).content else { panic!("{name}") };
        assert_eq!((place.latitude, place.longitude), (28.613_939_1, 77.209_021_2), "{name}");
    }
    let Content::Error(problem) = one(of_callback("exotel/incoming-error.json")).content else { panic!() };
    assert_eq!((problem.code, problem.name.as_deref()), (Some(24501), Some("EX_UNSUPPORTED_MEDIA_TYPE")));
}

#[test]
fn every_whatsapp_kind_has_neutral_content() {
    let kind = |content: Value| whatsapp(&content).content.kind().to_owned();
    for (member, content, place) in [
        ("text", json!({"body": "hi"}), "text"),
        ("image", json!({"id": "1", "caption": "c"}), "media"),
        ("audio", json!({"id": "1", "voice": true}), "media"),
        ("video", json!({"id": "1"}), "media"),
        ("document", json!({"id": "1", "filename": "f.pdf"}), "media"),
        ("sticker", json!({"id": "1", "animated": false}), "media"),
        ("location", json!({"latitude": 1.5, "longitude": 2, "name": "n"}), "location"),
        ("contacts", json!([{"name": {"formatted_name": "A B"}, "phones": [{"phone": "+1 2"}]}]), "contacts"),
        ("button", json!({"payload": "p", "text": "t"}), "choice"),
        ("interactive", json!({"type": "nfm_reply", "nfm_reply": {"response_json": "{}", "name": "flow"}}), "choice"),
        (
            "interactive",
            json!({"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}),
            "permission",
        ),
        ("interactive", json!({"type": "brand_new", "brand_new": {}}), "other"),
        ("reaction", json!({"message_id": "wamid.y", "emoji": "\u{1f44d}"}), "reaction"),
        ("order", json!({"catalog_id": "c", "product_items": [{"product_retailer_id": "p", "quantity": 2}]}), "order"),
        ("system", json!({"body": "b", "type": "user_changed_number", "wa_id": "1"}), "account_change"),
        ("edit", json!({"original_message_id": "wamid.y", "message": {"type": "text", "text": {"body": "x"}}}), "edit"),
        ("revoke", json!({"original_message_id": "wamid.y"}), "revoke"),
        ("request_welcome", json!({}), "welcome"),
        ("brand_new", json!({"x": 1}), "other"),
    ] {
        assert_eq!(kind(json!({"type": member, member: content})), place, "{member}");
        // With the tag last, as in older samples.
        assert_eq!(
            kind(serde_json::from_str(&format!("{{\"{member}\":{content},\"type\":\"{member}\"}}")).unwrap()),
            place
        );
    }
    let unsupported = whatsapp(&json!({"type": "unsupported", "errors": [{"code": 131_051, "title": "unsupported"}]}));
    assert!(matches!(unsupported.content, Content::Error(problem) if problem.code == Some(131_051)));
    let taken_back = whatsapp(&json!({"type": "reaction", "reaction": {"message_id": "wamid.y", "emoji": ""}}));
    assert!(matches!(taken_back.content, Content::Reaction(reaction) if reaction.emoji.is_none()));
}
