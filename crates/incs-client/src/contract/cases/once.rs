//! One call is one exchange.

use std::io;
use std::time::SystemTime;

use super::{cases, ways_to_fail};
use crate::contract::fault_server::{Fault, Moment, Reply};
use crate::contract::stage::Stage;

cases!(nothing_is_sent_twice, nothing_is_sent_twice_on_a_used_connection);

/// Everything that tempts a library to try again.
fn temptations() -> Vec<(String, Fault)> {
    let broken = ways_to_fail::broken_off().filter(|way| way.at != Moment::Accepted);
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

async fn nothing_is_sent_twice(stage: &Stage<'_>) -> io::Result<()> {
    check(stage, 0).await
}

async fn nothing_is_sent_twice_on_a_used_connection(stage: &Stage<'_>) -> io::Result<()> {
    check(stage, 1).await
}

/// Makes so many calls that succeed, then one that is tempted; all further ones would succeed.
async fn check(stage: &Stage<'_>, before: usize) -> io::Result<()> {
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
