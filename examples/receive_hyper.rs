//! Receives webhooks with plain hyper: hands every item to a worker through a bounded queue, each once.
//!
//! For what may be lost with the process, such as states of messages, which a status query brings back. What must not be lost is
//! stored first, as in `receive_axum`.
//!
//! ```text
//! WEBHOOK_PATH_SECRET=change-me cargo run -p incs-examples --example receive_hyper
//! ```
//!
//! Have webhooks posted to the URL that it prints, with the secret at its end. It runs until ctrl-c.
//!
//! Settings: `WEBHOOK_PATH_SECRET`; `ADDRESS` to listen on, `127.0.0.1:8080` unless set.

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
use incs_facade::webhook::guard::{Claim, MemoryGuard, Ticket};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Item, Receiver, Secrets};

type Job = (Item, Ticket<Arc<MemoryGuard>>);

#[derive(Clone)]
struct App {
    receiver: Receiver,
    guard: Arc<MemoryGuard>,
    queue: mpsc::Sender<Job>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let secret = env::var("WEBHOOK_PATH_SECRET").context("WEBHOOK_PATH_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("WEBHOOK_PATH_SECRET")?));
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
        // With a timer, hyper gives up on a sender that does not finish its headers.
        let connection = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service);
        let connection = connections.watch(connection);
        tokio::spawn(async move { connection.await.map_err(|error| eprintln!("a connection broke: {error}")) });
    }
    connections.shutdown().await; // requests that have begun are answered
    drop(app); // with the last sender the queue ends, and with the queue the worker
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
            // What was taken before the queue was full is known when the delivery comes again.
            let is_taken = batch.into_iter().all(|item| enqueue(app, item));
            if is_taken { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
        }
        Err(rejection) => {
            eprintln!("refused: {rejection}");
            StatusCode::from(&rejection)
        }
    }
}

/// Whether nobody need send the item again. When the queue is full the ticket is dropped, and the next delivery is the first.
fn enqueue(app: &App, item: Item) -> bool {
    match Ticket::claim(Arc::clone(&app.guard), item.dedup_key(), Timestamp::now()) {
        Claim::First(ticket) => app.queue.try_send((item, ticket)).is_ok(),
        Claim::InHand => false, // it may fail yet
        Claim::Repeated => true,
    }
}

async fn work(mut jobs: mpsc::Receiver<Job>) {
    while let Some((item, ticket)) = jobs.recv().await {
        println!("{}", item.kind().unwrap_or_else(|| "not understood".to_owned()));
        ticket.confirm(Timestamp::now());
    }
}
