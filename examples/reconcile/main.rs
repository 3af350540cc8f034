//! Sends texts on WhatsApp and follows each to its end: by webhooks, by the status query, and, where the reply of a send was lost,
//! by what the workbench tells of it. No text is sent twice.
//!
//! ```text
//! export WEBHOOK_PATH_SECRET=change-me ADDRESS=127.0.0.1:8080
//! cargo run -p incs-examples --example reconcile < texts.jsonl
//! ```
//!
//! Each line of the input is one text: `{"reference": "booking-1", "to": "85251230088", "text": "Your table is ready."}`. Have
//! webhooks of `message_status_update` and `message_created` posted to the URL that it prints, with the secret at its end. When all
//! is settled, with ctrl-c, or after `PATIENCE`, it prints what became of each. Exit code: 0 if each arrived or failed, 1 if not.
//!
//! Settings: `INCS_CERTIFICATION_CODE`; `INCS_BASE_URL` for a sandbox, without it the platform is called; `WEBHOOK_PATH_SECRET`;
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

use incs_facade::client::Client;
use incs_facade::client::backend::ReqwestTransport;
use incs_facade::model::delivery::Fact;
use incs_facade::model::{Channel, decode, whatsapp};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Received, Receiver, Secrets};

use self::send::{Outcome, Send};
use self::store::Store;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let client = client()?;
    let secret = env::var("WEBHOOK_PATH_SECRET").context("WEBHOOK_PATH_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("WEBHOOK_PATH_SECRET")?));
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
            // Said before it is: should this program be ended meanwhile, nobody knows whether it is out.
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
    match client.messages().send(whatsapp::Message::text(to, text)).await {
        Ok(sent) => Outcome::Accepted(sent.msg_id),
        Err(error) => {
            eprintln!("{reference}: {error}");
            if error.request_state().is_safe_to_repeat() { Outcome::NotSent } else { Outcome::Unknown }
        }
    }
}

/// Asks about what no webhook has told, until nothing is open.
async fn settle(client: &Client, store: &Mutex<Store>) {
    loop {
        locked(store).find_unknown();
        if locked(store).open().next().is_none() {
            return;
        }
        let ids: Vec<_> = locked(store).open().filter_map(Send::id).cloned().collect();
        let answered = match client.messages().status(ids).channel(Channel::WhatsApp).await {
            Ok(report) => report.into_answered(),
            Err(error) => error.into_report().into_answered(), // the rest is asked about again
        };
        for row in &answered {
            locked(store).learn(&Fact::from(row));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

fn locked(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A client of the platform, or of the sandbox that `INCS_BASE_URL` names.
fn client() -> anyhow::Result<Client> {
    let code = env::var("INCS_CERTIFICATION_CODE").context("INCS_CERTIFICATION_CODE")?;
    let mut client = Client::builder(ReqwestTransport::new()?).certification_code(code);
    if let Ok(url) = env::var("INCS_BASE_URL") {
        client = client.base_urls(&url);
    }
    client.build().context("the settings of the client")
}
