//! A call that waits, waits; and one that is dropped ends.

use std::io;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::cases;
use crate::contract::fault_server::{Fault, Moment, Reply, Security, Seen};
use crate::contract::stage::Stage;
use crate::transport::CallInfo;

cases!(dropping_the_future_ends_the_exchange);

/// A server that keeps a call waiting.
struct Wait {
    name: String,
    fault: Fault,
    at: Moment,
    /// How the server knows that it is there.
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

async fn dropping_the_future_ends_the_exchange(stage: &Stage<'_>) -> io::Result<()> {
    for Wait { name, fault, at, there } in waits() {
        let row = &*name;
        let scene = stage.scene([fault]).await?;
        let request = scene.send();
        let departure = CallInfo::of(&request).departure().clone();
        let call = scene.transport.call(request);
        match select(call, Box::pin(scene.expect_seen(row, "the server to get there", there))).await {
            Either::Left((result, _)) => {
                let kind = result.err().map(|error| error.kind());
                stage.expect(false, row, "a call that waits", kind);
                continue;
            }
            Either::Right((_, call)) => drop(call),
        }
        let said = !departure.recall();
        let seen = scene.settled(row).await;
        stage.expect(said || seen.complete.is_empty(), row, "a departure that left", &departure);
        if at == Moment::Accepted && stage.security() == Security::Tls {
            // Whoever tells nothing is held by this; whoever told that it left, is not.
            departure.hold();
            stage.expect(!departure.may_have_left(), row, "a departure that is held, or nothing told", &departure);
        }
    }
    Ok(())
}
