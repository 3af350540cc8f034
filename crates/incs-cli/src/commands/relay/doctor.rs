//! `incs relay doctor`: checks a store, and lists what waits for a person.

#[cfg(feature = "postgres")]
mod server;

use std::time::Duration;

use clap::Args;
use humantime::FormattedDuration;
use incs_facade::model::Timestamp;
use incs_facade::relay::store::{
    InboxItem, ItemFilter, ItemState, OutboxFilter, OutboxState, SqliteStore, Stats, Store,
};

use crate::commands::doctor::report::{Check, CheckKind, Report};
use crate::commands::inbox::store::{OpenStore, StoreArgs, StoreFile, StoreName};
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// Number of messages or items that a check names.
const NAMED: usize = 10;

/// Age of the oldest queued message from which something is probably wrong.
const OLD: Duration = Duration::from_mins(10);

/// The arguments of `incs relay doctor`.
#[derive(Debug, Args)]
#[command(after_help = "It changes nothing, and works beside the processes that use the store.")]
pub(super) struct Doctor {
    #[command(flatten)]
    store: StoreArgs,
    /// Treat warnings as failures
    #[arg(long)]
    deny_warnings: bool,
}

/// Runs the command.
pub(super) async fn run(args: &Doctor, context: &Context) -> Result<Exit, Failure> {
    let name = args.store.name(context)?;
    let mut report = Report::new(context.out);
    match name.attach().await {
        Ok(store) => {
            report.check(Check::ok(CheckKind::Store, format!("{name} can be opened")))?;
            for check in checks(&name, &store).await? {
                report.check(check)?;
            }
            store.close().await;
        }
        // There is no such store.
        Err(failure) if failure.exit == Exit::Usage => return Err(failure),
        Err(failure) => {
            report.check(Check::of_store_failure(failure))?;
            let kinds: &[_] = match &name {
                StoreName::File(file) => {
                    report.check(permissions(file))?;
                    &CheckKind::OF_FILE
                }
                #[cfg(feature = "postgres")]
                StoreName::Database(_) => &CheckKind::OF_DATABASE,
            };
            for kind in kinds.iter().chain(&CheckKind::OF_STORE) {
                report.check(Check::skipped(*kind, "the store cannot be opened"))?;
            }
        }
    }
    report.end(args.deny_warnings)
}

async fn checks(name: &StoreName, store: &OpenStore) -> Result<Vec<Check>, Failure> {
    let stats = store.stats().await.map_err(|error| name.cannot("read", &error))?;
    let schema = Check::ok(CheckKind::Schema, format!("schema {}, the newest", store.schema()));
    let mut checks = match (name, store) {
        (StoreName::File(file), OpenStore::Sqlite(_)) => {
            let sqlite = Check::ok(CheckKind::Sqlite, format!("SQLite {}", SqliteStore::sqlite_version()));
            vec![permissions(file), schema, sqlite]
        }
        #[cfg(feature = "postgres")]
        (_, OpenStore::Postgres(store)) => {
            let server = store.server().await.map_err(|error| name.cannot("read", &error))?;
            vec![schema, server::settings(&server), server::autovacuum(&server), server::transactions(&server)]
        }
        #[cfg(feature = "postgres")]
        _ => vec![schema],
    };
    checks.extend([
        inbox(name, &**store, &stats).await?,
        outbox(&stats),
        evidence(&stats),
        decisions(name, &**store, &stats).await?,
    ]);
    Ok(checks)
}

/// Checks that only the owner of the files can read them.
fn permissions(file: &StoreFile) -> Check {
    let open: Vec<_> = file.readable_by_others();
    if open.is_empty() {
        return Check::ok(CheckKind::Permissions, "only the owner can read the files");
    }
    let names = open.join(", ");
    Check::warning(
        CheckKind::Permissions,
        format!("other users can read {names}"),
        "the files hold what customers wrote: chmod 600 them",
    )
}

