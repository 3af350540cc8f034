//! One exchange, as it stands in the file.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use serde::{Deserialize, Serialize};

use crate::testing::exchange::{Ending, Exchange};
use crate::testing::masked::is_secret;
use crate::testing::recorded::{Recorded, RecordedReply};
use crate::transport::{CallInfo, Replay, TransportErrorKind};

#[derive(Serialize, Deserialize)]
pub(super) struct Row {
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
    pub(super) fn of(exchange: &Exchange) -> Self {
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

    /// The exchange, or which part of it is none of HTTP.
    pub(super) fn read(self) -> Result<Exchange, &'static str> {
        let request = Recorded {
            method: Method::try_from(self.method.as_str()).map_err(|_| "method")?,
            uri: Uri::try_from(self.target).map_err(|_| "target")?,
            headers: read_headers(self.headers)?,
            body: self.body.read().ok_or("body")?,
            info: CallInfo::new("call", Replay::Unsafe),
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
    (TransportErrorKind::BodyTooLarge, "body_too_large"),
    (TransportErrorKind::Other, "other"),
];

fn name_of(kind: TransportErrorKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("other", |(_, name)| name)
}

fn kind_of(name: &str) -> Option<TransportErrorKind> {
    KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
}
