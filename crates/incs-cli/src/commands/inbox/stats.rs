//! `incs inbox stats`.

use std::time::Duration;

use clap::Args;
use incs_facade::model::Timestamp;
use incs_facade::relay::store::{OutboxState, Stats as Numbers};

use super::lines::StatsLine;
use super::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, aligned};

/// The arguments of `incs inbox stats`.
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
        let numbers = store.stats().await.map_err(|error| name.cannot("read", &error))?;
        let line = line_of(&numbers);
        if out.json {
            out.json(&line)?;
        } else {
            for line in aligned(rows(&line)) {
                out.line(&line)?;
            }
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

fn line_of(numbers: &Numbers) -> StatsLine {
    let now = Timestamp::now().as_second();
    let age = numbers.oldest_open.map(|at| u64::try_from(now.saturating_sub(at.as_second())).unwrap_or(0));
    StatsLine {
        blocked: numbers.blocked_keys,
        blocked_since: numbers.blocked_since.map(|at| at.to_string()),
        bytes: numbers.bytes,
        dead: numbers.dead,
        items: numbers.items,
        leased: numbers.leased_keys,
        oldest_open: numbers.oldest_open.map(|at| at.to_string()),
        oldest_open_seconds: age,
        open: numbers.open,
        queued: numbers.outbox.count(OutboxState::Queued),
    }
}

fn rows(line: &StatsLine) -> Vec<[String; 2]> {
    let age = line.oldest_open_seconds.map(|age| humantime::format_duration(Duration::from_secs(age)).to_string());
    let since = line.blocked_since.as_ref().map(|since| format!(", since {since}")).unwrap_or_default();
    let mut rows = vec![
        ("open items", line.open.to_string()),
        ("oldest open", age.map(|age| format!("{age} ago")).unwrap_or_default()),
        ("leased", line.leased.to_string()),
        ("blocked", format!("{}{since}", line.blocked)),
        ("dead letters", line.dead.to_string()),
        ("all items", line.items.to_string()),
        ("queued messages", line.queued.to_string()),
        ("bytes", line.bytes.map(|bytes| bytes.to_string()).unwrap_or_default()),
    ];
    rows.retain(|(_, value)| !value.is_empty());
    rows.into_iter().map(|(name, value)| [name.to_owned(), value]).collect()
}
