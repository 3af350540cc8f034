//! Receives with plain hyper 1: `INCS_WEBHOOK_SECRET=change-me cargo run --example hyper --features http`
//!
//! Then: `curl -H 'content-type: application/json' -d '{"event":"not_known_yet"}' http://127.0.0.1:8080/hooks/change-me`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::convert::Infallible;
use std::env;
use std::error::Error;

use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use incs_model::Timestamp;
use tokio::net::TcpListener;

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{Item, ItemOutcome, Receiver, Secrets};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let receiver = receiver()?;
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = tokio::select! {
            accepted = listener.accept() => accepted?,
            ended = tokio::signal::ctrl_c() => return Ok(ended?),
        };
        let receiver = receiver.clone();
        tokio::spawn(async move {
            let service = service_fn(|request| answer(&receiver, request));
            // With a timer, hyper closes connections that do not finish their headers.
            let mut server = http1::Builder::new();
            if let Err(error) = server.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await {
                eprintln!("connection error: {error}");
            }
        });
    }
}

async fn answer(receiver: &Receiver, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::default();
    *response.status_mut() = receive(receiver, request).await;
    Ok(response)
}

async fn receive(receiver: &Receiver, request: Request<Incoming>) -> StatusCode {
    if request.method() != Method::POST {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let limit = receiver.limits().body;
    // A declared length over the limit is rejected at once; an undeclared one is cut off at the limit.
    if request.body().size_hint().lower() > limit as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, limit).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::BAD_REQUEST,
    };
    match receiver.receive_request(&Request::from_parts(head, body), Timestamp::now()) {
        Ok(batch) => {
            batch.iter().for_each(handle);
            StatusCode::OK
        }
        Err(rejection) => {
            eprintln!("rejected: {rejection}");
            StatusCode::from(&rejection)
        }
    }
}

/// Creates the receiver once. The URL given to the platform ends in a secret; senders that sign use the other scheme.
fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let secret = env::var("INCS_WEBHOOK_SECRET").map_err(|_| "INCS_WEBHOOK_SECRET is not set")?;
    let in_path = SharedSecret::in_path(Secrets::try_new(secret)?);
    Ok(match env::var("GATEWAY_SECRET") {
        Ok(secret) => Receiver::new(AnyOf::new(in_path).or(StandardWebhooks::try_new(Secrets::try_new(secret)?)?)),
        Err(_) => Receiver::new(in_path),
    })
}

/// Handles an item, here by printing it. A real handler stores it under its key, which drops duplicates.
fn handle(item: &Item) {
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        ItemOutcome::Parsed(_) => println!("understood {:?}, key {key}", item.pointer()),
        ItemOutcome::Malformed(error) => println!("kept {:?}: {error}", item.pointer()),
        ItemOutcome::Unknown => println!("kept {:?}: unknown", item.pointer()),
    }
}
