//! Errors are of the right kind.

use std::io;

use super::{cases, ways_to_fail};
use crate::contract::fault_server::{ClosedPort, Fault, Moment, Reply, Security};
use crate::contract::stage::{REPLY, Stage, request};
use crate::transport::{TransportError, TransportErrorKind as Kind};

cases!(
    a_refused_connection_is_told_as_one,
    an_exchange_that_broke_off_is_told_as_one,
    headers_without_end_end_somewhere,
);

/// What may be said once a byte has left.
const MAY_HAVE_LEFT: [Kind; 3] = [Kind::Interrupted, Kind::Timeout, Kind::Other];

async fn a_refused_connection_is_told_as_one(stage: &Stage<'_>) -> io::Result<()> {
    let port = ClosedPort::reserve()?;
    let uri = port.uri(stage.security());
    // The transport is built for a root of some server; there is none here to vouch for.
    let other = stage.scene([]).await?;
    let transport = stage.transport(uri.clone(), other.server.root_certificate().cloned());
    let row = "a port without a server";
    if let Some(outcome) = stage.call(row, &transport, request(&uri, http::Method::POST, "/a", "{}")).await {
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::Connect), row, Kind::Connect, outcome.word());
        outcome.departure.hold();
        stage.expect(!outcome.departure.may_have_left(), row, "nothing to have left", &outcome.departure);
    }
    Ok(())
}

async fn an_exchange_that_broke_off_is_told_as_one(stage: &Stage<'_>) -> io::Result<()> {
    for way in ways_to_fail::all() {
        let row = &*way.name;
        let scene = stage.scene([way.fault]).await?;
        let Some(outcome) = scene.call(row, scene.send()).await else { continue };
        let before = match (way.at, stage.security()) {
            (Moment::Accepted, Security::Plain) => &[Kind::Connect, Kind::NotSent][..],
            (Moment::Accepted, _) => &[Kind::Connect, Kind::NotSent, Kind::Tls],
            // A body that was still here when the other side went can be kept back.
            (Moment::BeforeRequest | Moment::AfterHeaders, _) => &[Kind::NotSent],
            _ => &[],
        };
        let allowed = [before, &MAY_HAVE_LEFT].concat();
        // Nothing may have been sent on a connection that closed at once: then a second one is allowed, and it is answered.
        let again = way.at == Moment::Accepted && outcome.result.is_ok();
        let right = outcome.result.as_ref().is_err_and(|error| allowed.contains(&error.kind()));
        stage.expect(right || again, row, format!("an error of {allowed:?}"), outcome.word());
    }
    Ok(())
}

async fn headers_without_end_end_somewhere(stage: &Stage<'_>) -> io::Result<()> {
    let rows: [(&str, Fault); 3] = [
        ("2000 headers", Reply::json(200, REPLY).with_header_bomb(2000, 50).into()),
        ("one header of 8 MB", Reply::json(200, REPLY).with_header_bomb(1, 8_000_000).into()),
        ("100 MB of headers", Reply::json(200, REPLY).with_header_bomb(100, 1_000_000).into()),
    ];
    for (row, fault) in rows {
        let scene = stage.scene([fault]).await?;
        let Some(outcome) = scene.call(row, scene.send()).await else { continue };
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        let right = kind.is_none_or(|kind| MAY_HAVE_LEFT.contains(&kind) || kind == Kind::BodyTooLarge);
        stage.expect(right, row, format!("a reply, or an error of {MAY_HAVE_LEFT:?}"), outcome.word());
    }
    Ok(())
}
