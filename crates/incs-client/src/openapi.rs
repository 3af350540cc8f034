//! An OpenAPI document of the platform's API, built from the endpoints of this crate and the schemas of `incs_model`.
//!
//! It serves other languages and tools. Method, path, host, credential and name of an operation come from its
//! [`Endpoint`](crate::endpoint::Endpoint); requests have the strict schemas of the *send* contract, and replies the open schemas
//! of the *receive* contract. Webhooks of INCS and Exotel are under `webhooks`.
//!
//! ```
//! let document = incs_client::openapi::document();
//! assert_eq!(document["openapi"], "3.1.1");
//! let send = &document["paths"]["/external/messages/whatsapp"]["post"];
//! assert_eq!(send["operationId"], "send_whatsapp_message");
//! ```
//!
//! An OpenAPI document cannot say which calls may be retried. A generated client must follow the rules of [`retry`](crate::retry)
//! by itself, above all that a send without a reply is not retried.

mod components;
mod operation;
mod table;
mod webhooks;

use serde_json::{Value, json};

use self::components::Components;

/// Builds the document, OpenAPI 3.1.1. Each call takes some milliseconds and returns the same document.
///
/// It has no external `$ref`, and its schemas have no `$id`. Facts come from the platform's published pages; the descriptions say
/// what these leave open.
pub fn document() -> Value {
    let mut components = Components::of_catalogue();
    let webhooks = Value::Object(webhooks::webhooks(&mut components));
    let paths = table::paths(&components);
    let responses = operation::shared_responses(&components);
    let mut document = json!({
        "openapi": "3.1.1",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "INCS",
            "summary": "Sends messages on WhatsApp, Viber and RCS, manages templates and tasks, and posts what customers write back.",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [operation::server(crate::endpoint::Host::Api)],
        "tags": tags(),
        "components": {
            "schemas": components.used_by(&[&paths, &webhooks, &responses, &webhooks::any_event(&components)]),
            "responses": responses,
            "securitySchemes": operation::security_schemes(),
        },
        "paths": paths,
        "webhooks": webhooks,
    });
    document.sort_all_objects();
    document
}

const DESCRIPTION: &str = "\
Generated from the types of the Rust library `incs-client`, not by the platform. Facts come from the platform's published pages. A \
fact that they do not state is marked *unknown*, a fact that only a sample shows *sampled*, and a deduced fact *inferred*.

- Schemas of requests are strict: undocumented members are rejected. Schemas of replies and webhooks are open: unknown members, values \
and kinds are allowed, so handle them.
- A call has succeeded exactly if `status` is `success` and `code` is 200 in the body. Whether the HTTP status mirrors `code` or is \
always 200 is unknown: read the body on any HTTP status.
- No idempotency key is documented. A send without a reply may have been carried out: do not retry it before you know its outcome.
- These facts are unknown: the rate limits and the headers of code 429, the lifetime of a token, the reply to an invalid token, and \
whether webhooks are signed or retried.
- `x-incs-rules` lists rules that JSON Schema cannot express. The rules of a query are listed at its operation.";

/// The tags: one for each family of routes, each channel, and each sender of webhooks.
fn tags() -> Value {
    [
        ("messages", "Sends messages and queries their status."),
        ("templates", "Submits templates for review, and reads them."),
        ("auth", "Tokens for the calls about tasks."),
        ("tasks", "Tasks of agents in the INCS workbench."),
        ("webhooks", "Webhooks that are posted to you."),
        ("whatsapp", "WhatsApp."),
        ("viber", "Viber."),
        ("rcs", "RCS."),
        ("exotel", "Exotel, another provider of RCS."),
    ]
    .iter()
    .map(|(name, description)| json!({ "name": name, "description": description }))
    .collect()
}
