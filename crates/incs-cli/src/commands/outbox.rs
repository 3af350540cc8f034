//! `incs outbox`: messages that are stored before they are sent.

mod audit;
mod decide;
pub(crate) mod lines;
mod list;
mod show;
mod stats;

use clap::{Args, Subcommand};
use incs_facade::relay::store::{OutboxEntry, OutboxFilter, OutboxId, Store};

use super::inbox::store::StoreName;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs outbox`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Outbox {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List the messages
    List(list::List),
    /// Show one message, the evidence about an unknown outcome, and what to do next
    Show(show::Show),
    /// Record what a person found out about a message with an unknown outcome
    Resolve(decide::Resolve),
    /// Cancel messages that are not being sent yet
    Cancel(decide::Cancel),
    /// List accepted messages without a receipt, and ask the platform about them
    Audit(audit::Audit),
    /// Print the state of the outbox in numbers
    Stats(stats::Stats),
}

/// Runs the command.
pub(crate) fn run(args: Outbox, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Resolve(args) => decide::resolve(&args, context),
        Command::Cancel(args) => decide::cancel(&args, context),
        Command::Audit(args) => audit::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
    }
}

/// Returns a message.
async fn find(name: &StoreName, store: &dyn Store, id: OutboxId) -> Result<Option<OutboxEntry>, Failure> {
    let filter = OutboxFilter { id: Some(id), limit: 1, ..OutboxFilter::default() };
    let mut found = store.messages(filter).await.map_err(|error| name.cannot("read", &error))?;
    Ok(found.pop())
}

/// Returns a time without its fraction of a second.
fn seconds(time: &str) -> String {
    time.split_once('.').map_or_else(|| time.to_owned(), |(time, _)| format!("{time}Z"))
}
