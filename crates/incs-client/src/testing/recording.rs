//! Recordings of exchanges, and a transport that replays them.

use std::fmt::Write as _;
use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use incs_model::{DecodeError, decode};
use serde::{Deserialize, Serialize};

use super::recorded::{Ending, Exchange, Recorded, RecordedReply, is_secret};
use super::{Unanswered, locked};
use crate::transport::{CallInfo, Idempotency, Request, Response, Transport, TransportError, TransportErrorKind};

/// The only version of the format that this crate writes and reads.
const VERSION: u32 = 1;

/// Exchanges that can be saved as JSON and loaded, for a [`ReplayingTransport`].
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
/// UTF-8 bytes are `text`, others `hex`. Another `ending` is `{"error": "connect"}` (or `tls`, `not_sent`, `timeout`,
/// `interrupted`, `body_too_large`, `other`) or `"dropped"`. Scheme and host are not written, so that a recording works for any
/// host.
///
/// **Headers with secrets are never written**: `authorization`, `certification-code`, cookies and values marked as sensitive.
/// **Bodies are written unchanged**, since requests are matched by them: do not save an exchange whose body contains a password,
/// a token or a customer's data.
#[derive(Debug, Clone)]
pub struct Recording {
    exchanges: Vec<Exchange>,
}

/// An error of reading a recording. It shows no text of the recording.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// It is not JSON, or has another shape.
    #[error("the recording cannot be read")]
    Shape(#[source] DecodeError),
    /// It has another version.
    #[error("the recording has version {found}, expected 1")]
    Version {
        /// The version found.
        found: u32,
    },
    /// An exchange has a value that is invalid in HTTP.
    #[error("/exchanges/{index}: the {part} is invalid in HTTP")]
    Value {
        /// The index of the exchange, from 0.
        index: usize,
        /// The part: `method`, `target`, `status`, `header`, `body` or `error`.
        part: &'static str,
    },
}

impl Recording {
    /// Creates a recording of exchanges.
    pub fn new(exchanges: Vec<Exchange>) -> Self {
        Self { exchanges }
    }

    /// Parses a recording.
    ///
    /// # Errors
    ///
    /// Fails when the bytes are not a recording, or one of another version.
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

    /// Serializes the recording, without secret headers.
    pub fn to_json(&self) -> String {
        let file = File { version: VERSION, exchanges: self.exchanges.iter().map(Row::of).collect() };
        // Only texts, numbers and lists, which always serialize.
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

#[derive(Serialize, Deserialize)]
struct Row {
    method: String,
    target: String,
    headers: Vec<Header>,
    body: Content,
    ending: RowEnding,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RowEnding {
    Reply { status: u16, headers: Vec<Header>, body: Content },
    Error(String),
    Dropped,
}

#[derive(Serialize, Deserialize)]
struct Header {
    name: String,
    value: Content,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Content {
    Text(String),
    Hex(String),
}

impl Row {
    fn of(exchange: &Exchange) -> Self {
        let request = &exchange.request;
        Self {
            method: request.method.to_string(),
            target: request.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned(),
            headers: write_headers(&request.headers),
            body: Content::of(&request.body),
            ending: match &exchange.ending {
                Ending::Reply(reply) => RowEnding::Reply {
                    status: reply.status.as_u16(),
                    headers: write_headers(&reply.headers),
                    body: Content::of(&reply.body),
                },
                Ending::Error(kind) => RowEnding::Error(name_of(*kind).to_owned()),
                Ending::Dropped => RowEnding::Dropped,
            },
        }
    }

    /// Returns the exchange, or the name of the part that is invalid in HTTP.
    fn read(self) -> Result<Exchange, &'static str> {
        let request = Recorded {
            method: Method::try_from(self.method.as_str()).map_err(|_| "method")?,
            uri: Uri::try_from(self.target).map_err(|_| "target")?,
            headers: read_headers(self.headers)?,
            body: self.body.read().ok_or("body")?,
            info: CallInfo::new("call", Idempotency::NonIdempotent),
        };
        let ending = match self.ending {
            RowEnding::Reply { status, headers, body } => Ending::Reply(RecordedReply {
                status: StatusCode::from_u16(status).map_err(|_| "status")?,
                headers: read_headers(headers)?,
                body: body.read().ok_or("body")?,
            }),
            RowEnding::Error(name) => Ending::Error(kind_of(&name).ok_or("error")?),
            RowEnding::Dropped => Ending::Dropped,
        };
        Ok(Exchange { request, ending })
    }
}

impl Content {
    fn of(bytes: &[u8]) -> Self {
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Self::Text(text.to_owned());
        }
        let mut hex = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            // Writing to a `String` cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self::Hex(hex)
    }

    fn read(self) -> Option<Bytes> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Hex(hex) => {
                let (pairs, rest) = hex.as_bytes().as_chunks::<2>();
                let byte = |pair: &[u8; 2]| {
                    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
                    let [high, low] = pair.map(digit);
                    Some(high? << 4 | low?)
                };
                let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
                bytes.filter(|_| rest.is_empty()).map(Bytes::from)
            }
        }
    }
}

