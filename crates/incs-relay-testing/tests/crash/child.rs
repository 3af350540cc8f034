//! The process that is killed: a relay over a real server. Its handlers append a line to a file for each call.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use axum::Router;
use axum::routing::{get, post};
use incs_model::inbound::Content;
use incs_model::whatsapp;
use incs_relay::{HandlerError, failpoint};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::store;

/// The first argument of a child. The second one is its folder.
pub(crate) const ARGUMENT: &str = "relay-child";
/// The lease of a child.
pub(crate) const LEASE: Duration = Duration::from_millis(300);
/// The attempts after the first one. There are more than kills in a row.
pub(crate) const RETRIES: usize = 15;
/// The path of the webhook, with its secret.
pub(crate) const PATH: &str = "/incs/s3cret";
/// The path with the number of webhooks that wait in the spool.
pub(crate) const SPOOLED: &str = "/spooled";

pub(crate) fn run() -> ExitCode {
    let folder = PathBuf::from(std::env::args().nth(2).unwrap_or_default());
    match serve(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn serve(folder: &Path) -> Result<()> {
    // From here on the signal is caught, also while the store opens.
    let mut stop = signal(SignalKind::terminate())?;
    let store = store::open(folder).await.context("open")?;
    let log = Arc::new(OpenOptions::new().create(true).append(true).open(folder.join("handled"))?);
    let relay = store
        .relay()
        .lease(LEASE)
        .retry_schedule(vec![Duration::from_millis(20); RETRIES])
        .on_message({
            let log = Arc::clone(&log);
            move |message, context| {
                let log = Arc::clone(&log);
                async move {
                    let text = match &message.content {
                        Content::Text(text) => text.text.clone(),
                        _ => String::new(),
                    };
                    let customer = message.user.as_ref().and_then(|user| user.phone.clone()).context("no customer");
                    let customer = customer.map_err(|error| HandlerError::retry(error.to_string()))?;
                    handle(&log, customer.as_str(), &text, context.attempt()).await?;
                    context.enqueue(whatsapp::Message::new(customer.as_str().parse()?, "Thank you."))?;
                    Ok(())
                }
            }
        })
        .build();
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret")?));
    let measured = relay.clone();
    let spooled = move || async move { measured.store().spooled().map_or(0, |spooled| spooled.deliveries).to_string() };
    let router = Router::new().route("/incs/{secret}", post(relay.webhook(receiver))).route(SPOOLED, get(spooled));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready {}", listener.local_addr()?.port());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    relay
        .run_until(async {
            stop.recv().await;
        })
        .await;
    server.abort();
    drop((relay, server.await));
    store.close().await;
    Ok(())
}

/// Handles `TEXT`, of which the first word is the number of the message and the others say how to behave.
async fn handle(log: &File, customer: &str, text: &str, attempt: u32) -> Result<(), HandlerError> {
    let mut words = text.split_whitespace();
    let number = words.next().unwrap_or_default();
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("slow", millis) => tokio::time::sleep(Duration::from_millis(millis.parse()?)).await,
            ("fail", attempts) if attempt <= attempts.parse()? => return Err(HandlerError::retry("asked to fail")),
            ("kill", _) => {
                let process = rustix::process::getpid();
                rustix::process::kill_process(process, rustix::process::Signal::KILL)?;
            }
            _ => {}
        }
    }
    failpoint::reached("handler.inside");
    // One write of one line: a kill leaves all of it or nothing.
    let mut log = log;
    log.write_all(format!("{customer} {number}\n").as_bytes())?;
    Ok(())
}
