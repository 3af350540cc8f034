//! A server that means harm gets an error, and neither the time nor the memory of its caller.
//!
//! One test in a program of its own, since it measures the memory of the process.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends with the first surprise"
)]

#[path = "../faults/backends.rs"]
mod backends;
mod replies;

use std::fs;
use std::time::{Duration, Instant};

use incs_client::retry::RetryPolicy;
use incs_client::{Client, ErrorKind, RequestState};
use incs_client_contract::{FaultServer, Security};
use incs_model::{Sent, whatsapp};

use crate::backends::Backend;
use crate::replies::Reply;

/// Bytes of the longest reply that is read.
const LIMIT: usize = 256 * 1024;

/// The time limit of an attempt. The slowest servers take far longer.
const ATTEMPT: Duration = Duration::from_millis(800);

/// The additional time of a call on a busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// The most bytes by which the memory of this process may grow, server included.
const MEMORY: u64 = 48 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn hostile_server_is_bounded() {
    // What the libraries set up once is not the server's doing.
    for (backend, security) in backends() {
        let (result, _) = send(backend, security, &replies::harmless()).await;
        assert!(result.is_ok(), "{backend:?} {security:?}: {result:?}");
    }
    let before = memory_start();
    let mut wrong = Vec::new();
    for reply in replies::hostile() {
        for (backend, security) in backends() {
            let (result, took) = send(backend, security, &reply).await;
            let found = result.map_err(|error| (error.kind(), error.request_state()));
            let expected = reply.expected.iter().any(|expected| found == Err(*expected));
            if !expected || took > ATTEMPT + SLACK {
                wrong.push(format!("{}, {backend:?} {security:?}: {found:?} in {took:?}", reply.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    if let (Some(before), Some(peak)) = (before, memory_peak()) {
        let grown = peak.saturating_sub(before);
        eprintln!("memory: {} MiB before, {} MiB at most", before >> 20, peak >> 20);
        assert!(grown < MEMORY, "the process grew by {} MiB", grown >> 20);
    }
}

fn backends() -> impl Iterator<Item = (Backend, Security)> {
    [
        (Backend::Hyper, Security::Plain),
        (Backend::Hyper, Security::Tls),
        (Backend::Reqwest, Security::Plain),
        (Backend::Reqwest, Security::Tls),
        (Backend::Tower, Security::Plain),
    ]
    .into_iter()
}

async fn send(backend: Backend, security: Security, reply: &Reply) -> (Result<Sent, incs_client::Error>, Duration) {
    let server = FaultServer::start(security).await.unwrap();
    server.set_default(reply.fault.clone());
    let client = Client::builder(backend.transport(&server))
        .certification_code("3f0c6a52-0000-4000-8000-000000000000")
        .base_urls(&server.uri())
        .retry(RetryPolicy::never())
        .attempt_timeout(ATTEMPT)
        .response_limit(LIMIT)
        .build()
        .unwrap();
    let message = whatsapp::Message::new("85251230088".parse().unwrap(), whatsapp::Content::Text("Hello".into()));
    let start = Instant::now();
    let result = client.messages().send(message).await;
    (result, start.elapsed())
}

/// A kind of error with what it says of the request.
type Expected = (ErrorKind, RequestState);

/// Resets the peak of memory and returns the memory in use, if the system reports it, as Linux does.
fn memory_start() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    memory_peak()
}

/// The most memory that was in use.
fn memory_peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
