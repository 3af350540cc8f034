//! The transport over a `tower::Service`.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::Body;
use incs_client::backend::{OutgoingBody, TowerTransport};
use incs_client::transport::{CallInfo, TransportErrorKind};
use tower_service::Service;

use crate::support::{SECRET, assert_discreet, call, post, request};

type BoxError = Box<dyn Error + Send + Sync>;

/// The inner service's action for a request.
#[derive(Clone, Copy, PartialEq)]
enum Does {
    Echo,
    AnswersUnread,
    FailsUnread,
    FailsAfterReading,
    IsNeverReady,
}

/// A service that is ready at the second question only, and each clone for itself.
struct Scripted {
    does: Does,
    ready: bool,
    asked: Arc<AtomicUsize>,
}

impl Scripted {
    fn new(does: Does) -> Self {
        Self { does, ready: false, asked: Arc::default() }
    }
}

impl Clone for Scripted {
    fn clone(&self) -> Self {
        Self { does: self.does, ready: false, asked: Arc::clone(&self.asked) }
    }
}

impl Service<http::Request<OutgoingBody>> for Scripted {
    type Response = http::Response<OutgoingBody>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.does == Does::IsNeverReady {
            return Poll::Ready(Err(SECRET.into()));
        }
        if std::mem::replace(&mut self.ready, true) {
            return Poll::Ready(Ok(()));
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn call(&mut self, request: http::Request<OutgoingBody>) -> Self::Future {
        assert!(self.ready, "the service was called before it was ready");
        assert!(request.extensions().get::<CallInfo>().is_some());
        let does = self.does;
        Box::pin(async move {
            let mut body = request.into_body();
            match does {
                Does::Echo | Does::AnswersUnread => Ok(http::Response::new(body)),
                Does::FailsUnread => Err(SECRET.into()),
                Does::FailsAfterReading | Does::IsNeverReady => {
                    let frame = std::future::poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await;
                    let read: Bytes = frame.unwrap().unwrap().into_data().unwrap();
                    Err(String::from_utf8_lossy(&read).into())
                }
            }
        })
    }
}

#[tokio::test]
async fn service_is_polled_until_ready() {
    let service = Scripted::new(Does::Echo);
    let asked = Arc::clone(&service.asked);
    let transport = TowerTransport::new(service);
    for calls in 1..3 {
        let (request, send_gate) = request("POST", "http://a/path", "{}", 2);
        assert_eq!(&call(&transport, request).await.unwrap().body()[..], b"{}");
        assert!(send_gate.maybe_sent());
        assert_eq!(asked.load(Ordering::Relaxed), 2 * calls);
    }
}

#[tokio::test]
async fn too_large_reply_is_refused() {
    let transport = TowerTransport::new(Scripted::new(Does::Echo));
    let error = call(&transport, request("POST", "http://a/path", "abc", 2).0).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::ReplyTooLarge);
}

#[tokio::test]
async fn answer_proves_the_request_was_sent() {
    let transport = TowerTransport::new(Scripted::new(Does::AnswersUnread));
    let (request, send_gate) = request("POST", "http://a/path", "abc", 2);
    assert_eq!(call(&transport, request).await.unwrap_err().kind(), TransportErrorKind::ReplyTooLarge);
    assert!(send_gate.maybe_sent());
}

async fn failing(does: Does, classifier: Option<TransportErrorKind>) -> (TransportErrorKind, bool) {
    let mut transport = TowerTransport::new(Scripted::new(does));
    match classifier {
        Some(TransportErrorKind::Connect) => transport = transport.with_classifier(|_| TransportErrorKind::Connect),
        Some(TransportErrorKind::Timeout) => transport = transport.with_classifier(|_| TransportErrorKind::Timeout),
        _ => {}
    }
    let (request, send_gate) = post("http://a/path");
    let error = call(&transport, request).await.unwrap_err();
    assert_discreet(&error);
    assert!(error.source().is_none());
    (error.kind(), send_gate.maybe_sent())
}

#[tokio::test]
async fn error_reports_the_body_state() {
    use TransportErrorKind::{Connect, NotSent, Other, Timeout};
    let table = [
        (Does::IsNeverReady, None, (NotSent, false)),
        (Does::FailsUnread, None, (NotSent, false)),
        (Does::FailsUnread, Some(Timeout), (NotSent, false)),
        (Does::FailsUnread, Some(Connect), (Connect, false)),
        (Does::FailsAfterReading, None, (Other, true)),
        (Does::FailsAfterReading, Some(Timeout), (Timeout, true)),
    ];
    for (does, classifier, expected) in table {
        assert_eq!(failing(does, classifier).await, expected);
    }
}

#[tokio::test]
async fn trusted_service_keeps_causes() {
    let transport = TowerTransport::new(Scripted::new(Does::FailsUnread)).with_causes();
    let error = call(&transport, post("http://a/path").0).await.unwrap_err();
    assert_eq!(error.source().unwrap().to_string(), SECRET);
}

#[test]
fn debug_hides_the_service() {
    assert_eq!(format!("{:?}", TowerTransport::new(Scripted::new(Does::Echo))), "TowerTransport { causes: false, .. }");
}

#[cfg(feature = "hyper")]
mod over_hyper_util {
    use hyper_util::client::legacy::connect::HttpConnector;
    use hyper_util::client::legacy::{Client, Error};
    use hyper_util::rt::TokioExecutor;
    use incs_client::backend::{OutgoingBody, TowerTransport};
    use incs_client::transport::TransportErrorKind;

    fn transport() -> TowerTransport<Client<HttpConnector, OutgoingBody>> {
        TowerTransport::new(Client::builder(TokioExecutor::new()).build_http()).with_causes().with_classifier(|error| {
            match error.downcast_ref::<Error>() {
                Some(error) if error.is_connect() => TransportErrorKind::Connect,
                _ => TransportErrorKind::Interrupted,
            }
        })
    }

    crate::exchange::exchange_tests!(transport(), whatever the URI);
}
