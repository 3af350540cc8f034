//! An OpenAPI document of the platform's API, made of the endpoints of this crate and the schemas of `incs_model`.
//!
//! It is for tools and teams of other languages. Method, path, host, credential and name of an operation are those that the
//! [`Endpoint`](crate::endpoint::Endpoint) itself tells; what is sent has the schemas of the *send* contract, which are strict, and
//! what is received those of the *receive* contract, which are open. What INCS and Exotel post is under `webhooks`.
//!
//! ```
//! let document = incs_client::openapi::document();
//! assert_eq!(document["openapi"], "3.1.1");
//! let send = &document["paths"]["/external/messages/whatsapp"]["post"];
//! assert_eq!(send["operationId"], "send_whatsapp_message");
//! ```
//!
//! What no such document can say: whether a call may be made again. A client that a generator made of it has to keep by itself to
//! what [`retry`](crate::retry) says, above all that a send whose reply did not come is not repeated.

mod components;
mod operation;
mod table;
mod webhooks;

use serde_json::{Value, json};

use self::components::Components;

/// The document, OpenAPI 3.1.1. It is made anew by each call, which takes some milliseconds, and is always the same.
///
/// No `$ref` leads out of it, and no schema in it has an `$id`. Facts come from the platform's published pages; what they leave open
/// is told in the descriptions.
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
Made from the types of the Rust library `incs-client`, not by the platform. Facts come from the platform's published pages; what \
those leave open is called *unknown*, what only a sample shows *sampled*, what was concluded *inferred*.

- Schemas of requests are strict: what INCS does not document is refused. Schemas of replies and webhooks are open: members, values \
and kinds that are not known today are allowed, so keep a branch for them.
- A call has succeeded exactly if `status` is `success` and `code` is 200 in the body. Whether the HTTP status mirrors `code` or is \
always 200 is unknown: read the body on any HTTP status.
- No idempotency key is documented. A send whose reply did not come may have been carried out: do not repeat it blindly.
- Unknown are rate limits and the headers that go with code 429, how long a token lasts, what a bad one is answered with, and whether \
webhooks are signed or repeated.
- Rules that JSON Schema cannot say stand under `x-incs-rules`, those of a query under that name at the operation.";

/// The groups: one for each family of routes, one for each channel, one for each sender of webhooks.
fn tags() -> Value {
    [
        ("messages", "Sends messages, and asks what became of them."),
        ("templates", "Submits templates for review, and reads them."),
        ("auth", "Tokens for the calls about tasks."),
        ("tasks", "Tasks of agents in the INCS workbench."),
        ("webhooks", "What is posted to you."),
        ("whatsapp", "WhatsApp."),
        ("viber", "Viber."),
        ("rcs", "RCS."),
        ("exotel", "Exotel, another provider of RCS."),
    ]
    .iter()
    .map(|(name, description)| json!({ "name": name, "description": description }))
    .collect()
}
