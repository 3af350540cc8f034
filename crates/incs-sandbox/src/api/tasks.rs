//! `POST` and `GET /external/tasks`, and `POST /external/auth/token`, which issues their tokens.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::auth::{Token, TokenRequest};
use incs_model::limits::task::PAGE_SIZE_DEFAULT;
use incs_model::task::{ListQuery, NewTask, Task, TaskLog, TaskLogKind, TaskPage, TaskStatus};
use incs_model::{Address, CivilTime, Timestamp, decode, validate};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::call::{Query, Reply, check_token, unauthenticated};
use crate::channel::Channel;
use crate::state::events::EventKind;
use crate::state::{App, Records};

/// The password that is always refused.
const WRONG_PASSWORD: &str = "wrong";

/// Creates a task and assigns it to the agent. It stays not started: no call is known that changes that.
pub(crate) async fn create(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    check_token(&app, &headers)?;
    let WithType { .. } = decode(&body).map_err(|error| Reply::unreadable(&error))?;
    let new: NewTask = decode(&body).map_err(|error| Reply::unreadable(&error))?;
    validate(&new).map_err(|invalid| Reply::invalid(&invalid))?;
    if new.auth_id.as_u64() != Channel::WhatsApp.id() {
        return Err(Reply::invalid_parameter("/auth_id", "the id of the WhatsApp channel"));
    }
    let task = app.change(|records, now| add(records, new, now));
    Ok(Reply::success(&task))
}

/// Lists tasks, the newest first (inferred).
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Reply, Reply> {
    check_token(&app, &headers)?;
    let query = read(&Query::parse(query.as_deref()))?;
    validate(&query).map_err(|invalid| Reply::invalid(&invalid))?;
    let size = usize::try_from(query.page_size.unwrap_or(PAGE_SIZE_DEFAULT)).unwrap_or(usize::MAX);
    let before = usize::try_from(query.page.unwrap_or(1).saturating_sub(1)).unwrap_or(usize::MAX).saturating_mul(size);
    let records = app.records();
    let found: Vec<&Task> = records.tasks.iter().rev().filter(|task| fits(&query, task)).collect();
    let rows: Vec<Task> = found.iter().skip(before).take(size).map(|&task| task.clone()).collect();
    let total = found.len() as u64;
    drop(records);
    Ok(Reply::success(&TaskPage::new(total, rows)))
}

/// Issues a token to any account, unless its password is `wrong`. The member `token` is inferred.
pub(crate) async fn token(State(app): State<Arc<App>>, body: Bytes) -> Result<Reply, Reply> {
    let request: TokenRequest = decode(&body).map_err(|error| Reply::unreadable(&error))?;
    validate(&request).map_err(|invalid| Reply::invalid(&invalid))?;
    if request.password.expose() == WRONG_PASSWORD {
        return Err(unauthenticated());
    }
    let token = app.change(|records, _| records.tasks.add_token(records.seed));
    Ok(Reply::success(&Token::in_member("token", token)))
}

/// Requires the member `type`. The model has a default for it, but the platform requires it.
#[derive(Deserialize)]
struct WithType {
    #[serde(rename = "type")]
    _kind: IgnoredAny,
}

/// Adds a task, and returns it as in the reply to the creation: with the conversation id, which the list does not have.
fn add(records: &mut Records, new: NewTask, now: Timestamp) -> Task {
    let id = records.tasks.next();
    let conversation = records.conversation(Channel::WhatsApp, new.user_phone.as_str()).id;
    let at = civil(now);
    let log = |place: u64, kind: TaskLogKind, agent: &str| {
        let (is, was) = (TaskStatus::NotStarted, TaskStatus::NotStarted);
        TaskLog::new(2 * id - 1 + place, kind, is, was, agent, "", at.clone(), at.clone())
    };
    let logs = vec![log(0, TaskLogKind::Created, ""), log(1, TaskLogKind::Assigned, new.assignee_username.as_str())];
    let mut task = Task::new(
        id,
        id,
        new.auth_id,
        new.name,
        new.r#type,
        Address::from(&new.user_phone),
        new.assignee_username,
        TaskStatus::NotStarted,
        at.clone(),
        at.clone(),
    )
    .with_logs(logs);
    // The sampled reply has both, so always include them.
    task.description = Some(new.description.unwrap_or_default());
    task.user_name = Some(new.user_name.unwrap_or_default());
    records.events.send(EventKind::Task, &task);
    for gone in records.tasks.add(task.clone()) {
        forget_conversation(records, gone.user_phone.as_str());
    }
    task.with_conversation_id(conversation)
}

/// Forgets a conversation that only a task has kept.
fn forget_conversation(records: &mut Records, customer: &str) {
    let is_held = records.tasks.iter().any(|task| task.user_phone.as_str() == customer);
    let key = (Channel::WhatsApp, customer.to_owned());
    if !is_held && records.conversations.get(&key).is_some_and(|conversation| conversation.messages.is_empty()) {
        records.conversations.remove(&key);
    }
}

fn read(query: &Query) -> Result<ListQuery, Reply> {
    let mut list = ListQuery::new();
    list.task_id = query.number::<u64>("task_id")?.map(Into::into);
    list.creation_id = query.number::<u64>("creation_id")?.map(Into::into);
    list.r#type = query.number::<i64>("type")?.map(Into::into);
    list.status = query.number::<i64>("status")?.map(Into::into);
    list.name = query.get("name").map(str::to_owned);
    list.start_at = time(query, "start_at")?;
    list.end_at = time(query, "end_at")?;
    list.page = query.number("page")?;
    list.page_size = query.number("page_size")?;
    Ok(list)
}

fn time(query: &Query, name: &str) -> Result<Option<CivilTime>, Reply> {
    match query.get(name).map(CivilTime::from) {
        Some(time) if !time.is_parsed() => {
            Err(Reply::invalid_parameter(&format!("/{name}"), "a time like 2026-05-04 10:02:31"))
        }
        time => Ok(time),
    }
}

fn fits(query: &ListQuery, task: &Task) -> bool {
    // All times use the same zone, so any zone gives the same result here.
    let at = task.created_at.at_offset(0);
    query.task_id.is_none_or(|id| id == task.id)
        && query.creation_id.is_none_or(|id| id == task.creation_id)
        && query.r#type.is_none_or(|kind| kind == task.r#type)
        && query.status.is_none_or(|status| status == task.status)
        && query.name.as_ref().is_none_or(|name| task.name.contains(name.as_str()))
        && query.start_at.as_ref().is_none_or(|from| from.at_offset(0) <= at)
        && query.end_at.as_ref().is_none_or(|to| at <= to.at_offset(0))
}

/// Formats a time in UTC without a zone. The platform's zone is **unknown**.
fn civil(now: Timestamp) -> CivilTime {
    let text = now.to_string();
    CivilTime::from(text.get(..19).unwrap_or(&text).replace('T', " "))
}
