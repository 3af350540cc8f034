//! The routes of templates, and their review.

pub(crate) mod rcs;
pub(crate) mod send;
pub(crate) mod whatsapp;

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::{MethodRouter, get};
use http::HeaderMap;
use incs_model::envelope::Code;
use incs_model::event::TemplateStatusUpdate;
use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::template::ListQuery;
use incs_model::{DecodeError, Found, Timestamp, Validate, WireTime, decode, validate};
use incs_webhook::testing::bodies::Body;
use serde::de::DeserializeOwned;

use super::credential::certified;
use super::query::Query;
use super::reply::Reply;
use crate::agenda::Job;
use crate::channel::Channel;
use crate::config::Config;
use crate::core::Core;
use crate::notice::Kind;
use crate::seed::{Purpose, duration};
use crate::world::World;
use crate::world::template::{APPROVED, Definition, Entry, PENDING, REJECTED};

/// Why the sandbox rejects a template.
const REASON: &str = "INVALID_FORMAT";

/// The route that lists the templates of a channel.
pub(crate) fn list(channel: Channel) -> MethodRouter<Arc<Core>> {
    get(async move |State(core): State<Arc<Core>>, headers: HeaderMap, RawQuery(query): RawQuery| {
        certified(&core, &headers)?;
        let rows = page(&core.world(), channel, query.as_deref())?;
        Ok::<_, Reply>(Reply::success(&rows))
    })
}

/// The route that gives one template of a channel. That WhatsApp has one is inferred.
pub(crate) fn fetch(channel: Channel) -> MethodRouter<Arc<Core>> {
    get(async move |State(core): State<Arc<Core>>, headers: HeaderMap, Path(id): Path<String>| {
        certified(&core, &headers)?;
        let entry = one(&core.world(), channel, &id)?;
        Ok::<_, Reply>(Reply::success(&entry.definition))
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
    let template = core.change(|world, now| {
        let id = world.templates.next_id(channel, world.seed);
        let template = make(new, id, now);
        submit(world, &core.config, template.clone(), body.len(), now);
        template
    });
    Ok(Reply::success(&template))
}

/// Decides about a template that was submitted: rejected if its name holds `reject`, else approved. One that was decided
/// about before, or is gone, stays as it is.
pub(crate) fn review(world: &mut World, template: u64, now: Timestamp) {
    let pending = world.templates.get_mut(template).filter(|entry| entry.definition.status() == PENDING);
    let Some(entry) = pending else { return };
    let is_bad = entry.definition.name().contains("reject");
    decide(world, template, if is_bad { REJECTED } else { APPROVED }, if is_bad { REASON } else { "" }, now);
}

/// Moves a template, by number, to a status, and tells the subscribers. Gives it as it is now, or nothing if there is none.
///
/// `template_status_update` goes out for WhatsApp only: no page knows a webhook about RCS templates.
pub(crate) fn decide(world: &mut World, template: u64, status: &str, reason: &str, now: Timestamp) -> Option<Entry> {
    let entry = world.templates.get_mut(template)?;
    entry.definition.set_status(status, now);
    reason.clone_into(&mut entry.reason);
    let entry = entry.clone();
    world.notices.tell(Kind::Template, &entry);
    if entry.channel == Channel::WhatsApp {
        let update = TemplateStatusUpdate::new(status)
            .with_reason(reason)
            .with_channel_id(entry.channel.id())
            .with_business_phone(entry.channel.business_phone())
            .with_template_id(entry.definition.id())
            .with_template_name(entry.definition.name())
            .with_received_at(WireTime::from_unix_seconds(now.as_second()));
        crate::hook::emit(world, "template_status_update", None, &Body::incs(update), now);
    }
    Some(entry)
}

/// Keeps a template that was submitted, and puts its review onto the agenda.
fn submit(world: &mut World, config: &Config, definition: Definition, bytes: usize, now: Timestamp) {
    let number = world.templates.add(definition, bytes);
    let Some(entry) = world.templates.get_mut(number) else { return };
    if entry.definition.status() == REJECTED {
        REASON.clone_into(&mut entry.reason);
    }
    let is_pending = entry.definition.status() == PENDING;
    world.notices.tell(Kind::Template, entry);
    if is_pending {
        let wait = duration(&mut world.seed.rng(Purpose::TemplateId, number), &config.pace.review);
        world.agenda.put(now.checked_add(wait).unwrap_or(Timestamp::MAX), Job::Review(number));
    }
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
fn page(world: &World, channel: Channel, query: Option<&str>) -> Result<Vec<Definition>, Reply> {
    let query = Query::parse(query);
    let last = query.number::<u64>("last_id")?;
    let mut wanted = ListQuery::new();
    wanted.count = query.number("count")?;
    validate(&wanted).map_err(|report| Reply::invalid(&report))?;
    let count = usize::try_from(wanted.count.unwrap_or(LIST_COUNT_DEFAULT)).unwrap_or(usize::MAX);
    let is_beyond =
        |entry: &&Entry| last.is_none_or(|last| entry.definition.id().parse().is_ok_and(|id: u64| id < last));
    let rows = world.templates.iter().rev().filter(|entry| entry.channel == channel).filter(is_beyond).take(count);
    Ok(rows.map(|entry| entry.definition.clone()).collect())
}

/// The template of an id on a channel.
fn one(world: &World, channel: Channel, id: &str) -> Result<Entry, Reply> {
    world.templates.find(id).filter(|entry| entry.channel == channel).cloned().ok_or_else(not_found)
}
