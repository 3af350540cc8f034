//! The durable inbox: group commit, storing before the reply, handling, and a store with a long history. The outbox: sending from it.
//!
//! All figures depend on the disk, so only ratios of one run are compared. Two of them are gates.

#![allow(clippy::cast_precision_loss, reason = "numbers of events are far below 2^52")]

mod http;
mod outbox;
pub(crate) mod postgres;
mod store;

use std::time::Duration;

use anyhow::{Result, bail};

pub(crate) use self::http::{load, serve};
use self::outbox::Platform;
pub(crate) use self::outbox::serve as platform;
use self::store::{Rates, append, end_to_end, history, stuck};
use crate::goals::Goal;
use crate::table::{Cell, Table};
use crate::times::middle;

/// The numbers of concurrent writers.
const WRITERS: [usize; 2] = [64, 256];
/// Rounds of each comparison. The figures are the middle ones.
const ROUNDS: usize = 5;

/// Commits a second above which group commit has no gate: the disk syncs in less than a millisecond, so the processor is the limit.
const FAST_DISK: f64 = 1000.0;

/// A ratio that must hold, with its limit.
struct Gate {
    what: String,
    measured: f64,
    limit: f64,
    is_at_least: bool,
    /// False for a ratio that says nothing on this disk.
    applies: bool,
}

impl Gate {
    fn is_held(&self) -> bool {
        !self.applies || if self.is_at_least { self.measured >= self.limit } else { self.measured <= self.limit }
    }
}

/// Group commit against one commit for each event, and the commits that handling an event takes.
fn gates() -> Result<(Vec<Gate>, Table)> {
    let mut gates = Vec::new();
    let columns = [
        "writers",
        "one commit each, a second",
        "group commit, a second",
        "times",
        "end to end, a second",
        "share of append",
        "syncs an event",
    ];
    let mut table = Table::new("The durable inbox", &columns);
    for (writers, times, syncs) in [(WRITERS[0], 9.0, 0.03), (WRITERS[1], 20.0, 0.006)] {
        let (mut each, mut group, mut whole, mut commits) = (vec![], vec![], vec![], vec![]);
        for round in 1..=ROUNDS {
            eprintln!("the durable inbox, {writers} writers: round {round} of {ROUNDS}");
            each.push(append(writers, 1)?);
            group.push(append(writers, 1024)?);
            let Rates { rate, syncs } = end_to_end(writers)?;
            whole.push(rate);
            commits.push(syncs);
        }
        let ratio =
            |over: &[f64], under: &[f64]| middle(over.iter().zip(under).map(|(over, under)| over / under).collect());
        let (gain, share, syncs_measured) = (ratio(&group, &each), ratio(&whole, &group), middle(commits));
        let what = format!("group commit against one commit for each event, {writers} writers");
        let applies = middle(each.clone()) <= FAST_DISK;
        gates.push(Gate { what, measured: gain, limit: times, is_at_least: true, applies });
        let what = format!("syncs for each event from store to completion, {writers} writers");
        gates.push(Gate { what, measured: syncs_measured, limit: syncs, is_at_least: false, applies: true });
        table.push([
            Cell::count(writers as f64),
            Cell::count(middle(each)),
            Cell::count(middle(group)),
            Cell::ratio(gain),
            Cell::count(middle(whole)),
            Cell::ratio(share),
            Cell::Number(syncs_measured, 4),
        ]);
    }
    Ok((gates, table))
}

/// The latency of the platform with which the outbox is judged.
const LATENCY: Duration = Duration::from_millis(20);

/// The rates of sending with and without an outbox.
struct Sends {
    in_flight: usize,
    without: f64,
    with: f64,
    share: f64,
    syncs: f64,
}

/// Sending from the outbox against sending without one.
fn sends(latency: Duration) -> Result<Vec<Sends>> {
    let mut rows = Vec::new();
    let platform = Platform::start(latency)?;
    for in_flight in [16, 64] {
        let (mut bare, mut stored, mut syncs, mut shares) = (vec![], vec![], vec![], vec![]);
        for round in 1..=ROUNDS {
            eprintln!("the outbox, {in_flight} in flight, {latency:?}: round {round} of {ROUNDS}");
            let without = outbox::bare(&platform, in_flight)?;
            let with = outbox::outbox(&platform, in_flight, without)?;
            shares.push(with.rate / without);
            bare.push(without);
            stored.push(with.rate);
            syncs.push(with.syncs);
        }
        rows.push(Sends {
            in_flight,
            without: middle(bare),
            with: middle(stored),
            share: middle(shares),
            syncs: middle(syncs),
        });
    }
    Ok(rows)
}

