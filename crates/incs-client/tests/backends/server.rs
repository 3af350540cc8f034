//! Servers that speak raw bytes.

use std::net::SocketAddr;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::net::TcpListener;

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
