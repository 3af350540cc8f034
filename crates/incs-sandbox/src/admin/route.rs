//! A route of the admin API: its request, its handler, its description, and its errors.

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
use crate::state::App;

/// One route. The router and the OpenAPI document are built from these; schemas come from the argument and return types of the
/// handler.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// The path below [`ADMIN_ROOT`](crate::config::ADMIN_ROOT).
    pub(crate) path: &'static str,
    /// The name of the operation.
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    /// The schema of the path parameters, as an object.
    pub(crate) in_path: SchemaFn,
    pub(crate) in_query: SchemaFn,
    pub(crate) body: Option<SchemaFn>,
    pub(crate) status: StatusCode,
    pub(crate) reply: ReplyBody,
    /// Error statuses besides those that follow from the parts of the request.
    pub(crate) refusals: &'static [u16],
    pub(crate) handler: MethodRouter<Arc<App>>,
}

/// The form of a reply.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ReplyBody {
    /// No body.
    Empty,
    Json(SchemaFn),
    /// Server-sent events with this schema in each `data`.
    Events(SchemaFn),
}

/// A route without its handler.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RouteBuilder {
    method: Method,
    path: &'static str,
    id: &'static str,
    summary: &'static str,
    status: StatusCode,
    refusals: &'static [u16],
}

/// The methods in use.
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

/// A synchronous handler.
type HandlerFn<P, Q, B, R> = fn(&App, AdminRequest<P, Q, B>) -> Result<R, ApiError>;

/// Begins a route with its method, path, operation and summary.
pub(crate) fn route(method: Method, path: &'static str, id: &'static str, summary: &'static str) -> RouteBuilder {
    RouteBuilder { method, path, id, summary, status: StatusCode::OK, refusals: &[] }
}

impl RouteBuilder {
    /// Sets the status of a success; 200 by default.
    pub(crate) fn status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Sets the error statuses besides those that follow from the parts of the request.
    pub(crate) fn refusals(self, refusals: &'static [u16]) -> Self {
        Self { refusals, ..self }
    }

    /// Sets a synchronous handler that never fails.
    pub(crate) fn infallible<P, Q, R>(self, answer: fn(&App, AdminRequest<P, Q>) -> R) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        R: Serialize + JsonSchema + Send + 'static,
    {
        self.async_handler(move |app, request| std::future::ready(Ok(answer(&app, request))))
    }

    /// Sets a synchronous handler.
    pub(crate) fn handler<P, Q, B, R>(self, answer: HandlerFn<P, Q, B, R>) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        R: Serialize + JsonSchema + Send + 'static,
    {
        self.async_handler(move |app, request| std::future::ready(answer(&app, request)))
    }

    /// Sets an asynchronous handler.
    pub(crate) fn async_handler<P, Q, B, R, F, L>(self, answer: F) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        R: Serialize + JsonSchema + 'static,
        F: Fn(Arc<App>, AdminRequest<P, Q, B>) -> L + Clone + Send + Sync + 'static,
        L: Future<Output = Result<R, ApiError>> + Send,
    {
        let is_empty = self.status == StatusCode::NO_CONTENT;
        let status = self.status;
        let reply = if is_empty { ReplyBody::Empty } else { ReplyBody::Json(SchemaGenerator::subschema_for::<R>) };
        self.response_handler::<P, Q, B, _, _>(reply, move |app, request| {
            let answer = answer(app, request);
            async move {
                let answer = answer.await?;
                if is_empty {
                    return Ok(status.into_response());
                }
                // Serialized only now, when the records are no longer locked.
                let text = serde_json::to_vec(&answer).unwrap_or_default();
                Ok((status, [(header::CONTENT_TYPE, "application/json")], text).into_response())
            }
        })
    }

    /// Sets a handler that builds the response itself.
    pub(crate) fn response_handler<P, Q, B, F, L>(self, reply: ReplyBody, handle: F) -> Route
    where
        P: DeserializeOwned + JsonSchema + Send + 'static,
        Q: DeserializeOwned + JsonSchema + Send + 'static,
        B: Body + Send + 'static,
        F: Fn(Arc<App>, AdminRequest<P, Q, B>) -> L + Clone + Send + Sync + 'static,
        L: Future<Output = Result<Response, ApiError>> + Send,
    {
        let handler = async move |State(app): State<Arc<App>>,
                                  path: Result<Path<P>, PathRejection>,
                                  query: Result<Query<Q>, QueryRejection>,
                                  headers: HeaderMap,
                                  body: Bytes| {
            let answer = match AdminRequest::read(path, query, &headers, &body) {
                Ok(request) => handle(app, request).await,
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
            body: B::SCHEMA,
            status: self.status,
            reply,
            refusals: self.refusals,
            handler: on(self.method.filter(), handler),
        }
    }
}

/// A request of the admin API, split into its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AdminRequest<P = Empty, Q = Empty, B = Empty> {
    pub(crate) path: P,
    pub(crate) query: Q,
    pub(crate) body: B,
}

