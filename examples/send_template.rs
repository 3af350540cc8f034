//! Sends a WhatsApp template if its values match the definition on the platform.
//!
//! The provider behind the platform rejects a send with a missing value, or accepts it and fails later. So the program fetches the
//! definition first and lists all differences.
//!
//! ```text
//! cargo run -p incs-examples --example send_template -- 85251230088 balance_note_1 'Ms Tan' 'HKD 120'
//! ```
//!
//! The values of the body follow the name, in order.
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::{Context as _, bail, ensure};

use incs_facade::client::{Client, Error, RequestState};
use incs_facade::model::template::whatsapp::{Status, Template as Definition};
use incs_facade::model::whatsapp::template::{Component, Template};
use incs_facade::model::{PhoneNumber, whatsapp};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, name, values @ ..] = arguments.as_slice() else { bail!("usage: send_template NUMBER NAME [VALUE…]") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;
    let mut template = Template::new(name.as_str());
    if !values.is_empty() {
        template = template.with_components([Component::body(values)]);
    }

    let client = Client::from_env()?;
    // A service would fetch each template once and cache it.
    let definitions = approved(&client, name).await.context("the templates cannot be fetched")?;
    ensure!(!definitions.is_empty(), "no template of this name is approved");
    // If there are several languages, it is unknown which one is sent, so the values must fit all of them.
    for definition in &definitions {
        if let Err(report) = definition.check_send(&template) {
            for violation in report.violations() {
                println!("{}: {violation}", definition.language);
            }
            bail!("not sent; differences from the template: {}", report.violations().len());
        }
    }

    let sent = client.messages().send(whatsapp::Message::new(to, template)).await;
    match sent {
        Ok(sent) => {
            println!("on its way as {}", sent.message_id);
            Ok(())
        }
        Err(error) => {
            let meaning = match error.request_state() {
                RequestState::NotSent | RequestState::Rejected => "the customer has nothing",
                RequestState::Unknown | RequestState::Accepted => "it may be out, do not send it again",
            };
            Err(error).context(meaning)
        }
    }
}

/// Returns the approved templates with this name, one for each language.
async fn approved(client: &Client, name: &str) -> Result<Vec<Definition>, Error> {
    let mut found = Vec::new();
    let mut templates = client.templates().whatsapp().list();
    while let Some(template) = templates.try_next().await? {
        if template.name.as_str() == name && template.status == Status::Approved {
            found.push(template);
        }
    }
    Ok(found)
}
