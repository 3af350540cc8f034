//! The sends in time: how long one takes, and how many go through at 64 in flight.
//!
//! Machines drift, so the two ways take turns, send by send and batch by batch; each round compares only within itself, and
//! the ratio that is shown is the median of the rounds.

use std::time::Instant;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, stream};
use incs_bench::exchange::{Backend, Server, Way};
use serde_json::json;
use tokio::runtime::Builder;

const ROUNDS: usize = 15;

/// Single sends of a round, for each way.
const SINGLE: usize = 500;

/// Batches of a round, for each way, and the sends of one.
const BATCHES: usize = 8;
const BATCH: usize = 500;
const IN_FLIGHT: usize = 64;

/// Measures and prints; no figure is a gate, since clocks of shared machines drift.
pub(crate) fn times(as_json: bool) -> Result<()> {
    let mut rows = Vec::new();
    for backend in Backend::ALL {
        if !as_json {
            eprintln!("{}: {ROUNDS} rounds", backend.name());
        }
        rows.push(Row::measure(backend)?);
    }
    if as_json {
        println!("{}", serde_json::Value::Array(rows.iter().map(Row::to_json).collect()));
    } else {
        println!("| over | latency, times that by hand | throughput at {IN_FLIGHT} in flight, times that by hand |");
        println!("| --- | ---: | ---: |");
        for row in &rows {
            println!("| {} | {:.2} | {:.2} |", row.backend.name(), row.latency, row.throughput);
        }
    }
    Ok(())
}

struct Row {
    backend: Backend,
    latency: f64,
    throughput: f64,
}

impl Row {
    fn measure(backend: Backend) -> Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build().context("the runtime")?;
        let server = Server::start().context("the server")?;
        let (by_hand, client) = {
            let _inside = runtime.enter();
            (Way::by_hand(backend, &server), Way::client(backend, &server))
        };
        let (mut latencies, mut throughputs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let (latency, throughput) =
                runtime.block_on(async { (latency(&by_hand, &client).await, throughput(&by_hand, &client).await) });
            // The first round warms up.
            if round > 0 {
                latencies.push(latency);
                throughputs.push(throughput);
            }
        }
        Ok(Self { backend, latency: middle(latencies), throughput: middle(throughputs) })
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "over": self.backend.name(),
            "latency": self.latency,
            "throughput": self.throughput,
        })
    }
}

/// Returns the median of single sends through the client, divided by that of sends by hand.
async fn latency(by_hand: &Way, client: &Way) -> f64 {
    let (mut bares, mut typeds) = (Vec::with_capacity(SINGLE), Vec::with_capacity(SINGLE));
    for _ in 0..SINGLE {
        bares.push(once(by_hand).await);
        typeds.push(once(client).await);
    }
    middle(typeds) / middle(bares)
}

/// Returns the throughput through the client, divided by that by hand.
async fn throughput(by_hand: &Way, client: &Way) -> f64 {
    let (mut bares, mut typeds) = (0.0, 0.0);
    for _ in 0..BATCHES {
        bares += batch(by_hand).await;
        typeds += batch(client).await;
    }
    bares / typeds
}

async fn once(way: &Way) -> f64 {
    let begun = Instant::now();
    way.once().await;
    begun.elapsed().as_secs_f64()
}

async fn batch(way: &Way) -> f64 {
    let begun = Instant::now();
    stream::iter(0..BATCH).for_each_concurrent(IN_FLIGHT, |_| way.once()).await;
    begun.elapsed().as_secs_f64()
}

/// Returns the median; NaN of no values.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
