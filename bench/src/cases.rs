//! All cases by name: the measured work, and its baselines.

use std::cell::OnceCell;
use std::hint::black_box;

use incs_model::event::Event;
use incs_model::whatsapp::interactive::Header;
use incs_model::whatsapp::interactive::carousel::{Card, CardAction};
use incs_model::whatsapp::{Carousel, Message};
use incs_model::{PhoneNumber, decode, encode, validate};
use incs_webhook::Delivery;
use serde::de::DeserializeOwned;
use tokio::runtime::{Builder, Runtime};

use crate::baselines::{
    CarouselMessage, Created, CreatedImage, CreatedText, ListReplyMessage, NewMessage, StatusUpdate, TextMessage,
    by_derive, by_simd_json, by_sonic_rs,
};
use crate::exchange::{Backend, Server, Way};

/// One piece of work.
pub struct Case {
    /// Work, subject and way: `read/created-text/ours`.
    pub name: String,
    /// Runs the case once.
    pub run: Box<dyn Fn()>,
    /// The number of runs per figure, enough to make one-off costs negligible.
    pub runs: u32,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

const RUNS: u32 = 500;

/// The text of a fixture of the model's webhooks.
macro_rules! fixture {
    ($name:literal) => {
        include_str!(concat!("../../crates/incs-model/fixtures/incs/webhook-", $name, ".json"))
    };
}
pub(crate) use fixture;

/// Returns every case.
///
/// # Panics
///
/// Panics if two ways give different results: their figures cannot be compared.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    let list_reply = fixture!("new-message-whatsapp-list-reply");
    read::<Created<CreatedText>>(&mut cases, "created-text", fixture!("message-created-101-text"));
    read::<Created<CreatedImage>>(&mut cases, "created-image", fixture!("message-created-102-image"));
    read::<NewMessage<ListReplyMessage>>(&mut cases, "list-reply", list_reply);
    read::<NewMessage<TextMessage>>(&mut cases, "whatsapp-text", fixture!("new-message-whatsapp-text"));
    read::<StatusUpdate>(&mut cases, "status-failed", fixture!("message-status-update-failed"));
    carousel(&mut cases);
    batches(&mut cases, &compact(list_reply));
    sends(&mut cases);
    cases
}

fn push(cases: &mut Vec<Case>, name: &str, run: impl Fn() + 'static) {
    cases.push(Case { name: name.to_owned(), run: Box::new(run), runs: RUNS });
}

/// Returns reads of a body as the crate's event, and as exactly its type by `serde_json` and by its faster peers.
fn read<Baseline: DeserializeOwned + 'static>(cases: &mut Vec<Case>, kind: &str, fixture: &str) {
    let text = compact(fixture);
    assert!(decode::<Event>(text.as_bytes()).is_ok_and(|event| !matches!(event, Event::Unknown(_))), "{kind}");
    drop(by_derive::<Baseline>(text.as_bytes()));
    let body = text.clone();
    push(cases, &format!("read/{kind}/ours"), move || {
        drop(black_box(decode::<Event>(black_box(body.as_bytes()))));
    });
    let body = text.clone();
    push(cases, &format!("read/{kind}/derive"), move || {
        drop(black_box(by_derive::<Baseline>(black_box(body.as_bytes()))));
    });
    let body = text.clone();
    push(cases, &format!("read/{kind}/from-slice"), move || {
        drop(black_box(serde_json::from_slice::<Baseline>(black_box(body.as_bytes()))));
    });
    let body = text.clone();
    push(cases, &format!("read/{kind}/sonic-rs"), move || {
        drop(black_box(by_sonic_rs::<Baseline>(black_box(body.as_bytes()))));
    });
    push(cases, &format!("read/{kind}/simd-json"), move || {
        drop(black_box(by_simd_json::<Baseline>(black_box(text.as_bytes()))));
    });
}

