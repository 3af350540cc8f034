//! The verdict of `incs-model` on an instance of each document.

use anyhow::{Context, Result};
use incs_model::envelope::{Envelope, ReplyError};
use incs_model::exotel::Entry;
use incs_model::{
    DecodeError, Found, Report, Sent, auth, check_body, decode, delivery, event, exotel, inbound, limits, rcs, status,
    task, template, viber, whatsapp,
};

use super::sample::Violation;

/// A document, its fixtures, and its type.
pub(super) struct Root {
    /// The document.
    pub(super) file: &'static str,
    /// The prefixes and suffixes of the names of its fixtures; empty if it has none.
    pub(super) fixtures: &'static [(&'static str, &'static str)],
    /// Checks a body with the type; returns no violation if it is accepted.
    pub(super) judge: fn(&[u8]) -> Vec<Violation>,
}

/// Returns the type of a document.
pub(super) fn root(file: &str) -> Result<&'static Root> {
    ROOTS.iter().find(|root| root.file == file).with_context(|| format!("no type is known for {file}"))
}

macro_rules! roots {
    ($( $kind:ident $file:literal, $type:ty $(, $begin:literal .. $end:literal)*; )+) => {
        static ROOTS: &[Root] = &[$( Root {
            file: $file,
            fixtures: &[$( ($begin, $end) ),*],
            judge: roots!(@$kind $type),
        }, )+];
    };
    (@request $type:ty) => { |body| request(check_body::<$type>(body)) };
    (@received $type:ty) => { |body| received(decode::<$type>(body)) };
    (@reply $type:ty) => { |body| reply(body, |envelope| envelope.into_result::<$type>().map(drop)) };
    (@callback $type:ty) => { |body| callback(decode::<$type>(body)) };
}

roots! {
    request "send/whatsapp-message.json", whatsapp::Message, "incs/send-whatsapp-"..".request.json";
    request "send/viber-message.json", viber::Message, "incs/send-viber-"..".request.json";
    request "send/rcs-message.json", rcs::Message, "incs/send-rcs-"..".request.json";
    request "send/status-query.json", status::StatusQuery;
    request "send/rcs-template.json", template::rcs::NewTemplate, "incs/rcs-template-"..".request.json";
    request "send/whatsapp-template.json", template::whatsapp::NewTemplate, "incs/waba-template-"..".request.json";
    request "send/template-list-query.json", template::ListQuery;
    request "send/token-request.json", auth::TokenRequest, "incs/saas-token"..".request.json";
    request "send/task.json", task::NewTask, "incs/saas-task-"..".request.json";
    request "send/task-list-query.json", task::ListQuery;
    received "receive/reply.json", Envelope, "incs/"..".response.json";
    reply "receive/sent-reply.json", Sent, "incs/send-"..".response.json", "incs/envelope-error-"..".response.json";
    reply "receive/status-list-reply.json", status::StatusList, "incs/messages-status."..".response.json",
        "incs/envelope-error-4"..".response.json";
    reply "receive/rcs-template-reply.json", template::rcs::Template, "incs/rcs-template-get."..".response.json";
    reply "receive/rcs-template-list-reply.json", Vec<template::rcs::Template>,
        "incs/rcs-template-list."..".response.json", "incs/rcs-template-get.error"..".response.json";
    reply "receive/whatsapp-template-reply.json", template::whatsapp::Template,
        "incs/waba-template-create."..".response.json";
    reply "receive/whatsapp-template-list-reply.json", Vec<template::whatsapp::Template>,
        "incs/waba-template-list."..".response.json", "incs/waba-template-create.error"..".response.json";
    reply "receive/token-reply.json", auth::Token, "incs/envelope-error-4"..".response.json";
    reply "receive/task-reply.json", task::Task, "incs/saas-task-create."..".response.json",
        "incs/envelope-error-4"..".response.json";
    reply "receive/task-list-reply.json", task::TaskPage, "incs/saas-task-list."..".response.json",
        "incs/envelope-error-4"..".response.json";
    received "receive/event.json", event::Event, "incs/webhook-"..".json";
    callback "receive/exotel-callback.json", exotel::Callback, "exotel/"..".json";
    received "receive/inbound-message.json", inbound::Inbound;
    received "receive/delivery.json", delivery::DeliveryState;
    received "receive/delivery-fact.json", delivery::DeliveryUpdate;
}

fn request<T>((read, report): (Result<T, DecodeError>, Report)) -> Vec<Violation> {
    if let Err(error) = &read {
        return vec![unread(error, "")];
    }
    let found = report.violations().iter();
    found
        .map(|found| Violation { pointer: found.pointer().to_owned(), rule: Some(found.rule().id()), reason: None })
        .collect()
}

fn received<T>(read: Result<T, DecodeError>) -> Vec<Violation> {
    read.err().iter().map(|error| unread(error, "")).collect()
}

fn reply(body: &[u8], data: fn(Envelope) -> Result<(), ReplyError>) -> Vec<Violation> {
    let envelope = match decode::<Envelope>(body) {
        Ok(envelope) => envelope,
        Err(error) => return vec![unread(&error, "")],
    };
    match data(envelope) {
        Err(ReplyError::Data(error)) => vec![unread(&error, "")],
        // A failed reply is a reply too.
        _ => Vec::new(),
    }
}

/// Reads any body as a callback; the verdict depends on faulty elements.
fn callback(read: Result<exotel::Callback, DecodeError>) -> Vec<Violation> {
    match read {
        Err(error) => vec![unread(&error, "")],
        Ok(callback) => callback
            .entries()
            .filter_map(|(place, entry)| match entry {
                Entry::Malformed(malformed) => Some(unread(malformed.error(), &place)),
                _ => None,
            })
            .collect(),
    }
}

fn unread(error: &DecodeError, place: &str) -> Violation {
    let is_number = error.expected().contains("phone number");
    let reason = match error.found() {
        Found::Nothing => "missing",
        Found::Other => "form",
        Found::String if is_number => "form",
        _ => "type",
    };
    let rule = is_number.then(|| limits::common::TO_DIGITS.id());
    Violation { pointer: format!("{place}{}", error.pointer()), rule, reason: Some(reason) }
}
