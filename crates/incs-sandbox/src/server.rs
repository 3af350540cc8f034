//! The HTTP server: accepts connections, reads each request, applies faults, replies, and records the exchange.

mod fault;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse as _, Redirect, Response};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use http::{Method, Request, StatusCode, header, request};
use http_body::Body as _;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use incs_model::envelope::Code;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service as _;

use self::fault::{End, RequestFault};
use crate::api::call::{Reply, ReplyRecord};
use crate::config::HttpStatus;
use crate::state::App;
use crate::state::events::EventKind;
use crate::state::exchanges::{Exchange, masked_body, masked_headers};
use crate::stop::Stop;
use crate::{admin, api, guard, operation};

/// The time that calls in progress get at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// The time limit of a request's head, and of an idle connection.
const HEAD_TIME: Duration = Duration::from_mins(1);

/// The longest head of a request, in bytes.
const MAX_HEAD: usize = 64 << 10;

/// The pause after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The path of the console; the admin API is below it.
const CONSOLE: &str = "/_sandbox/";

/// The longest time that a reply is withheld.
const MAX_STALL: Duration = Duration::from_mins(5);

/// The longest accepted body, in bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The most bytes of a too long body that are read and discarded, so that the client can read the reply.
const MAX_REST: usize = 16 << 20;

/// The time limit of a request's body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Accepts connections until the sandbox is shut down, then ends all of them.
pub(crate) async fn run(app: Arc<App>, listener: TcpListener, mut stop: Stop) {
    let max = app.config.connections;
    let handler = Arc::new(RequestHandler::new(app, stop.clone()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < max => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve(Arc::clone(&handler), stream, stop.clone()));
                }
                // Usually out of file descriptors; an immediate retry would keep the machine busy.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
            () = stop.stopped() => break,
        }
    }
    drop(listener);
    let all_finished = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all_finished).await;
    connections.shutdown().await;
}

