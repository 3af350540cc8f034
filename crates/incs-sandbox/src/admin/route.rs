//! A route of the admin API: how a call is read, what answers it, how it is described, and how it fails.

use std::future::Future;
use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use incs_model::{DecodeError, decode};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};

use crate::body::{self, BodyError};
use crate::channel::Channel;
use crate::state::Core;

/// One route. The router and the OpenAPI document are made of these, and their schemas are those of the types that the function
/// behind the route takes and gives.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Below [`ADMIN_ROOT`](crate::config::ADMIN_ROOT).
    pub(crate) path: &'static str,
    /// The name of the operation.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    /// Looks of the parameters, as an object each.
    pub(crate) in_path: Describe,
    pub(crate) in_query: Describe,
    pub(crate) body: Option<Describe>,
    pub(crate) status: StatusCode,
    pub(crate) reply: Look,
    /// Refusals besides those that follow from the parts.
    pub(crate) refusals: &'static [u16],
    pub(crate) handler: MethodRouter<Arc<Core>>,
}

/// The form of a reply.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Look {
    /// There is nothing in it.
    Empty,
    Json(Describe),
    /// Server-sent events with this in each `data`.
    Events(Describe),
}

/// A route of which only the name is known yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Name {
    method: Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    status: StatusCode,
    refusals: &'static [u16],
}

/// The methods that are in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Delete,
}

impl Method {
    /// The key in the document.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// A function that answers at once.
type Answer<P, Q, B, R> = fn(&Core, Call<P, Q, B>) -> Result<R, ApiError>;

/// Begins a route: its method, path, operation and one sentence.
pub(crate) fn route(method: Method, path: &'static str, id: &'static str, summary: &'static str) -> Name {
    Name { method, path, id, summary, status: StatusCode::OK, refusals: &[] }
}

impl Name {
    /// Sets the status of a success; 200 unless set.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Adds refusals besides those that follow from the parts.
    pub(crate) fn refusals(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }

    /// The function that answers at once, and never refuses what could be read.
    pub(crate) fn always<P, Q, R>(self, answer: fn(&Core, Call<P, Q>) -> R) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Send + 'static,
    {
        self.by_later(move |core, call| std::future::ready(Ok(answer(&core, call))))
    }

    /// The function that answers at once.
    pub(crate) fn by<P, Q, B, R>(self, answer: Answer<P, Q, B, R>) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        R: Serialize + JsonSchema + Send + 'static,
    {
        self.by_later(move |core, call| std::future::ready(answer(&core, call)))
    }

    /// The function that answers after a while.
    pub(crate) fn by_later<P, Q, B, R, F, L>(self, answer: F) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        R: Serialize + JsonSchema + 'static,
        F: Fn(Arc<Core>, Call<P, Q, B>) -> L + Clone + Send + Sync + 'static,
        L: Future<Output = Result<R, ApiError>> + Send,
    {
        let is_empty = self.status == StatusCode::NO_CONTENT;
        let status = self.status;
        let reply = if is_empty { Look::Empty } else { Look::Json(SchemaGenerator::subschema_for::<R>) };
        self.handled::<P, Q, B, _, _>(reply, move |core, call| {
            let answer = answer(core, call);
            async move {
                let answer = answer.await?;
                if is_empty {
                    return Ok(status.into_response());
                }
                // Written only now, when the records are no longer locked.
                let text = serde_json::to_vec(&answer).unwrap_or_default();
                Ok((status, [(header::CONTENT_TYPE, "application/json")], text).into_response())
            }
        })
    }

    /// The function that makes the response itself.
    pub(crate) fn handled<P, Q, B, F, L>(self, reply: Look, handle: F) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        F: Fn(Arc<Core>, Call<P, Q, B>) -> L + Clone + Send + Sync + 'static,
        L: Future<Output = Result<Response, ApiError>> + Send,
    {
        let handler = async move |State(core): State<Arc<Core>>,
                                  path: Result<Path<P>, PathRejection>,
                                  query: Result<Query<Q>, QueryRejection>,
                                  headers: HeaderMap,
                                  body: Bytes| {
            let answer = match Call::read(path, query, &headers, &body) {
                Ok(call) => handle(core, call).await,
                Err(failure) => Err(failure),
            };
            answer.unwrap_or_else(IntoResponse::into_response)
        };
        Route {
            method: self.method,
            path: self.path,
            id: self.id,
            summary: self.summary,
            in_path: P::json_schema,
            in_query: Q::json_schema,
            body: B::DESCRIBE,
            status: self.status,
            reply,
            refusals: self.refusals,
            handler: on(self.method.filter(), handler),
        }
    }
}

/// A call of the admin API, read into its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<P = Nothing, Q = Nothing, B = Nothing> {
    pub(crate) path: P,
    pub(crate) query: Q,
    pub(crate) body: B,
}

