//! The deliveries of `webhook listen`: saved, shown and forwarded.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use incs_facade::client::http::{HeaderMap, StatusCode, Uri};
use incs_facade::model::Timestamp;

use super::printer::Printer;
use crate::commands::webhook::request::{PostClient, end_to_end};
use crate::commands::webhook::server::{Deliveries, Rejected, Verified};
use crate::exit::Failure;

/// The destination of forwarded deliveries.
#[derive(Debug)]
pub(super) struct Forward {
    pub(super) url: Uri,
    pub(super) client: PostClient,
}

/// Saves, shows and forwards deliveries.
pub(super) struct Listener {
    forward: Option<Forward>,
    folder: Option<Arc<Folder>>,
    printer: Arc<Printer>,
    deliveries: AtomicU64,
}

impl Listener {
    pub(super) fn new(forward: Option<Forward>, folder: Option<Folder>, printer: Arc<Printer>) -> Self {
        Self { forward, folder: folder.map(Arc::new), printer, deliveries: AtomicU64::new(0) }
    }
}

impl Deliveries for Listener {
    fn is_open(&self) -> bool {
        !self.printer.is_broken()
    }

    async fn reject(&self, Rejected { at, status, reason, cause }: Rejected<'_>) {
        self.printer.rejected(at, status, reason, cause.as_ref()).await;
    }

    /// Saves, shows and forwards a verified delivery. It is saved first, so that it survives a later failure.
    async fn accept(&self, delivery: Verified<'_>) -> StatusCode {
        let Verified { head, target, body, batch, at: now } = delivery;
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
