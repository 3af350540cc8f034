//! The durable inbox: group commit, storing before the reply, handling, and a store with a long history.
//!
//! All figures depend on the disk, so only ratios of one run are compared. Two of them are gates.

#![allow(clippy::cast_precision_loss, reason = "numbers of events are far below 2^52")]

mod http;
mod store;

use anyhow::{Result, bail};

pub(crate) use self::http::{load, serve};
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

/// Checks the gates.
pub(crate) fn check() -> Result<()> {
    let (gates, table) = gates()?;
    println!("{}", table.to_markdown());
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
        bail!("{} of {} limits of the inbox are exceeded", broken.len(), gates.len())
    }
}

/// Measures everything.
pub(crate) fn tables(goals: &mut Vec<Goal>) -> Result<Vec<Table>> {
    let (gates, inbox) = gates()?;
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
    Ok(vec![inbox, webhooks, long])
}
