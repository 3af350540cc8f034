//! A connection that was used before is no danger.

use std::io;

use http::Method;

use super::cases;
use crate::contract::fault_server::Reply;
use crate::contract::stage::Stage;

cases!(a_connection_closed_while_idle_loses_and_doubles_nothing, stray_bytes_are_no_reply);

/// Calls in a row, each of which may meet a connection that is just being closed.
const CALLS: usize = 20;

async fn a_connection_closed_while_idle_loses_and_doubles_nothing(stage: &Stage<'_>) -> io::Result<()> {
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
            let lie = outcome.says_nothing_left() && !complete.is_empty();
            stage.expect(
                !lie,
                row,
                "no word that nothing left",
                format!("{}, {:?}", outcome.word(), outcome.departure),
            );
            if let Ok(reply) = outcome.result {
                stage.expect(reply.body() == path.as_bytes(), row, "its own reply", reply.body());
            }
        }
    }
    Ok(())
}

/// Only for bytes that come together with a reply: those that come after the next request has left, nobody can tell from its
/// reply.
async fn stray_bytes_are_no_reply(stage: &Stage<'_>) -> io::Result<()> {
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
