//! The soak: many sends with receipts, faults on, and the end of each message checked against what the sandbox did.

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
use incs_model::delivery::Fact;
use incs_model::{OutboundMessage, PhoneNumber, rcs, viber, whatsapp};

use self::admin::Admin;
use self::ledger::Ledger;
use self::memory::Memory;
use crate::child::Server;

/// What goes wrong while the soak runs, as rules of the sandbox.
const FAULTS: &[&str] = &[
    r#"{"kind":"duplicate","share":0.05}"#,
    r#"{"kind":"reorder","share":0.05}"#,
    r#"{"kind":"lose","share":0.03}"#,
    r#"{"kind":"late","millis":150,"share":0.02}"#,
    r#"{"kind":"drop","accepted":true,"operation":"send_*","share":0.002}"#,
    r#"{"kind":"drop","accepted":false,"operation":"send_*","share":0.002}"#,
    r#"{"kind":"rate_limit","operation":"send_*","share":0.005}"#,
];

/// Messages that the sandbox remembers.
const REMEMBERED: u32 = 10_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Soak {
    /// Messages
    #[arg(long, default_value_t = 100_000)]
    sends: u32,
    /// Messages between two status queries; fewer than the sandbox remembers
    #[arg(long, default_value_t = 5_000)]
    batch: u32,
    /// Sends at once
    #[arg(long, default_value_t = 32)]
    concurrency: usize,
    /// The seed of the sandbox
    #[arg(long, default_value_t = 7)]
    seed: u64,
}

/// What happened, in numbers.
#[derive(Debug, Default)]
struct Tally {
    accepted: u32,
    not_sent: u32,
    /// Unknown, and there: found by a webhook.
    found: u32,
    /// Unknown, there, and every webhook that would have told was lost.
    unfound: u32,
    /// Unknown, and not there.
    absent: u32,
    /// States that only the status query told.
    told_by_query: u32,
}

pub(crate) async fn run(options: &Soak) -> Result<()> {
    ensure!(options.batch <= REMEMBERED, "--batch is more than the {REMEMBERED} messages that the sandbox remembers");
    let start = Instant::now();
    let server = Server::start(&["--messages", &REMEMBERED.to_string(), "--seed", &options.seed.to_string()]).await?;
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

    let mut tally = Tally::default();
    let mut memory = Memory::default();
    let mut next = 0;
    while next < options.sends {
        let size = options.batch.min(options.sends - next);
        play(&client, &admin, &ledger, next..next + size, options.concurrency, &mut tally).await?;
        next += size;
        memory.note(server.resident()?);
        println!("{next:>7} sends, {:>6} KiB resident, {:.0} s", memory.last(), start.elapsed().as_secs_f64());
    }
    let Tally { accepted, not_sent, found, unfound, absent, told_by_query } = tally;
    println!("accepted {accepted}, not sent {not_sent}, unknown {}", found + unfound + absent);
    println!(
        "  of the unknown: found by a webhook {found}, there but every webhook lost {unfound}, never there {absent}"
    );
    println!("webhook items {}, of them repeated {}", ledger.items(), ledger.repeated());
    println!(
        "end states told only by the status query: {told_by_query}; wrong after it: 0; customers with two messages: 0"
    );
    println!("sends a second: {:.0}", f64::from(options.sends) / start.elapsed().as_secs_f64());
    memory.must_be_flat()
}

/// Sends a stretch of messages, waits until it is quiet, asks, and compares with the sandbox.
async fn play(
    client: &Client,
    admin: &Admin,
    ledger: &Ledger,
    numbers: std::ops::Range<u32>,
    concurrency: usize,
    tally: &mut Tally,
) -> Result<()> {
    let first = numbers.start;
    let options = BatchOptions::new().with_concurrency(concurrency);
    let messages = numbers.clone().map(message).collect::<Result<Vec<_>>>()?;
    let mut batch = client.messages().send_all_iter(messages, options);
    let mut ids = HashMap::new();
    let mut unknown = Vec::new();
    while let Some(outcome) = batch.next().await {
        let customer = customer(first + u32::try_from(outcome.index)?);
        match outcome.result {
            Ok(sent) => {
                ids.insert(customer, sent.msg_id);
            }
            Err(error) => match error.request_state() {
                RequestState::NotSent => tally.not_sent += 1,
                RequestState::Unknown => unknown.push(customer),
                state => bail!("a send ended {}: {error}", state.as_str()),
            },
        }
    }
    tally.accepted += u32::try_from(ids.len())?;
    quiet(ledger).await;

    // The truth: what the sandbox holds of this stretch.
    let truth = admin.messages(&customer(first), usize::try_from(numbers.end - first)?).await?;
    for customer in unknown {
        match (truth.get(&customer), ledger.found(&customer)) {
            (None, None) => tally.absent += 1,
            (Some(_), None) => tally.unfound += 1,
            (Some(_), Some(id)) => {
                tally.found += 1;
                ids.insert(customer, id);
            }
            (None, Some(_)) => bail!("a webhook tells of a message that is not there"),
        }
    }

    let report = client.messages().status(ids.values().cloned()).await?;
    ensure!(report.unanswered().is_empty(), "{} ids were not answered", report.unanswered().len());
    for status in report.answered() {
        if ledger.merge(&status.message_id, &Fact::from(status)) {
            tally.told_by_query += 1;
        }
    }
    for (customer, id) in &ids {
        let copies = truth.get(customer).context("an accepted message is not there")?;
        ensure!(copies.len() == 1, "a customer has {} messages", copies.len());
        let right = copies.first().filter(|message| message.id() == *id).context("it has another id")?.state();
        ensure!(ledger.state(id).as_deref() == Some(right), "{:?} instead of {right}", ledger.state(id));
    }
    ledger.forget(ids.values());
    Ok(())
}

/// Waits until no webhook has come for a while.
async fn quiet(ledger: &Ledger) {
    const SILENCE: Duration = Duration::from_millis(400);
    for _ in 0..200 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if ledger.silent_for() > SILENCE {
            return;
        }
    }
}

/// The number of the customer who gets a message; each gets one.
fn customer(index: u32) -> String {
    (852_500_000_000_u64 + u64::from(index)).to_string()
}

fn message(index: u32) -> Result<OutboundMessage> {
    let to: PhoneNumber = customer(index).parse()?;
    let text = format!("Parcel {index} is at the door.");
    Ok(match index % 3 {
        0 => whatsapp::Message::text(to, text).into(),
        1 => viber::Message::text(to, text).into(),
        _ => rcs::Message::text(to, text).into(),
    })
}
