//! Endpoints that users write.

use std::borrow::Cow;

use http::{HeaderMap, HeaderValue, Method, header};
use incs_client::endpoint::{CredentialKind, Endpoint, Host, Query};
use incs_client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_client::transport::{Idempotency, TransportErrorKind};
use incs_client::{Client, ErrorKind, RequestState, RetryAdvice};
use incs_model::DecodeError;
use incs_model::envelope::Frame;
use serde_json::{Value, json};

use crate::support::{builder, facts, samples};

/// A route that no page documents.
#[derive(Debug, Clone)]
struct Custom {
    method: Method,
    path: &'static str,
    /// Fails when it is written.
    is_broken: bool,
}

impl Custom {
    fn at(path: &'static str) -> Self {
        Self { method: Method::POST, path, is_broken: false }
    }
}

impl Endpoint for Custom {
    type Reply = Value;

    fn operation(&self) -> &'static str {
        "rename_channel"
    }

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn host(&self) -> Host {
        Host::Chat
    }

    fn path(&self) -> Cow<'static, str> {
        self.path.into()
    }

    fn query(&self) -> Query {
        Query::new().pair("dry run", "no&yes")
    }

    fn headers(&self) -> HeaderMap {
        let headers = [
            (header::ACCEPT, HeaderValue::from_static("application/x-incs")),
            (header::CONTENT_LANGUAGE, HeaderValue::from_static("de")),
            (header::AUTHORIZATION, HeaderValue::from_static("stolen")),
        ];
        headers.into_iter().collect()
    }

    fn credential(&self) -> CredentialKind {
        CredentialKind::Bearer
    }

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        if self.is_broken {
            return Err(serde::ser::Error::custom("no name"));
        }
        serde_json::to_vec(&json!({ "name": "front desk" })).map(Some)
    }

    fn decode(&self, reply: &Frame<'_>) -> Result<Value, DecodeError> {
        reply.data()
    }
}

fn client(script: &ScriptedTransport) -> Client {
    builder(script, &AutoAdvanceClock::new()).bearer_token(samples::TOKEN).build().unwrap()
}

#[tokio::test]
async fn custom_endpoint_works_like_ours() {
    let script = ScriptedTransport::new().error(TransportErrorKind::Connect).success(&json!({ "id": 7 }));
    let endpoint = Custom::at("/external/channels/a%2Fb");
    // A borrowed one is an endpoint too, and so is a call to be set up.
    assert_eq!(client(&script).execute(&endpoint).await.unwrap(), json!({ "id": 7 }));
    let request = &script.requests()[1];
    assert_eq!(
        (request.method(), request.uri().to_string().as_str()),
        (&Method::POST, "https://chat-api.incsapp.com/external/channels/a%2Fb?dry%20run=no%26yes"),
    );
    let headers = [
        ("accept", "application/x-incs"),
        ("content-language", "de"),
        ("content-type", "application/json"),
        ("authorization", "Bearer t0ken-91ab"),
    ];
    for (name, value) in headers {
        assert_eq!(request.headers().get_all(name).iter().collect::<Vec<_>>(), [value]);
    }
    assert_eq!(request.json::<Value>().unwrap(), json!({ "name": "front desk" }));
    assert_eq!(request.info().operation(), "rename_channel");
}

#[tokio::test]
async fn idempotency_follows_the_endpoint_method() {
    for (method, idempotency) in [
        (Method::GET, Idempotency::Idempotent),
        (Method::HEAD, Idempotency::Idempotent),
        (Method::DELETE, Idempotency::Idempotent),
        (Method::POST, Idempotency::NonIdempotent),
        (Method::PUT, Idempotency::NonIdempotent),
        (Method::PATCH, Idempotency::NonIdempotent),
    ] {
        let endpoint = Custom { method: method.clone(), ..Custom::at("/x") };
        assert_eq!((endpoint.idempotency(), (&&endpoint).idempotency()), (idempotency, idempotency), "{method}");
        let script = ScriptedTransport::new().reply(500, "").success(&json!({}));
        let result = client(&script).execute(endpoint).await;
        assert_eq!(result.is_ok(), idempotency == Idempotency::Idempotent, "{method}");
    }
}

#[tokio::test]
async fn invalid_endpoint_sends_nothing() {
    let broken = Custom { is_broken: true, ..Custom::at("/x") };
    let script = ScriptedTransport::new();
    let paths =
        ["", "x", "/", "//x", "/x/", "/x//y", "/./x", "/x/..", "/x/../y", "/x?y", "/x#y", "/x y", "/x\ny", "/é"];
    let dressed = ["/x/%2e%2e/y", "/x/%2E/y", "/x/.%2e/y", "/x/..\\y", "/x\\..\\y"];
    for endpoint in paths.into_iter().chain(dressed).map(Custom::at).chain([broken]) {
        let error = client(&script).execute(endpoint.clone()).await.expect_err(endpoint.path);
        let expected = (ErrorKind::Request, RequestState::NotSent, RetryAdvice::Correct, 0);
        assert_eq!(facts(&error), expected, "{endpoint:?}");
        crate::support::discreet::assert_discreet(&format!("{error} {error:?}"));
    }
    assert!(script.requests().is_empty());
}
