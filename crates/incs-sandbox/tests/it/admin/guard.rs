//! Pages of other sites cannot use the sandbox.

use http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use incs_sandbox::Sandbox;
use serde_json::json;

use super::http::{Answer, get, request, send};
use crate::support::{host, raw};

async fn with(sandbox: &Sandbox, name: HeaderName, value: &str) -> Answer {
    let mut request = request(sandbox, "POST", "/faults", Some(&json!({ "kind": "duplicate" })));
    request.headers_mut().insert(name, value.parse().unwrap());
    send(request).await
}

/// Every route with each method: the admin API from its document, the platform's API, the pages, and some unknown routes.
async fn routes(sandbox: &Sandbox) -> Vec<(String, String)> {
    let document = get(sandbox, "/openapi.json").await;
    let mut routes = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            routes.push((method.to_uppercase(), format!("/_sandbox{path}")));
        }
    }
    assert!(routes.len() > 25, "{routes:?}");
    let others = [
        ("GET", "/"),
        ("GET", "/_sandbox"),
        ("GET", "/_sandbox/"),
        ("HEAD", "/_sandbox/"),
        ("GET", "/_sandbox/assets/main.js"),
        ("GET", "/_sandbox/assets/nothing.js"),
        ("GET", "/_sandbox/api"),
        ("GET", "/_sandbox/api/api.js"),
        ("GET", "/_sandbox/openapi.json"),
        ("GET", "/_sandbox/nothing"),
        ("OPTIONS", "/_sandbox/reset"),
        ("POST", "/external/messages/whatsapp"),
        ("POST", "/external/messages/viber"),
        ("POST", "/external/messages/rcs"),
        ("OPTIONS", "/external/messages/rcs"),
        ("GET", "/external/messages/status?message_id=1"),
        ("POST", "/external/templates"),
        ("GET", "/external/templates"),
        ("GET", "/external/templates/1"),
        ("POST", "/external/templates/rcs"),
        ("GET", "/external/templates/rcs"),
        ("GET", "/external/templates/rcs/1"),
        ("DELETE", "/external/templates/rcs/1"),
        ("POST", "/external/auth/token"),
        ("POST", "/external/tasks"),
        ("GET", "/external/tasks"),
        ("GET", "/nothing"),
        ("OPTIONS", "*"),
    ];
    routes.extend(others.map(|(method, path)| (method.to_owned(), path.to_owned())));
    routes
}

/// The status of a reply to a request with these headers.
async fn status(sandbox: &Sandbox, method: &str, path: &str, headers: &str) -> u16 {
    let body = r#"{"username":"desk","password":"word"}"#;
    let length = if ["POST", "PUT"].contains(&method) { body.len() } else { 0 };
    let request = format!(
        "{method} {path} HTTP/1.1\r\n{headers}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{}",
        &body[..length]
    );
    let reply = raw(sandbox, &request).await;
    reply.split(' ').nth(1).unwrap_or_else(|| panic!("{method} {path}: {reply}")).parse().unwrap()
}

#[tokio::test]
async fn cross_site_pages_are_refused() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let own = host(&sandbox);
    let foreign = [
        "host: rebound.example.com\r\n".to_owned(),
        "host: 192.0.2.7\r\n".to_owned(),
        String::new(),
        format!("host: {own}\r\norigin: http://example.com\r\n"),
        format!("host: {own}\r\norigin: http://localhost:1\r\n"),
        format!("host: {own}\r\norigin: null\r\n"),
        format!("host: {own}\r\nsec-fetch-site: cross-site\r\n"),
        format!("host: {own}\r\nsec-fetch-site: same-site\r\n"),
        format!("host: {own}\r\norigin: http://{own}\r\nsec-fetch-site: cross-site\r\n"),
    ];
    let routes = routes(&sandbox).await;
    for (method, path) in &routes {
        for headers in &foreign {
            assert_eq!(status(&sandbox, method, path, headers).await, 403, "{method} {path} {headers}");
        }
        if path.starts_with('/') {
            // A request line may name a host of its own.
            let absolute = format!("http://rebound.example.com{path}");
            let headers = format!("host: {own}\r\n");
            assert_eq!(status(&sandbox, method, &absolute, &headers).await, 403, "{method} {absolute}");
        }
    }
    // None of it is carried out or remembered.
    let state = get(&sandbox, "/state").await;
    assert_eq!((&state["counters"]["requests"], &state["remembered"]["exchanges"]), (&json!(0), &json!(0)));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn the_own_page_reaches_every_route() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let own = host(&sandbox);
    for (method, path) in routes(&sandbox).await {
        if path.ends_with("/events") {
            // It never ends.
            continue;
        }
        for headers in [
            format!("host: {own}\r\n"),
            "host: localhost\r\n".to_owned(),
            format!("host: {own}\r\nsec-fetch-site: none\r\n"),
            format!("host: {own}\r\norigin: http://{own}\r\nsec-fetch-site: same-origin\r\n"),
        ] {
            assert_ne!(status(&sandbox, &method, &path, &headers).await, 403, "{method} {path} {headers}");
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn refused_page_gets_help() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let answer = with(&sandbox, ORIGIN, "http://example.com").await;
    let text =
        "pages of other origins may not use this sandbox; to open the console, type its address into the browser";
    assert_eq!((answer.status.as_u16(), answer.json()), (403, json!({ "error": text })));
    let answer = with(&sandbox, HOST, "rebound.example.com").await;
    let text = "the Host header must name this machine: localhost or a loopback address";
    assert_eq!((answer.status.as_u16(), answer.json()), (403, json!({ "error": text })));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn form_body_is_refused() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        assert_eq!(with(&sandbox, CONTENT_TYPE, kind).await.status, 415, "{kind}");
    }
    assert_eq!(with(&sandbox, CONTENT_TYPE, "application/json; charset=utf-8").await.status, 201);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn api_page_has_strict_policy() {
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
