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
use crate::state::Core;
use crate::state::exchanges::{Exchange, masked_body, masked_headers};
use crate::state::notices::Kind;
use crate::stop::Stop;
use crate::{admin, api, operation};

/// The time that calls in progress get at shutdown.
const GRACE: Duration = Duration::from_secs(2);

/// The time limit of a request's head, and of an idle connection.
const HEAD_TIME: Duration = Duration::from_mins(1);

/// Longest head of a request, in bytes.
const LONGEST_HEAD: usize = 64 << 10;

/// The pause after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// The path of the console; the admin API is below it.
const CONSOLE: &str = "/_sandbox/";

/// The longest that a reply is withheld.
const LONGEST_STALL: Duration = Duration::from_mins(5);

/// Longest body that is looked at.
const LONGEST_BODY: usize = 1 << 20;

/// The most bytes of a longer body that are read and discarded, so that the client can read the reply.
const LONGEST_REST: usize = 16 << 20;

/// The time limit of a request's body.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Takes connections until the sandbox is shut down; then every connection ends.
pub(crate) async fn run(core: Arc<Core>, listener: TcpListener, mut stop: Stop) {
    let most = core.config.connections;
    let handler = Arc::new(RequestHandler::new(core, stop.clone()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept(), if connections.len() < most => match taken {
                Ok((stream, _)) => {
                    connections.spawn(serve(Arc::clone(&handler), stream, stop.clone()));
                }
                // Out of descriptors, mostly; asking again at once would keep the machine busy.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
            () = stop.stopped() => break,
        }
    }
    drop(listener);
    let all_over = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all_over).await;
    connections.shutdown().await;
}

