//! Faults on the wire, byte by byte.

use incs_sandbox::{Action, HttpStatus, Rule, Sandbox};

use crate::support::{admin, oldest_first, raw, send};

async fn reply_to_send(status: HttpStatus, rules: impl IntoIterator<Item = Rule>) -> String {
    let mut builder = Sandbox::builder().http_status(status);
    for rule in rules {
        builder = builder.fault(rule);
    }
    let sandbox = builder.start().await.unwrap();
    let reply = raw(&sandbox, &send(&sandbox, "viber", "85251230088", "Hello")).await;
    sandbox.shutdown().await;
    reply
}

#[tokio::test]
async fn throttled_call_gets_retry_after() {
    let rule = || [Rule::new(Action::RateLimit { retry_after: Some(7) })];
    let reply = reply_to_send(HttpStatus::Mirrored, rule()).await;
    assert!(reply.starts_with("HTTP/1.1 429 "), "{reply}");
    assert!(reply.contains("retry-after: 7\r\n"), "{reply}");
    assert!(reply.contains(r#""code":429,"message":"Too many attempts""#), "{reply}");
    let reply = reply_to_send(HttpStatus::AlwaysOk, rule()).await;
    assert!(reply.starts_with("HTTP/1.1 200 ") && reply.contains(r#""code":429"#), "{reply}");
    let reply = reply_to_send(HttpStatus::Mirrored, [Rule::new(Action::RateLimit { retry_after: None })]).await;
    assert!(!reply.contains("retry-after"), "{reply}");
}

#[tokio::test]
async fn server_error_uses_configured_http_status() {
    for (status, line) in [(HttpStatus::Mirrored, "HTTP/1.1 500 "), (HttpStatus::AlwaysOk, "HTTP/1.1 200 ")] {
        let reply = reply_to_send(status, [Rule::new(Action::ServerError { accepted: true })]).await;
        assert!(reply.starts_with(line), "{reply}");
        assert!(reply.contains(r#""code":500,"message":"Server error""#), "{reply}");
    }
}

#[tokio::test]
async fn garbage_is_html_with_200() {
    let reply = reply_to_send(HttpStatus::Mirrored, [Rule::new(Action::Garbage { accepted: false })]).await;
    assert!(reply.starts_with("HTTP/1.1 200 ") && reply.contains("content-type: text/html\r\n"), "{reply}");
    assert!(reply.ends_with("</h1>\n"), "{reply}");
}

#[tokio::test]
async fn dropped_connection_sends_nothing() {
    for accepted in [false, true] {
        assert_eq!(reply_to_send(HttpStatus::Mirrored, [Rule::new(Action::Drop { accepted })]).await, "");
    }
}

#[tokio::test]
async fn slow_combines_with_another_fault() {
    let slow = Rule::new(Action::Slow { millis: 30 });
    let sandbox =
        Sandbox::builder().fault(Rule::new(Action::ServerError { accepted: false })).fault(slow).start().await.unwrap();
    let start = std::time::Instant::now();
    let reply = raw(&sandbox, &send(&sandbox, "rcs", "85251230088", "Hello")).await;
    assert!(reply.starts_with("HTTP/1.1 500 ") && start.elapsed().as_millis() >= 30, "{reply}");
    assert_eq!(oldest_first(&sandbox, "/exchanges").await[0]["fault"], "slow, server_error");
    assert_eq!(admin(&sandbox, "/state").await["counters"]["faults_applied"], 2);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn too_long_body_is_refused() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let at_most = "x".repeat((1 << 20) - 100);
    let taken = raw(&sandbox, &send(&sandbox, "viber", "85251230088", &at_most)).await;
    assert!(taken.contains(r#""code":422"#) && !taken.contains("1048576"), "{taken}");
    let reply = raw(&sandbox, &send(&sandbox, "viber", "85251230088", &"x".repeat(3 << 20))).await;
    assert!(reply.starts_with("HTTP/1.1 422 "), "{reply}");
    assert!(reply.contains("the body has more than 1048576 bytes"), "{reply}");
    assert_eq!(oldest_first(&sandbox, "/exchanges").await[1]["request_body"], "");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn faults_spare_admin_paths() {
    let sandbox = Sandbox::builder().fault(Rule::new(Action::Drop { accepted: false })).start().await.unwrap();
    for path in ["/", "/_sandbox"] {
        let reply = raw(&sandbox, &format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        assert!(reply.starts_with("HTTP/1.1 307 ") && reply.contains("location: /_sandbox/\r\n"), "{reply}");
    }
    assert_eq!(admin(&sandbox, "/state").await["counters"]["requests"], 0);
    assert_eq!(raw(&sandbox, "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n").await, "");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn credentials_are_not_remembered() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let body = r#"{"username":"desk","password":"correct-horse"}"#;
    let head = "POST /external/auth/token HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer correct-horse";
    raw(&sandbox, &format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())).await;
    let exchange = oldest_first(&sandbox, "/exchanges").await[0].to_string();
    assert!(!exchange.contains("correct-horse") && exchange.contains("desk"), "{exchange}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn wrong_method_gets_platform_envelope() {
    for (status, line) in [(HttpStatus::Mirrored, "HTTP/1.1 405 "), (HttpStatus::AlwaysOk, "HTTP/1.1 200 ")] {
        let sandbox = Sandbox::builder().http_status(status).start().await.unwrap();
        for (method, path, allow) in [
            ("PATCH", "/external/messages/viber", "POST"),
            ("POST", "/external/messages/status", "GET,HEAD"),
            ("DELETE", "/external/templates/5120883317740216", "GET,HEAD"),
            ("PATCH", "/external/templates/rcs/2217695120034410077", "GET,HEAD,DELETE"),
            ("DELETE", "/external/tasks", "POST,GET,HEAD"),
        ] {
            let reply = raw(&sandbox, &format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
            assert!(reply.starts_with(line) && reply.contains(r#""message":"Route not found""#), "{reply}");
            assert!(reply.contains(&format!("\r\nallow: {allow}\r\n")), "{reply}");
        }
        assert_eq!(oldest_first(&sandbox, "/exchanges").await.len(), 5);
        sandbox.shutdown().await;
    }
}
