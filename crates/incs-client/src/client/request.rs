//! Making an HTTP request of a call.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use incs_model::{Channel, PhoneNumber};

use super::base_url::{BaseUrl, UrlError};
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
    uri: Cow<'a, Uri>,
    host: &'a HeaderValue,
    headers: HeaderMap,
    body: Option<Bytes>,
}

/// A call of which no request can be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PrepareError {
    #[error(transparent)]
    Url(#[from] UrlError),
    #[error("the body of the endpoint cannot be written")]
    Body(#[source] serde_json::Error),
}

impl<'a> Prepared<'a> {
    pub(crate) fn new<E: Endpoint>(endpoint: &'a E, base: &'a BaseUrl) -> Result<Self, PrepareError> {
        let body = endpoint.body().map_err(PrepareError::Body)?.map(Bytes::from);
        Ok(Self {
            operation: endpoint.operation(),
            channel: endpoint.channel(),
            recipient: endpoint.recipient(),
            credential: endpoint.credential(),
            replay: endpoint.replay(),
            method: endpoint.method(),
            uri: base.url(&endpoint.path(), endpoint.query().as_str())?,
            host: &base.host,
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
        *request.uri_mut() = Uri::clone(&self.uri);
        let headers = request.headers_mut();
        headers.reserve(self.headers.len() + 5);
        headers.insert(HOST, self.host.clone());
        headers.insert(ACCEPT, JSON);
        headers.insert(USER_AGENT, user_agent.clone());
        if self.body.is_some() {
            headers.insert(CONTENT_TYPE, JSON);
        }
        if !self.headers.is_empty() {
            headers.extend(self.headers.clone());
        }
        if let Some(value) = credential {
            let name = if self.credential == CredentialKind::Bearer { AUTHORIZATION } else { CERTIFICATION_CODE };
            headers.insert(name, value);
        }
        request.extensions_mut().insert(info);
        request
    }
}
