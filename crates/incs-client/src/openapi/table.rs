//! The table of operations.

use incs_model::status::StatusQuery;
use incs_model::{task, template};
use serde::de::DeserializeOwned;

use super::operation::{ANY_ID, About, Operation, examples};
use crate::endpoint::Endpoint;
use crate::endpoints::auth::FetchToken;
use crate::endpoints::messages::{GetStatus, SendRcs, SendViber, SendWhatsApp};
use crate::endpoints::tasks::{CreateTask, ListTasks};
use crate::endpoints::templates::{rcs, whatsapp};

/// Every operation.
pub(super) fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    operations.extend(sends());
    operations.push(Operation::of(&GetStatus::new(StatusQuery::new(["wamid.HBgN".into()])), STATUS));
    operations.extend(templates());
    operations.extend(carrying(FetchToken::new, TOKEN));
    operations.extend(carrying(CreateTask::new, NEW_TASK));
    operations.push(Operation::of(&ListTasks::new(task::ListQuery::new()), TASKS));
    operations
}

fn sends() -> impl Iterator<Item = Operation> {
    [carrying(SendWhatsApp::new, SEND_WHATSAPP), carrying(SendViber::new, SEND_VIBER), carrying(SendRcs::new, SEND_RCS)]
        .into_iter()
        .flatten()
}

fn templates() -> Vec<Operation> {
    let list = template::ListQuery::new;
    let mut operations = vec![
        Operation::of(&rcs::ListTemplates::new(list()), RCS_TEMPLATES),
        Operation::of(&rcs::GetTemplate::new(ANY_ID), RCS_TEMPLATE),
        Operation::of(&rcs::DeleteTemplate::new(ANY_ID), DELETE_RCS_TEMPLATE),
        Operation::of(&whatsapp::ListTemplates::new(list()), WHATSAPP_TEMPLATES),
        Operation::of(&whatsapp::GetTemplate::new(ANY_ID), WHATSAPP_TEMPLATE),
    ];
    operations.extend(carrying(rcs::CreateTemplate::new, NEW_RCS_TEMPLATE));
    operations.extend(carrying(whatsapp::CreateTemplate::new, NEW_WHATSAPP_TEMPLATE));
    operations
}

/// The operation of an endpoint that carries a body: one with the first example in it stands for all. A test finds every one.
fn carrying<B: DeserializeOwned, E: Endpoint>(endpoint: fn(B) -> E, about: About) -> Option<Operation> {
    let body = incs_model::decode(about.requests.first()?.text.as_bytes()).ok()?;
    Some(Operation::of(&endpoint(body), about))
}

/// The defaults of [`About`].
const NOTHING: About = About {
    summary: "",
    description: "",
    query: None,
    body: None,
    reply: "receive/reply.json",
    requests: &[],
    replies: &[],
    refusals: &[],
};

const SEND_WHATSAPP: About = About {
    summary: "Sends a WhatsApp message",
    description: "Other than templates they are taken only within 24 hours after the customer wrote. Not to be repeated when no reply \
        came.",
    body: Some("send/whatsapp-message.json"),
    reply: "receive/sent-reply.json",
    requests: examples![
        "incs/send-whatsapp-text.request",
        "incs/send-whatsapp-template-header-body-text.request",
        "incs/send-whatsapp-template-copy-code.request",
        "incs/send-whatsapp-template-authentication.request",
        "incs/send-whatsapp-image.request",
        "incs/send-whatsapp-document.request",
        "incs/send-whatsapp-interactive-cta-url.request",
        "incs/send-whatsapp-interactive-list.request",
        "incs/send-whatsapp-interactive-button.request",
        "incs/send-whatsapp-interactive-carousel-quick-reply.request",
    ],
    replies: examples!["incs/send-whatsapp.success.response"],
    refusals: examples!["incs/send-whatsapp.error-10002.response", "incs/envelope-error-10001.response"],
    ..NOTHING
};

const SEND_VIBER: About = About {
    summary: "Sends a Viber message",
    description: "Not to be repeated when no reply came.",
    body: Some("send/viber-message.json"),
    reply: "receive/sent-reply.json",
    requests: examples![
        "incs/send-viber-text.request",
        "incs/send-viber-otp.request",
        "incs/send-viber-image.request",
        "incs/send-viber-video.request",
        "incs/send-viber-document.request",
    ],
    replies: examples!["incs/send-viber.success.response"],
    refusals: examples!["incs/send-viber.error-10003.response", "incs/envelope-error-10001.response"],
    ..NOTHING
};

