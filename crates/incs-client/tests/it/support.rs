//! Shared parts of the tests: fixtures, clients over scripts and servers, and words that must never be shown.

pub(crate) mod platform;

use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::{Client, ClientBuilder, Error, ErrorKind, RequestState, RetryAdvice};

pub(crate) use self::fixtures::{json, read};
use self::samples::CODE;

/// The settings of a client over a script, with a code for every channel.
pub(crate) fn builder(script: &ScriptedTransport, clock: &AutoAdvanceClock) -> ClientBuilder {
    Client::builder_with_clock(script.clone(), clock.clone()).certification_code(CODE)
}

/// A client over a script that does not wait.
pub(crate) fn scripted(script: &ScriptedTransport) -> Client {
    builder(script, &AutoAdvanceClock::new()).build().unwrap()
}

/// The kind, what is known of the request, what to do now, and the attempts.
pub(crate) fn facts(error: &Error) -> (ErrorKind, RequestState, RetryAdvice, u32) {
    (error.kind(), error.request_state(), error.retry_advice(), error.attempts())
}

/// Messages and secrets that the tests send.
pub(crate) mod samples {
    use incs_model::{OutboundMessage, PhoneNumber, viber};

    /// The certification code of most tests.
    pub(crate) const CODE: &str = "c0de-5d1f-e07a";

    /// The password of the account.
    pub(crate) const PASSWORD: &str = "correct-horse-battery";

    /// A bearer token.
    pub(crate) const TOKEN: &str = "t0ken-91ab";

    /// The recipient of the messages.
    pub(crate) const PHONE: &str = "85251230088";

    /// The text of the messages.
    pub(crate) const TEXT: &str = "Dear Ms Tan, room 12";

    /// The id in [`sent`].
    pub(crate) const SENT_ID: &str = "wamid.HBgNx-sent";

    pub(crate) fn to(number: &str) -> PhoneNumber {
        number.parse().unwrap()
    }

    /// A message that breaks no rule.
    pub(crate) fn message() -> OutboundMessage {
        message_of(TEXT)
    }

    /// A message with this text.
    pub(crate) fn message_of(text: &str) -> OutboundMessage {
        viber::Message::new(to(PHONE), viber::Content::Text(text.into())).into()
    }

    /// `data` of a send that succeeded.
    pub(crate) fn sent() -> serde_json::Value {
        serde_json::json!({ "msg_id": SENT_ID })
    }
}

/// The words that must never show.
pub(crate) mod discreet {
    use std::error::Error;
    use std::fmt::Write as _;

    use super::samples::{CODE, PASSWORD, PHONE, SENT_ID, TEXT, TOKEN};

    /// Fails if a text shows private data.
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
}

/// Fixtures, by name.
pub(crate) mod fixtures {
    use std::fs;
    use std::path::PathBuf;

    use serde::de::DeserializeOwned;
    use serde_json::Value;

    fn folder() -> PathBuf {
        [env!("CARGO_MANIFEST_DIR"), "fixtures", "incs"].iter().collect()
    }

    /// The bytes of a fixture, named without `.json`.
    pub(crate) fn bytes(name: &str) -> Vec<u8> {
        fs::read(folder().join(format!("{name}.json"))).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// A fixture as JSON.
    pub(crate) fn json(name: &str) -> Value {
        serde_json::from_slice(&bytes(name)).unwrap()
    }

    /// A fixture as a value of the model.
    pub(crate) fn read<T: DeserializeOwned>(name: &str) -> T {
        incs_model::decode(&bytes(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names of the fixtures that begin so, in order.
    pub(crate) fn requests(prefix: &str) -> Vec<String> {
        let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names
            .filter(|name| name.starts_with(prefix))
            .filter_map(|name| Some(name.strip_suffix(".json").filter(|name| name.ends_with(".request"))?.to_owned()))
            .collect();
        names.sort();
        assert!(names.len() > 2, "{prefix} names too few fixtures");
        names
    }
}
