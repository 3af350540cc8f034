//! `incs task create`.

use std::path::PathBuf;

use clap::Args;
use incs_facade::model::task::NewTask;
use incs_facade::model::{self, PhoneNumber, decode};

use super::status_word;
use crate::args::Private;
use crate::commands::runtime;
use crate::commands::validate::{Document, Kind, Verdict, Violation};
use crate::connect;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The task as a JSON object; - for standard input. Or describe it by flags
    #[arg(value_name = "FILE", conflicts_with_all = ["name", "channel_id", "to", "assignee", "description", "user_name"])]
    file: Option<PathBuf>,
    /// What the agent sees
    #[arg(long, required_unless_present = "file")]
    name: Option<Private>,
    /// The WhatsApp channel to write from
    #[arg(long, value_name = "ID", required_unless_present = "file")]
    channel_id: Option<u64>,
    /// The customer's phone number with its country code
    #[arg(long, value_name = "NUMBER", required_unless_present = "file")]
    to: Option<Private>,
    /// The login name of the agent who gets the task
    #[arg(long, value_name = "USERNAME", required_unless_present = "file")]
    assignee: Option<Private>,
    /// What the agent sees below the name
    #[arg(long, value_name = "TEXT")]
    description: Option<Private>,
    /// The customer's name
    #[arg(long, value_name = "NAME")]
    user_name: Option<Private>,
    /// Create also what breaks the known rules of the platform
    #[arg(long)]
    no_validate: bool,
}

pub(super) fn run(options: Options, context: &Context) -> Result<Exit, Failure> {
    let no_validate = options.no_validate;
    let task = task(options)?;
    let client = connect::client(context)?;
    let call = client.tasks().create(task);
    let call = if no_validate { call.without_validation() } else { call };
    let task = runtime()?.block_on(async { call.await })?;
    if context.out.json {
        context.out.json(&task);
    } else {
        context.out.line(&format!("task {} for {}: {}", task.id, task.assignee_username, status_word(task.status)));
    }
    Ok(Exit::Done)
}

/// The task in the file or of the flags.
fn task(options: Options) -> Result<NewTask, Failure> {
    let Options { file, name, channel_id, to, assignee, description, user_name, no_validate } = options;
    if let Some(file) = file {
        let document = Document::read(&file)?;
        if !no_validate {
            Kind::Task.check(&document).into_result(&document.name)?;
        }
        return decode(&document.body).or_else(|error| {
            Verdict::of([Violation::of_decoding(&error, document.line)]).into_result(&document.name)?;
            Err(Failure::usage(error.to_string()))
        });
    }
    let (Some(name), Some(channel), Some(to), Some(assignee)) = (name, channel_id, to, assignee) else {
        return Err(Failure::usage("a task needs --name, --channel-id, --to and --assignee, or a FILE"));
    };
    let to: PhoneNumber = to.0.parse().map_err(|error| Failure::usage(format!("--to: {error}")))?;
    let mut task = NewTask::new(name.0, channel, to, assignee.0);
    task.description = description.map(|text| text.0);
    task.user_name = user_name.map(|text| text.0);
    if !no_validate && let Err(report) = model::validate(&task) {
        let violations = report.violations().iter().map(Violation::from);
        Verdict::of(violations).into_result("the task")?;
    }
    Ok(task)
}
