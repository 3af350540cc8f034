//! Receives with axum 0.8: `WEBHOOK_PATH_SECRET=change-me cargo run --example axum --features axum`
//!
//! Then: `curl -H 'content-type: application/json' -d '{"event":"of_tomorrow"}' http://127.0.0.1:8080/hooks/change-me`

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::env;
use std::error::Error;

use axum::Router;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use tokio::net::TcpListener;

use incs_webhook::scheme::{AnyOf, SharedSecret, StandardWebhooks};
use incs_webhook::{Item, Outcome, Received, Receiver, Rejection, Secrets};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let router = Router::new().route("/hooks", post(receive)).route("/hooks/{secret}", post(receive));
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("ctrl-c cannot be heard, so this ends now: {error}");
        }
    };
    axum::serve(listener, router.with_state(receiver()?)).with_graceful_shutdown(ended).await?;
    Ok(())
}

/// A handler that asks for `Received` alone never hears of a refusal; this one wants it in its log.
async fn receive(received: Result<Received, Rejection>) -> impl IntoResponse {
    match received {
        Ok(Received(batch)) => {
            batch.iter().for_each(handle);
            StatusCode::OK.into_response()
        }
        Err(rejection) => {
            eprintln!("refused: {rejection}");
            rejection.into_response()
        }
    }
}

/// Made once, and kept. The URL given to the platform ends in the secret; who can sign, signs.
fn receiver() -> Result<Receiver, Box<dyn Error>> {
    let in_path = SharedSecret::in_path(Secrets::try_new(env::var("WEBHOOK_PATH_SECRET")?)?);
    Ok(match env::var("WEBHOOK_SECRET") {
        Ok(secret) => Receiver::new(AnyOf::new(in_path).or(StandardWebhooks::try_new(Secrets::try_new(secret)?)?)),
        Err(_) => Receiver::new(in_path),
    })
}

/// Hands an item on; here to the terminal. A queue that drops keys it has seen makes two deliveries of one thing one.
fn handle(item: &Item) {
    let key = item.dedup_key().map_or_else(|| "none".to_owned(), |key| key.to_string());
    match item.outcome() {
        Outcome::Parsed(_) => println!("understood {:?}, key {key}", item.pointer()),
        Outcome::Malformed(fault) => println!("kept {:?}: {fault}", item.pointer()),
        _ => println!("kept {:?}: unknown", item.pointer()),
    }
}
