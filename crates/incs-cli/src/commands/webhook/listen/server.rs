//! Takes deliveries: verify, save, show, forward.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use incs_facade::client::bytes::Bytes;
use incs_facade::client::http::{HeaderMap, Uri};
use incs_facade::model::Timestamp;
use incs_facade::webhook::{Batch, Delivery, Receiver};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

use super::screen::Screen;
use crate::commands::webhook::request::{Post, end_to_end};
use crate::exit::{Exit, Failure};

/// How many deliveries are taken at once; more wait.
const SEATS: usize = 64;
/// How long a body may take to arrive.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long connections may take to end after the last delivery.
const GRACE: Duration = Duration::from_secs(2);

/// Why listening ended.
pub(super) enum End {
    Count,
    Timeout,
    Signal,
}

/// Where deliveries are posted on to.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) url: Uri,
    pub(super) post: Post,
}

/// Takes deliveries.
pub(super) struct Server {
    receiver: Receiver,
    explain: bool,
    forward: Option<Forward>,
    folder: Option<Arc<Folder>>,
    screen: Arc<Screen>,
    seats: Semaphore,
    deliveries: AtomicU64,
}

impl Server {
    pub(super) fn new(
        receiver: Receiver,
        explain: bool,
        forward: Option<Forward>,
        folder: Option<Folder>,
        screen: Arc<Screen>,
    ) -> Self {
        let (folder, seats) = (folder.map(Arc::new), Semaphore::new(SEATS));
        Self { receiver, explain, forward, folder, screen, seats, deliveries: AtomicU64::new(0) }
    }

    async fn take(&self, request: Request) -> StatusCode {
        // Nobody closes the semaphore; if it were closed, there would be no seat.
        let Ok(_seat) = self.seats.acquire().await else { return StatusCode::SERVICE_UNAVAILABLE };
        if request.method() != Method::POST {
            self.screen.rejected(now(), 405, "only POST is taken", None).await;
            return StatusCode::METHOD_NOT_ALLOWED;
        }
        let (head, body) = request.into_parts();
        let body = match self.read(body).await {
            Ok(body) => body,
            Err((status, reason)) => {
                self.screen.rejected(now(), status.as_u16(), reason, None).await;
                return status;
            }
        };
        let (target, now) = (head.uri.path_and_query().map_or("/", |target| target.as_str()), now());
        match self.receiver.receive(&head.headers, target, &body, now) {
            Ok(batch) => self.keep(&head, target, body, batch, now).await,
            Err(rejection) => {
                let cause = self.explain.then(|| {
                    let delivery = Delivery::new(&head.headers, &body).with_target(target);
                    delivery.explain(self.receiver.scheme(), now)
                });
                let cause = cause.flatten();
                self.screen.rejected(now, rejection.status(), &rejection.to_string(), cause.as_ref()).await;
                StatusCode::from_u16(rejection.status()).unwrap_or(StatusCode::BAD_REQUEST)
            }
        }
    }

    async fn read(&self, body: Body) -> Result<Bytes, (StatusCode, &'static str)> {
        let whole = Limited::new(body, self.receiver.limits().body).collect();
        match tokio::time::timeout(BODY_TIMEOUT, whole).await {
            Ok(Ok(body)) => Ok(body.to_bytes()),
            Ok(Err(error)) if error.is::<LengthLimitError>() => {
                Err((StatusCode::PAYLOAD_TOO_LARGE, "the body is too long"))
            }
            Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "the body broke off")),
            Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "the body did not come in time")),
        }
    }

    /// Saved first: whatever fails after that, the delivery is there.
    async fn keep(&self, head: &Parts, target: &str, body: Bytes, batch: Batch, now: Timestamp) -> StatusCode {
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
                    // The sender may try again; nothing else has the delivery.
                    self.screen.rejected(now, 503, &format!("it cannot be saved: {error}"), None).await;
                    return StatusCode::SERVICE_UNAVAILABLE;
                }
            }
        }
        let items = batch.items().len();
        self.screen.items(now, number, batch, saved.as_deref()).await;
        if let Some(forward) = &self.forward {
            let result = forward.post.to(&forward.url, end_to_end(head.headers.clone()), body).await;
            self.screen.forwarded(number, &result, saved.is_some()).await;
        }
        self.screen.count(items);
        StatusCode::OK
    }
}

/// Serves until the end; deliveries that are in hand then are finished.
pub(super) async fn serve(
    listener: TcpListener,
    server: Server,
    end: impl Future<Output = End> + Send + 'static,
) -> Result<End, Failure> {
    let handler = |State(server): State<Arc<Server>>, request: Request| async move { server.take(request).await };
    let router = Router::new().fallback(handler).with_state(Arc::new(server));
    let stop = Arc::new(Notify::new());
    let stopped = Arc::clone(&stop);
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move { stopped.notified().await });
    let mut serving = std::pin::pin!(serving.into_future());
    let failed = |error: io::Error| Failure::new(Exit::Failure, format!("cannot listen any more: {error}"));
    let end = tokio::select! {
        end = end => end,
        result = &mut serving => return result.map(|()| End::Signal).map_err(failed),
    };
    stop.notify_one();
    // A connection that somebody keeps open is no reason to stay.
    tokio::time::timeout(GRACE, serving).await.unwrap_or(Ok(())).map_err(failed)?;
    Ok(end)
}

fn now() -> Timestamp {
    Timestamp::now()
}

/// The folder in which deliveries are saved: of each the body, byte for byte, and beside it the request line and the headers.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it is not there.
    pub(super) fn create(path: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&path)
            .map_err(|error| Failure::usage(format!("{} cannot be made: {error}", path.display())))?;
        Ok(Self(path))
    }

    /// Saves a delivery, and returns the path of its body. Whoever sees the body's file finds the headers there too.
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

/// A new file that only its owner reads: it holds what customers write, and maybe a secret.
#[cfg(unix)]
fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;

    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create_private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
