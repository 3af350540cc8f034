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
    DecodeError, Found, Measured, Timestamp, Validate, Violation, decode, rcs as outbound_rcs, validate,
    whatsapp as outbound_whatsapp,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::call::{Empty, Query, Reply, check_code, violation};
use crate::channel::Channel;
use crate::lifecycle;
use crate::state::events::EventKind;
use crate::state::templates::{APPROVED, Definition, PENDING, REJECTED, TemplateRecord, rendered};
use crate::state::{App, Records};

/// The bot in the sampled RCS error.
const BOT: &str = "Qm7tYHXc210LPRBV";

/// Meta's texts. 132012 is sampled, the others are from Meta's own list.
const NO_SUCH_TEMPLATE: &str = "(#132001) Template name does not exist in the translation";
const WRONG_COUNT: &str = "(#132000) Number of parameters does not match the expected number of params";
const WRONG_FORMAT: &str = "(#132012) Parameter format does not match format in the created template";
const NO_BUTTON_VALUE: &str = "(#131008) Required parameter is missing";

/// Returns the route that lists the templates of a channel.
pub(crate) fn list(channel: Channel) -> MethodRouter<Arc<App>> {
    get(async move |State(app): State<Arc<App>>, headers: HeaderMap, RawQuery(query): RawQuery| {
        check_code(&app, &headers)?;
        let rows = page(&app.records(), channel, query.as_deref())?;
        Ok::<_, Reply>(Reply::success(&rows))
    })
}

/// Returns the route of one template of a channel. The WhatsApp route is inferred.
pub(crate) fn fetch(channel: Channel) -> MethodRouter<Arc<App>> {
    get(async move |State(app): State<Arc<App>>, headers: HeaderMap, Path(id): Path<String>| {
        check_code(&app, &headers)?;
        let entry = find_template(&app.records(), channel, &id)?;
        Ok::<_, Reply>(Reply::success(&entry.definition))
    })
}

/// Submits a template for review. The reply is the template.
pub(crate) async fn create_whatsapp(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Reply, Reply> {
    submit(&app, &headers, &body, Channel::WhatsApp, |new: whatsapp::NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        let mut template = whatsapp::Template::new(id, new.name, new.language, new.category, status)
            .with_components(new.components)
            .with_created_time(now)
            .with_updated_time(now);
        template.parameter_format = new.parameter_format;
        Definition::WhatsApp(Arc::new(template))
    })
}

/// Submits a template for review. The reply is the template as on WhatsApp (inferred).
pub(crate) async fn create_rcs(State(app): State<Arc<App>>, headers: HeaderMap, body: Bytes) -> Result<Reply, Reply> {
    submit(&app, &headers, &body, Channel::Rcs, |new: rcs::NewTemplate, id, now| {
        let status = first_status(new.name.as_str());
        // No sample returns the category.
        let template =
            rcs::Template::new(id, new.name, status, new.content).with_created_time(now).with_updated_time(now);
        Definition::Rcs(Arc::new(template))
    })
}