async fn serve(handler: Arc<RequestHandler>, stream: TcpStream, mut stop: Stop) {
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let handler = Arc::clone(&handler);
        async move { handler.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(LONGEST_HEAD)
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
    core: Arc<Core>,
    api: Router,
    admin: Router,
    stop: Stop,
}

impl RequestHandler {
    fn new(core: Arc<Core>, stop: Stop) -> Self {
        let api = api::router().with_state(Arc::clone(&core));
        Self { api, admin: admin::router(Arc::clone(&core)), core, stop }
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Dropped> {
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
                let text = format!("the body has more than {LONGEST_BODY} bytes");
                let response = Reply::failure(Code::InvalidParameters, text).into_response();
                let recording = self.recording(&head, Bytes::new());
                self.finish(recording, &RequestFault::default(), Some(response)).await
            }
            ReadBody::Broken => Err(Dropped),
        }
    }

    /// A call of the platform's API.
    async fn call(&self, head: request::Parts, body: Bytes) -> Result<Response, Dropped> {
        let recording = self.recording(&head, body.clone());
        let fault = RequestFault::pick(&self.core, recording.operation, &body);
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
            at: self.core.now(),
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

    /// Records the exchange, and gives the reply, if there is to be one. It is recorded first: while a reply is held back the client
    /// may give up, and then nothing here goes on.
    async fn finish(
        &self,
        recording: Recording,
        fault: &RequestFault,
        response: Option<Response>,
    ) -> Result<Response, Dropped> {
        let Recording { mut exchange, operation, start } = recording;
        let status = self.core.config.status;
        let mut response =
            response.unwrap_or_else(|| Reply::failure(Code::ServerError, "Server error").into_response());
        let record = reply_record(&mut response);
        // A wrong method has a status of its own, which no code of the envelope mirrors.
        if status == HttpStatus::AlwaysOk || response.status() != StatusCode::METHOD_NOT_ALLOWED {
            *response.status_mut() = status.of(record.code);
        }
        let end = fault.end(status).unwrap_or(End::Reply(response, record.body));
        // A virtual clock stands still during a call.
        let taken = if self.core.clock.is_virtual() { Duration::ZERO } else { start.elapsed() };
        exchange.micros = u64::try_from((taken + fault.delay()).as_micros()).unwrap_or(u64::MAX);
        exchange.fault = fault.words();
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
                self.wait(LONGEST_STALL).await;
                Err(Dropped)
            }
        }
    }

    fn record(&self, mut exchange: Exchange, is_refused: bool) {
        self.core.change(|records, _| {
            exchange.number = records.exchanges.next();
            records.counters.requests += 1;
            records.counters.refused += u64::from(is_refused);
            if let Some(message) = exchange.message.and_then(|message| records.messages.get_mut(message)) {
                message.exchange = Some(exchange.number);
            }
            records.notices.tell(Kind::Exchange, &exchange);
            records.exchanges.push(exchange);
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

/// The connection ends without a reply.
#[derive(Debug, thiserror::Error)]
#[error("dropped without a reply")]
struct Dropped;

/// The record of a request before its reply.
struct Recording {
    exchange: Exchange,
    operation: Option<&'static str>,
    start: Instant,
}

/// Takes the record out of a response. One that the router made alone, for a wrong method say, tells nothing: it is made one of the
/// platform's.
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
    /// It never came whole: there is nobody to answer.
    Broken,
}

async fn read_body(body: Incoming) -> ReadBody {
    tokio::time::timeout(BODY_TIME, collect(body)).await.unwrap_or(ReadBody::Broken)
}

async fn collect(mut body: Incoming) -> ReadBody {
    let mut whole: Option<Bytes> = None;
    let mut many = BytesMut::new();
    let mut length = 0_usize;
    while !body.is_end_stream() {
        let frame = match body.frame().await {
            Some(Ok(frame)) => frame,
            Some(Err(_)) => return ReadBody::Broken,
            None => break,
        };
        let Ok(part) = frame.into_data() else { continue };
        length = length.saturating_add(part.len());
        if length > LONGEST_REST {
            return ReadBody::TooLong;
        }
        if length > LONGEST_BODY {
            many.clear();
        } else if let Some(first) = whole.take() {
            many.extend_from_slice(&first);
            many.extend_from_slice(&part);
        } else if many.is_empty() {
            // Most bodies come in one piece, which is not copied.
            whole = Some(part);
        } else {
            many.extend_from_slice(&part);
        }
    }
    if length > LONGEST_BODY { ReadBody::TooLong } else { ReadBody::Whole(whole.unwrap_or_else(|| many.freeze())) }
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

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: sandbox\r\n\r\n";

    /// Reads the head of a reply.
    async fn answered(stream: &mut TcpStream, status: &[u8]) {
        let mut reply = Vec::new();
        while !reply.ends_with(b"\r\n\r\n") {
            reply.push(stream.read_u8().await.unwrap());
        }
        assert!(reply.starts_with(status));
    }

    #[tokio::test]
    async fn more_connections_than_there_is_room_for_wait_their_turn() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stopper, stop) = stop::pair();
        let core = Arc::new(Core::new(Config { connections: 2, ..Config::default() }));
        let server = tokio::spawn(run(core, listener, stop));
        let mut connections = Vec::new();
        for _ in 0..3 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(REQUEST).await.unwrap();
            connections.push(stream);
        }
        let mut third = connections.pop().unwrap();
        // Whoever has room is answered again and again, and the third still waits.
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
    async fn a_stream_of_events_ends_with_the_sandbox() {
        let events = async || {
            let endless = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b": hello\n\n")) });
            ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(endless.chain(stream::pending())))
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (stopper, stop) = stop::pair();
        let mut handler = RequestHandler::new(Arc::new(Core::new(Config::default())), stop.clone());
        handler.admin = Router::new().route("/_sandbox/events", get(events));
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let server = tokio::spawn(serve(Arc::new(handler), listener.accept().await.unwrap().0, stop));
        client.write_all(b"GET /_sandbox/events HTTP/1.1\r\nhost: sandbox\r\n\r\n").await.unwrap();
        answered(&mut client, b"HTTP/1.1 200").await;
        stopper.stop();
        let mut rest = String::new();
        let whole = tokio::time::timeout(GRACE, client.read_to_string(&mut rest)).await;
        assert!(whole.is_ok() && rest.contains(": hello"), "{rest}");
        server.await.unwrap();
    }
}
