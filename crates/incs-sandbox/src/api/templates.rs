//! `/external/templates` and `/external/templates/rcs`: the templates of both channels.

pub(crate) mod send;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::envelope::Code;
use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::template::{ListQuery, rcs, whatsapp};
use incs_model::{DecodeError, Found, Timestamp, UnixSeconds, Validate, decode, validate};
use serde::de::DeserializeOwned;

use super::reply::{Empty, Reply};
use super::request::{Query, certified};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::notices::Kind;
use crate::state::templates::{Definition, Entry, PENDING, REJECTED};
use crate::state::{Core, Records};

/// The route that lists the templates of a channel.
pub(crate) fn list(channel: Channel) -> MethodRouter<Arc<Core>> {
    get(async move |State(core): State<Arc<Core>>, headers: HeaderMap, RawQuery(query): RawQuery| {
        certified(&core, &headers)?;
        let rows = page(&core.records(), channel, query.as_deref())?;
        Ok::<_, Reply>(Reply::success(&rows))
    })
}

/// The route that gives one template of a channel. That WhatsApp has one is inferred.
pub(crate) fn fetch(channel: Channel) -> MethodRouter<Arc<Core>> {
    get(async move |State(core): State<Arc<Core>>, headers: HeaderMap, Path(id): Path<String>| {
        certified(&core, &headers)?;
        let entry = one(&core.records(), channel, &id)?;
        Ok::<_, Reply>(Reply::success(&entry.definition))
    })
}

/// Takes a template for review. The reply is the template.
pub(crate) async fn create_whatsapp(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, Reply> {
    submitted(&core, &headers, &body, Channel::WhatsApp, |new: whatsapp::NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        let template = whatsapp::Template::new(id, new.name, new.language, new.category, status)
            .with_components(new.components)
            .with_created_time(now)
            .with_updated_time(now);
        Definition::WhatsApp(Arc::new(template))
    })
}

/// Takes a template for review. That the reply is the template, as on WhatsApp, is inferred.
pub(crate) async fn create_rcs(State(core): State<Arc<Core>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    submitted(&core, &headers, &body, Channel::Rcs, |new: rcs::NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        // No sample gives the category back.
        let template =
            rcs::Template::new(id, new.name, status, new.content).with_times(now, now, UnixSeconds::NOT_RECORDED);
        Definition::Rcs(Arc::new(template))
    })
}

/// Deletes a template; one of the stock comes back with a reset. That the data is `{}`, and what an unknown id gives, is
/// inferred.
pub(crate) async fn delete_rcs(
    State(core): State<Arc<Core>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply, Reply> {
    certified(&core, &headers)?;
    core.change(|records, _| {
        let entry = one(records, Channel::Rcs, &id)?;
        records.templates.remove(entry.number);
        records.notices.tell(Kind::Template, &entry);
        Ok(Reply::success(&Empty {}))
    })
}

/// Reads and checks what was submitted, makes the template of it with an id and the time, and keeps that for review.
fn submitted<N: DeserializeOwned + Validate>(
    core: &Core,
    headers: &HeaderMap,
    body: &[u8],
    channel: Channel,
    make: impl FnOnce(N, String, Timestamp) -> Definition,
) -> Result<Reply, Reply> {
    certified(core, headers)?;
    let new: N = decode(body).map_err(|error| unreadable(&error))?;
    validate(&new).map_err(|report| Reply::invalid(&report))?;
    let template = core.change(|records, now| {
        let id = records.templates.next_id(channel, records.seed);
        let template = make(new, id, now);
        lifecycle::submit(records, &core.config, template.clone(), body.len(), now);
        template
    });
    Ok(Reply::success(&template))
}

/// The status of a template that was just submitted: that a reply can say `REJECTED` at once is documented for WhatsApp.
fn first_status(name: &str) -> &'static str {
    if name.contains("reject_at_once") { REJECTED } else { PENDING }
}

/// A body that cannot be read. For a missing category there are words in a sample.
fn unreadable(error: &DecodeError) -> Reply {
    if error.pointer() == "/category" && error.found() == Found::Nothing {
        Reply::failure(Code::BadRequest, "category require")
    } else {
        Reply::unreadable(error)
    }
}

fn not_found() -> Reply {
    Reply::failure(Code::BadRequest, "The template is not found.")
}

/// A page of the templates of a channel, the newest first: those below `last_id`, whether or not that one still exists.
fn page(records: &Records, channel: Channel, query: Option<&str>) -> Result<Vec<Definition>, Reply> {
    let query = Query::parse(query);
    let last = query.number::<u64>("last_id")?;
    let mut wanted = ListQuery::new();
    wanted.count = query.number("count")?;
    validate(&wanted).map_err(|report| Reply::invalid(&report))?;
    let count = usize::try_from(wanted.count.unwrap_or(LIST_COUNT_DEFAULT)).unwrap_or(usize::MAX);
    let is_beyond =
        |entry: &&Entry| last.is_none_or(|last| entry.definition.id().parse().is_ok_and(|id: u64| id < last));
    let rows = records.templates.iter().rev().filter(|entry| entry.channel == channel).filter(is_beyond).take(count);
    Ok(rows.map(|entry| entry.definition.clone()).collect())
}

/// The template of an id on a channel.
fn one(records: &Records, channel: Channel, id: &str) -> Result<Entry, Reply> {
    records.templates.find(id).filter(|entry| entry.channel == channel).cloned().ok_or_else(not_found)
}
