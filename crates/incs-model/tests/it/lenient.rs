//! An optional member with any unreadable value affects nothing else.

use incs_model::envelope::Envelope;
use incs_model::event::whatsapp::{Content as WhatsApp, Interactive};
use incs_model::event::{Event, NewMessageBody, created, rcs, whatsapp};
use incs_model::status::{State, StatusList};
use incs_model::task::{Task, TaskPage};
use incs_model::{Pointer, Sent, decode, encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::fixtures::{names, text};
use crate::mutation::{odd_values, places, replaced};

/// Reads a body and writes it again.
fn again(name: &str, body: &str) -> Option<Vec<u8>> {
    fn data<T: DeserializeOwned + Serialize>(body: &[u8]) -> Option<Vec<u8>> {
        let envelope = decode::<Envelope>(body).ok()?;
        if !envelope.is_success() {
            return encode(&envelope).ok();
        }
        let (message, error) = (envelope.message.clone(), envelope.error.clone());
        let mut again = Envelope::success(&envelope.into_result::<T>().ok()?).unwrap().with_message(message);
        again.error = error;
        encode(&again).ok()
    }

    let body = body.as_bytes();
    match name.strip_prefix("incs/").unwrap() {
        name if name.starts_with("webhook-") => encode(&decode::<Event>(body).ok()?).ok(),
        name if name.starts_with("messages-status") => data::<StatusList>(body),
        name if name.starts_with("saas-task-create") => data::<Task>(body),
        name if name.starts_with("saas-task-list") => data::<TaskPage>(body),
        name if name.starts_with("send-") => data::<Sent>(body),
        _ => encode(&decode::<Envelope>(body).ok()?).ok(),
    }
}

/// Returns the value without the part at a place.
fn without(value: &Value, place: &str) -> Value {
    let mut value = value.clone();
    let mut parent = Pointer::parse(place).unwrap();
    let name = parent.pop().unwrap();
    if let Some(Value::Object(members)) = value.pointer_mut(parent.as_str()) {
        members.remove(&name);
    }
    value
}

/// Reports members whose value decides the type of others, and members whose elements are items.
fn is_apart(body: &Value, place: &str) -> bool {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent_value = body.pointer(parent).unwrap();
    let tag = parent_value.get("type").and_then(Value::as_str);
    let holds_items = ["messages", "statuses", "errors", "calls", "message_echoes", "user_preferences"];
    parent_value.is_array()
        // The tag of a union, and the member that it names.
        || (name == "type" && tag.is_some_and(|tag| parent_value.get(tag).is_some()))
        || tag == Some(name)
        || (parent == "/message" && holds_items.contains(&name))
        // Contents of RCS, which have no tag.
        || (parent == "/message" && ["text", "userFile", "suggestionResponse", "location", "content"].contains(&name))
}

#[test]
fn any_optional_member_may_be_unreadable() {
    let odd = odd_values();
    let is_received = |name: &str| {
        let is_template = name.starts_with("incs/rcs-template") || name.starts_with("incs/waba-template");
        name.starts_with("incs/") && !name.ends_with(".request.json") && !is_template
    };
    let (mut tried, mut members) = (0, 0);
    for name in names(is_received) {
        let body: Value = serde_json::from_str(&text(&name)).unwrap();
        let original: Value = serde_json::from_slice(&again(&name, &body.to_string()).unwrap()).unwrap();
        for place in places(&body).into_iter().filter(|place| !place.is_empty() && !is_apart(&body, place)) {
            let expected = without(&original, &place);
            let absent = again(&name, &without(&body, &place).to_string());
            let absent: Option<Value> = absent.map(|absent| serde_json::from_slice(&absent).unwrap());
            if absent.is_none_or(|absent| without(&absent, &place) != expected) {
                // The member is required.
                continue;
            }
            members += 1;
            for json in &odd {
                let written = again(&name, &replaced(&body, &place, json));
                let written = written.unwrap_or_else(|| panic!("{name} is not read with {json:.20} at {place}"));
                // Raw members may hold more than `Value` can.
                if let Ok(written) = serde_json::from_slice::<Value>(&written) {
                    assert_eq!(without(&written, &place), expected, "{name}: {json:.20} at {place}");
                    tried += 1;
                }
            }
        }
    }
    assert!(members > 400 && tried > 7000, "{members} members, {tried} tries");
}

fn event(body: &Value) -> Event {
    decode(body.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"))
}

fn on_whatsapp(message: &Value) -> whatsapp::Message {
    let body = json!({
        "event": "new_message",
        "message": { "messaging_product": "whatsapp", "messages": [message] },
    });
    let Event::NewMessage(new) = event(&body) else { panic!("{body}") };
    let NewMessageBody::WhatsApp(value) = new.message else { panic!("{body}") };
    let [message] = <[_; 1]>::try_from(value.messages).unwrap();
    message
}

fn on_rcs(member: &str, content: &Value) -> rcs::Content {
    let body = json!({
        "event": "new_message",
        "message": { "senderPhoneNumber": "+1", "messageId": "m", member: content },
    });
    let Event::NewMessage(new) = event(&body) else { panic!("{body}") };
    let NewMessageBody::Rcs(message) = new.message else { panic!("{body}") };
    message.content
}

fn in_workbench(members: &Value) -> created::Message {
    let mut message = json!({ "id": 1, "send_id": "30058_6281", "recv_id": "staff_1" });
    message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    let Event::MessageCreated(created) = event(&json!({ "event": "message_created", "message": message })) else {
        panic!("{members}")
    };
    assert_eq!(created.message.is_inbound(), Some(true));
    created.message
}

#[test]
fn failure_is_reported_with_any_error() {
    for (error, code, title) in [
        (json!({ "code": "131026", "title": "x" }), Some(131_026), Some("x")),
        (json!({ "code": 131_026.0, "title": 7 }), Some(131_026), Some("7")),
        (json!({ "code": [], "title": "x" }), None, Some("x")),
        (json!("x"), None, None),
        (json!({}), None, None),
        (json!(null), None, None),
        (json!([1]), Some(1), None),
    ] {
        let body = json!({ "event": "message_status_update", "message_id": "wamid.1", "message_status": "failed", "error": error });
        let Event::MessageStatusUpdate(update) = event(&body) else { panic!("{body}") };
        assert_eq!((update.message_id.as_str(), update.message_status), ("wamid.1", State::Failed));
        let found = update.error.as_ref();
        assert_eq!(found.and_then(|error| error.code), code, "{body}");
        assert_eq!(found.and_then(|error| error.title.as_deref()), title, "{body}");
        assert_eq!(found.is_some(), code.is_some() || title.is_some(), "{body}");
    }
}

#[test]
fn template_update_takes_a_numeric_id() {
    let body = json!({
        "event": "template_status_update", "new_value": "APPROVED", "template_id": 1_234_567_890_123_u64, "reason": null,
        "channel_id": "30112", "template_name": {},
    });
    let Event::TemplateStatusUpdate(update) = event(&body) else { panic!("{body}") };
    assert_eq!(update.template_id.unwrap().as_str(), "1234567890123");
    assert_eq!((update.channel_id.unwrap().as_u64(), update.template_name, &*update.reason), (30112, None, ""));
}

#[test]
fn rcs_content_survives_unreadable_members() {
    let payload = json!({ "fileUri": "https://h/f", "fileSizeBytes": "144594", "mimeType": 7 });
    let rcs::Content::File(file) = on_rcs("userFile", &json!({ "payload": payload, "thumbnail": { "fileUri": 7 } }))
    else {
        panic!("no file")
    };
    assert_eq!((file.payload.file_size_bytes, &*file.payload.file_uri), (Some(144_594), "https://h/f"));
    assert_eq!((file.payload.mime_type.unwrap().as_str(), file.thumbnail), ("7", None));
    let rcs::Content::Suggestion(tap) = on_rcs("suggestionResponse", &json!({ "text": "Yes", "trackdata": "" })) else {
        panic!("no tap")
    };
    assert_eq!((tap.postback_data, tap.text.as_deref(), tap.trackdata), (None, Some("Yes"), None));
    let rcs::Content::Location(place) = on_rcs("location", &json!({ "latitude": "-2.25", "longitude": 40 })) else {
        panic!("no place")
    };
    assert!(place.latitude < -2.0 && place.longitude > 39.0);
    for nothing in [json!(null), json!(""), json!({})] {
        assert!(matches!(on_rcs("userFile", &nothing), rcs::Content::Unknown(_)), "{nothing}");
    }
}

#[test]
fn rcs_event_survives_unreadable_members() {
    for odd in [json!(null), json!(7), json!([]), json!({}), json!(["x"])] {
        let members = json!({
            "eventType": "READ", "messageId": odd, "senderPhoneNumber": odd, "sendTime": { "x": 1 }, "eventId": 7,
        });
        let Event::NewMessage(new) = event(&json!({ "event": "new_message", "message": members })) else {
            panic!("{odd}")
        };
        let NewMessageBody::RcsEvent(read) = new.message else { panic!("{odd}: {new:?}") };
        assert_eq!((read.event_type, read.event_id.unwrap().as_str()), (rcs::UserEventKind::Read, "7"));
        assert_eq!((read.message_id, read.sender_phone_number, read.send_time), (None, None, None), "{odd}");
    }
}

#[test]
fn no_order_line_is_lost() {
    let order = json!({ "product_items": [
        { "product_retailer_id": "a", "quantity": [1] }, { "product_retailer_id": 7 }, { "item_price": 2 },
    ] });
    let message = on_whatsapp(&json!({ "id": "w", "type": "order", "order": order }));
    let WhatsApp::Order(order) = &message.content else { panic!("{message:?}") };
    let products: Vec<_> = order.product_items.iter().map(|item| &*item.product_retailer_id).collect();
    assert_eq!(products, ["a", "7", ""]);
}

#[test]
fn whatsapp_message_survives_unreadable_members() {
    let base = json!({ "from": "1", "id": "wamid.L" });
    let message = |members: Value| {
        let mut message = base.clone();
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        on_whatsapp(&message)
    };
    let audio =
        message(json!({ "type": "audio", "audio": { "id": "a", "voice": "true", "mime_type": 7 }, "timestamp": {} }));
    let WhatsApp::Audio(file) = &audio.content else { panic!("{audio:?}") };
    assert_eq!((file.voice, audio.timestamp), (Some(true), None));
    let system = message(json!({ "type": "system", "system": { "new_wa_id": 6281, "type": [] } }));
    let WhatsApp::System(system) = &system.content else { panic!("{system:?}") };
    assert_eq!((system.new_wa_id.as_ref().unwrap().as_str(), &system.r#type), ("6281", &None));
    let place =
        message(json!({ "type": "location", "location": { "latitude": "-2.3", "longitude": "40", "name": 7 } }));
    assert!(
        matches!(&place.content, WhatsApp::Location(place) if place.longitude > 39.0 && place.name.as_deref() == Some("7"))
    );
    let failed = message(
        json!({ "type": "unsupported", "errors": [{ "code": "131051", "error_data": "" }, 7, { "title": 1 }] }),
    );
    let codes: Vec<_> = failed.errors.iter().map(|error| error.code).collect();
    assert_eq!(codes, [Some(131_051), None]);
}

#[test]
fn whatsapp_kind_needs_no_member() {
    for content in [json!(null), json!(""), json!({})] {
        let message = json!({
            "from": "1", "id": "w", "type": "image", "image": content,
            "errors": [{ "code": 131_052, "title": "Media download error" }],
        });
        let read = on_whatsapp(&message);
        assert!(matches!(read.content, WhatsApp::Missing(_)), "{message}");
        assert_eq!((read.content.kind(), read.errors[0].code), ("image", Some(131_052)));
        assert_eq!(serde_json::to_value(&read).unwrap(), without(&message, "/image"));
        assert_eq!(on_whatsapp(&without(&message, "/image")), read);
    }
    let answer = on_whatsapp(&json!({ "id": "w", "type": "interactive", "interactive": { "type": "button_reply" } }));
    assert!(
        matches!(&answer.content, WhatsApp::Interactive(Interactive::Missing(missing)) if missing.kind() == "button_reply")
    );
}

#[test]
fn whatsapp_type_is_inferred_from_content() {
    let place =
        on_whatsapp(&json!({ "from": "1", "id": "wamid.L", "location": { "latitude": -2.3, "longitude": 40 } }));
    assert!(matches!(place.content, WhatsApp::Location(_)));
    let untagged =
        json!({ "id": "w", "interactive": { "list_reply": { "id": "row" } }, "text": null, "something": {} });
    let answer = on_whatsapp(&untagged);
    assert!(matches!(&answer.content, WhatsApp::Interactive(Interactive::ListReply(row)) if row.id == "row"));
}

#[test]
fn workbench_image_survives_unreadable_pictures() {
    let message = in_workbench(&json!({ "type": 102, "error": {}, "created_at": [], "content": {
        "sourcePath": "https://h/p",
        "sourcePicture": { "url": "https://h/s", "width": 864.5, "height": 864.0, "size": "7" },
        "bigPicture": { "width": 5 },
        "snapshotPicture": "",
    } }));
    let created::Content::Image(image) = message.content() else { panic!("{message:?}") };
    let source = image.source_picture.as_ref().unwrap();
    assert_eq!((&*source.url, source.width, source.height, source.size), ("https://h/s", None, Some(864), Some(7)));
    assert_eq!((&image.big_picture, &image.snapshot_picture, &*image.source_path), (&None, &None, "https://h/p"));
    assert_eq!((&message.error, &message.created_at), (&None, &None));
}

#[test]
fn workbench_message_needs_no_content() {
    for (code, kind) in [(101, "text"), (102, "image"), (103, "audio"), (104, "video"), (105, "file")] {
        let bare = in_workbench(&json!({ "type": code }));
        assert_eq!((bare.content(), bare.content().kind()), (&created::Content::Missing(code), kind));
        let written = serde_json::to_value(&bare).unwrap();
        assert_eq!((&written["type"], written.get("content")), (&json!(code), None));
        let contents = [
            json!(null),
            json!(""),
            json!({}),
            json!([]),
            json!([1]),
            json!(7),
            json!(7.5),
            json!(true),
            json!("x"),
            json!("{}"),
            json!("[1]"),
            json!("null"),
        ];
        for content in contents {
            for body in [json!({ "type": code, "content": content }), json!({ "content": content, "type": code })] {
                assert_eq!(in_workbench(&body), bare, "{body}");
            }
        }
    }
    let early = br#"{"id":1,"content":1e999,"type":101}"#;
    let late = br#"{"id":1,"type":101,"content":"\ud800"}"#;
    for body in [&early[..], late] {
        assert_eq!(decode::<created::Message>(body).unwrap().content(), &created::Content::Missing(101));
    }
}

#[test]
fn custom_content_always_stays_raw() {
    for custom_type in [11002, 11006, 11008, 11009, 11010] {
        for content in [json!(null), json!(""), json!({}), json!("x"), json!([1]), json!({ "a": 1 })] {
            let message = in_workbench(&json!({ "type": 110, "custom_type": custom_type, "content": content }));
            let created::Content::Custom(raw) = message.content() else { panic!("{message:?}") };
            assert_eq!((raw.decode::<Value>().unwrap(), message.custom_type.unwrap().as_i64()), (content, custom_type));
        }
    }
    let absent = in_workbench(&json!({ "type": 110 }));
    assert!(matches!(absent.content(), created::Content::Custom(raw) if raw.get() == "null"));
}

#[test]
fn required_members_keep_their_errors() {
    for (body, pointer) in [
        (json!({ "event": "message_status_update", "message_id": 7, "message_status": "read" }), "/message_id"),
        (json!({ "event": "message_status_update", "message_id": "m", "message_status": null }), "/message_status"),
        (json!({ "event": "message_created", "message": { "id": "x", "type": 101 } }), "/message/id"),
        (json!({ "event": "message_created", "message": { "id": 1, "type": [] } }), "/message/type"),
        (
            json!({ "event": "message_created", "message": { "id": 1, "type": 102, "content": { "sourcePath": 7 } } }),
            "/message/content/sourcePath",
        ),
        (
            json!({ "event": "new_message", "message": { "messages": [{ "id": 7, "type": "text", "text": { "body": "x" } }] } }),
            "/message/messages/0/id",
        ),
        (
            json!({ "event": "new_message", "message": { "messages": [{ "id": "w", "type": "text", "text": { "body": 7 } }] } }),
            "/message/messages/0/text/body",
        ),
        (
            json!({ "event": "new_message", "message": { "senderPhoneNumber": "1", "messageId": 7, "text": "x" } }),
            "/message/messageId",
        ),
        (
            json!({ "event": "new_message", "message": { "statuses": [{ "id": "w" }], "contacts": "x" } }),
            "/message/statuses/0/status",
        ),
    ] {
        assert_eq!(decode::<Event>(body.to_string().as_bytes()).unwrap_err().pointer(), pointer, "{body}");
    }
}

#[test]
fn last_readable_duplicate_member_counts() {
    for members in [r#""from":"1","from":{}"#, r#""from":[],"from":"1""#, r#""from":"2","from":"1""#] {
        let body = format!(
            r#"{{"event":"new_message","message":{{"messages":[{{{members},"id":"a","type":"text","text":{{"body":"x"}}}}]}}}}"#
        );
        let Ok(Event::NewMessage(new)) = decode(body.as_bytes()) else { panic!("{members}") };
        let NewMessageBody::WhatsApp(value) = new.message else { panic!("{members}") };
        assert_eq!(value.messages[0].from.as_ref().unwrap().as_str(), "1", "{members}");
    }
}

#[test]
fn unreadable_type_is_inferred_from_content() {
    for odd in [json!({}), json!([]), json!(true), Value::Null] {
        let message = on_whatsapp(&json!({ "id": "a", "from": "1", "type": odd, "text": { "body": "x" } }));
        assert!(matches!(&message.content, WhatsApp::Text(text) if text.body == "x"), "{odd}");
    }
    // An unknown type stays unknown, with any members beside it.
    let message = on_whatsapp(&json!({ "id": "a", "type": "poll", "text": { "body": "x" } }));
    assert_eq!(message.content.kind(), "poll");
}

#[test]
fn rcs_event_is_never_a_message() {
    for members in [json!({ "text": "START" }), json!({ "text": "START", "messageId": "m" }), json!({})] {
        let mut message = json!({ "senderPhoneNumber": "+1", "eventType": "SUBSCRIBE", "eventId": "e" });
        message.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let Event::NewMessage(new) = event(&json!({ "event": "new_message", "message": message })) else { panic!() };
        assert!(
            matches!(new.message, NewMessageBody::RcsEvent(event) if event.event_type == rcs::UserEventKind::Subscribe)
        );
    }
}

#[test]
fn content_before_its_tag_is_read_like_one_after_it() {
    let mut compared = 0;
    for name in names(|name| name.starts_with("incs/webhook-new-message-whatsapp")) {
        let body: Value = serde_json::from_str(&text(&name)).unwrap();
        for message in body.pointer("/message/messages").and_then(Value::as_array).into_iter().flatten() {
            let Some(kind) = message.get("type").and_then(Value::as_str) else { continue };
            let Some(content) = message.get(kind) else { continue };
            let odd = [json!(null), json!(""), json!({}), json!(7), json!({"future": [1.0]})];
            for content in odd.iter().chain([content]) {
                for tag in [Some(kind), Some("future"), Some("text"), Some("image"), None] {
                    let tag = tag.map(|tag| format!(r#""type":"{tag}""#));
                    let parts = |tag_first: bool| {
                        let member = format!(r#""{kind}":{content}"#);
                        let mut parts = vec![r#""id":"m""#.to_owned()];
                        parts.extend(if tag_first { tag.clone() } else { None });
                        parts.push(member);
                        parts.extend(if tag_first { None } else { tag.clone() });
                        format!("{{{}}}", parts.join(","))
                    };
                    let [before, after] =
                        [parts(false), parts(true)].map(|json| decode::<whatsapp::Message>(json.as_bytes()));
                    let place = |read: Result<whatsapp::Message, incs_model::DecodeError>| {
                        read.map_err(|error| (error.pointer().to_owned(), error.expected().to_owned()))
                    };
                    assert_eq!(place(before), place(after), "{name}: {}", parts(false));
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 300, "{compared}");
}
