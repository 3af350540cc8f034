//! A transport of one's own: requests go through a bounded queue to a worker that makes one exchange at a time.
//!
//! A gateway that takes one call at a time, a connection that must not be shared: what waits for its turn has not left, and a call
//! that is given up in the queue never does. `queued.rs` is the transport; the suite `contract::run` holds it to what the client
//! builds on, in `tests/it/queue_transport.rs`.
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

use incs_facade::client::backend::ReqwestTransport;
use incs_facade::client::{BatchOptions, Client};
use incs_facade::model::{PhoneNumber, whatsapp};

use self::queued::QueuedTransport;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, texts @ ..] = arguments.as_slice() else { bail!("usage: queue_transport NUMBER TEXT…") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;
    let texts: Vec<_> = texts.iter().map(|text| whatsapp::Message::text(to.clone(), text)).collect();

    // Four calls at once, as far as the client knows; the worker lets one after the other through.
    let client = client()?;
    let mut batch = client.messages().send_all_iter(texts, BatchOptions::new().with_concurrency(4));
    let mut failed = 0;
    while let Some(outcome) = batch.next().await {
        match outcome.result {
            Ok(sent) => println!("text {} is on its way as {}", outcome.index + 1, sent.msg_id),
            Err(error) => {
                failed += 1;
                eprintln!("text {}: {error}; {}", outcome.index + 1, error.help());
            }
        }
    }
    ensure!(failed == 0, "{failed} texts are not known to be sent");
    Ok(())
}

/// A client of the platform, or of the sandbox that `INCS_BASE_URL` names, over the queue.
fn client() -> anyhow::Result<Client> {
    let code = env::var("INCS_CERTIFICATION_CODE").context("INCS_CERTIFICATION_CODE")?;
    let transport = QueuedTransport::over(ReqwestTransport::new()?, 16);
    let mut client = Client::builder(transport).certification_code(code);
    if let Ok(url) = env::var("INCS_BASE_URL") {
        client = client.base_urls(&url);
    }
    client.build().context("the settings of the client")
}
