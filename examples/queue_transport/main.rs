//! A custom transport: requests go through a bounded queue to a worker that makes one exchange at a time.
//!
//! This helps with a gateway that accepts one call at a time, or a connection that must not be shared. A request in the queue is not
//! sent yet, and a call that is cancelled in the queue is never sent. `queued.rs` is the transport; `tests/it/queue_transport.rs`
//! checks it with the suite `contract::run`.
//!
//! ```text
//! cargo run -p incs-examples --example queue_transport -- 85251230088 'Your table is ready.' 'Parking is free.'
//! ```
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

mod queued;

use std::env;

use anyhow::{Context as _, bail, ensure};

use incs_facade::client::backend::HyperTransport;
use incs_facade::client::{BatchOptions, Client};
use incs_facade::model::{PhoneNumber, whatsapp};

use self::queued::QueuedTransport;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, texts @ ..] = arguments.as_slice() else { bail!("usage: queue_transport NUMBER TEXT…") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;
    let texts: Vec<_> = (1..).zip(texts.iter().map(|text| whatsapp::Message::new(to.clone(), text))).collect();

    // The client makes four calls at once; the worker makes them one after the other.
    let client = client()?;
    let mut batch = client.messages().send_all_iter(texts, BatchOptions::new().with_concurrency(4));
    let mut failed = 0;
    while let Some(outcome) = batch.next().await {
        let number = outcome.key;
        match outcome.result {
            Ok(sent) => println!("text {number} is on its way as {}", sent.message_id),
            Err(error) => {
                failed += 1;
                eprintln!("text {number}: {error}; {}", error.help());
            }
        }
    }
    ensure!(failed == 0, "{failed} texts are not known to be sent");
    Ok(())
}

/// Returns a client over the queue, for the platform or the sandbox at `INCS_BASE_URL`.
fn client() -> anyhow::Result<Client> {
    let code = env::var("INCS_CERTIFICATION_CODE").context("INCS_CERTIFICATION_CODE")?;
    let transport = QueuedTransport::over(HyperTransport::new(), 16);
    let mut client = Client::builder(transport).certification_code(code);
    if let Ok(url) = env::var("INCS_BASE_URL") {
        client = client.base_urls(&url);
    }
    client.build().context("the settings of the client")
}
