//! `/templates` and `/tasks`: lists, and the review of a template.

use incs_model::task::Task;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::route::Method::{Get, Post};
use super::route::{ApiError, Call, Json, Nothing, Route, limit, route};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::Core;
use crate::state::templates::{APPROVED, Entry, REJECTED};

pub(crate) fn routes() -> Vec<Route> {
    vec![
        route(Get, "/templates", "listTemplates", "Templates of both kinds, newest first, those of the stock last")
            .always(list),
        route(Post, "/templates/{template}/review", "reviewTemplate", "Decides about a template").by(review),
        route(Get, "/tasks", "listTasks", "Tasks, newest first").always(tasks),
    ]
}

/// Which templates.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Which {
    /// Only those of this channel.
    channel: Option<Channel>,
    /// Only those with a lower number.
    before: Option<u64>,
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn list(core: &Core, call: Call<Nothing, Which>) -> Vec<Entry> {
    let Which { channel, before, limit: most } = call.query;
    let records = core.records();
    let wanted = records.templates.iter().rev().filter(|entry| {
        channel.is_none_or(|channel| channel == entry.channel) && before.is_none_or(|before| entry.number < before)
    });
    wanted.take(limit(most)).cloned().collect()
}

/// One template.
#[derive(Debug, Deserialize, JsonSchema)]
struct Named {
    /// The template's number, or the platform's id.
    template: String,
}

/// What is decided.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Review {
    status: Decision,
    /// Why, for one that is rejected.
    reason: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
enum Decision {
    Approved,
    Rejected,
}

fn review(core: &Core, call: Call<Named, Nothing, Json<Review>>) -> Result<Entry, ApiError> {
    let Review { status, reason } = call.body.0;
    let reason = match (status, reason) {
        (Decision::Approved, Some(_)) => {
            return Err(ApiError::unprocessable("/reason", "only a template that is rejected has one"));
        }
        (Decision::Approved, None) => String::new(),
        (Decision::Rejected, reason) => reason.unwrap_or_else(|| "INVALID_FORMAT".to_owned()),
    };
    if reason.chars().count() > 1000 {
        return Err(ApiError::unprocessable("/reason", "at most 1000 characters"));
    }
    let status = if status == Decision::Approved { APPROVED } else { REJECTED };
    core.change(|records, now| {
        let name = call.path.template;
        let by_id = records.templates.find(&name).map(|entry| entry.number);
        let number = by_id.or_else(|| name.parse().ok());
        let entry = number.and_then(|number| lifecycle::decide(records, number, status, &reason, now));
        entry.ok_or_else(|| ApiError::not_found("no such template"))
    })
}

/// Which tasks.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    /// At most so many; 50 unless given, never more than 200.
    limit: Option<usize>,
}

fn tasks(core: &Core, call: Call<Nothing, Part>) -> Vec<Task> {
    let records = core.records();
    records.tasks.iter().rev().take(limit(call.query.limit)).cloned().collect()
}
