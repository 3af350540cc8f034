//! One template: `incs template get` and `delete`.

use anstyle::Style;
use incs_facade::client::{Client, Error};
use serde_json::json;

use super::Channel;
use super::definition::Template;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

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
