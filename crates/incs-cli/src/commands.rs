//! One file a command.

pub(crate) mod auth;
pub(crate) mod completions;
pub(crate) mod demo;
pub(crate) mod exit_codes;
pub(crate) mod man;
pub(crate) mod sandbox;
pub(crate) mod schema;
pub(crate) mod send;
pub(crate) mod status;
pub(crate) mod task;
pub(crate) mod template;
pub(crate) mod validate;
pub(crate) mod webhook;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Cli, Color, Command};
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

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
fn misread(error: &clap::Error) -> ExitCode {
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
        Command::Completions(args) => Ok(completions::run(&args, context)),
        Command::Man(args) => man::run(&args, context),
        Command::ExitCodes(_) => Ok(exit_codes::run(context)),
    }
}

/// The runtime of a command that waits for the network.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Failure, format!("no runtime: {error}")))
}
