//! HTTP servers that receive webhooks: with this library over axum and over hyper, and by hand over hyper.

use std::convert::Infallible;
use std::hint::black_box;
use std::io;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use hmac::Hmac;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use incs_model::Timestamp;
use incs_webhook::{Batch, Received, Receiver};
use sha2::Sha256;
use tokio::net::TcpListener;

use super::{HEADER, keys, read_by_hand, sign, texts};
use crate::baselines::{NewMessage, TextMessage};

/// A way to receive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receiving {
    /// hyper, a kept HMAC key and a plain derive.
    ByHand,
    /// The receiver of the README: axum and the extractor `Received`.
    Axum,
    /// A `Receiver` in hyper.
    Hyper,
}

impl Receiving {
    /// All ways, the baseline first.
    pub const ALL: [Self; 3] = [Self::ByHand, Self::Axum, Self::Hyper];

    /// Returns its name as an argument.
    pub fn name(self) -> &'static str {
        match self {
            Self::ByHand => "by-hand",
            Self::Axum => "axum",
            Self::Hyper => "hyper",
        }
    }

    /// Returns its name in tables.
    pub fn description(self) -> &'static str {
        match self {
            Self::ByHand => "hyper by hand: a kept HMAC key, and a plain derive",
            Self::Axum => "the receiver of the README: axum and `Received`",
            Self::Hyper => "a `Receiver` in hyper",
        }
    }
}

/// Returns a delivery with one WhatsApp text, the name of its header, and its signature.
pub fn signed_text() -> (String, &'static str, String) {
    let body = texts(1);
    let signature = sign(&keys().1, body.as_bytes());
    (body, HEADER, signature)
}

/// Receives until the process ends.
///
/// # Errors
///
/// Fails if the listener fails.
pub async fn serve(receiving: Receiving, listener: TcpListener) -> io::Result<()> {
    let (scheme, key) = keys();
    // The README's secret is in the URL, which costs less; both sides check a signature here.
    let receiver = Receiver::new(scheme);
    if receiving == Receiving::Axum {
        let handler = async |Received(batch): Received| handle(&batch);
        return axum::serve(listener, Router::new().route("/hooks", post(handler)).with_state(receiver)).await;
    }
    loop {
        let (stream, _) = listener.accept().await?;
        let (receiver, key) = (receiver.clone(), key.clone());
        let service = service_fn(move |request| {
            let (receiver, key) = (receiver.clone(), key.clone());
            async move {
                let mut response = Response::new(Empty::<Bytes>::new());
                *response.status_mut() = match receiving {
                    Receiving::ByHand => by_hand(&key, request).await,
                    Receiving::Axum | Receiving::Hyper => by_receiver(&receiver, request).await,
                };
                Ok::<_, Infallible>(response)
            }
        });
        // A broken connection only ends its own task.
        tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

/// Handles a batch like the README, which prints what this computes.
fn handle(batch: &Batch) -> StatusCode {
    for item in batch {
        match item.inbound() {
            Some(message) => drop(black_box(message.content.kind())),
            None => drop(black_box(item.raw().len())),
        }
    }
    StatusCode::OK
}

async fn by_receiver(receiver: &Receiver, request: Request<Incoming>) -> StatusCode {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else { return StatusCode::BAD_REQUEST };
    let request = Request::from_parts(head, body.to_bytes());
    match receiver.receive_request(&request, Timestamp::now()) {
        Ok(batch) => handle(&batch),
        Err(rejection) => StatusCode::from(&rejection),
    }
}

async fn by_hand(key: &Hmac<Sha256>, request: Request<Incoming>) -> StatusCode {
    let (head, body) = request.into_parts();
    let signature = head.headers.get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(body) = body.collect().await else { return StatusCode::BAD_REQUEST };
    drop(black_box(read_by_hand::<NewMessage<TextMessage>>(key, signature, &body.to_bytes())));
    StatusCode::OK
}
