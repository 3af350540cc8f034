//! The commands. What one takes is described only when it is asked for: describing all of them is most of the work of a start.

use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, Error, FromArgMatches, Subcommand};

use crate::commands::{
    auth, completions, demo, exit_codes, man, sandbox, schema, send, status, task, template, validate, webhook,
};

/// Declares the commands: each has a sentence, which lists show, a name, and the type of what it takes.
macro_rules! commands {
    ($( $sentence:literal $name:literal $variant:ident($arguments:ty), )+) => {
        /// What to do.
        #[derive(Debug)]
        pub(crate) enum Command {
            $( #[doc = $sentence] $variant($arguments), )+
        }

        impl Subcommand for Command {
            fn augment_subcommands(program: clap::Command) -> clap::Command {
                program$( .subcommand(
                    clap::Command::new($name)
                        .about($sentence)
                        .defer(|command| <$arguments>::augment_args(command).about($sentence)),
                ) )+
            }

            fn augment_subcommands_for_update(program: clap::Command) -> clap::Command {
                Self::augment_subcommands(program)
            }

            fn has_subcommand(name: &str) -> bool {
                [$( $name ),+].contains(&name)
            }
        }

        impl FromArgMatches for Command {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
                Self::from_arg_matches_mut(&mut matches.clone())
            }

            fn from_arg_matches_mut(matches: &mut ArgMatches) -> Result<Self, Error> {
                match matches.remove_subcommand() {
                    $( Some((name, mut matches)) if name == $name => {
                        <$arguments>::from_arg_matches_mut(&mut matches).map(Self::$variant)
                    } )+
                    _ => Err(Error::raw(ErrorKind::MissingSubcommand, "no command was given")),
                }
            }

            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
                *self = Self::from_arg_matches(matches)?;
                Ok(())
            }
        }
    };
}

commands! {
    "Show in a minute what all of this does: a sandbox, sends, receipts, replies" "demo" Demo(demo::Demo),
    "Run a local INCS with a web console" "sandbox" Sandbox(sandbox::Sandbox),
    "Send one message or many" "send" Send(send::Send),
    "Ask what became of messages" "status" Status(status::Status),
    "List, read, create, delete and check templates" "template" Template(template::Template),
    "List and create tasks" "task" Task(task::Task),
    "Get a token" "auth" Auth(auth::Auth),
    "Check a message against every rule of the platform" "validate" Validate(validate::Validate),
    "Read, verify, sign, post and receive webhooks" "webhook" Webhook(webhook::Webhook),
    "JSON Schemas of all that is sent and received" "schema" Schema(schema::Schema),
    "Write completions for a shell" "completions" Completions(completions::Completions),
    "Write the manual page" "man" Man(man::Man),
    "The exit codes and what they mean" "exit-codes" ExitCodes(exit_codes::ExitCodes),
}
