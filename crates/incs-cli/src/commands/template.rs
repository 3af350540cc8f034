//! `incs template`: what is sent to customers who have not written lately.

mod check;
mod definition;
mod manage;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::definition::Channel;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs template`.
#[derive(Debug, Args)]
#[command(about = "List, read, create, delete and check templates")]
pub(crate) struct Template {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Args)]
struct OfChannel {
    /// The channel of the template
    #[arg(long, alias = "kind", value_name = "CHANNEL", ignore_case = true)]
    channel: Channel,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the templates, newest first
    List {
        #[command(flatten)]
        of: OfChannel,
        /// Stop after so many; without it all are listed
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
        /// Begin after the template of this id
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
    /// Show one template
    Get {
        #[command(flatten)]
        of: OfChannel,
        /// Its id
        id: String,
    },
    /// Submit a template for review
    Create {
        #[command(flatten)]
        of: OfChannel,
        #[command(flatten)]
        options: manage::CreateOptions,
    },
    /// Delete a template (RCS)
    Delete {
        #[command(flatten)]
        of: OfChannel,
        /// Its id
        id: String,
    },
    /// Compare a message to send with the definition of its template
    ///
    /// The definition comes from a file, or from the platform: by its id, by its name, or by the name in the message.
    /// With --json: {"valid", "violations": [{"pointer", "rule", "limit", "found", "message"}]}.
    Check {
        #[command(flatten)]
        of: OfChannel,
        /// The message; - for standard input
        file: PathBuf,
        #[command(flatten)]
        definition: check::Definition,
    },
}

/// Runs it.
pub(crate) fn run(args: Template, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List { of, limit, after } => {
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::list(&client, of.channel, limit, after, context.out))
        }
        Action::Get { of, id } => {
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::show(&client, of.channel, &id, context.out))
        }
        Action::Create { of, options } => manage::create(of.channel, &options, context),
        Action::Delete { of: OfChannel { channel: Channel::WhatsApp }, .. } => {
            Err(Failure::usage("no route is known that deletes a WhatsApp template")
                .with_help("delete it in the INCS workbench"))
        }
        Action::Delete { of: OfChannel { channel: Channel::Rcs }, id } => {
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::delete(&client, &id, context.out))
        }
        Action::Check { of, file, definition } => check::run(of.channel, &file, &definition, context),
    }
}
