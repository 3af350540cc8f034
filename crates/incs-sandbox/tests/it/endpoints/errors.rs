//! Every documented failure can be reproduced with curl.

use serde_json::{Value, json};

use super::curl::{call, call_with, get, post, quick};

fn template(name: &str, rest: &Value) -> Value {
    let mut template = json!({ "name": name });
    if let (Some(template), Some(rest)) = (template.as_object_mut(), rest.as_object()) {
        template.extend(rest.clone());
    }
    json!({ "to": "85251230088", "type": "template", "template": template })
}

fn body(count: usize) -> Value {
    let parameters: Vec<_> = (0..count).map(|_| json!({ "type": "text", "text": "x" })).collect();
    json!({ "components": [{ "type": "header", "parameters": [{ "type": "text", "text": "x" }] },
        { "type": "body", "parameters": parameters }] })
}

#[tokio::test]
async fn other_routes_are_not_found() {
    let sandbox = quick().start().await.unwrap();
    for (method, path) in [
        ("POST", "/external/messages/telegram"),
        ("POST", "/external/messages/whatsapp/"),
        ("GET", "/external/tasks/1"),
        ("GET", "/external"),
    ] {
        let answer = call_with(&sandbox, method, path, None, &[]).await;
        assert_eq!((answer.http, answer.failure()), (404, (404, "Route not found")), "{method} {path}");
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn credential_is_checked_before_body() {
    let sandbox = quick().start().await.unwrap();
    for (method, path) in [
        ("POST", "/external/messages/whatsapp"),
        ("POST", "/external/messages/viber"),
        ("POST", "/external/messages/rcs"),
        ("GET", "/external/messages/status"),
        ("POST", "/external/templates"),
        ("GET", "/external/templates"),
        ("GET", "/external/templates/5120883317740216"),
        ("POST", "/external/templates/rcs"),
        ("GET", "/external/templates/rcs"),
        ("GET", "/external/templates/rcs/2217695120034410077"),
        ("DELETE", "/external/templates/rcs/2217695120034410077"),
    ] {
        for headers in [&[][..], &["certification-code: 0"]] {
            let answer = call_with(&sandbox, method, path, Some("{"), headers).await;
            assert_eq!(
                (answer.http, answer.failure()),
                (400, (10001, "Certification code is invalid")),
                "{method} {path}"
            );
        }
    }
    let code = sandbox.certification_code();
    for headers in [
        vec![],
        vec!["authorization: Bearer 0".to_owned()],
        vec![format!("authorization: Bearer {code}")],
        vec![format!("certification-code: {code}")],
    ] {
        let headers: Vec<_> = headers.iter().map(String::as_str).collect();
        for method in ["POST", "GET"] {
            let answer = call_with(&sandbox, method, "/external/tasks", Some("{"), &headers).await;
            assert_eq!((answer.http, answer.failure()), (401, (401, "Unauthenticated.")), "{method}");
        }
    }
    let account = json!({ "username": "ops_admin", "password": "wrong" });
    let answer = call_with(&sandbox, "POST", "/external/auth/token", Some(&account.to_string()), &[]).await;
    assert_eq!(answer.failure(), (401, "Unauthenticated."));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_refused_request_names_every_violation() {
    let sandbox = quick().start().await.unwrap();
    let buttons: Vec<_> =
        (0..2).map(|_| json!({ "type": "reply", "reply": { "id": "a", "title": "twenty-one characters" } })).collect();
    let message = json!({ "to": "85251230088", "type": "interactive", "interactive": { "type": "button",
        "body": { "text": "x".repeat(1025) }, "action": { "buttons": buttons } } });
    let answer = post(&sandbox, "/external/messages/whatsapp", &message).await;
    let (code, text) = answer.failure();
    let violations = answer.body["error"]["violations"].as_array().unwrap();
    assert!(code == 422 && answer.http == 422 && violations.len() >= 4, "{text}");
    let lines: Vec<_> = violations
        .iter()
        .map(|one| format!("{}: {}", one["pointer"].as_str().unwrap(), one["message"].as_str().unwrap()))
        .collect();
    assert_eq!(text, format!("Request parameters error: {}", lines.join("; ")));
    let first = json!({ "pointer": "/interactive/body/text", "rule": "whatsapp.interactive.body.max_length",
        "limit": 1024, "found": 1025, "message": "1025 characters, at most 1024" });
    assert_eq!(violations[0], first);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn unreadable_body_is_refused_by_pointer() {
    let sandbox = quick().start().await.unwrap();
    for (body, text, pointer) in [
        (r#"{"to":"85251230088","type":"text"}"#, "/text: expected a value, found nothing", "/text"),
        (r#"{"to":"85251230088","type":"text","text":7}"#, "/text: expected a string, found a number", "/text"),
        ("{", "expected the rest of the JSON, found the end (line 1, column 1)", ""),
        ("", "expected the rest of the JSON, found the end (line 1, column 1)", ""),
        ("\u{1}", "expected well-formed JSON, found other text (line 1, column 1)", ""),
    ] {
        let answer = call(&sandbox, "POST", "/external/messages/viber", Some(body)).await;
        let (code, message) = answer.failure();
        assert_eq!((code, answer.pointers()), (422, vec![pointer]), "{body}");
        assert_eq!(message, format!("Request parameters error: {text}"), "{body}");
    }
    // Without a recipient, and with one of another type.
    for body in
        [r#"{"type":"text","text":"secret words"}"#, r#"{"to":85251230088,"type":"text","text":"secret words"}"#]
    {
        let answer = call(&sandbox, "POST", "/external/messages/viber", Some(body)).await;
        assert_eq!(
            (answer.failure(), answer.pointers()),
            ((422, "The phone number is invalid."), vec!["/to"]),
            "{body}"
        );
        assert!(!answer.body.to_string().contains("secret words") && !answer.body.to_string().contains("85251230088"));
    }
    for to in [
        "",
        "+85251230088",
        "852-5123",
        "call me",
        "1",
        "852512",
        "8525123008812345",
        "085251230088",
        "0085251230088",
        "85251230088/85251230099",
        "+44 (0) 20 7946 0958",
    ] {
        let body = json!({ "to": to, "type": "text", "text": "x" });
        for channel in ["whatsapp", "viber", "rcs"] {
            let answer = post(&sandbox, &format!("/external/messages/{channel}"), &body).await;
            assert_eq!(answer.failure(), (422, "The phone number is invalid."));
            assert_eq!(answer.pointers(), ["/to"]);
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn wrong_whatsapp_template_gets_metas_text() {
    let sandbox = quick().start().await.unwrap();
    let image = json!({ "components": [{ "type": "header", "parameters": [{ "type": "text", "text": "x" }] }] });
    let missing = "(#132001) Template name does not exist in the translation";
    let count = "(#132000) Number of parameters does not match the expected number of params";
    let format = "(#132012) Parameter format does not match format in the created template";
    for (send, text) in [
        (template("no_such_template", &json!({})), missing),
        (template("delivery_note_1", &json!({})), missing),
        (template("renewal_notice_3", &json!({})), count),
        (template("renewal_notice_3", &body(2)), count),
        (template("renewal_notice_3", &body(4)), count),
        (template("order_received_v2", &body(1)), count),
        (template("spring_banner_1", &json!({})), format),
        (template("spring_banner_1", &image), format),
        (template("login_code_en", &json!({})), count),
        (template("coupon_copy_2", &json!({})), "(#131008) Required parameter is missing"),
    ] {
        let answer = post(&sandbox, "/external/messages/whatsapp", &send).await;
        assert_eq!((answer.http, answer.failure()), (400, (10002, text)), "{send}");
    }
    let answer = post(&sandbox, "/external/messages/whatsapp", &template("renewal_notice_3", &body(2))).await;
    assert_eq!(answer.pointers(), ["/template/components/1/parameters/2"]);
    sandbox.shutdown().await;
}

#[tokio::test]
async fn incomplete_rcs_template_gets_documented_text() {
    let sandbox = quick().start().await.unwrap();
    let send = |parameters: &Value| template("delivery_note_2", &json!({ "parameters": parameters }));
    let bot = "and bot [Qm7tYHXc210LPRBV]";
    let lacking = format!("Template with the code [delivery_note_2] {bot} received with insufficient custom params");
    for (parameters, pointers) in [
        (json!({}), vec!["/template/parameters/customer", "/template/parameters/order_no"]),
        (json!({ "customer": "Rina" }), vec!["/template/parameters/order_no"]),
    ] {
        let answer = post(&sandbox, "/external/messages/rcs", &send(&parameters)).await;
        assert_eq!((answer.failure(), answer.pointers()), ((10004, lacking.as_str()), pointers));
    }
    // That a value may not be empty, or be one too many, is inferred.
    for value in ["1", ""] {
        let more = send(&json!({ "customer": "Rina", "order_no": value, "more": "x" }));
        post(&sandbox, "/external/messages/rcs", &more).await.data();
    }
    let unknown = post(&sandbox, "/external/messages/rcs", &template("order_received_v2", &json!({}))).await;
    assert_eq!(
        unknown.failure(),
        (10004, format!("Template with the code [order_received_v2] {bot} not found").as_str())
    );
    sandbox.shutdown().await;
}

#[tokio::test]
async fn special_recipients_fail_on_their_channels() {
    let sandbox = quick().start().await.unwrap();
    for (to, codes) in [
        ("15550000429", [429, 429, 429]),
        ("15550000500", [500, 500, 500]),
        ("15550010002", [10002, 200, 200]),
        ("15550010003", [200, 10003, 200]),
        ("15550010004", [200, 200, 10004]),
        ("15550010005", [200, 200, 200]),
    ] {
        for (channel, code) in ["whatsapp", "viber", "rcs"].into_iter().zip(codes) {
            let body = json!({ "to": to, "type": "text", "text": "x" });
            let answer = post(&sandbox, &format!("/external/messages/{channel}"), &body).await;
            assert_eq!(answer.code(), code, "{channel} {to}");
        }
    }
    sandbox.shutdown().await;
}

#[tokio::test]
async fn unknown_template_is_400() {
    let sandbox = quick().start().await.unwrap();
    for (method, path) in [
        ("GET", "/external/templates/1"),
        ("GET", "/external/templates/2217695120034410077"),
        ("GET", "/external/templates/rcs/1"),
        ("GET", "/external/templates/rcs/5120883317740216"),
        ("GET", "/external/templates/rcs/%20"),
        ("DELETE", "/external/templates/rcs/1"),
    ] {
        let answer = call(&sandbox, method, path, None).await;
        assert_eq!((answer.http, answer.failure()), (400, (400, "The template is not found.")), "{method} {path}");
    }
    get(&sandbox, "/external/templates/rcs/2217695120034410077").await.data();
    sandbox.shutdown().await;
}
