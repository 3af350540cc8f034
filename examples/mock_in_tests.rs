//! Tests an application that sends messages, without network, account or waiting. See the tests below.
//!
//! ```text
//! cargo test -p incs-examples --example mock_in_tests
//! cargo run -p incs-examples --example mock_in_tests -- 85251230088 'Ms Tan' 'HKD 120'
//! ```
//!
//! Settings of the program: `INCS_CERTIFICATION_CODE`, and `INCS_BASE_URL` for a sandbox; without it the platform is called. The
//! tests need none.

#![allow(clippy::print_stdout, reason = "a program for a terminal")]

use std::env;

use anyhow::{Context as _, bail};

use incs_facade::client::{Client, Error, RequestState};
use incs_facade::model::whatsapp::template::{Component, Template};
use incs_facade::model::{PhoneNumber, whatsapp};

/// The next step of an application after a send.
#[derive(Debug, PartialEq)]
enum Reminder {
    Sent(String),
    /// Nothing reached the customer, and a retry would fail again.
    Refused,
    /// A person checks whether it was sent; it is not retried.
    ToBeChecked,
}

/// The function under test. It takes a client and does not know the transport.
async fn remind(client: &Client, to: PhoneNumber, name: &str, balance: &str) -> Result<Reminder, Error> {
    let note = Template::new("balance_note_1").with_components([Component::body([name, balance])]);
    match client.messages().send(whatsapp::Message::new(to, note)).await {
        Ok(sent) => Ok(Reminder::Sent(sent.message_id.to_string())),
        Err(error) => match error.request_state() {
            RequestState::Rejected if error.code().is_some() => Ok(Reminder::Refused),
            // Rejected by an intermediary before the platform, or not sent: retry tomorrow.
            RequestState::Rejected | RequestState::NotSent => Err(error),
            RequestState::Unknown | RequestState::Accepted => Ok(Reminder::ToBeChecked),
        },
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [to, name, balance] = arguments.as_slice() else { bail!("usage: mock_in_tests NUMBER NAME BALANCE") };
    let client = Client::from_env()?;
    println!("{:?}", remind(&client, to.parse().context("NUMBER")?, name, balance).await?);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use incs_facade::client::testing::{AutoAdvanceClock, ScriptedTransport};
    use incs_facade::client::transport::TransportErrorKind;
    use incs_facade::model::Sent;
    use incs_facade::model::envelope::Code;

    use super::*;

    /// Runs the function with scripted replies.
    async fn reminded(script: &ScriptedTransport, clock: &AutoAdvanceClock) -> Result<Reminder, Error> {
        let client =
            Client::builder_with_clock(script.clone(), clock.clone()).certification_code("5d1f").build().unwrap();
        remind(&client, "+852 5123 0088".parse().unwrap(), "Ms Tan", "HKD 120").await
    }

    #[tokio::test]
    async fn the_values_stand_in_the_template_in_their_order() {
        let script = ScriptedTransport::new().success(&Sent::new("wamid.HBgN"));
        let reminder = reminded(&script, &AutoAdvanceClock::new()).await.unwrap();
        assert_eq!(reminder, Reminder::Sent("wamid.HBgN".to_owned()));
        let requests = script.requests();
        assert_eq!((requests.len(), requests[0].path()), (1, "/external/messages/whatsapp"));
        let body: serde_json::Value = serde_json::from_slice(requests[0].body()).unwrap();
        assert_eq!(body["template"]["components"][0]["parameters"][1]["text"], "HKD 120");
    }

    #[tokio::test]
    async fn a_platform_that_is_busy_is_asked_again_after_the_time_that_it_names() {
        let busy = ScriptedTransport::new().reply(429, "").with_header("retry-after", "20");
        let (script, clock) = (busy.success(&Sent::new("wamid.HBgN")), AutoAdvanceClock::new());
        assert_eq!(reminded(&script, &clock).await.unwrap(), Reminder::Sent("wamid.HBgN".to_owned()));
        assert!(clock.slept().iter().sum::<Duration>() >= Duration::from_secs(20)); // and the test took no time
    }

    #[tokio::test]
    async fn a_send_whose_reply_is_lost_is_checked_and_not_repeated() {
        let script = ScriptedTransport::new().error(TransportErrorKind::Interrupted);
        assert_eq!(reminded(&script, &AutoAdvanceClock::new()).await.unwrap(), Reminder::ToBeChecked);
        assert_eq!(script.requests().len(), 1);
    }

    #[tokio::test]
    async fn a_template_that_the_provider_refuses_is_no_fault_of_the_network() {
        let script = ScriptedTransport::new().failure(Code::WhatsApp, "(#132001) Template name does not exist");
        assert_eq!(reminded(&script, &AutoAdvanceClock::new()).await.unwrap(), Reminder::Refused);
    }
}
