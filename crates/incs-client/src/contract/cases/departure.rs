//! "Nothing has left" is said only when it is true.

use std::io;

use bytes::Bytes;
use http::Method;

use super::{cases, ways_to_fail};
use crate::contract::fault_server::{Fault, Moment, Reply};
use crate::contract::stage::{Outcome, Scene, Stage};

cases!(nothing_left_is_said_only_when_it_is_true, a_reply_tells_that_the_request_left);

/// More than the buffers of two sockets hold, so that a server can break off in the middle of it.
const LARGE: usize = 8 * 1024 * 1024;

async fn nothing_left_is_said_only_when_it_is_true(stage: &Stage<'_>) -> io::Result<()> {
    for way in ways_to_fail::all() {
        for kind in ["send", "read"] {
            let row = &*format!("{kind}, {}", way.name);
            let scene = stage.scene([way.fault.clone()]).await?;
            let request = if kind == "send" { scene.send() } else { scene.read() };
            if let Some(outcome) = scene.call(row, request).await {
                judge(stage, row, &scene, &outcome).await;
            }
        }
    }
    let large = [
        ("a large body, drained at its first byte", Fault::drain(Moment::BeforeRequest)),
        ("a large body, drained after its headers", Fault::drain(Moment::AfterHeaders)),
        ("a large body, closed after its headers", Fault::close(Moment::AfterHeaders)),
        ("a large body, answered after its headers", Reply::json(413, "{}").early().into()),
    ];
    for (row, fault) in large {
        let scene = stage.scene([fault]).await?;
        let request = scene.request(Method::POST, "/large", Bytes::from(vec![b'x'; LARGE]));
        if let Some(outcome) = scene.call(row, request).await {
            judge(stage, row, &scene, &outcome).await;
        }
    }
    Ok(())
}

async fn a_reply_tells_that_the_request_left(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    for (row, request) in [("a send", scene.send()), ("a read", scene.read())] {
        if let Some(outcome) = scene.call(row, request).await {
            stage.expect(outcome.departure.may_have_left(), row, "a departure that left", &outcome.departure);
        }
    }
    Ok(())
}

async fn judge(stage: &Stage<'_>, row: &str, scene: &Scene<'_>, outcome: &Outcome) {
    let seen = scene.settled(row).await;
    let lie = outcome.says_nothing_left() && !seen.complete.is_empty();
    let found = format!("{}, {:?} and {} complete requests", outcome.word(), outcome.departure, seen.complete.len());
    stage.expect(!lie, row, "no word that nothing left", found);
}
