//! `incs task`: work for agents in the INCS workbench.

mod create;
mod listing;

use clap::{Args, Subcommand};
use incs_facade::model::task::TaskStatus;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

/// The arguments of `incs task`.
#[derive(Debug, Args)]
#[command(about = "List and create tasks")]
pub(crate) struct Task {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tasks
    List(listing::Options),
    /// Give an agent a task
    Create(create::Options),
}

/// Runs it.
pub(crate) fn run(args: Task, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List(options) => listing::run(options, context),
        Action::Create(options) => create::run(options, context),
    }
}

/// How far a task is, in words.
fn status_word(status: TaskStatus) -> String {
    match status {
        TaskStatus::NotStarted => "not started".to_owned(),
        TaskStatus::InProgress => "in progress".to_owned(),
        TaskStatus::Done => "done".to_owned(),
        TaskStatus::Terminated => "terminated".to_owned(),
        other => other.to_string(),
    }
}
