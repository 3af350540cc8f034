//! `incs outbox stats`.

use std::time::Duration;

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::relay::store::{OutboxState, OutboxStats};

use super::lines::StatsLine;
use crate::commands::inbox::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, aligned};

/// The arguments of `incs outbox stats`.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    store: StoreArgs,
}

/// Runs the command.
pub(super) fn run(args: &Stats, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let numbers = store.stats().await.map_err(|error| name.cannot("read", &error))?.outbox;
        if out.json {
            out.json(&line_of(&numbers))?;
        } else {
            for line in aligned(rows(&numbers)) {
                out.line(&line)?;
            }
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

/// Returns the seconds since a time.
pub(super) fn seconds_since(at: Timestamp) -> u64 {
    u64::try_from(Timestamp::now().as_second().saturating_sub(at.as_second())).unwrap_or(0)
}

fn line_of(numbers: &OutboxStats) -> StatsLine {
    StatsLine {
        abandoned: numbers.count(OutboxState::Abandoned),
        accepted: numbers.count(OutboxState::Accepted),
        cancelled: numbers.count(OutboxState::Cancelled),
        dead: numbers.count(OutboxState::Dead),
        expired: numbers.count(OutboxState::Expired),
        last_message_created: numbers.last_created_webhook.map(|at| at.to_string()),
        oldest_queued: numbers.oldest_queued.map(|at| at.to_string()),
        oldest_queued_seconds: numbers.oldest_queued.map(seconds_since),
        queued: numbers.count(OutboxState::Queued),
        rejected: numbers.count(OutboxState::Rejected),
        sending: numbers.count(OutboxState::Sending),
        unknown: numbers.count(OutboxState::Unknown),
        unresolved: numbers.count(OutboxState::Unresolved),
    }
}

fn rows(numbers: &OutboxStats) -> Vec<[String; 2]> {
    let age = |at: Timestamp| format!("{} ago", humantime::format_duration(Duration::from_secs(seconds_since(at))));
    let mut rows: Vec<_> = OutboxState::ALL
        .into_iter()
        .map(|state| [state.as_str().to_owned(), numbers.count(state).to_string()])
        .collect();
    if let Some(oldest) = numbers.oldest_queued {
        rows.push(["oldest queued".to_owned(), age(oldest)]);
    }
    rows.push(["last message_created".to_owned(), numbers.last_created_webhook.map_or("never".to_owned(), age)]);
    rows
}
