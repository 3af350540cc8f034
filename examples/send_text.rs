//! Sends one text on WhatsApp, and prints whether it may have been sent.
//!
//! ```text
//! cargo run -p incs-examples --example send_text -- 85251230088 'Your table is ready.'
//! ```
//!
//! Settings: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::{Context as _, bail};

use incs_facade::client::{Client, RequestState};
use incs_facade::model::{PhoneNumber, whatsapp};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, text] = arguments.as_slice() else { bail!("usage: send_text NUMBER TEXT") };
    let to: PhoneNumber = to.parse().context("NUMBER")?;

    let sent = Client::from_env()?.messages().send(whatsapp::Message::new(to, text)).await;
    match sent {
        Ok(sent) => {
            println!("on its way as {}", sent.message_id);
            Ok(())
        }
        Err(error) => {
            let help = error.help();
            let meaning = match error.request_state() {
                RequestState::NotSent => "nothing was sent; run this again".to_owned(),
                RequestState::Rejected => format!("it was rejected, the customer has nothing; {help}"),
                RequestState::Accepted => format!("it is on its way, its id is not known; {help}"),
                // The reply was lost. A second send could be a second message, so a person or `reconcile` must decide.
                RequestState::Unknown => format!("it may be out, do not send it again; {help}"),
            };
            Err(error).context(meaning)
        }
    }
}
