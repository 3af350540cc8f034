//! `incs webhook`.

pub(crate) mod listen;
pub(crate) mod parse;
pub(crate) mod receiver;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod scheme;
pub(crate) mod server;
pub(crate) mod sign;
pub(crate) mod trigger;
pub(crate) mod verify;

use clap::{Args, Subcommand};

use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs webhook`.
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Webhook {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Parse a webhook body into its items
    Parse(parse::Parse),
    /// Verify the sender of a saved request
    Verify(verify::Verify),
    /// Print the headers or the URL that prove a sender
    Sign(sign::Sign),
    /// Post a sample event to a URL
    Trigger(trigger::Trigger),
    /// Receive webhooks on this machine: verify, show, forward and save them
    Listen(listen::Listen),
}

/// Runs the command.
pub(crate) fn run(args: Webhook, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Command::Parse(args) => parse::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Sign(args) => sign::run(&args, context),
        Command::Trigger(args) => trigger::run(&args, context),
        Command::Listen(args) => listen::run(args, context),
    }
}
