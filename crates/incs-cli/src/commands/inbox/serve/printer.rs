//! The output of `incs inbox serve`: a short line for each delivery, without personal data.
//!
//! One thread writes the lines. A reader that pauses does not delay a reply: the delivery is in the store. Lines that find no room in
//! the queue are dropped.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};

use incs_facade::relay::store::Appended;
use schemars::JsonSchema;
use serde::Serialize;

use crate::commands::webhook::scheme::Name;
use crate::lines::count;
use crate::output::{Output, WriteError, escape_line};

/// Maximum number of lines that wait for the terminal or the pipe.
const MAX_WAITING_LINES: usize = 4096;

/// A line of `inbox serve` for machines.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum ServeLine {
    /// The program accepts deliveries.
    Ready {
        /// True if the items are forwarded.
        forward: bool,
        /// Scheme of the verification; null without verification.
        scheme: Option<String>,
        /// URL to post to, without the secret in the path.
        webhook_url: String,
    },
    /// A delivery was stored.
    Stored {
        /// Number of its items.
        items: u64,
        /// Number of items that were not stored before.
        new: u64,
    },
    /// A delivery was rejected, or could not be stored.
    Rejected {
        reason: String,
        /// HTTP status of the reply.
        status: u16,
    },
}

/// Prints the URL to post to. A secret in the path is not shown.
pub(super) fn ready(
    out: Output,
    address: SocketAddr,
    scheme: Option<Name>,
    is_in_path: bool,
    forward: bool,
) -> Result<(), WriteError> {
    let webhook_url = format!("http://{address}/");
    if out.json {
        out.sorted_json(&ServeLine::Ready { forward, scheme: scheme.map(Name::text), webhook_url })?;
        return out.flush();
    }
    let proof = match scheme {
        None => "without verification".to_owned(),
        Some(Name::SharedSecret) if is_in_path => "with the secret in the path".to_owned(),
        Some(name) => format!("by {}", name.text()),
    };
    out.line(&format!("listening on {webhook_url}, {proof}; press ctrl-c to stop"))?;
    out.flush()
}

/// The thread that writes.
pub(super) struct Printer {
    handle: Handle,
    writing: JoinHandle<()>,
}

/// Adds lines. Cheap to clone.
#[derive(Clone)]
pub(super) struct Handle {
    out: Output,
    lines: SyncSender<ServeLine>,
    has_dropped: Arc<AtomicBool>,
}

impl Printer {
    pub(super) fn start(out: Output) -> Self {
        let (lines, queue) = sync_channel(MAX_WAITING_LINES);
        let writing = thread::spawn(move || write_all(out, &queue));
        Self { handle: Handle { out, lines, has_dropped: Arc::default() }, writing }
    }

    pub(super) fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Waits until all lines are written. There must be no other handle.
    pub(super) async fn end(self) {
        let Self { handle, writing } = self;
        drop(handle);
        // The thread does not panic.
        drop(tokio::task::spawn_blocking(move || drop(writing.join())).await);
    }
}

impl Handle {
    pub(super) fn stored(&self, items: &[Appended]) {
        let new = items.iter().filter(|item| matches!(item, Appended::New(_))).count();
        self.add(ServeLine::Stored { items: count(items.len()), new: count(new) });
    }

    pub(super) fn rejected(&self, status: u16, reason: &str) {
        self.add(ServeLine::Rejected { reason: reason.to_owned(), status });
    }

    fn add(&self, line: ServeLine) {
        if let Err(TrySendError::Full(_)) = self.lines.try_send(line)
            && !self.has_dropped.swap(true, Ordering::Relaxed)
        {
            self.out.alarm("standard output is not read; deliveries are stored, and lines are dropped");
        }
    }
}

/// Writes all lines in order, until there is no handle.
fn write_all(out: Output, queue: &Receiver<ServeLine>) {
    let mut is_broken = false;
    let mut check = |result: Result<(), WriteError>| {
        if let Err(error) = result
            && !std::mem::replace(&mut is_broken, true)
        {
            out.alarm(&format!("{error}; deliveries are stored nevertheless"));
        }
    };
    while let Ok(line) = queue.recv() {
        check(write(out, &line));
        while let Ok(line) = queue.try_recv() {
            check(write(out, &line));
        }
        check(out.flush());
    }
}

fn write(out: Output, line: &ServeLine) -> Result<(), WriteError> {
    if out.json {
        return out.sorted_json(line);
    }
    match line {
        ServeLine::Ready { webhook_url, .. } => out.line(webhook_url),
        ServeLine::Stored { items, new } => {
            let noun = if *items == 1 { "item" } else { "items" };
            out.line(&format!("stored    {items} {noun}, {new} new"))
        }
        ServeLine::Rejected { reason, status } => out.line(&format!("rejected  {status} {}", escape_line(reason))),
    }
}
