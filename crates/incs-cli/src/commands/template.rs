//! `incs template`: the templates of WhatsApp and RCS.

mod check;
mod definition;
pub(crate) mod manage;

use std::path::PathBuf;

use clap::{Args, Subcommand};

use self::definition::Channel;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// The arguments of `incs template`.
#[derive(Debug, Args)]
pub(crate) struct Template {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Args)]
struct ChannelArgs {
    /// Channel of the template
    #[arg(long, alias = "kind", value_name = "CHANNEL", ignore_case = true)]
    channel: Channel,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List templates, newest first
    List {
        #[command(flatten)]
        of: ChannelArgs,
        /// Maximum number of templates to list [default: all]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        limit: Option<u32>,
        /// Start after the template with this id
        #[arg(long, value_name = "ID")]
        after: Option<String>,
    },
    /// Show a template
    Get {
        #[command(flatten)]
        of: ChannelArgs,
        /// Id of the template
        #[arg(required_unless_present = "name")]
        id: Option<String>,
        /// Name of the template, instead of its id; of several languages the newest is shown
        #[arg(long, value_name = "NAME", conflicts_with = "id")]
        name: Option<String>,
    },
    /// Submit a template for review
    Create {
        #[command(flatten)]
        of: ChannelArgs,
        #[command(flatten)]
        options: manage::CreateOptions,
    },
    /// Delete a template (rcs)
    Delete {
        #[command(flatten)]
        of: ChannelArgs,
        /// Id of the template
        id: String,
    },
    /// Check a message against the definition of its template
    ///
    /// The definition comes from a file, or from the platform: by id, by name, or by the name in the message.
    /// With --json: {"valid", "violations": [{"pointer", "rule", "limit", "found", "message", "suggestion"?}], "warnings": […]}.
    Check {
        #[command(flatten)]
        of: ChannelArgs,
        /// File with the message; - for standard input
        file: PathBuf,
        #[command(flatten)]
        definition: check::Definition,
        /// Treat warnings as violations
        #[arg(long)]
        deny_warnings: bool,
    },
}

/// Runs the command.
pub(crate) fn run(args: Template, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List { of, limit, after } => {
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::list(&client, of.channel, limit, after, context.out))
        }
        Action::Get { of, id, name } => {
            let wanted = match (&id, &name) {
                (Some(id), _) => manage::TemplateRef::Id(id),
                (None, Some(name)) => manage::TemplateRef::Name(name),
                (None, None) => return Err(Failure::usage("neither an id nor --name is given")),
            };
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::show(&client, of.channel, wanted, context.out))
        }
        Action::Create { of, options } => manage::create(of.channel, &options, context),
        Action::Delete { of: ChannelArgs { channel: Channel::WhatsApp }, .. } => {
            Err(Failure::usage("cannot delete a WhatsApp template: the API has no known route for it")
                .with_help("delete the template in the INCS workbench"))
        }
        Action::Delete { of: ChannelArgs { channel: Channel::Rcs }, id } => {
            let client = connect::client(context)?;
            connect::runtime()?.block_on(manage::delete(&client, &id, context.out))
        }
        Action::Check { of, file, definition, deny_warnings } => {
            check::run(of.channel, &file, &definition, deny_warnings, context)
        }
    }
}
