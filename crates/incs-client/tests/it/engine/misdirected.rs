//! Replies that belong to another request.

use std::error::Error as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use incs_client::ErrorKind::{self, Refused};
use incs_client::RequestState::{Accepted, Rejected, Unknown};
use incs_client::endpoints::tasks::ListTasks;
use incs_client::testing::{AutoAdvanceClock, CapturingTransport, ScriptedTransport};
use incs_client::transport::{ReplyConnection, Request, Response, Transport, TransportError};
use incs_client::{Client, Error, RetryAdvice};
use incs_model::{Channel, OutboundMessage, Sent, rcs, task, viber, whatsapp};
use serde_json::{Value, json};

use crate::support::discreet::assert_error_discreet;
use crate::support::{builder, facts, samples, scripted};

fn messages() -> [OutboundMessage; 3] {
    let (to, text) = (samples::to(samples::PHONE), samples::TEXT.to_owned());
    [
        whatsapp::Message::new(to.clone(), whatsapp::Content::Text(text.clone())).into(),
        viber::Message::new(to.clone(), viber::Content::Text(text.clone())).into(),
        rcs::Message::new(to, rcs::Content::Text(text)).into(),
    ]
}

fn given(id: &str) -> Value {
    json!({ "msg_id": id })
}

async fn send(client: &Client) -> Result<Sent, Error> {
    client.messages().send(samples::message()).await
}

fn assert_unknown(error: &Error, why: &str) {
    assert_eq!(facts(error), (ErrorKind::Reply, Unknown, RetryAdvice::Reconcile, 1));
    assert_eq!(error.source().unwrap().to_string(), why);
    assert_eq!(error.message_id(), None, "the id belongs to another message");
    assert_error_discreet(error);
}

const OTHER: &str = "the reply gives the id of another message: it is a late reply to an earlier request";
const NONE: &str = "the reply gives the message an empty id";

#[tokio::test]
async fn message_id_is_unique() {
    for first in messages() {
        for second in messages() {
            let ids = [samples::SENT_ID, samples::SENT_ID, samples::SENT_ID, "m-2", "m-2"];
            let script = ids.iter().fold(ScriptedTransport::new(), |script, id| script.success(&given(id)));
            let client = scripted(&script);
            // All clones share what they were given.
            let other = client.with_certification_code("other").unwrap();
            client.messages().send(first.clone()).await.unwrap();
            assert_unknown(&client.messages().send(second.clone()).await.unwrap_err(), OTHER);
            assert_unknown(&other.messages().send(second.clone()).await.unwrap_err(), OTHER);
            other.messages().send(second.clone()).await.unwrap();
            assert_unknown(&client.clone().messages().send(second.clone()).await.unwrap_err(), OTHER);
            assert_eq!(script.requests().len(), 5, "each was sent once");
        }
    }
    // Another client has other messages.
    let script = ScriptedTransport::new().success(&samples::sent()).success(&samples::sent());
    send(&scripted(&script)).await.unwrap();
    send(&scripted(&script)).await.unwrap();
}

#[tokio::test]
async fn an_empty_id_names_no_message() {
    for message in messages() {
        for id in ["", " ", "\t\n"] {
            let script = ScriptedTransport::new().success(&given(id)).success(&given("m-1"));
            let client = scripted(&script);
            assert_unknown(&client.messages().send(message.clone()).await.unwrap_err(), NONE);
            client.messages().send(message.clone()).await.unwrap();
        }
    }
}

#[tokio::test]
async fn failure_naming_a_message_is_unknown() {
    for (status, code) in [(200, 422), (422, 422), (500, 500), (200, 10_002), (200, 429)] {
        let failure = json!({ "status": "error", "code": code, "message": "", "data": given(samples::SENT_ID) });
        let script = ScriptedTransport::new().success(&samples::sent()).reply_json(status, &failure);
        let client = scripted(&script);
        send(&client).await.unwrap();
        assert_unknown(&send(&client).await.unwrap_err(), OTHER);

        // A new id says that there may be a message, so it is neither rejected nor sent again.
        let script = ScriptedTransport::new().reply_json(status, &failure);
        let error = send(&scripted(&script)).await.unwrap_err();
        assert_eq!(facts(&error), (ErrorKind::Reply, Unknown, RetryAdvice::Reconcile, 1), "{status} {code}");
        assert_eq!(error.source().unwrap().to_string(), "the reply reports a failure, but gives the message an id");
        assert_eq!(error.message_id().unwrap().as_str(), samples::SENT_ID);
    }
}

