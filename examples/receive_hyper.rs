//! Receives webhooks with plain hyper: passes every item to a worker through a bounded queue, once.
//!
//! Use it for data that may be lost with the process, such as states of messages, which a status query returns again. Store other
//! data first, as `receive_axum` does.
//!
//! ```text
//! INCS_WEBHOOK_SECRET=change-me cargo run -p incs-examples --example receive_hyper
//! ```
//!
//! Subscribe webhooks for the printed URL with the secret at its end. It runs until ctrl-c.
//!
//! Settings: `INCS_WEBHOOK_SECRET`; `ADDRESS` to listen on, `127.0.0.1:8080` unless set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::convert::Infallible;
use std::env;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use http_body_util::{BodyExt as _, Empty, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use incs_facade::model::Timestamp;
use incs_facade::webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Item, Receiver, Secrets};

type Job = (Item, ClaimGuard<Arc<MemoryGuard>>);

#[derive(Clone)]
struct App {
    receiver: Receiver,
    guard: Arc<MemoryGuard>,
    queue: mpsc::Sender<Job>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?));
    let guard = Arc::new(MemoryGuard::new(100_000, Duration::from_hours(3 * 24)));
    let (queue, jobs) = mpsc::channel(1_000);
    let worker = tokio::spawn(work(jobs));
    let app = App { receiver, guard, queue };

    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await.context("ADDRESS")?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    let connections = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => accepted?.0,
            ended = tokio::signal::ctrl_c() => break ended?,
        };
        let app = app.clone();
        let service = service_fn(move |request| answer(app.clone(), request));
        // With a timer, hyper closes the connection of a sender that does not finish its headers.
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move { connection.await.map_err(|error| eprintln!("a connection broke: {error}")) });
    }
    connections.shutdown().await; // requests in progress are answered
    drop(app); // the queue ends with its last sender, and the worker ends with the queue
    Ok(worker.await?)
}

async fn answer(app: App, request: Request<Incoming>) -> Result<Response<Empty<Bytes>>, Infallible> {
    let mut response = Response::default();
    *response.status_mut() = if request.method() == Method::POST && request.uri().path().starts_with("/hooks/") {
        receive(&app, request).await
    } else {
        StatusCode::NOT_FOUND
    };
    Ok(response)
}

async fn receive(app: &App, request: Request<Incoming>) -> StatusCode {
    let (head, body) = request.into_parts();
    let body = match Limited::new(body, app.receiver.limits().body).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return StatusCode::PAYLOAD_TOO_LARGE,
        Err(_) => return StatusCode::BAD_REQUEST,
    };
    match app.receiver.receive_request(&Request::from_parts(head, body), Timestamp::now()) {
        Ok(batch) => {
            // Items queued before the queue was full are recognized when the delivery is retried.
            let is_taken = batch.into_iter().all(|item| enqueue(app, item));
            if is_taken { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
        }
        Err(rejection) => {
            eprintln!("refused: {rejection}");
            StatusCode::from(&rejection)
        }
    }
}

/// Returns whether the item needs no retry. If the queue is full, the ticket is dropped, and the next delivery counts as the first.
fn enqueue(app: &App, item: Item) -> bool {
    match ClaimGuard::claim(Arc::clone(&app.guard), item.dedup_key(), Timestamp::now()) {
        Claim::First(ticket) => app.queue.try_send((item, ticket)).is_ok(),
        Claim::InProgress => false, // it may still fail
        Claim::Duplicate => true,
    }
}

async fn work(mut jobs: mpsc::Receiver<Job>) {
    while let Some((item, ticket)) = jobs.recv().await {
        println!("{}", item.kind().unwrap_or_else(|| "not understood".to_owned()));
        ticket.confirm(Timestamp::now());
    }
}