/// The syncs that a send takes, and the rate of the outbox.
fn outbox_gates() -> Result<(Vec<Gate>, Vec<Goal>, Table)> {
    let (mut gates, mut goals) = (Vec::new(), Vec::new());
    let columns = ["platform", "in flight", "without, a second", "from the outbox, a second", "share", "syncs a send"];
    let mut table = Table::new("The outbox", &columns);
    for latency in [LATENCY, Duration::ZERO] {
        for Sends { in_flight, without, with, share, syncs } in sends(latency)? {
            if latency == LATENCY {
                let what = format!("syncs for each send, {in_flight} in flight");
                let limit = if in_flight == 16 { 0.2 } else { 0.08 };
                gates.push(Gate { what, measured: syncs, limit, is_at_least: false, applies: true });
                let what = format!("sends from the outbox against sends without, {in_flight} in flight, 20 ms");
                goals.push(Goal::at_least(what, share, 0.9));
            }
            table.push([
                if latency == LATENCY { "replies after 20 ms".into() } else { "replies at once".into() },
                Cell::count(in_flight as f64),
                Cell::count(without),
                Cell::count(with),
                Cell::ratio(share),
                Cell::Number(syncs, 4),
            ]);
        }
    }
    Ok((gates, goals, table))
}

/// Checks the gates.
pub(crate) fn check() -> Result<()> {
    let (mut gates, inbox) = gates()?;
    let (more, _, outbox) = outbox_gates()?;
    gates.extend(more);
    println!("{}\n{}", inbox.to_markdown(), outbox.to_markdown());
    for Gate { what, measured, .. } in gates.iter().filter(|gate| !gate.applies) {
        println!(
            "{what}: {measured:.2}, without a limit, since this disk makes more than {FAST_DISK} commits a second"
        );
    }
    let broken: Vec<_> = gates.iter().filter(|gate| !gate.is_held()).collect();
    for Gate { what, measured, limit, .. } in &broken {
        println!("{what}: {measured:.4}, the limit is {limit}");
    }
    if broken.is_empty() {
        Ok(())
    } else {
        bail!("{} of {} limits of the relay are exceeded", broken.len(), gates.len())
    }
}

/// Measures everything.
pub(crate) fn tables(goals: &mut Vec<Goal>) -> Result<Vec<Table>> {
    let (mut gates, inbox) = gates()?;
    let (more, more_goals, sends) = outbox_gates()?;
    gates.extend(more);
    goals.extend(more_goals);
    for Gate { what, measured, limit, is_at_least, .. } in gates {
        let goal = if is_at_least {
            Goal::at_least(what, measured, limit)
        } else {
            Goal::at_most(what, measured, limit).with_decimals(4)
        };
        goals.push(goal);
    }
    let mut webhooks = Table::new(
        "Webhooks stored before the reply",
        &["connections", "not stored, a second", "stored, a second", "share"],
    );
    for (connections, goal) in [(64, 0.40), (256, 0.55)] {
        let (mut bare, mut stored) = (vec![], vec![]);
        for round in 1..=ROUNDS {
            eprintln!("webhooks over {connections} connections: round {round} of {ROUNDS}");
            bare.push(http::rate(false, connections)?);
            stored.push(http::rate(true, connections)?);
        }
        let share = middle(stored.iter().zip(&bare).map(|(stored, bare)| stored / bare).collect());
        goals.push(Goal::at_least(
            format!("webhooks stored before the reply against not stored, {connections} connections"),
            share,
            goal,
        ));
        webhooks.push([
            Cell::count(f64::from(connections)),
            Cell::count(middle(bare)),
            Cell::count(middle(stored)),
            Cell::ratio(share),
        ]);
    }
    let mut long = Table::new("A store with a history", &["what", "without, a second", "with, a second", "share"]);
    let (empty, full) = history()?;
    goals.push(Goal::at_least("append with a million items behind against an empty store", full / empty, 0.8));
    long.push([
        "append, a million items behind".into(),
        Cell::count(empty),
        Cell::count(full),
        Cell::ratio(full / empty),
    ]);
    let (free, blocked) = stuck()?;
    goals.push(Goal::at_least("claim with 100,000 items stuck in two conversations against none", blocked / free, 0.8));
    long.push([
        "claim, 100,000 items stuck".into(),
        Cell::count(free),
        Cell::count(blocked),
        Cell::ratio(blocked / free),
    ]);
    let mut enqueue = Table::new("Enqueuing", &["what", "a second"]);
    let rates = (0..ROUNDS).map(|_| outbox::enqueue_rate(100_000)).collect::<Result<_>>()?;
    let rate = middle(rates);
    goals.push(Goal::at_least("messages enqueued in chunks of 1,000, a second", rate, 100_000.0).with_decimals(0));
    enqueue.push(["100,000 messages in chunks of 1,000".into(), Cell::count(rate)]);
    Ok(vec![inbox, webhooks, long, sends, enqueue])
}
