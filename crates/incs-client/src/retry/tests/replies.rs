//! What a reply says: every code of the frame under every status, and replies without a frame.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;

use crate::error::{ErrorBody, ErrorKind};
use crate::retry::{Outcome, Reading, read_reply};

const AFTER: Option<Duration> = Some(Duration::from_secs(3));
const STATUSES: [u16; 13] = [200, 302, 400, 401, 404, 418, 422, 429, 500, 502, 503, 504, 599];

/// How well a body was understood.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    Envelope,
    Json,
    Other,
}

/// What was read; nothing for a success.
type Found = Option<(Outcome, ErrorKind, Level)>;

fn read(status: u16, body: &[u8]) -> Found {
    match read_reply(StatusCode::from_u16(status).unwrap(), body, || AFTER) {
        Reading::Success(frame) => {
            assert!(frame.is_success());
            None
        }
        Reading::Failure { outcome, kind } => {
            let level = match ErrorBody::read(&Bytes::copy_from_slice(body)) {
                ErrorBody::Envelope(_) => Level::Envelope,
                ErrorBody::Json(_) => Level::Json,
                ErrorBody::Other(_) => Level::Other,
            };
            Some((outcome, kind, level))
        }
    }
}

/// What a refusal and its like say, by number: of the frame, or of HTTP where there is no frame.
fn of_number(number: i64) -> (Outcome, ErrorKind) {
    match number {
        400 | 404 | 418 | 422 | 10_002..=10_004 => (Outcome::Refused, ErrorKind::Refused),
        401 | 403 | 10_001 => (Outcome::Refused, ErrorKind::Authentication),
        429 => (Outcome::Throttled { after: AFTER }, ErrorKind::RateLimited),
        500 | 502 | 504 | 599 => (Outcome::Failed, ErrorKind::Server),
        503 => (Outcome::Unavailable { after: AFTER }, ErrorKind::Server),
        _ => (Outcome::Unclear, ErrorKind::Reply),
    }
}

#[test]
fn the_code_of_the_frame_decides_under_every_status() {
    let codes = [
        -1, 0, 200, 201, 302, 399, 400, 401, 403, 404, 418, 422, 429, 500, 502, 503, 504, 599, 600, 10_000, 10_001,
        10_002, 10_003, 10_004, 10_005,
    ];
    for status in STATUSES {
        for code in codes {
            for rest in ["", r#","message":"no","data":{},"error":{}"#, r#","message":null,"data":[],"error":null"#] {
                let body = format!(r#"{{"status":"error","code":{code}{rest}}}"#);
                let (outcome, kind) = of_number(code);
                let expected = Some((outcome, kind, Level::Envelope));
                assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
            }
        }
    }
}

#[test]
fn a_success_is_one_under_every_status() {
    for status in STATUSES {
        for rest in ["", r#","data":{"msg_id":"m-1"}"#, r#","data":null,"message":"fine","new":1"#] {
            let body = format!(r#"{{"status":"success","code":200{rest}}}"#);
            assert_eq!(read(status, body.as_bytes()), None, "{body} under {status}");
        }
    }
}

#[test]
fn a_frame_that_contradicts_itself_is_no_refusal() {
    let unclear = (Outcome::Unclear, ErrorKind::Reply);
    for (word, code, (outcome, kind)) in [
        ("success", 400, unclear),
        ("success", 401, unclear),
        ("success", 422, unclear),
        ("success", 429, unclear),
        ("success", 10_001, unclear),
        ("success", 10_002, unclear),
        ("success", 0, unclear),
        ("success", 500, of_number(500)),
        ("success", 503, of_number(503)),
        ("error", 200, unclear),
        // A word of tomorrow may mean anything, also that the message is on its way.
        ("queued", 200, unclear),
        ("queued", 422, unclear),
        ("queued", 429, unclear),
        ("queued", 500, of_number(500)),
    ] {
        let body = format!(r#"{{"status":"{word}","code":{code},"data":{{"msg_id":"m-1"}}}}"#);
        for status in STATUSES {
            let expected = Some((outcome, kind, Level::Envelope));
            assert_eq!(read(status, body.as_bytes()), expected, "{body} under {status}");
        }
    }
}

#[test]
fn a_reply_without_a_frame_is_judged_by_its_status() {
    let bodies: [(&[u8], Level); 12] = [
        (br#"{"message":"slow down"}"#, Level::Json),
        (br#"{"status":"success","code":"many"}"#, Level::Json),
        (br#"{"status":200,"code":200}"#, Level::Json),
        (br#"{"status":"success"}"#, Level::Json),
        (b"[]", Level::Json),
        (b"null", Level::Json),
        (b" 7 ", Level::Json),
        (b"<html><title>502</title></html>", Level::Other),
        (b"", Level::Other),
        (b" ", Level::Other),
        (br#"{"status":"success","code":200"#, Level::Other),
        (b"{\"status\":\"success\",\"code\":200,\"message\":\"\xff\"}", Level::Other),
    ];
    for status in STATUSES {
        let (outcome, kind) = of_number(status.into());
        for (body, level) in bodies {
            let expected = Some((outcome, kind, level));
            assert_eq!(read(status, body), expected, "{} under {status}", String::from_utf8_lossy(body));
        }
    }
}