fn write_headers(headers: &HeaderMap) -> Vec<Header> {
    headers
        .iter()
        .filter(|(name, value)| !is_secret(name, value))
        .map(|(name, value)| Header { name: name.to_string(), value: Content::of(value.as_bytes()) })
        .collect()
}

fn read_headers(rows: Vec<Header>) -> Result<HeaderMap, &'static str> {
    let mut headers = HeaderMap::new();
    for Header { name, value } in rows {
        let name = HeaderName::try_from(name).map_err(|_| "header")?;
        let value = value.read().and_then(|value| HeaderValue::from_maybe_shared(value).ok()).ok_or("header")?;
        headers.append(name, value);
    }
    Ok(headers)
}

const KINDS: [(TransportErrorKind, &str); 7] = [
    (TransportErrorKind::Connect, "connect"),
    (TransportErrorKind::Tls, "tls"),
    (TransportErrorKind::NotSent, "not_sent"),
    (TransportErrorKind::Timeout, "timeout"),
    (TransportErrorKind::Interrupted, "interrupted"),
    (TransportErrorKind::ReplyTooLarge, "body_too_large"),
    (TransportErrorKind::Other, "other"),
];

fn name_of(kind: TransportErrorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("other", |(_, name)| name)
}

fn kind_of(name: &str) -> Option<TransportErrorKind> {
    KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
}

/// A transport that replays a [`Recording`].
///
/// A request gets the first unused exchange with the same method, path, query and body; host and headers are ignored. So
/// different calls may come in any order, and equal calls get their replies in the recorded order. An exchange that was dropped
/// stalls.
///
/// # Panics
///
/// A request without a match panics with its method and path: an error would look to the tested code like a send with an unknown
/// state. If something catches the panic, dropping the transport panics again.
///
/// ```
/// use incs_client::testing::{CapturingTransport, Recording, ReplayingTransport, ScriptedTransport};
/// use incs_client::transport::{Request, Transport};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let transport = CapturingTransport::new(ScriptedTransport::new().reply(200, "one").reply(200, "two"));
/// for _ in 0..2 {
///     transport.call(Request::default()).await.unwrap();
/// }
/// let json = Recording::new(transport.take()).to_json(); // write it to a file; later:
///
/// let transport = ReplayingTransport::new(Recording::from_json(json.as_bytes()).unwrap());
/// for expected in ["one", "two"] {
///     assert_eq!(transport.call(Request::default()).await.unwrap().body(), expected);
/// }
/// assert!(transport.unused().is_empty());
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct ReplayingTransport {
    left: Mutex<Vec<Exchange>>,
    unanswered: Unanswered,
}

impl ReplayingTransport {
    /// Creates a transport that replays a recording.
    pub fn new(recording: Recording) -> Self {
        Self { left: Mutex::new(recording.into_exchanges()), unanswered: Unanswered::default() }
    }

    /// Returns the exchanges that no request has used.
    pub fn unused(&self) -> Vec<Exchange> {
        locked(&self.left).clone()
    }

    fn take(&self, request: &Request) -> Ending {
        let mut left = locked(&self.left);
        if let Some(index) = left.iter().position(|exchange| matches(&exchange.request, request)) {
            return left.remove(index).ending;
        }
        drop(left);
        let (method, path) = (request.method(), request.uri().path());
        self.unanswered.fail(&format!("no exchange is left in the recording for this {method} {path}"))
    }
}

#[async_trait]
impl Transport for ReplayingTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let ending = self.take(&request);
        let info = CallInfo::of(&request);
        info.send_gate().arm();
        let stays = matches!(&ending, Ending::Error(kind) if kind.proves_not_sent());
        if !stays && !info.send_gate().commit() {
            return Err(TransportErrorKind::NotSent.into());
        }
        match ending {
            Ending::Reply(reply) => Ok(reply.to_response()),
            Ending::Error(kind) => Err(kind.into()),
            Ending::Dropped => std::future::pending().await,
        }
    }
}

