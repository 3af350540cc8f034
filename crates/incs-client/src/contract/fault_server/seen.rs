//! What a fault server has seen.

use bytes::Bytes;
use http::{HeaderMap, Method};

/// What a [`FaultServer`](crate::contract::FaultServer) has seen so far.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// Connections that were accepted.
    pub connections: usize,
    /// Connections that are open now.
    pub open: usize,
    /// Exchanges that go on now: from the first byte of a request to the last of its reply, or to the end of the connection. The
    /// server notices, also while it stalls, that the other side has gone.
    pub busy: usize,
    /// Exchanges that are stalled now.
    pub stalled: usize,
    /// Requests of which everything came: all headers, and the whole body by its `content-length` or chunks.
    pub complete: Vec<SeenRequest>,
    /// For each request of which something came, but not everything: how many bytes. Over TLS, a broken handshake counts too.
    pub partial: Vec<usize>,
}

/// A request that came as a whole.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeenRequest {
    /// The method.
    pub method: Method,
    /// Path and query as they stood on the request line.
    pub target: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body, without chunk marks.
    pub body: Bytes,
    /// The connection it came on, counted from 1.
    pub connection: usize,
}
