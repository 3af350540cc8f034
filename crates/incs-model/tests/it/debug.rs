//! `Debug`, reports and errors show shapes and ids, and never content, locations or contact data.

use std::fmt::{Debug, Display};

use incs_model::delivery::{DeliveryState, DeliveryUpdate};
use incs_model::envelope::{Envelope, ReplyError};
use incs_model::event::Event;
use incs_model::exotel::{Callback, Entry};
use incs_model::{
    DecodeError, Report, Secret, Sent, Validate, auth, check, decode, inbound, rcs, status, task, template, viber,
    whatsapp,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::fixtures::{names, text};
use crate::mutation::{places, replaced};

/// Members that `Debug` shows by design: kinds and states, times, identifiers that do not identify a person.
const SHOWN: &[&str] = &[
    // Kinds, states and other words of the platform.
    "event",
    "type",
    "status",
    "category",
    "new_value",
    "message_status",
    "suggestionType",
    "sub_type",
    "format",
    "callback_type",
    "exo_detailed_status",
    "height",
    "width",
    "orientation",
    "msgType",
    "language",
    // Media types.
    "mimeType",
    "mime_type",
    "media_type",
    "fileType",
    "soundType",
    "videoType",
    "snapshotType",
    "thumbnail_type",
    // Times, and codes of states.
    "timestamp",
    "created_at",
    "updated_at",
    "sendTime",
    "msgDate",
    "exo_status_code",
    // Identifiers of templates, files, agents, modules, business numbers, and of messages too short to hold a number.
    "template",
    "template_id",
    "template_name",
    "uuid",
    "videoUUID",
    "snapshotUUID",
    "agentId",
    "module_id",
    "phone_number_id",
    "sid",
    "channel_sid",
];

/// Places where `name` is the name of a template or of an action, and not of a person, file or task.
const SHOWN_NAMES: &[(&str, &str)] =
    &[("send-", "/template/name"), ("send-", "/action/name"), ("rcs-template-", "/name"), ("waba-template-", "/name")];

/// The number of consecutive digits of a phone number that must not appear.
const PART: usize = 6;

/// The number of characters at the end of a message id that are shown.
const TAIL: usize = 12;

/// Reports whether `Debug` shows the text at a place of a fixture by design.
fn is_shown(fixture: &str, place: &str) -> bool {
    let file = fixture.rsplit('/').next().unwrap();
    let member = place.rsplit('/').find(|step| step.parse::<usize>().is_err()).unwrap_or_default();
    SHOWN.contains(&member) || SHOWN_NAMES.iter().any(|(family, end)| file.starts_with(family) && place.ends_with(end))
}

/// Returns the secrets of a fixture: texts, the phone numbers in them, all but the end of message ids, coordinates.
fn secrets(fixture: &str, body: &Value) -> Vec<String> {
    let (mut secrets, mut shown) = (Vec::new(), Vec::new());
    for place in places(body) {
        match body.pointer(&place) {
            Some(Value::String(text)) if is_shown(fixture, &place) => shown.push(text.clone()),
            Some(Value::String(text)) if text.chars().count() >= 5 => {
                secrets.push(text.clone());
                for run in text.split(|c: char| !c.is_ascii_digit()).filter(|run| run.len() >= 8) {
                    secrets.extend((0..=run.len() - PART).map(|start| run[start..start + PART].to_owned()));
                }
                if text.starts_with("wamid.") {
                    secrets.push(text[..text.len() - TAIL].to_owned());
                    secrets.push(text[text.len() - TAIL - 1..].to_owned());
                }
            }
            Some(Value::Number(number)) if number.is_f64() => secrets.push(number.to_string()),
            _ => {}
        }
    }
    // The number of a file may be part of its link too.
    secrets.retain(|secret| !shown.iter().any(|shown| shown.contains(secret.as_str())));
    secrets
}

fn assert_hidden(what: &str, shown: &str, secrets: &[String]) {
    for secret in secrets {
        assert!(!shown.contains(secret.as_str()), "{what} shows {secret}: {shown}");
    }
}

fn body(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

#[test]
fn debug_of_fixtures_shows_no_content() {
    let mut hidden = 0;
    for name in names(|_| true) {
        let secrets = secrets(&name, &body(&name));
        let Seen { debugs, error, .. } = seen(&name, text(&name).as_bytes());
        assert_eq!(error, None, "{name}");
        assert!(debugs.iter().all(|debug| !debug.is_empty()), "{name}");
        for debug in debugs {
            assert_hidden(&name, &debug, &secrets);
        }
        hidden += secrets.len();
    }
    assert!(hidden > 400, "only {hidden} secrets were looked for");
}

#[test]
fn reports_show_no_request_content() {
    let mut reports = 0;
    for name in names(|name| name.ends_with(".request.json")) {
        let body = body(&name);
        let secrets = secrets(&name, &body);
        for place in places(&body) {
            let Some(Value::String(text)) = body.pointer(&place) else { continue };
            let ends = ["x".repeat(5000), "/a.85251230088\n\n\n\n".to_owned(), " 85251230088".to_owned()];
            for long in
                ends.iter().map(|end| format!("{text}{end}")).chain([format!("{text}!").repeat(2), String::new()])
            {
                let seen = seen(&name, replaced(&body, &place, &Value::from(long).to_string()).as_bytes());
                let Some(report) = seen.report.filter(|report| *report != Report::default()) else { continue };
                reports += 1;
                let what = format!("the report on {place} of {name}");
                let json = serde_json::to_string(&[report.violations(), report.warnings()]).unwrap();
                for shown in [format!("{report}"), format!("{report:?}"), format!("{report:#?}"), json] {
                    assert_hidden(&what, &shown, &secrets);
                    assert!(!shown.contains("85251230088"), "{what}: {shown}");
                }
            }
        }
    }
    assert!(reports > 200, "only {reports} reports");
}

#[test]
fn decode_errors_show_no_body_content() {
    let mut errors = 0;
    for name in names(|_| true) {
        let body = body(&name);
        let secrets = secrets(&name, &body);
        for place in places(&body) {
            let value = body.pointer(&place).unwrap();
            for json in [
                format!("[{value}]"),
                format!("{{\"x\":{value}}}"),
                format!("{value} {value}"),
                Value::from(value.to_string()).to_string(),
            ] {
                let Seen { error, debugs, .. } = seen(&name, replaced(&body, &place, &json).as_bytes());
                let what = format!("{place} of {name} as {json:.40}");
                for debug in debugs {
                    assert_hidden(&what, &debug, &secrets);
                }
                let Some(error) = error else { continue };
                errors += 1;
                for shown in [format!("{error}"), format!("{error:?}"), format!("{error:#?}")] {
                    assert_hidden(&what, &shown, &secrets);
                }
            }
        }
    }
    assert!(errors > 1000, "only {errors} errors");
}

#[test]
fn token_request_debug_hides_password() {
    let request = auth::TokenRequest::new("ops_admin", "correct-horse-battery");
    for shown in [format!("{request:?}"), format!("{request:#?}"), format!("{:?}", request.password)] {
        assert_hidden("the request", &shown, &["ops_admin".to_owned(), "correct-horse-battery".to_owned()]);
        assert!(shown.contains("Secret(…)"), "{shown}");
    }
}

/// Does not compile if a `Secret` has a `Display`: then both impls match.
trait HasNoDisplay<Which> {
    fn has_none() {}
}

struct Shown;

impl<T> HasNoDisplay<()> for T {}
impl<T: Display> HasNoDisplay<Shown> for T {}

const _: fn() = <Secret as HasNoDisplay<_>>::has_none;
const _: fn() = <auth::Token as HasNoDisplay<_>>::has_none;
const _: fn() = <auth::TokenRequest as HasNoDisplay<_>>::has_none;

/// Returns both `Debug` forms, which every type in this file is checked with.
fn both(value: &impl Debug) -> [String; 2] {
    [format!("{value:?}"), format!("{value:#?}")]
}

/// The output of a body that was read as its type.
#[derive(Default)]
pub(crate) struct Seen {
    /// `Debug` in both forms, of the value and of values derived from it.
    pub(crate) debugs: Vec<String>,
    pub(crate) error: Option<DecodeError>,
    pub(crate) report: Option<Report>,
}

impl Seen {
    fn show(mut self, value: &impl Debug) -> Self {
        self.debugs.extend(both(value));
        self
    }

    fn failed(mut self, error: DecodeError) -> Self {
        self.error = Some(error);
        self
    }
}

fn request<T: DeserializeOwned + Validate + Debug>(body: &[u8]) -> Seen {
    match decode::<T>(body) {
        Ok(value) => Seen { report: Some(check(&value)), ..Seen::default() }.show(&value),
        Err(error) => Seen::default().failed(error),
    }
}

fn reply<T: DeserializeOwned + Debug>(body: &[u8]) -> Seen {
    let envelope = match decode::<Envelope>(body) {
        Ok(envelope) => envelope,
        Err(error) => return Seen::default().failed(error),
    };
    let seen = Seen::default().show(&envelope);
    match envelope.into_result::<T>() {
        Ok(data) => seen.show(&data),
        Err(ReplyError::Data(error)) => seen.failed(error),
        Err(refused) => {
            let shown = refused.to_string();
            let mut seen = seen.show(&refused);
            seen.debugs.push(shown);
            seen
        }
    }
}

fn event(body: &[u8]) -> Seen {
    match decode::<Event>(body) {
        Ok(event) => {
            let updates = DeliveryUpdate::of_event(&event);
            let mut delivery = DeliveryState::default();
            let changes: Vec<_> = updates.iter().map(|update| delivery.merge(update)).collect();
            let seen = Seen::default().show(&event).show(&inbound::from_event(&event, body));
            seen.show(&updates).show(&delivery).show(&changes)
        }
        Err(error) => Seen::default().failed(error),
    }
}

fn callback(body: &[u8]) -> Seen {
    match decode::<Callback>(body) {
        Ok(callback) => {
            let mut seen = Seen::default().show(&callback).show(&inbound::from_exotel(&callback, body));
            for (_, entry) in callback.entries() {
                seen = seen.show(&entry);
                match entry {
                    Entry::Report(report) => seen = seen.show(&DeliveryUpdate::from(report)),
                    Entry::SmsReport(report) => seen = seen.show(&DeliveryUpdate::from(report)),
                    Entry::Malformed(malformed) => seen.error = Some(malformed.error().clone()),
                    _ => {}
                }
            }
            seen
        }
        Err(error) => Seen::default().failed(error),
    }
}

/// Reads a body as the type of the fixture of this name.
pub(crate) fn seen(fixture: &str, body: &[u8]) -> Seen {
    let (family, name) = fixture.split_once('/').unwrap();
    let (route, kind) = name.split_once('.').unwrap();
    let is_request = kind == "request.json";
    match route {
        _ if family == "exotel" => callback(body),
        _ if route.starts_with("webhook-") => event(body),
        _ if !is_request && route.starts_with("send-") => reply::<Sent>(body),
        _ if route.starts_with("send-whatsapp") => request::<whatsapp::Message>(body),
        _ if route.starts_with("send-viber") => request::<viber::Message>(body),
        _ if route.starts_with("send-rcs") => request::<rcs::Message>(body),
        _ if is_request && route.starts_with("rcs-template") => request::<template::rcs::NewTemplate>(body),
        _ if is_request && route.starts_with("waba-template") => request::<template::whatsapp::NewTemplate>(body),
        _ if is_request && route.starts_with("saas-task") => request::<task::NewTask>(body),
        "saas-token" => request::<auth::TokenRequest>(body),
        "messages-status" => reply::<status::StatusList>(body),
        "rcs-template-get" => reply::<template::rcs::Template>(body),
        "rcs-template-list" => reply::<Vec<template::rcs::Template>>(body),
        "waba-template-create" => reply::<template::whatsapp::Template>(body),
        "waba-template-list" => reply::<Vec<template::whatsapp::Template>>(body),
        "saas-task-create" => reply::<task::Task>(body),
        "saas-task-list" => reply::<task::TaskPage>(body),
        _ if route.starts_with("envelope-") => reply::<Option<incs_model::RawJson>>(body),
        _ => panic!("no type for {fixture}"),
    }
}
