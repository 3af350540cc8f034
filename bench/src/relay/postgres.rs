//! The inbox in PostgreSQL: group commit, handling by one process and by several, and handling beside a transaction that stays open. The
//! server is private, with `fsync` and its default settings.

mod load;
mod server;

use std::time::Duration;

use anyhow::Result;
use incs_relay_postgres::PgOptions;
use incs_relay_testing::postgres::unique_name;
use tokio_postgres::NoTls;

use self::load::{Load, PLAIN_TABLE, Way, run};
pub(crate) use self::load::{Options, serve};
use self::server::{Measured, Work};
use super::store::runtime;
use super::{ROUNDS, WRITERS};
use crate::goals::Goal;
use crate::table::{Cell, Table};
use crate::times::middle;

/// The time for which each rate is measured.
const SPAN: Duration = Duration::from_secs(2);
/// The numbers of processes that share the writers.
const PROCESSES: [usize; 3] = [1, 2, 4];
/// The time for which one of two stores is loaded, and then the other one.
const TURN: Duration = Duration::from_secs(5);
/// The number of last turns whose middle counts.
const LAST: usize = 5;

/// The measurements of one store.
struct Figures {
    rate: f64,
    /// Syncs of the disk, commits, and bytes of the log, for each event.
    syncs: f64,
    commits: f64,
    wal_bytes: f64,
    /// Microseconds of CPU time for each event.
    client: f64,
    server: f64,
}

/// Measures a new store with so many writers, divided among processes.
fn measure(server: &Measured, way: Way, writers: usize, processes: usize) -> Result<Figures> {
    let (schema, url) = (unique_name("bench"), server.url());
    create(&url, &schema)?;
    server.prepare(&schema, PLAIN_TABLE)?;
    let before = server.work()?;
    let start = |number| Load::start(way, &url, &schema, writers / processes, number);
    let mut loads = (0..processes as u64).map(start).collect::<Result<Vec<_>>>()?;
    let cpu = |loads: &[Load]| loads.iter().map(Load::cpu).sum::<Result<f64>>();
    let begin = cpu(&loads)?;
    let (events, seconds) = run(&mut loads, SPAN)?;
    let client = cpu(&loads)? - begin;
    for load in loads {
        load.end()?;
    }
    let after = server.work()?;
    server.remove(&schema)?;
    let each = |of: fn(&Work) -> f64| (of(&after) - of(&before)) / events;
    Ok(Figures {
        rate: events / seconds,
        syncs: each(|work| work.syncs),
        commits: each(|work| work.commits),
        wal_bytes: each(|work| work.wal_bytes),
        client: client / events * 1e6,
        server: each(|work| work.cpu) * 1e6,
    })
}

fn create(url: &str, schema: &str) -> Result<()> {
    runtime()?.block_on(async {
        PgOptions::new(url)?.with_schema(schema)?.without_listening().open().await?.close().await;
        Ok(())
    })
}

/// Returns the middle of one figure.
fn of(figures: &[Figures], figure: fn(&Figures) -> f64) -> f64 {
    middle(figures.iter().map(figure).collect())
}

/// Returns the middle of the ratios of the rates of each round.
fn ratio(over: &[Figures], under: &[Figures]) -> f64 {
    middle(over.iter().zip(under).map(|(over, under)| over.rate / under.rate).collect())
}

/// Measures everything. A transaction is held open while a store is loaded for so many seconds.
pub(crate) fn tables(goals: &mut Vec<Goal>, held: u64) -> Result<Vec<Table>> {
    let server = Measured::start()?;
    Ok(vec![appends(&server, goals)?, ends(&server, goals)?, beside_open_transaction(&server, goals, held)?])
}

/// Group commit against one transaction for each event.
fn appends(server: &Measured, goals: &mut Vec<Goal>) -> Result<Table> {
    let columns = [
        "writers",
        "into one table, one transaction each, a second",
        "the same rows, one transaction each, a second",
        "appends, one transaction each, a second",
        "group commit, a second",
        "times one table",
        "times the same rows",
        "times one append each",
        "syncs an event",
        "WAL bytes an event",
        "CPU of the client, µs",
        "CPU of the server, µs",
        "CPU of the server for the same rows, µs",
    ];
    let mut table = Table::new("Appending to PostgreSQL", &columns);
    for writers in WRITERS {
        let (mut plain, mut inserts, mut each, mut group) = (vec![], vec![], vec![], vec![]);
        for round in 1..=ROUNDS {
            eprintln!("appending to PostgreSQL, {writers} writers: round {round} of {ROUNDS}");
            plain.push(measure(server, Way::PlainEach, writers, 1)?);
            inserts.push(measure(server, Way::InsertEach, writers, 1)?);
            each.push(measure(server, Way::AppendEach, writers, 1)?);
            group.push(measure(server, Way::Append, writers, 1)?);
        }
        let by_inserts = ratio(&group, &inserts);
        let what = format!("PostgreSQL: group append against one transaction for each event, {writers} writers");
        goals.push(Goal::at_least(what, by_inserts, 3.0));
        table.push([
            Cell::count(writers as f64),
            Cell::count(of(&plain, |one| one.rate)),
            Cell::count(of(&inserts, |one| one.rate)),
            Cell::count(of(&each, |one| one.rate)),
            Cell::count(of(&group, |one| one.rate)),
            Cell::ratio(ratio(&group, &plain)),
            Cell::ratio(by_inserts),
            Cell::ratio(ratio(&group, &each)),
            Cell::Number(of(&group, |one| one.syncs), 4),
            Cell::count(of(&group, |one| one.wal_bytes)),
            Cell::count(of(&group, |one| one.client)),
            Cell::count(of(&group, |one| one.server)),
            Cell::count(of(&inserts, |one| one.server)),
        ]);
    }
    Ok(table)
}

