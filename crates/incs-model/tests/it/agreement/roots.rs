//! Which document and which type a payload of the reference belongs to.

use incs_model::envelope::Envelope;
use incs_model::{
    Report, Sent, Validate, auth, decode, event, exotel, rcs, status, task, template, validate, viber, whatsapp,
};
use serde::de::DeserializeOwned;

use super::breaks_the_schema;

/// What is sent: the document, and what the type says of a body.
#[derive(Clone, Copy)]
pub(super) struct Request {
    pub(super) document: &'static str,
    pub(super) check: fn(&[u8]) -> Result<(), String>,
}

/// What is received: the document, and whether the type reads a body.
#[derive(Clone, Copy)]
pub(super) struct Received {
    pub(super) document: &'static str,
    pub(super) reads: fn(&[u8]) -> bool,
}

fn request<T: DeserializeOwned + Validate>(document: &'static str) -> Request {
    /// Refuses a body that does not decode, or that breaks a rule which the schema knows too.
    fn check<T: DeserializeOwned + Validate>(body: &[u8]) -> Result<(), String> {
        let value: T = decode(body).map_err(|error| error.to_string())?;
        let known = |report: &Report| breaks_the_schema(report);
        validate(&value).or_else(|report| if known(&report) { Err(report.to_string()) } else { Ok(()) })
    }

    Request { document, check: check::<T> }
}

fn received<T: DeserializeOwned>(document: &'static str) -> Received {
    Received { document, reads: |body| decode::<T>(body).is_ok() }
}

fn reply<T: DeserializeOwned>(document: &'static str) -> Received {
    fn reads<T: DeserializeOwned>(body: &[u8]) -> bool {
        let Ok(envelope) = decode::<Envelope>(body) else { return false };
        !envelope.is_success() || envelope.into_result::<T>().is_ok()
    }

    Received { document, reads: reads::<T> }
}

/// Any JSON at all is a callback; only what is understood need fit.
fn reads_callback(body: &[u8]) -> bool {
    let Ok(callback) = decode::<exotel::Callback>(body) else { return false };
    let understood = |entry: &exotel::Entry<'_>| {
        matches!(entry, exotel::Entry::Incoming(_) | exotel::Entry::Report(_) | exotel::Entry::SmsReport(_))
    };
    let mut entries = callback.entries().peekable();
    entries.peek().is_some() && entries.all(|(_, entry)| understood(&entry))
}

/// The document of a request.
pub(super) fn request_of(fixture: &str) -> Option<Request> {
    let (name, _) = fixture.split_once(".request.json")?;
    Some(match name {
        _ if name.starts_with("send-whatsapp") => request::<whatsapp::Message>("send/whatsapp-message.json"),
        _ if name.starts_with("send-viber") => request::<viber::Message>("send/viber-message.json"),
        _ if name.starts_with("send-rcs") => request::<rcs::Message>("send/rcs-message.json"),
        _ if name.starts_with("rcs-template") => request::<template::rcs::NewTemplate>("send/rcs-template.json"),
        _ if name.starts_with("waba-template") => {
            request::<template::whatsapp::NewTemplate>("send/whatsapp-template.json")
        }
        _ if name.starts_with("saas-token") => request::<auth::TokenRequest>("send/token-request.json"),
        _ if name.starts_with("saas-task") => request::<task::NewTask>("send/task.json"),
        _ => panic!("no document for {fixture}"),
    })
}

/// The documents of a reply or webhook.
pub(super) fn received_as(fixture: &str) -> Vec<Received> {
    let Some((name, _)) = fixture.split_once(".response.json") else {
        return if fixture.starts_with("webhook-") {
            vec![received::<event::Event>("receive/event.json")]
        } else if fixture.starts_with("dlr-") || fixture.starts_with("incoming-") {
            vec![Received { document: "receive/exotel-callback.json", reads: reads_callback }]
        } else {
            Vec::new()
        };
    };
    let envelope = received::<Envelope>("receive/reply.json");
    let of_route = match name.split('.').next().unwrap_or_default() {
        "send-whatsapp" | "send-viber" | "send-rcs" => reply::<Sent>("receive/sent-reply.json"),
        "messages-status" => reply::<status::StatusList>("receive/status-list-reply.json"),
        "rcs-template-get" => reply::<template::rcs::Template>("receive/rcs-template-reply.json"),
        "rcs-template-list" => reply::<Vec<template::rcs::Template>>("receive/rcs-template-list-reply.json"),
        "waba-template-create" => reply::<template::whatsapp::Template>("receive/whatsapp-template-reply.json"),
        "waba-template-list" => reply::<Vec<template::whatsapp::Template>>("receive/whatsapp-template-list-reply.json"),
        "saas-task-create" => reply::<task::Task>("receive/task-reply.json"),
        "saas-task-list" => reply::<task::TaskPage>("receive/task-list-reply.json"),
        other if other.starts_with("envelope-") => return vec![envelope],
        other => panic!("no document for {other}"),
    };
    vec![envelope, of_route]
}
