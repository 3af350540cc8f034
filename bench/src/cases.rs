//! Every case by name.

mod bodies;
mod carousel;
mod exchange;
mod webhook;

use std::hint::black_box;

use incs_model::event::Event;
use incs_model::event::created::content::{Image, Text};
use incs_model::event::{MessageStatusUpdate, NewMessage};
use incs_model::{decode, encode, validate};
use serde::de::DeserializeOwned;

use crate::plain::{Created, ListReplyEvent};
use crate::untagged::UntaggedEvent;

pub use self::bodies::Body;

/// One thing done in one way.
pub struct Case {
    /// `read/created-text/plain/union`: what, of what, in which spelling, which way.
    pub name: String,
    /// Does it once.
    pub run: Box<dyn Fn()>,
    /// How many runs make a figure: so many that one-off costs vanish.
    pub runs: u32,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

const RUNS: u32 = 1000;

/// Every case.
///
/// # Panics
///
/// When a way to write or read does not give the same as the others: such figures could not be compared.
pub fn all() -> Vec<Case> {
    let mut cases = Vec::new();
    for body in Body::all() {
        match body.kind {
            "created-text" => readings::<Created<Text>>(&mut cases, &body),
            "created-image" => readings::<Created<Image>>(&mut cases, &body),
            "list-reply" => {
                readings::<ListReplyEvent>(&mut cases, &body);
                read::<NewMessage>(&mut cases, &body, "struct");
            }
            _ => readings::<MessageStatusUpdate>(&mut cases, &body),
        }
    }
    let message = carousel::message();
    let hand = carousel::by_hand(&message);
    assert_eq!(
        serde_json::from_slice::<serde_json::Value>(&hand).ok(),
        encode(&message).ok().and_then(|body| serde_json::from_slice(&body).ok()),
        "the hand-formatted body is another one"
    );
    let written = message.clone();
    push(&mut cases, "write/carousel/by-hand", move || drop(black_box(carousel::by_hand(&written))));
    let written = message.clone();
    push(&mut cases, "write/carousel/encode", move || drop(black_box(encode(&written))));
    let written = message.clone();
    push(&mut cases, "write/carousel/json-macro", move || drop(black_box(carousel::by_json_macro(&written))));
    push(&mut cases, "check/carousel/validate", move || drop(black_box(validate(&message))));
    cases.extend(exchange::cases());
    cases.extend(webhook::cases());
    cases
}

/// The ways to read a body: the one right type, our union, serde's untagged enum, a generic value first.
fn readings<Right: DeserializeOwned + 'static>(cases: &mut Vec<Case>, body: &Body) {
    read::<Right>(cases, body, "right-type");
    let text = body.text.clone();
    assert!(decode::<Event>(text.as_bytes()).is_ok_and(|event| !matches!(event, Event::Unknown(_))), "{}", body.kind);
    push(cases, &body.case("union"), move || drop(black_box(decode::<Event>(black_box(text.as_bytes())))));
    read::<UntaggedEvent>(cases, body, "untagged");
    let text = body.text.clone();
    push(cases, &body.case("value-first"), move || {
        let value = serde_json::from_slice::<serde_json::Value>(black_box(text.as_bytes()));
        drop(black_box(value.and_then(serde_json::from_value::<Right>)));
    });
}

fn read<T: DeserializeOwned + 'static>(cases: &mut Vec<Case>, body: &Body, way: &str) {
    let text = body.text.clone();
    if let Err(error) = serde_json::from_str::<T>(&text) {
        unreachable!("{} by {way}: {error}", body.kind);
    }
    push(cases, &body.case(way), move || drop(black_box(serde_json::from_slice::<T>(black_box(text.as_bytes())))));
}

fn push(cases: &mut Vec<Case>, name: &str, run: impl Fn() + 'static) {
    cases.push(Case { name: name.to_owned(), run: Box::new(run), runs: RUNS });
}
