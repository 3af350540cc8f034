//! A request that was recalled does not leave, whoever still holds it.

use std::io;
use std::time::Duration;

use http::Method;

use super::cases;
use crate::contract::stage::{BODY, Stage};
use crate::transport::CallInfo;

cases!(a_recalled_request_does_not_leave);

/// How often a call is given up, each time a little later than before.
const TIMES: u32 = 40;

const STEP: Duration = Duration::from_micros(50);

async fn a_recalled_request_does_not_leave(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    let mut recalled = Vec::new();
    for time in 0..TIMES {
        let path = format!("/given-up/{time}");
        let request = scene.request(Method::POST, &path, if time % 4 == 3 { "" } else { BODY });
        let departure = CallInfo::of(&request).departure().clone();
        let ended = tokio::time::timeout(STEP * time, scene.transport.call(request)).await;
        if ended.is_err() && departure.recall() {
            recalled.push(path);
        }
    }
    // What a task still holds leaves before what comes after it.
    scene.reply("a call that is not given up", scene.send()).await;
    let seen = scene.settled("the calls that were given up").await;
    for path in recalled {
        let left = seen.complete.iter().any(|request| request.target.split('?').next() == Some(path.as_str()));
        stage.expect(!left, &path, "a request that stays", "a complete request at the server");
    }
    Ok(())
}
