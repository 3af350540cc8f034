//! `incs outbox list`.

use clap::Args;
use incs_facade::relay::store::{OutboxFilter, OutboxId};

use super::lines::{MessageLine, StateName};
use super::seconds;
use crate::commands::inbox::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Columns, Context, escape_line};

/// Number of messages that are read at once.
const PAGE: usize = 500;

/// The arguments of `incs outbox list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    store: StoreArgs,
    /// Only messages in this state
    #[arg(long, value_name = "STATE")]
    state: Option<StateName>,
    /// Maximum number of messages to list [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Only messages after this one
    #[arg(long, value_name = "ID")]
    after: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: &List, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let mut columns =
            Columns::new(["id", "key", "channel", "state", "attempts", "changed", "next", "message id", "remark"]);
        let mut filter = OutboxFilter {
            state: args.state.map(Into::into),
            after: args.after.map(OutboxId),
            ..OutboxFilter::default()
        };
        let mut left = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let mut is_empty = true;
        let mut has_more = true;
        while left > 0 && has_more {
            filter.limit = left.min(PAGE);
            let page = store.messages(filter.clone()).await.map_err(|error| name.cannot("list", &error))?;
            has_more = page.len() == filter.limit;
            left -= page.len();
            filter.after = page.last().map(|entry| entry.id).or(filter.after);
            for line in page.into_iter().map(MessageLine::from) {
                is_empty = false;
                if out.json {
                    out.json(&line)?;
                } else {
                    columns.add(cells(&line));
                }
            }
        }
        columns.show(out)?;
        if is_empty {
            out.note("no matching messages");
        } else if left == 0 && has_more {
            let last = filter.after.map_or(0, |id| id.0);
            out.note(&format!("stopped at the limit; continue with --after {last}"));
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

fn cells(line: &MessageLine) -> [String; 9] {
    [
        line.id.to_string(),
        escape_line(&line.key),
        escape_line(&line.channel),
        line.state.to_owned(),
        line.attempts.to_string(),
        seconds(&line.changed_at),
        line.next_at.as_deref().map(seconds).unwrap_or_default(),
        line.message_id.as_deref().map(escape_line).unwrap_or_default(),
        escape_line(&line.remark()),
    ]
}
