//! Templates on the platform: `incs template list`, `get`, `create` and `delete`.

use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use incs_facade::client::endpoints::templates::{rcs as rcs_routes, whatsapp as whatsapp_routes};
use incs_facade::client::{Client, Error};
use incs_facade::model::decode;
use incs_facade::model::limits::template::LIST_COUNT_MAX;
use incs_facade::model::template::ListQuery;
use serde_json::{Value, json};

use super::definition::{Channel, Listing, Template};
use crate::commands::validate::{Kind, Violation};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Document;
use crate::output::{Columns, Context, Output};

/// Lists at most `limit` templates.
pub(super) async fn list(
    client: &Client,
    channel: Channel,
    limit: Option<u32>,
    after: Option<String>,
    out: Output,
) -> Result<Exit, Failure> {
    let limit = limit.unwrap_or(u32::MAX);
    let mut query = ListQuery::new().with_count(limit.min(LIST_COUNT_MAX));
    query.last_id = after.map(Into::into);
    let mut listing = Listing::new(client, channel, query);
    let form = if channel == Channel::WhatsApp { "language" } else { "type" };
    let columns = Columns::new(["id", "name", form, "status"]);
    let cells = |row: Template| [row.id(), row.name(), row.form(), row.status()].map(str::to_owned);
    let rows = columns.list(limit, out, async || listing.next().await, cells).await?;
    match rows {
        0 => out.note("there are no templates"),
        rows if rows == limit && !listing.is_done() => out.note(&format!("stopped after {rows}; there may be more")),
        _ => {}
    }
    Ok(Exit::Done)
}

/// Fetches a template.
pub(super) async fn fetch(client: &Client, channel: Channel, id: &str) -> Result<Template, Failure> {
    let fetched = match channel {
        Channel::WhatsApp => client.templates().whatsapp().get(id).await.map(Template::WhatsApp),
        Channel::Rcs => client.templates().rcs().get(id).await.map(Template::Rcs),
    };
    fetched.map_err(|error| failure(error, id))
}

pub(super) async fn show(client: &Client, channel: Channel, id: &str, out: Output) -> Result<Exit, Failure> {
    let template = fetch(client, channel, id).await?;
    if out.json {
        out.json(&template);
        return Ok(Exit::Done);
    }
    let bold = Style::new().bold();
    let form = if channel == Channel::WhatsApp { "language" } else { "type" };
    let (updated, category) = (template.updated(), template.category());
    for (title, value) in [
        ("name", template.name()),
        ("id", template.id()),
        ("status", template.status()),
        (form, template.form()),
        ("category", category),
        ("updated", &updated),
    ] {
        if !value.is_empty() {
            out.line(&format!("{bold}{title:<10}{bold:#}{value}"));
        }
    }
    let whole = serde_json::to_value(&template).unwrap_or_default();
    if let Some(content) = whole.get("content").or_else(|| whole.get("components")) {
        out.line(&format!("\n{content:#}"));
    }
    Ok(Exit::Done)
}

pub(super) async fn delete(client: &Client, id: &str, out: Output) -> Result<Exit, Failure> {
    client.templates().rcs().delete(id).await.map_err(|error| failure(error, id))?;
    if out.json {
        out.json(&json!({ "template_id": id, "deleted": true }));
    } else {
        out.line(&format!("deleted {id}"));
    }
    Ok(Exit::Done)
}

/// The platform has no code for what does not exist: it says 400 and tells it in words.
fn failure(error: Error, id: &str) -> Failure {
    let says_so = || error.platform_message().is_some_and(|words| words.to_lowercase().contains("not found"));
    let is_missing = match error.code() {
        Some(code) => code.as_i64() == 404 || code.as_i64() == 400 && says_so(),
        None => error.http_status().is_some_and(|status| status.as_u16() == 404),
    };
    let failure = Failure::from(error);
    if is_missing {
        Failure { exit: Exit::NotFound, message: format!("there is no template {id}"), help: None, ..failure }
    } else {
        failure
    }
}

#[derive(Debug, Args)]
pub(super) struct CreateOptions {
    /// The template as a JSON object; - for standard input
    file: PathBuf,
    /// Submit also what breaks the known rules of the platform
    #[arg(long)]
    no_validate: bool,
    /// Show the platform's own words about a refusal; they may repeat what was sent
    #[arg(long)]
    platform_message: bool,
}

pub(super) fn create(channel: Channel, options: &CreateOptions, context: &Context) -> Result<Exit, Failure> {
    let document = Document::read(&options.file)?;
    let kind = if channel == Channel::WhatsApp { Kind::WhatsAppTemplate } else { Kind::RcsTemplate };
    if !options.no_validate {
        kind.check(&document).into_result(&document.name)?;
    }
    let client = connect::client(context)?;
    let created = connect::runtime()?.block_on(submit(&client, channel, &document, options))?;
    let text = |member: &str| created.get(member).and_then(Value::as_str);
    let (name, status) = (text("name").unwrap_or_default(), text("status"));
    if context.out.json {
        context.out.json(&created);
    } else {
        let id = text("template_id").map(|id| format!(", id {id}")).unwrap_or_default();
        context.out.line(&format!("{name}: {}{id}", status.unwrap_or("submitted")));
    }
    // The call succeeded, the template did not.
    if status.is_some_and(|status| status.eq_ignore_ascii_case("rejected")) {
        return Err(Failure::new(Exit::Refused, "the platform took the template and rejected it at once")
            .with_help("correct it, and submit it under another name if this one is taken now"));
    }
    Ok(Exit::Done)
}

/// Name, id and status as far as the reply tells them, and its data.
async fn submit(
    client: &Client,
    channel: Channel,
    document: &Document,
    options: &CreateOptions,
) -> Result<Value, Failure> {
    let told = |error: Error| {
        let words = error.platform_message().filter(|_| options.platform_message).map(str::to_owned);
        let failure = Failure::from(error);
        match words {
            Some(words) => failure.with_detail("platform_message", words.clone()).with_help(words),
            None => failure,
        }
    };
    let undecoded =
        |error| Failure::usage(format!("{}: {}", document.name, Violation::of_decoding(&error, document.line)));
    match channel {
        Channel::WhatsApp => {
            let call = whatsapp_routes::CreateTemplate::new(decode(&document.body).map_err(undecoded)?);
            let call = client.call(call);
            let call = if options.no_validate { call.without_validation() } else { call };
            let template = call.await.map_err(told)?;
            Ok(json!({
                "name": template.name, "template_id": template.template_id, "status": template.status, "data": template,
            }))
        }
        Channel::Rcs => {
            let call = rcs_routes::CreateTemplate::new(decode(&document.body).map_err(undecoded)?);
            let name = call.template.name.clone();
            let call = client.call(call);
            let call = if options.no_validate { call.without_validation() } else { call };
            let data = call.await.map_err(told)?.data.and_then(|data| serde_json::to_value(data).ok());
            // What this reply holds is not documented.
            let member = |name: &str| data.as_ref().and_then(|data| data.get(name)).cloned();
            Ok(json!({
                "name": name, "template_id": member("template_id"), "status": member("status"), "data": data,
            }))
        }
    }
}