/// From store to completion, by one process and by several.
fn ends(server: &Measured, goals: &mut Vec<Goal>) -> Result<Table> {
    let columns = [
        "writers",
        "processes",
        "end to end, a second",
        "times one process",
        "syncs an event",
        "commits an event",
        "WAL bytes an event",
        "CPU of the clients, µs",
        "CPU of the server, µs",
    ];
    let mut table = Table::new("End to end in PostgreSQL", &columns);
    for writers in WRITERS {
        let mut figures = PROCESSES.map(|_| Vec::new());
        for round in 1..=ROUNDS {
            eprintln!("end to end in PostgreSQL, {writers} writers: round {round} of {ROUNDS}");
            for (processes, figures) in PROCESSES.into_iter().zip(&mut figures) {
                figures.push(measure(server, Way::EndToEnd, writers, processes)?);
            }
        }
        for (processes, several) in PROCESSES.into_iter().zip(&figures) {
            let gain = figures.first().map_or(f64::NAN, |one| ratio(several, one));
            if processes == 2 {
                let what = format!("PostgreSQL: end to end by two processes against one, {writers} writers");
                goals.push(Goal::at_least(what, gain, 1.0));
            }
            table.push([
                Cell::count(writers as f64),
                Cell::count(processes as f64),
                Cell::count(of(several, |one| one.rate)),
                Cell::ratio(gain),
                Cell::Number(of(several, |one| one.syncs), 4),
                Cell::Number(of(several, |one| one.commits), 4),
                Cell::count(of(several, |one| one.wal_bytes)),
                Cell::count(of(several, |one| one.client)),
                Cell::count(of(several, |one| one.server)),
            ]);
        }
    }
    Ok(table)
}

/// End to end in a database in which another connection keeps a transaction with a snapshot open, and in one without. Each is loaded in its
/// turn, since the speed of a machine drifts.
fn beside_open_transaction(server: &Measured, goals: &mut Vec<Goal>, held: u64) -> Result<Table> {
    let columns = ["writers", "seconds of load", "without, a second", "with an open transaction, a second", "share"];
    let mut table = Table::new("Beside an open transaction", &columns);
    let turns = usize::try_from(held / TURN.as_secs())?.max(1);
    for writers in WRITERS {
        let (free, blocked) = (server.database()?, server.database()?);
        create(&free, "incs_relay")?;
        create(&blocked, "incs_relay")?;
        let runtime = runtime()?;
        let holder = runtime.block_on(async {
            let (client, connection) = tokio_postgres::connect(&blocked, NoTls).await?;
            tokio::spawn(connection);
            client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1 FROM incs_relay.meta").await?;
            Ok::<_, tokio_postgres::Error>(client)
        })?;
        let mut without = vec![Load::start(Way::EndToEnd, &free, "incs_relay", writers, 0)?];
        let mut with = vec![Load::start(Way::EndToEnd, &blocked, "incs_relay", writers, 0)?];
        let mut turned = Vec::new();
        for turn in 1..=turns {
            let rate = |loads: &mut [Load]| run(loads, TURN).map(|(events, seconds)| events / seconds);
            let (without, with) = (rate(&mut without)?, rate(&mut with)?);
            let second = turn as u64 * TURN.as_secs();
            eprintln!("beside an open transaction, {writers} writers, {second} s: {with:.0} and {without:.0}");
            turned.push((without, with));
        }
        for load in without.into_iter().chain(with) {
            load.end()?;
        }
        drop(holder);
        drop(runtime);
        let last = || turned.iter().rev().take(LAST);
        let share = middle(last().map(|(without, with)| with / without).collect());
        let what = format!("PostgreSQL: end to end beside a transaction open for {held} s, {writers} writers");
        goals.push(Goal::at_least(what, share, 0.7));
        table.push([
            Cell::count(writers as f64),
            Cell::count(held as f64),
            Cell::count(middle(last().map(|(without, _)| *without).collect())),
            Cell::count(middle(last().map(|(_, with)| *with).collect())),
            Cell::ratio(share),
        ]);
    }
    Ok(table)
}
