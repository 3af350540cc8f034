//! `incs task`: work for agents in the INCS workbench.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use incs_facade::client::Client;
use incs_facade::model::limits::task::PAGE_SIZE_MAX;
use incs_facade::model::task::{self, ListQuery, NewTask, TaskStatus};
use incs_facade::model::{self, CivilTime, PhoneNumber, decode};

use super::validate::{Kind, Verdict, Violation};
use crate::args::Private;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Document;
use crate::output::{Columns, Context, Output};

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
    List(ListOptions),
    /// Give an agent a task
    Create(CreateOptions),
}

/// Runs it.
pub(crate) fn run(args: Task, context: &Context) -> Result<Exit, Failure> {
    match args.action {
        Action::List(options) => list(options, context),
        Action::Create(options) => create(options, context),
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

/// How far a task is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    NotStarted,
    InProgress,
    Done,
    Terminated,
}

#[derive(Debug, Args)]
struct ListOptions {
    /// Tasks that are so far
    #[arg(long, value_name = "STATUS")]
    status: Option<Status>,
    /// Tasks with this in their name
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// Tasks created from then on: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM:SS`, by the platform's clock
    #[arg(long, value_name = "TIME", value_parser = from_time)]
    from: Option<CivilTime>,
    /// Tasks created until then; a day is meant to its end
    #[arg(long, value_name = "TIME", value_parser = to_time)]
    to: Option<CivilTime>,
    /// The task of this id
    #[arg(long, value_name = "ID")]
    id: Option<u64>,
    /// The tasks that were created in this batch
    #[arg(long, value_name = "ID")]
    batch: Option<u64>,
    /// Stop after so many; without it all are listed
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), conflicts_with = "page")]
    limit: Option<u32>,
    /// This page only, counted from 1
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    page: Option<u32>,
    /// Tasks of one page
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
    let rows = columns.list(limit, out, async || tasks.next().await, cells).await?;
    match rows {
        0 => out.note("there are no such tasks"),
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

fn create(options: CreateOptions, context: &Context) -> Result<Exit, Failure> {
    let no_validate = options.no_validate;
    let task = task(options)?;
    let client = connect::client(context)?;
    let call = client.tasks().create(task);
    let call = if no_validate { call.without_validation() } else { call };
    let task = connect::runtime()?.block_on(async { call.await })?;
    if context.out.json {
        context.out.json(&task);
    } else {
        context.out.line(&format!("task {} for {}: {}", task.id, task.assignee_username, status_word(task.status)));
    }
    Ok(Exit::Done)
}

/// The task in the file or of the flags.
fn task(options: CreateOptions) -> Result<NewTask, Failure> {
    let CreateOptions { file, name, channel_id, to, assignee, description, user_name, no_validate } = options;
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