async fn serve(handler: Arc<RequestHandler>, stream: TcpStream, mut stop: Stop) {
    // Send small replies without delay.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let handler = Arc::clone(&handler);
        async move { handler.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let is_over = tokio::select! {
        _ = connection.as_mut() => false,
        () = stop.stopped() => true,
    };
    if is_over {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Handles requests.
#[derive(Debug)]
struct RequestHandler {
    app: Arc<App>,
    api: Router,
    admin: Router,
    stop: Stop,
}

impl RequestHandler {
    fn new(app: Arc<App>, stop: Stop) -> Self {
        let api = api::router().with_state(Arc::clone(&app));
        Self { api, admin: admin::router(Arc::clone(&app)), app, stop }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Dropped> {
        if let Err(refusal) = guard::check(request.uri(), request.headers(), self.app.config.address.ip()) {
            return Ok(refusal.into_response());
        }
        let path = request.uri().path();
        if path.starts_with(CONSOLE) {
            return Ok(self.administrate(request).await);
        }
        if matches!(path, "/" | "/_sandbox") && matches!(*request.method(), Method::GET | Method::HEAD) {
            return Ok(Redirect::temporary(CONSOLE).into_response());
        }
        let (head, body) = request.into_parts();
        match read_body(body).await {
            ReadBody::Whole(body) => self.call(head, body).await,
            ReadBody::TooLong => {
                let text = format!("the body has more than {MAX_BODY_BYTES} bytes");
                let response = Reply::failure(Code::InvalidParameters, text).into_response();
                let recording = self.recording(&head, Bytes::new());
                self.finish(recording, &RequestFault::default(), Some(response)).await
            }
            ReadBody::Broken => Err(Dropped),
        }
    }

    /// Handles a call of the platform's API.
    async fn call(&self, head: request::Parts, body: Bytes) -> Result<Response, Dropped> {
        let recording = self.recording(&head, body.clone());
        let fault = RequestFault::pick(&self.app, recording.operation, &body);
        let response = if fault.lets_through() {
            let answered = self.api.clone().call(Request::from_parts(head, Body::from(body))).await;
            let answered: Result<Response, Infallible> = answered;
            let Ok(response) = answered;
            Some(response)
        } else {
            None
        };
        self.finish(recording, &fault, response).await
    }

    /// Starts the record of a request.
    fn recording(&self, head: &request::Parts, body: Bytes) -> Recording {
        let operation = operation::of(&head.method, head.uri.path());
        let exchange = Exchange {
            number: 0,
            at: self.app.now(),
            micros: 0,
            method: head.method.to_string(),
            path: head.uri.path().to_owned(),
            query: head.uri.query().map(str::to_owned),
            request_headers: masked_headers(&head.headers),
            request_body: body,
            status: None,
            reply_body: Bytes::new(),
            fault: None,
            message: None,
        };
        Recording { exchange, operation, start: Instant::now() }
    }

    /// Records the exchange, and returns the reply, if any. It is recorded first: while a reply is delayed the client may
    /// disconnect, and then this future is dropped.
    async fn finish(
        &self,
        recording: Recording,
        fault: &RequestFault,
        response: Option<Response>,
    ) -> Result<Response, Dropped> {
        let Recording { mut exchange, operation, start } = recording;
        let status = self.app.config.status;
        let mut response =
            response.unwrap_or_else(|| Reply::failure(Code::ServerError, "Server error").into_response());
        let record = reply_record(&mut response);
        // A wrong method has its own status, which no envelope code mirrors.
        if status == HttpStatus::AlwaysOk || response.status() != StatusCode::METHOD_NOT_ALLOWED {
            *response.status_mut() = status.of(record.code);
        }
        let end = fault.end(status).unwrap_or(End::Reply(response, record.body));
        // A virtual clock does not move during a call.
        let taken = if self.app.clock.is_virtual() { Duration::ZERO } else { start.elapsed() };
        exchange.micros = u64::try_from((taken + fault.delay()).as_micros()).unwrap_or(u64::MAX);
        exchange.fault = fault.label();
        exchange.message = record.message;
        if let End::Reply(response, body) = &end {
            exchange.status = Some(response.status().as_u16());
            exchange.reply_body = body.clone();
        }
        if operation == Some(operation::FETCH_TOKEN) {
            exchange.request_body = masked_body(&exchange.request_body);
            exchange.reply_body = masked_body(&exchange.reply_body);
        }
        self.record(exchange, record.code != Code::Success);
        self.wait(fault.delay()).await;
        match end {
            End::Reply(response, _) => Ok(response),
            End::Dropped => Err(Dropped),
            End::Stalled => {
                self.wait(MAX_STALL).await;
                Err(Dropped)
            }
        }
    }

    fn record(&self, mut exchange: Exchange, is_refused: bool) {
        self.app.change(|records, _| {
            exchange.number = records.exchanges.next();
            records.counters.requests += 1;
            records.counters.refused += u64::from(is_refused);
            if let Some(message) = exchange.message.and_then(|message| records.messages.get_mut(message)) {
                message.exchange = Some(exchange.number);
            }
            records.events.send(EventKind::Exchange, &exchange);
            records.exchanges.push(exchange);
        });
    }

    /// Waits, but no longer than until the shutdown.
    async fn wait(&self, span: Duration) {
        if !span.is_zero() {
            let mut stop = self.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(span) => {}
                () = stop.stopped() => {}
            }
        }
    }

    /// Handles a request of the console or the admin API, without faults and without a record.
    async fn administrate(&self, request: Request<Incoming>) -> Response {
        let answered: Result<Response, Infallible> = self.admin.clone().call(request.map(Body::new)).await;
        let Ok(response) = answered;
        let is_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream");
        if !is_stream {
            return response;
        }
        // An event stream has no end of its own, and would delay the shutdown.
        let mut stop = self.stop.clone();
        response.map(|body| {
            Body::from_stream(body.into_data_stream().take_until(Box::pin(async move { stop.stopped().await })))
        })
    }
}

/// An error that makes hyper close the connection without a reply.
#[derive(Debug, thiserror::Error)]
#[error("dropped without a reply")]
struct Dropped;

/// The record of a request before its reply.
struct Recording {
    exchange: Exchange,
    operation: Option<&'static str>,
    start: Instant,
}

/// Removes the record from a response. A response of the router itself, for example to a wrong method, has none and is replaced
/// by the platform's.
fn reply_record(response: &mut Response) -> ReplyRecord {
    if let Some(record) = response.extensions_mut().remove::<ReplyRecord>() {
        return record;
    }
    let code = match response.status() {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => Code::NotFound,
        _ => Code::InvalidParameters,
    };
    let text = if code == Code::NotFound { "Route not found" } else { "Request parameters error" };
    let reply = Reply::failure(code, text);
    let record = ReplyRecord { code: reply.code, body: reply.body.clone(), message: None };
    *response = reply.into_response();
    record
}

/// The result of reading a body.
#[derive(Debug)]
enum ReadBody {
    Whole(Bytes),
    TooLong,
    /// The body was incomplete, so there is no client to reply to.
    Broken,
}

async fn read_body(body: Incoming) -> ReadBody {
    tokio::time::timeout(BODY_TIME, collect(body)).await.unwrap_or(ReadBody::Broken)
}

async fn collect(mut body: Incoming) -> ReadBody {
    let mut whole: Option<Bytes> = None;
    let mut joined = BytesMut::new();
    let mut length = 0_usize;
    while !body.is_end_stream() {
        let frame = match body.frame().await {
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return ReadBody::Broken,
            None => break,
        };
        let Ok(part) = frame.into_data() else { continue };
        length = length.saturating_add(part.len());
        if length > MAX_REST {
            return ReadBody::TooLong;
        }
        if length > MAX_BODY_BYTES {
            joined.clear();
        } else if let Some(first) = whole.take() {
            joined.extend_from_slice(&first);
            joined.extend_from_slice(&part);
        } else if joined.is_empty() {
            // Most bodies arrive in one piece, which is not copied.
            whole = Some(part);
        } else {
            joined.extend_from_slice(&part);
        }
    }
    if length > MAX_BODY_BYTES { ReadBody::TooLong } else { ReadBody::Whole(whole.unwrap_or_else(|| joined.freeze())) }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use futures_util::stream;
    use http::header::CONTENT_TYPE;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::config::Config;
    use crate::stop;

    const MOVED: &[u8] = b"HTTP/1.1 307";

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n";

    /// Reads the head of a reply.
    async fn answered(stream: &mut TcpStream, status: &[u8]) {
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n\r\n") {
            reply.push(stream.read_u8().await.unwrap());
        }
        assert!(reply.starts_with(status));
    }

    #[tokio::test]
    async fn excess_connections_wait() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = stop::pair();
        let app = Arc::new(App::new(Config { connections: 2, ..Config::default() }));
        let server = tokio::spawn(run(app, listener, stop));
        let mut connections = Vec::new();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(REQUEST).await.unwrap();
            connections.push(stream);
        }
        let mut third = connections.pop().unwrap();
        // The first two connections are served repeatedly, and the third still waits.
        for _ in 0..20 {
            for stream in &mut connections {
                answered(stream, MOVED).await;
                stream.write_all(REQUEST).await.unwrap();
            }
        }
        assert!(third.try_read(&mut [0; 1]).is_err());
        connections.pop();
        answered(&mut third, MOVED).await;
        stopper.stop();
        server.await.unwrap();
    }

    #[tokio::test]
    async fn event_stream_ends_with_sandbox() {
        let events = async || {
            let endless = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b": hello\n\n")) });
            ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(endless.chain(stream::pending())))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stopper, stop) = stop::pair();
        let mut handler = RequestHandler::new(Arc::new(App::new(Config::default())), stop.clone());
        handler.admin = Router::new().route("/_sandbox/events", get(events));
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let server = tokio::spawn(serve(Arc::new(handler), listener.accept().await.unwrap().0, stop));
        client.write_all(b"GET /_sandbox/events HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        answered(&mut client, b"HTTP/1.1 200").await;
        stopper.stop();
        let mut rest = String::new();
        let whole = tokio::time::timeout(GRACE, client.read_to_string(&mut rest)).await;
        assert!(whole.is_ok() && rest.contains(": hello"), "{rest}");
        server.await.unwrap();
    }
}
