//! No input panics the decoder; decode after encode is lossless.

use std::any::type_name;
use std::fmt::Debug;

use incs_model::{
    RawJson, Sent, auth, decode, delivery, encode, envelope, event, exotel, inbound, rcs, status, task, template,
    viber, whatsapp,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mutation::{self, Mutation, deep, fixtures, places};

fn bodies() -> Vec<Value> {
    fixtures().iter().map(|(name, text)| serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {e}"))).collect()
}

fn try_all(body: &[u8]) {
    for root in ROOTS {
        root.survives(body);
    }
}

proptest! {
    #![proptest_config(Config { cases: 1000, failure_persistence: None, ..Config::default() })]

    #[test]
    fn bytes(body in prop::collection::vec(any::<u8>(), 0..64)) {
        try_all(&body);
    }

    #[test]
    fn pieces_of_json(pieces in prop::collection::vec(select(PIECES), 0..24)) {
        try_all(pieces.concat().as_bytes());
    }

    #[test]
    fn bodies_with_changed_bytes(
        (_, text) in select(fixtures()),
        at in any::<Index>(),
        cut in 0usize..4,
        byte in any::<Option<u8>>(),
        rest in any::<bool>(),
    ) {
        let mut body = text.into_bytes();
        let at = at.index(body.len());
        let end = if rest { (at + cut).min(body.len()) } else { body.len() };
        body.splice(at..end, byte);
        try_all(&body);
    }

    #[test]
    fn bodies_with_changed_values(body in select(bodies()), changes in prop::collection::vec(Mutation::any(), 1..3)) {
        let mut text = body.to_string();
        for change in changes {
            let Ok(body) = serde_json::from_str(&text) else { break };
            text = change.apply(&body);
        }
        try_all(text.as_bytes());
        for (name, agrees) in SENT {
            assert!(agrees(text.as_bytes()), "{name} reads more than serde does: {text:.2000}");
        }
    }
}

macro_rules! sent {
    ($( $type:ty, )+) => {
        /// Every sent type, with a check that it accepts the same bodies as plain serde: lenient optional members are for
        /// received types only.
        const SENT: &[(&str, fn(&[u8]) -> bool)] = &[$(
            (stringify!($type), |body| decode::<$type>(body).is_ok() == serde_json::from_slice::<$type>(body).is_ok()),
        )+];
    };
}

sent! {
    whatsapp::Message,
    viber::Message,
    rcs::Message,
    template::rcs::NewTemplate,
    template::whatsapp::NewTemplate,
    template::ListQuery,
    status::StatusQuery,
    auth::TokenRequest,
    task::NewTask,
    task::ListQuery,
}

const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ":",
    ",",
    "\"",
    "\\",
    "null",
    "true",
    "1",
    "-0.5e9",
    "\"x\"",
    "\"type\":",
    "\"text\"",
    "\"to\":",
    "\"8\"",
    "{\"type\":\"text\"",
    "\"event\":",
    "\"new_message\"",
    "\"content\":",
    "\"data\":",
    "\"code\":0",
    "\"whatsapp\":{",
    "\"\\ud83d\"",
    " ",
    "\u{feff}",
];

#[test]
fn some_root_reads_every_fixture() {
    for (name, text) in fixtures() {
        assert!(ROOTS.iter().any(|root| root.survives(text.as_bytes())), "{name}");
    }
}

#[test]
fn deep_nesting_anywhere() {
    let nests = [
        deep("[", "]"),
        deep("{\"type\":", "}"),
        deep("{\"text\":[", "]}"),
        "[".repeat(10_000),
        "{\"a\":".repeat(10_000),
    ];
    for nest in &nests {
        try_all(nest.as_bytes());
    }
    for (offset, body) in bodies().iter().enumerate() {
        let text = body.to_string();
        for root in ROOTS.iter().filter(|root| root.survives(text.as_bytes())) {
            for place in places(body).iter().skip(offset % 3).step_by(3) {
                root.survives(mutation::replaced(body, place, &nests[0]).as_bytes());
            }
        }
    }
}

/// A type that is read from a whole body.
pub(super) struct Root {
    survives: fn(&[u8]) -> bool,
}

macro_rules! roots {
    ($( $type:ty, )+) => {
        /// Every type that is read from a whole body.
        pub(super) const ROOTS: &[Root] = &[$( Root { survives: survives::<$type> }, )+];
    };
}

roots! {
    whatsapp::Message,
    viber::Message,
    rcs::Message,
    template::rcs::NewTemplate,
    template::rcs::Template,
    template::whatsapp::NewTemplate,
    template::whatsapp::Template,
    template::ListQuery,
    status::StatusQuery,
    status::StatusList,
    auth::TokenRequest,
    auth::Token,
    task::NewTask,
    task::Task,
    task::TaskPage,
    task::ListQuery,
    Sent,
    envelope::Envelope,
    event::Event,
    exotel::Callback,
    inbound::Inbound,
    delivery::DeliveryState,
    delivery::DeliveryUpdate,
    RawJson,
}

impl Root {
    /// Reads a body. If that works, the written form must read the same again. Returns true if the body was read.
    pub(super) fn survives(&self, body: &[u8]) -> bool {
        (self.survives)(body)
    }
}

fn survives<T: DeserializeOwned + Serialize + PartialEq + Debug>(body: &[u8]) -> bool {
    let shown = || format!("{}: {:.2000}", type_name::<T>(), String::from_utf8_lossy(body));
    match decode::<T>(body) {
        Ok(value) => {
            let written = encode(&value).unwrap();
            let again = decode::<T>(&written);
            let again = again.unwrap_or_else(|error| panic!("{error} in what was written of {}", shown()));
            assert!(again == value, "not the same: {}", shown());
            assert_eq!(encode(&again).unwrap(), written, "written in another way: {}", shown());
            assert!(!format!("{value:?}").is_empty());
            true
        }
        Err(error) => {
            assert!(error.line() > 0 && !error.expected().is_empty(), "{error:?}");
            assert!(error.to_string().contains(error.pointer()), "{error:?}");
            false
        }
    }
}
