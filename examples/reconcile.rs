//! Sends texts on WhatsApp and follows each until it is delivered or failed: by webhooks, by the webhook `message_created` if the reply to
//! a send was lost, and by the status query if receipts were lost. It can be killed and started again. No text is sent twice.
//!
//! ```text
//! export INCS_WEBHOOK_SECRET=change-me ADDRESS=127.0.0.1:8080
//! cargo run -p incs-examples --example reconcile < texts.jsonl
//! ```
//!
//! Each line of the input is one text: `{"reference": "booking-1", "to": "85251230088", "text": "Your table is ready."}`. Subscribe
//! webhooks of `message_status_update` and `message_created` for the printed URL with the secret at its end. When all texts have a
//! final state, on ctrl-c, or after `PATIENCE`, it prints the state of each. Exit code: 0 if each is delivered or failed, else 1.
//!
//! Settings: `INCS_CERTIFICATION_CODE`; `INCS_BASE_URL` for a sandbox, without it the platform is called; `INCS_WEBHOOK_SECRET`;
//! `ADDRESS` to listen on, `127.0.0.1:8080` unless set; `STORE`, the file, `reconcile.db` unless set; `PATIENCE` in seconds, 60 unless
//! set; `ASK_AFTER`, the seconds without a receipt after which the platform is asked, 10 unless set (a program in production waits hours).

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::process::ExitCode;
use std::time::Duration;
use std::{env, io};

use anyhow::Context as _;
use axum::Router;
use axum::routing::post;
use serde::Deserialize;
use tokio::net::TcpListener;

use incs_facade::Client;
use incs_facade::model::delivery::Stage;
use incs_facade::model::{PhoneNumber, decode, whatsapp};
use incs_facade::relay::Relay;
use incs_facade::relay::store::{OutboxEntry, OutboxFilter, OutboxMessage, OutboxState, SqliteStore, StoreError};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Receiver, Secrets};

#[derive(Deserialize)]
struct Row {
    reference: String,
    to: PhoneNumber,
    text: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let client = Client::from_env()?;
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?));
    let (patience, ask_after) = (seconds("PATIENCE", 60)?, seconds("ASK_AFTER", 10)?);
    let listener = TcpListener::bind(setting("ADDRESS", "127.0.0.1:8080")).await.context("ADDRESS")?;
    let store = SqliteStore::open(setting("STORE", "reconcile.db")).await.context("STORE")?;

    let relay = Relay::builder(store.clone())
        .client(client)
        .evidence_pause(Duration::from_millis(500)) // a program that runs for days does not need to look as often
        .ask_without_receipt_after(ask_after)
        .build();
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    let router = Router::new().route("/hooks/{secret}", post(relay.webhook(receiver)));
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    for line in io::read_to_string(io::stdin())?.lines() {
        let Row { reference, to, text } = decode(line.as_bytes())?;
        relay.outbox().enqueue(OutboxMessage::try_new(reference, whatsapp::Message::new(to, text))?).await?;
    }
    relay
        .run_until(async {
            tokio::select! {
                () = all_settled(&relay) => {}
                () = tokio::time::sleep(patience) => eprintln!("PATIENCE is over"),
                _ = tokio::signal::ctrl_c() => eprintln!("stopping"),
            }
        })
        .await;
    server.abort();

    let entries = entries(&relay).await?;
    for entry in &entries {
        println!("{}  {}", entry.key, description(entry));
    }
    drop(relay);
    store.close().await;
    Ok(ExitCode::from(u8::from(!entries.iter().all(is_followed))))
}

fn setting(name: &str, default: &str) -> String {
    env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn seconds(name: &'static str, default: u64) -> anyhow::Result<Duration> {
    Ok(Duration::from_secs(setting(name, &default.to_string()).parse().context(name)?))
}

async fn entries(relay: &Relay) -> Result<Vec<OutboxEntry>, StoreError> {
    relay.store().messages(OutboxFilter { limit: 1000, ..OutboxFilter::default() }).await
}

/// Waits until nothing more is expected of any text. Unknown ones are waited for: a webhook may still show whether they were sent.
async fn all_settled(relay: &Relay) {
    let is_settled = |entry: &OutboxEntry| match entry.state {
        OutboxState::Accepted => is_followed(entry),
        state => state.is_final(),
    };
    // If the store fails, the next look shows more.
    while !entries(relay).await.is_ok_and(|entries| entries.iter().all(is_settled)) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Reports whether the text is delivered or failed.
fn is_followed(entry: &OutboxEntry) -> bool {
    entry.stage.is_some_and(|stage| stage >= Stage::Failed)
}

fn description(entry: &OutboxEntry) -> String {
    match (entry.state, entry.stage) {
        (OutboxState::Accepted, Some(stage)) => format!("{stage:?}").to_lowercase(),
        (state, _) if state.is_unknown() => format!("unknown: see `incs outbox show {}`", entry.id),
        (state, _) => state.as_str().to_owned(),
    }
}
