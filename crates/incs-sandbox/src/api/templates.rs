//! `/external/templates` and `/external/templates/rcs`: the templates of both channels.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::routing::{MethodRouter, get};
use bytes::Bytes;
use http::HeaderMap;
use incs_model::envelope::Code;
use incs_model::limits::template::LIST_COUNT_DEFAULT;
use incs_model::limits::{Rule, template as limits};
use incs_model::template::{ListQuery, rcs, whatsapp};
use incs_model::{
    DecodeError, Found, Measured, Timestamp, UnixSeconds, Validate, Violation, decode, rcs as outbound_rcs, validate,
    whatsapp as outbound_whatsapp,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Empty, Query, Reply, certified, violation};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::notices::Kind;
use crate::state::templates::{APPROVED, Definition, Entry, PENDING, REJECTED, rendered};
use crate::state::{Core, Records};

/// The bot that the sampled error of RCS names.
const BOT: &str = "Qm7tYHXc210LPRBV";

/// Meta's words. 132012 is sampled, the others are from Meta's own list.
const NO_SUCH_TEMPLATE: &str = "(#132001) Template name does not exist in the translation";
const WRONG_COUNT: &str = "(#132000) Number of parameters does not match the expected number of params";
const WRONG_FORMAT: &str = "(#132012) Parameter format does not match format in the created template";
const NO_BUTTON_VALUE: &str = "(#131008) Required parameter is missing";

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
        let mut template = whatsapp::Template::new(id, new.name, new.language, new.category, status)
            .with_components(new.components)
            .with_created_time(now)
            .with_updated_time(now);
        template.parameter_format = new.parameter_format;
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

/// Renders a WhatsApp template, or fails with 10002: the template does not exist, is not approved, or wants other values. Meta says the
/// same for the first two; `error` tells them apart.
pub(crate) fn fill_whatsapp(core: &Core, send: &outbound_whatsapp::Template) -> Result<Value, Reply> {
    let found = named(core, Channel::WhatsApp, send.name.as_str());
    let Some(Definition::WhatsApp(template)) = &found else {
        return Err(Reply::failure(Code::WhatsApp, NO_SUCH_TEMPLATE));
    };
    if template.status.as_str() != APPROVED {
        return Err(unapproved(Code::WhatsApp, NO_SUCH_TEMPLATE, template.status.as_str()));
    }
    match template.check_send(send) {
        Ok(()) => Ok(serde_json::to_value(rendered::of_whatsapp(template, send)).unwrap_or_default()),
        Err(report) => {
            let text = report.violations().first().map_or(WRONG_FORMAT, |violation| meta_text(template, violation));
            Err(Reply::with_violations(Code::WhatsApp, text, &report))
        }
    }
}

/// Renders an RCS template, or fails with 10004: the template does not exist, is not approved (both texts are invented), or a variable
/// has no value. A value that no variable asks for does no harm: only missing ones are documented to.
pub(crate) fn fill_rcs(core: &Core, send: &outbound_rcs::Template) -> Result<Value, Reply> {
    let name = send.name.as_str();
    let found = named(core, Channel::Rcs, name);
    let Some(Definition::Rcs(template)) = &found else {
        return Err(Reply::failure(Code::Rcs, format!("Template with the code [{name}] and bot [{BOT}] not found")));
    };
    if template.status.as_str() != APPROVED {
        let text = format!("Template with the code [{name}] and bot [{BOT}] is not approved");
        return Err(unapproved(Code::Rcs, &text, template.status.as_str()));
    }
    let surplus = limits::RCS_PARAMETERS_SURPLUS.id();
    let violations = template.check_send(send).err().map(incs_model::Report::into_violations).unwrap_or_default();
    let lacking: Vec<_> = violations.into_iter().filter(|violation| violation.rule().id() != surplus).collect();
    if lacking.is_empty() {
        return Ok(serde_json::to_value(rendered::of_rcs(template, send)).unwrap_or_default());
    }
    let text = format!("Template with the code [{name}] and bot [{BOT}] received with insufficient custom params");
    Err(Reply::with_violations(Code::Rcs, &text, &lacking))
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

fn named(core: &Core, channel: Channel, name: &str) -> Option<Definition> {
    core.records().templates.named(channel, name).map(|entry| entry.definition.clone())
}

fn unapproved(code: Code, text: &str, status: &str) -> Reply {
    let said = format!("{status}, expected {APPROVED}");
    let violation = violation("/template/name", "sandbox", APPROVED, status, &said);
    Reply::with_violations(code, text, &[violation])
}

/// Returns Meta's words for a value that does not fit (inferred from Meta's list).
fn meta_text(template: &whatsapp::Template, violation: &Violation) -> &'static str {
    let rule = violation.rule().id();
    let lacks = |part: &str| violation.found() == &Measured::Word(part.to_owned());
    let is_of_kind =
        [&limits::WHATSAPP_PARAMETERS_KIND, &limits::WHATSAPP_PARAMETERS_EMPTY].map(Rule::id).contains(&rule);
    if is_of_kind || (lacks("header") && has_medium(template)) {
        WRONG_FORMAT
    } else if lacks("button") {
        NO_BUTTON_VALUE
    } else {
        WRONG_COUNT
    }
}

fn has_medium(template: &whatsapp::Template) -> bool {
    template
        .components
        .iter()
        .any(|component| matches!(component, whatsapp::Component::Header(header) if header.format != whatsapp::HeaderFormat::Text))
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
