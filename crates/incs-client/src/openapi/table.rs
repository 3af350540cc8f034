//! The table of operations.

use incs_model::status::StatusQuery;
use incs_model::{task, template};
use serde_json::Value;

use super::components::Components;
use super::operation::{ANY_ID, About, Paths, examples};
use crate::endpoints::auth::FetchToken;
use crate::endpoints::messages::{GetStatus, SendRcs, SendViber, SendWhatsApp};
use crate::endpoints::tasks::{CreateTask, ListTasks};
use crate::endpoints::templates::{rcs, whatsapp};

/// Returns every operation by path and method.
pub(super) fn paths(components: &Components) -> Value {
    let mut paths = Paths::new(components);
    paths.add_with_body(SendWhatsApp::new, SEND_WHATSAPP);
    paths.add_with_body(SendViber::new, SEND_VIBER);
    paths.add_with_body(SendRcs::new, SEND_RCS);
    paths.add(&GetStatus::new(StatusQuery::new(["wamid.HBgN"])), STATUS);
    paths.add_with_body(rcs::CreateTemplate::new, NEW_RCS_TEMPLATE);
    paths.add(&rcs::ListTemplates::new(template::ListQuery::new()), RCS_TEMPLATES);
    paths.add(&rcs::GetTemplate::new(ANY_ID), RCS_TEMPLATE);
    paths.add(&rcs::DeleteTemplate::new(ANY_ID), DELETE_RCS_TEMPLATE);
    paths.add_with_body(whatsapp::CreateTemplate::new, NEW_WHATSAPP_TEMPLATE);
    paths.add(&whatsapp::ListTemplates::new(template::ListQuery::new()), WHATSAPP_TEMPLATES);
    paths.add(&whatsapp::GetTemplate::new(ANY_ID), WHATSAPP_TEMPLATE);
    paths.add_with_body(FetchToken::new, TOKEN);
    paths.add_with_body(CreateTask::new, NEW_TASK);
    paths.add(&ListTasks::new(task::ListQuery::new()), TASKS);
    paths.into_value()
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
    description: "Messages other than templates are accepted only within 24 hours after the customer wrote. Do not retry a send if no \
        reply arrived.",
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
    description: "Do not retry it if no reply arrived.",
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
    description: "Messages other than templates are accepted only within 24 hours after the customer wrote. Do not retry a send if no \
        reply arrived. The pages show this route under both hosts.",
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
    summary: "Queries the status of messages",
    description: "The status may be some minutes old. It is unknown whether the reply omits unknown ids.",
    query: Some("send/status-query.json"),
    reply: "receive/status-list-reply.json",
    replies: examples!["incs/messages-status.response"],
    ..NOTHING
};

const NEW_RCS_TEMPLATE: About = About {
    summary: "Submits an RCS template for review",
    description: "The content of `data` in the reply is unknown.",
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
    description: "A template that does not exist is refused with code 400.",
    reply: "receive/rcs-template-reply.json",
    replies: examples!["incs/rcs-template-get.response"],
    ..NOTHING
};

const DELETE_RCS_TEMPLATE: About = About {
    summary: "Deletes one RCS template",
    description: "The content of `data` in the reply is unknown.",
    ..NOTHING
};

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
    description: "The route is inferred from the RCS route.",
    reply: "receive/whatsapp-template-reply.json",
    ..NOTHING
};

const TOKEN: About = About {
    summary: "Fetches a bearer token",
    description: "The member of `data` that holds the token is unknown. So are its lifetime and whether it revokes earlier tokens.",
    body: Some("send/token-request.json"),
    reply: "receive/token-reply.json",
    requests: examples!["incs/saas-token.request"],
    ..NOTHING
};

const NEW_TASK: About = About {
    summary: "Creates a task for an agent",
    body: Some("send/task.json"),
    reply: "receive/task-reply.json",
    requests: examples!["incs/saas-task-create.request", "incs/saas-task-create-minimal.request"],
    replies: examples!["incs/saas-task-create.response"],
    ..NOTHING
};

const TASKS: About = About {
    summary: "Lists a page of tasks",
    description: "Times have no time zone; the zone is unknown.",
    query: Some("send/task-list-query.json"),
    reply: "receive/task-list-reply.json",
    replies: examples!["incs/saas-task-list.response"],
    ..NOTHING
};
