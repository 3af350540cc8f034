//! Recorded requests, replies and exchanges; `Debug` masks them.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use incs_model::{DecodeError, decode};
use serde::de::DeserializeOwned;

use crate::transport::{CallInfo, Request, Response, TransportErrorKind};

/// A request as passed to a transport. `Debug` shows no secret header, no query and no body.
#[derive(Clone)]
pub struct Recorded {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    pub(super) info: CallInfo,
}

impl Recorded {
    pub(super) fn of(request: &Request) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            info: CallInfo::of(request),
        }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the URI; only path and query if it was read from a [`Recording`](super::Recording).
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the path of the URI.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// Returns the query of the URI.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the first value of a header; `None` also if it is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Parses the body as JSON.
    ///
    /// # Errors
    ///
    /// Fails when the body is not JSON, or not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode(&self.body)
    }

    /// Returns the client's information about the call: the operation, the number of the attempt and so on.
    pub fn info(&self) -> &CallInfo {
        &self.info
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let query = self.uri.query().map(|query| format!("?<{} bytes>", query.len())).unwrap_or_default();
        f.debug_struct("Recorded")
            .field("method", &self.method)
            .field("target", &format_args!("{}{query}", self.uri.path()))
            .field("headers", &masked(&self.headers))
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// A reply as returned by a transport. `Debug` shows no secret header and no body.
#[derive(Clone)]
pub struct RecordedReply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl RecordedReply {
    pub(super) fn of(reply: &Response) -> Self {
        Self { status: reply.status(), headers: reply.headers().clone(), body: reply.body().clone() }
    }

    pub(super) fn to_response(&self) -> Response {
        let mut response = Response::new(self.body.clone());
        *response.status_mut() = self.status;
        response.headers_mut().clone_from(&self.headers);
        response
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl fmt::Debug for RecordedReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordedReply")
            .field("status", &self.status)
            .field("headers", &masked(&self.headers))
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish()
    }
}

/// One request and its end.
#[derive(Debug, Clone)]
pub struct Exchange {
    pub(super) request: Recorded,
    pub(super) ending: Ending,
}

impl Exchange {
    /// The request.
    pub fn request(&self) -> &Recorded {
        &self.request
    }

    /// Returns the end of the exchange.
    pub fn ending(&self) -> &Ending {
        &self.ending
    }
}

/// The end of an exchange.
#[derive(Debug, Clone)]
pub enum Ending {
    /// A reply of any status.
    Reply(RecordedReply),
    /// An error of the transport.
    Error(TransportErrorKind),
    /// The caller dropped the exchange, for example at a timeout.
    Dropped,
}

/// Headers with secret values.
const SECRET: [&str; 5] = ["authorization", "certification-code", "cookie", "proxy-authorization", "set-cookie"];

/// Returns whether a header must be neither shown nor written.
pub(super) fn is_secret(name: &HeaderName, value: &HeaderValue) -> bool {
    value.is_sensitive() || SECRET.contains(&name.as_str())
}

/// Headers with secrets masked for `Debug`.
fn masked(headers: &HeaderMap) -> impl fmt::Debug {
    fmt::from_fn(|f| {
        let shown = headers.iter().map(|(name, value)| {
            let text = if is_secret(name, value) { "<secret>".to_owned() } else { format!("{value:?}") };
            (name.as_str(), fmt::from_fn(move |f| f.write_str(&text)))
        });
        f.debug_map().entries(shown).finish()
    })
}
