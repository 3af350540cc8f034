//! The command line and its commands. The arguments of a command are built only when that command runs: building all of them
//! would take most of the start time.

pub(crate) mod auth;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod explain;
pub(crate) mod inbox;
pub(crate) mod outbox;
pub(crate) mod reference;
pub(crate) mod relay;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod status;
mod task;
pub(crate) mod template;
pub(crate) mod validate;
pub(crate) mod webhook;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Args as _, CommandFactory as _, Error, FromArgMatches, Parser, Subcommand};

use crate::args::{Color, Global};
use crate::exit::{Exit, Failure};
use crate::output::{Context, Output};

/// Send, track, validate and receive WhatsApp, Viber and RCS messages over INCS.
#[derive(Debug, Parser)]
#[command(name = "incs", version, propagate_version = true, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Declares the commands: for each its help line, its name, and the type of its arguments.
macro_rules! commands {
    ($( $sentence:literal $name:literal $variant:ident($arguments:ty), )+) => {
        /// A command with its arguments.
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
    "Run a one-minute demo against a local sandbox" "demo" Demo(demo::Demo),
    "Run a local INCS with a web console" "sandbox" Sandbox(sandbox::Sandbox),
    "Send one or more messages" "send" Send(send::Send),
    "Query the delivery status of messages" "status" Status(status::Status),
    "List, show, create, delete and check templates" "template" Template(template::Template),
    "List and create tasks for agents" "task" Task(task::Task),
    "Fetch access tokens" "auth" Auth(auth::Auth),
    "Validate messages, templates and tasks without sending them" "validate" Validate(validate::Validate),
    "Parse, verify, sign, post and receive webhooks" "webhook" Webhook(webhook::Webhook),
    "Store webhooks durably, hand them to your program, list, retry and replay them" "inbox" Inbox(inbox::Inbox),
    "List, show and resolve the messages of an outbox" "outbox" Outbox(outbox::Outbox),
    "Check, migrate and shrink the store of an inbox and outbox" "relay" Relay(relay::Relay),
    "Print, export and check JSON Schemas" "schema" Schema(schema::Schema),
    "Check the settings, the hosts, the clock and the credentials" "doctor" Doctor(doctor::Doctor),
    "Explain error codes of INCS, Meta, Exotel and Viber" "explain" Explain(explain::Explain),
    "Generate shell completions" "completions" Completions(reference::Completions),
    "Generate manual pages" "man" Man(reference::Man),
    "List the exit codes" "exit-codes" ExitCodes(reference::ExitCodes),
}

/// Parses the command line, runs the command, and returns its exit code.
pub(crate) fn main() -> ExitCode {
    Color::from_raw_args(std::env::args_os()).apply();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage_error(error).into(),
    };
    cli.global.color.apply();
    let out = Output { json: cli.global.json, quiet: cli.global.quiet };
    let context = Context { global: cli.global, out };
    finish(run(cli.command, &context), out).into()
}

/// Flushes standard output and reports the failure, if there is one.
fn finish(result: Result<Exit, Failure>, out: Output) -> Exit {
    let unwritten = out.flush().err().map(Failure::from);
    let (exit, failure) = match result {
        Ok(exit) => (exit, None),
        Err(failure) => (failure.exit, Some(failure)),
    };
    if let Some(failure) = &failure {
        out.failure(failure);
    }
    match unwritten {
        // The command may already have reported the write failure in more detail.
        Some(unwritten) if failure.is_none_or(|failure| !failure.is_unwritten) => {
            // A script must learn of an unknown outcome first.
            let exit = if exit == Exit::Unknown { exit } else { unwritten.exit };
            out.failure(&Failure { exit, ..unwritten });
            exit
        }
        _ => exit,
    }
}

/// Prints help or the version, or reports a wrong command line.
fn usage_error(mut error: Error) -> Exit {
    // The flags are not known yet.
    let json = std::env::args_os().take_while(|arg| arg != "--").any(|arg| arg == "--json");
    let out = Output { json, quiet: false };
    let help = help(&error);
    if help.is_some() {
        // The options that clap knows to be similar do something else.
        error.remove(ContextKind::SuggestedArg);
    }
    let text = error.render().ansi().to_string();
    if !error.use_stderr() {
        let text = text.strip_suffix('\n').unwrap_or(&text);
        return finish(out.line(text).map(|()| Exit::Done).map_err(Failure::from), out);
    }
    if json {
        let text = error.render().to_string();
        let message = text.trim().strip_prefix("error: ").unwrap_or(text.trim());
        out.failure(&Failure { help: help.map(str::to_owned), ..Failure::usage(message) });
    } else {
        out.note(&text);
        if let Some(help) = help {
            out.note(&format!("  help: {help}"));
        }
    }
    Exit::Usage
}

/// Returns the next step for an option that another form of a command has.
fn help(error: &Error) -> Option<&'static str> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option))
            if error.kind() == ErrorKind::UnknownArgument && ["--journal", "--resume"].contains(&option.as_str()) =>
        {
            Some("only a file has a journal: `incs send FILE --channel CHANNEL --journal JOURNAL`")
        }
        _ => None,
    }
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
        Command::Inbox(args) => inbox::run(args, context),
        Command::Outbox(args) => outbox::run(args, context),
        Command::Relay(args) => relay::run(&args, context),
        Command::Schema(args) => schema::run(args, context),
        Command::Doctor(args) => doctor::run(&args, context),
        Command::Explain(args) => explain::run(&args, context),
        Command::Completions(args) => reference::completions(&args, Cli::command(), context),
        Command::Man(args) => reference::man(&args, Cli::command(), context),
        Command::ExitCodes(_) => reference::exit_codes(context),
    }
}
