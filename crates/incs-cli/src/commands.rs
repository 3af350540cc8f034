//! The command line and its commands. What a command takes is described only when it is asked for: describing all of them is
//! most of the work of a start.

mod auth;
mod demo;
mod reference;
mod sandbox;
mod schema;
mod send;
mod status;
mod task;
mod template;
pub(crate) mod validate;
pub(crate) mod webhook;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{ArgMatches, Args as _, CommandFactory as _, Error, FromArgMatches, Parser, Subcommand};

use crate::args::{Color, Global};
use crate::exit::{Exit, Failure};
use crate::output::{Context, Output};

/// Send, ask, check and receive messages of INCS (WhatsApp, Viber, RCS), with a local sandbox.
#[derive(Debug, Parser)]
#[command(name = "incs", version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

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
    "Write completions for a shell" "completions" Completions(reference::Completions),
    "Write the manual page" "man" Man(reference::Man),
    "The exit codes and what they mean" "exit-codes" ExitCodes(reference::ExitCodes),
}

/// Reads the command line, runs the command, and says how it ended.
pub(crate) fn main() -> ExitCode {
    Color::asked(std::env::args_os()).apply();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return misread(&error),
    };
    cli.global.color.apply();
    let out = Output { json: cli.global.json, quiet: cli.global.quiet };
    let context = Context { global: cli.global, out };
    match run(cli.command, &context) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            context.out.failure(&failure);
            failure.exit.into()
        }
    }
}

/// Ends after help or version, or because the command line is wrong.
fn misread(error: &Error) -> ExitCode {
    if !error.use_stderr() {
        // The reader may have gone.
        let _ = error.print();
        return Exit::Done.into();
    }
    // The flags are not known yet.
    let json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    if json {
        let text = error.render().to_string();
        let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
        Output { json, quiet: false }.failure(&Failure::usage(message));
    } else {
        let _ = error.print();
    }
    Exit::Usage.into()
}

fn run(command: Command, context: &Context) -> Result<Exit, Failure> {
    match command {
        Command::Demo(args) => demo::run(&args, context),
        Command::Sandbox(args) => sandbox::run(&args, context),
        Command::Send(args) => send::run(args, context),
        Command::Status(args) => status::run(args, context),
        Command::Template(args) => template::run(args, context),
        Command::Task(args) => task::run(args, context),
        Command::Auth(args) => auth::run(args, context),
        Command::Validate(args) => validate::run(&args, context),
        Command::Webhook(args) => webhook::run(args, context),
        Command::Schema(args) => schema::run(args, context),
        Command::Completions(args) => Ok(reference::completions(&args, Cli::command(), context)),
        Command::Man(args) => reference::man(&args, Cli::command(), context),
        Command::ExitCodes(_) => Ok(reference::exit_codes(context)),
    }
}
