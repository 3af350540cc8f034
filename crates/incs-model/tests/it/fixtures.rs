//! Every payload of the reference decodes into a typed value and encodes back to the same JSON.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use incs_model::envelope::{Envelope, ReplyError};
use incs_model::event::{Event, NewMessageBody, created, rcs as rcs_event, whatsapp as whatsapp_event};
use incs_model::{Sent, Validate, auth, decode, encode, rcs, status, task, template, validate, viber, whatsapp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Returns the text of a fixture, by its path below `fixtures/`.
pub(crate) fn text(name: &str) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the names of all fixtures below `fixtures/` that match.
pub(crate) fn names(fits: impl Fn(&str) -> bool) -> Vec<String> {
    let mut names = Vec::new();
    for family in ["incs", "exotel"] {
        for entry in fs::read_dir(root().join(family)).unwrap() {
            let name = format!("{family}/{}", entry.unwrap().file_name().to_str().unwrap());
            if fits(&name) {
                names.push(name);
            }
        }
    }
    names.sort();
    assert!(!names.is_empty(), "no fixture fits");
    names
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Decodes a fixture and asserts that it encodes back to the same JSON value.
fn same_json<T: DeserializeOwned + Serialize>(name: &str) -> T {
    let text = text(name);
    let typed: T = decode(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
    let before: Value = serde_json::from_str(&text).unwrap();
    let after: Value = serde_json::from_slice(&encode(&typed).unwrap()).unwrap();
    assert_eq!(before, after, "{name} came back changed");
    typed
}

/// Does the same, and asserts that PHP's spelling decodes to the same typed value.
pub(crate) fn round_trip<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(name: &str) -> T {
    let typed: T = same_json(name);
    let php = with_php_escapes(&text(name));
    assert_eq!(decode::<T>(php.as_bytes()).unwrap(), typed, "{name} with the escapes of PHP");
    typed
}

/// Returns the same JSON as PHP writes it: `/` and all characters beyond ASCII escaped.
fn with_php_escapes(json: &str) -> String {
    let mut escaped = String::new();
    for character in json.chars() {
        match character {
            '/' => escaped.push_str("\\/"),
            character if character.is_ascii() => escaped.push(character),
            character => {
                let mut units = [0; 2];
                for unit in character.encode_utf16(&mut units) {
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
        }
    }
    escaped
}

fn valid<T: Validate>(name: &str, value: &T) {
    if let Err(report) = validate(value) {
        panic!("{name}: {report}");
    }
}

#[test]
fn whatsapp_sends() {
    for name in names(|name| name.starts_with("incs/send-whatsapp-") && name.ends_with(".request.json")) {
        let message: whatsapp::Message = round_trip(&name);
        assert!(!matches!(message.content, whatsapp::Content::Unknown(_)), "{name}");
        if let whatsapp::Content::Template(template) = &message.content {
            for component in &template.components {
                assert!(!matches!(component, whatsapp::template::Component::Unknown(_)), "{name}");
                for parameter in component.parameters() {
                    assert!(!matches!(parameter.value, whatsapp::template::ParameterValue::Unknown(_)), "{name}");
                }
            }
        }
        if let whatsapp::Content::Interactive(interactive) = &message.content {
            assert!(!matches!(interactive, whatsapp::Interactive::Unknown(_)), "{name}");
        }
        valid(&name, &message);
    }
}

#[test]
fn viber_sends() {
    for name in names(|name| name.starts_with("incs/send-viber-") && name.ends_with(".request.json")) {
        let message: viber::Message = round_trip(&name);
        assert!(!matches!(message.content, viber::Content::Unknown(_)), "{name}");
        valid(&name, &message);
    }
}

#[test]
fn rcs_sends() {
    for name in names(|name| name.starts_with("incs/send-rcs-") && name.ends_with(".request.json")) {
        let message: rcs::Message = round_trip(&name);
        assert!(!matches!(message.content, rcs::Content::Unknown(_)), "{name}");
        valid(&name, &message);
    }
}

#[test]
fn other_requests() {
    for name in names(|name| name.ends_with(".request.json") && !name.contains("/send-")) {
        if name.contains("rcs-template-create") {
            let request: template::rcs::NewTemplate = round_trip(&name);
            assert!(!matches!(request.content, template::rcs::Content::Unknown(_)), "{name}");
            valid(&name, &request);
        } else if name.contains("waba-template-create") {
            let request: template::whatsapp::NewTemplate = round_trip(&name);
            for component in &request.components {
                assert!(!matches!(component, template::whatsapp::Component::Unknown(_)), "{name}");
            }
            valid(&name, &request);
        } else if name.contains("task-create") {
            let request: task::NewTask = round_trip(&name);
            assert!(!matches!(request.task_module_info, Some(task::Panel::Unknown(_))), "{name}");
            valid(&name, &request);
        } else {
            assert_eq!(name, "incs/saas-token.request.json");
            valid(&name, &round_trip::<auth::TokenRequest>(&name));
        }
    }
}

#[test]
fn replies() {
    for name in names(|name| name.ends_with(".response.json")) {
        // Raw data is compared as text, so PHP's spelling is a different value here.
        let reply: Envelope = same_json(&name);
        assert!(reply.code.is_known() && reply.status.is_known(), "{name}");
        let is_success = !name.contains(".error-") && !name.contains("envelope-error");
        assert_eq!(reply.is_success(), is_success, "{name}");
        if !is_success {
            assert!(matches!(reply.into_result::<Value>(), Err(ReplyError::Refused(_))), "{name}");
        } else if name.contains("messages-status") {
            assert_eq!(data::<status::StatusList>(&name, reply).data.len(), 2);
        } else if name.contains("rcs-template-list") {
            for template in data::<Vec<template::rcs::Template>>(&name, reply) {
                assert!(!matches!(template.content, template::rcs::Content::Unknown(_)), "{name}");
            }
        } else if name.contains("rcs-template-get") {
            assert_eq!(data::<template::rcs::Template>(&name, reply).status, template::rcs::Status::Approved);
        } else if name.contains("waba-template-list") {
            assert_eq!(data::<Vec<template::whatsapp::Template>>(&name, reply).len(), 1);
        } else if name.contains("waba-template-create") {
            assert_eq!(data::<template::whatsapp::Template>(&name, reply).status, template::whatsapp::Status::Pending);
        } else if name.contains("task-list") {
            assert_eq!(data::<task::TaskPage>(&name, reply).total, 1);
        } else if name.contains("task-create") {
            assert_eq!(data::<task::Task>(&name, reply).logs.len(), 2);
        } else {
            assert!(!data::<Sent>(&name, reply).message_id.as_str().is_empty(), "{name}");
        }
    }
}

/// Returns the data of a successful reply, as its type; encodes back to the same JSON value.
fn data<T: DeserializeOwned + Serialize>(name: &str, reply: Envelope) -> T {
    let before: Value = reply.data.as_ref().unwrap().decode().unwrap();
    let typed: T = reply.into_result().unwrap_or_else(|error| panic!("{name}: {error}"));
    let after: Value = serde_json::from_slice(&encode(&typed).unwrap()).unwrap();
    assert_eq!(before, after, "{name} came back changed");
    typed
}

#[test]
fn events() {
    for name in names(|name| name.starts_with("incs/webhook-")) {
        match round_trip::<Event>(&name) {
            Event::MessageStatusUpdate(update) => assert!(update.message_status.is_known(), "{name}"),
            Event::TemplateStatusUpdate(update) => assert!(update.new_value.is_known(), "{name}"),
            Event::TemplateCategoryUpdate(update) => assert!(update.new_value.is_known(), "{name}"),
            Event::TemplateQualityUpdate(update) => assert!(update.new_value.is_known(), "{name}"),
            Event::MessageCreated(created) => typed_created(&name, &created.message),
            Event::NewMessage(new) => match new.message {
                NewMessageBody::WhatsApp(value) => typed_whatsapp(&name, &value),
                NewMessageBody::Rcs(message) => {
                    assert!(!matches!(message.content, rcs_event::Content::Unknown(_)), "{name}");
                }
                other => panic!("{name} became {other:?}"),
            },
            other => panic!("{name} became {other:?}"),
        }
    }
}

fn typed_created(name: &str, message: &created::Message) {
    assert!(name.contains(message.content().kind()), "{name} became {}", message.content().kind());
    assert!(message.channel_status.is_some_and(created::ChannelState::is_known), "{name}");
    assert_eq!(message.customer().unwrap().phone.unwrap().as_str(), "6281200045678", "{name}");
}

fn typed_whatsapp(name: &str, value: &whatsapp_event::Value) {
    assert!(!value.messages.is_empty() || value.statuses.len() == 2, "{name}");
    for message in &value.messages {
        assert!(!matches!(message.content, whatsapp_event::Content::Unknown(_)), "{name}");
        if let whatsapp_event::Content::Interactive(answer) = &message.content {
            assert!(!matches!(answer, whatsapp_event::Interactive::Unknown(_)), "{name}");
        }
        assert_eq!(value.contact_of(message).unwrap().profile.as_ref().unwrap().name.as_deref(), Some("Rina W"));
    }
}