/// Lists the dead letters of the inbox.
async fn inbox(name: &StoreName, store: &dyn Store, stats: &Stats) -> Result<Check, Failure> {
    let since = stats.oldest_open.map(|at| format!(" since {}", shown(age(at)))).unwrap_or_default();
    let counts = format!(
        "{} open{since}, {} blocked conversations, {} dead letters",
        stats.open, stats.blocked_keys, stats.dead
    );
    if stats.dead == 0 {
        return Ok(Check::ok(CheckKind::Inbox, counts));
    }
    let filter = ItemFilter { state: Some(ItemState::Dead), limit: NAMED, ..ItemFilter::default() };
    let dead = store.list(filter).await.map_err(|error| name.cannot("read", &error))?;
    let named = names(dead.iter().map(|item: &InboxItem| item.id.0), stats.dead);
    Ok(Check::warning(
        CheckKind::Inbox,
        format!("{counts}: {named}"),
        "`incs inbox show ID` shows an item, `incs inbox retry ID` hands it out again",
    ))
}

/// Shows the numbers of the outbox.
fn outbox(stats: &Stats) -> Check {
    let count = |state| stats.outbox.count(state);
    let counts = format!(
        "{} queued, {} being sent, {} accepted, {} not sent",
        count(OutboxState::Queued),
        count(OutboxState::Sending),
        count(OutboxState::Accepted),
        count(OutboxState::Rejected)
            + count(OutboxState::Dead)
            + count(OutboxState::Expired)
            + count(OutboxState::Cancelled),
    );
    match stats.outbox.oldest_queued.map(age).filter(|age| *age >= OLD) {
        Some(age) => Check::warning(
            CheckKind::Outbox,
            format!("{counts}; the oldest is queued since {}", shown(age)),
            "check that a program sends from this store; `incs outbox list --state queued` shows the last errors",
        ),
        None => Check::ok(CheckKind::Outbox, counts),
    }
}

/// Checks that the webhook that shows unknown sends arrives.
fn evidence(stats: &Stats) -> Check {
    let unknown = stats.outbox.count(OutboxState::Unknown) + stats.outbox.count(OutboxState::Unresolved);
    match stats.outbox.last_created_webhook {
        Some(at) => Check::ok(CheckKind::Evidence, format!("the last message_created webhook came at {at}")),
        None if unknown == 0 => {
            Check::ok(CheckKind::Evidence, "no message_created webhook has come, and no outcome is unknown")
        }
        None => Check::warning(
            CheckKind::Evidence,
            format!("{unknown} outcomes are unknown, and no message_created webhook has ever come"),
            "subscribe to message_created, and let the webhooks go into this store: without them, unknown outcomes are never found out",
        ),
    }
}

/// Lists the messages about which a person has to decide.
async fn decisions(name: &StoreName, store: &dyn Store, stats: &Stats) -> Result<Check, Failure> {
    let named = async |state: OutboxState| {
        let filter = OutboxFilter { state: Some(state), limit: NAMED, ..OutboxFilter::default() };
        let found = store.messages(filter).await.map_err(|error| name.cannot("read", &error))?;
        Ok::<_, Failure>(names(found.iter().map(|entry| entry.id.0), stats.outbox.count(state)))
    };
    let unresolved = stats.outbox.count(OutboxState::Unresolved);
    if unresolved > 0 {
        let named = named(OutboxState::Unresolved).await?;
        return Ok(Check::warning(
            CheckKind::Decisions,
            format!("{unresolved} messages wait for a person: {named}"),
            "`incs outbox show ID` shows what is known, `incs outbox resolve ID` records the decision",
        ));
    }
    let message = match stats.outbox.count(OutboxState::Unknown) {
        0 => "nothing waits for a person".to_owned(),
        unknown => {
            let named = named(OutboxState::Unknown).await?;
            format!("nothing waits for a person yet; {unknown} outcomes are unknown: {named}")
        }
    };
    Ok(Check::ok(CheckKind::Decisions, message))
}

/// Returns the time since a moment.
fn age(at: Timestamp) -> Duration {
    Duration::try_from(Timestamp::now().duration_since(at)).unwrap_or_default()
}

/// Returns a time in whole seconds, as in `1h 5m`.
fn shown(age: Duration) -> FormattedDuration {
    humantime::format_duration(Duration::from_secs(age.as_secs()))
}

/// Returns the numbers in words, as in `7, 9 and 12 more`.
fn names(ids: impl Iterator<Item = u64>, all: u64) -> String {
    let ids: Vec<_> = ids.map(|id| id.to_string()).collect();
    let more = all.saturating_sub(ids.len() as u64);
    let named = ids.join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_limited() {
        assert_eq!(names([7, 9].into_iter(), 2), "7, 9");
        assert_eq!(names([7, 9].into_iter(), 14), "7, 9 and 12 more");
    }
}
