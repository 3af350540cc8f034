//! The top-level `webhooks`: the requests that INCS and Exotel post.

use serde_json::{Map, Value, json};

use super::components::Components;
use super::operation::{Example, content, examples};

const EVENT: &str = "receive/event.json";
const EXOTEL: &str = "receive/exotel-callback.json";

/// The name of the webhook for unknown events.
const OTHER: &str = "other_event";

/// Returns one webhook for each event of INCS, one for unknown events, and one for Exotel.
pub(super) fn webhooks(components: &mut Components) -> Map<String, Value> {
    let mut webhooks = Map::new();
    for schema in components.root(EVENT).map(kinds).unwrap_or_default() {
        let Some(kind) = components.target_mut(&schema) else { continue };
        let event = kind.pointer("/properties/event/const").and_then(Value::as_str).map(str::to_owned);
        if let (None, Some(members)) = (&event, kind.as_object_mut()) {
            members.insert("description".to_owned(), json!(OTHER_TEXT));
        }
        let description = kind.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
        let name = event.unwrap_or_else(|| OTHER.to_owned());
        webhooks.insert(name.clone(), webhook(&name, "", &description, &schema, of_event(&name)));
    }
    let examples =
        examples!["exotel/incoming-text", "exotel/incoming-suggested-reply", "exotel/dlr-rcs", "exotel/dlr-rcs-flat"];
    let schema = components.reference(EXOTEL);
    webhooks.insert("exotel_callback".to_owned(), webhook("exotel_callback", "exotel", EXOTEL_TEXT, &schema, examples));
    webhooks
}

/// Returns the alternatives of a union: the known kinds, which are a union inside it, and the others.
fn kinds(union: &Value) -> Vec<Value> {
    let alternatives = union.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let each = alternatives.flat_map(|one| match one.get("oneOf") {
        Some(Value::Array(known)) => known.clone(),
        _ => vec![one.clone()],
    });
    each.collect()
}

/// Returns a schema of any INCS event, for tools without support for `webhooks`.
pub(super) fn any_event(components: &Components) -> Value {
    components.reference(EVENT)
}

const OTHER_TEXT: &str = "An event with another name. One is the update of a message of the INCS workbench: a page mentions it, but not its \
    name or members. Answer it like the other events.";

const EXOTEL_TEXT: &str = "Messages of users and delivery reports about RCS, in one list; a report may also arrive without a list. Exotel posts \
    this, not INCS.";

fn webhook(name: &str, tag: &str, description: &str, schema: &Value, examples: &[Example]) -> Value {
    let tags: Vec<_> = ["webhooks", tag].into_iter().filter(|tag| !tag.is_empty()).collect();
    json!({
        "post": {
            "operationId": format!("on_{name}"),
            "summary": format!("Receives `{name}`"),
            "description": description,
            "tags": tags,
            // The credentials of calls do not apply to webhooks.
            "security": [],
            "requestBody": { "required": true, "content": content(schema, examples) },
            "responses": {
                "200": {
                    "description": "Accepted. The expected status, the time limit and the retries are unknown: answer 200 at once, and \
                        expect duplicates in any order.",
                },
            },
        },
    })
}

fn of_event(name: &str) -> &'static [Example] {
    match name {
        "message_status_update" => {
            examples!["incs/webhook-message-status-update-failed", "incs/webhook-message-status-update-read"]
        }
        "template_status_update" => examples!["incs/webhook-template-status-update"],
        "template_category_update" => examples!["incs/webhook-template-category-update"],
        "template_quality_update" => examples!["incs/webhook-template-quality-update"],
        "new_message" => examples![
            "incs/webhook-new-message-whatsapp-text",
            "incs/webhook-new-message-whatsapp-list-reply",
            "incs/webhook-new-message-rcs-suggestion-reply",
            "incs/webhook-new-message-rcs-file",
        ],
        "message_created" => {
            examples!["incs/webhook-message-created-101-text", "incs/webhook-message-created-102-image"]
        }
        _ => &[],
    }
}
