//! The words that must never show.

use std::error::Error;
use std::fmt::Write as _;

use super::samples::{CODE, PASSWORD, PHONE, SENT_ID, TEXT, TOKEN};

/// Fails when a text shows what nobody may see.
pub(crate) fn assert_discreet(text: &str) {
    for word in [CODE, PASSWORD, TOKEN, PHONE, TEXT, "Ms Tan", SENT_ID, "message_ids", "last_id"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

/// All that an error shows of itself and its causes.
pub(crate) fn all_of(error: &(dyn Error + 'static)) -> String {
    let mut text = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        // A `String` takes any text.
        let _ = writeln!(text, "{error}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    text
}

/// Fails when an error or one of its causes does so.
pub(crate) fn assert_error_discreet(error: &(dyn Error + 'static)) {
    assert_discreet(&all_of(error));
}
