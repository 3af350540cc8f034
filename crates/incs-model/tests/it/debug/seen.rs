//! What a body is to its type.

use std::fmt::Debug;

use incs_model::delivery::{Delivery, Fact};
use incs_model::envelope::{Envelope, ReplyError};
use incs_model::event::Event;
use incs_model::exotel::{Callback, Entry};
use incs_model::{
    DecodeError, Report, Sent, Validate, auth, decode, inbound, rcs, status, task, template, validate, viber, whatsapp,
};
use serde::de::DeserializeOwned;

use super::both;

/// What a body showed of itself when it was read as its type.
#[derive(Default)]
pub(crate) struct Seen {
    /// `Debug` in both forms, of the value and of what is made from it.
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
        Ok(value) => Seen { report: validate(&value).err(), ..Seen::default() }.show(&value),
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
            let facts = Fact::of_event(&event);
            let mut delivery = Delivery::default();
            let changes: Vec<_> = facts.iter().map(|fact| delivery.merge(fact)).collect();
            let seen = Seen::default().show(&event).show(&inbound::from_event(&event, body));
            seen.show(&facts).show(&delivery).show(&changes)
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
                    Entry::Report(report) => seen = seen.show(&Fact::from(report)),
                    Entry::SmsReport(report) => seen = seen.show(&Fact::from(report)),
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