impl<P, Q, B: Body> Call<P, Q, B> {
    pub(crate) fn read(
        path: Result<Path<P>, PathRejection>,
        query: Result<Query<Q>, QueryRejection>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        // What is no number or no channel names nothing that is there.
        let Path(path) = path.map_err(|rejection| ApiError::not_found(rejection.body_text()))?;
        let Query(query) = query.map_err(|rejection| ApiError::bad_request(rejection.body_text()))?;
        Ok(Self { path, query, body: B::read(headers, body)? })
    }
}

/// A record that is known by its number.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfNumber {
    /// The record's number.
    pub(crate) number: u64,
}

/// A thing that is known by its id.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfId {
    /// The id.
    pub(crate) id: u64,
}

/// A customer on a channel.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
pub(crate) struct OfCustomer {
    /// The channel.
    pub(crate) channel: Channel,
    /// The customer's number, digits only.
    pub(crate) customer: String,
}

/// Describes a type.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

/// No parameters, no body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Nothing {}

/// A body of JSON.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub(crate) T);

/// A body of JSON that has a reader of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Own<T>(pub(crate) T);

/// A thing with a reader of its own, which says better what is wrong.
pub(crate) trait Parse: Sized {
    /// The schema.
    const DESCRIBE: Describe;

    /// Reads it out of JSON.
    fn parse(json: &[u8]) -> Result<Self, ApiError>;
}

/// A body that can be read.
pub(crate) trait Body: Sized {
    /// The schema; `None` without a body.
    const DESCRIBE: Option<Describe>;

    /// Reads it.
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError>;
}

impl Body for Nothing {
    const DESCRIBE: Option<Describe> = None;

    fn read(_: &HeaderMap, _: &[u8]) -> Result<Self, ApiError> {
        Ok(Self {})
    }
}

impl<T: DeserializeOwned + JsonSchema> Body for Json<T> {
    const DESCRIBE: Option<Describe> = Some(<T as JsonSchema>::json_schema);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        is_json(headers)?;
        syntax(body)?;
        Ok(Self(body::read(body)?))
    }
}

impl<T: Parse> Body for Own<T> {
    const DESCRIBE: Option<Describe> = Some(T::DESCRIBE);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        is_json(headers)?;
        syntax(body)?;
        T::parse(body).map(Self)
    }
}

/// A body that is no JSON has no member to point to.
fn syntax(body: &[u8]) -> Result<(), ApiError> {
    decode::<IgnoredAny>(body).map(|_| ()).map_err(|error| ApiError::bad_request(error.to_string()))
}

/// A form of another site can post text, but not this type without asking first.
fn is_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(ApiError::media_type()) }
}

/// Returns the number of records that a call gets: 50 by default, at most 200.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(50).min(200)
}

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ApiError {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// One sentence for people.
    pub(crate) error: String,
    /// The member of the body that is wrong, by JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

impl ApiError {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into(), pointer: None }
    }

    fn bad_request(error: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }

    pub(crate) fn forbidden(error: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, error)
    }

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(crate) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "the route is there, but not for this method")
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    pub(crate) fn media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    }

    /// The body is JSON of another shape, or says what cannot be.
    pub(crate) fn unprocessable(pointer: impl Into<String>, error: impl Into<String>) -> Self {
        Self { pointer: Some(pointer.into()), ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, error) }
    }

    pub(crate) fn busy(error: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }
}

impl From<BodyError> for ApiError {
    fn from(BodyError { pointer, problem }: BodyError) -> Self {
        let text = if pointer.is_empty() { problem } else { format!("{pointer}: {problem}") };
        Self::unprocessable(pointer, text)
    }
}

impl From<DecodeError> for ApiError {
    fn from(error: DecodeError) -> Self {
        Self::unprocessable(error.pointer(), error.to_string())
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, axum::Json(self)).into_response()
    }
}