impl<P, Q, B: Body> AdminRequest<P, Q, B> {
    pub(crate) fn read(
        path: Result<Path<P>, PathRejection>,
        query: Result<Query<Q>, QueryRejection>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self, ApiError> {
        // An invalid number or channel names no record, so it is 404.
        let Path(path) = path.map_err(|rejection| ApiError::not_found(rejection.body_text()))?;
        let Query(query) = query.map_err(|rejection| ApiError::bad_request(rejection.body_text()))?;
        Ok(Self { path, query, body: B::read(headers, body)? })
    }
}

/// The path of a record with a number.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct NumberPath {
    /// The record's number.
    pub(crate) number: u64,
}

/// The path of a record with an id.
#[derive(Debug, Clone, Copy, Deserialize, schemars::JsonSchema)]
pub(crate) struct IdPath {
    /// The id.
    pub(crate) id: u64,
}

/// The path of a customer on a channel.
#[derive(Debug, Clone, Deserialize, schemars::JsonSchema)]
pub(crate) struct CustomerPath {
    /// The channel.
    pub(crate) channel: Channel,
    /// The customer's number, digits only.
    pub(crate) customer: String,
}

/// Returns the schema of a type.
pub(crate) type SchemaFn = fn(&mut SchemaGenerator) -> Schema;

/// No parameters, no body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Empty {}

/// A JSON body.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Json<T>(pub(crate) T);

/// A JSON body of a type with its own parser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ParsedJson<T>(pub(crate) T);

/// A type with its own parser, whose errors are more exact.
pub(crate) trait ParseJson: Sized {
    /// The schema.
    const SCHEMA: SchemaFn;

    /// Parses JSON.
    fn parse(json: &[u8]) -> Result<Self, ApiError>;
}

/// The body of a request.
pub(crate) trait Body: Sized {
    /// The schema; `None` without a body.
    const SCHEMA: Option<SchemaFn>;

    /// Reads the body.
    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError>;
}

impl Body for Empty {
    const SCHEMA: Option<SchemaFn> = None;

    fn read(_: &HeaderMap, _: &[u8]) -> Result<Self, ApiError> {
        Ok(Self {})
    }
}

impl<T: DeserializeOwned + JsonSchema> Body for Json<T> {
    const SCHEMA: Option<SchemaFn> = Some(<T as JsonSchema>::json_schema);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        is_json(headers)?;
        syntax(body)?;
        Ok(Self(body::read(body)?))
    }
}

impl<T: ParseJson> Body for ParsedJson<T> {
    const SCHEMA: Option<SchemaFn> = Some(T::SCHEMA);

    fn read(headers: &HeaderMap, body: &[u8]) -> Result<Self, ApiError> {
        is_json(headers)?;
        syntax(body)?;
        T::parse(body).map(Self)
    }
}

/// Refuses a body that is not JSON; its error has no pointer.
fn syntax(body: &[u8]) -> Result<(), ApiError> {
    decode::<IgnoredAny>(body).map(|_| ()).map_err(|error| ApiError::bad_request(error.to_string()))
}

/// Refuses other media types: forms of other sites can post text, but not JSON without a preflight request.
fn is_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") { Ok(()) } else { Err(ApiError::media_type()) }
}

/// Returns the page size: 50 by default, at most 200.
pub(crate) fn limit(asked: Option<usize>) -> usize {
    asked.unwrap_or(50).min(200)
}

/// The reason of a refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Error")]
pub(crate) struct ApiError {
    #[serde(skip)]
    pub(crate) status: StatusCode,
    /// One sentence for people.
    pub(crate) error: String,
    /// The JSON pointer of the invalid member of the body.
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

    pub(crate) fn not_found(error: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error)
    }

    pub(crate) fn method() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "the route does not support this method")
    }

    pub(crate) fn conflict(error: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, error)
    }

    pub(crate) fn media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be application/json")
    }

    /// The error for JSON with an invalid shape or value.
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
