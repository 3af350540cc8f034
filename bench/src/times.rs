//! The sends in time: how long one takes, and how many go through at 64 in flight.
//!
//! Machines drift, so the two ways take turns, send by send and batch by batch; each round compares only within itself, and
//! the ratio that is shown is the median of the rounds.

use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use futures_util::{StreamExt as _, stream};
use incs_bench::exchange::{Backend, Kind, Server, Way};
use serde_json::json;
use tokio::runtime::Builder;

const ROUNDS: usize = 15;

/// Single sends of a round, for each way.
const SINGLE: usize = 500;

/// Batches of a round, for each way, and the sends of one.
const BATCHES: usize = 8;
const BATCH: usize = 500;
const IN_FLIGHT: usize = 64;

/// The latency of a typed send is at most so many times that of a bare one.
const LATENCY_MOST: f64 = 1.07;

/// The throughput of typed sends is at least so many times that of bare ones.
const THROUGHPUT_LEAST: f64 = 0.90;

pub(crate) fn times(check: bool, as_json: bool) -> Result<()> {
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
        println!(
            "| over | latency, times the bare library | at most | throughput at {IN_FLIGHT} in flight | at least | kept |\n| --- | ---: | ---: | ---: | ---: | --- |"
        );
        for row in &rows {
            println!("{}", row.line());
        }
    }
    let broken = rows.iter().filter(|row| !row.kept()).count();
    if check && broken > 0 {
        bail!("{broken} of {} rows broken", rows.len());
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
        let (bare, typed) = {
            let _inside = runtime.enter();
            (Way::bare(backend, Kind::Text, &server), Way::typed(backend, Kind::Text, &server))
        };
        let (mut latencies, mut throughputs) = (Vec::new(), Vec::new());
        for round in 0..=ROUNDS {
            let (latency, throughput) =
                runtime.block_on(async { (latency(&bare, &typed).await, throughput(&bare, &typed).await) });
            // The first round warms up.
            if round > 0 {
                latencies.push(latency);
                throughputs.push(throughput);
            }
        }
        Ok(Self { backend, latency: middle(latencies), throughput: middle(throughputs) })
    }

    fn kept(&self) -> bool {
        self.latency <= LATENCY_MOST && self.throughput >= THROUGHPUT_LEAST
    }

    fn line(&self) -> String {
        let kept = if self.kept() { "yes" } else { "**no**" };
        format!(
            "| {} | {:.2} | {LATENCY_MOST:.2} | {:.2} | {THROUGHPUT_LEAST:.2} | {kept} |",
            self.backend.name(),
            self.latency,
            self.throughput
        )
    }

    fn to_json(&self) -> serde_json::Value {
        json!({
            "over": self.backend.name(),
            "latency": self.latency,
            "latency_most": LATENCY_MOST,
            "throughput": self.throughput,
            "throughput_least": THROUGHPUT_LEAST,
            "kept": self.kept(),
        })
    }
}

/// The median of single typed sends, times that of bare ones.
async fn latency(bare: &Way, typed: &Way) -> f64 {
    let (mut bares, mut typeds) = (Vec::with_capacity(SINGLE), Vec::with_capacity(SINGLE));
    for _ in 0..SINGLE {
        bares.push(once(bare).await);
        typeds.push(once(typed).await);
    }
    middle(typeds) / middle(bares)
}

/// Typed sends in a time, times the bare ones in the same.
async fn throughput(bare: &Way, typed: &Way) -> f64 {
    let (mut bares, mut typeds) = (0.0, 0.0);
    for _ in 0..BATCHES {
        bares += batch(bare).await;
        typeds += batch(typed).await;
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

/// The middle value; NaN of none, which keeps no promise.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
