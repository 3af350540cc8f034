//! Sends texts on WhatsApp and tracks each until it is delivered or failed: by webhooks, by the status query and, if the reply to a
//! send was lost, by the workbench's webhook about it. No text is sent twice.
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
//! `ADDRESS` to listen on, `127.0.0.1:8080` unless set; `PATIENCE` in seconds, 60 unless set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod send;
mod store;

use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{env, io};

use anyhow::Context as _;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;

use incs_facade::client::{Client, RequestState};
use incs_facade::model::delivery::DeliveryUpdate;
use incs_facade::model::{Channel, decode, whatsapp};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Received, Receiver, Secrets};

use self::send::{Outcome, Send};
use self::store::Store;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let client = Client::from_env()?;
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?));
    let patience = env::var("PATIENCE").unwrap_or_else(|_| "60".to_owned()).parse().context("PATIENCE")?;
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await.context("ADDRESS")?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    let sends = io::read_to_string(io::stdin())?;
    let sends: Vec<Send> = sends.lines().map(|line| decode(line.as_bytes())).collect::<Result<_, _>>()?;
    let store = Arc::new(Mutex::new(Store::new(sends.clone())));

    let heard = Arc::clone(&store);
    let receive = async move |Received(batch): Received| {
        batch.iter().for_each(|item| locked(&heard).take(item));
        StatusCode::OK
    };
    let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
    tokio::spawn(async move { axum::serve(listener, router).await });

    let work = async {
        for (index, row) in sends.into_iter().enumerate() {
            // Set before the send: if the program ends during the send, the outcome is unknown.
            locked(&store).set(index, Outcome::Unknown);
            let outcome = send(&client, row).await;
            locked(&store).set(index, outcome);
        }
        settle(&client, &store).await;
    };
    tokio::select! {
        () = work => {}
        () = tokio::time::sleep(Duration::from_secs(patience)) => eprintln!("PATIENCE is over"),
        ended = tokio::signal::ctrl_c() => ended?,
    }
    let store = locked(&store);
    store.lines().for_each(|line| println!("{line}"));
    Ok(ExitCode::from(u8::from(!store.is_complete())))
}

/// Sends one text, once.
async fn send(client: &Client, Send { reference, to, text, .. }: Send) -> Outcome {
    match client.messages().send(whatsapp::Message::new(to, text)).await {
        Ok(sent) => Outcome::Accepted(sent.message_id),
        Err(error) => {
            eprintln!("{reference}: {error}");
            match error.request_state() {
                RequestState::NotSent | RequestState::Rejected => Outcome::NotSent,
                RequestState::Unknown | RequestState::Accepted => Outcome::Unknown,
            }
        }
    }
}

/// Queries the status of open messages until none is open.
async fn settle(client: &Client, store: &Mutex<Store>) {
    loop {
        locked(store).find_unknown();
        if locked(store).open().next().is_none() {
            return;
        }
        let ids: Vec<_> = locked(store).open().filter_map(Send::id).cloned().collect();
        let answered = match client.messages().status(ids).channel(Channel::WhatsApp).await {
            Ok(report) => report.into_answered(),
            Err(error) => error.into_report().into_answered(), // the others are queried again
        };
        for row in &answered {
            locked(store).learn(&DeliveryUpdate::from(row));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn locked(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}
