//! The headers of the page's files.

use http::{HeaderMap, Request, StatusCode};
use http_body_util::Empty;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use incs_sandbox::Sandbox;

async fn get(url: &str, tag: Option<&str>, host: Option<&str>) -> (StatusCode, HeaderMap) {
    let mut request = Request::get(url);
    if let Some(tag) = tag {
        request = request.header("if-none-match", tag);
    }
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
    let reply = client.request(request.body(Empty::new()).unwrap()).await.unwrap();
    (reply.status(), reply.headers().clone())
}

#[tokio::test]
async fn page_has_strict_policy_and_etag() {
    let sandbox = Sandbox::builder().seed(7).start().await.unwrap();
    for path in ["", "assets/main.js", "assets/tokens.css", "assets/icon.svg", "assets/sample.png"] {
        let url = format!("{}{path}", sandbox.console_url());
        let (status, headers) = get(&url, None, None).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        assert_eq!(headers["referrer-policy"], "no-referrer");
        let tag = headers["etag"].to_str().unwrap();
        assert_eq!(get(&url, Some(tag), None).await.0, StatusCode::NOT_MODIFIED);
        assert_eq!(get(&url, Some("\"other\""), None).await.0, StatusCode::OK);
        // A DNS name that resolves to this machine is not an allowed host.
        assert_eq!(get(&url, None, Some("rebound.example.com")).await.0, StatusCode::FORBIDDEN);
    }
    let base = sandbox.base_url();
    assert_eq!(get(&format!("{base}/_sandbox"), None, None).await.0, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(get(&format!("{base}/_sandbox/assets/nothing.js"), None, None).await.0, StatusCode::NOT_FOUND);
    sandbox.shutdown().await;
}
