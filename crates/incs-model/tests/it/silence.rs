//! Errors of plain `serde_json` hold no value, for every type with a hand-written `Deserialize` in this crate.
//!
//! The output of serde's own implementations (`String`, numbers, derived structs and enums) is described in `docs/security.md`.

use std::any::type_name;

use incs_model::event::{Event, NewMessageBody, created, rcs as rcs_event, whatsapp as whatsapp_event};
use incs_model::template::{rcs as rcs_template, whatsapp as whatsapp_template};
use incs_model::whatsapp::interactive::carousel::CardAction;
use incs_model::whatsapp::interactive::{Header, Interactive};
use incs_model::whatsapp::template::{Component, Parameter};
use incs_model::{
    Address, Channel, CivilTime, PartyKey, PhoneNumber, RawJson, Secret, UnixSeconds, WireTime, auth, decode, delivery,
    envelope, exotel, id, phone, rcs, status, task, viber, whatsapp,
};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A text for a secret, and a number for a customer's number.
const TEXT: &str = "sEcReT";
const NUMBER: &str = "85251230088";

/// Values of all JSON types, including odd ones, which hold one or the other.
const VALUES: &[&str] = &[
    "\"sEcReT\"",
    "\"+852 5123 0088 sEcReT\"",
    "\"\\u0073EcReT sEcReT\"",
    "\"85251230088\"",
    "\"085251230088\"",
    "\"8525123008885251230088\"",
    "85251230088",
    "-85251230088",
    "85251230088.5",
    "85251230088e300",
    "8525123008885251230088",
    "true",
    "null",
    "[]",
    "[\"sEcReT\"]",
    "[85251230088]",
    "{}",
    "{\"x\":\"sEcReT\"}",
    "{\"x\":85251230088,\"type\":[\"sEcReT\"]}",
    "{\"type\":85251230088}",
    "{\"type\":\"sEcReT\",\"other\":85251230088}",
    "{\"to\":\"+85251230088 sEcReT\"}",
    "{\"to\":85251230088}",
    "{\"event\":85251230088}",
    "{\"name\":85251230088,\"module_id\":85251230088}",
];

fn assert_silent<T: DeserializeOwned>() -> usize {
    let mut refused = 0;
    for json in VALUES {
        let errors = [
            serde_json::from_str::<T>(json).err(),
            serde_json::from_slice::<T>(json.as_bytes()).err(),
            serde_json::from_reader::<_, T>(json.as_bytes()).err(),
            serde_json::from_str(json).ok().and_then(|value| serde_json::from_value::<T>(value).err()),
        ];
        for error in errors.into_iter().flatten() {
            refused += 1;
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains(TEXT) && !shown.contains("8525123008"),
                "{} from {json}: {shown}",
                type_name::<T>()
            );
        }
    }
    refused
}

macro_rules! assert_all_silent {
    ($($type:ty),+ $(,)?) => {
        $( assert!(assert_silent::<$type>() > 0, "{} takes everything", type_name::<$type>()); )+
    };
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "only its errors are looked at")]
struct Typed(#[serde(with = "phone::lenient")] PhoneNumber);

#[derive(Deserialize)]
#[allow(dead_code, reason = "only its errors are looked at")]
struct TypedOption(#[serde(with = "phone::lenient::option")] Option<PhoneNumber>);

#[test]
fn leaf_types_show_no_value() {
    assert_all_silent! {
        PhoneNumber, Typed, TypedOption, Address, Secret, PartyKey, WireTime, CivilTime, UnixSeconds,
        id::MessageId, id::TemplateId, id::TemplateName, id::LanguageCode, id::MediaType, id::MediaId, id::AgentId,
        id::ParticipantId, id::PhoneNumberId, id::WhatsAppUserId, id::EventId, id::GroupId, id::CallId, id::Username,
        id::FileId, id::ModuleId, id::IncsMessageId, id::ChannelId, id::ConversationId, id::CustomId, id::TaskId,
        id::BatchId, id::TaskLogId,
        Channel, envelope::ReplyStatus, envelope::Code, status::State, task::TaskKind, task::TaskStatus, task::TaskLogKind,
        whatsapp_event::StatusKind, whatsapp_template::Category, rcs_template::Category,
        exotel::StatusCode, exotel::StatusName, exotel::Text, exotel::Postback, exotel::Coordinate,
        auth::Token, incs_model::TextOrNumber,
    }
}

#[test]
fn unions_and_messages_show_no_value() {
    assert_all_silent! {
        whatsapp::Message, viber::Message, rcs::Message, whatsapp::Content, viber::Content, rcs::Content,
        Interactive, Header, CardAction, Component, Parameter, Event, created::Message, whatsapp_event::Message,
        rcs_event::UserMessage, task::Panel, rcs_template::NewTemplate, rcs_template::Template,
        rcs_template::Suggestion, exotel::Suggested, exotel::Content, exotel::Incoming,
        exotel::Report,
    }
    // These accept any JSON.
    for refused in [assert_silent::<RawJson>(), assert_silent::<NewMessageBody>(), assert_silent::<exotel::Callback>()]
    {
        assert!(refused < VALUES.len() * 4);
    }
}

/// serde's own code reads structs and their plain texts, as described in `docs/security.md`.
#[test]
fn only_serde_code_shows_values() {
    fn shown<T: DeserializeOwned>(json: &str) -> String {
        assert!(!decode::<T>(json.as_bytes()).err().unwrap().to_string().contains(NUMBER));
        serde_json::from_str::<T>(json).err().unwrap().to_string()
    }
    for (error, expected) in [
        (
            shown::<whatsapp::Image>(&format!("{{\"link\":{NUMBER}}}")),
            "invalid type: integer `85251230088`, expected a string",
        ),
        (
            shown::<viber::Message>(&format!("{{\"to\":\"6281200045678\",\"type\":\"text\",\"text\":{NUMBER}}}")),
            "invalid type: integer `85251230088`, expected a string",
        ),
        (shown::<whatsapp::Image>(NUMBER), "invalid type: integer `85251230088`, expected struct Image"),
        (shown::<delivery::Stage>(&format!("\"{NUMBER}\"")), "unknown variant `85251230088`, expected one of"),
        // Not these, although they are members of such structs.
        (
            shown::<viber::Message>(&format!("{{\"type\":\"text\",\"text\":\"x\",\"to\":\"+{NUMBER}\"}}")),
            "invalid value: a string, expected a phone number of digits only, with country code",
        ),
        (
            shown::<task::NewTask>(&format!("{{\"name\":\"x\",\"auth_id\":1,\"assignee_username\":{NUMBER}}}")),
            "invalid value: a number, expected a string",
        ),
    ] {
        assert!(error.starts_with(expected), "{error}");
    }
}
