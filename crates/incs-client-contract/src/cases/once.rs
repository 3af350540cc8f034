//! One call is one exchange: nothing is sent twice, and an abandoned call is not sent later.

use std::io;
use std::time::{Duration, SystemTime};

use futures_util::future::{Either, select};
use http::Method;
use incs_client::transport::CallInfo;

use super::failures;
use crate::fault_server::{Fault, Moment, Reply, Security, Seen};
use crate::stage::{BODY, Stage};

/// Everything that makes a library retry.
fn temptations() -> Vec<(String, Fault)> {
    let broken = failures::broken_off().filter(|way| way.at != Moment::Accepted);
    let broken = broken.map(|way| (way.name, way.fault));
    let statuses = [401, 407, 408, 421, 425, 429, 500, 502, 503, 504];
    let statuses = statuses.map(|status| {
        let reply = Reply::json(status, "{}").with_header("retry-after", "0");
        (format!("status {status}"), reply.with_header("www-authenticate", "Basic realm=x").into())
    });
    let dated = Reply::json(503, "{}").with_retry_after(SystemTime::now());
    let rest = [("status 503 until a date".to_owned(), dated.into()), ("garbage".to_owned(), Fault::garbage())];
    broken.chain(statuses).chain(rest).collect()
}

pub(super) async fn nothing_is_sent_twice(stage: &Stage<'_>) -> io::Result<()> {
    expect_no_repetition(stage, 0).await
}

pub(super) async fn nothing_is_resent_on_reused_connection(stage: &Stage<'_>) -> io::Result<()> {
    expect_no_repetition(stage, 1).await
}

/// Makes a number of successful calls, then one with the fault; all further calls would succeed.
async fn expect_no_repetition(stage: &Stage<'_>, before: usize) -> io::Result<()> {
    for (name, fault) in temptations() {
        for kind in ["send", "read"] {
            let row = &*format!("{kind}, {name}");
            let scene = stage.scene([]).await?;
            for _ in 0..before {
                scene.reply(row, scene.read()).await;
            }
            scene.server.push(fault.clone());
            let request = if kind == "send" { scene.send() } else { scene.read() };
            scene.call(row, request).await;
            let seen = scene.settled(row).await;
            let (all, complete) = (seen.complete.len() + seen.partial.len(), seen.complete.len());
            let found = format!("{complete} complete and {} partial ones", seen.partial.len());
            stage.expect(all <= before + 1, row, format!("{} requests", before + 1), found);
        }
    }
    Ok(())
}

/// A series of calls, each of which may use a connection that is being closed.
const CALLS: usize = 20;

pub(super) async fn closed_idle_connection_is_harmless(stage: &Stage<'_>) -> io::Result<()> {
    for wait in [true, false] {
        let scene = stage.scene([]).await?;
        scene.server.set_default(Reply::new(200).echoing().then_close());
        for number in 0..CALLS {
            let row = &*format!("call {number}, {}", if wait { "after the close" } else { "at once" });
            let path = format!("/{number}");
            let request = scene.request(Method::POST, &path, path.clone());
            let Some(outcome) = scene.call(row, request).await else { break };
            let mut complete =
                if wait || outcome.result.is_err() { scene.settled(row).await } else { scene.server.seen() }.complete;
            complete.retain(|request| request.body == path);
            stage.expect(complete.len() <= 1, row, "1 request at most", complete.len());
            let lie = outcome.claims_not_sent() && !complete.is_empty();
            stage.expect(
                !lie,
                row,
                "no word that nothing left",
                format!("{}, {:?}", outcome.word(), outcome.send_gate),
            );
            if let Ok(reply) = outcome.result {
                stage.expect(reply.body() == path.as_bytes(), row, "its own reply", reply.body());
            }
        }
    }
    Ok(())
}

/// Only for bytes that arrive together with a reply: bytes that arrive after the next request was sent cannot be told from its
/// reply.
pub(super) async fn stray_bytes_are_no_reply(stage: &Stage<'_>) -> io::Result<()> {
    let stray = "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nstray";
    let scene = stage.scene([Reply::new(200).with_body("first").with_stray_bytes(stray).into()]).await?;
    if let Some(reply) = scene.reply("the first call", scene.send()).await {
        stage.expect(reply.body() == "first", "the first call", "first", reply.body());
    }
    let row = "the next call";
    let request = scene.request(Method::POST, "/next", "next");
    if let Some(Ok(reply)) = scene.call(row, request).await.map(|outcome| outcome.result) {
        stage.expect(reply.body() == "next", row, "its own reply or an error", reply.body());
    }
    Ok(())
}

/// A fault that keeps a call waiting.
struct Wait {
    name: String,
    fault: Fault,
    at: Moment,
    /// Returns from the record of the server whether the call has reached this point.
    there: fn(&Seen) -> bool,
}

fn waits() -> Vec<Wait> {
    let stalls = Moment::ALL.map(|at| Wait {
        name: format!("stalled at {at:?}"),
        fault: Fault::stall(at),
        at,
        there: |seen| seen.stalled > 0,
    });
    let slow = Reply::new(200).with_generated_body(10_000).dripping(Duration::from_millis(5));
    let slow = Wait {
        name: "byte by byte".to_owned(),
        fault: slow.into(),
        at: Moment::InBody,
        there: |seen| !seen.complete.is_empty(),
    };
    stalls.into_iter().chain([slow]).collect()
}

pub(super) async fn dropping_the_future_ends_the_exchange(stage: &Stage<'_>) -> io::Result<()> {
    for Wait { name, fault, at, there } in waits() {
        let row = &*name;
        let scene = stage.scene([fault]).await?;
        let request = scene.send();
        let send_gate = CallInfo::of(&request).send_gate().clone();
        let call = scene.transport.call(request);
        match select(call, Box::pin(scene.expect_seen(row, "the server to get there", there))).await {
            Either::Left((result, _)) => {
                let kind = result.err().map(|error| error.kind());
                stage.expect(false, row, "a call that waits", kind);
                continue;
            }
            Either::Right((_, call)) => drop(call),
        }
        let said = !send_gate.revoke();
        let seen = scene.settled(row).await;
        stage.expect(said || seen.complete.is_empty(), row, "a send_gate that left", &send_gate);
        if at == Moment::Accepted && stage.security() == Security::Tls {
            // After the revoke only a send gate that was committed before may commit.
            stage.expect(!send_gate.commit(), row, "a send gate that is held, or no report", &send_gate);
        }
    }
    Ok(())
}

/// The number of abandoned calls, each abandoned a little later than the one before.
const TIMES: u32 = 40;

const STEP: Duration = Duration::from_micros(50);

pub(super) async fn revoked_request_is_not_sent(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    let mut recalled = Vec::new();
    for time in 0..TIMES {
        let path = format!("/given-up/{time}");
        let request = scene.request(Method::POST, &path, if time % 4 == 3 { "" } else { BODY });
        let send_gate = CallInfo::of(&request).send_gate().clone();
        let ended = tokio::time::timeout(STEP * time, scene.transport.call(request)).await;
        if ended.is_err() && send_gate.revoke() {
            recalled.push(path);
        }
    }
    // A request that a task still holds is sent before this one.
    scene.reply("a call that is not given up", scene.send()).await;
    let seen = scene.settled("the calls that were given up").await;
    for path in recalled {
        let left = seen.complete.iter().any(|request| request.target.split('?').next() == Some(path.as_str()));
        stage.expect(!left, &path, "a request that stays", "a complete request at the server");
    }
    Ok(())
}
