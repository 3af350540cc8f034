//! Times: of what a receiver does with a delivery, and of sends, one at a time and with 64 in flight.
//!
//! Clocks drift, so the two ways alternate, send by send and batch by batch; ratios are taken within a round, and the median of all
//! rounds is shown.

use std::time::Instant;

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, stream};
use incs_bench::exchange::{Backend, Server, Way};
use incs_bench::receive::{self, Comparison};
use serde_json::json;
use tokio::runtime::Builder;

const ROUNDS: usize = 15;

/// Samples of each task of a receiver.
const SAMPLES: usize = 101;

/// Single sends per round, for each way.
const SINGLE: usize = 500;

/// Batches per round, for each way, and sends per batch.
const BATCHES: usize = 8;
const BATCH: usize = 500;
const IN_FLIGHT: usize = 64;

/// Measures and prints the times. They have no limits, since clocks of shared machines drift.
pub(crate) fn times(as_json: bool) -> Result<()> {
    let comparisons: Vec<_> =
        receive::all().iter().map(|comparison| (comparison.name.clone(), compare(comparison))).collect();
    let mut rows = Vec::new();
    for backend in Backend::ALL {
        if !as_json {
            eprintln!("{}: {ROUNDS} rounds", backend.name());
        }
        rows.push(Row::measure(backend)?);
    }
    if as_json {
        let receive: Vec<_> = comparisons.iter().map(|(name, time)| json!({ "task": name, "time": time })).collect();
        let send: Vec<_> = rows.iter().map(Row::to_json).collect();
        println!("{}", json!({ "receive": receive, "send": send }));
    } else {
        println!("| receiving | time, times that by hand |");
        println!("| --- | ---: |");
        for (name, time) in &comparisons {
            println!("| {name} | {time:.2} |");
        }
        println!();
        println!("| over | latency, times that by hand | throughput at {IN_FLIGHT} in flight, times that by hand |");
        println!("| --- | ---: | ---: |");
        for row in &rows {
            println!("| {} | {:.2} | {:.2} |", row.backend.name(), row.latency, row.throughput);
        }
    }
    Ok(())
}

/// Returns the time of a task by this library, divided by the time by hand.
fn compare(comparison: &Comparison) -> f64 {
    let sample = |task: &dyn Fn()| {
        let start = Instant::now();
        (0..comparison.runs).for_each(|_| task());
        start.elapsed().as_secs_f64()
    };
    let ratios = (0..=SAMPLES).map(|_| {
        let by_hand = sample(&comparison.by_hand);
        sample(&comparison.ours) / by_hand
    });
    // The first sample warms up.
    middle(ratios.skip(1).collect())
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

/// Returns the median of single sends through the client, divided by the median of handwritten sends.
async fn latency(by_hand: &Way, client: &Way) -> f64 {
    let (mut bares, mut typeds) = (Vec::with_capacity(SINGLE), Vec::with_capacity(SINGLE));
    for _ in 0..SINGLE {
        bares.push(once(by_hand).await);
        typeds.push(once(client).await);
    }
    middle(typeds) / middle(bares)
}

/// Returns the throughput of the client, divided by the throughput of handwritten sends.
async fn throughput(by_hand: &Way, client: &Way) -> f64 {
    let (mut bares, mut typeds) = (0.0, 0.0);
    for _ in 0..BATCHES {
        bares += batch(by_hand).await;
        typeds += batch(client).await;
    }
    bares / typeds
}

async fn once(way: &Way) -> f64 {
    let start = Instant::now();
    way.once().await;
    start.elapsed().as_secs_f64()
}

async fn batch(way: &Way) -> f64 {
    let start = Instant::now();
    stream::iter(0..BATCH).for_each_concurrent(IN_FLIGHT, |_| way.once()).await;
    start.elapsed().as_secs_f64()
}

/// Returns the median; NaN of no values.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
