//! The table of root types.

use super::contract::Contract;
use super::document::Root;
use super::reply::Reply;
use crate::delivery::Delivery;
use crate::envelope::Envelope;
use crate::event::Event;
use crate::inbound::Inbound;
use crate::{Sent, auth, exotel, rcs, status, task, template, viber, whatsapp};

macro_rules! roots {
    ($( $contract:ident $name:literal, $title:literal, $type:ty, $summary:literal $(, rules $rules:expr)?; )+) => {
        &[$( Root {
            contract: Contract::$contract,
            name: $name,
            title: $title,
            summary: $summary,
            rules: roots!(@rules $($rules)?),
            schema: |contract| contract.schema_of::<$type>(),
        }, )+]
    };
    (@rules) => { &[] };
    (@rules $rules:expr) => { &$rules };
}

pub(super) static ROOTS: &[Root] = roots! {
    Send "whatsapp-message", "WhatsApp message", whatsapp::Message,
        "The body of `POST /external/messages/whatsapp`.",
        rules ["whatsapp.", "template.whatsapp.parameters.", "template.whatsapp.components.", "template.name."];
    Send "viber-message", "Viber message", viber::Message,
        "The body of `POST /external/messages/viber`.",
        rules ["viber."];
    Send "rcs-message", "RCS message", rcs::Message,
        "The body of `POST /external/messages/rcs`.",
        rules ["rcs.", "template.rcs.parameters.", "template.name."];
    Send "status-query", "Status query", status::StatusQuery,
        "The query of `GET /external/messages/status`, as an object; on the wire the ids are separated by commas.",
        rules ["status."];
    Send "rcs-template", "RCS template to create", template::rcs::NewTemplate,
        "The body of `POST /external/templates/rcs`.",
        rules ["template.rcs.name.", "template.rcs.category.", "template.rcs.text.", "template.rcs.card.",
            "template.rcs.carousel.", "template.rcs.suggestion."];
    Send "whatsapp-template", "WhatsApp template to create", template::whatsapp::NewTemplate,
        "The body of `POST /external/templates`.",
        rules ["template.whatsapp.name.", "template.whatsapp.category."];
    Send "template-list-query", "Template list query", template::ListQuery,
        "The query of `GET /external/templates` and `GET /external/templates/rcs`, as an object.",
        rules ["template.list."];
    Send "token-request", "Token request", auth::TokenRequest,
        "The body of `POST /external/auth/token`.",
        rules ["auth."];
    Send "task", "Task to create", task::NewTask,
        "The body of `POST /external/tasks`.",
        rules ["task.name.", "task.description.", "task.type."];
    Send "task-list-query", "Task list query", task::ListQuery,
        "The query of `GET /external/tasks`, as an object.",
        rules ["task.list."];

    Receive "reply", "Reply", Envelope,
        "The frame of every reply.";
    Receive "sent-reply", "Reply to a send", Reply<Sent>,
        "The reply to a message sent on any channel.";
    Receive "status-list-reply", "Reply to a status query", Reply<status::StatusList>,
        "The reply to `GET /external/messages/status`.";
    Receive "rcs-template-reply", "Reply with an RCS template", Reply<template::rcs::Template>,
        "The reply to `GET /external/templates/rcs/{template_id}`.";
    Receive "rcs-template-list-reply", "Reply with RCS templates", Reply<Vec<template::rcs::Template>>,
        "The reply to `GET /external/templates/rcs`.";
    Receive "whatsapp-template-reply", "Reply with a WhatsApp template", Reply<template::whatsapp::Template>,
        "The reply to `POST /external/templates`.";
    Receive "whatsapp-template-list-reply", "Reply with WhatsApp templates", Reply<Vec<template::whatsapp::Template>>,
        "The reply to `GET /external/templates`.";
    Receive "token-reply", "Reply with a token", Reply<auth::Token>,
        "The reply to `POST /external/auth/token`; its shape is not documented.";
    Receive "task-reply", "Reply with a task", Reply<task::Task>,
        "The reply to `POST /external/tasks`.";
    Receive "task-list-reply", "Reply with tasks", Reply<task::TaskPage>,
        "The reply to `GET /external/tasks`.";
    Receive "event", "Webhook event", Event,
        "What INCS posts to your webhooks.";
    Receive "exotel-callback", "Exotel callback", exotel::Callback,
        "What Exotel posts to you about RCS: messages of users and delivery reports.";
    Receive "inbound-message", "Inbound message", Inbound,
        "One message of a customer, the same for INCS and Exotel. Made by this library, not by a platform.";
    Receive "delivery", "Delivery", Delivery,
        "What is known of a sent message. Made by this library, not by a platform.";
};
