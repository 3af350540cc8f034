//! Receives deliveries over HTTP, within limits of connections, memory and time, and verifies them: for `webhook listen` and
//! `inbox serve`.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::header::RETRY_AFTER;
use incs_facade::client::http::request::Parts;
use incs_facade::client::http::{HeaderValue, Method, Request, Response, StatusCode};
use incs_facade::model::Timestamp;
use incs_facade::webhook::{Batch, Delivery, Receiver, Rejection, RejectionCause, RejectionKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

/// Maximum number of deliveries that are verified and handled at once. Deliveries whose bodies are still arriving do not count.
const MAX_CONCURRENT_BODIES: usize = 64;
/// Maximum number of open connections.
const MAX_CONNECTIONS: usize = 1024;
/// Time limit for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Time limit for the body of a request.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum number of body bytes in memory.
const MAX_HELD_BYTES: usize = 64 << 20;
/// Time and length for which an unwanted body is still read, so that its sender reads the reply.
const IGNORED_BODY_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_IGNORED_BYTES: usize = 4 << 20;
/// Time for connections to end after the last delivery.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(2);
/// Pause after `accept` failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// Value of `Retry-After` in a reply 503, in seconds.
const RETRY_AFTER_SECONDS: HeaderValue = HeaderValue::from_static("5");

/// The use of verified deliveries, and the report of the others.
pub(crate) trait Deliveries: Send + Sync + 'static {
    /// Reports whether deliveries are accepted at all. Otherwise they get the reply 503, and are not read.
    fn is_open(&self) -> bool {
        true
    }

    /// Handles a verified delivery. Returns the status of the reply.
    fn accept(&self, delivery: Verified<'_>) -> impl Future<Output = StatusCode> + Send;

    /// Reports a rejected delivery.
    fn reject(&self, delivery: Rejected<'_>) -> impl Future<Output = ()> + Send;
}

/// A verified delivery. It has no `Debug`: it holds customers' messages.
pub(crate) struct Verified<'a> {
    pub(crate) head: &'a Parts,
    /// Path and query.
    pub(crate) target: &'a str,
    pub(crate) body: Bytes,
    pub(crate) batch: Batch,
    pub(crate) at: Timestamp,
}

/// A delivery that was rejected.
#[derive(Debug)]
pub(crate) struct Rejected<'a> {
    pub(crate) at: Timestamp,
    /// Status of the reply.
    pub(crate) status: u16,
    pub(crate) reason: &'a str,
    /// Only with `explain`, and if one is found.
    pub(crate) cause: Option<RejectionCause>,
}

impl<'a> Rejected<'a> {
    pub(crate) fn new(status: StatusCode, reason: &'a str) -> Self {
        Self { at: Timestamp::now(), status: status.as_u16(), reason, cause: None }
    }
}

/// The receiver of deliveries.
pub(crate) struct Server<D> {
    receiver: Receiver,
    deliveries: D,
    explain: bool,
    slots: Semaphore,
    held: AtomicUsize,
}

impl<D: Deliveries> Server<D> {
    pub(crate) fn new(receiver: Receiver, deliveries: D) -> Self {
        let (slots, held) = (Semaphore::new(MAX_CONCURRENT_BODIES), AtomicUsize::new(0));
        Self { receiver, deliveries, explain: false, slots, held }
    }

    /// Finds the cause of a failed verification.
    pub(crate) fn explaining(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    async fn handle(&self, request: Request<Incoming>) -> StatusCode {
        let (head, body) = request.into_parts();
        if !self.deliveries.is_open() {
            ignore(body);
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if head.method != Method::POST {
            ignore(body);
            return self.refuse(StatusCode::METHOD_NOT_ALLOWED, "only POST is accepted").await;
        }
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        // The body of a sender without a secret or signature is not read.
        if let Err(rejection) = self.receiver.check_head(&head.headers, target, Timestamp::now()) {
            ignore(body);
            return self.reject(&head, target, &[], &rejection).await;
        }
        let mut bytes = HeldBytes { all: &self.held, bytes: 0 };
        let body = match self.read(body, &mut bytes).await {
            Ok(body) => body,
            Err((status, reason)) => return self.refuse(status, reason).await,
        };
        // The semaphore is never closed.
        let Ok(_slot) = self.slots.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE };
        let at = Timestamp::now();
        match self.receiver.receive(&head.headers, target, &body, at) {
            Ok(batch) => self.deliveries.accept(Verified { head: &head, target, body, batch, at }).await,
            Err(rejection) => self.reject(&head, target, &body, &rejection).await,
        }
    }

    async fn refuse(&self, status: StatusCode, reason: &str) -> StatusCode {
        self.deliveries.reject(Rejected::new(status, reason)).await;
        status
    }

    async fn reject(&self, head: &Parts, target: &str, body: &[u8], rejection: &Rejection) -> StatusCode {
        let at = Timestamp::now();
        let explain = || {
            let delivery = Delivery::new(&head.headers, body).with_target(target);
            delivery.explain(self.receiver.scheme(), at)
        };
        let is_unproved = rejection.kind() == RejectionKind::Unauthentic;
        let cause = if self.explain && is_unproved { explain() } else { None };
        let (status, reason) = (rejection.status(), rejection.to_string());
        self.deliveries.reject(Rejected { at, status, reason: &reason, cause }).await;
        StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST)
    }

