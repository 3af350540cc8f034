//! `incs template create`.

use std::path::PathBuf;

use clap::Args;
use incs_facade::client::endpoints::templates::{rcs as rcs_routes, whatsapp as whatsapp_routes};
use incs_facade::client::{Client, Error};
use incs_facade::model::decode;
use serde_json::{Value, json};

use super::Channel;
use crate::commands::runtime;
use crate::commands::validate::{Document, Kind, Violation};
use crate::connect;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The template as a JSON object; - for standard input
    file: PathBuf,
    /// Submit also what breaks the known rules of the platform
    #[arg(long)]
    no_validate: bool,
    /// Show the platform's own words about a refusal; they may repeat what was sent
    #[arg(long)]
    platform_message: bool,
}

pub(super) fn run(channel: Channel, options: &Options, context: &Context) -> Result<Exit, Failure> {
    let document = Document::read(&options.file)?;
    let kind = if channel == Channel::WhatsApp { Kind::WhatsAppTemplate } else { Kind::RcsTemplate };
    if !options.no_validate {
        kind.check(&document).into_result(&document.name)?;
    }
    let client = connect::client(context)?;
    let created = runtime()?.block_on(submit(&client, channel, &document, options))?;
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
async fn submit(client: &Client, channel: Channel, document: &Document, options: &Options) -> Result<Value, Failure> {
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
