//! Calls to make, a server that takes them, and what must not be seen of them.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use incs_client::transport::{CallInfo, Idempotency, Request, Response, SendGate, Transport, TransportError};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;

/// A secret in every part of a request that no error may show.
pub(crate) const SECRET: &str = "s3cr3t";

/// A limit of time for what must happen; reaching it fails the test.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it takes too long")
}

/// A request that sends something, full of secrets.
pub(crate) fn post(uri: &str) -> (Request, SendGate) {
    request("POST", uri, &format!("{{\"text\":\"{SECRET}\"}}"), usize::MAX)
}

/// Any request.
pub(crate) fn request(method: &str, uri: &str, body: &str, limit: usize) -> (Request, SendGate) {
    let info = CallInfo::new("call", Idempotency::NonIdempotent).with_response_limit(limit);
    let send_gate = info.send_gate().clone();
    let request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("X-Certification-Code", SECRET)
        .header("Accept", "application/json")
        .extension(info)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap();
    (request, send_gate)
}

/// Makes the call, within the limit of time.
pub(crate) async fn call(transport: &impl Transport, request: Request) -> Result<Response, TransportError> {
    soon(transport.call(request)).await
}

/// Fails when an error or one of its causes shows a secret or where the request went.
pub(crate) fn assert_discreet(error: &TransportError) {
    let mut text = format!("{error:?} {error:#?}");
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        let _ = write!(text, " {error} {error:?}");
        cause = error.source();
    }
    for word in [SECRET, "/path", "http:", "https:"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

/// A listener on loopback, and its address.
pub(crate) async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// A request as it arrived: the head as text, the body as bytes.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Arrived {
    /// The value of a header, which must be there once.
    pub(crate) fn header(&self, name: &str) -> &str {
        let mut values = self.head.lines().filter_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        });
        let value = values.next().unwrap_or_else(|| panic!("no {name} in {}", self.head));
        assert_eq!(values.next(), None, "{name} is there twice");
        value
    }
}

/// Reads one request with the length its head says. None when the connection ended before it began.
pub(crate) async fn arrive(stream: &mut (impl AsyncRead + Unpin)) -> Option<Arrived> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else {
            assert!(head.is_empty(), "half a head: {}", String::from_utf8_lossy(&head));
            return None;
        };
        head.push(byte);
    }
    let mut arrived = Arrived { head: String::from_utf8(head).unwrap(), body: Vec::new() };
    if arrived.head.to_lowercase().contains("content-length") {
        arrived.body = vec![0; arrived.header("content-length").parse().unwrap()];
        stream.read_exact(&mut arrived.body).await.unwrap();
    }
    Some(arrived)
}

/// Waits for the other side to end the connection, cleanly or not.
pub(crate) async fn end(stream: &mut (impl AsyncRead + Unpin)) {
    let mut buffer = [0; 1024];
    while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
}
