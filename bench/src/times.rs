//! Times: of what a receiver does with a delivery, and of sends, one at a time and with 64 in flight.
//!
//! Clocks drift, so the two ways alternate, send by send and batch by batch; ratios are taken within a round, and the median of all
//! rounds is shown. What needs no server is measured in CPU time, which does not count other programs on the same core.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use futures_util::{StreamExt as _, stream};
use incs_bench::exchange::{Backend, Server, Way};
use incs_bench::receive::{self, Comparison};
use tokio::runtime::Builder;

use crate::goals::Goal;
use crate::table::{Cell, Table};

const ROUNDS: usize = 15;

/// Samples of each task of a receiver.
const SAMPLES: usize = 101;

/// Single sends per round, for each way.
const SINGLE: usize = 500;

/// Batches per round, for each way, and sends per batch.
const BATCHES: usize = 8;
const BATCH: usize = 500;
const IN_FLIGHT: usize = 64;

/// Returns what a receiver does with a delivery, times the same by hand.
pub(crate) fn receiving(goals: &mut Vec<Goal>) -> Table {
    let mut table = Table::new("Receiving", &["receiving", "time, times that by hand"]);
    for comparison in receive::all() {
        eprintln!("{}", comparison.name);
        let ratio = compare(&comparison);
        table.push([comparison.name.as_str().into(), Cell::ratio(ratio)]);
        goals.push(Goal::at_most(format!("{}: time, times that by hand", comparison.name), ratio, comparison.goal));
    }
    table
}

/// Returns sends through the client, times the same by hand.
pub(crate) fn sending() -> Result<Table> {
    let columns = ["over", "latency, times that by hand", "throughput at 64 in flight, times that by hand"];
    let mut table = Table::new("Sends in time", &columns);
    for backend in Backend::ALL {
        eprintln!("sends over {}: {ROUNDS} rounds", backend.name());
        let (latency, throughput) = sends_over(backend)?;
        table.push([backend.name().into(), Cell::ratio(latency), Cell::ratio(throughput)]);
    }
    Ok(table)
}

/// Returns the median CPU time of one run of a task, in seconds.
pub(crate) fn seconds(task: &dyn Fn(), runs: u32) -> f64 {
    // The first sample warms up.
    middle((0..=SAMPLES).map(|_| sample(task, runs) / f64::from(runs)).skip(1).collect())
}

/// Returns the CPU time of some runs of a task, in seconds.
fn sample(task: &dyn Fn(), runs: u32) -> f64 {
    let start = clock();
    (0..runs).for_each(|_| task());
    clock().saturating_sub(start).as_secs_f64()
}

/// Returns the CPU time of this thread so far.
#[cfg(unix)]
fn clock() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

/// Returns the time, since this platform has no CPU time of a thread.
#[cfg(not(unix))]
fn clock() -> Duration {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

/// Returns the time of a task by this library, divided by the time by hand.
fn compare(comparison: &Comparison) -> f64 {
    let ratios = (0..=SAMPLES).map(|_| {
        let by_hand = sample(&comparison.by_hand, comparison.runs);
        sample(&comparison.ours, comparison.runs) / by_hand
    });
    // The first sample warms up.
    middle(ratios.skip(1).collect())
}

/// Returns latency and throughput of the client, divided by those of handwritten sends.
fn sends_over(backend: Backend) -> Result<(f64, f64)> {
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
    Ok((middle(latencies), middle(throughputs)))
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
pub(crate) fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
