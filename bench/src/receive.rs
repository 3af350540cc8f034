//! The work of a webhook receiver on a delivery: by this library, and by hand with serde and a kept HMAC key.

mod server;

use std::hint::black_box;

use data_encoding::HEXLOWER;
use hmac::{Hmac, KeyInit as _, Mac as _};
use incs_model::event::Event;
use incs_model::{Timestamp, decode};
use incs_webhook::scheme::HmacSha256;
use incs_webhook::{Batch, Delivery, Secrets};
use serde::de::DeserializeOwned;
use sha2::Sha256;

pub use self::server::{Receiving, serve, signed_text};
use crate::baselines::{Created, CreatedImage, CreatedText, ListReplyMessage, NewMessage, TextMessage, by_derive};
use crate::cases::{compact, fixture};

const SECRET: &str = "whsec-bench-0123456789abcdef";
const HEADER: &str = "x-signature";

/// A task done in two ways, for comparison in time.
pub struct Comparison {
    /// The task in words.
    pub name: String,
    /// The task by this library.
    pub ours: Box<dyn Fn()>,
    /// The task by hand.
    pub by_hand: Box<dyn Fn()>,
    /// How often each runs in one sample, so that a sample is long enough for a clock.
    pub runs: u32,
    /// The maximum time that this library should take, times that by hand.
    pub goal: f64,
    /// The body on a line, if a library for Meta's API can read it.
    pub meta_body: Option<String>,
}

impl std::fmt::Debug for Comparison {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Returns every comparison.
///
/// # Panics
///
/// Panics if one of the two ways fails, since their figures could not be compared.
pub fn all() -> Vec<Comparison> {
    let text = compact(fixture!("new-message-whatsapp-text"));
    let list_reply = compact(fixture!("new-message-whatsapp-list-reply"));
    let mut all = vec![
        received::<Created<CreatedText>>("a text of the workbench", &compact(fixture!("message-created-101-text"))),
        received::<Created<CreatedImage>>("an image of the workbench", &compact(fixture!("message-created-102-image"))),
        received::<NewMessage<ListReplyMessage>>("a WhatsApp list reply", &list_reply),
        received::<NewMessage<TextMessage>>("a WhatsApp text", &text),
        thousand(),
    ];
    all.extend([256, 1_000].map(|kilobytes| long_text(&text, kilobytes)));
    all
}

/// One delivery of one item: verified, parsed, with its neutral view and its key.
fn received<Baseline: DeserializeOwned + 'static>(kind: &str, body: &str) -> Comparison {
    let (scheme, key) = keys();
    let signature = sign(&key, body.as_bytes());
    let meta_body = body.contains("\"messaging_product\"").then(|| format!("{body}\n"));
    let (ours, by_hand) = ((body.to_owned(), signature.clone()), (body.to_owned(), signature));
    Comparison {
        name: format!("verify, parse, view and key of {kind}"),
        ours: Box::new(move || {
            let batch = parse(&scheme, &ours.1, ours.0.as_bytes());
            for item in &batch {
                black_box((item.inbound(), item.dedup_key()));
            }
        }),
        by_hand: Box::new(move || {
            drop(black_box(read_by_hand::<Baseline>(&key, &by_hand.1, by_hand.0.as_bytes())));
        }),
        runs: 200,
        goal: 1.5,
        meta_body,
    }
}

/// Returns a body with many texts, made from a body with one.
///
/// # Panics
///
/// Panics if there is no list in the body.
pub fn texts(count: usize) -> String {
    let one = compact(fixture!("new-message-whatsapp-text"));
    let (Some((before, rest)), Some((_, after))) = (one.split_once("\"messages\":["), one.rsplit_once(']')) else {
        unreachable!("no list in the fixture")
    };
    let message = rest.strip_suffix(&format!("]{after}")).unwrap_or_default();
    format!("{before}\"messages\":[{}]{after}", vec![message; count].join(","))
}

/// A delivery of a thousand texts: the same, with the bytes of each item.
fn thousand() -> Comparison {
    let body = texts(1_000);
    let (scheme, key) = keys();
    let signature = sign(&key, body.as_bytes());
    let (ours, by_hand) = ((body.clone(), signature.clone()), (body, signature));
    Comparison {
        name: "the same with the bytes of each of 1,000 WhatsApp texts".to_owned(),
        ours: Box::new(move || {
            let batch = parse(&scheme, &ours.1, ours.0.as_bytes());
            assert_eq!(batch.items().len(), 1_000, "items are missing");
            for item in &batch {
                black_box((item.inbound(), item.dedup_key(), item.raw()));
            }
        }),
        by_hand: Box::new(move || {
            let read = read_by_hand::<NewMessage<TextMessage>>(&key, &by_hand.1, by_hand.0.as_bytes());
            assert_eq!(read.message.messages.len(), 1_000, "items are missing");
            drop(black_box(read));
        }),
        runs: 2,
        goal: 1.6,
        meta_body: None,
    }
}

/// A body with one long text, only read.
fn long_text(one: &str, kilobytes: usize) -> Comparison {
    let long = format!("\"body\":\"{}\"", "Is the table free? ".repeat(kilobytes * 1_000 / 19));
    let (Some(start), true) = (one.find("\"body\":\""), one.contains("\"text\":{")) else {
        unreachable!("no text in the fixture")
    };
    let end = one.get(start + 8..).and_then(|rest| rest.find('"')).map_or(one.len(), |length| start + 8 + length + 1);
    let body = [one.get(..start).unwrap_or_default(), &long, one.get(end..).unwrap_or_default()].concat();
    let by_hand = body.clone();
    Comparison {
        name: format!("read a WhatsApp text of {kilobytes} KB"),
        ours: Box::new(move || {
            let event = decode::<Event>(black_box(body.as_bytes()));
            assert!(matches!(event, Ok(Event::NewMessage(_))), "the event cannot be read");
            drop(black_box(event));
        }),
        by_hand: Box::new(move || {
            drop(black_box(by_derive::<NewMessage<TextMessage>>(black_box(by_hand.as_bytes()))));
        }),
        runs: 20,
        goal: 1.3,
        meta_body: None,
    }
}

fn keys() -> (HmacSha256, Hmac<Sha256>) {
    let (Ok(secrets), Ok(key)) = (Secrets::try_new(SECRET), Hmac::new_from_slice(SECRET.as_bytes())) else {
        unreachable!("the secret is not empty")
    };
    (HmacSha256::new(HEADER, secrets), key)
}

fn sign(key: &Hmac<Sha256>, body: &[u8]) -> String {
    HEXLOWER.encode(&key.clone().chain_update(body).finalize().into_bytes())
}

fn parse(scheme: &HmacSha256, signature: &str, body: &[u8]) -> Batch {
    let headers = [("content-type", "application/json"), (HEADER, signature)];
    let verified = Delivery::new(&headers, black_box(body)).verify(scheme, Timestamp::UNIX_EPOCH);
    verified.unwrap_or_else(|error| unreachable!("signed above: {error}")).parse()
}

fn read_by_hand<T: DeserializeOwned>(key: &Hmac<Sha256>, signature: &str, body: &[u8]) -> T {
    let expected = HEXLOWER.decode(black_box(signature).as_bytes()).unwrap_or_default();
    assert!(key.clone().chain_update(black_box(body)).verify_slice(&expected).is_ok(), "signed above");
    by_derive(body)
}
