//! Receives RCS replies from Exotel and messages from INCS, and posts both to one internal service, in one form.
//!
//! ```text
//! export EXOTEL_SECRET=change-me INCS_WEBHOOK_SECRET=change-me-too INTERNAL_URL=http://127.0.0.1:9000/messages
//! cargo run -p incs-examples --example exotel_bridge
//! ```
//!
//! Exotel's callbacks go to `/exotel`, signed with `X-Exotel-Signature`; INCS posts to `/incs/` followed by the secret. The service
//! receives each message as JSON, in the neutral form of `incs_model::inbound`, with its key as `idempotency-key`: duplicates have
//! the same key. It runs until ctrl-c.
//!
//! Settings: `EXOTEL_SECRET`; `INCS_WEBHOOK_SECRET`; `INTERNAL_URL`, plain HTTP; `ADDRESS` to listen on, `127.0.0.1:8080` unless
//! set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use axum::Router;
use axum::http::{Request, StatusCode, Uri};
use axum::routing::{MethodRouter, post};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::net::TcpListener;

use incs_facade::webhook::scheme::{Exotel, SharedSecret};
use incs_facade::webhook::{Batch, Provider, Received, Receiver, Secrets};

/// Exotel's other channels give up after 5 to 15 seconds; what RCS does is unknown.
const PATIENCE: Duration = Duration::from_secs(4);

#[derive(Clone)]
struct Service {
    url: Uri,
    http: Client<HttpConnector, Full<Bytes>>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let exotel = Receiver::new(Exotel::new(secrets("EXOTEL_SECRET")?)).with_provider(Provider::Exotel);
    let incs = Receiver::new(SharedSecret::in_path(secrets("INCS_WEBHOOK_SECRET")?)).with_provider(Provider::Incs);
    let url = env::var("INTERNAL_URL").context("INTERNAL_URL")?.parse().context("INTERNAL_URL")?;
    let service = Service { url, http: Client::builder(TokioExecutor::new()).build_http() };

    let router = Router::new()
        .route("/exotel", bridge(service.clone()).with_state(exotel))
        .route("/incs/{secret}", bridge(service).with_state(incs));
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await.context("ADDRESS")?;
    println!("listening on http://{}/", listener.local_addr()?);
    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("ctrl-c cannot be heard, so this ends now: {error}");
        }
    };
    axum::serve(listener, router).with_graceful_shutdown(ended).await?;
    Ok(())
}

/// The handler for both providers; only the receiver in its state differs.
fn bridge(service: Service) -> MethodRouter<Receiver> {
    post(async move |Received(batch): Received| {
        for item in batch.unparsed() {
            // Unknown content. Keep such bytes in your own store; here only their number is printed.
            eprintln!("not passed on: {} bytes", item.raw().len());
        }
        let passed = tokio::time::timeout(PATIENCE, service.pass_on(&batch)).await;
        match passed.context("the service does not answer").flatten() {
            Ok(count) => {
                println!("{count} of {} items passed on", batch.items().len());
                StatusCode::OK
            }
            // The sender may retry. Whether it does is unknown, so a bridge that must lose nothing stores the message first.
            Err(error) => {
                eprintln!("{error:#}");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    })
}

impl Service {
    /// Posts each message of a customer, and returns their number. The example `reconcile` handles receipts.
    async fn pass_on(&self, batch: &Batch) -> anyhow::Result<usize> {
        let mut count = 0;
        for item in batch {
            let Some(message) = item.inbound() else { continue };
            let mut request = Request::post(self.url.clone()).header("content-type", "application/json");
            if let Some(key) = item.dedup_key() {
                request = request.header("idempotency-key", key.to_string());
            }
            let answer = self.http.request(request.body(Full::from(serde_json::to_vec(&message)?))?).await?;
            ensure!(answer.status().is_success(), "status {}", answer.status());
            count += 1;
        }
        Ok(count)
    }
}

fn secrets(setting: &'static str) -> anyhow::Result<Secrets> {
    Secrets::try_new(env::var(setting).context(setting)?).context(setting)
}
