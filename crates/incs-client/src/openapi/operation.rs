//! Operations: endpoints with their descriptions, parameters, responses and examples.

use incs_model::Channel;
use incs_model::envelope::Code;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::components::Components;
use crate::client::BaseUrl;
use crate::endpoint::{CredentialKind, Endpoint, Host};

/// One payload, under the name of its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Example {
    pub(super) file: &'static str,
    pub(super) text: &'static str,
}

impl Example {
    /// Returns the JSON. A test reads every fixture.
    fn value(self) -> Value {
        serde_json::from_str(self.text).unwrap_or_default()
    }

    /// `send-rcs-text` of `incs/send-rcs-text.request`.
    fn name(self) -> &'static str {
        let name = self.file.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".request").trim_end_matches(".response")
    }
}

/// Returns the fixtures with these names.
macro_rules! examples {
    ($($file:literal),* $(,)?) => {
        &[$($crate::openapi::operation::Example {
            file: $file,
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/", $file, ".json")),
        }),*]
    };
}
pub(super) use examples;

/// The id in the path of an example endpoint.
pub(super) const ANY_ID: &str = "any-id";

/// The names of the security schemes.
const CERTIFICATION_CODE: &str = "certificationCode";
const BEARER_TOKEN: &str = "bearerToken";

/// Facts about an endpoint that the endpoint itself does not know. Files are files of the catalogue.
#[derive(Debug, Clone, Copy)]
pub(super) struct About {
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    /// The schema whose members are the parameters of the query.
    pub(super) query: Option<&'static str>,
    pub(super) body: Option<&'static str>,
    pub(super) reply: &'static str,
    pub(super) requests: &'static [Example],
    pub(super) replies: &'static [Example],
    /// Failure replies, whose status is unknown.
    pub(super) refusals: &'static [Example],
}

/// The paths of the document, filled one operation at a time.
pub(super) struct Paths<'a> {
    components: &'a Components,
    paths: Map<String, Value>,
}

impl<'a> Paths<'a> {
    pub(super) fn new(components: &'a Components) -> Self {
        Self { components, paths: Map::new() }
    }

    pub(super) fn into_value(self) -> Value {
        self.paths.into()
    }

    /// Adds the operation of an endpoint.
    pub(super) fn add(&mut self, endpoint: &impl Endpoint, about: About) {
        let path = endpoint.path().replace(ANY_ID, "{template_id}");
        let method = endpoint.method().as_str().to_ascii_lowercase();
        let operation = operation(endpoint, &path, about, self.components);
        if let Value::Object(methods) = self.paths.entry(path).or_insert_with(|| json!({})) {
            methods.insert(method, operation);
        }
    }

    /// Adds the operation of an endpoint with a body, built from its first example. A test covers each of them.
    pub(super) fn add_with_body<B: DeserializeOwned, E: Endpoint>(&mut self, endpoint: fn(B) -> E, about: About) {
        let body = about.requests.first().and_then(|example| incs_model::decode(example.text.as_bytes()).ok());
        if let Some(body) = body {
            self.add(&endpoint(body), about);
        }
    }
}

/// Builds the operation object.
fn operation(endpoint: &impl Endpoint, path: &str, about: About, components: &Components) -> Value {
    let mut parameters = Vec::new();
    if path.contains("{template_id}") {
        parameters.extend(template_id_parameter(components));
    }
    if let Some(file) = about.query {
        parameters.extend(query_parameters(components, file));
    }
    let mut operation = Map::new();
    let mut say = |name: &str, value: Value| operation.insert(name.to_owned(), value);
    say("operationId", json!(endpoint.operation()));
    say("summary", json!(about.summary));
    if !about.description.is_empty() {
        say("description", json!(about.description));
    }
    say("tags", tags(path, endpoint.channel().as_ref()));
    say("servers", json!([server(endpoint.host())]));
    say("security", security(endpoint.credential()));
    if !parameters.is_empty() {
        say("parameters", parameters.into());
    }
    if let Some(rules) = about.query.and_then(|file| components.root(file)?.get("x-incs-rules")) {
        say("x-incs-rules", rules.clone());
    }
    if let Some(file) = about.body {
        let content = content(&components.reference(file), about.requests);
        say("requestBody", json!({ "required": true, "content": content }));
    }
    say("responses", responses(components, &about));
    operation.into()
}

