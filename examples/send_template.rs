//! Sends a WhatsApp template, after a comparison with its definition on the platform; what does not fit is not sent.
//!
//! A send with a value too few is refused by the provider behind the platform, or accepted and then failed. So the definition is
//! fetched first, and all differences are listed.
//!
//! ```text
//! cargo run -p incs-examples --example send_template -- 85251230088 balance_note_1 'Ms Tan' 'HKD 120'
//! ```
//!
//! What follows the name are the values of the body, in order.
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::{Context as _, bail, ensure};

use incs_facade::client::backend::ReqwestTransport;
use incs_facade::client::{Client, Error};
use incs_facade::model::template::whatsapp::{Status, Template as Definition};
use incs_facade::model::whatsapp::template::{Component, Parameter, Template};
use incs_facade::model::{PhoneNumber, whatsapp};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, name, values @ ..] = arguments.as_slice() else { bail!("usage: send_template NUMBER NAME [VALUE…]") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;
    let mut template = Template::new(name.as_str());
    if !values.is_empty() {
        template = template.with_components([Component::body(values.iter().map(Parameter::text))]);
    }

    let client = client()?;
    // A service would do this once for each of its templates, and keep them.
    let definitions = approved(&client, name).await.context("the templates cannot be fetched")?;
    ensure!(!definitions.is_empty(), "no template of this name is approved");
    // Which language is sent when there are several is unknown, so the values have to fit each.
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
            println!("on its way as {}", sent.msg_id);
            Ok(())
        }
        Err(error) if error.request_state().is_safe_to_repeat() => Err(error).context("the customer has nothing"),
        Err(error) => Err(error).context("it may be out, do not send it again"),
    }
}

/// The approved templates of this name, one for each language.
async fn approved(client: &Client, name: &str) -> Result<Vec<Definition>, Error> {
    let mut found = Vec::new();
    let mut templates = client.templates().whatsapp().list();
    while let Some(template) = templates.next().await? {
        if template.name.as_str() == name && template.status == Status::Approved {
            found.push(template);
        }
    }
    Ok(found)
}

/// A client of the platform, or of the sandbox that `INCS_BASE_URL` names.
fn client() -> anyhow::Result<Client> {
    let code = env::var("INCS_CERTIFICATION_CODE").context("INCS_CERTIFICATION_CODE")?;
    let mut client = Client::builder(ReqwestTransport::new()?).certification_code(code);
    if let Ok(url) = env::var("INCS_BASE_URL") {
        client = client.base_urls(&url);
    }
    client.build().context("the settings of the client")
}
