//! Receives webhooks with axum: stores every item in a file, once, and answers after that.
//!
//! ```text
//! INCS_WEBHOOK_SECRET=change-me cargo run -p incs-examples --example receive_axum
//! ```
//!
//! Subscribe webhooks for the printed URL with the secret at its end. It runs until ctrl-c.
//!
//! Settings: `INCS_WEBHOOK_SECRET`; `ADDRESS` to listen on, `127.0.0.1:8080` unless set; `INBOX`, the file, `inbox.jsonl` unless set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::collections::HashSet;
use std::env;
use std::fs::{self, File};
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Batch, Received, Receiver, Secrets};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let secrets = Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?;
    let inbox = Inbox::open(&env::var("INBOX").unwrap_or_else(|_| "inbox.jsonl".to_owned()))?;
    let inbox = Arc::new(Mutex::new(inbox));
    let receiver = Receiver::new(SharedSecret::in_path(secrets));

    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:8080".to_owned());
    let listener = TcpListener::bind(address).await.context("ADDRESS")?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    let receive = async move |Received(batch): Received| receive(&inbox, &batch);
    let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("ctrl-c cannot be heard, so this ends now: {error}");
        }
    };
    axum::serve(listener, router).with_graceful_shutdown(ended).await?;
    Ok(())
}

/// Runs only for verified deliveries: without the secret the answer is 401, and the body is not read.
fn receive(inbox: &Mutex<Inbox>, batch: &Batch) -> StatusCode {
    let stored = inbox.lock().unwrap_or_else(PoisonError::into_inner).store(batch);
    match stored {
        // The delivery is verified, so each item is kept, also an unknown one.
        Ok(count) => {
            println!("{count} of {} items are new", batch.items().len());
            StatusCode::OK
        }
        // The sender may retry. Whether INCS does is unknown.
        Err(error) => {
            eprintln!("{error:#}");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// A file with every item as a line of JSON. A database with a unique column for the key does the same for many processes at once.
struct Inbox {
    file: File,
    keys: HashSet<String>,
}

impl Inbox {
    fn open(path: &str) -> anyhow::Result<Self> {
        let file = File::options().create(true).append(true).open(path).context("INBOX cannot be opened")?;
        let rows = fs::read_to_string(path).context("INBOX cannot be read")?;
        let rows = rows.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>();
        let rows = rows.context("INBOX holds a line that is no JSON")?;
        let keys = rows.iter().filter_map(|row| row.get("key")?.as_str().map(str::to_owned)).collect();
        Ok(Self { file, keys })
    }

    /// Stores the new items, all or none, and returns their number.
    fn store(&mut self, batch: &Batch) -> anyhow::Result<usize> {
        let (mut lines, mut keys, mut count) = (String::new(), Vec::new(), 0);
        for item in batch {
            let key = item.dedup_key().map(|key| key.to_string());
            if key.as_ref().is_some_and(|key| self.keys.contains(key) || keys.contains(key)) {
                continue;
            }
            let (message, fact) = (item.inbound(), item.delivery_update());
            let raw = String::from_utf8_lossy(item.raw());
            let row = json!({ "key": key, "kind": item.kind(), "message": message, "fact": fact, "raw": raw });
            lines.extend([row.to_string().as_str(), "\n"]);
            keys.extend(key);
            count += 1;
        }
        self.file.write_all(lines.as_bytes()).context("INBOX cannot be written")?;
        self.keys.extend(keys);
        Ok(count)
    }
}
