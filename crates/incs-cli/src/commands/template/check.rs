//! `incs template check`.

use std::path::{Path, PathBuf};

use clap::Args;
use incs_facade::model::{self, Document, OutboundMessage, decode};
use serde_json::Value;

use super::definition::{Channel, Template};
use super::manage::{self, TemplateRef};
use crate::commands::validate::{self, Verdict};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Entry;
use crate::lines::Violation;
use crate::output::Context;

/// The source of the definition. By default it is the platform's template with the name in the message.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct Definition {
    /// File with the definition: as submitted, or a reply of the platform, also a list
    #[arg(long = "definition", value_name = "FILE")]
    path: Option<PathBuf>,
    /// Id of the template on the platform
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Name of the template on the platform
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(
    channel: Channel,
    file: &Path,
    from: &Definition,
    deny_warnings: bool,
    context: &Context,
) -> Result<Exit, Failure> {
    let entry = Entry::read(file)?;
    let of_model = if channel == Channel::WhatsApp { model::Channel::WhatsApp } else { model::Channel::Rcs };
    let document = Document::read(&of_model, &*entry.body);
    let mut verdict = Verdict::of_document(&document, entry.line);
    if let Some(message) = document.message() {
        let template = find(channel, message, from, context)?;
        let report = match template.check(message)? {
            Ok(warnings) => Verdict { warnings: warnings.iter().map(Violation::from).collect(), ..Verdict::of([]) },
            Err(invalid) => Verdict::of_report(invalid.report(), None, entry.line),
        };
        verdict.merge(report);
    }
    Ok(validate::show(&entry, &verdict.with_denied_warnings(deny_warnings), context.out)?)
}

fn find(
    channel: Channel,
    message: &OutboundMessage,
    from: &Definition,
    context: &Context,
) -> Result<Template, Failure> {
    let Some(named) = named_by(message) else {
        return Err(Failure::usage(format!("the message is not a template but of kind `{}`", message.kind())));
    };
    let name = from.name.as_deref().unwrap_or(named);
    if let Some(path) = &from.path {
        return in_file(channel, name, &Entry::read(path)?);
    }
    let client = connect::client(context)?;
    connect::runtime()?.block_on(async {
        match &from.id {
            Some(id) => manage::fetch(&client, channel, TemplateRef::Id(id)).await,
            None => manage::fetch(&client, channel, TemplateRef::Name(name)).await,
        }
    })
}

/// Reads the definition from a file: bare, in a reply, or the row with this name in a list.
fn in_file(channel: Channel, name: &str, document: &Entry) -> Result<Template, Failure> {
    let undecoded =
        |error| Failure::usage(format!("{}: {}", document.name, Violation::of_decoding(&error, document.line)));
    let whole: Value = decode(&document.body).map_err(undecoded)?;
    let inner = whole.get("data").filter(|_| whole.get("name").is_none()).unwrap_or(&whole);
    let Some(rows) = inner.as_array() else {
        // A bare definition is read from the file's own bytes, so that an error has the right line and column.
        let body = if inner == &whole { document.body.clone() } else { inner.to_string().into_bytes() };
        return Template::decode(channel, &body).map_err(undecoded);
    };
    let row = rows.iter().find(|row| row.get("name").and_then(Value::as_str) == Some(name));
    let row = row.ok_or_else(|| manage::missing(name, &format!("in {}", document.name)))?;
    Template::decode(channel, row.to_string().as_bytes()).map_err(undecoded)
}

/// Returns the name of the template that a message uses.
fn named_by(message: &OutboundMessage) -> Option<&str> {
    match message {
        OutboundMessage::WhatsApp(message) => match &message.content {
            model::whatsapp::Content::Template(send) => Some(send.name.as_str()),
            _ => None,
        },
        OutboundMessage::Rcs(message) => match &message.content {
            model::rcs::Content::Template(send) => Some(send.name.as_str()),
            _ => None,
        },
        _ => None,
    }
}