#[tokio::test]
async fn other_replies_are_judged_as_before() {
    let refusal = json!({ "status": "error", "code": 422, "message": "no", "data": { "msg_id": "" } });
    let script = ScriptedTransport::new().reply_json(200, &refusal).success(&json!({})).success(&given("m-1"));
    let client = scripted(&script);
    let error = send(&client).await.unwrap_err();
    assert_eq!(facts(&error), (Refused, Rejected, RetryAdvice::Correct, 1));
    let error = send(&client).await.unwrap_err();
    assert_eq!(facts(&error), (ErrorKind::Reply, Accepted, RetryAdvice::Never, 1));
    send(&client).await.unwrap();

    // A call that sends no message may read an id as often as it likes.
    let row = json!({ "data": [{ "message_id": "m-1", "message_status": "read" }] });
    let script = ScriptedTransport::new().success(&row).success(&row);
    let client = scripted(&script);
    for _ in 0..2 {
        client.messages().resolve(&"m-1".into(), Some(Channel::Viber)).await.unwrap().unwrap();
    }
}

/// Counts how often its connection was discarded.
#[derive(Clone)]
struct Connected {
    script: ScriptedTransport,
    discarded: Arc<AtomicUsize>,
}

#[async_trait]
impl Transport for Connected {
    async fn call(&self, request: Request) -> Result<Response, TransportError> {
        let mut reply = self.script.call(request).await?;
        let discarded = Arc::clone(&self.discarded);
        reply.extensions_mut().insert(ReplyConnection::new(move || {
            discarded.fetch_add(1, Ordering::Relaxed);
        }));
        Ok(reply)
    }
}

#[tokio::test]
async fn misdirected_reply_discards_its_connection() {
    let script =
        ["m-1", "m-1", "m-2", ""].iter().fold(ScriptedTransport::new(), |script, id| script.success(&given(id)));
    let transport = Connected { script: script.reply(408, "").reply(200, ""), discarded: Arc::default() };
    // Through wrappers that know nothing of it.
    let wrapped: Arc<dyn Transport> = Arc::new(Box::new(CapturingTransport::new(transport.clone())));
    let client = Client::builder_with_clock(wrapped, AutoAdvanceClock::new()).certification_code(samples::CODE);
    let client = client.build().unwrap();
    for (is_ok, discarded) in [(true, 0), (false, 1), (true, 1), (false, 2), (false, 2), (false, 2)] {
        assert_eq!(send(&client).await.is_ok(), is_ok);
        assert_eq!(transport.discarded.load(Ordering::Relaxed), discarded);
    }
}

#[tokio::test]
async fn reply_may_start_with_bom() {
    let frame = |body: &Value| format!("\u{feff}{body}");
    let accepted = json!({ "status": "success", "code": 200, "message": "", "data": given("m-1") });
    let refused = json!({ "status": "error", "code": 10_002, "message": "(#132012) no", "data": {} });
    let token = json!({ "status": "success", "code": 200, "data": { "token": samples::TOKEN } });
    let list = json!({ "status": "success", "code": 200, "data": { "data": [], "page": 1 } });
    let script = ScriptedTransport::new()
        .reply(200, frame(&accepted))
        .reply(200, frame(&refused))
        .reply(200, frame(&token))
        .reply(502, "\u{feff}<html>")
        .reply(502, "\u{feff}{\"message\":\"no\"}")
        .reply(200, frame(&list));
    let client = builder(&script, &AutoAdvanceClock::new()).account("ops", samples::PASSWORD).build().unwrap();
    send(&client).await.unwrap();
    let error = send(&client).await.unwrap_err();
    assert_eq!((error.kind(), error.provider_code()), (Refused, Some(132_012)));
    // What the list holds does not matter.
    let _ = client.execute(ListTasks::new(task::ListQuery::new())).await;
    assert!(script.is_finished());
    assert_eq!(script.requests()[5].header("authorization").unwrap(), format!("Bearer {}", samples::TOKEN));
}
