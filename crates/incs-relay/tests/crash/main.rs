//! Kills a relay at every named point, at random, by its own items, and stops it past its lease. Nothing that was answered with 200
//! may be lost, and the order of a conversation must hold. Of the messages of the outbox, none may be sent twice: a sandbox in this
//! program is the platform, and its log is what was sent.
//!
//! The child is this program itself. SIGKILL keeps the system's page cache, so these tests show that a killed process loses nothing.
//! For a power cut, the case `sync_before_reply` shows by strace that the disk is synced before each reply.
//!
//! | variable | meaning |
//! | --- | --- |
//! | `INCS_CRASH_MINUTES` | runs random kills for this time instead of a few seconds, and each point with 1, 3 and 10 kills in a row |
//! | `INCS_CRASH_TOOLS` | fails if strace is missing, instead of leaving its case out |

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

mod cases;
mod child;
mod load;
mod outbox;
mod platform;
mod process;
mod sender;

use std::process::ExitCode;
use std::time::Duration;

use incs_relay::failpoint::LABELS;
use incs_relay::store::SqliteStore;
use libtest_mimic::{Arguments, Failed, Trial};

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
    let mut trials = Vec::new();
    for label in LABELS {
        let mut all: Vec<_> = in_a_row.iter().map(|kills| most_kills(label).min(*kills)).collect();
        all.dedup();
        let operation = label.split_once('.').map_or(*label, |(operation, _)| operation);
        let is_of_outbox = ["enqueue", "advance", "send", "expire", "decide"].contains(&operation);
        for kills in all {
            if !is_of_outbox {
                trials.push(trial(format!("kill::{label}::{kills}"), move || cases::killed_at(label, kills)));
            }
            // A completion enqueues the messages of its handler.
            if is_of_outbox || operation == "complete" {
                trials.push(trial(format!("outbox::kill::{label}::{kills}"), move || outbox::killed_at(label, kills)));
            }
        }
    }
    let time = minutes.map_or(Duration::from_secs(8), |minutes| Duration::from_secs(minutes * 60));
    trials.push(trial("random_kills".to_owned(), move || cases::killed_at_random(time)));
    trials.push(trial("outbox::random_kills".to_owned(), move || outbox::killed_at_random(time)));
    trials.push(trial("outbox::stopped_past_its_lease".to_owned(), outbox::stopped_past_its_lease));
    trials.push(trial("outbox::graceful_stop_makes_no_unknown".to_owned(), outbox::graceful_stop));
    trials.push(trial("item_that_kills_is_isolated".to_owned(), cases::item_that_kills));
    trials.push(trial("stopped_past_its_lease".to_owned(), cases::stopped_past_its_lease));
    if cases::can_mount() {
        trials.push(trial("full_disk_is_503_and_recovers".to_owned(), cases::full_disk));
    } else {
        println!(
            "a small file system cannot be mounted: the case full_disk_is_503_and_recovers is left out; it needs root"
        );
    }
    let is_needed = std::env::var_os("INCS_CRASH_TOOLS").is_some();
    if is_needed || process::has_strace() {
        trials.push(trial("sync_before_reply".to_owned(), cases::sync_before_reply));
    } else {
        println!("strace is not installed: the case sync_before_reply is left out");
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Returns the most kills in a row at a point. A migration that was committed does not run again.
fn most_kills(label: &str) -> usize {
    if label == "migration.after_commit" { SqliteStore::schema() as usize } else { usize::MAX }
}

fn trial(name: String, run: impl Fn() -> anyhow::Result<()> + Send + 'static) -> Trial {
    Trial::test(name, move || run().map_err(|error| Failed::from(format!("{error:?}"))))
}
