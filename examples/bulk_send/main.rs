//! Sends a file of texts on WhatsApp with progress. A second run after a failure or a stop continues.
//!
//! ```text
//! cargo run -p incs-examples --example bulk_send -- texts.jsonl
//! ```
//!
//! Each line of the file is one text, with a reference of your own:
//! `{"reference": "booking-1", "to": "85251230088", "text": "Your table is ready."}`
//!
//! The program keeps a journal next to the file, `texts.jsonl.journal`, with a line before each send and a line with its outcome. At
//! the end it writes `texts.jsonl.unknown`: the references of messages that may have been sent. No run sends them again; a person
//! decides.
//!
//! Exit code: 0 all are sent; 1 some are not sent, and another run retries them; 2 some are unknown.
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

mod journal;

use std::collections::HashSet;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::{env, fs};

use anyhow::{Context as _, ensure};
use serde::Deserialize;

use incs_facade::client::{BatchOptions, Client, RequestState};
use incs_facade::model::{PhoneNumber, whatsapp};

use self::journal::{Journal, State, lines};

#[derive(Deserialize)]
struct Row {
    reference: String,
    to: PhoneNumber,
    text: String,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let path = env::args().nth(1).context("usage: bulk_send FILE")?;
    let client = Client::from_env()?;
    let rows: Vec<Row> = lines(&fs::read_to_string(&path).context("FILE cannot be read")?).context("FILE")?;
    let names: HashSet<String> = rows.iter().map(|row| row.reference.clone()).collect();
    let count = names.len();
    ensure!(count == rows.len(), "FILE: references that stand there twice: {}", rows.len() - count);
    let journal = Journal::open(format!("{path}.journal"))?;
    let known = journal.states()?;
    let is_open = |row: &Row| matches!(known.get(&row.reference), None | Some(State::Failed));
    let todo: Vec<Row> = rows.into_iter().filter(is_open).collect();
    eprintln!("{count} messages, {} of them to be sent", todo.len());

    send(&client, &journal, todo).await?;

    let states = journal.states()?;
    let is_unknown = |state: &State| matches!(state, State::Begun | State::Unknown);
    let unknown: Vec<_> = states.iter().filter(|(_, state)| is_unknown(state)).map(|(name, _)| name.as_str()).collect();
    fs::write(format!("{path}.unknown"), unknown.join("\n")).context("the list of unknown ones cannot be written")?;
    let sent = names.iter().filter(|name| states.get(*name) == Some(&State::Sent)).count();
    eprintln!("{sent} of {count} are sent, {} are unknown", unknown.len());
    Ok(ExitCode::from(match (unknown.len(), sent) {
        (0, sent) if sent == count => 0,
        (0, _) => 1,
        _ => 2,
    }))
}

/// Sends each row and records the outcome. Ctrl-c stops the batch after the messages in flight.
async fn send(client: &Client, journal: &Journal, rows: Vec<Row>) -> anyhow::Result<()> {
    let count = rows.len();
    // A row is taken just before it is sent. If the journal cannot be written, the row must not be sent, so the input ends.
    let fault = OnceLock::new();
    let messages = rows.into_iter().map_while(|row| match journal.note(&row.reference, State::Begun, None) {
        Ok(()) => Some((row.reference, whatsapp::Message::new(row.to, row.text))),
        Err(error) => fault.set(error).err().and(None),
    });
    let mut batch = client.messages().send_all_iter(messages, BatchOptions::new().with_max_per_second(20));
    let cancel_handle = batch.cancel_handle();
    tokio::spawn(async move { tokio::signal::ctrl_c().await.map(|()| cancel_handle.cancel()) });

    while let Some(outcome) = batch.next().await {
        let (state, id, text) = match &outcome.result {
            Ok(sent) => (State::Sent, Some(sent.message_id.as_str()), "sent".to_owned()),
            Err(error) => {
                let state = match error.request_state() {
                    RequestState::NotSent | RequestState::Rejected => State::Failed,
                    RequestState::Unknown | RequestState::Accepted => State::Unknown,
                };
                (state, None, error.to_string())
            }
        };
        let reference = outcome.key();
        journal.note(reference, state, id)?;
        eprintln!("{} of {count}  {reference}  {text}", batch.progress().done);
    }
    drop(batch);
    fault.into_inner().map_or(Ok(()), Err)
}
