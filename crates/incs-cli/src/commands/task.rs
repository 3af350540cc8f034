//! `incs task`: tasks for agents in the INCS workbench.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use incs_facade::client::Client;
use incs_facade::model::limits::task::PAGE_SIZE_MAX;
use incs_facade::model::task::{self, ListQuery, NewTask, TaskStatus};
use incs_facade::model::{self, CivilTime, PhoneNumber, decode};

use super::validate::{Kind, Verdict};
use crate::args::Private;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Entry;
use crate::lines::Violation;
use crate::output::{Columns, Context, Output};

/// The arguments of `incs task`.
#[derive(Debug, Args)]
pub(crate) struct Task {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List tasks
    List(ListOptions),
    /// Create a task for an agent
    Create(CreateOptions),
}

/// Runs the command.
pub(crate) fn run(args: Task, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List(options) => list(options, context),
        Action::Create(options) => create(options, context),
    }
}

/// Returns the status of a task in words.
fn status_word(status: TaskStatus) -> String {
    match status {
        TaskStatus::NotStarted => "not started".to_owned(),
        TaskStatus::InProgress => "in progress".to_owned(),
        TaskStatus::Done => "done".to_owned(),
        TaskStatus::Terminated => "terminated".to_owned(),
        other => other.to_string(),
    }
}

/// The status of a task.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    NotStarted,
    InProgress,
    Done,
    Terminated,
}

#[derive(Debug, Args)]
struct ListOptions {
    /// Only tasks with this status
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Only tasks with this text in their name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Only tasks created at or after this time: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`, by the platform's clock
    #[arg(long, value_name = "TIME", value_parser = from_time)]
    from: Option<CivilTime>,
    /// Only tasks created at or before this time; a date includes the whole day
    #[arg(long, value_name = "TIME", value_parser = to_time)]
    to: Option<CivilTime>,
    /// Only the task with this id
    #[arg(long, value_name = "ID")]
    id: Option<u64>,
    /// Only tasks created in this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u64>,
    /// Maximum number of tasks to list [default: all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "page")]
    limit: Option<u32>,
    /// List only this page, counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,
    /// Number of tasks per page
    #[arg(
        long, value_name = "N", default_value_t = PAGE_SIZE_MAX,
        value_parser = clap::value_parser!(u32).range(1..=i64::from(PAGE_SIZE_MAX)),
    )]
    page_size: u32,
}

fn list(options: ListOptions, context: &Context) -> Result<Exit, Failure> {
    let client = connect::client(context)?;
    connect::runtime()?.block_on(list_with(&client, options, context.out))
}

async fn list_with(client: &Client, options: ListOptions, out: Output) -> Result<Exit, Failure> {
    let limit = options.page.map(|_| options.page_size).or(options.limit).unwrap_or(u32::MAX);
    let is_one_page = options.page.is_some();
    let mut tasks = client.tasks().list(query(options));
    let columns = Columns::new(["id", "status", "assignee", "customer", "created", "name"]);
    let cells = |task: task::Task| {
        [
            task.id.to_string(),
            status_word(task.status),
            task.assignee_username.to_string(),
            task.user_phone.as_str().to_owned(),
            task.created_at.to_string(),
            task.name,
        ]
    };
    let rows = columns.list(limit, out, async || tasks.try_next().await, cells).await?;
    match rows {
        0 => out.note("no matching tasks"),
        rows if rows == limit && !is_one_page && !tasks.is_done() => {
            out.note(&format!("stopped after {rows}; there may be more"));
        }
        _ => {}
    }
    Ok(Exit::Done)
}

fn query(options: ListOptions) -> ListQuery {
    let status = options.status.map(|status| match status {
        Status::NotStarted => TaskStatus::NotStarted,
        Status::InProgress => TaskStatus::InProgress,
        Status::Done => TaskStatus::Done,
        Status::Terminated => TaskStatus::Terminated,
    });
    let size = options.limit.map_or(options.page_size, |limit| limit.min(options.page_size));
    let mut query = ListQuery::new().with_page_size(size);
    query.status = status;
    query.name = options.name;
    query.start_at = options.from;
    query.end_at = options.to;
    query.task_id = options.id.map(Into::into);
    query.creation_id = options.batch.map(Into::into);
    query.page = options.page;
    query
}

fn from_time(text: &str) -> Result<CivilTime, String> {
    time(text, "00:00:00")
}

fn to_time(text: &str) -> Result<CivilTime, String> {
    time(text, "23:59:59")
}

fn time(text: &str, of_day: &str) -> Result<CivilTime, String> {
    let forms = [CivilTime::from(text), CivilTime::from(format!("{text} {of_day}"))];
    forms.into_iter().find(CivilTime::is_parsed).ok_or_else(|| "expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS".to_owned())
}

#[derive(Debug, Args)]
struct CreateOptions {
    /// File with the task as a JSON object, instead of the options below; - for standard input
    #[arg(value_name = "FILE", conflicts_with_all = ["name", "channel_id", "to", "assignee", "description", "user_name"])]
    file: Option<PathBuf>,
    /// Name of the task
    #[arg(long, required_unless_present = "file")]
    name: Option<Private>,
    /// Id of the WhatsApp channel to write from
    #[arg(long, value_name = "ID", required_unless_present = "file")]
    channel_id: Option<u64>,
    /// Phone number of the customer with its country code
    #[arg(long, value_name = "NUMBER", required_unless_present = "file")]
    to: Option<Private>,
    /// Login name of the agent
    #[arg(long, value_name = "USERNAME", required_unless_present = "file")]
    assignee: Option<Private>,
    /// Description for the agent
    #[arg(long, value_name = "TEXT")]
    description: Option<Private>,
    /// Name of the customer
    #[arg(long, value_name = "NAME")]
    user_name: Option<Private>,
    /// Skip validation against the known rules of the platform
    #[arg(long)]
    no_validate: bool,
}

fn create(options: CreateOptions, context: &Context) -> Result<Exit, Failure> {
    let no_validate = options.no_validate;
    let task = task(options, context.out)?;
    let client = connect::client(context)?;
    let call = client.tasks().create(task).validate(!no_validate);
    let task = connect::runtime()?.block_on(async { call.await })?;
    if context.out.json {
        context.out.record_json(&task)?;
    } else {
        context.out.record(&format!(
            "task {} for {}: {}",
            task.id,
            task.assignee_username,
            status_word(task.status)
        ))?;
    }
    Ok(Exit::Done)
}

/// Reads the task from the file or from the options.
fn task(options: CreateOptions, out: Output) -> Result<NewTask, Failure> {
    let CreateOptions { file, name, channel_id, to, assignee, description, user_name, no_validate } = options;
    if let Some(file) = file {
        let document = Entry::read(&file)?;
        let verdict = Kind::Task.check(&document);
        let verdict = if no_validate { verdict.only_unknown_members() } else { verdict };
        verdict.into_result(&document.name, out)?;
        return decode(&document.body).or_else(|error| {
            Verdict::of([Violation::of_decoding(&error, document.line)]).into_result(&document.name, out)?;
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
    if !no_validate {
        Verdict::of_report(&model::check(&task), None, 1).into_result("the task", out)?;
    }
    Ok(task)
}