const SEND_RCS: About = About {
    summary: "Sends an RCS message",
    description: "Other than templates they are taken only within 24 hours after the customer wrote. Not to be repeated when no reply \
        came. The pages show this route under both hosts.",
    body: Some("send/rcs-message.json"),
    reply: "receive/sent-reply.json",
    requests: examples![
        "incs/send-rcs-text.request",
        "incs/send-rcs-template-parameters.request",
        "incs/send-rcs-image.request",
        "incs/send-rcs-video.request",
        "incs/send-rcs-document.request",
    ],
    replies: examples!["incs/send-rcs.success.response"],
    refusals: examples!["incs/send-rcs.error-10004.response", "incs/envelope-error-10001.response"],
    ..NOTHING
};

const STATUS: About = About {
    summary: "Asks what became of messages",
    description: "The platform may be some minutes behind. Whether ids that it does not know are left out is unknown.",
    query: Some("send/status-query.json"),
    reply: "receive/status-list-reply.json",
    replies: examples!["incs/messages-status.response"],
    ..NOTHING
};

const NEW_RCS_TEMPLATE: About = About {
    summary: "Submits an RCS template for review",
    description: "What `data` of the reply holds is unknown.",
    body: Some("send/rcs-template.json"),
    requests: examples![
        "incs/rcs-template-create-text.request",
        "incs/rcs-template-create-richcard.request",
        "incs/rcs-template-create-carousel.request",
    ],
    ..NOTHING
};

const RCS_TEMPLATES: About = About {
    summary: "Lists a page of the RCS templates",
    description: "The newest first (sampled). The list ends with a page that is not full (inferred).",
    query: Some("send/template-list-query.json"),
    reply: "receive/rcs-template-list-reply.json",
    replies: examples!["incs/rcs-template-list.response"],
    ..NOTHING
};

const RCS_TEMPLATE: About = About {
    summary: "Fetches one RCS template",
    description: "One that does not exist is refused with code 400.",
    reply: "receive/rcs-template-reply.json",
    replies: examples!["incs/rcs-template-get.response"],
    ..NOTHING
};

const DELETE_RCS_TEMPLATE: About =
    About { summary: "Deletes one RCS template", description: "What `data` of the reply holds is unknown.", ..NOTHING };

const NEW_WHATSAPP_TEMPLATE: About = About {
    summary: "Submits a WhatsApp template for review",
    description: "The reply can say `REJECTED` at once, although the call succeeded.",
    body: Some("send/whatsapp-template.json"),
    reply: "receive/whatsapp-template-reply.json",
    requests: examples!["incs/waba-template-create.request"],
    replies: examples!["incs/waba-template-create.response"],
    refusals: examples!["incs/waba-template-create.error-400.response"],
    ..NOTHING
};

const WHATSAPP_TEMPLATES: About = About {
    summary: "Lists a page of the WhatsApp templates",
    description: "The newest first (sampled). The list ends with a page that is not full (inferred). The route itself is inferred.",
    query: Some("send/template-list-query.json"),
    reply: "receive/whatsapp-template-list-reply.json",
    replies: examples!["incs/waba-template-list.response"],
    ..NOTHING
};

const WHATSAPP_TEMPLATE: About = About {
    summary: "Fetches one WhatsApp template",
    description: "The route is inferred from that of RCS.",
    reply: "receive/whatsapp-template-reply.json",
    ..NOTHING
};

const TOKEN: About = About {
    summary: "Fetches a bearer token",
    description: "The member of `data` that holds the token is unknown; so is how long it lasts, and whether it ends an earlier one.",
    body: Some("send/token-request.json"),
    reply: "receive/token-reply.json",
    requests: examples!["incs/saas-token.request"],
    ..NOTHING
};

const NEW_TASK: About = About {
    summary: "Gives an agent a task",
    body: Some("send/task.json"),
    reply: "receive/task-reply.json",
    requests: examples!["incs/saas-task-create.request", "incs/saas-task-create-minimal.request"],
    replies: examples!["incs/saas-task-create.response"],
    ..NOTHING
};

const TASKS: About = About {
    summary: "Lists a page of tasks",
    description: "Times have no zone; which one is meant is unknown.",
    query: Some("send/task-list-query.json"),
    reply: "receive/task-list-reply.json",
    replies: examples!["incs/saas-task-list.response"],
    ..NOTHING
};