/// Returns a carousel of ten cards: serialized, serialized by a plain derive, and validated.
fn carousel(cases: &mut Vec<Case>) {
    let parts = (0..10).map(|index| {
        (
            index,
            format!("https://media.example.com/pics/pottery/item-{index:04}.jpeg"),
            format!("Stoneware teapot number {index}, 600 ml."),
            "View item".to_owned(),
            format!("https://shop.example.com/p/item-{index:04}?ref=wa"),
        )
    });
    let text = "Fresh from the kiln:";
    let baseline = CarouselMessage::new("85251230088", text, parts.clone());
    let cards = parts.map(|(_, link, text, label, url)| {
        Card::new(Header::image(link), CardAction::open(label, url)).with_body(text)
    });
    let Ok(to) = "85251230088".parse::<PhoneNumber>() else { unreachable!("digits only") };
    let message = Message::new(to, Carousel::new(text, cards));
    assert_eq!(validate(&message), Ok(Vec::new()), "the message is invalid");
    let value = |body: Result<Vec<u8>, serde_json::Error>| {
        body.and_then(|body| serde_json::from_slice::<serde_json::Value>(&body)).unwrap_or_default()
    };
    assert_eq!(value(encode(&message)), value(serde_json::to_vec(&baseline)), "the baseline writes another message");

    let written = message.clone();
    push(cases, "write/carousel/ours", move || drop(black_box(encode(black_box(&written)))));
    push(cases, "write/carousel/derive", move || drop(black_box(serde_json::to_vec(black_box(&baseline)))));
    push(cases, "check/carousel/ours", move || drop(black_box(validate(black_box(&message)))));
}

/// Returns one delivery of a hundred items, and a hundred deliveries of one: parsing splits the items only once.
fn batches(cases: &mut Vec<Case>, one: &str) {
    let (Some((before, rest)), Some((_, after))) = (one.split_once("\"messages\":["), one.rsplit_once(']')) else {
        unreachable!("no list in the fixture")
    };
    let message = rest.strip_suffix(&format!("]{after}")).unwrap_or_default();
    let all = format!("{before}\"messages\":[{}]{after}", vec![message; 100].join(","));
    for (name, body, times) in [("hundred-items", all.as_str(), 1), ("hundred-deliveries", one, 100)] {
        let body = body.to_owned();
        push(cases, &format!("parse/batch/{name}"), move || {
            let mut items = 0;
            for _ in 0..times {
                let delivery = Delivery::new(&[("content-type", "application/json")], black_box(body.as_bytes()));
                let batch = delivery.dangerously_skip_verification().map(|verified| verified.parse());
                items += batch.as_ref().map_or(0, |batch| batch.items().len());
                drop(black_box(batch));
            }
            assert_eq!(items, 100, "items are missing");
        });
    }
    // This is a hundred times the work of the others.
    cases.iter_mut().rev().take(2).for_each(|case| case.runs = 30);
}

/// Makes a way to send to a server.
type Start = fn(&Server) -> Way;

/// Returns sends of a text over loopback: through the client, handwritten, and without serde.
fn sends(cases: &mut Vec<Case>) {
    let ways: [(&str, Start); 6] = [
        ("hyper/ours", |server| Way::client(Backend::Hyper, server)),
        ("hyper/by-hand", |server| Way::by_hand(Backend::Hyper, server)),
        ("reqwest/ours", |server| Way::client(Backend::Reqwest, server)),
        ("reqwest/by-hand", |server| Way::by_hand(Backend::Reqwest, server)),
        ("reqwest/bare", Way::bare_reqwest),
        ("ureq/bare", Way::bare_ureq),
    ];
    for (name, way) in ways {
        // The server starts with the first run, since most runs are of other cases.
        let ready: OnceCell<(Runtime, Way, Server)> = OnceCell::new();
        push(cases, &format!("send/{name}"), move || {
            let (runtime, way, _server) = ready.get_or_init(|| {
                let (Ok(server), Ok(runtime)) = (Server::start(), Builder::new_current_thread().enable_all().build())
                else {
                    unreachable!("no server or no runtime")
                };
                let way = {
                    let _inside = runtime.enter();
                    way(&server)
                };
                (runtime, way, server)
            });
            runtime.block_on(way.once());
        });
    }
}

/// Removes the whitespace between tokens, as on the wire, and keeps the order of members.
pub(crate) fn compact(json: &str) -> String {
    let (mut out, mut in_text, mut escaped) = (String::new(), false, false);
    for character in json.chars() {
        if in_text {
            in_text = escaped || character != '"';
            escaped = !escaped && character == '\\';
        } else if character.is_ascii_whitespace() {
            continue;
        } else {
            in_text = character == '"';
        }
        out.push(character);
    }
    out
}
