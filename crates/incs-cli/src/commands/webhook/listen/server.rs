//! Receives deliveries: verifies, saves, shows and forwards them.

use std::convert::Infallible;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::request::Parts;
use incs_facade::client::http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use incs_facade::model::Timestamp;
use incs_facade::webhook::{Batch, Delivery, Receiver, Rejection, RejectionKind};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};

use super::printer::Printer;
use crate::commands::webhook::request::{PostClient, end_to_end};
use crate::exit::Failure;

/// Maximum number of deliveries that are verified, shown and forwarded at once. Deliveries whose bodies are still arriving do not count.
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

/// The reason for which listening ended.
pub(super) enum EndReason {
    Count,
    Timeout,
    Signal,
}

/// The destination of forwarded deliveries.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) url: Uri,
    pub(super) client: PostClient,
}

/// The receiver of deliveries.
pub(super) struct Server {
    receiver: Receiver,
    explain: bool,
    forward: Option<Forward>,
    folder: Option<Arc<Folder>>,
    printer: Arc<Printer>,
    slots: Semaphore,
    held: AtomicUsize,
    deliveries: AtomicU64,
}

impl Server {
    pub(super) fn new(
        receiver: Receiver,
        explain: bool,
        forward: Option<Forward>,
        folder: Option<Folder>,
        printer: Arc<Printer>,
    ) -> Self {
        let (folder, slots) = (folder.map(Arc::new), Semaphore::new(MAX_CONCURRENT_BODIES));
        let (held, deliveries) = (AtomicUsize::new(0), AtomicU64::new(0));
        Self { receiver, explain, forward, folder, printer, slots, held, deliveries }
    }

    async fn handle(&self, request: Request<Incoming>) -> StatusCode {
        let (head, body) = request.into_parts();
        if self.printer.is_broken() {
            ignore(body);
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if head.method != Method::POST {
            ignore(body);
            self.printer.rejected(now(), 405, "only POST is accepted", None).await;
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
        // The body of a sender without a secret or signature is not read.
        if let Err(rejection) = self.receiver.check_head(&head.headers, target, now()) {
            ignore(body);
            return self.reject(&head, target, &[], &rejection).await;
        }
        let mut bytes = HeldBytes { all: &self.held, bytes: 0 };
        let body = match self.read(body, &mut bytes).await {
            Ok(body) => body,
            Err((status, reason)) => {
                self.printer.rejected(now(), status.as_u16(), reason, None).await;
                return status;
            }
        };
        // The semaphore is never closed.
        let Ok(_slot) = self.slots.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE };
        let now = now();
        match self.receiver.receive(&head.headers, target, &body, now) {
            Ok(batch) => self.accept(&head, target, body, batch, now).await,
            Err(rejection) => self.reject(&head, target, &body, &rejection).await,
        }
    }

    async fn reject(&self, head: &Parts, target: &str, body: &[u8], rejection: &Rejection) -> StatusCode {
        let now = now();
        let explain = || {
            let delivery = Delivery::new(&head.headers, body).with_target(target);
            delivery.explain(self.receiver.scheme(), now)
        };
        let is_unproved = rejection.kind() == RejectionKind::Unauthentic;
        let cause = if self.explain && is_unproved { explain() } else { None };
        self.printer.rejected(now, rejection.status(), &rejection.to_string(), cause.as_ref()).await;
        StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST)
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

    /// Saves, shows and forwards a verified delivery. It is saved first, so that it survives a later failure.
    async fn accept(&self, head: &Parts, target: &str, body: Bytes, batch: Batch, now: Timestamp) -> StatusCode {
        let number = self.deliveries.fetch_add(1, Ordering::Relaxed) + 1;
        let mut saved = None;
        if let Some(folder) = &self.folder {
            let (folder, target, headers, bytes) =
                (Arc::clone(folder), target.to_owned(), head.headers.clone(), body.clone());
            let save = move || folder.save(now, number, &target, &headers, &bytes);
            let result = tokio::task::spawn_blocking(save).await.map_err(io::Error::other).flatten();
            match result {
                Ok(path) => saved = Some(path),
                Err(error) => {
                    // The sender may retry; there is no other copy.
                    self.printer.rejected(now, 503, &format!("the delivery cannot be saved: {error}"), None).await;
                    return StatusCode::SERVICE_UNAVAILABLE;
                }
            }
        }
        let items = batch.items().len();
        if !self.printer.items(now, number, batch, saved.as_deref()).await {
            // An acknowledged delivery is not retried, so it is only acknowledged once it is written.
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        if let Some(forward) = &self.forward {
            let result = forward.client.post(&forward.url, end_to_end(head.headers.clone()), body).await;
            self.printer.forwarded(number, &result, saved.is_some()).await;
        }
        self.printer.count(items);
        StatusCode::OK
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

/// Serves until `end` resolves. Deliveries in progress are finished.
pub(super) async fn serve(listener: TcpListener, server: Server, end: impl Future<Output = EndReason>) -> EndReason {
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
async fn connection(server: Arc<Server>, stream: TcpStream, mut stopped: watch::Receiver<()>) {
    // Small replies must not wait for more data.
    stream.set_nodelay(true).ok();
    let service = service_fn(|request| {
        let server = Arc::clone(&server);
        async move {
            let mut response = Response::new(Empty::<Bytes>::new());
            *response.status_mut() = server.handle(request).await;
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

fn now() -> Timestamp {
    Timestamp::now()
}

/// The folder of saved deliveries: for each the body, byte for byte, and a file with the request line and the headers.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Creates the folder if it does not exist.
    pub(super) fn create(path: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::usage(format!("{} cannot be made: {error}", path.display())))?;
        Ok(Self(path))
    }

    /// Saves a delivery, and returns the path of its body. The headers are written first: once the body exists, they exist too.
    pub(super) fn save(
        &self,
        at: Timestamp,
        delivery: u64,
        target: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> io::Result<PathBuf> {
        let mut head = format!("POST {target} HTTP/1.1\n").into_bytes();
        for (name, value) in headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.push(b'\n');
        }
        let stem = self.0.join(format!("{}-{delivery:04}", at.as_millisecond()));
        write(&stem.with_extension("headers"), &head)?;
        let path = stem.with_extension("json");
        write(&path, body)?;
        Ok(path)
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_private(path)?;
    file.write_all(bytes)?;
    file.sync_data()
}

/// Creates a file that only its owner can read: it holds customers' messages, and possibly a secret.
#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
