//! The OpenAPI document of the admin API, generated from its routes.

use http::StatusCode;
use schemars::SchemaGenerator;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::route::{ApiError, ReplyBody, Route, SchemaFn};
use crate::config::ADMIN_ROOT;

/// The path of the shared schemas.
const COMPONENTS: &str = "/components/schemas";

/// Builds the document, OpenAPI 3.1.
pub(crate) fn document(routes: &[Route]) -> Value {
    // Requests and replies may use the same type with different schemas, so the two must not share one. Request schemas are small
    // and inline.
    let read = SchemaSettings::draft2020_12().for_deserialize().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let written = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
        settings.definitions_path = COMPONENTS.into();
        settings.meta_schema = None;
    });
    let (mut read, mut written) = (read.into_generator(), written.into_generator());
    let refusal = written.subschema_for::<ApiError>().to_value();
    let mut paths = Map::new();
    for route in routes {
        let operations = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Value::Object(operations) = operations {
            operations.insert(route.method.key().to_owned(), operation(route, &mut read, &mut written, &refusal));
        }
    }
    let mut document = json!({
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
        "info": {
            "title": "Admin API of the INCS sandbox",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Records of the sandbox, simulated customers, faults, and a stream of changes. The Host header \
                must name this machine, pages of other origins are refused, and bodies are application/json.",
        },
        "servers": [{ "url": ADMIN_ROOT }],
        "paths": paths,
        "components": { "schemas": written.take_definitions(true) },
    });
    plain(&mut document);
    document
}

fn operation(route: &Route, read: &mut SchemaGenerator, written: &mut SchemaGenerator, refusal: &Value) -> Value {
    let mut parameters = parameters(route.in_path, "path", read);
    let has_path = !parameters.is_empty();
    let in_query = self::parameters(route.in_query, "query", read);
    let has_query = !in_query.is_empty();
    parameters.extend(in_query);

    let mut statuses: Vec<u16> = vec![StatusCode::FORBIDDEN.as_u16()];
    statuses.extend(has_path.then_some(404));
    statuses.extend(has_query.then_some(400));
    statuses.extend(route.body.map(|_| [400, 415, 422]).into_iter().flatten());
    statuses.extend(route.refusals);
    statuses.sort_unstable();
    statuses.dedup();
    let mut responses = Map::new();
    responses.insert(route.status.as_str().to_owned(), success(route, written));
    for status in statuses {
        let content = json!({ "application/json": { "schema": refusal } });
        responses.insert(status.to_string(), json!({ "description": reason(status), "content": content }));
    }

    let mut operation = Map::new();
    operation.insert("operationId".to_owned(), route.id.into());
    operation.insert("summary".to_owned(), route.summary.into());
    if !parameters.is_empty() {
        operation.insert("parameters".to_owned(), parameters.into());
    }
    if let Some(describe) = route.body {
        let content = json!({ "application/json": { "schema": describe(read) } });
        operation.insert("requestBody".to_owned(), json!({ "required": true, "content": content }));
    }
    operation.insert("responses".to_owned(), responses.into());
    operation.into()
}

fn success(route: &Route, written: &mut SchemaGenerator) -> Value {
    let description = reason(route.status.as_u16());
    match route.reply {
        ReplyBody::Empty => json!({ "description": description }),
        ReplyBody::Json(describe) => {
            json!({ "description": description, "content": { "application/json": { "schema": describe(written) } } })
        }
        ReplyBody::Events(describe) => json!({
            "description": "A stream of server-sent events; each `data` holds one of these as JSON.",
            "content": { "text/event-stream": { "schema": describe(written) } },
        }),
    }
}

/// Returns the members of an object as parameters.
fn parameters(describe: SchemaFn, place: &str, read: &mut SchemaGenerator) -> Vec<Value> {
    let mut object = describe(read).to_value();
    let required: Vec<String> =
        object.get("required").and_then(|names| serde_json::from_value(names.clone()).ok()).unwrap_or_default();
    let Some(Value::Object(members)) = object.get_mut("properties").map(Value::take) else { return Vec::new() };
    members
        .into_iter()
        .map(|(name, mut schema)| {
            let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
            let mut parameter =
                json!({ "name": name, "in": place, "required": required.contains(&name), "schema": given(schema) });
            if let (Some(description), Some(parameter)) = (description, parameter.as_object_mut()) {
                parameter.insert("description".to_owned(), description);
            }
            parameter
        })
        .collect()
}

/// Removes `null` from the schema of a parameter: an optional one is absent, never null.
fn given(mut schema: Value) -> Value {
    let is_null = |value: &Value| value == "null" || value.get("type").is_some_and(|kind| kind == "null");
    if let Some(any) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        any.retain(|one| !is_null(one));
        if let [one] = any.as_mut_slice() {
            return one.take();
        }
    }
    if let Some(kinds) = schema.get_mut("type")
        && let Some(kind) = kinds.as_array().and_then(|kinds| kinds.iter().find(|kind| !is_null(kind)).cloned())
    {
        *kinds = kind;
    }
    if let Some(words) = schema.get_mut("enum").and_then(Value::as_array_mut) {
        words.retain(|word| !word.is_null());
    }
    schema
}

/// Shortens descriptions, which come from doc comments, to their first paragraph without links into the code.
fn plain(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(text)) = members.get_mut("description") {
                let first = text.split("\n\n").next().unwrap_or_default().replace('\n', " ");
                *text = without_links(&first);
            }
            members.values_mut().for_each(plain);
        }
        Value::Array(values) => values.iter_mut().for_each(plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Turns "[`Reply`](crate::Reply)" into "`Reply`".
fn without_links(text: &str) -> String {
    let mut parts = text.split("](");
    let mut plain = parts.next().unwrap_or_default().replace("[`", "`");
    for part in parts {
        plain.push_str(&part.split_once(')').map_or(part, |(_, rest)| rest).replace("[`", "`"));
    }
    plain.replace("`]", "`")
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "Done.",
        201 => "Added.",
        202 => "Accepted; the webhooks are posted from now on.",
        204 => "Done; the reply has no body.",
        400 => "The query is invalid, or the body is not JSON.",
        403 => "The Host, Origin or Sec-Fetch-Site header names another site.",
        404 => "Not found.",
        409 => "The current state does not allow it.",
        415 => "The body is not application/json.",
        422 => "The body is JSON with an invalid shape or value; `pointer` names the member.",
        503 => "Too many clients do this at the same time.",
        _ => "Refused.",
    }
}
