//! Errors show nothing of the request or the reply.

use std::error::Error;
use std::io;

use http::Method;

use super::{cases, ways_to_fail};
use crate::contract::fault_server::{ClosedPort, Identity, Reply, Security};
use crate::contract::stage::{BODY, CODE, Outcome, QUERY, REPLY, Stage, request};
use crate::transport::CallInfo;

cases!(no_error_shows_the_request_or_the_reply);

const HIDDEN: [(&str, &str); 4] =
    [("the certification code", CODE), ("the query", QUERY), ("the body", BODY), ("the reply", REPLY)];

async fn no_error_shows_the_request_or_the_reply(stage: &Stage<'_>) -> io::Result<()> {
    for way in ways_to_fail::all() {
        let scene = stage.scene([way.fault]).await?;
        judge(stage, &way.name, scene.call(&way.name, scene.send()).await.as_ref());
    }

    let row = "a reply that is too long";
    let scene = stage.scene([Reply::json(200, REPLY).into()]).await?;
    let mut send = scene.send();
    let info = CallInfo::of(&send).with_response_limit(1);
    send.extensions_mut().insert(info);
    judge(stage, row, scene.call(row, send).await.as_ref());

    let port = ClosedPort::reserve()?;
    let refused = port.uri(stage.security());
    for (row, uri) in [("no host", String::new()), ("a port without a server", refused)] {
        judge(stage, row, scene.call(row, request(&uri, Method::POST, "/a", BODY)).await.as_ref());
    }

    if stage.security() == Security::Tls {
        let row = "a certificate that nobody vouches for";
        let transport = stage.transport(scene.server.uri(), Some(Identity::generate()?.root));
        judge(stage, row, stage.call(row, &transport, scene.send()).await.as_ref());
    }
    Ok(())
}

/// Looks at the text of an error and of all its causes.
fn judge(stage: &Stage<'_>, row: &str, outcome: Option<&Outcome>) {
    let Some(Err(error)) = outcome.map(|outcome| &outcome.result) else { return };
    let mut texts = Vec::new();
    let mut next: Option<&dyn Error> = Some(error);
    while let Some(error) = next {
        texts.push(format!("{error}"));
        texts.push(format!("{error:?}"));
        next = error.source();
    }
    for (what, hidden) in HIDDEN {
        let shown = texts.iter().find(|text| text.contains(hidden));
        stage.expect(shown.is_none(), row, format!("a text without {what}"), shown.map_or("", |text| text));
    }
}
