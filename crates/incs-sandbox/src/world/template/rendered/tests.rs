//! What the customer sees of the stock.

use incs_model::whatsapp::Template as Send;
use incs_model::whatsapp::template::{ButtonKind, Component, Parameter};
use incs_model::{decode, rcs as channel};
use serde_json::{Value, json};

use super::super::{Definition, Templates};
use super::{rcs, whatsapp};
use crate::channel::Channel;
use crate::config::Memory;

fn of_whatsapp(send: &Send) -> Value {
    let templates = Templates::stock(Memory::default());
    let entry = templates.named(Channel::WhatsApp, send.name.as_str()).unwrap();
    let Definition::WhatsApp(template) = &entry.definition else { panic!("of WhatsApp") };
    template.check_send(send).unwrap();
    serde_json::to_value(whatsapp(template, send)).unwrap()
}

fn of_rcs(name: &str, parameters: &[(&str, &str)]) -> Value {
    let templates = Templates::stock(Memory::default());
    let entry = templates.named(Channel::Rcs, name).unwrap();
    let Definition::Rcs(template) = &entry.definition else { panic!("of RCS") };
    let send =
        parameters.iter().fold(channel::Template::new(name), |send, (name, value)| send.with_parameter(*name, *value));
    template.check_send(&send).unwrap();
    serde_json::to_value(rcs(template, &send)).unwrap()
}

#[test]
fn a_whatsapp_template_is_shown_with_its_values() {
    let renewal = Send::new("renewal_notice_3").with_components([
        Component::header(Parameter::text("2026-05-31")),
        Component::body(["{{2}}", "SAVE15", "15%"].map(Parameter::text)),
    ]);
    let seen = json!({ "template_id": "5120883317740202", "header": { "type": "text", "text": "Due on 2026-05-31" },
        "body": "Dear {{2}}, your policy is up for renewal. Take code SAVE15 for 15% off.",
        "footer": "Example Insurance", "buttons": [] });
    assert_eq!(of_whatsapp(&renewal), seen, "a value is never filled again");

    let link = "https://media.example.com/banners/spring-01.png";
    let image = decode(format!(r#"{{"type":"image","image":{{"link":"{link}"}}}}"#).as_bytes()).unwrap();
    let payload =
        incs_model::whatsapp::template::Button::new(ButtonKind::QuickReply, "0", [Parameter::Payload("p".into())]);
    let spring = Send::new("spring_banner_1").with_components([Component::header(image), Component::Button(payload)]);
    let seen = json!({ "template_id": "5120883317740203", "header": { "type": "image", "link": link },
        "body": "Spring is here, and so are the new colours.",
        "buttons": [{ "kind": "quick_reply", "text": "Show me", "payload": "p" },
            { "kind": "url", "text": "To the shop", "url": "https://shop.example.com/spring" }] });
    assert_eq!(of_whatsapp(&spring), seen);

    let coupon = Send::new("coupon_copy_2").with_components([Component::copy_code(0, "RAIN2026")]);
    let button = json!([{ "kind": "copy_code", "text": "Copy offer code", "code": "RAIN2026" }]);
    assert_eq!(of_whatsapp(&coupon)["buttons"], button);

    let login = of_whatsapp(&Send::new("login_code_en").with_code("480913"));
    let button = json!([{ "kind": "copy_code", "text": "Copy code", "code": "480913" }]);
    assert_eq!((&login["body"], &login["buttons"]), (&json!("480913 is your verification code."), &button));
}

#[test]
fn an_rcs_template_is_shown_with_its_values() {
    let update = of_rcs("parcel_update_1", &[("customer", "Rina"), ("order_no", "SO-88121")]);
    let seen = json!({ "template_id": "2217695120013000003", "type": "text", "body": "Hi Rina, parcel SO-88121 is on its way.", "buttons": [
        { "kind": "quick_reply", "text": "Track SO-88121", "payload": "track_SO-88121" },
        { "kind": "url", "text": "Open order", "url": "https://shop.example.com/o/SO-88121", "payload": "open_order" }] });
    assert_eq!(update, seen);

    let card = of_rcs("rain_sale_card", &[("customer", "Rina"), ("offer", "50%")]);
    let seen = json!({ "template_id": "2217695120034410077", "type": "richcard", "buttons": [], "cards": [{ "title": "Rainy season sale",
        "header": { "type": "video", "link": "https://media.example.com/clips/umbrella.mp4" },
        "body": "Hi Rina, umbrellas are half price today",
        "buttons": [{ "kind": "quick_reply", "text": "Get 50%", "payload": "take_offer" }] }] });
    assert_eq!(card, seen);

    let carousel = of_rcs("rain_sale_carousel", &[("customer", "Rina"), ("offer", "50%")]);
    let dial = json!({ "kind": "phone", "text": "Call us", "phone": "+622150001234", "payload": "call_support" });
    assert_eq!((carousel["cards"].as_array().unwrap().len(), &carousel["cards"][1]["buttons"][0]), (2, &dial));
}
