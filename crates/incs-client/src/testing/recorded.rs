//! A request and a reply, as they were recorded.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode, Uri};
use incs_model::{DecodeError, decode};
use serde::de::DeserializeOwned;

use super::masked::{MaskedBody, MaskedHeaders, MaskedTarget};
use crate::transport::{CallInfo, Request, Response};

/// A request, as a transport got it. `Debug` shows no secret header, no query and no body.
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

    /// The URI. When it was read from a [`Recording`](super::Recording), path and query only.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// The path of the URI.
    pub fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query of the URI.
    pub fn query(&self) -> Option<&str> {
        self.uri.query()
    }

    /// All headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The first value of a header; `None` too when it is not text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// When the body is not JSON, or not a `T`.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, DecodeError> {
        decode(&self.body)
    }

    /// What the client said of the call: the operation, the number of the attempt and so on.
    pub fn info(&self) -> &CallInfo {
        &self.info
    }
}

impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorded")
            .field("method", &self.method)
            .field("target", &MaskedTarget(&self.uri))
            .field("headers", &MaskedHeaders(&self.headers))
            .field("body", &MaskedBody(&self.body))
            .finish_non_exhaustive()
    }
}

/// A reply, as a transport gave it. `Debug` shows no secret header and no body.
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
            .field("headers", &MaskedHeaders(&self.headers))
            .field("body", &MaskedBody(&self.body))
            .finish()
    }
}
