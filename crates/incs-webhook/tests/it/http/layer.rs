//! The layer of tower, around services that note what they saw.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt as _, Full};
use incs_model::Timestamp;
use incs_webhook::scheme::{Scheme, VerifyError};
use incs_webhook::{Batch, Limits, Receiver, SignedRequest, WebhookLayer};
use tower::ServiceExt;
use tower_layer::Layer as _;
use tower_service::Service;

const BODY: &[u8] = br#"{"event":"not_known_yet"}"#;

struct Token;

impl Scheme for Token {
    fn verify(&self, signed_request: &SignedRequest<'_>, _now: Timestamp) -> Result<(), VerifyError> {
        match signed_request.query() {
            Some("token=good") => Ok(()),
            _ => Err(VerifyError::Mismatch),
        }
    }
}

/// A body with scripted frames and any declared length.
struct Scripted {
    frames: VecDeque<Result<Frame<Bytes>, &'static str>>,
    says: u64,
    polled: Arc<Mutex<usize>>,
}

impl Scripted {
    fn pieces(pieces: &[&'static [u8]]) -> Self {
        let frames = pieces.iter().map(|piece| Ok(Frame::data(Bytes::from_static(piece)))).collect();
        Self { frames, says: 0, polled: Arc::default() }
    }
}

impl Body for Scripted {
    type Data = Bytes;
    type Error = &'static str;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, &'static str>>> {
        *self.polled.lock().unwrap() += 1;
        Poll::Ready(self.frames.pop_front())
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = SizeHint::new();
        hint.set_lower(self.says);
        hint
    }
}

type Seen = Arc<Mutex<Vec<(Batch, Bytes)>>>;

/// One request through the layer; the answer, and what the service saw.
async fn pass(query: &str, body: Scripted) -> (Response<Full<Bytes>>, Seen) {
    let seen = Seen::default();
    let note = Arc::clone(&seen);
    let service = tower::service_fn(move |mut request: Request<Full<Bytes>>| {
        let note = Arc::clone(&note);
        async move {
            let batch = request.extensions_mut().remove::<Batch>().unwrap();
            let body = request.into_body().collect().await?.to_bytes();
            note.lock().unwrap().push((batch, body));
            Ok::<_, Infallible>(Response::new(Full::from("taken")))
        }
    });
    let receiver = Receiver::new(Token).with_limits(Limits::DEFAULT.with_body(BODY.len()));
    let request = Request::post(format!("/?{query}")).body(body).unwrap();
    (WebhookLayer::new(receiver).layer(service).oneshot(request).await.unwrap(), seen)
}

async fn assert_refused(query: &str, body: Scripted, status: StatusCode) {
    let (response, seen) = pass(query, body).await;
    assert_eq!(response.status(), status);
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn chunked_body_reaches_service_whole() {
    let (first, rest) = BODY.split_at(1);
    let (second, third) = rest.split_at(9);
    for pieces in [&[BODY][..], &[first, rest], &[b"", first, second, b"", third]] {
        let (response, seen) = pass("token=good", Scripted::pieces(pieces)).await;
        assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "taken");
        let seen = seen.lock().unwrap();
        let [(batch, body)] = &seen[..] else { panic!("{seen:?}") };
        assert_eq!((batch.body(), &body[..]), (BODY, BODY));
    }
}

#[tokio::test]
async fn trailers_are_not_body() {
    let mut body = Scripted::pieces(&[BODY]);
    body.frames.push_back(Ok(Frame::trailers(HeaderMap::new())));
    let (response, _) = pass("token=good", body).await;
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn unauthentic_request_stops_at_layer() {
    assert_refused("token=bad", Scripted::pieces(&[BODY]), StatusCode::UNAUTHORIZED).await;
}

#[tokio::test]
async fn oversized_body_is_not_read_on() {
    let body = Scripted::pieces(&[BODY, b" ", b"never read"]);
    let polled = Arc::clone(&body.polled);
    assert_refused("token=good", body, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert_eq!(*polled.lock().unwrap(), 2);
}

#[tokio::test]
async fn oversized_content_length_reads_nothing() {
    let mut body = Scripted::pieces(&[BODY]);
    body.says = BODY.len() as u64 + 1;
    let polled = Arc::clone(&body.polled);
    assert_refused("token=good", body, StatusCode::PAYLOAD_TOO_LARGE).await;
    assert_eq!(*polled.lock().unwrap(), 0);
}

#[tokio::test]
async fn truncated_body_is_rejected() {
    let mut body = Scripted::pieces(&[BODY]);
    body.frames.push_back(Err("connection reset"));
    assert_refused("token=good", body, StatusCode::BAD_REQUEST).await;
}

/// A service counts as ready only where it was asked; tower's limits and buffers panic otherwise.
#[tokio::test]
async fn the_ready_service_is_called() {
    #[derive(Default)]
    struct Asked(bool);

    impl Clone for Asked {
        fn clone(&self) -> Self {
            Self(false)
        }
    }

    impl Service<Request<Full<Bytes>>> for Asked {
        type Response = Response<Full<Bytes>>;
        type Error = Infallible;
        type Future = std::future::Ready<Result<Self::Response, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            self.0 = true;
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
            assert!(self.0, "called before it was ready");
            std::future::ready(Ok(Response::default()))
        }
    }

    let mut service = WebhookLayer::new(Receiver::new(Token)).layer(Asked::default());
    for _ in 0..2 {
        let request = Request::post("/?token=good").body(Scripted::pieces(&[BODY])).unwrap();
        let response = ServiceExt::<Request<Scripted>>::ready(&mut service).await.unwrap().call(request);
        assert_eq!(response.await.unwrap().status(), StatusCode::OK);
    }
}
