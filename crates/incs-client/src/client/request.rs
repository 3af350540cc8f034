//! Making an HTTP request of a call.

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use incs_model::{Channel, PhoneNumber};

use crate::endpoint::{CredentialKind, Endpoint};
use crate::error::RequestState;
use crate::transport::{CallInfo, Replay, Request};

const CERTIFICATION_CODE: HeaderName = HeaderName::from_static("certification-code");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// All of a call but its credential: what every attempt sends.
pub(crate) struct Prepared<'a> {
    pub(crate) operation: &'static str,
    pub(crate) channel: Option<Channel>,
    pub(crate) recipient: Option<&'a PhoneNumber>,
    pub(crate) credential: CredentialKind,
    pub(crate) replay: Replay,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Option<Bytes>,
}

/// A call of which no request can be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    #[error("the path of the endpoint is not one of full segments")]
    Path,
    #[error("the path or the query of the endpoint cannot stand in a URL")]
    Url,
    #[error("the body of the endpoint cannot be written")]
    Body(#[source] serde_json::Error),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new<E: Endpoint>(endpoint: &'a E, base: &str) -> Result<Self, PrepareError> {
        let body = endpoint.body().map_err(PrepareError::Body)?.map(Bytes::from);
        Ok(Self {
            operation: endpoint.operation(),
            channel: endpoint.channel(),
            recipient: endpoint.recipient(),
            credential: endpoint.credential(),
            replay: endpoint.replay(),
            method: endpoint.method(),
            uri: uri(base, &endpoint.path(), endpoint.query().as_str())?,
            headers: endpoint.headers(),
            body,
        })
    }

    /// What is known after one more attempt. What an earlier one may have done stays possible, except that a read does nothing.
    pub(crate) fn remember(&self, before: RequestState, now: RequestState) -> RequestState {
        if self.method == Method::GET { now } else { before.max(now) }
    }

    /// The request of one attempt.
    pub(crate) fn request(&self, user_agent: &HeaderValue, credential: Option<HeaderValue>, info: CallInfo) -> Request {
        let mut request = Request::new(self.body.clone().unwrap_or_default());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.reserve(self.headers.len() + 4);
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, user_agent.clone());
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        headers.extend(self.headers.clone());
        if let Some(value) = credential {
            let name = if self.credential == CredentialKind::Bearer { AUTHORIZATION } else { CERTIFICATION_CODE };
            headers.insert(name, value);
        }
        request.extensions_mut().insert(info);
        request
    }
}

/// The absolute URL. An id must not turn one route into another, so a path with an empty segment, `.` or `..` is none: some
/// HTTP libraries would resolve it.
fn uri(base: &str, path: &str, query: &str) -> Result<Uri, PrepareError> {
    let segments = path.strip_prefix('/').ok_or(PrepareError::Path)?;
    if segments.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(PrepareError::Path);
    }
    let mut text = String::with_capacity(base.len() + path.len() + query.len() + 1);
    text.push_str(base);
    text.push_str(path);
    if !query.is_empty() {
        text.push('?');
        text.push_str(query);
    }
    let uri = Uri::try_from(text).map_err(|_| PrepareError::Url)?;
    // A path that holds a question mark would end where its query begins.
    if uri.path().ends_with(path) { Ok(uri) } else { Err(PrepareError::Url) }
}
