//! Every endpoint over a real connection: what it sends, and how it reads what comes back.

mod rows;

use std::collections::BTreeMap;

use incs_client::RequestState::{self, Accepted, Rejected, Unknown};
use incs_client::transport::Idempotency;
use incs_client::{Error, ErrorBody, ErrorKind, RetryAdvice};
use incs_client_contract::{Reply, SeenRequest};
use incs_model::envelope::Code;
use incs_model::id::MessageId;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use self::rows::{Row, Stage, operations, rows};
use crate::support::discreet::assert_error_discreet;
use crate::support::{facts, fixtures};

#[tokio::test]
async fn every_call_matches_the_documentation() {
    for mark in ["", BYTE_ORDER_MARK] {
        for row in &rows() {
            // A client of its own, since the samples of the platform give every message of a channel the same id.
            let stage = Stage::new().await;
            stage.answer(Reply::json(200, format!("{mark}{}", row.answer)));
            let reply = row.run(&stage.client).await.unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(reply, row.reply, "{}", row.operation);
            let (request, count) = stage.last();
            assert_eq!(count, 1, "{} was sent once", row.operation);
            assert_as_documented(row, &request, &stage.authority());
        }
    }
}

/// It is no fault before a reply.
const BYTE_ORDER_MARK: &str = "\u{feff}";

fn assert_as_documented(row: &Row, request: &SeenRequest, authority: &str) {
    let operation = row.operation;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    assert_eq!((request.method.as_str(), path), (row.method, row.path.as_str()), "{operation}");

    let decoded = |text| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let pairs: Vec<_> = pairs.map(|(name, value)| (decoded(name), decoded(value))).collect();
    let expected: Vec<_> = row.query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    assert_eq!(pairs, expected, "{operation}");

    assert_eq!(headers(request), expected_headers(row, request, authority), "{operation}");
    match &row.body {
        Some(body) => assert_eq!(&serde_json::from_slice::<Value>(&request.body).unwrap(), body, "{operation}"),
        None => assert!(request.body.is_empty(), "{operation}"),
    }
}

fn headers(request: &SeenRequest) -> BTreeMap<String, String> {
    assert_eq!(request.headers.len(), request.headers.keys_len(), "no header occurs twice");
    request.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect()
}

