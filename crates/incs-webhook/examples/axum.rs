//! Receives with axum 0.8: `INCS_WEBHOOK_SECRET=change-me cargo run --example axum --features axum`
//!
//! Then: `curl -H 'content-type: application/json' -d '{"event":"not_known_yet"}' http://127.0.0.1:8080/hooks/change-me`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::env;
use std::error::Error;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::net::TcpListener;

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{Item, ItemOutcome, Received, Receiver, Rejection, Secrets};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new().route("/hooks", post(receive)).route("/hooks/{secret}", post(receive));
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("cannot listen for ctrl-c, stopping: {error}");
        }
    };
    axum::serve(listener, router.with_state(receiver()?)).with_graceful_shutdown(ended).await?;
    Ok(())
}

/// Takes the `Result` to log rejections. A handler with `Received` alone does not see them.
async fn receive(received: Result<Received, Rejection>) -> impl IntoResponse {
    match received {
        Ok(Received(batch)) => {
            batch.iter().for_each(handle);
            StatusCode::OK.into_response()
        }
        Err(rejection) => {
            eprintln!("rejected: {rejection}");
            rejection.into_response()
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
