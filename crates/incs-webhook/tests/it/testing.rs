//! The bodies of events for tests.

use incs_model::event::{self, whatsapp};
use incs_model::exotel::{Callback, Incoming, Report, Text};
use incs_model::id::ChannelId;
use incs_model::inbound::Content;
use incs_webhook::testing::bodies::{self, Body, sample};
use incs_webhook::{Batch, Event, ItemOutcome};
use serde_json::Value;

use crate::fixtures::{body, names, read, variant};

fn outcomes(batch: &Batch) -> Vec<(String, ItemOutcome)> {
    batch.iter().map(|item| (item.pointer().into_owned(), item.outcome().clone())).collect()
}

#[test]
fn built_bodies_match_the_fixtures() {
    for name in names() {
        let text = body(&name);
        let made: Body = if name.starts_with("incs/") {
            incs_model::decode_str::<event::Event>(&text).unwrap().into()
        } else {
            incs_model::decode_str::<Callback>(&text).unwrap().into()
        };
        let expected = outcomes(&read(&text));
        assert_eq!(outcomes(&read(&made)), expected, "{name}");
        assert_eq!(outcomes(&read(made.to_php())), expected, "{name}");
    }
}

#[test]
fn samples_cover_each_event_kind() {
    let samples = sample::all();
    let mut keys = Vec::new();
    for (name, body) in &samples {
        let batch = read(body);
        let event = batch.items()[0].event().unwrap_or_else(|| panic!("{name}: {batch:?}"));
        assert_eq!(batch.items().len(), 1, "{name}");
        assert_eq!(variant(event).to_lowercase(), name.replace('_', ""));
        assert_eq!(outcomes(&read(body.to_php())), outcomes(&batch), "{name}");
        assert_eq!(batch.items()[0].dedup_key().is_none(), matches!(event, Event::WhatsAppError(_)), "{name}");
        keys.extend(batch.items()[0].dedup_key());
    }
    keys.sort();
    keys.dedup();
    assert_eq!((samples.len(), keys.len()), (13, 12));
}

#[test]
fn each_message_kind_has_a_sample() {
    let mut names = Vec::new();
    for (name, body) in sample::messages() {
        let batch = read(&body);
        let [item] = batch.items() else { panic!("{name}: {batch:?}") };
        let kind = item.kind().unwrap();
        assert!(kind.ends_with(&format!(".{}", name.trim_start_matches("rcs_"))), "{name}: {kind}");
        let inbound = item.inbound().unwrap_or_else(|| panic!("{name}: {batch:?}"));
        assert!(!matches!(inbound.content, Content::Unknown(_)), "{name}");
        assert!(item.dedup_key().is_some(), "{name}");
        names.push(name);
    }
    for wanted in ["list_reply", "button_reply", "button", "image", "audio", "video", "document", "sticker", "rcs_file"]
    {
        assert!(names.contains(&wanted), "{wanted}");
    }
}

#[test]
fn whatsapp_body_has_each_contact_once() {
    let message = |from: &str, id: &str| {
        whatsapp::Message::new(from, id, whatsapp::Content::Text(whatsapp::Text::new("Olá / 👋")))
    };
    let messages = [message("621", "a"), message("622", "b"), message("621", "c")];
    for body in [
        bodies::whatsapp_messages(7, "629", messages.clone()),
        bodies::whatsapp_messages(7, "629", messages.clone()).to_php(),
    ] {
        let batch = read(&body);
        let found: Vec<_> = batch.iter().map(|item| item.event().cloned().unwrap()).collect();
        assert_eq!(found, messages.clone().map(Event::WhatsAppMessage));
        let customers: Vec<_> =
            batch.inbound().map(|inbound| inbound.user.unwrap().phone.unwrap().key().to_owned()).collect();
        assert_eq!(customers, ["621", "622", "621"]);
        let context = batch.items()[2].delivery_context();
        assert_eq!(context.channel_id.map(ChannelId::as_u64), Some(7));
        assert_eq!(context.whatsapp.as_ref().unwrap().contacts.len(), 2);
    }
}

#[test]
fn exotel_items_come_together_or_alone() {
    let report = Report::new("b", "622", 40003, "EX_MESSAGE_SEEN");
    let incoming = Incoming::new("a", "621", "629", Text::from("x"));
    let batch = read(bodies::exotel([incoming.clone().into(), report.clone().into()]));
    let found: Vec<_> = batch.iter().map(|item| item.event().cloned().unwrap()).collect();
    assert_eq!(found, [Event::ExotelMessage(Box::new(incoming)), Event::ExotelReport(report.clone())]);
    let flat = read(bodies::exotel_flat(report.clone()));
    assert_eq!(flat.items()[0].pointer(), "");
    assert_eq!(flat.items()[0].event(), Some(&Event::ExotelReport(report)));
}

#[test]
fn php_escapes_keep_the_value() {
    let json = r#"{"event":"tomorrow","a":"h:\/\/é\\/\\\/\"/😀","ü":["/"]}"#;
    let event: event::Event = incs_model::decode_str(json).unwrap();
    let php = Body::from(event).to_php();
    let expected = r#"{"event":"tomorrow","a":"h:\/\/\u00e9\\\/\\\/\"\/\ud83d\ude00","\u00fc":["\/"]}"#;
    assert_eq!(php.as_str(), expected);
    assert_eq!(php.to_php(), php);
    assert_eq!(serde_json::from_str::<Value>(php.as_str()).unwrap(), serde_json::from_str::<Value>(json).unwrap());
}

#[test]
fn body_debug_shows_its_length() {
    let body = bodies::channel_status(7, event::created::ChannelState::Read);
    assert_eq!(format!("{body:?}"), format!("Body(<{} bytes>)", body.as_str().len()));
    assert_eq!(body.clone().into_bytes(), body.as_bytes());
}
