//! `/templates` and `/tasks`: lists, and the review of a template.

use incs_model::task::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Get, Post};
use super::route::{AdminRequest, ApiError, Empty, Json, Route, limit, route};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::App;
use crate::state::templates::{APPROVED, REJECTED, TemplateRecord};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/templates", "listTemplates", "Templates of both kinds, newest first, the stock last")
            .infallible(list),
        route(Post, "/templates/{template}/review", "reviewTemplate", "Approves or rejects a template").handler(review),
        route(Get, "/tasks", "listTasks", "Tasks, newest first").infallible(tasks),
    ]
}

/// Filters of a list of templates.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TemplateFilter {
    /// Only templates of this channel.
    channel: Option<Channel>,
    /// Only templates with a lower number.
    before: Option<u64>,
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

fn list(app: &App, request: AdminRequest<Empty, TemplateFilter>) -> Vec<TemplateRecord> {
    let TemplateFilter { channel, before, limit: max } = request.query;
    let records = app.records();
    let wanted = records.templates.iter().rev().filter(|entry| {
        channel.is_none_or(|channel| channel == entry.channel) && before.is_none_or(|before| entry.number < before)
    });
    wanted.take(limit(max)).cloned().collect()
}

/// The path of one template.
#[derive(Debug, Deserialize, JsonSchema)]
struct TemplatePath {
    /// The template's number, or the platform's id.
    template: String,
}

/// The result of a review.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    status: Decision,
    /// The reason of a rejection.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Decision {
    Approved,
    Rejected,
}

fn review(app: &App, request: AdminRequest<TemplatePath, Empty, Json<Review>>) -> Result<TemplateRecord, ApiError> {
    let Review { status, reason } = request.body.0;
    let reason = match (status, reason) {
        (Decision::Approved, Some(_)) => {
            return Err(ApiError::unprocessable("/reason", "only a rejected template has a reason"));
        }
        (Decision::Approved, None) => String::new(),
        (Decision::Rejected, reason) => reason.unwrap_or_else(|| "INVALID_FORMAT".to_owned()),
    };
    if reason.chars().count() > 1000 {
        return Err(ApiError::unprocessable("/reason", "at most 1000 characters"));
    }
    let status = if status == Decision::Approved { APPROVED } else { REJECTED };
    app.change(|records, now| {
        let name = request.path.template;
        let by_id = records.templates.find(&name).map(|entry| entry.number);
        let number = by_id.or_else(|| name.parse().ok());
        let entry = number.and_then(|number| lifecycle::decide(records, number, status, &reason, now));
        entry.ok_or_else(|| ApiError::not_found("no such template"))
    })
}

/// Filters of a list of tasks.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TaskFilter {
    /// The page size; 50 by default, at most 200.
    limit: Option<usize>,
}

fn tasks(app: &App, request: AdminRequest<Empty, TaskFilter>) -> Vec<Task> {
    let records = app.records();
    records.tasks.iter().rev().take(limit(request.query.limit)).cloned().collect()
}
