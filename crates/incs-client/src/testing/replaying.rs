//! A transport that answers from a recording.

use std::sync::Mutex;

use async_trait::async_trait;

use super::exchange::{Ending, Exchange};
use super::locked;
use super::recorded::Recorded;
use super::recording::Recording;
use crate::transport::{CallInfo, Request, Response, Transport, TransportError, TransportErrorKind};

/// A transport that answers from a [`Recording`].
///
/// A request gets the first exchange, not yet used, of the same method, path, query and body; host and headers do not count. So
/// calls that differ may come in any order, and calls that are alike get their answers in the order recorded. A request that
/// matches none is an error of the kind [`Other`](TransportErrorKind::Other) whose cause says so. An exchange that was dropped
/// stalls.
///
/// ```
/// use incs_client::testing::{CapturingTransport, Recording, ReplayingTransport, ScriptedTransport};
/// use incs_client::transport::{Request, Transport};
///
/// # futures_util::FutureExt::now_or_never(async {
/// let transport = CapturingTransport::new(ScriptedTransport::new().reply(200, "one").reply(200, "two"));
/// for _ in 0..2 {
///     transport.call(Request::default()).await.unwrap();
/// }
/// let json = Recording::new(transport.take()).to_json(); // write it to a file; later:
///
/// let transport = ReplayingTransport::new(Recording::from_json(json.as_bytes()).unwrap());
/// for expected in ["one", "two"] {
///     assert_eq!(transport.call(Request::default()).await.unwrap().body(), expected);
/// }
/// assert!(transport.call(Request::default()).await.is_err());
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct ReplayingTransport {
    left: Mutex<Vec<Exchange>>,
}

impl ReplayingTransport {
    /// Answers from `recording`.
    pub fn new(recording: Recording) -> Self {
        Self { left: Mutex::new(recording.into_exchanges()) }
    }

    /// The exchanges that no request has used.
    pub fn unused(&self) -> Vec<Exchange> {
        locked(&self.left).clone()
    }

    fn take(&self, request: &Request) -> Option<Ending> {
        let mut left = locked(&self.left);
        let index = left.iter().position(|exchange| matches(&exchange.request, request))?;
        Some(left.remove(index).ending)
    }
}

#[async_trait]
impl Transport for ReplayingTransport {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let ending = self.take(&request);
        let info = CallInfo::of(&request);
        info.departure().hold();
        let stays = matches!(&ending, Some(Ending::Error(kind)) if kind.nothing_left());
        if !stays && !info.departure().leave() {
            return Err(TransportErrorKind::NotSent.into());
        }
        match ending {
            Some(Ending::Reply(reply)) => Ok(reply.to_response()),
            Some(Ending::Error(kind)) => Err(kind.into()),
            Some(Ending::Dropped) => std::future::pending().await,
            None => Err(TransportError::new(TransportErrorKind::Other).with_source(format!(
                "no exchange is left in the recording for this {} {}",
                request.method(),
                request.uri().path()
            ))),
        }
    }
}

fn matches(recorded: &Recorded, request: &Request) -> bool {
    recorded.method() == request.method()
        && recorded.path() == request.uri().path()
        && recorded.query() == request.uri().query()
        && recorded.body() == request.body()
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use futures_util::FutureExt;

    use super::*;
    use crate::testing::{CapturingTransport, ScriptedTransport};

    fn request(method: &str, uri: &'static str, body: &'static str) -> Request {
        let mut request = Request::new(body.into());
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        request
    }

    fn replaying(script: ScriptedTransport, requests: impl IntoIterator<Item = Request>) -> ReplayingTransport {
        let transport = CapturingTransport::new(script);
        for request in requests {
            let _ = transport.call(request).now_or_never();
        }
        let json = Recording::new(transport.take()).to_json();
        ReplayingTransport::new(Recording::from_json(json.as_bytes()).unwrap())
    }

    #[test]
    fn a_request_is_matched_by_method_path_query_and_body() {
        let recorded = || request("POST", "https://a.example/b?c=1", "{}");
        let others = [
            request("PUT", "https://a.example/b?c=1", "{}"),
            request("POST", "https://a.example/B?c=1", "{}"),
            request("POST", "https://a.example/b?c=2", "{}"),
            request("POST", "https://a.example/b", "{}"),
            request("POST", "https://a.example/b?c=1", "{ }"),
        ];
        let transport = replaying(ScriptedTransport::new().reply(200, "one"), [recorded()]);
        for other in others {
            let error = transport.call(other).now_or_never().unwrap().unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::Other);
            let cause = error.source().unwrap().to_string();
            assert!(
                cause.starts_with("no exchange is left in the recording for this P") && !cause.contains("c="),
                "{cause}"
            );
        }
        let elsewhere = request("POST", "http://localhost:1/b?c=1", "{}");
        assert_eq!(transport.call(elsewhere).now_or_never().unwrap().unwrap().body(), "one");
        assert!(transport.unused().is_empty());
        assert!(transport.call(recorded()).now_or_never().unwrap().is_err());
    }

    #[test]
    fn errors_and_dropped_calls_come_back_as_they_were() {
        let script = ScriptedTransport::new().error(TransportErrorKind::Connect).stall();
        let transport = replaying(script, [request("GET", "/a", ""), request("GET", "/b", "")]);
        for (path, kind, left) in [("/a", Some(TransportErrorKind::Connect), false), ("/b", None, true)] {
            let mut request = request("GET", path, "");
            let info = CallInfo::of(&request);
            request.extensions_mut().insert(info.clone());
            let result = transport.call(request).now_or_never();
            assert_eq!(result.map(|result| result.unwrap_err().kind()), kind);
            assert_eq!(info.departure().may_have_left(), left);
        }
    }
}
