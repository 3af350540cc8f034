//! Documents leave as they were written, or not at all.

use incs_client::testing::ScriptedTransport;
use incs_client::{BatchOptions, ErrorKind, RequestState, RetryAdvice};
use incs_model::envelope::Envelope;
use incs_model::{Channel, Document};
use serde_json::json;

use crate::support::{facts, json, scripted};

/// Sends in spellings that this library would not choose.
const WRITTEN: [(Channel, &str); 3] = [
    (Channel::WhatsApp, " {\"type\" : \"text\",\r\n\t\"text\":\"\\u0048i\\/ho\", \"to\":\"85251230088\"}\n\n"),
    (
        Channel::Viber,
        r#"{"otp":{"code_expiration_minutes":5,"language":"en","code":"730264"},"to":"85251230088","type":"otp"}"#,
    ),
    (Channel::Rcs, r#"{"to":"85251230088","type":"template","template":{"parameters":{"b":"1","a":"2"},"name":"n"}}"#),
];

fn script(replies: usize) -> ScriptedTransport {
    (0..replies).fold(ScriptedTransport::new(), |script, index| {
        script.reply_json(200, &Envelope::success(&json!({ "msg_id": format!("m-{index}") })).unwrap())
    })
}

#[tokio::test]
async fn document_leaves_byte_for_byte() {
    let script = script(WRITTEN.len());
    let client = scripted(&script);
    for (channel, text) in &WRITTEN {
        // The byte order mark is left out.
        let document = Document::read(channel, format!("\u{feff}{text}"));
        client.messages().send(document).await.unwrap();
    }
    let requests = script.requests();
    let bodies: Vec<_> = requests.iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect();
    assert_eq!(bodies, WRITTEN.map(|(_, text)| text));
}

#[tokio::test]
async fn unknown_member_prevents_the_send() {
    let text = r#"{"to":"85251230088","type":"text","text":"Hi","txet":"there"}"#;
    let script = script(2);
    let client = scripted(&script);
    let document = Document::read(&Channel::Viber, text);
    let error = client.messages().send(document.clone()).await.unwrap_err();
    assert_eq!(facts(&error), (ErrorKind::Invalid, RequestState::NotSent, RetryAdvice::Correct, 0));
    assert_eq!(error.report().unwrap(), document.report());
    assert!(script.requests().is_empty());
    // Who knows better can send it, alone or in a batch.
    client.messages().send(document).validate(false).await.unwrap();
    assert_eq!(&**script.requests()[0].body(), text.as_bytes());
}

#[tokio::test]
async fn unvalidated_document_needs_only_json() {
    for text in ["{}", "[7]", r#"{"to":7}"#, r#"{"to":"1","type":"x"}"#] {
        let script = script(1);
        scripted(&script).messages().send(Document::read(&Channel::Rcs, text)).validate(false).await.unwrap();
        assert_eq!(&**script.requests()[0].body(), text.as_bytes());
    }
    for text in ["", "{", "to=85251230088"] {
        let script = script(1);
        let call = scripted(&script);
        let error = call.messages().send(Document::read(&Channel::Rcs, text)).validate(false).await.unwrap_err();
        assert_eq!((error.kind(), error.request_state()), (ErrorKind::Request, RequestState::NotSent), "{text}");
        assert!(script.requests().is_empty());
    }
}

#[tokio::test]
async fn batch_sends_documents_as_written() {
    let texts = [
        "{\"to\":\"85251230088\", \"type\":\"text\",\r\n\"text\":\"Hi\"}",
        r#"{"to":"85251230088","type":"text","text":"Hi","foo":1}"#,
        r#"{"text":"Ho","to":"85251230099","type":"text"}"#,
    ];
    let script = script(2);
    let documents = texts.map(|text| Document::read(&Channel::Viber, text));
    let options = BatchOptions::new().with_concurrency(1);
    let report =
        scripted(&script).messages().send_all_iter(documents.into_iter().enumerate(), options).collect_all().await;
    assert_eq!((report.sent, report.not_sent), (2, 1));
    let bodies: Vec<_> =
        script.requests().iter().map(|request| String::from_utf8_lossy(request.body()).into_owned()).collect();
    assert_eq!(bodies, [texts[0], texts[2]]);
}

#[tokio::test]
async fn warnings_do_not_stop_a_send() {
    let mut body = json("send-whatsapp-text.request");
    body["context"] = json!({ "message_id": "wamid.1" });
    let document = Document::read(&Channel::WhatsApp, body.to_string());
    assert_eq!(document.report().warnings().len(), 1);
    let script = script(1);
    scripted(&script).messages().send(document).await.unwrap();
    assert_eq!(&**script.requests()[0].body(), body.to_string().as_bytes());
}
