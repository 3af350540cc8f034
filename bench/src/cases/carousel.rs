//! A carousel of ten cards, and three ways to write it.

use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::interactive::{Body, Carousel, Header, Interactive};
use incs_model::whatsapp::{Content, Message};
use incs_model::{PhoneNumber, validate};
use serde_json::{Value, json};

/// Ten cards with a link each.
pub(super) fn message() -> Message {
    let card = |index: u32| {
        let header = Header::image(format!("https://media.example.com/pics/pottery/item-{index:04}.jpeg"));
        let action = CardAction::open("View item", format!("https://shop.example.com/p/item-{index:04}?ref=wa"));
        Card::new(index, header, action).with_body(Body::new(format!("Stoneware teapot number {index}, 600 ml.")))
    };
    let carousel = Carousel::of(Body::new("Fresh from the kiln:"), (0..10).map(card));
    let Ok(to) = "85251230088".parse::<PhoneNumber>() else { unreachable!("digits only") };
    let message = Message::new(to, Content::Interactive(Interactive::Carousel(carousel)));
    assert_eq!(validate(&message), Ok(()), "the message must be valid");
    message
}

/// The parts of a card: index, picture, text, label, link.
fn parts(message: &Message) -> (&str, &Carousel) {
    match &message.content {
        Content::Interactive(Interactive::Carousel(carousel)) => (message.to.as_str(), carousel),
        _ => unreachable!("made above"),
    }
}

fn card_parts(card: &Card) -> (&str, &str, &str, &str) {
    match (&card.header, &card.body, &card.action) {
        (Header::Image(media), Some(body), CardAction::Url(action)) => (
            media.link.as_deref().unwrap_or_default(),
            &body.text,
            &action.parameters.display_text,
            &action.parameters.url,
        ),
        _ => unreachable!("made above"),
    }
}

/// What one would write by hand: constant text, strings escaped where need be, one buffer.
pub(super) fn by_hand(message: &Message) -> Vec<u8> {
    let (to, carousel) = parts(message);
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(br#"{"to":"#);
    string(&mut out, to);
    out.extend_from_slice(br#","type":"interactive","interactive":{"type":"carousel","body":{"text":"#);
    string(&mut out, &carousel.body.text);
    out.extend_from_slice(br#"},"action":{"cards":["#);
    for (position, card) in carousel.action.cards.iter().enumerate() {
        let (link, text, label, url) = card_parts(card);
        if position > 0 {
            out.push(b',');
        }
        out.extend_from_slice(br#"{"card_index":"#);
        number(&mut out, card.card_index);
        out.extend_from_slice(br#","header":{"type":"image","image":{"link":"#);
        string(&mut out, link);
        out.extend_from_slice(br#"}},"action":{"name":"cta_url","parameters":{"display_text":"#);
        string(&mut out, label);
        out.extend_from_slice(br#","url":"#);
        string(&mut out, url);
        out.extend_from_slice(br#"}},"type":"cta_url","body":{"text":"#);
        string(&mut out, text);
        out.extend_from_slice(b"}}");
    }
    out.extend_from_slice(b"]}}}");
    out
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            0..0x20 => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
            _ => out.push(byte),
        }
    }
    out.push(b'"');
}

/// Indexes of one digit, which is all there are.
fn number(out: &mut Vec<u8>, number: u32) {
    out.push(b'0' + u8::try_from(number % 10).unwrap_or_default());
}

/// By `json!`, then text.
pub(super) fn by_json_macro(message: &Message) -> Vec<u8> {
    let (to, carousel) = parts(message);
    let cards: Vec<Value> = carousel
        .action
        .cards
        .iter()
        .map(|card| {
            let (link, text, label, url) = card_parts(card);
            json!({
                "card_index": card.card_index,
                "type": "cta_url",
                "header": { "type": "image", "image": { "link": link } },
                "body": { "text": text },
                "action": { "name": "cta_url", "parameters": { "display_text": label, "url": url } },
            })
        })
        .collect();
    let body = json!({
        "to": to,
        "type": "interactive",
        "interactive": { "type": "carousel", "body": { "text": carousel.body.text }, "action": { "cards": cards } },
    });
    body.to_string().into_bytes()
}
