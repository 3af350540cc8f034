//! No input panics the decoder; decode after encode is lossless.

mod roots;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;
use serde_json::Value;

use self::roots::ROOTS;
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
    }
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
fn every_fixture_is_read_by_some_root() {
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