    async fn read(&self, mut body: Incoming, held: &mut HeldBytes<'_>) -> Result<Bytes, (StatusCode, &'static str)> {
        const TOO_LONG: (StatusCode, &str) = (StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
        const TOO_MANY: (StatusCode, &str) = (StatusCode::SERVICE_UNAVAILABLE, "too many bodies arrive at once");

        let limit = self.receiver.limits().body;
        if body.size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
            ignore(body);
            return Err(TOO_LONG);
        }
        let deadline = Instant::now() + BODY_TIMEOUT;
        let mut read = Vec::new();
        loop {
            let frame = match timeout_at(deadline, body.frame()).await {
                Ok(Some(Ok(frame))) => frame,
                Ok(Some(Err(_))) => return Err((StatusCode::BAD_REQUEST, "the body was cut off")),
                Ok(None) => return Ok(read.into()),
                Err(_) => return Err((StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time")),
            };
            // The other kind of frame is trailers, which are not used.
            let Ok(data) = frame.into_data() else { continue };
            let is_long = read.len() + data.len() > limit;
            if is_long || !held.add(data.len()) {
                ignore(body);
                return Err(if is_long { TOO_LONG } else { TOO_MANY });
            }
            read.extend_from_slice(&data);
        }
    }
}

/// The bytes of one delivery in memory, as a part of the limit for all deliveries.
struct HeldBytes<'a> {
    all: &'a AtomicUsize,
    bytes: usize,
}

impl HeldBytes<'_> {
    /// Adds bytes. Returns `true` if they fit within the limit.
    fn add(&mut self, bytes: usize) -> bool {
        self.bytes += bytes;
        self.all.fetch_add(bytes, Ordering::AcqRel) + bytes <= MAX_HELD_BYTES
    }
}

impl Drop for HeldBytes<'_> {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::AcqRel);
    }
}

/// Reads and drops an unwanted body in the background: a sender whose connection closes while it writes may not read the reply.
fn ignore(mut body: Incoming) {
    let all = async move {
        let mut ignored = 0;
        while let Some(Ok(frame)) = body.frame().await {
            ignored += frame.data_ref().map_or(0, Bytes::len);
            if ignored > MAX_IGNORED_BYTES {
                return;
            }
        }
    };
    tokio::spawn(tokio::time::timeout(IGNORED_BODY_TIMEOUT, all));
}

/// Serves until `end` resolves, and returns its result. Deliveries in progress are finished.
pub(crate) async fn serve<D: Deliveries, T>(
    listener: TcpListener,
    server: Server<D>,
    end: impl Future<Output = T>,
) -> T {
    let server = Arc::new(server);
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut end = std::pin::pin!(end);
    let end = loop {
        tokio::select! {
            taken = listener.accept(), if connections.len() < MAX_CONNECTIONS => match taken {
                Ok((stream, _)) => {
                    connections.spawn(connection(Arc::clone(&server), stream, stopped.clone()));
                }
                // Usually out of file descriptors; retrying at once would keep the CPU busy.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
            end = &mut end => break end,
        }
    };
    drop((listener, stop));
    // Connections that stay open are closed after a time limit.
    let all_over = async { while connections.join_next().await.is_some() {} };
    tokio::time::timeout(SHUTDOWN_TIMEOUT, all_over).await.ok();
    connections.shutdown().await;
    end
}

/// Serves one connection until it or the program ends.
async fn connection<D: Deliveries>(server: Arc<Server<D>>, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    // Small replies must not wait for more data.
    stream.set_nodelay(true).ok();
    let service = service_fn(|request| {
        let server = Arc::clone(&server);
        async move {
            let mut response = Response::new(Empty::<Bytes>::new());
            *response.status_mut() = server.handle(request).await;
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_SECONDS);
            }
            Ok::<_, Infallible>(response)
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    tokio::select! {
        // The connection ended, possibly with an error.
        _ = connection.as_mut() => return,
        // The sender half is dropped at the end.
        _ = stopped.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    connection.await.ok();
}
