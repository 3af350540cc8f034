//! Sends an interactive list to a customer, waits for the picked row, and answers it once.
//!
//! ```text
//! export INCS_WEBHOOK_SECRET=change-me ADDRESS=127.0.0.1:8080
//! cargo run -p incs-examples --example list_and_reply -- 85251230088
//! ```
//!
//! Subscribe webhooks of the event `new_message` for the printed URL with the secret at its end. It runs until ctrl-c.
//!
//! Settings: `INCS_CERTIFICATION_CODE`; `INCS_BASE_URL` for a sandbox, without it the platform is called;
//! `INCS_WEBHOOK_SECRET`; `ADDRESS` to listen on, `127.0.0.1:8080` unless set.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use incs_facade::client::Client;
use incs_facade::model::inbound::{Content, Inbound};
use incs_facade::model::whatsapp::List;
use incs_facade::model::whatsapp::interactive::list::{Row, Section};
use incs_facade::model::{PhoneNumber, Timestamp, whatsapp};
use incs_facade::webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::{Item, Received, Receiver, Secrets};

type Job = (Item, ClaimGuard<Arc<MemoryGuard>>);

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let to = env::args().nth(1).context("usage: list_and_reply NUMBER")?;
    let to: PhoneNumber = to.parse().context("NUMBER")?;
    let client = Client::from_env()?;
    let secret = env::var("INCS_WEBHOOK_SECRET").context("INCS_WEBHOOK_SECRET")?;
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new(secret).context("INCS_WEBHOOK_SECRET")?));

    // The handler only puts items into a queue: a webhook must be answered soon, and the reply to the customer takes longer.
    let (queue, jobs) = mpsc::channel::<Job>(100);
    let guard = Arc::new(MemoryGuard::new(10_000, Duration::from_hours(24)));
    let receive = async move |Received(batch): Received| {
        let mut status = StatusCode::OK;
        for item in batch {
            let is_taken = match ClaimGuard::claim(Arc::clone(&guard), item.dedup_key(), Timestamp::now()) {
                Claim::First(ticket) => queue.try_send((item, ticket)).is_ok(),
                Claim::InProgress => false, // it may still fail
                Claim::Duplicate => true,
            };
            if !is_taken {
                status = StatusCode::SERVICE_UNAVAILABLE;
            }
        }
        status
    };
    let listener =
        TcpListener::bind(env::var("ADDRESS").as_deref().unwrap_or("127.0.0.1:8080")).await.context("ADDRESS")?;
    println!("listening on http://{}/hooks/…", listener.local_addr()?);
    let router = Router::new().route("/hooks/{secret}", post(receive)).with_state(receiver);
    let rows = [Row::new("am", "Morning"), Row::new("pm", "Afternoon").with_description("13:00 to 18:00")];
    let list = List::new("When should we come?", "Pick a time", [Section::new("Friday", rows)]);
    let asked = client.messages().send(whatsapp::Message::new(to, list)).await?;
    println!("asked as {}", asked.message_id);

    let ended = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("ctrl-c cannot be heard, so this ends now: {error}");
        }
    };
    // The server drops the queue when it ends, and the task ends once the queue is empty: no accepted item is lost.
    let server = axum::serve(listener, router).with_graceful_shutdown(ended);
    let (result, ()) = tokio::join!(server.into_future(), answer(&client, jobs));
    Ok(result?)
}

async fn answer(client: &Client, mut jobs: mpsc::Receiver<Job>) {
    while let Some((item, ticket)) = jobs.recv().await {
        if let Some((to, text)) = item.inbound().as_ref().and_then(reply_to) {
            match client.messages().send(whatsapp::Message::new(to, text)).await {
                Ok(sent) => println!("answered as {}", sent.message_id),
                Err(error) => eprintln!("{error}; {}", error.help()),
            }
        }
        ticket.confirm(Timestamp::now()); // also after an error: the client has made all safe retries
    }
}

/// Returns the answer and its recipient. It depends on the id of the row, not on its title, which changes with the language.
fn reply_to(message: &Inbound) -> Option<(PhoneNumber, &'static str)> {
    let Content::Choice(choice) = &message.content else { return None };
    let text = match choice.data.as_deref()? {
        "am" => "We come between 8:00 and 12:00.",
        "pm" => "We come between 13:00 and 18:00.",
        _ => "That time is gone, sorry. Please pick another one.", // a row of an older list
    };
    Some((message.user.as_ref()?.phone.as_ref()?.as_phone()?, text))
}
