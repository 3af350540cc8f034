//! Kills a relay at every named point, at random, by its own items, and stops it past its lease. Nothing that was answered with 200
//! may be lost, and the order of a conversation must hold. Of the messages of the outbox, none may be sent twice: a sandbox in this
//! program is the platform, and its log is what was sent.
//!
//! The child is this program itself. SIGKILL keeps the system's page cache, so these tests show that a killed process loses nothing.
//! For a power cut, the case `sync_before_reply` shows by strace that SQLite syncs the disk before each reply.
//!
//! Each case runs over each store, and its name begins with that of the store. A store in PostgreSQL is also tested with two processes
//! that share it, with a server that stops, and with a spool in front of it.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `INCS_CRASH_MINUTES` | runs random kills for this time instead of a few seconds, and each point with 1, 3 and 10 kills in a row |
//! | `INCS_CRASH_STORE` | `sqlite` or `postgres`: runs the cases of this store only |
//! | `INCS_CRASH_TOOLS` | fails if strace or PostgreSQL is missing, instead of leaving cases out |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

mod cases;
mod child;
mod load;
mod outbox;
mod platform;
mod postgres;
mod process;
mod sender;
mod store;

use std::process::ExitCode;
use std::time::Duration;

use incs_relay::failpoint::{LABELS, SPOOL_LABELS};
use incs_relay::store::SqliteStore;
use incs_relay_testing::TOOLS;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::store::Kind;

/// The variable that names the store.
const STORE: &str = "INCS_CRASH_STORE";

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(child::ARGUMENT) {
        return child::run();
    }
    if std::env::args().nth(1).as_deref() == Some(sender::ARGUMENT) {
        return sender::run();
    }
    let arguments = Arguments::from_args();
    let minutes: Option<u64> = std::env::var("INCS_CRASH_MINUTES").ok().and_then(|minutes| minutes.parse().ok());
    let in_a_row: &[usize] = if minutes.is_some() { &[1, 3, 10] } else { &[1] };
    let time = minutes.map_or(Duration::from_secs(8), |minutes| Duration::from_secs(minutes * 60));
    let mut trials = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| is_chosen(*kind)) {
        trials.extend(killed_at_points(kind, in_a_row));
        trials.push(trial(kind, "random_kills", move || cases::killed_at_random(kind, time)));
        trials.push(trial(kind, "outbox::random_kills", move || outbox::killed_at_random(kind, time)));
        trials.push(trial(kind, "outbox::stopped_past_its_lease", move || outbox::stopped_past_its_lease(kind)));
        trials.push(trial(kind, "outbox::graceful_stop_makes_no_unknown", move || outbox::graceful_stop(kind)));
        trials.push(trial(kind, "item_that_kills_is_isolated", move || cases::item_that_kills(kind)));
        trials.push(trial(kind, "stopped_past_its_lease", move || cases::stopped_past_its_lease(kind)));
        trials.extend(match kind {
            Kind::Sqlite => of_sqlite(),
            Kind::Postgres => of_postgres(time, minutes.is_some()),
        });
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Returns true if the cases of a store are to run.
fn is_chosen(kind: Kind) -> bool {
    let chosen = std::env::var(STORE).ok();
    let is_known = chosen.as_deref().is_none_or(|chosen| Kind::ALL.iter().any(|kind| kind.as_str() == chosen));
    assert!(is_known, "{STORE} is sqlite or postgres");
    let is_chosen = chosen.is_none_or(|chosen| kind.as_str() == chosen);
    is_chosen && (kind == Kind::Sqlite || !incs_relay_testing::postgres::is_left_out("each case of postgres"))
}

fn killed_at_points(kind: Kind, in_a_row: &[usize]) -> Vec<Trial> {
    let mut trials = Vec::new();
    for label in LABELS.iter().filter(|label| kind.passes(label)) {
        let mut all: Vec<_> = in_a_row.iter().map(|kills| most_kills(label).min(*kills)).collect();
        all.dedup();
        let operation = label.split_once('.').map_or(*label, |(operation, _)| operation);
        let is_of_outbox = ["enqueue", "advance", "send", "expire", "decide"].contains(&operation);
        for kills in all {
            if !is_of_outbox {
                let name = format!("kill::{label}::{kills}");
                trials.push(trial(kind, &name, move || cases::killed_at(kind, label, kills)));
            }
            // A completion enqueues the messages of its handler.
            if is_of_outbox || operation == "complete" {
                let name = format!("outbox::kill::{label}::{kills}");
                trials.push(trial(kind, &name, move || outbox::killed_at(kind, label, kills)));
            }
        }
    }
    trials
}

fn of_sqlite() -> Vec<Trial> {
    let mut trials = Vec::new();
    if cases::can_mount() {
        trials.push(trial(Kind::Sqlite, "full_disk_is_503_and_recovers", cases::full_disk));
    } else {
        println!(
            "a small file system cannot be mounted: the case full_disk_is_503_and_recovers is left out; it needs root"
        );
    }
    let is_needed = std::env::var_os(TOOLS).is_some();
    if is_needed || process::has_strace() {
        trials.push(trial(Kind::Sqlite, "sync_before_reply", cases::sync_before_reply));
    } else {
        println!("strace is not installed: the case sync_before_reply is left out");
    }
    trials
}

fn of_postgres(time: Duration, is_long: bool) -> Vec<Trial> {
    let trial = |name: &str, run: Box<dyn Fn() -> anyhow::Result<()> + Send>| trial(Kind::Postgres, name, run);
    let mut trials = vec![
        trial("server_stopped_immediately", Box::new(postgres::server_stopped)),
        trial("two_processes::random_kills", Box::new(move || postgres::processes_killed(2, time))),
        trial("two_processes::one_stopped_past_its_lease", Box::new(postgres::one_of_two_stopped)),
        trial("outbox::server_stopped_immediately", Box::new(postgres::server_stopped_while_sending)),
        trial("outbox::lost_replies_make_no_unknown", Box::new(postgres::replies_lost)),
        trial("outbox::two_processes::random_kills", Box::new(move || postgres::senders_killed(2, time))),
        trial("outbox::two_processes::one_stopped_past_its_lease", Box::new(postgres::one_of_two_senders_stopped)),
    ];
    let (outage, rounds) = if is_long { (Duration::from_mins(1), 3) } else { (Duration::from_secs(5), 1) };
    let survives = move || postgres::spool_survives_outage_and_kill(outage);
    trials.push(trial("spool_survives_outage_and_kill", Box::new(survives)));
    for label in SPOOL_LABELS {
        let name = format!("spool_killed_at::{label}");
        trials.push(trial(&name, Box::new(move || postgres::spool_killed_at(label, rounds))));
    }
    if is_long {
        trials.push(trial("four_processes::random_kills", Box::new(move || postgres::processes_killed(4, time))));
        trials.push(trial("outbox::four_processes::random_kills", Box::new(move || postgres::senders_killed(4, time))));
    }
    trials
}

/// Returns the most kills in a row at a point. A migration that was committed does not run again.
fn most_kills(label: &str) -> usize {
    if label == "migration.after_commit" { SqliteStore::schema() as usize } else { usize::MAX }
}

fn trial(kind: Kind, name: &str, run: impl Fn() -> anyhow::Result<()> + Send + 'static) -> Trial {
    let name = format!("{}::{name}", kind.as_str());
    Trial::test(name, move || run().map_err(|error| Failed::from(format!("{error:?}"))))
}
