//! Responses: the reply of a success, and what may come in its place.

use incs_model::envelope::Code;
use serde_json::{Map, Value, json};

use super::components::Components;
use super::example::{Example, content, examples};
use super::operation::About;

/// The frame of every reply.
const FRAME: &str = "receive/reply.json";

/// The name of the response that any other status brings.
const OTHER: &str = "other";

/// The responses of an operation: 200, each documented code that is an HTTP status, and any other.
pub(super) fn of(components: &Components, about: &About) -> Value {
    let mut responses = Map::new();
    let success = content(&components.reference(about.reply), about.replies);
    let description = "The reply. It may refuse: whether the HTTP status mirrors `code` or is always 200 is unknown.";
    responses.insert("200".to_owned(), json!({ "description": description, "content": success }));
    for status in statuses() {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{status}") }));
    }
    let other = if about.refusals.is_empty() {
        json!({ "$ref": format!("#/components/responses/{OTHER}") })
    } else {
        response(components, OTHER_TEXT, about.refusals)
    };
    responses.insert("default".to_owned(), other);
    responses.into()
}

/// The responses that operations share.
pub(super) fn shared(components: &Components) -> Value {
    let mut responses = Map::new();
    for status in statuses() {
        let (description, examples) = of_status(status);
        responses.insert(status.to_string(), response(components, description, examples));
    }
    responses
        .insert(OTHER.to_owned(), response(components, OTHER_TEXT, examples!["incs/envelope-error-10001.response"]));
    responses.into()
}

const OTHER_TEXT: &str = "Refused with another code: 10001 is a wrong certification code, from 10002 on the provider of the channel \
    refused, and `message` holds its words. The HTTP status that goes with these codes is unknown.";

/// The documented codes that are HTTP statuses, without the success.
fn statuses() -> impl Iterator<Item = i64> {
    Code::KNOWN.iter().copied().filter(|code| (400..600).contains(code))
}

fn of_status(status: i64) -> (&'static str, &'static [Example]) {
    match status {
        400 => (
            "The call makes no sense as it is, or its template does not exist.",
            examples!["incs/rcs-template-get.error-400.response"],
        ),
        404 => ("There is no such route.", &[]),
        422 => ("A parameter is wrong.", examples!["incs/envelope-error-422-legacy-no-error-key.response"]),
        429 => (
            "Too many calls. How many fit, and how long to wait, is unknown.",
            examples!["incs/envelope-error-429.response"],
        ),
        500 => ("The platform failed. A message may have been sent all the same.", &[]),
        _ => ("Refused.", &[]),
    }
}

fn response(components: &Components, description: &str, examples: &[Example]) -> Value {
    json!({ "description": description, "content": content(&components.reference(FRAME), examples) })
}
