//! One request: read whole, upset or answered, recorded.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use bytes::Bytes;
use futures_util::StreamExt as _;
use http::{Method, Request, StatusCode, header, request};
use hyper::body::Incoming;
use incs_model::envelope::Code;
use tower_service::Service as _;

use super::intake::{self, Intake};
use super::mask;
use super::upset::{End, Upset};
use crate::api::reply::{Reply, Told};
use crate::config::HttpStatus;
use crate::core::Core;
use crate::notice::Kind;
use crate::operation;
use crate::stop::Stop;
use crate::world::exchange::Exchange;
use crate::{admin, api};

/// Where the console and the admin API begin.
const CONSOLE: &str = "/_sandbox/";

/// The longest that a reply is withheld.
const LONGEST_STALL: Duration = Duration::from_mins(5);

/// The connection ends without a reply.
#[derive(Debug, thiserror::Error)]
#[error("dropped without a reply")]
pub(super) struct Dropped;

/// What answers requests.
#[derive(Debug)]
pub(super) struct Front {
    core: Arc<Core>,
    api: Router,
    pub(super) admin: Router,
    stop: Stop,
}

impl Front {
    pub(super) fn new(core: Arc<Core>, stop: Stop) -> Self {
        let api = api::router().with_state(Arc::clone(&core));
        Self { api, admin: admin::router(Arc::clone(&core)), core, stop }
    }

    pub(super) async fn answer(&self, request: Request<Incoming>) -> Result<Response, Dropped> {
        let path = request.uri().path();
        if path.starts_with(CONSOLE) {
            return Ok(self.administrate(request).await);
        }
        if matches!(path, "/" | "/_sandbox") && matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(Redirect::temporary(CONSOLE).into_response());
        }
        let (head, body) = request.into_parts();
        match intake::take(body).await {
            Intake::Whole(body) => self.call(head, body).await,
            Intake::TooLong => {
                let text = format!("the body has more than {} bytes", intake::LONGEST_BODY);
                let response = Reply::failure(Code::InvalidParameters, text).into_response();
                let draft = self.draft(&head, Bytes::new());
                self.finish(draft, &Upset::default(), Some(response)).await
            }
            Intake::Broken => Err(Dropped),
        }
    }

    /// A call of the platform's API.
    async fn call(&self, head: request::Parts, body: Bytes) -> Result<Response, Dropped> {
        let draft = self.draft(&head, body.clone());
        let upset = Upset::pick(&self.core, draft.operation, &body);
        let response = if upset.lets_through() {
            let answered = self.api.clone().call(Request::from_parts(head, Body::from(body))).await;
            let answered: Result<Response, Infallible> = answered;
            let Ok(response) = answered;
            Some(response)
        } else {
            None
        };
        self.finish(draft, &upset, response).await
    }

    /// What is recorded of a request before it is answered.
    fn draft(&self, head: &request::Parts, body: Bytes) -> Draft {
        let operation = operation::of(&head.method, head.uri.path());
        let exchange = Exchange {
            number: 0,
            at: self.core.now(),
            micros: 0,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            request_headers: mask::headers(&head.headers),
            request_body: body,
            status: None,
            reply_body: Bytes::new(),
            fault: None,
            message: None,
        };
        Draft { exchange, operation, start: Instant::now() }
    }

    /// Records the exchange, and gives the reply, if there is to be one. It is recorded first: while a reply is held back the client
    /// may give up, and then nothing here goes on.
    async fn finish(&self, draft: Draft, upset: &Upset, response: Option<Response>) -> Result<Response, Dropped> {
        let Draft { mut exchange, operation, start } = draft;
        let status = self.core.config.status;
        let mut response =
            response.unwrap_or_else(|| Reply::failure(Code::ServerError, "Server error").into_response());
        let told = told(&mut response);
        // A wrong method has a status of its own, which no code of the envelope mirrors.
        if status == HttpStatus::AlwaysOk || response.status() != StatusCode::METHOD_NOT_ALLOWED {
            *response.status_mut() = status.of(told.code);
        }
        let end = upset.end(status).unwrap_or(End::Reply(response, told.body));
        // A virtual clock stands still during a call.
        let taken = if self.core.clock.is_virtual() { Duration::ZERO } else { start.elapsed() };
        exchange.micros = u64::try_from((taken + upset.delay()).as_micros()).unwrap_or(u64::MAX);
        exchange.fault = upset.words();
        exchange.message = told.message;
        if let End::Reply(response, body) = &end {
            exchange.status = Some(response.status().as_u16());
            exchange.reply_body = body.clone();
        }
        if operation == Some(operation::FETCH_TOKEN) {
            exchange.request_body = mask::body(&exchange.request_body);
            exchange.reply_body = mask::body(&exchange.reply_body);
        }
        self.record(exchange, told.code != Code::Success);
        self.wait(upset.delay()).await;
        match end {
            End::Reply(response, _) => Ok(response),
            End::Dropped => Err(Dropped),
            End::Stalled => {
                self.wait(LONGEST_STALL).await;
                Err(Dropped)
            }
        }
    }

    fn record(&self, mut exchange: Exchange, is_refused: bool) {
        self.core.change(|world, _| {
            exchange.number = world.exchanges.next();
            world.counters.requests += 1;
            world.counters.refused += u64::from(is_refused);
            if let Some(message) = exchange.message.and_then(|message| world.messages.get_mut(message)) {
                message.exchange = Some(exchange.number);
            }
            world.notices.tell(Kind::Exchange, &exchange);
            world.exchanges.push(exchange);
        });
    }

    /// Waits, but not beyond the shutdown.
    async fn wait(&self, span: Duration) {
        if !span.is_zero() {
            let mut stop = self.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(span) => {}
                () = stop.stopped() => {}
            }
        }
    }

    /// The console and the admin API: no fault happens to them, and nothing is recorded.
    async fn administrate(&self, request: Request<Incoming>) -> Response {
        let answered: Result<Response, Infallible> = self.admin.clone().call(request.map(Body::new)).await;
        let Ok(response) = answered;
        let is_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        if !is_stream {
            return response;
        }
        // A stream of events has no end of its own, and would hold the shutdown up.
        let mut stop = self.stop.clone();
        response.map(|body| {
            Body::from_stream(body.into_data_stream().take_until(Box::pin(async move { stop.stopped().await })))
        })
    }
}

/// What is known of a request before it is answered.
struct Draft {
    exchange: Exchange,
    operation: Option<&'static str>,
    start: Instant,
}

/// What a response tells of itself. One that the router made alone, for a wrong method say, tells nothing: it is made one of the
/// platform's.
fn told(response: &mut Response) -> Told {
    if let Some(told) = response.extensions_mut().remove::<Told>() {
        return told;
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        _ => Code::InvalidParameters,
    };
    let text = if code == Code::NotFound { "Route not found" } else { "Request parameters error" };
    let reply = Reply::failure(code, text);
    let told = Told { code: reply.code, body: reply.body.clone(), message: None };
    *response = reply.into_response();
    told
}
