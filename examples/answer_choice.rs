//! Receives the rows that customers pick from a list, and enqueues exactly one reply to each pick: over repeated webhooks, both callbacks of
//! a message, restarts and crashes. The outbox sends each reply at most once.
//!
//! ```text
//! INCS_WEBHOOK_SECRET=change-me cargo run -p incs-examples --example answer_choice
//! ```
//!
//! Subscribe webhooks of the event `new_message` for the printed URL with the secret at its end. It runs until ctrl-c. The example
//! `list_and_reply` sends such a list.
//!
//! Settings: `INCS_CERTIFICATION_CODE`; `INCS_BASE_URL` for a sandbox, without it the platform is called; `INCS_WEBHOOK_SECRET`;
//! `ADDRESS` to listen on, `127.0.0.1:8080` unless set; `STORE`, the file, `relay.db` unless set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::Context as _;
use axum::Router;
use axum::routing::post;
use tokio::net::TcpListener;

use incs_facade::Client;
use incs_facade::model::inbound::{Content, Inbound};
use incs_facade::model::whatsapp;
use incs_facade::relay::store::SqliteStore;
use incs_facade::relay::{Context, HandlerError, Relay};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Receiver, Secrets};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let client = Client::from_env()?;
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?));
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await.context("ADDRESS")?;
    let store =
        SqliteStore::open(env::var("STORE").unwrap_or_else(|_| "relay.db".to_owned())).await.context("STORE")?;

    let relay = Relay::builder(store.clone())
        .client(client)
        .on_message(answer)
        .on_outcome(|reply| async move {
            println!("{}: {}", reply.key, reply.state.as_str());
            Ok(())
        })
        .build();
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    // It verifies, stores and answers. The handlers run later, in `run_until`, which also sends the replies.
    let router = Router::new().route("/hooks/{secret}", post(relay.webhook(receiver)));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("ctrl-c cannot be heard, so this ends now: {error}");
        }
    };
    relay.run_until(ended).await;
    server.abort();

    drop(relay);
    store.close().await;
    Ok(())
}

/// Runs at least once for each message, in order for each customer. The reply is stored with the completion of the message, so it is
/// enqueued exactly once, and sent at most once.
async fn answer(message: Inbound, context: Context) -> Result<(), HandlerError> {
    let Content::Choice(choice) = &message.content else { return Ok(()) };
    // The reply depends on the id of the row, not on its title, which changes with the language.
    let text = match choice.data.as_deref() {
        Some("am") => "We come between 8:00 and 12:00.",
        Some("pm") => "We come between 13:00 and 18:00.",
        _ => "That time is gone, sorry. Please pick another one.", // a row of an older list
    };
    let phone = message.user.as_ref().and_then(|user| user.phone.as_ref()?.as_phone());
    // A dead letter is kept for a person.
    let to = phone.ok_or_else(|| HandlerError::dead_letter("the customer has no phone number"))?;
    context.enqueue(whatsapp::Message::new(to, text))?;
    Ok(())
}
