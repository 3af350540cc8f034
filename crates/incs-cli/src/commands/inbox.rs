//! `incs inbox`: webhooks that are stored before they are answered.

mod erase;
pub(crate) mod lines;
mod list;
mod operate;
pub(crate) mod serve;
mod show;
mod stats;
pub(crate) mod store;

use clap::{Args, Subcommand};

use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs inbox`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Inbox {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Receive webhooks, store them durably, and forward their items to a URL
    Serve(serve::Serve),
    /// List the stored items
    List(list::List),
    /// Show one item, or print its stored bytes
    Show(show::Show),
    /// Make the next attempt of failed items now, or hand out dead letters again
    Retry(operate::Operate),
    /// Make open items dead letters, which are not handed out
    DeadLetter(operate::Operate),
    /// Hand out copies of items that are done or dead
    Replay(operate::Operate),
    /// Remove the bytes of every item that names a person
    Erase(erase::Erase),
    /// Print the state of the store in numbers
    Stats(stats::Stats),
}

/// Runs the command.
pub(crate) fn run(args: Inbox, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Command::Serve(args) => serve::run(&args, context),
        Command::List(args) => list::run(&args, context),
        Command::Show(args) => show::run(&args, context),
        Command::Retry(args) => operate::run(&args, operate::Action::Retry, context),
        Command::DeadLetter(args) => operate::run(&args, operate::Action::DeadLetter, context),
        Command::Replay(args) => operate::run(&args, operate::Action::Replay, context),
        Command::Erase(args) => erase::run(&args, context),
        Command::Stats(args) => stats::run(&args, context),
    }
}
