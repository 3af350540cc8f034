//! Calls to make, and what must not be seen of them.

use std::fmt::Write as _;
use std::time::Duration;

use bytes::Bytes;
use incs_client::transport::{CallInfo, Departure, Replay, Request, Response, Transport, TransportError};

/// A secret in every part of a request that no error may show.
pub(crate) const SECRET: &str = "s3cr3t";

/// A limit of time for what must happen; reaching it fails the test.
pub(crate) async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it takes too long")
}

/// A request that sends something, full of secrets.
pub(crate) fn post(uri: &str) -> (Request, Departure) {
    request("POST", uri, &format!("{{\"text\":\"{SECRET}\"}}"), usize::MAX)
}

/// Any request.
pub(crate) fn request(method: &str, uri: &str, body: &str, limit: usize) -> (Request, Departure) {
    let info = CallInfo::new("call", Replay::Unsafe).with_response_limit(limit);
    let departure = info.departure().clone();
    let request = http::Request::builder()
        .method(method)
        .uri(uri)
        .header("X-Certification-Code", SECRET)
        .header("Accept", "application/json")
        .extension(info)
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .unwrap();
    (request, departure)
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
