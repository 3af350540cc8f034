//! Two copies of one message, as `new_message` and as `message_created`, complete each other.

use incs_model::event::Event;
use incs_model::inbound::{self, Content, Inbound, Media, MediaKind};
use incs_model::{Party, decode};
use serde_json::{Value, json};

use super::{bodies, one, view, whatsapp};

/// Returns the view of a customer's message in the workbench.
fn workbench(kind: u16, content: &Value) -> Inbound {
    let body = json!({"event": "message_created", "message": {
        "id": 260_500_000_311_u64, "conversation_id": 2210, "auth_id": 30112, "provider_id": "wamid.x", "type": kind,
        "content": content, "send_id": "30112_6281200045678", "recv_id": "staff_7",
        "created_at": "2026-04-07T05:36:31Z"}});
    let body = serde_json::to_vec(&body).unwrap();
    one(inbound::from_event(&decode::<Event>(&body).unwrap(), &body))
}

fn media(item: &Inbound) -> &Media {
    let Content::Media(media) = &item.content else { panic!("{item:?}") };
    media
}

#[test]
fn copies_of_a_document_complete_each_other() {
    let document = json!({"id": "1", "filename": "a.pdf", "sha256": "aGFzaA==", "caption": "The bill"});
    let first = whatsapp(&json!({"type": "document", "document": document}));
    let file = json!({"sourceUrl": "https://example.com/a.pdf", "fileName": "b.pdf", "fileType": "application/pdf", "fileSize": 7});
    let second = workbench(105, &file);
    assert_eq!((&media(&first).kind, &media(&second).kind), (&MediaKind::Document, &MediaKind::File));

    let completed = first.clone().completed_by(&second);
    let mut expected = first.clone();
    (expected.incs_id, expected.conversation_id) = (second.incs_id, second.conversation_id);
    let file = media(&first).clone().with_url("https://example.com/a.pdf").with_media_type("application/pdf");
    expected.content = Content::Media(file.with_size(7_u64));
    assert!(second.incs_id.is_some() && second.conversation_id.is_some());
    assert_eq!(completed, expected);

    let completed = second.clone().completed_by(&first);
    assert_eq!((&completed.pointer, &completed.raw), (&second.pointer, &second.raw));
    assert_eq!((&completed.business, &completed.profile_name), (&first.business, &first.profile_name));
    let file = media(&completed);
    assert_eq!((&file.id, &file.sha256), (&media(&first).id, &media(&first).sha256));
    assert_eq!((file.file_name.as_deref(), file.caption.as_deref()), (Some("b.pdf"), None));
}

#[test]
fn different_files_are_kept_apart() {
    let first = whatsapp(&json!({"type": "image", "image": {"id": "1"}}));
    let second = workbench(103, &json!({"sourceUrl": "https://example.com/a.ogg", "duration": 3}));
    assert_eq!(first.clone().completed_by(&second).content, first.content);
    let text = whatsapp(&json!({"type": "text", "text": {"body": "x"}}));
    assert_eq!(text.clone().completed_by(&second).content, text.content);
}

#[test]
fn ids_of_another_customer_are_not_added() {
    let text = whatsapp(&json!({"type": "text", "text": {"body": "x"}}));
    let with = |user: Option<Party>| {
        let mut item = text.clone();
        item.user = user;
        item
    };
    let known = Party::of_phone("6281200045678").with_user_id("ID.1459");
    let number = Party::of_phone("+6281200045678");
    let other = Party::of_phone("6281200099999").with_user_id("ID.2");
    for (own, copy, expected) in [
        (Some(&number), Some(&known), Some(number.clone().with_user_id("ID.1459"))),
        (Some(&number), Some(&other), Some(number.clone())),
        (None, Some(&known), Some(known.clone())),
        (Some(&known), None, Some(known.clone())),
        (None, None, None),
    ] {
        assert_eq!(with(own.cloned()).completed_by(&with(copy.cloned())).user, expected);
    }
}

/// Nothing that a message has is replaced, by any other message. A content that was not understood is nothing.
#[test]
fn no_member_is_replaced() {
    let views: Vec<_> = bodies().iter().flat_map(|(name, body)| view(name, body).unwrap()).collect();
    let json = |item: &Inbound| serde_json::to_value(item).unwrap();
    let mut completed_count = 0;
    for item in &views {
        assert_eq!(item.clone().completed_by(item), *item);
        for copy in &views {
            let completed = item.clone().completed_by(copy);
            let mut before = json(item);
            if matches!(item.content, Content::Other(_)) {
                before.as_object_mut().unwrap().remove("content");
            }
            assert_kept(&before, &json(&completed));
            completed_count += usize::from(completed != *item);
        }
    }
    assert!(completed_count > 1_000, "{completed_count}");
}

fn assert_kept(before: &Value, after: &Value) {
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            before.iter().for_each(|(name, value)| assert_kept(value, &after[name]));
        }
        _ => assert_eq!(before, after),
    }
}

#[test]
fn content_that_was_not_understood_is_replaced() {
    let tap = json!({"type": "list_reply", "list_reply": {"id": "am", "title": "Morning"}});
    let understood = whatsapp(&json!({"type": "interactive", "interactive": tap}));
    let unknown = workbench(199, &json!({"title": "Morning"}));
    assert!(matches!(understood.content, Content::Choice(_)), "{understood:?}");
    assert!(matches!(unknown.content, Content::Other(_)), "{unknown:?}");
    assert_eq!(unknown.clone().completed_by(&understood).content, understood.content);
    assert_eq!(understood.clone().completed_by(&unknown).content, understood.content);
    assert_eq!(unknown.clone().completed_by(&unknown).content, unknown.content);
}