fn matches(recorded: &Recorded, request: &Request) -> bool {
    recorded.method() == request.method()
        && recorded.path() == request.uri().path()
        && recorded.query() == request.uri().query()
        && recorded.body() == request.body()
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;
    use crate::testing::{CapturingTransport, ScriptedTransport};

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
                let mut value = HeaderValue::from_static("s3cret");
                value.set_sensitive(name == "x-own");
                request.headers_mut().insert(name, value);
            }
            request.headers_mut().insert("accept", HeaderValue::from_static("*/*"));
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
            request.headers_mut().insert("x-latin", HeaderValue::from_bytes(b"Gr\xfc\xdfe").unwrap());
        });
        let json = recording.to_json();
        let read = Recording::from_json(json.as_bytes()).unwrap();
        assert_eq!(read.to_json(), json);
        let exchange = &read.exchanges()[0];
        assert_eq!(exchange.request().uri(), "/b?c=%2B");
        assert_eq!(exchange.request().body(), "{\"text\":\"Grüße\"}");
        assert_eq!(exchange.request().headers()["x-latin"].as_bytes(), b"Gr\xfc\xdfe");
        let Ending::Reply(reply) = exchange.ending() else { panic!("{exchange:?}") };
        assert_eq!((reply.status().as_u16(), reply.body()), (404, &Bytes::from(bytes)));
    }

    #[test]
    fn unreadable_recording_is_not_shown() {
        let row = |method: &str, body: &str, ending: &str| {
            format!(
                r#"{{"version":1,"exchanges":[{{"method":"{method}","target":"/","headers":[],"body":{body},"ending":{ending}}}]}}"#
            )
        };
        let text = r#"{"text":"s3cret"}"#;
        for (json, message) in [
            ("[]".to_owned(), "the recording cannot be read"),
            ("{}".to_owned(), "the recording cannot be read"),
            (r#"{"version":2,"exchanges":"s3cret"}"#.to_owned(), "the recording has version 2, expected 1"),
            (r#"{"version":1,"exchanges":"s3cret"}"#.to_owned(), "the recording cannot be read"),
            (row("s3 cret", text, r#""dropped""#), "/exchanges/0: the method is invalid in HTTP"),
            (row("GET", r#"{"hex":"f"}"#, r#""dropped""#), "/exchanges/0: the body is invalid in HTTP"),
            (row("GET", r#"{"hex":"+f"}"#, r#""dropped""#), "/exchanges/0: the body is invalid in HTTP"),
            (row("GET", text, r#"{"error":"s3cret"}"#), "/exchanges/0: the error is invalid in HTTP"),
        ] {
            let error = Recording::from_json(json.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), message, "{json}");
            assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
        }
        Recording::from_json(row("GET", text, r#"{"error":"not_sent"}"#).as_bytes()).unwrap();
    }

    fn request(method: &str, uri: &'static str, body: &'static str) -> Request {
        let mut request = Request::new(body.into());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        request
    }

    fn replaying(script: ScriptedTransport, requests: impl IntoIterator<Item = Request>) -> ReplayingTransport {
        let transport = CapturingTransport::new(script);
        for request in requests {
            let _ = transport.call(request).now_or_never();
        }
        let json = Recording::new(transport.take()).to_json();
        ReplayingTransport::new(Recording::from_json(json.as_bytes()).unwrap())
    }

    #[test]
    fn request_matches_on_all_parts() {
        let recorded = || request("POST", "https://a.example/b?c=1", "{}");
        let others = [
            request("PUT", "https://a.example/b?c=1", "{}"),
            request("POST", "https://a.example/B?c=1", "{}"),
            request("POST", "https://a.example/b?c=2", "{}"),
            request("POST", "https://a.example/b", "{}"),
            request("POST", "https://a.example/b?c=1", "{ }"),
        ];
        let transport = replaying(ScriptedTransport::new().reply(200, "one"), [recorded()]);
        for other in others {
            let why = panic_of(|| drop(transport.call(other).now_or_never()));
            assert!(why.starts_with("no exchange is left in the recording for this P") && !why.contains("c="), "{why}");
        }
        let elsewhere = request("POST", "http://localhost:1/b?c=1", "{}");
        assert_eq!(transport.call(elsewhere).now_or_never().unwrap().unwrap().body(), "one");
        assert!(transport.unused().is_empty());
        let why = "no exchange is left in the recording for this POST /b";
        assert_eq!(panic_of(|| drop(transport.call(recorded()).now_or_never())), why);
        // The test continued, so dropping the transport panics again.
        assert!(panic_of(|| drop(transport)).starts_with("no exchange is left"));
    }

    fn panic_of(run: impl FnOnce()) -> String {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_err();
        *caught.downcast::<String>().unwrap()
    }

    #[test]
    fn recorded_errors_are_replayed() {
        let script = ScriptedTransport::new().error(TransportErrorKind::Connect).stall();
        let transport = replaying(script, [request("GET", "/a", ""), request("GET", "/b", "")]);
        for (path, kind, left) in [("/a", Some(TransportErrorKind::Connect), false), ("/b", None, true)] {
            let mut request = request("GET", path, "");
            let info = CallInfo::of(&request);
            request.extensions_mut().insert(info.clone());
            let result = transport.call(request).now_or_never();
            assert_eq!(result.map(|result| result.unwrap_err().kind()), kind);
            assert_eq!(info.send_gate().maybe_sent(), left);
        }
    }
}
