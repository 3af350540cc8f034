//! One operation: an endpoint, and what there is to say about it.

use incs_model::Channel;
use serde_json::{Map, Value, json};

use super::components::Components;
use super::example::{Example, content};
use super::{parameters, responses};
use crate::client::BaseUrl;
use crate::endpoint::{CredentialKind, Endpoint, Host};

/// The id in the path of an endpoint that stands here for all of its kind.
pub(super) const ANY_ID: &str = "any-id";

/// The names of the security schemes.
const CERTIFICATION_CODE: &str = "certificationCode";
const BEARER_TOKEN: &str = "bearerToken";

/// What an endpoint does not tell of itself. Files are those of the catalogue.
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
    /// Replies that refuse, which come with a status that is not known.
    pub(super) refusals: &'static [Example],
}

/// An endpoint, and what there is to say about it.
#[derive(Debug)]
pub(super) struct Operation {
    id: &'static str,
    method: http::Method,
    path: String,
    host: Host,
    credential: CredentialKind,
    channel: Option<Channel>,
    about: About,
}

impl Operation {
    /// The operation of this endpoint and all of its kind.
    pub(super) fn of(endpoint: &impl Endpoint, about: About) -> Self {
        Self {
            id: endpoint.operation(),
            method: endpoint.method(),
            path: endpoint.path().replace(ANY_ID, "{template_id}"),
            host: endpoint.host(),
            credential: endpoint.credential(),
            channel: endpoint.channel(),
            about,
        }
    }

    /// The path, with names in braces for what is variable.
    pub(super) fn path(&self) -> String {
        self.path.clone()
    }

    /// The key of the operation below its path.
    pub(super) fn method(&self) -> String {
        self.method.as_str().to_ascii_lowercase()
    }

    /// The operation object.
    pub(super) fn to_value(&self, components: &Components) -> Value {
        let mut parameters = Vec::new();
        if self.path.contains("{template_id}") {
            parameters.extend(parameters::template_id(components));
        }
        if let Some(file) = self.about.query {
            parameters.extend(parameters::of_query(components, file));
        }
        let mut operation = Map::new();
        let mut say = |name: &str, value: Value| operation.insert(name.to_owned(), value);
        say("operationId", json!(self.id));
        say("summary", json!(self.about.summary));
        if !self.about.description.is_empty() {
            say("description", json!(self.about.description));
        }
        say("tags", self.tags());
        say("servers", json!([server(self.host)]));
        say("security", self.security());
        if !parameters.is_empty() {
            say("parameters", parameters.into());
        }
        if let Some(rules) = self.about.query.and_then(|file| components.root(file)?.get("x-incs-rules")) {
            say("x-incs-rules", rules.clone());
        }
        if let Some(file) = self.about.body {
            let content = content(&components.reference(file), self.about.requests);
            say("requestBody", json!({ "required": true, "content": content }));
        }
        say("responses", responses::of(components, &self.about));
        operation.into()
    }

    /// The family, which is the second segment of the path, and the channel.
    fn tags(&self) -> Value {
        let family = self.path.split('/').nth(2).map(str::to_owned);
        family.into_iter().chain(self.channel.as_ref().map(|channel| channel.as_str().to_owned())).collect()
    }

    fn security(&self) -> Value {
        match self.credential {
            CredentialKind::CertificationCode => json!([{ (CERTIFICATION_CODE): [] }]),
            CredentialKind::Bearer => json!([{ (BEARER_TOKEN): [] }]),
            CredentialKind::None => json!([]),
        }
    }
}

/// The server of a host role.
pub(super) fn server(host: Host) -> Value {
    let (base, description) = match host {
        Host::Chat => (BaseUrl::chat(), "Messages and their status."),
        Host::Api => (BaseUrl::api(), "Templates, tokens and tasks."),
    };
    json!({ "url": base.to_string(), "description": description })
}

/// Both credentials, as the client sends them.
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
            "description": "A token of `fetch_token`. How long it lasts, and what a bad one is answered with, is unknown.",
        },
    })
}
