//! Exchanges as a file.

mod row;

use incs_model::{DecodeError, decode};
use serde::{Deserialize, Serialize};

use self::row::Row;
use super::exchange::Exchange;

/// The version of the format that this crate writes, and the only one that it reads.
const VERSION: u32 = 1;

/// Exchanges that can be written to a file and read from it, for a [`ReplayingTransport`](super::ReplayingTransport).
///
/// The format is JSON:
///
/// ```json
/// {
///   "version": 1,
///   "exchanges": [
///     {
///       "method": "POST",
///       "target": "/path?query",
///       "headers": [{ "name": "content-type", "value": { "text": "application/json" } }],
///       "body": { "text": "{}" },
///       "ending": { "reply": { "status": 200, "headers": [], "body": { "hex": "ff00" } } }
///     }
///   ]
/// }
/// ```
///
/// Bytes that are UTF-8 stand as `text`, others as `hex`. Another `ending` is `{"error": "connect"}` (or `tls`, `not_sent`,
/// `timeout`, `interrupted`, `body_too_large`, `other`) or `"dropped"`. Scheme and host are not written, so that a recording
/// serves any host.
///
/// **Headers that hold a secret are never written**: `authorization`, `certification-code`, cookies and values marked as
/// sensitive. **Bodies are written as they are**, since requests are matched by them: do not keep an exchange whose body holds a
/// password, a token or a customer's data.
#[derive(Debug, Clone)]
pub struct Recording {
    exchanges: Vec<Exchange>,
}

/// Why a recording cannot be read. No text of the recording shows.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is no JSON, or of another shape.
    #[error("the recording cannot be read")]
    Shape(#[source] DecodeError),
    /// It is of another version.
    #[error("the recording is of version {found}, expected 1")]
    Version {
        /// That version.
        found: u32,
    },
    /// An exchange has a value that HTTP does not have.
    #[error("/exchanges/{index}: the {part} is none of HTTP")]
    Value {
        /// The place of the exchange, from 0.
        index: usize,
        /// What it is: `method`, `target`, `status`, `header`, `body` or `error`.
        part: &'static str,
    },
}

impl Recording {
    /// A recording of these exchanges.
    pub fn new(exchanges: Vec<Exchange>) -> Self {
        Self { exchanges }
    }

    /// Reads a recording.
    ///
    /// # Errors
    ///
    /// When it is no recording, or of another version.
    pub fn from_json(json: &[u8]) -> Result<Self, RecordingError> {
        let Versioned { version } = decode(json).map_err(RecordingError::Shape)?;
        if version != VERSION {
            return Err(RecordingError::Version { found: version });
        }
        let file: File = decode(json).map_err(RecordingError::Shape)?;
        let rows = file.exchanges.into_iter().enumerate();
        let exchanges = rows.map(|(index, row)| row.read().map_err(|part| RecordingError::Value { index, part }));
        Ok(Self::new(exchanges.collect::<Result<_, _>>()?))
    }

    /// Writes the recording, without secret headers.
    pub fn to_json(&self) -> String {
        let file = File { version: VERSION, exchanges: self.exchanges.iter().map(Row::of).collect() };
        // Texts, numbers and lists only: there is nothing in it that JSON could refuse.
        serde_json::to_string_pretty(&file).unwrap_or_default()
    }

    /// The exchanges.
    pub fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    /// The exchanges.
    pub fn into_exchanges(self) -> Vec<Exchange> {
        self.exchanges
    }
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    exchanges: Vec<Row>,
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::testing::{CapturingTransport, Ending, ScriptedTransport};
    use crate::transport::{Request, Transport};

    fn recorded(transport: ScriptedTransport, change: impl FnOnce(&mut Request)) -> Recording {
        let transport = CapturingTransport::new(transport);
        let mut request = Request::default();
        change(&mut request);
        let _ = transport.call(request).now_or_never();
        Recording::new(transport.take())
    }

    #[test]
    fn no_secret_header_is_written() {
        let script =
            ScriptedTransport::new().reply(200, "").with_header("set-cookie", "s3cret").with_header("x-id", "7");
        let json = recorded(script, |request| {
            for name in ["authorization", "certification-code", "cookie", "proxy-authorization", "x-own"] {
                let mut value = http::HeaderValue::from_static("s3cret");
                value.set_sensitive(name == "x-own");
                request.headers_mut().insert(name, value);
            }
            request.headers_mut().insert("accept", http::HeaderValue::from_static("*/*"));
        })
        .to_json();
        assert!(!json.contains("s3cret"), "{json}");
        assert!(json.contains("x-id") && json.contains("*/*"), "{json}");
    }

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        let recording = recorded(ScriptedTransport::new().reply(404, bytes.clone()), |request| {
            *request.uri_mut() = "https://a.example/b?c=%2B".parse().unwrap();
            *request.body_mut() = "{\"text\":\"Grüße\"}".into();
            request.headers_mut().insert("x-latin", http::HeaderValue::from_bytes(b"Gr\xfc\xdfe").unwrap());
        });
        let json = recording.to_json();
        let read = Recording::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.to_json(), json);
        let exchange = &read.exchanges()[0];
        assert_eq!(exchange.request().uri(), "/b?c=%2B");
        assert_eq!(exchange.request().body(), "{\"text\":\"Grüße\"}");
        assert_eq!(exchange.request().headers()["x-latin"].as_bytes(), b"Gr\xfc\xdfe");
        let Ending::Reply(reply) = exchange.ending() else { panic!("{exchange:?}") };
        assert_eq!((reply.status().as_u16(), reply.body()), (404, &bytes::Bytes::from(bytes)));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_shown() {
        let row = |method: &str, body: &str, ending: &str| {
            format!(
                r#"{{"version":1,"exchanges":[{{"method":"{method}","target":"/","headers":[],"body":{body},"ending":{ending}}}]}}"#
            )
        };
        let text = r#"{"text":"s3cret"}"#;
        for (json, message) in [
            ("[]".to_owned(), "the recording cannot be read"),
            ("{}".to_owned(), "the recording cannot be read"),
            (r#"{"version":2,"exchanges":"s3cret"}"#.to_owned(), "the recording is of version 2, expected 1"),
            (r#"{"version":1,"exchanges":"s3cret"}"#.to_owned(), "the recording cannot be read"),
            (row("s3 cret", text, r#""dropped""#), "/exchanges/0: the method is none of HTTP"),
            (row("GET", r#"{"hex":"f"}"#, r#""dropped""#), "/exchanges/0: the body is none of HTTP"),
            (row("GET", r#"{"hex":"+f"}"#, r#""dropped""#), "/exchanges/0: the body is none of HTTP"),
            (row("GET", text, r#"{"error":"s3cret"}"#), "/exchanges/0: the error is none of HTTP"),
        ] {
            let error = Recording::from_json(json.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message, "{json}");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        Recording::from_json(row("GET", text, r#"{"error":"not_sent"}"#).as_bytes()).unwrap();
    }
}
