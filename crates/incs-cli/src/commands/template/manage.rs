//! Templates on the platform: `incs template list`, `get`, `create` and `delete`.

use std::path::PathBuf;

use anstyle::Style;
use clap::Args;
use incs_facade::client::endpoints::templates::{rcs as rcs_routes, whatsapp as whatsapp_routes};
use incs_facade::client::{Client, Error};
use incs_facade::model::decode;
use incs_facade::model::limits::template::LIST_COUNT_MAX;
use incs_facade::model::template::ListQuery;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::definition::{Channel, Template, TemplatePager};
use crate::commands::validate::Kind;
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Entry;
use crate::lines::Violation;
use crate::output::{Columns, Context, Output};

/// A template that the platform deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Deleted<'a> {
    /// Always true.
    #[schemars(extend("const" = true))]
    deleted: bool,
    template_id: &'a str,
}

/// A template that the platform accepted for review.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Created {
    /// Data of the platform's reply.
    data: Value,
    name: String,
    /// Status of the review; null if the reply has none. For RCS its type is not documented.
    status: Option<Value>,
    /// Id of the template; null if the reply has none. For RCS its type is not documented.
    template_id: Option<Value>,
}

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
    let mut pager = TemplatePager::new(client, channel, query);
    let form = if channel == Channel::WhatsApp { "language" } else { "type" };
    let columns = Columns::new(["id", "name", form, "status"]);
    let cells = |row: Template| [row.id(), row.name(), row.language_or_type(), row.status()].map(str::to_owned);
    let rows = columns.list(limit, out, async || pager.try_next().await, cells).await?;
    match rows {
        0 => out.note("no templates"),
        rows if rows == limit && !pager.is_done() => out.note(&format!("stopped after {rows}; there may be more")),
        _ => {}
    }
    Ok(Exit::Done)
}

