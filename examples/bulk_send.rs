//! Sends a file of texts on WhatsApp, each at most once. After a stop, a crash or a failure, run it again: it goes on.
//!
//! ```text
//! cargo run -p incs-examples --example bulk_send -- texts.jsonl
//! ```
//!
//! Each line of the file is one text, with a reference of your own:
//! `{"reference": "booking-1", "to": "85251230088", "text": "Your table is ready."}`
//!
//! The program stores the texts in an outbox beside the file, `texts.jsonl.db`, and sends them from there. A text that certainly was not
//! sent is sent again after a wait. A text that may have been sent is never sent again: it is printed as unknown, and a person decides with
//! `incs outbox resolve`.
//!
//! Exit code: 0 all are accepted; 1 some were not sent, and those that wait are sent by the next run; 2 some are unknown.
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

use std::collections::HashSet;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs};

use anyhow::{Context as _, bail, ensure};
use serde::Deserialize;

use incs_facade::Client;
use incs_facade::model::{PhoneNumber, decode, whatsapp};
use incs_facade::relay::Relay;
use incs_facade::relay::store::{Enqueued, OutboxFilter, OutboxMessage, OutboxState, SqliteStore};

/// The number of messages that are stored or read at once.
const PAGE: usize = 1000;

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
    let messages = read(&fs::read_to_string(&path).context("FILE cannot be read")?).context("FILE")?;
    let store = SqliteStore::open(format!("{path}.db")).await.context("the outbox cannot be opened")?;
    let relay = Relay::builder(store.clone()).client(client).max_sends_per_second(20).build();

    for chunk in messages.chunks(PAGE) {
        let enqueued = relay.outbox().enqueue_all(chunk.to_vec()).await?;
        for (message, enqueued) in chunk.iter().zip(enqueued) {
            // The line was changed after an earlier run had stored it.
            ensure!(!matches!(enqueued, Enqueued::KeyReused(_)), "{}: another text has this reference", message.key);
        }
    }
    // At ctrl-c, the messages that are being sent are waited for.
    relay
        .run_until(async {
            tokio::select! {
                () = all_sent(&relay) => {}
                () = relay.credential_refused() => eprintln!("the platform refuses INCS_CERTIFICATION_CODE"),
                _ = tokio::signal::ctrl_c() => eprintln!("stopping"),
            }
        })
        .await;
    let code = report(&relay).await?;
    drop(relay);
    store.close().await;
    Ok(code)
}

/// Returns the messages of a file. An error names the line, but shows no content.
fn read(text: &str) -> anyhow::Result<Vec<OutboxMessage>> {
    let (mut messages, mut references) = (Vec::new(), HashSet::new());
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let mut message = || -> anyhow::Result<_> {
            let Row { reference, to, text } = decode(line.as_bytes())?;
            if !references.insert(reference.clone()) {
                bail!("the reference is that of an earlier line");
            }
            // The reference is the key, so another run does not store the text again. The texts do not wait for each other.
            Ok(OutboxMessage::try_new(reference, whatsapp::Message::new(to, text))?.unordered())
        };
        messages.push(message().with_context(|| format!("line {}", index + 1))?);
    }
    Ok(messages)
}

/// Waits until no message waits or is being sent, and shows how far it is.
async fn all_sent(relay: &Relay) {
    let mut shown = None;
    loop {
        // If the store fails, the next look shows more.
        if let Ok(stats) = relay.stats().await {
            let waiting = stats.outbox.count(OutboxState::Queued) + stats.outbox.count(OutboxState::Sending);
            if shown.replace(waiting) != Some(waiting) {
                eprintln!("{waiting} messages to go");
            }
            if waiting == 0 {
                return;
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Prints each message that is not accepted, and returns the exit code.
async fn report(relay: &Relay) -> anyhow::Result<ExitCode> {
    let (mut all, mut accepted, mut unknown, mut after) = (0, 0, 0, None);
    loop {
        let page = relay.store().messages(OutboxFilter { after, limit: PAGE, ..OutboxFilter::default() }).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        for entry in &page {
            all += 1;
            match entry.state {
                OutboxState::Accepted => accepted += 1,
                state => {
                    unknown += u32::from(state.is_unknown());
                    let error = entry.error.as_deref().unwrap_or_default();
                    eprintln!("{}  {}  {}  {error}", entry.id, entry.key, state.as_str());
                }
            }
        }
    }
    eprintln!("{accepted} of {all} are accepted, {unknown} are unknown");
    Ok(ExitCode::from(match unknown {
        0 => u8::from(accepted < all),
        _ => 2,
    }))
}
