//! `incs webhook`.

mod listen;
mod parse;
mod request;
pub(crate) mod schema;
pub(crate) mod scheme;
mod sign;
mod trigger;
mod verify;

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
    /// Read every item of a body that was posted to you
    Parse(parse::Parse),
    /// Check who sent a request that was saved
    Verify(verify::Verify),
    /// Write what a sender adds to a body: headers, or a URL
    Sign(sign::Sign),
    /// Post a sample of an event to a URL
    Trigger(trigger::Trigger),
    /// Receive webhooks here: verify, show, forward and save them
    Listen(listen::Listen),
}

/// Runs it.
pub(crate) fn run(args: Webhook, context: &Context) -> Result<Exit, Failure> {
    match args.command {
        Command::Parse(args) => parse::run(&args, context),
        Command::Verify(args) => verify::run(&args, context),
        Command::Sign(args) => sign::run(&args, context),
        Command::Trigger(args) => trigger::run(&args, context),
        Command::Listen(args) => listen::run(args, context),
    }
}
