//! Tests of messages that arrive in two callbacks.

use incs_model::inbound::{Content, Inbound};
use incs_relay::store::{Appended, ItemState, Store as _};
use incs_relay::{Context, Reply};

use crate::support::{Inbox, JSON, TARGET, receiver};

const TEXT_ID: &str = "wamid.HBgNNjI4MTIwMDA0NTY3OBUCABIYIDNFQjBBMTlDNDREN0YyNjgxQjU1OTlBQTBDN0UxMUYyAA==";

/// The two callbacks of one message, in each form that both have, and the kind that the handler must see.
fn pairs() -> Vec<(&'static str, String, String)> {
    let new = |id: &str, content: &str| {
        format!(
            r#"{{"event":"new_message","channel_id":30112,"business_phone":"6281100099001","message":{{"messaging_product":"whatsapp","contacts":[{{"wa_id":"6281200045678","profile":{{"name":"Rina"}}}}],"messages":[{{"from":"6281200045678","id":"{id}","timestamp":"1777860669",{content}}}]}}}}"#
        )
    };
    let created = |id: &str, kind: &str, content: &str| {
        format!(
            r#"{{"event":"message_created","message":{{"id":260500000311,"auth_id":30112,"conversation_id":2210,"session_type":1,"send_id":"30112_6281200045678","recv_id":"staff_2044",{kind},"channel_msg_id":"{id}","channel_status":0,"content":{content},"error":"","source":0}}}}"#
        )
    };
    let rcs_new = r#"{"event":"new_message","business_phone":"","message":{"senderPhoneNumber":"+6281200045678","messageId":"c2f70b14","sendTime":"2026-05-04T02:11:09Z","text":"Hi"}}"#;
    vec![
        (
            "text",
            new(TEXT_ID, r#""type":"text","text":{"body":"Good morning"}"#),
            created(TEXT_ID, r#""type":101,"custom_type":0"#, r#"{"content":"Good morning"}"#),
        ),
        (
            "media",
            new("wamid.IMG", r#""type":"image","image":{"id":"9001","mime_type":"image/png"}"#),
            created(
                "wamid.IMG",
                r#""type":102,"custom_type":0"#,
                r#"{"sourcePath":"https://files.example.com/a.png","sourcePicture":{"uuid":"u","type":"image/png","size":402117,"url":"https://files.example.com/a.png"}}"#,
            ),
        ),
        ("text", rcs_new.to_owned(), created("c2f70b14", r#""type":101,"custom_type":0"#, r#"{"content":"Hi"}"#)),
    ]
}

#[tokio::test]
async fn message_of_two_callbacks_is_handled_once() {
    for (kind, new, created) in pairs() {
        for bodies in [[&new, &created], [&created, &new]] {
            let inbox = Inbox::new().await;
            let calls = inbox.calls.clone();
            let handler = move |message: Inbound, _: Context| {
                let url = match &message.content {
                    Content::Media(media) => media.url.clone(),
                    _ => None,
                };
                calls.add(format!("{} {}", message.content.kind(), url.unwrap_or_default()));
                assert_eq!(message.incs_id.map(incs_model::id::IncsMessageId::as_u64), Some(260_500_000_311));
                async { Ok(()) }
            };
            let relay = inbox.builder().on_message(handler).build();
            for (place, body) in bodies.into_iter().chain(bodies).enumerate() {
                let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
                let Reply::Stored(answers) = reply else { panic!("{body}: {reply:?}") };
                let is_expected = match (place, &answers[..]) {
                    (0, [Appended::New(_)]) | (2 | 3, [Appended::Seen]) => true,
                    (1, [Appended::DuplicateOf { id, first }]) => id != first,
                    _ => false,
                };
                assert!(is_expected, "{body}: {answers:?}");
            }
            inbox.drain(&relay).await;
            let calls = inbox.calls.all();
            assert_eq!(calls.len(), 1, "{bodies:?}: {calls:?}");
            assert!(calls[0].starts_with(kind), "{calls:?}");
            if kind == "media" {
                assert_eq!(calls[0], "media https://files.example.com/a.png", "a link that only one callback has");
            }
            let items = inbox.items().await;
            assert_eq!(items[1].duplicate_of, Some(items[0].id));
            assert_eq!((items[1].state, items[1].attempts), (ItemState::Done, 0));
            assert!(inbox.store.read(None, 10).await.unwrap().iter().all(|item| item.raw.is_some()), "both are kept");
        }
    }
}

#[tokio::test]
async fn same_id_of_other_customer_is_another_message() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let (_, new, _) = pairs().remove(2);
    for body in [new.clone(), new.replace("45678", "45679")] {
        let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
        assert!(matches!(reply, Reply::Stored(ref items) if matches!(items[..], [Appended::New(_)])), "{reply:?}");
    }
}
