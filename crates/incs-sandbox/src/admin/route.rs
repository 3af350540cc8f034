//! One route: what answers it, and what there is to say about it.

use std::future::Future;
use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use schemars::{JsonSchema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::call::Call;
use super::failure::Failure;
use super::part::{Body, Describe};
use crate::core::Core;

/// One route. The router and the OpenAPI document are made of these, and their schemas are those of the types that the function
/// behind the route takes and gives.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) method: Method,
    /// Below [`ROOT`](super::ROOT).
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

/// What a reply looks like.
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
pub(crate) type Answer<P, Q, B, R> = fn(&Core, Call<P, Q, B>) -> Result<R, Failure>;

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
        L: Future<Output = Result<R, Failure>> + Send,
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
                // Written only now, when the world is no longer locked.
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
        L: Future<Output = Result<Response, Failure>> + Send,
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
