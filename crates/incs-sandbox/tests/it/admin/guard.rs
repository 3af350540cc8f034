//! Pages of other sites cannot use the admin API.

use http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use incs_sandbox::Sandbox;
use serde_json::json;

use super::http::{Answer, request, send};

async fn with(sandbox: &Sandbox, name: HeaderName, value: &str) -> Answer {
    let mut request = request(sandbox, "POST", "/faults", Some(&json!({ "kind": "duplicate" })));
    request.headers_mut().insert(name, value.parse().unwrap());
    send(request).await
}

#[tokio::test]
async fn a_host_that_is_not_this_machine_is_refused_on_every_route() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    assert_eq!(with(&sandbox, HOST, "rebound.example.com").await.status, 403);
    assert_eq!(with(&sandbox, HOST, "localhost:9").await.status, 201);
    for path in ["/", "/state", "/api", "/openapi.json", "/events", "/nothing"] {
        let mut request = request(&sandbox, "GET", path, None);
        request.headers_mut().insert(HOST, "rebound.example.com".parse().unwrap());
        assert_eq!(send(request).await.status, 403, "{path}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_page_of_another_origin_is_refused() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let answer = with(&sandbox, ORIGIN, "http://example.com").await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.json()["error"], "pages of other origins may not use this API");
    assert_eq!(with(&sandbox, ORIGIN, "null").await.status, 403);
    assert_eq!(with(&sandbox, ORIGIN, &sandbox.base_url()).await.status, 201);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_body_of_a_form_is_refused() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        assert_eq!(with(&sandbox, CONTENT_TYPE, kind).await.status, 415, "{kind}");
    }
    assert_eq!(with(&sandbox, CONTENT_TYPE, "application/json; charset=utf-8").await.status, 201);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_page_of_the_api_loads_nothing_from_elsewhere_and_runs_nothing_inline() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    for (path, kind) in [("/api", "text/html"), ("/api/api.css", "text/css"), ("/api/api.js", "text/javascript")] {
        let answer = send(request(&sandbox, "GET", path, None)).await;
        assert_eq!(answer.status, 200);
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with(kind));
        assert!(answer.headers["content-security-policy"].to_str().unwrap().starts_with("default-src 'self';"));
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let text = answer.text();
        assert!(!text.contains("http://") && !text.contains("https://") && !text.contains("innerHTML"), "{path}");
        assert!(!text.contains("<style") && !text.contains(" style=") && !text.contains("onclick"), "{path}");
    }
    sandbox.shutdown().await;
}
