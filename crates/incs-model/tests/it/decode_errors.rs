//! Errors name the member by JSON pointer, what was expected and what kind was found, and never hold the value.

mod reports;
mod sentences;

use std::fmt::Debug;

use incs_model::{DecodeError, Found, decode};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::debug::seen;
use crate::fixtures::{names, text};
use crate::mutation::{places, replaced};

/// Stands where something else should, and must never come out again.
pub(crate) const SECRET: &str = "sEcReT-85251230088";

/// Reads a body that is no `T`, and asserts that the error tells nothing of its values.
pub(crate) fn refused<T: DeserializeOwned + Debug>(body: impl AsRef<[u8]>) -> DecodeError {
    let body = body.as_ref();
    let Err(error) = decode::<T>(body) else { panic!("it was read: {}", String::from_utf8_lossy(body)) };
    assert_silent(&error);
    error
}

fn assert_silent(error: &DecodeError) {
    for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
        for part in ["sEcReT", "85251230088", "\u{1f}"] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}

/// A fixture with another JSON at one place.
pub(crate) fn with(name: &str, place: &str, json: &str) -> String {
    replaced(&serde_json::from_str(&text(name)).unwrap(), place, json)
}

/// Line and column of the first `needle` in a text, in bytes.
fn position(text: &str, needle: &str) -> (usize, usize) {
    let before = &text[..text.find(needle).unwrap()];
    (before.matches('\n').count() + 1, before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1)
}

#[test]
fn a_bad_value_anywhere_in_a_body_is_named_by_its_place() {
    let bad = format!("[\"{SECRET}\"]");
    let (mut errors, mut passed) = (0, 0);
    for name in names(|_| true) {
        let body: Value = serde_json::from_str(&text(&name)).unwrap();
        for place in places(&body).into_iter().filter(|place| !place.is_empty()) {
            let changed = replaced(&body, &place, &bad);
            let Some(error) = seen(&name, changed.as_bytes()).error else {
                passed += 1;
                continue;
            };
            errors += 1;
            assert_silent(&error);
            let inner = error.pointer().to_owned();
            // An element of a callback is read by itself, so its pointers begin there; the value of `data` likewise
            // counts its columns from its own beginning.
            if name.starts_with("exotel/") {
                assert!(place.ends_with(&inner) && error.found() != Found::Other, "{name}: {error} at {place}");
                continue;
            }
            let hit = inner == place || inner.strip_prefix(&place).is_some_and(|rest| rest.starts_with('/'));
            assert!(hit, "{name}: {error} at {place}");
            if !inner.starts_with("/data") {
                let needle = if inner == place { bad.clone() } else { format!("\"{SECRET}\"") };
                assert_eq!((error.line(), error.column()), position(&changed, &needle), "{name}: {error} at {place}");
            }
        }
    }
    assert!(errors > 500 && passed < errors / 2, "{errors} errors, {passed} taken");
}
