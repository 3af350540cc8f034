//! `incs task list`.

use clap::{Args, ValueEnum};
use incs_facade::client::Client;
use incs_facade::model::CivilTime;
use incs_facade::model::limits::task::PAGE_SIZE_MAX;
use incs_facade::model::task::{ListQuery, Task, TaskStatus};

use super::status_word;
use crate::columns::Columns;
use crate::commands::runtime;
use crate::connect;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// How far a task is.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Status {
    NotStarted,
    InProgress,
    Done,
    Terminated,
}

#[derive(Debug, Args)]
pub(super) struct Options {
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

pub(super) fn run(options: Options, context: &Context) -> Result<Exit, Failure> {
    let client = connect::client(context)?;
    runtime()?.block_on(list(&client, options, context.out))
}

async fn list(client: &Client, options: Options, out: Output) -> Result<Exit, Failure> {
    let limit = options.page.map(|_| options.page_size).or(options.limit).unwrap_or(u32::MAX);
    let is_one_page = options.page.is_some();
    let mut tasks = client.tasks().list(query(options));
    let columns = Columns::new(["id", "status", "assignee", "customer", "created", "name"]);
    let cells = |task: Task| {
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

fn query(options: Options) -> ListQuery {
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
