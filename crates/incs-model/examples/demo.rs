//! A tour of `incs-model`: build and check messages, read webhooks, follow a delivery. Nothing leaves this process.
//!
//! Run it with `cargo demo`.
#![allow(clippy::print_stdout, reason = "a terminal program")]

use std::error::Error;

use incs_model::delivery::{DeliveryState, DeliveryUpdate};
use incs_model::event::Event;
use incs_model::exotel::Callback;
use incs_model::inbound::{self, Content, Inbound};
use incs_model::whatsapp::List;
use incs_model::whatsapp::interactive::Header;
use incs_model::whatsapp::interactive::list::{Row, Section};
use incs_model::{PhoneNumber, decode, encode, rcs, template, validate, viber, whatsapp};

fn main() -> Result<(), Box<dyn Error>> {
    let to: PhoneNumber = "+852 5123 0088".parse()?;

    heading("1. Build, check and encode a message for each channel");
    let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let list = List::new("When should we come?", "Pick a time", [Section::new("Friday", rows)]).with_header("Delivery");
    let list = whatsapp::Message::new(to.clone(), list);
    validate(&list)?;
    show("WhatsApp list", &encode(&list)?);
    let code = viber::Message::new(to.clone(), viber::OneTimePassword::new("730264", "en", 5));
    validate(&code)?;
    show("Viber one-time password", &encode(&code)?);
    let note = rcs::Template::new("delivery_note_2").with_parameters([("customer", "Rina")]);
    let send = rcs::Message::new(to.clone(), note.clone());
    validate(&send)?;
    show("RCS template", &encode(&send)?);

    heading("2. Find violations before sending");
    let rows = (0..12).map(|row| Row::new("same id", format!("Row {row}")));
    let broken = List::new("", "A label that is too long", [Section::new("Friday", rows)])
        .with_header(Header::image("ftp://x/cat.bmp"));
    let broken = whatsapp::Message::new(to, broken);
    if let Err(report) = validate(&broken) {
        println!("  {} violations, for example:", report.violations().len());
        for violation in report.violations().iter().take(4).chain(report.violations().last()) {
            println!("  - {violation}\n      rule {}", violation.rule().id());
        }
    }

    heading("3. Find missing template values before paying");
    let suggestion = template::rcs::Suggestion::reply("Track [order_no]", "track_[order_no]");
    let content =
        template::rcs::TextContent::new("Hi [customer], your parcel is on its way.").with_suggestions([suggestion]);
    let approved = template::rcs::Status::Approved;
    let definition = template::rcs::Template::new("2217695120034410077", "delivery_note_2", approved, content);
    if let Err(report) = definition.check_send(&note) {
        println!("  {report}");
    }

    heading("4. Read customers' messages from any provider");
    for body in [WHATSAPP_LIST_REPLY, RCS_LOCATION] {
        let event: Event = decode(body.as_bytes())?;
        inbound::from_event(&event, body.as_bytes()).iter().for_each(show_inbound);
    }
    let callback: Callback = decode(EXOTEL_TAP.as_bytes())?;
    inbound::from_exotel(&callback, EXOTEL_TAP.as_bytes()).iter().for_each(show_inbound);
    if let Event::Unknown(unknown) = decode::<Event>(br#"{"event": "brand_new", "x": [1, 2]}"#)? {
        println!("  an unknown event is kept whole: {} = {}", unknown.kind(), unknown.raw().get());
    }

    heading("5. Follow a delivery, with receipts in any order");
    let mut delivery = DeliveryState::default();
    for status in ["read", "sent", "read", "delivered"] {
        let body = format!(
            r#"{{"event":"message_status_update","message_id":"wamid.HBgN","message_status":"{status}","error":null}}"#
        );
        for update in DeliveryUpdate::of_event(&decode(body.as_bytes())?) {
            let news = if delivery.merge(&update).is_empty() { "nothing new" } else { "moved on" };
            println!("  {status:<10} {news:<12} now {:?}", delivery.stage());
        }
    }

    heading("6. Locate an error in a body, without showing its values");
    let body = WHATSAPP_LIST_REPLY.replace("\"id\": \"am\"", "\"id\": 4111111111111111");
    if let Err(error) = decode::<Event>(body.as_bytes()) {
        println!("  {error}");
    }
    Ok(())
}

fn heading(text: &str) {
    println!("\n{text}\n{}", "-".repeat(text.len()));
}

fn show(what: &str, body: &[u8]) {
    println!("  {what}: {}", String::from_utf8_lossy(body));
}

fn show_inbound(item: &Inbound) {
    let what = match &item.content {
        Content::Choice(choice) => format!("chose {}", choice.label.as_deref().unwrap_or("something")),
        Content::Location(place) => format!("is at {}, {}", place.latitude, place.longitude),
        other => format!("sent a {}", other.kind()),
    };
    let channel = item.channel.as_ref().map_or("?", |channel| channel.as_str());
    // `Debug` masks the number; showing it is an explicit decision.
    println!("  {} over {} from {:?}: {what}", channel, item.provider, item.user);
}

const WHATSAPP_LIST_REPLY: &str = r#"{"event": "new_message", "channel_id": 30112, "business_phone": "6281100099001",
 "message": {"messaging_product": "whatsapp",
  "contacts": [{"profile": {"name": "Rina W"}, "wa_id": "6281200045678"}],
  "messages": [{"from": "6281200045678", "id": "wamid.HBgNNjI4", "timestamp": "1775540260", "type": "interactive",
    "interactive": {"type": "list_reply", "list_reply": {"id": "am", "title": "Morning"}}}]}}"#;

const RCS_LOCATION: &str = r#"{"event": "new_message", "business_phone": "", "message": {
  "senderPhoneNumber": "+6281200045678", "messageId": "c2f70b14", "sendTime": "2026-04-07T05:43:30.741050Z",
  "agentId": "demo_agent@rbm.goog", "location": {"longitude": 106.8271528, "latitude": -6.1753924}}}"#;

const EXOTEL_TAP: &str = r#"{"rcs": {"messages": [{"callback_type": "incoming_message", "sid": "a41f09c7d8",
  "from": "12025550143", "to": "12025550100", "timestamp": "2025-03-18T09:49:26.990+05:30",
  "content": {"type": "suggested", "suggested": {"response": {"reply": {"text": "Talk to an agent",
    "postback": {"data": "handover_requested"}}}}}}]}}"#;