/// Returns the tags: the family, which is the second segment of the path, and the channel.
fn tags(path: &str, channel: Option<&Channel>) -> Value {
    let family = path.split('/').nth(2);
    family.into_iter().chain(channel.map(Channel::as_str)).collect()
}

fn security(credential: CredentialKind) -> Value {
    match credential {
        CredentialKind::CertificationCode => json!([{ (CERTIFICATION_CODE): [] }]),
        CredentialKind::Bearer => json!([{ (BEARER_TOKEN): [] }]),
        CredentialKind::None => json!([]),
    }
}

/// Returns the server of a host role.
pub(super) fn server(host: Host) -> Value {
    let (base, description) = match host {
        Host::Chat => (BaseUrl::chat(), "Messages and their status."),
        Host::Api => (BaseUrl::api(), "Templates, tokens and tasks."),
    };
    json!({ "url": base.to_string(), "description": description })
}

/// Returns both credentials, as the client sends them.
pub(super) fn security_schemes() -> Value {
    json!({
        (CERTIFICATION_CODE): {
            "type": "apiKey",
            "in": "header",
            "name": "certification-code",
            "description": "Issued by INCS, one for each WhatsApp number; that each channel of Viber and RCS has its own is inferred. \
                It selects who sends: no body names a sender.",
        },
        (BEARER_TOKEN): {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of `fetch_token`. Its lifetime and the reply to an invalid token are unknown.",
        },
    })
}

/// Returns the path parameter of an id.
fn template_id_parameter(components: &Components) -> Option<Value> {
    let list = components.root("send/template-list-query.json")?;
    let mut schema = list.pointer("/properties/last_id")?.clone();
    schema.as_object_mut()?.remove("description");
    Some(json!({
        "name": "template_id",
        "in": "path",
        "required": true,
        "description": "The id of the template. A string, because a floating-point number cannot hold all its digits.",
        "schema": schema,
    }))
}

/// Returns the parameters of a query, which the catalogue describes as an object. An array is comma separated.
fn query_parameters(components: &Components, file: &str) -> Vec<Value> {
    let Some(query) = components.root(file) else { return Vec::new() };
    let required = query.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(members) = query.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let parameter = |(name, schema): (&String, &Value)| {
        let mut schema = schema.clone();
        let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        let mut parameter = Map::new();
        if schema.get("type").is_some_and(|kind| kind == "array") {
            parameter.insert("style".to_owned(), json!("form"));
            parameter.insert("explode".to_owned(), json!(false));
        }
        parameter.insert("name".to_owned(), json!(name));
        parameter.insert("in".to_owned(), json!("query"));
        parameter.insert("required".to_owned(), json!(required.contains(&json!(name))));
        parameter.extend(description.map(|description| ("description".to_owned(), description)));
        parameter.insert("schema".to_owned(), schema);
        parameter.into()
    };
    members.iter().map(parameter).collect()
}

/// The envelope of every reply.
const FRAME: &str = "receive/reply.json";

/// The name of the response with any other status.
const OTHER: &str = "other";

/// Returns the responses of an operation: 200, each documented code that is an HTTP status, and any other.
fn responses(components: &Components, about: &About) -> Value {
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

/// Returns the shared responses.
pub(super) fn shared_responses(components: &Components) -> Value {
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

/// Returns the documented codes that are HTTP statuses, without the success.
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

/// Returns the content of a JSON body: its schema, with examples.
pub(super) fn content(schema: &Value, examples: &[Example]) -> Value {
    let mut media = Map::from_iter([("schema".to_owned(), schema.clone())]);
    if !examples.is_empty() {
        let values: Map<_, _> =
            examples.iter().map(|example| (example.name().to_owned(), json!({ "value": example.value() }))).collect();
        media.insert("examples".to_owned(), values.into());
    }
    json!({ "application/json": media })
}