/// The id or the name of a template on the platform.
#[derive(Clone, Copy)]
pub(super) enum TemplateRef<'a> {
    Id(&'a str),
    Name(&'a str),
}

/// Fetches a template; a name is looked up in the list.
pub(super) async fn fetch(client: &Client, channel: Channel, wanted: TemplateRef<'_>) -> Result<Template, Failure> {
    let id = match wanted {
        TemplateRef::Id(id) => id,
        TemplateRef::Name(name) => {
            let mut pager = TemplatePager::new(client, channel, ListQuery::new().with_count(LIST_COUNT_MAX));
            while let Some(template) = pager.try_next().await? {
                if template.name() == name {
                    return Ok(template);
                }
            }
            return Err(missing(name, "on the platform"));
        }
    };
    let fetched = match channel {
        Channel::WhatsApp => client.templates().whatsapp().get(id).await.map(Template::WhatsApp),
        Channel::Rcs => client.templates().rcs().get(id).await.map(Template::Rcs),
    };
    fetched.map_err(|error| failure(error, id))
}

/// Returns the failure for an unknown template name.
pub(super) fn missing(name: &str, place: &str) -> Failure {
    Failure::new(Exit::NotFound, format!("there is no template `{name}` {place}"))
        .with_help("`incs template list` shows all names")
}

pub(super) async fn show(
    client: &Client,
    channel: Channel,
    wanted: TemplateRef<'_>,
    out: Output,
) -> Result<Exit, Failure> {
    let template = fetch(client, channel, wanted).await?;
    if out.json {
        out.json(&template)?;
        return Ok(Exit::Done);
    }
    let bold = Style::new().bold();
    let form = if channel == Channel::WhatsApp { "language" } else { "type" };
    let (updated, category) = (template.updated(), template.category());
    for (title, value) in [
        ("name", template.name()),
        ("id", template.id()),
        ("status", template.status()),
        (form, template.language_or_type()),
        ("category", category),
        ("updated", &updated),
    ] {
        if !value.is_empty() {
            out.line(&format!("{bold}{title:<10}{bold:#}{value}"))?;
        }
    }
    let whole = serde_json::to_value(&template).unwrap_or_default();
    if let Some(content) = whole.get("content").or_else(|| whole.get("components")) {
        out.line(&format!("\n{content:#}"))?;
    }
    Ok(Exit::Done)
}

pub(super) async fn delete(client: &Client, id: &str, out: Output) -> Result<Exit, Failure> {
    client.templates().rcs().delete(id).await.map_err(|error| failure(error, id))?;
    if out.json {
        out.record_json(&Deleted { deleted: true, template_id: id })?;
    } else {
        out.record(&format!("deleted {id}"))?;
    }
    Ok(Exit::Done)
}

/// Maps an error to a failure. The platform has no code for a missing template: it replies 400 and says so in the message.
fn failure(error: Error, id: &str) -> Failure {
    let says_so = || error.platform_message().is_some_and(|words| words.to_lowercase().contains("not found"));
    let is_missing = match error.code() {
        Some(code) => code.as_i64() == 404 || code.as_i64() == 400 && says_so(),
        None => error.http_status().is_some_and(|status| status.as_u16() == 404),
    };
    let failure = Failure::from(error);
    if is_missing {
        let help = Some("`incs template list` shows all ids; use --name for a name".to_owned());
        Failure { exit: Exit::NotFound, message: format!("there is no template {id}"), help, ..failure }
    } else {
        failure
    }
}

#[derive(Debug, Args)]
pub(super) struct CreateOptions {
    /// File with the template as a JSON object; - for standard input
    file: PathBuf,
    /// Skip validation against the known rules of the platform
    #[arg(long)]
    no_validate: bool,
    /// Show the platform's own error messages; they may repeat what was sent
    #[arg(long)]
    platform_message: bool,
}

pub(super) fn create(channel: Channel, options: &CreateOptions, context: &Context) -> Result<Exit, Failure> {
    let document = Entry::read(&options.file)?;
    let kind = if channel == Channel::WhatsApp { Kind::WhatsAppTemplate } else { Kind::RcsTemplate };
    let verdict = kind.check(&document);
    let verdict = if options.no_validate { verdict.only_unknown_members() } else { verdict };
    verdict.into_result(&document.name, context.out)?;
    let client = connect::client(context)?;
    let created = connect::runtime()?.block_on(submit(&client, channel, &document, options))?;
    let status = created.status.as_ref().and_then(Value::as_str);
    if context.out.json {
        context.out.record_json(&created)?;
    } else {
        let id = created.template_id.as_ref().and_then(Value::as_str);
        let id = id.map(|id| format!(", id {id}")).unwrap_or_default();
        context.out.record(&format!("{}: {}{id}", created.name, status.unwrap_or("submitted")))?;
    }
    // The call succeeded, the template did not.
    if status.is_some_and(|status| status.eq_ignore_ascii_case("rejected")) {
        return Err(Failure::new(Exit::Refused, "the platform rejected the template on submission")
            .with_help("correct the template, and submit it under another name if this one is now taken"));
    }
    Ok(Exit::Done)
}

/// Submits the template. Returns its name, and the id, the status and the data of the reply.
async fn submit(
    client: &Client,
    channel: Channel,
    document: &Entry,
    options: &CreateOptions,
) -> Result<Created, Failure> {
    let to_failure = |error: Error| {
        let words = error.platform_message().filter(|_| options.platform_message).map(str::to_owned);
        let failure = Failure::from(error);
        match words {
            Some(words) => {
                failure.with_details(|details| details.platform_message = Some(words.clone())).with_help(words)
            }
            None => failure,
        }
    };
    let undecoded =
        |error| Failure::usage(format!("{}: {}", document.name, Violation::of_decoding(&error, document.line)));
    match channel {
        Channel::WhatsApp => {
            let call = whatsapp_routes::CreateTemplate::new(decode(&document.body).map_err(undecoded)?);
            let call = client.execute(call).validate(!options.no_validate);
            let template = call.await.map_err(to_failure)?;
            Ok(Created {
                name: template.name.as_str().to_owned(),
                status: Some(template.status.as_str().into()),
                template_id: Some(template.template_id.as_str().into()),
                data: serde_json::to_value(template).unwrap_or_default(),
            })
        }
        Channel::Rcs => {
            let call = rcs_routes::CreateTemplate::new(decode(&document.body).map_err(undecoded)?);
            let name = call.template.name.clone();
            let call = client.execute(call).validate(!options.no_validate);
            let data = call.await.map_err(to_failure)?.data.and_then(|data| serde_json::to_value(data).ok());
            // The members of this reply are not documented.
            let member = |name: &str| data.as_ref().and_then(|data| data.get(name)).cloned();
            let (status, template_id) = (member("status"), member("template_id"));
            Ok(Created { data: data.unwrap_or_default(), name: name.as_str().to_owned(), status, template_id })
        }
    }
}
