//! Replies of a hostile server.

use std::time::Duration;

use incs_client::{ErrorKind, RequestState};
use incs_client_contract::{self as contract, Fault, Moment};

use crate::Expected;

/// A reply, and what a send that gets it may end with.
pub(crate) struct Reply {
    pub(crate) name: &'static str,
    pub(crate) fault: Fault,
    pub(crate) expected: &'static [Expected],
}

const BROKEN: &[Expected] = &[(ErrorKind::Interrupted, RequestState::Unknown)];
const TOO_LONG: &[Expected] = &[(ErrorKind::ReplyTooLarge, RequestState::Unknown)];
const TIMED_OUT: &[Expected] = &[(ErrorKind::Timeout, RequestState::Unknown)];
const NO_FRAME: &[Expected] = &[(ErrorKind::Reply, RequestState::Unknown)];
const NO_DATA: &[Expected] = &[(ErrorKind::Reply, RequestState::Accepted)];
/// A library may refuse such headers or read them.
const BROKEN_OR_NO_FRAME: &[Expected] = &[BROKEN[0], NO_FRAME[0]];

const TAKEN: &str = r#"{"status":"success","code":200,"message":"","data":{"msg_id":"wamid.HBgN"},"error":{}}"#;

pub(crate) fn harmless() -> Reply {
    Reply { name: "harmless", fault: contract::Reply::json(200, TAKEN).into(), expected: &[] }
}

pub(crate) fn hostile() -> Vec<Reply> {
    let new = |status| contract::Reply::new(status);
    let frame = |data: &str| {
        contract::Reply::json(
            200,
            format!(r#"{{"status":"success","code":200,"message":"","data":{data},"error":{{}}}}"#),
        )
    };
    let row = |name, fault: Fault, expected| Reply { name, fault, expected };
    vec![
        row("many headers", new(200).with_header_bomb(20_000, 16).into(), BROKEN_OR_NO_FRAME),
        row("a huge header", new(200).with_header_bomb(1, 8_000_000).into(), BROKEN_OR_NO_FRAME),
        row(
            "headers that drip",
            new(200).with_header_bomb(100, 16).dripping(Duration::from_millis(20)).into(),
            TIMED_OUT,
        ),
        row(
            "a body that drips",
            contract::Reply::json(200, "x".repeat(9_000)).dripping(Duration::from_millis(20)).into(),
            TIMED_OUT,
        ),
        row("a stall after half the body", Fault::stall(Moment::InBody), TIMED_OUT),
        row("chunks without end", new(200).endless().into(), TOO_LONG),
        row("100 MB", new(200).with_generated_body(100_000_000).into(), TOO_LONG),
        row("100 MB in chunks", new(200).with_generated_body(100_000_000).chunked().into(), TOO_LONG),
        row("100 MB until the close", new(200).with_generated_body(100_000_000).until_close().into(), TOO_LONG),
        row("100 KB", new(200).with_generated_body(100_000).into(), NO_FRAME),
        row(
            "a length of 16 EB, and little",
            contract::Reply::json(200, TAKEN).with_stated_length(u64::MAX / 2).into(),
            TOO_LONG,
        ),
        row(
            "a length of 100 KB, and little",
            contract::Reply::json(200, TAKEN).with_stated_length(100_000).into(),
            BROKEN,
        ),
        row("no UTF-8", contract::Reply::json(200, &b"{\"status\":\"success\xff\"}"[..]).into(), NO_FRAME),
        row(
            "no UTF-8 in the data",
            contract::Reply::json(
                200,
                &b"{\"status\":\"success\",\"code\":200,\"data\":{\"msg_id\":\"\xc3\x28\"}}"[..],
            )
            .into(),
            NO_FRAME,
        ),
        row("deep lists", contract::Reply::deep_json(100_000).into(), NO_FRAME),
        row(
            "deep lists in the data",
            frame(&format!("{}{}", "[".repeat(100_000), "]".repeat(100_000))).into(),
            NO_DATA,
        ),
        row(
            "deep objects in the data",
            frame(&format!("{}1{}", r#"{"msg_id":"#.repeat(20_000), "}".repeat(20_000))).into(),
            NO_DATA,
        ),
        row("garbage", Fault::garbage(), BROKEN),
        row("a status of 999 without a frame", new(999).into(), BROKEN_OR_NO_FRAME),
    ]
}