/// Deletes a template; a reset restores the stock. The data `{}` and the reply to an unknown id are inferred.
pub(crate) async fn delete_rcs(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Result<Reply, Reply> {
    check_code(&app, &headers)?;
    app.change(|records, _| {
        let entry = find_template(records, Channel::Rcs, &id)?;
        records.templates.remove(entry.number);
        records.events.send(EventKind::Template, &entry);
        Ok(Reply::success(&Empty {}))
    })
}

/// Renders a WhatsApp template, or fails with 10002: the template does not exist, is not approved, or needs other values. Meta
/// has the same text for the first two; `error` distinguishes them.
pub(crate) fn fill_whatsapp(app: &App, send: &outbound_whatsapp::Template) -> Result<Value, Reply> {
    let found = named(app, Channel::WhatsApp, send.name.as_str());
    let Some(Definition::WhatsApp(template)) = &found else {
        return Err(Reply::failure(Code::WhatsApp, NO_SUCH_TEMPLATE));
    };
    if template.status.as_str() != APPROVED {
        return Err(unapproved(Code::WhatsApp, NO_SUCH_TEMPLATE, template.status.as_str()));
    }
    match template.check_send(send) {
        Ok(_) => Ok(serde_json::to_value(rendered::of_whatsapp(template, send)).unwrap_or_default()),
        Err(invalid) => {
            let text = invalid.violations().first().map_or(WRONG_FORMAT, |violation| meta_text(template, violation));
            Err(Reply::with_violations(Code::WhatsApp, text, &invalid.violations()))
        }
    }
}

/// Renders an RCS template, or fails with 10004: the template does not exist, is not approved (both texts are invented), or a
/// variable has no value. Unused values are accepted: only missing ones are documented as errors.
pub(crate) fn fill_rcs(app: &App, send: &outbound_rcs::Template) -> Result<Value, Reply> {
    let name = send.name.as_str();
    let found = named(app, Channel::Rcs, name);
    let Some(Definition::Rcs(template)) = &found else {
        return Err(Reply::failure(Code::Rcs, format!("Template with the code [{name}] and bot [{BOT}] not found")));
    };
    if template.status.as_str() != APPROVED {
        let text = format!("Template with the code [{name}] and bot [{BOT}] is not approved");
        return Err(unapproved(Code::Rcs, &text, template.status.as_str()));
    }
    let Err(invalid) = template.check_send(send) else {
        return Ok(serde_json::to_value(rendered::of_rcs(template, send)).unwrap_or_default());
    };
    let text = format!("Template with the code [{name}] and bot [{BOT}] received with insufficient custom params");
    Err(Reply::with_violations(Code::Rcs, &text, &invalid.violations()))
}

/// Reads and checks a new template, creates it with an id and the time, and stores it for review.
fn submit<N: DeserializeOwned + Validate>(
    app: &App,
    headers: &HeaderMap,
    body: &[u8],
    channel: Channel,
    make: impl FnOnce(N, String, Timestamp) -> Definition,
) -> Result<Reply, Reply> {
    check_code(app, headers)?;
    let new: N = decode(body).map_err(|error| unreadable(&error))?;
    validate(&new).map_err(|invalid| Reply::invalid(&invalid))?;
    let template = app.change(|records, now| {
        let id = records.templates.next_id(channel, records.seed);
        let template = make(new, id, now);
        lifecycle::submit(records, &app.config, template.clone(), body.len(), now);
        template
    });
    Ok(Reply::success(&template))
}

/// Returns a page of the templates of a channel, newest first: ids below `last_id`, whether or not that template still exists.
fn page(records: &Records, channel: Channel, query: Option<&str>) -> Result<Vec<Definition>, Reply> {
    let query = Query::parse(query);
    let last = query.number::<u64>("last_id")?;
    let mut wanted = ListQuery::new();
    wanted.count = query.number("count")?;
    validate(&wanted).map_err(|invalid| Reply::invalid(&invalid))?;
    let count = usize::try_from(wanted.count.unwrap_or(LIST_COUNT_DEFAULT)).unwrap_or(usize::MAX);
    let is_beyond =
        |entry: &&TemplateRecord| last.is_none_or(|last| entry.definition.id().parse().is_ok_and(|id: u64| id < last));
    let rows = records.templates.iter().rev().filter(|entry| entry.channel == channel).filter(is_beyond).take(count);
    Ok(rows.map(|entry| entry.definition.clone()).collect())
}

/// Finds a template of a channel by id.
fn find_template(records: &Records, channel: Channel, id: &str) -> Result<TemplateRecord, Reply> {
    records.templates.find(id).filter(|entry| entry.channel == channel).cloned().ok_or_else(not_found)
}

fn named(app: &App, channel: Channel, name: &str) -> Option<Definition> {
    app.records().templates.named(channel, name).map(|entry| entry.definition.clone())
}

fn unapproved(code: Code, text: &str, status: &str) -> Reply {
    let said = format!("{status}, expected {APPROVED}");
    let violation = violation("/template/name", "sandbox", APPROVED, status, &said);
    Reply::with_violations(code, text, &[violation])
}

/// Returns Meta's text for a value that does not fit (inferred from Meta's list).
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

/// Returns the status of a new template. A reply with `REJECTED` is documented for WhatsApp.
fn first_status(name: &str) -> &'static str {
    if name.contains("reject_at_once") { REJECTED } else { PENDING }
}

/// The reply to an unreadable body. The text for a missing category is sampled.
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
