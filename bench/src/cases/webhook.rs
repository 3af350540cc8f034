//! The cases of a delivery received: its signature checked, and its body read.

use std::hint::black_box;

use data_encoding::HEXLOWER_PERMISSIVE;
use hmac::{Hmac, KeyInit as _, Mac as _};
use incs_model::Timestamp;
use incs_model::event::created::content::Image;
use incs_webhook::scheme::{HmacSha256, Scheme};
use incs_webhook::{Delivery, Outcome, Secrets};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{Body, Case, push};
use crate::plain::{Created, ExotelText, ListReplyEvent};

const SECRET: &str = "3f0c6a52-0000-4000-8000-000000000000";
const HEADER: &str = "x-signature";

/// A signed body.
#[derive(Clone)]
struct Signed {
    body: Vec<u8>,
    headers: [(&'static str, String); 3],
}

impl Signed {
    fn new(body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let signature = HEXLOWER_PERMISSIVE.encode(&mac(&body).finalize().into_bytes());
        let headers = [
            ("host", "hooks.example.com".to_owned()),
            ("content-type", "application/json".to_owned()),
            (HEADER, signature),
        ];
        Self { body, headers }
    }

    fn deliver(&self) -> Delivery<'_> {
        Delivery::new(&self.headers, black_box(&self.body))
    }
}

/// Every way of receiving each body.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    let [list_reply, image] = ["list-reply", "created-image"].map(|kind| {
        let body = Body::all().into_iter().find(|body| body.kind == kind && body.spelling == "plain");
        body.map(|body| body.text).unwrap_or_default()
    });
    let exotel = include_str!("../../../crates/incs-model/fixtures/exotel/incoming-text.json");
    receive::<ListReplyEvent>(&mut cases, "list-reply", &Signed::new(padded(&list_reply, "\"description\":\"", 1024)));
    receive::<Created<Image>>(&mut cases, "created-image", &Signed::new(image));
    receive::<ExotelText>(&mut cases, "exotel-text", &Signed::new(padded(exotel, "\"text\": \"", 1024)));
    check(&mut cases, &Signed::new(padded(&list_reply, "\"description\":\"", 1024)));
    many(&mut cases, &list_reply);
    cases
}

/// Checks and reads: by hand, and with the crate.
fn receive<Right: DeserializeOwned + 'static>(cases: &mut Vec<Case>, name: &str, signed: &Signed) {
    let by_hand = signed.clone();
    push(cases, &format!("webhook/{name}/bare"), move || {
        let body = black_box(&by_hand.body);
        let [.., (_, signature)] = &by_hand.headers;
        let claimed = HEXLOWER_PERMISSIVE.decode(signature.as_bytes()).unwrap_or_default();
        assert!(mac(body).verify_slice(&claimed).is_ok(), "the bare check refuses");
        assert!(black_box(serde_json::from_slice::<Right>(body)).is_ok(), "the bare read fails");
    });
    let (signed, scheme) = (signed.clone(), scheme());
    push(cases, &format!("webhook/{name}/ours"), move || {
        let batch = signed.deliver().verify(&scheme, now()).map(|verified| verified.parse());
        let parsed =
            batch.as_ref().is_ok_and(|batch| batch.iter().all(|item| matches!(item.outcome(), Outcome::Parsed(_))));
        assert!(parsed, "the delivery is not parsed");
        drop(black_box(batch));
    });
}

/// The check alone, against the digest that it cannot do without.
fn check(cases: &mut Vec<Case>, signed: &Signed) {
    let body = signed.body.clone();
    push(cases, "webhook/check/digest", move || {
        black_box(Sha256::digest(black_box(&body)));
    });
    let (signed, scheme) = (signed.clone(), scheme());
    push(cases, "webhook/check/verify", move || {
        assert!(black_box(signed.deliver().verify(&scheme, now())).is_ok(), "the check refuses");
    });
}

/// One delivery of a hundred items, and a hundred of one.
fn many(cases: &mut Vec<Case>, one: &str) {
    let (Some((before, rest)), Some((_, after))) = (one.split_once("\"messages\":["), one.rsplit_once(']')) else {
        unreachable!("no list in the fixture")
    };
    let message = rest.strip_suffix(&format!("]{after}")).unwrap_or_default();
    let all = format!("{before}\"messages\":[{}]{after}", vec![message; 100].join(","));
    for (name, body, times) in [("hundred-items", all.as_str(), 1), ("hundred-deliveries", one, 100)] {
        let (signed, scheme) = (Signed::new(body), scheme());
        push(cases, &format!("webhook/batch/{name}"), move || {
            let mut items = 0;
            for _ in 0..times {
                let batch = signed.deliver().verify(&scheme, now()).map(|verified| verified.parse());
                items += batch.as_ref().map_or(0, |batch| batch.items().len());
                drop(black_box(batch));
            }
            assert_eq!(items, 100, "items are missing");
        });
        // A hundred times the work of the others.
        cases.iter_mut().rev().take(1).for_each(|case| case.runs = 30);
    }
}

fn scheme() -> impl Scheme + 'static {
    match Secrets::try_new(SECRET) {
        Ok(secrets) => HmacSha256::new(HEADER, secrets),
        Err(error) => unreachable!("{error}"),
    }
}

fn mac(body: &[u8]) -> Hmac<Sha256> {
    match Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) {
        Ok(mac) => mac.chain_update(body),
        Err(error) => unreachable!("{error}"),
    }
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_775_540_117).unwrap_or_else(|| unreachable!("a time of 2026"))
}

/// The body with as much text after `marker` as makes it so many bytes.
fn padded(body: &str, marker: &str, bytes: usize) -> String {
    let filling = "Any day before noon suits us well. ".repeat(40);
    let filling = filling.get(..bytes.saturating_sub(body.len())).unwrap_or_default();
    let padded = body.replacen(marker, &format!("{marker}{filling}"), 1);
    assert_eq!(padded.len(), bytes.max(body.len()), "no {marker} in the fixture");
    padded
}
