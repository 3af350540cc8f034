//! Sends one text on WhatsApp, and says whether the customer may have it.
//!
//! ```text
//! cargo run -p incs-examples --example send_text -- 85251230088 'Your table is ready.'
//! ```
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::{Context as _, bail};

use incs_facade::client::Client;
use incs_facade::client::backend::ReqwestTransport;
use incs_facade::model::{PhoneNumber, whatsapp};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, text] = arguments.as_slice() else { bail!("usage: send_text NUMBER TEXT") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;

    let sent = client()?.messages().send(whatsapp::Message::text(to, text)).await;
    match sent {
        Ok(sent) => {
            println!("on its way as {}", sent.msg_id);
            Ok(())
        }
        // Not sent, or rejected: correct what the error says, and run this again.
        Err(error) if error.request_state().is_safe_to_repeat() => Err(error).context("the customer has nothing"),
        // The reply was lost. A second send could be a second message, so this is for a person, or for `reconcile`.
        Err(error) => {
            let help = error.help();
            Err(error).context(format!("it may be out, do not send it again; {help}"))
        }
    }
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
