//! The unions that are not declared by a macro, and unknown values inside whole bodies.

use incs_model::event::{Event, NewMessageBody, created, rcs as rcs_event, whatsapp as whatsapp_event};
use incs_model::exotel::{self, Callback, Entry, Item, ReportState, SmsItem, Tap};
use incs_model::template::rcs::{Content as TemplateContent, NewTemplate};
use incs_model::whatsapp::interactive::carousel::CardAction;
use incs_model::{RawJson, decode, encode, whatsapp};
use serde_json::json;

use super::check::{ODD, kept, members, object, orders, same};

pub(super) fn new_message_body() {
    for odd in ODD {
        let text = object(&[("of_another_provider", odd), ("text", odd), ("type", "\"text\"")]);
        let value: NewMessageBody = kept(&text);
        let NewMessageBody::Unknown(raw) = &value else { panic!("{value:?}") };
        assert_eq!(members(raw.get()), members(&text));

        let event = object(&[("event", "\"new_message\""), ("message", &text)]);
        assert!(matches!(kept::<Event>(&event), Event::NewMessage(_)));
    }
    assert!(matches!(kept::<NewMessageBody>("{}"), NewMessageBody::Unknown(_)));
}

pub(super) fn workbench_content() {
    let strings = [r#""plain""#, r#""{\"a\":1e400}""#, r#""[1] and more""#];
    for (code, is_custom) in [("199", false), ("-1", false), ("110", true)] {
        for odd in ODD.iter().chain(&strings) {
            for order in orders(&[("id", "7"), ("type", code), ("content", odd)]) {
                let message: created::Message = kept(&object(&order));
                match message.content() {
                    created::Content::Custom(_) => assert!(is_custom),
                    created::Content::Unknown(number, _) => {
                        assert!(!is_custom && number.as_i64().to_string() == code);
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    }
    let opened: created::Message = decode(br#"{"id":7,"type":199,"content":"{\"a\":1e400}"}"#).unwrap();
    let created::Content::Unknown(_, raw) = opened.content() else { panic!("{opened:?}") };
    assert_eq!(raw.get(), r#"{"a":1e400}"#);
}

pub(super) fn rcs_content() {
    let base = [("senderPhoneNumber", "\"+6281200045678\""), ("messageId", "\"m1\"")];
    for odd in ODD {
        for order in orders(&[base[0], base[1], ("typing", odd), ("beside", ODD[0])]) {
            let message: rcs_event::UserMessage = kept(&object(&order));
            let rcs_event::Content::Unknown(unknown) = &message.content else { panic!("{message:?}") };
            let first = order.iter().map(|(name, _)| *name).find(|name| *name == "typing" || *name == "beside");
            assert_eq!((Some(unknown.kind()), message.content.kind()), (first, unknown.kind()));
            assert_eq!(unknown.member("typing").unwrap().get(), *odd);
        }
    }
    let empty: rcs_event::UserMessage = kept(&object(&base));
    assert!(matches!(empty.content, rcs_event::Content::Unknown(_)) && empty.content.kind().is_empty());
    for (name, value, kind) in [
        ("text", json!("Hi"), "text"),
        ("userFile", json!({ "payload": { "fileUri": "https://h.example/a" } }), "file"),
        ("suggestionResponse", json!({ "postbackData": "yes" }), "suggestion"),
        ("location", json!({ "latitude": -6.2, "longitude": 106.8 }), "location"),
    ] {
        let known = json!({ "senderPhoneNumber": "+6281200045678", "messageId": "m1", name: value });
        assert_eq!(same::<rcs_event::UserMessage>(&known).content.kind(), kind);
    }
}

pub(super) fn exotel_content() {
    for odd in ODD {
        for order in orders(&[("type", "\"added_tomorrow\""), ("added_tomorrow", odd), ("text", "\"x\"")]) {
            let value: exotel::Content = kept(&object(&order));
            let exotel::Content::Unknown(unknown) = &value else { panic!("{value:?}") };
            assert_eq!(unknown.kind(), "added_tomorrow");
        }
        assert!(matches!(kept(&object(&[("added_tomorrow", odd)])), exotel::Content::Unknown(_)));
    }
    for known in [
        json!({ "type": "text", "text": "Hi" }),
        json!({ "type": "file", "file": { "url": "https://h.example/a" } }),
        json!({ "type": "location", "location": { "latitude": 1.5, "longitude": "2" } }),
        json!({ "type": "suggested", "suggested": { "response": { "reply": { "text": "Yes" } } } }),
        json!({ "error": { "exo_status_code": 24501 } }),
    ] {
        assert!(!matches!(same(&known), exotel::Content::Unknown(_)), "{known}");
    }
}

pub(super) fn exotel_item() {
    for odd in ODD {
        let unknown = object(&[("callback_type", "\"typing\""), ("from", odd), ("typing", ODD[0])]);
        assert!(matches!(kept(&unknown), Item::Unknown(_)));
        let callback: Callback = kept(&object(&[("rcs", &format!("{{\"messages\":[{unknown}]}}"))]));
        let entries: Vec<_> = callback.entries().collect();
        let [(pointer, Entry::Unknown(raw))] = &entries[..] else { panic!("{entries:?}") };
        assert_eq!((pointer.as_str(), raw.get()), ("/rcs/messages/0", unknown.as_str()));
        assert!(matches!(kept(&unknown), Callback::Flat(Item::Unknown(_))));
        let malformed = object(&[("callback_type", "\"dlr\""), ("to", "7"), ("beside", odd)]);
        assert!(matches!(kept(&malformed), Item::Malformed(_)));
    }
    let report = json!({ "callback_type": "dlr", "to": "12025550143", "exo_status_code": 40002 });
    assert!(matches!(same(&report), Item::Report(_)));
    let incoming = json!({ "from": "12025550143", "to": "12025550100", "content": { "type": "text", "text": "Hi" } });
    assert!(matches!(same(&incoming), Item::Incoming(_)));
}

pub(super) fn exotel_sms_item() {
    for odd in ODD {
        assert!(matches!(kept(&object(&[("callback_type", "\"icm\""), ("content", odd)])), SmsItem::Unknown(_)));
        assert!(matches!(kept(&object(&[("callback_type", "\"dlr\""), ("beside", odd)])), SmsItem::Malformed(_)));
    }
    let report = json!({ "callback_type": "dlr", "to": "12025550143", "exo_detailed_status": "EX_ADDED_TOMORROW" });
    assert!(matches!(same(&report), SmsItem::Report(_)));
}

pub(super) fn exotel_tap() {
    for odd in ODD {
        let text = object(&[("response", &object(&[("added_tomorrow", odd)])), ("beside", odd)]);
        let value: exotel::Suggested = kept(&text);
        let Tap::Unknown(raw) = &value.tap else { panic!("{value:?}") };
        assert_eq!(raw.get(), text);
    }
    for name in ["reply", "action"] {
        let known = json!({ "response": { name: { "text": "Yes" } } });
        assert!(!matches!(same::<exotel::Suggested>(&known).tap, Tap::Unknown(_)));
    }
}

/// Checks the state, which is derived from a name and a code; both are kept.
pub(super) fn exotel_report_state() {
    let report = json!({ "to": "12025550143", "exo_status_code": 49999, "exo_detailed_status": "added later" });
    assert_eq!(same::<exotel::Report>(&report).state(), ReportState::Unknown);
}

pub(super) fn card_action() {
    for odd in ODD {
        let text = object(&[("added_tomorrow", odd), ("type", "\"x\"")]);
        let value: CardAction = kept(&text);
        let CardAction::Unknown(raw) = &value else { panic!("{value:?}") };
        assert_eq!(raw.get(), text);
    }
    let link = json!({ "name": "cta_url", "parameters": { "display_text": "Open", "url": "https://h.example" } });
    assert!(matches!(same(&link), CardAction::Url(_)));
    assert!(matches!(same(&json!({ "buttons": [] })), CardAction::QuickReplies(_)));
}

pub(super) fn rcs_template_content() {
    let base = [("name", "\"t1\""), ("category", "\"TRANSACTION\""), ("type", "\"added_tomorrow\"")];
    for odd in ODD {
        for order in orders(&[base[0], base[1], base[2], ("content", odd)]) {
            let template: NewTemplate = kept(&object(&order));
            let TemplateContent::Unknown(unknown) = &template.content else { panic!("{template:?}") };
            assert_eq!((unknown.kind(), unknown.content().map(RawJson::get)), ("added_tomorrow", Some(*odd)));
        }
    }
    assert_eq!(kept::<NewTemplate>(&object(&base)).content.kind(), "added_tomorrow");
    let card = json!({ "cardTitle": "T" });
    let contents =
        [json!({ "textMessage": "Hi" }), json!({ "standaloneCard": card }), json!({ "carouselCard": [card] })];
    for (kind, content) in TemplateContent::KNOWN.iter().zip(contents) {
        let known = json!({ "name": "t1", "category": "TRANSACTION", "type": kind, "content": content });
        assert_eq!(same::<NewTemplate>(&known).content.kind(), *kind);
    }
    let no_kind: incs_model::template::rcs::Suggestion = kept(r#"{"text":"x","n":1e400}"#);
    assert!(matches!(&no_kind, incs_model::template::rcs::Suggestion::Unknown(unknown) if unknown.kind().is_empty()));
}

pub(super) fn unknown_event() {
    let rest = [("channel_id", "30112"), ("data", ODD[0]), ("message", r#"{ "id" : 1e400 }"#)];
    for order in orders(&[("event", "\"account_\\u0075pdate\""), rest[0], rest[1], rest[2]]) {
        let text = object(&order);
        let event: Event = decode(text.as_bytes()).unwrap();
        let Event::Unknown(unknown) = &event else { panic!("{event:?}") };
        assert_eq!((unknown.kind(), event.kind()), ("account_update", "account_update"));
        let mut all = members(&text);
        all.insert("event".to_owned(), "\"account_update\"".to_owned());
        assert_eq!(members(unknown.raw().get()), all);
        assert_eq!(encode(&event).unwrap(), unknown.raw().get().as_bytes());
    }
    // The update of the workbench, whose name is unknown, is recognized by its shape and kept whole too.
    let update = object(&[("event", "\"x\""), ("message", r#"{"id":7,"channel_status":9,"odd":1e400}"#)]);
    assert!(matches!(kept(&update), Event::ChannelStatus(_)));
}

pub(super) fn beside_unknown_content() {
    let content = [("type", "\"added_tomorrow\""), ("added_tomorrow", ODD[0])];
    for order in orders(&[("to", "\"85251230088\""), content[0], content[1], ("beside", ODD[1])]) {
        let message: whatsapp::Message = kept(&object(&order));
        let whatsapp::Content::Unknown(unknown) = &message.content else { panic!("{message:?}") };
        assert_eq!((message.to.as_str(), unknown.content().unwrap().get()), ("85251230088", ODD[0]));
        assert_eq!(unknown.member("beside").unwrap().get(), ODD[1]);
    }
    for order in orders(&[("from", "\"6281200045678\""), ("id", "\"wamid.HBgN\""), content[0], content[1]]) {
        let message: whatsapp_event::Message = kept(&object(&order));
        assert_eq!(message.content.kind(), "added_tomorrow");
    }
}
