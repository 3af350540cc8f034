//! The bodies of events for tests.

use incs_model::event::{self, whatsapp};
use incs_model::exotel::{Callback, Incoming, Report, Text};
use incs_model::id::ChannelId;
use incs_webhook::testing::bodies::{self, Body, sample};
use incs_webhook::{Batch, Event, Outcome};
use serde_json::Value;

use crate::fixtures::{body, names, read, variant};

fn outcomes(batch: &Batch) -> Vec<(String, Outcome)> {
    batch.iter().map(|item| (item.pointer().into_owned(), item.outcome().clone())).collect()
}

#[test]
fn the_body_of_every_event_of_the_fixtures_says_the_same_as_the_fixture() {
    for name in names() {
        let text = body(&name);
        let made: Body = if name.starts_with("incs/") {
            incs_model::decode_str::<event::Event>(&text).unwrap().into()
        } else {
            incs_model::decode_str::<Callback>(&text).unwrap().into()
        };
        let expected = outcomes(&read(&text));
        assert_eq!(outcomes(&read(&made)), expected, "{name}");
        assert_eq!(outcomes(&read(made.as_php())), expected, "{name}");
    }
}

#[test]
fn the_samples_hold_one_event_of_each_kind() {
    let samples = sample::all();
    let mut keys = Vec::new();
    for (name, body) in &samples {
        let batch = read(body);
        let event = batch.items()[0].event().unwrap_or_else(|| panic!("{name}: {batch:?}"));
        assert_eq!(batch.items().len(), 1, "{name}");
        assert_eq!(variant(event).to_lowercase(), name.replace('_', ""));
        assert_eq!(outcomes(&read(body.as_php())), outcomes(&batch), "{name}");
        assert_eq!(batch.items()[0].dedup_key().is_none(), matches!(event, Event::WhatsAppError(_)), "{name}");
        keys.extend(batch.items()[0].dedup_key());
    }
    keys.sort();
    keys.dedup();
    assert_eq!((samples.len(), keys.len()), (13, 12));
}

#[test]
fn several_messages_of_whatsapp_come_in_one_body_with_a_contact_for_each_customer() {
    let message = |from: &str, id: &str| {
        whatsapp::Message::new(from, id, whatsapp::Content::Text(whatsapp::Text::new("Olá / 👋")))
    };
    let messages = [message("621", "a"), message("622", "b"), message("621", "c")];
    for body in [
        bodies::whatsapp_messages(7, "629", messages.clone()),
        bodies::whatsapp_messages(7, "629", messages.clone()).as_php(),
    ] {
        let batch = read(&body);
        let found: Vec<_> = batch.iter().map(|item| item.event().cloned().unwrap()).collect();
        assert_eq!(found, messages.clone().map(Event::WhatsAppMessage));
        let customers: Vec<_> =
            batch.inbound().map(|inbound| inbound.user.unwrap().phone.unwrap().key().to_owned()).collect();
        assert_eq!(customers, ["621", "622", "621"]);
        let envelope = batch.items()[2].envelope();
        assert_eq!(envelope.channel_id.map(ChannelId::as_u64), Some(7));
        assert_eq!(envelope.whatsapp.as_ref().unwrap().contacts.len(), 2);
    }
}

#[test]
fn messages_and_reports_of_exotel_come_in_one_body_or_alone() {
    let report = Report::new("b", "622", 40003, "EX_MESSAGE_SEEN");
    let incoming = Incoming::new("a", "621", "629", Text::from("x"));
    let batch = read(bodies::exotel([incoming.clone().into(), report.clone().into()]));
    let found: Vec<_> = batch.iter().map(|item| item.event().cloned().unwrap()).collect();
    assert_eq!(found, [Event::ExotelMessage(incoming), Event::ExotelReport(report.clone())]);
    let flat = read(bodies::exotel_flat(report.clone()));
    assert_eq!(flat.items()[0].pointer(), "");
    assert_eq!(flat.items()[0].event(), Some(&Event::ExotelReport(report)));
}

#[test]
fn php_escapes_what_is_not_escaped_yet_and_changes_nothing_that_is_said() {
    let json = r#"{"event":"tomorrow","a":"h:\/\/é\\/\\\/\"/😀","ü":["/"]}"#;
    let event: event::Event = incs_model::decode_str(json).unwrap();
    let php = Body::from(event).as_php();
    let expected = r#"{"event":"tomorrow","a":"h:\/\/\u00e9\\\/\\\/\"\/\ud83d\ude00","\u00fc":["\/"]}"#;
    assert_eq!(php.as_str(), expected);
    assert_eq!(php.as_php(), php);
    assert_eq!(serde_json::from_str::<Value>(php.as_str()).unwrap(), serde_json::from_str::<Value>(json).unwrap());
}

#[test]
fn a_body_shows_nothing_but_its_length() {
    let body = bodies::channel_status(7, event::created::ChannelState::Read);
    assert_eq!(format!("{body:?}"), format!("Body(<{} bytes>)", body.as_str().len()));
    assert_eq!(body.clone().into_bytes(), body.as_bytes());
}
