//! The table of root types.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::contract::Contract;
use super::shape;
use crate::delivery::{DeliveryState, DeliveryUpdate};
use crate::envelope::{Code, Envelope, ReplyStatus};
use crate::event::Event;
use crate::inbound::Inbound;
use crate::{Sent, auth, exotel, rcs, status, task, template, viber, whatsapp};

/// The catalogue entry of a root type.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) contract: Contract,
    pub(super) name: &'static str,
    pub(super) type_name: &'static str,
    /// The first word of the names of definitions that another document has with another content.
    pub(super) family: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    /// The prefixes of the ids of the rules that apply.
    pub(super) rules: &'static [&'static str],
    pub(super) schema: fn(Contract) -> Schema,
}

impl Root {
    const fn sent<T: JsonSchema>(
        name: &'static str,
        [type_name, family]: [&'static str; 2],
        title: &'static str,
        summary: &'static str,
        rules: &'static [&'static str],
    ) -> Self {
        let schema = Contract::schema_of::<T>;
        Self { contract: Contract::Send, name, type_name, family, title, summary, rules, schema }
    }

    const fn received<T: JsonSchema>(
        name: &'static str,
        [type_name, family]: [&'static str; 2],
        title: &'static str,
        summary: &'static str,
    ) -> Self {
        let schema = Contract::schema_of::<T>;
        Self { contract: Contract::Receive, name, type_name, family, title, summary, rules: &[], schema }
    }
}

/// Every root type; first the sent ones, then the received ones.
pub(super) static ROOTS: &[Root] = &[
    Root::sent::<whatsapp::Message>(
        "whatsapp-message",
        ["WhatsAppMessage", "WhatsApp"],
        "WhatsApp message",
        "The body of `POST /external/messages/whatsapp`.",
        &["whatsapp.", "template.whatsapp.parameters.", "template.whatsapp.components.", "template.name."],
    ),
    Root::sent::<viber::Message>(
        "viber-message",
        ["ViberMessage", "Viber"],
        "Viber message",
        "The body of `POST /external/messages/viber`.",
        &["viber."],
    ),
    Root::sent::<rcs::Message>(
        "rcs-message",
        ["RcsMessage", "Rcs"],
        "RCS message",
        "The body of `POST /external/messages/rcs`.",
        &["rcs.", "template.rcs.parameters.", "template.name."],
    ),
    Root::sent::<status::StatusQuery>(
        "status-query",
        ["StatusQuery", "StatusQuery"],
        "Status query",
        "The query of `GET /external/messages/status`, as an object; on the wire the ids are separated by commas.",
        &["status."],
    ),
    Root::sent::<template::rcs::NewTemplate>(
        "rcs-template",
        ["NewRcsTemplate", "NewRcsTemplate"],
        "RCS template to create",
        "The body of `POST /external/templates/rcs`.",
        &[
            "template.rcs.name.",
            "template.rcs.category.",
            "template.rcs.text.",
            "template.rcs.card.",
            "template.rcs.carousel.",
            "template.rcs.suggestion.",
        ],
    ),
    Root::sent::<template::whatsapp::NewTemplate>(
        "whatsapp-template",
        ["NewWhatsAppTemplate", "NewWhatsAppTemplate"],
        "WhatsApp template to create",
        "The body of `POST /external/templates`.",
        &["template.whatsapp.name.", "template.whatsapp.category."],
    ),
    Root::sent::<template::ListQuery>(
        "template-list-query",
        ["TemplateListQuery", "TemplateListQuery"],
        "Template list query",
        "The query of `GET /external/templates` and `GET /external/templates/rcs`, as an object.",
        &["template.list."],
    ),
    Root::sent::<auth::TokenRequest>(
        "token-request",
        ["TokenRequest", "TokenRequest"],
        "Token request",
        "The body of `POST /external/auth/token`.",
        &["auth."],
    ),
    Root::sent::<task::NewTask>(
        "task",
        ["NewTask", "New"],
        "Task to create",
        "The body of `POST /external/tasks`.",
        &["task.name.", "task.description.", "task.type."],
    ),
    Root::sent::<task::ListQuery>(
        "task-list-query",
        ["TaskListQuery", "Queried"],
        "Task list query",
        "The query of `GET /external/tasks`, as an object.",
        &["task.list."],
    ),
    Root::received::<Envelope>("reply", ["Reply", "Received"], "Reply", "The frame of every reply."),
    Root::received::<Reply<Sent>>(
        "sent-reply",
        ["SentReply", "Received"],
        "Reply to a send",
        "The reply to a message sent on any channel.",
    ),
    Root::received::<Reply<status::StatusList>>(
        "status-list-reply",
        ["StatusListReply", "Message"],
        "Reply to a status query",
        "The reply to `GET /external/messages/status`.",
    ),
    Root::received::<Reply<template::rcs::Template>>(
        "rcs-template-reply",
        ["RcsTemplateReply", "RcsTemplate"],
        "Reply with an RCS template",
        "The reply to `GET /external/templates/rcs/{template_id}`.",
    ),
    Root::received::<Reply<Vec<template::rcs::Template>>>(
        "rcs-template-list-reply",
        ["RcsTemplateListReply", "RcsTemplate"],
        "Reply with RCS templates",
        "The reply to `GET /external/templates/rcs`.",
    ),
    Root::received::<Reply<template::whatsapp::Template>>(
        "whatsapp-template-reply",
        ["WhatsAppTemplateReply", "WhatsAppTemplate"],
        "Reply with a WhatsApp template",
        "The reply to `POST /external/templates`.",
    ),
    Root::received::<Reply<Vec<template::whatsapp::Template>>>(
        "whatsapp-template-list-reply",
        ["WhatsAppTemplateListReply", "WhatsAppTemplate"],
        "Reply with WhatsApp templates",
        "The reply to `GET /external/templates`.",
    ),
    Root::received::<Reply<auth::Token>>(
        "token-reply",
        ["TokenReply", "Received"],
        "Reply with a token",
        "The reply to `POST /external/auth/token`; its shape is not documented.",
    ),
    Root::received::<Reply<task::Task>>(
        "task-reply",
        ["TaskReply", "Received"],
        "Reply with a task",
        "The reply to `POST /external/tasks`.",
    ),
    Root::received::<Reply<task::TaskPage>>(
        "task-list-reply",
        ["TaskListReply", "Received"],
        "Reply with tasks",
        "The reply to `GET /external/tasks`.",
    ),
    Root::received::<Event>(
        "event",
        ["WebhookEvent", "Webhook"],
        "Webhook event",
        "An event that INCS posts to your webhooks.",
    ),
    Root::received::<exotel::Callback>(
        "exotel-callback",
        ["ExotelCallback", "Exotel"],
        "Exotel callback",
        "A callback that Exotel posts about RCS: messages of users and delivery reports.",
    ),
    Root::received::<Inbound>(
        "inbound-message",
        ["InboundMessage", "Inbound"],
        "Inbound message",
        "One message of a customer, the same for INCS and Exotel. Made by this library, not by a platform.",
    ),
    Root::received::<DeliveryState>(
        "delivery",
        ["Delivery", "Delivery"],
        "Delivery",
        "The known state of a sent message. Made by this library, not by a platform.",
    ),
    Root::received::<DeliveryUpdate>(
        "delivery-fact",
        ["DeliveryFact", "Delivery"],
        "Delivery fact",
        "The content of one receipt of a sent message. Made by this library, not by a platform.",
    ),
];

/// The schema of an [`Envelope`] that holds a `T`, or of one with an error.
pub(super) struct Reply<T>(PhantomData<T>);

impl<T: JsonSchema> JsonSchema for Reply<T> {
    fn schema_name() -> Cow<'static, str> {
        format!("ReplyWith{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let data = generator.subschema_for::<T>();
        let mut failure = generator.subschema_for::<Envelope>();
        let code = Code::Success.as_i64();
        let succeeded = json!({
            "status": { "const": ReplyStatus::Success.as_str() },
            "code": { "anyOf": [{ "const": code }, { "const": code.to_string() }] },
        });
        let mut success = Envelope::json_schema(generator);
        success.insert("description".to_owned(), json!("The call succeeded."));
        let members = shape::members(&mut success, "properties");
        members.extend(succeeded.as_object().cloned().unwrap_or_default());
        members.insert("data".to_owned(), data.to_value());
        if let Some(Value::Array(required)) = success.get_mut("required") {
            required.push(json!("data"));
        }
        failure.insert("description".to_owned(), json!("The call failed."));
        failure.insert("not".to_owned(), json!({ "properties": succeeded, "required": ["status", "code"] }));
        json_schema!({ "anyOf": [success, failure] })
    }
}
