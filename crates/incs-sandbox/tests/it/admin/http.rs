//! Calls of the admin API over real HTTP.

use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use incs_sandbox::Sandbox;
use serde_json::Value;

/// A reply, read whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// The body, or null without one.
    pub(crate) fn json(&self) -> Value {
        if self.body.is_empty() { Value::Null } else { serde_json::from_slice(&self.body).unwrap() }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// A request below `/_sandbox`, with a body of JSON if there is one.
pub(crate) fn request(sandbox: &Sandbox, method: &str, path: &str, body: Option<&Value>) -> Request<Full<Bytes>> {
    let uri: Uri = format!("{}/_sandbox{path}", sandbox.base_url()).parse().unwrap();
    let request = Request::builder().method(Method::from_bytes(method.as_bytes()).unwrap()).uri(uri);
    match body {
        Some(body) => request.header("content-type", "application/json").body(Full::from(body.to_string())),
        None => request.body(Full::default()),
    }
    .unwrap()
}

/// The reply as it comes.
pub(crate) async fn begin(request: Request<Full<Bytes>>) -> http::Response<Incoming> {
    Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap()
}

pub(crate) async fn send(request: Request<Full<Bytes>>) -> Answer {
    let (head, body) = begin(request).await.into_parts();
    Answer { status: head.status, headers: head.headers, body: body.collect().await.unwrap().to_bytes() }
}

pub(crate) async fn get(sandbox: &Sandbox, path: &str) -> Value {
    let answer = send(request(sandbox, "GET", path, None)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    answer.json()
}

pub(crate) async fn post(sandbox: &Sandbox, path: &str, body: &Value) -> Answer {
    send(request(sandbox, "POST", path, Some(body))).await
}
