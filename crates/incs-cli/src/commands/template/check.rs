//! `incs template check`.

use std::path::{Path, PathBuf};

use clap::Args;
use incs_facade::client::Client;
use incs_facade::model::limits::template::LIST_COUNT_MAX;
use incs_facade::model::template::ListQuery;
use incs_facade::model::{self, OutboundMessage, Report, decode};
use serde_json::Value;

use super::definition::{Channel, Listing, Template};
use super::manage;
use crate::commands::validate::{self, Verdict, Violation};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::input::Document;
use crate::output::Context;

/// Where the definition is. With none of these it is the platform's template of the name in the message.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(super) struct Definition {
    /// A file with the definition: as it was submitted, or a reply of the platform, also of a list
    #[arg(long = "definition", value_name = "FILE")]
    path: Option<PathBuf>,
    /// The platform's template of this id
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// The platform's template of this name
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

pub(super) fn run(channel: Channel, file: &Path, from: &Definition, context: &Context) -> Result<Exit, Failure> {
    let document = Document::read(file)?;
    let of_model = if channel == Channel::WhatsApp { model::Channel::WhatsApp } else { model::Channel::Rcs };
    let verdict = match OutboundMessage::decode(&of_model, &document.body) {
        Ok(message) => {
            let template = find(channel, &message, from, context)?;
            let broken = template.check(&message)?.err().into_iter().flat_map(Report::into_violations);
            Verdict::of(broken.map(|violation| Violation::from(&violation)))
        }
        Err(error) => Verdict::of([Violation::of_decoding(&error, document.line)]),
    };
    Ok(validate::show(&[document], &[verdict], context.out))
}

fn find(
    channel: Channel,
    message: &OutboundMessage,
    from: &Definition,
    context: &Context,
) -> Result<Template, Failure> {
    let Some(named) = named_by(message) else {
        return Err(Failure::usage(format!("the message is no send of a template, but of kind `{}`", message.kind())));
    };
    let name = from.name.as_deref().unwrap_or(named);
    if let Some(path) = &from.path {
        return in_file(channel, name, &Document::read(path)?);
    }
    let client = connect::client(context)?;
    connect::runtime()?.block_on(async {
        match &from.id {
            Some(id) => manage::fetch(&client, channel, id).await,
            None => by_name(&client, channel, name).await,
        }
    })
}

/// The definition in a file: bare, in a reply, or the one of this name in a list.
fn in_file(channel: Channel, name: &str, document: &Document) -> Result<Template, Failure> {
    let undecoded =
        |error| Failure::usage(format!("{}: {}", document.name, Violation::of_decoding(&error, document.line)));
    let whole: Value = decode(&document.body).map_err(undecoded)?;
    let inner = whole.get("data").filter(|_| whole.get("name").is_none()).unwrap_or(&whole);
    let Some(rows) = inner.as_array() else {
        // A bare definition is read where it stands, so that an error can say where that is.
        let body = if inner == &whole { document.body.clone() } else { inner.to_string().into_bytes() };
        return Template::decode(channel, &body).map_err(undecoded);
    };
    let row = rows.iter().find(|row| row.get("name").and_then(Value::as_str) == Some(name));
    let row = row.ok_or_else(|| missing(name, &format!("in {}", document.name)))?;
    Template::decode(channel, row.to_string().as_bytes()).map_err(undecoded)
}

async fn by_name(client: &Client, channel: Channel, name: &str) -> Result<Template, Failure> {
    let mut listing = Listing::new(client, channel, ListQuery::new().with_count(LIST_COUNT_MAX));
    while let Some(template) = listing.next().await? {
        if template.name() == name {
            return Ok(template);
        }
    }
    Err(missing(name, "on the platform"))
}

fn missing(name: &str, place: &str) -> Failure {
    Failure::new(Exit::NotFound, format!("there is no template `{name}` {place}"))
}

/// The template that a message names.
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
