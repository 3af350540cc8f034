//! The soak: many sends with receipts and injected faults. The outcome of each message is compared with the sandbox.

mod admin;
mod ledger;
mod memory;
mod receiver;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use incs_client::backend::HyperTransport;
use incs_client::{BatchOptions, Client, RequestState};
use incs_model::delivery::DeliveryUpdate;
use incs_model::{OutboundMessage, PhoneNumber, rcs, viber, whatsapp};

use self::admin::Admin;
use self::ledger::Ledger;
use self::memory::Memory;
use crate::child::Server;

/// The injected faults, as rules of the sandbox.
const FAULTS: &[&str] = &[
    r#"{"kind":"duplicate","share":0.05}"#,
    r#"{"kind":"reorder","share":0.05}"#,
    r#"{"kind":"lose","share":0.03}"#,
    r#"{"kind":"late","millis":150,"share":0.02}"#,
    r#"{"kind":"drop","accepted":true,"operation":"send_*","share":0.002}"#,
    r#"{"kind":"drop","accepted":false,"operation":"send_*","share":0.002}"#,
    r#"{"kind":"rate_limit","operation":"send_*","share":0.005}"#,
];

/// Maximum number of messages that the sandbox keeps.
const MAX_SANDBOX_MESSAGES: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Soak {
    /// Number of messages
    #[arg(long, default_value_t = 100_000)]
    sends: u32,
    /// Messages between two status queries; fewer than the sandbox keeps
    #[arg(long, default_value_t = 5_000)]
    batch: u32,
    /// Maximum number of concurrent sends
    #[arg(long, default_value_t = 32)]
    concurrency: usize,
    /// Seed of the sandbox
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

/// The counts of a soak.
#[derive(Debug, Default)]
struct Counts {
    accepted: u32,
    not_sent: u32,
    /// Unknown sends that were accepted and found by a webhook.
    found: u32,
    /// Unknown sends that were accepted, with all webhooks lost.
    unfound: u32,
    /// Unknown sends that were not accepted.
    absent: u32,
    /// States that were only found by the status query.
    found_by_query: u32,
}

pub(crate) async fn run(options: &Soak) -> Result<()> {
    ensure!(
        options.batch <= MAX_SANDBOX_MESSAGES,
        "--batch is more than the {MAX_SANDBOX_MESSAGES} messages that the sandbox keeps"
    );
    let start = Instant::now();
    let server =
        Server::start(&["--messages", &MAX_SANDBOX_MESSAGES.to_string(), "--seed", &options.seed.to_string()]).await?;
    let admin = Admin::new(&server.base_url);
    let ledger = Arc::new(Ledger::default());
    let url = receiver::start(Arc::clone(&ledger)).await?;
    admin.subscribe(&url).await?;
    for rule in FAULTS {
        admin.fault(rule).await?;
    }
    let client = Client::builder(HyperTransport::new())
        .base_urls(&server.base_url)
        .certification_code(server.code.clone())
        .build()?;

    let mut counts = Counts::default();
    let mut memory = Memory::default();
    let mut next = 0;
    while next < options.sends {
        let size = options.batch.min(options.sends - next);
        run_round(&client, &admin, &ledger, next..next + size, options.concurrency, &mut counts).await?;
        next += size;
        memory.note(server.resident()?);
        println!("{next:>7} sends, {:>6} KiB resident, {:.0} s", memory.last(), start.elapsed().as_secs_f64());
    }
    let Counts { accepted, not_sent, found, unfound, absent, found_by_query } = counts;
    println!("accepted {accepted}, not sent {not_sent}, unknown {}", found + unfound + absent);
    println!(
        "  of the unknown: found by a webhook {found}, accepted but all webhooks lost {unfound}, not accepted {absent}"
    );
    println!("webhook items {}, duplicates {}", ledger.items(), ledger.repeated());
    println!(
        "final states found only by the status query: {found_by_query}; wrong after it: 0; customers with two messages: 0"
    );
    println!("sends a second: {:.0}", f64::from(options.sends) / start.elapsed().as_secs_f64());
    memory.must_be_flat()
}

/// Sends a round of messages, waits until no webhooks arrive, queries the states, and compares them with the sandbox.
async fn run_round(
    client: &Client,
    admin: &Admin,
    ledger: &Ledger,
    numbers: std::ops::Range<u32>,
    concurrency: usize,
    counts: &mut Counts,
) -> Result<()> {
    let first = numbers.start;
    let options = BatchOptions::new().with_concurrency(concurrency);
    let messages =
        numbers.clone().map(|number| Ok((customer(number), message(number)?))).collect::<Result<Vec<_>>>()?;
    let mut batch = client.messages().send_all_iter(messages, options);
    let mut ids = HashMap::new();
    let mut unknown = Vec::new();
    while let Some(outcome) = batch.next().await {
        let customer = outcome.key;
        match outcome.result {
            Ok(sent) => {
                ids.insert(customer, sent.message_id);
            }
            Err(error) => match error.request_state() {
                RequestState::NotSent => counts.not_sent += 1,
                RequestState::Unknown => unknown.push(customer),
                state @ (RequestState::Rejected | RequestState::Accepted) => {
                    bail!("a send ended {}: {error}", state.as_str())
                }
            },
        }
    }
    counts.accepted += u32::try_from(ids.len())?;
    quiet(ledger).await;

    // The sandbox's own messages of this round.
    let actual = admin.messages(&customer(first), usize::try_from(numbers.end - first)?).await?;
    for customer in unknown {
        match (actual.get(&customer), ledger.found(&customer)) {
            (None, None) => counts.absent += 1,
            (Some(_), None) => counts.unfound += 1,
            (Some(_), Some(id)) => {
                counts.found += 1;
                ids.insert(customer, id);
            }
            (None, Some(_)) => bail!("a webhook names a message that the sandbox does not have"),
        }
    }

    let report = client.messages().status(ids.values().cloned()).await?;
    ensure!(report.unanswered().is_empty(), "{} ids have no status", report.unanswered().len());
    for status in report.answered() {
        if ledger.merge(&status.message_id, &DeliveryUpdate::from(status)) {
            counts.found_by_query += 1;
        }
    }
    for (customer, id) in &ids {
        let copies = actual.get(customer).context("the sandbox does not have an accepted message")?;
        ensure!(copies.len() == 1, "a customer has {} messages", copies.len());
        let right = copies.first().filter(|message| message.id() == *id).context("it has another id")?.state();
        ensure!(ledger.state(id).as_deref() == Some(right), "{:?} instead of {right}", ledger.state(id));
    }
    ledger.forget(ids.values());
    Ok(())
}

/// Waits until no webhook has arrived for a while.
async fn quiet(ledger: &Ledger) {
    const SILENCE: Duration = Duration::from_millis(400);
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if ledger.silent_for() > SILENCE {
            return;
        }
    }
}

/// Returns the phone number for a message; each customer gets one message.
fn customer(index: u32) -> String {
    (852_500_000_000_u64 + u64::from(index)).to_string()
}

fn message(index: u32) -> Result<OutboundMessage> {
    let to: PhoneNumber = customer(index).parse()?;
    let text = format!("Parcel {index} is at the door.");
    Ok(match index % 3 {
        0 => whatsapp::Message::new(to, text).into(),
        1 => viber::Message::new(to, text).into(),
        _ => rcs::Message::new(to, text).into(),
    })
}
