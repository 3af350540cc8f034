//! Meta's most frequent errors, each provoked by number and by rule, as a refusal and as a later failure. The client's error and the
//! receipt lead to the same entry of the catalogue.

use std::collections::BTreeSet;

use incs_client::{Error, RequestState, RetryAdvice};
use incs_model::delivery::{DeliveryState, DeliveryUpdate};
use incs_model::errors::{self, Explanation, Family};
use incs_model::event::Event;
use incs_model::{PhoneNumber, decode, whatsapp};
use incs_sandbox::{Action, Pace, Rule, Sandbox, Webhook, When, failing_recipients};

use crate::receiver::Inbox;
use crate::support::client;

/// A sandbox with a receiver of its receipts.
struct Stage {
    sandbox: Sandbox,
    inbox: Inbox,
}

impl Stage {
    async fn new() -> Self {
        let inbox = Inbox::open().await;
        let webhook = Webhook::to(inbox.url()).events(["message_status_update"]);
        Self {
            sandbox: Sandbox::builder().seed(7).pace(Pace::instant()).webhook(webhook).start().await.unwrap(),
            inbox,
        }
    }

    async fn send(&self, to: &str) -> Result<String, Error> {
        let message = whatsapp::Message::new(to.parse::<PhoneNumber>().unwrap(), "Your table is ready.");
        client(&self.sandbox).messages().send(message).await.map(|sent| sent.message_id.into_string())
    }

    /// Returns the explanation of a refused send.
    async fn refused(&self, to: &str) -> &'static Explanation {
        let error = self.send(to).await.unwrap_err();
        let known = error.explanation().unwrap_or_else(|| panic!("{error} has no explanation"));
        assert_eq!((error.request_state(), error.retry_advice()), (RequestState::Rejected, RetryAdvice::Correct));
        assert_eq!((error.provider_code().map(i64::from), error.help()), (Some(known.code()), known.action()));
        known
    }

    /// Returns the explanation in the receipt of a message that was accepted and failed, from the event and from the stored state.
    async fn failed(&self, to: &str) -> &'static Explanation {
        let id = self.send(to).await.unwrap();
        let is_of_it = |post: &crate::receiver::Post| post.json()["message_id"] == id;
        let posts = self.inbox.wait_until(|posts| posts.iter().any(is_of_it)).await;
        let event: Event = decode(&posts.iter().find(|post| is_of_it(post)).unwrap().body).unwrap();
        let mut state = DeliveryState::default();
        state.merge(&DeliveryUpdate::of_event(&event)[0]);
        assert!(state.is_failed());
        let stored: DeliveryState = decode(&serde_json::to_vec(&state).unwrap()).unwrap();
        let known = stored.failure.unwrap().explanation();
        known.unwrap_or_else(|| panic!("the receipt of {to} has no explanation"))
    }
}

#[tokio::test]
async fn frequent_errors_are_explained_both_ways() {
    let stage = Stage::new().await;
    let codes: BTreeSet<_> =
        failing_recipients().iter().filter(|number| number.later).map(|number| number.code).collect();
    assert!(codes.len() >= 20, "{codes:?}");
    for code in codes {
        let known = errors::explain(Family::Meta, code).unwrap();
        assert_eq!(stage.refused(&format!("15551{code:06}")).await, known);
        assert_eq!(stage.failed(&format!("15552{code:06}")).await, known);

        let to = "85251230088";
        let title = || known.title().to_owned();
        let refuse = Rule::new(Action::Refuse { code, title: title() }).when(When::to(to)).count(1);
        stage.sandbox.add_fault(refuse).unwrap();
        assert_eq!(stage.refused(to).await, known);
        stage.sandbox.add_fault(Rule::new(Action::Fail { code, title: title() }).when(When::to(to)).count(1)).unwrap();
        assert_eq!(stage.failed(to).await, known);
    }
    stage.sandbox.shutdown().await;
}

#[tokio::test]
async fn refusal_applies_to_sends_of_its_channel() {
    let stage = Stage::new().await;
    stage.sandbox.add_fault(Rule::parse(br#"{"kind": "refuse", "code": 131049}"#).unwrap()).unwrap();
    let ids = incs_model::status::StatusQuery::new(["wamid.HBgN"]);
    client(&stage.sandbox).messages().status(ids.message_ids).await.unwrap();
    let text = incs_model::viber::Message::new("85251230088".parse().unwrap(), "Hi");
    let error = client(&stage.sandbox).messages().send(text).await.unwrap_err();
    let code = error.explanation().map(|known| (known.family(), known.code()));
    assert_eq!((code, error.platform_message()), (Some((Family::Incs, 10003)), Some("Meta chose not to deliver")));
    stage.sandbox.shutdown().await;
}

#[test]
fn page_lists_every_number() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/sandbox-faults.md");
    let page = std::fs::read_to_string(page).unwrap();
    for number in failing_recipients() {
        assert!(page.contains(&format!("`{}`", number.to)), "{}", number.to);
    }
}