fn expected_headers(row: &Row, request: &SeenRequest, authority: &str) -> BTreeMap<String, String> {
    let mut headers = vec![
        ("accept", "application/json".to_owned()),
        ("host", authority.to_owned()),
        ("user-agent", format!("incs-client/{}", env!("CARGO_PKG_VERSION"))),
    ];
    headers.extend(row.credential.clone());
    if row.body.is_some() {
        headers.push(("content-type", "application/json".to_owned()));
        headers.push(("content-length", request.body.len().to_string()));
    }
    headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A reply, and what the error says.
struct Form {
    status: u16,
    body: Vec<u8>,
    kind: ErrorKind,
    state: RequestState,
    /// Frame code and provider code.
    codes: (Option<i64>, Option<u32>),
}

fn form(status: u16, body: impl Into<Vec<u8>>, kind: ErrorKind, state: RequestState) -> Form {
    Form { status, body: body.into(), kind, state, codes: (None, None) }
}

fn framed(status: u16, fixture: &str, kind: ErrorKind, code: i64) -> Form {
    Form { codes: (Some(code), None), ..form(status, fixtures::bytes(fixture), kind, Rejected) }
}

fn forms() -> Vec<Form> {
    use ErrorKind::{Authentication, RateLimited, Refused, Server};
    let fault = br#"{"status":"error","code":500,"message":"","data":{}}"#;
    let page = b"<html>Bad gateway</html>";
    let mut forms = vec![
        framed(422, "envelope-error-422-legacy-no-error-key.response", Refused, 422),
        framed(200, "envelope-error-422-legacy-no-error-key.response", Refused, 422),
        framed(200, "waba-template-create.error-400.response", Refused, 400),
        framed(400, "rcs-template-get.error-400.response", Refused, 400),
        framed(200, "rcs-template-get.error-400.response", Refused, 400),
        framed(500, "rcs-template-get.error-400.response", Refused, 400),
        framed(200, "envelope-error-10001.response", Authentication, 10_001),
        framed(403, "envelope-error-10001.response", Authentication, 10_001),
        framed(200, "send-viber.error-10003.response", Refused, 10_003),
        framed(200, "send-rcs.error-10004.response", Refused, 10_004),
        framed(200, "envelope-error-429.response", RateLimited, 429),
        framed(429, "envelope-error-429.response", RateLimited, 429),
        form(401, page, Authentication, Rejected),
        form(404, &b"{}"[..], Refused, Rejected),
        form(429, &b""[..], RateLimited, Rejected),
        form(500, page, Server, Unknown),
        form(503, page, Server, Unknown),
        form(302, &b""[..], ErrorKind::Reply, Unknown),
        form(200, page, ErrorKind::Reply, Unknown),
    ];
    for status in [200, 500] {
        forms.push(Form { codes: (Some(500), None), ..form(status, fault, Server, Unknown) });
        let refusal = framed(status, "send-whatsapp.error-10002.response", Refused, 10_002);
        forms.push(Form { codes: (Some(10_002), Some(132_012)), ..refusal });
    }
    forms
}

fn advice(form: &Form, idempotency: Idempotency) -> RetryAdvice {
    match (form.kind, form.state) {
        (ErrorKind::Authentication, _) => RetryAdvice::Authenticate,
        (ErrorKind::RateLimited, _) => RetryAdvice::Later { after: None },
        (_, Rejected) => RetryAdvice::Correct,
        _ if idempotency == Idempotency::Idempotent => RetryAdvice::Later { after: None },
        _ => RetryAdvice::Reconcile,
    }
}

async fn failure(stage: &Stage, row: &Row, status: u16, body: &[u8]) -> Error {
    stage.answer(Reply::json(status, body.to_vec()).with_header("location", "/elsewhere"));
    let error = row.run(&stage.client).await.expect_err(row.operation);
    assert_eq!(error.operation(), row.operation);
    assert_eq!(error.http_status().map(|status| status.as_u16()), Some(status), "{}", row.operation);
    assert_error_discreet(&error);
    error
}

#[tokio::test]
async fn every_failure_has_its_request_state() {
    let stage = Stage::new().await;
    let rows = operations();
    for row in &rows {
        for form in forms() {
            let error = failure(&stage, row, form.status, &form.body).await;
            let case = format!("{} answered {}: {}", row.operation, form.status, String::from_utf8_lossy(&form.body));
            assert_eq!(facts(&error), (form.kind, form.state, advice(&form, row.idempotency), 1), "{case}");
            assert_eq!((error.code().map(Code::as_i64), error.provider_code()), form.codes, "{case}");
            assert_body_kept(&error, &form, &case);
        }
    }
    assert_eq!(stage.last().1, rows.len() * forms().len(), "nothing was sent twice, no redirect was followed");
}

fn assert_body_kept(error: &Error, form: &Form, case: &str) {
    match error.body().unwrap() {
        ErrorBody::Envelope(envelope) => {
            let found = serde_json::to_value(envelope).unwrap();
            assert_eq!(found, serde_json::from_slice::<Value>(&form.body).unwrap(), "{case}");
            let message = found["message"].as_str().filter(|message| !message.is_empty());
            assert_eq!(error.platform_message(), message, "{case}");
            assert!(form.codes.0.is_some(), "{case}");
        }
        ErrorBody::Json(json) => assert_eq!(json.get().as_bytes(), form.body, "{case}"),
        ErrorBody::Other(bytes) => assert_eq!(bytes[..], form.body, "{case}"),
    }
}

#[tokio::test]
async fn unreadable_success_counts_as_accepted() {
    let stage = Stage::new().await;
    // These keep or skip any value.
    let unread = ["create_rcs_template", "delete_rcs_template"];
    for row in operations().iter().filter(|row| !unread.contains(&row.operation)) {
        let is_send = row.operation.starts_with("send_");
        for (data, id) in [(json!(7), None), (json!({ "msg_id": 7 }), None), (json!({ "msg_id": "m-1" }), Some("m-1"))]
        {
            if is_send && id.is_some() {
                continue;
            }
            let body = json!({ "status": "success", "code": 200, "message": "", "data": data });
            let error = failure(&stage, row, 202, body.to_string().as_bytes()).await;
            let advice = if row.idempotency == Idempotency::Idempotent {
                RetryAdvice::Later { after: None }
            } else {
                RetryAdvice::Never
            };
            assert_eq!(facts(&error), (ErrorKind::Reply, Accepted, advice, 1), "{}", row.operation);
            assert_eq!(serde_json::to_value(error.envelope().unwrap()).unwrap(), body);
            assert_eq!(error.message_id().as_ref().map(MessageId::as_str), id);
            assert!(std::error::Error::source(&error).is_some());
        }
    }
}

#[tokio::test]
async fn id_in_contradictory_reply_is_kept() {
    let stage = Stage::new().await;
    for row in operations().iter().filter(|row| row.operation.starts_with("send_")) {
        for (id, expected) in [(json!("m-1"), Some("m-1")), (json!(""), None), (json!(null), None)] {
            let body = json!({ "status": "error", "code": 200, "data": { "msg_id": id } });
            let error = failure(&stage, row, 200, body.to_string().as_bytes()).await;
            assert_eq!(facts(&error), (ErrorKind::Reply, Unknown, RetryAdvice::Reconcile, 1));
            assert_eq!(error.message_id().as_ref().map(MessageId::as_str), expected);
        }
    }
}
