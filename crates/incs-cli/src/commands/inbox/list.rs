//! `incs inbox list`.

use clap::Args;
use incs_facade::relay::store::{ItemFilter, ItemId};

use super::lines::{ItemLine, StateName};
use super::store::StoreArgs;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Columns, Context, escape_line};

/// Number of items that are read at once.
const PAGE: usize = 500;

/// Characters of a deduplication key that are shown to people.
const SHORT_KEY_CHARS: usize = 12;

/// The arguments of `incs inbox list`.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    store: StoreArgs,
    /// Only items in this state
    #[arg(long, value_name = "STATE")]
    state: Option<StateName>,
    /// Maximum number of items to list [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    limit: Option<u64>,
    /// Only items after this one
    #[arg(long, value_name = "ID")]
    after: Option<u64>,
}

/// Runs the command.
pub(super) fn run(args: &List, context: &Context) -> Result<Exit, Failure> {
    let out = context.out;
    connect::runtime()?.block_on(async {
        let (name, store) = args.store.attach(context).await?;
        let mut columns = Columns::new(["id", "state", "kind", "attempts", "received", "next", "key", "remark"]);
        let mut filter = ItemFilter {
            state: args.state.map(Into::into),
            after: args.after.map(ItemId),
            limit: PAGE,
            ..ItemFilter::default()
        };
        let mut left = args.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let mut is_empty = true;
        let mut has_more = true;
        while left > 0 && has_more {
            filter.limit = left.min(PAGE);
            let page = store.list(filter.clone()).await.map_err(|error| name.cannot("list", &error))?;
            has_more = page.len() == filter.limit;
            left -= page.len();
            filter.after = page.last().map(|item| item.id).or(filter.after);
            for line in page.into_iter().map(ItemLine::from) {
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
            out.note("no matching items");
        } else if left == 0 && has_more {
            let last = filter.after.map_or(0, |id| id.0);
            out.note(&format!("stopped at the limit; continue with --after {last}"));
        }
        store.close().await;
        Ok(Exit::Done)
    })
}

fn cells(line: &ItemLine) -> [String; 8] {
    [
        line.id.to_string(),
        line.state.to_owned(),
        escape_line(&line.kind),
        line.attempts.to_string(),
        seconds(&line.received_at),
        line.next_at.as_deref().map(seconds).unwrap_or_default(),
        line.dedup_key.chars().take(SHORT_KEY_CHARS).collect(),
        escape_line(&line.remark()),
    ]
}

/// Returns a time without its fraction of a second.
fn seconds(time: &str) -> String {
    time.split_once('.').map_or_else(|| time.to_owned(), |(time, _)| format!("{time}Z"))
}
