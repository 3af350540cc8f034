//! Every interruption of an exchange: the kind of the error, its statement about the request, and its text.

use std::error::Error;
use std::io;

use bytes::Bytes;
use http::Method;
use incs_client::transport::{CallInfo, TransportError, TransportErrorKind as Kind};

use crate::fault_server::{ClosedPort, Fault, Identity, Moment, Reply, Security};
use crate::stage::{BODY, CODE, Outcome, QUERY, REPLY, Scene, Stage, request};

/// One way in which an exchange fails.
pub(super) struct Way {
    pub(super) name: String,
    pub(super) fault: Fault,
    /// The moment of the interruption.
    pub(super) at: Moment,
}

type How = (&'static str, fn(Moment) -> Fault);

const HOWS: [How; 3] = [("closed", Fault::close), ("reset", Fault::reset), ("drained", Fault::drain)];

/// Every moment, closed, reset and drained.
pub(super) fn broken_off() -> impl Iterator<Item = Way> {
    let at = |at| HOWS.map(|(how, fault)| Way { name: format!("{how} at {at:?}"), fault: fault(at), at });
    Moment::ALL.into_iter().flat_map(at)
}

/// All interruptions, and replies that are not valid HTTP.
fn all_ways() -> Vec<Way> {
    let short = Reply::json(200, REPLY).with_stated_length(1000);
    let cut_chunk = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{REPLY}");
    let bad_chunk = format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{REPLY}\r\n");
    let bad_header = format!("HTTP/1.1 200 OK\r\nx sample {REPLY}\r\n\r\n");
    let rest = [
        ("garbage", Fault::garbage()),
        ("garbage text", Fault::raw(format!("{REPLY}\r\n\r\n"))),
        ("an invalid header", Fault::raw(bad_header)),
        ("an invalid length", Fault::raw(format!("HTTP/1.1 200 OK\r\ncontent-length: {REPLY}\r\n\r\n"))),
        ("a body shorter than its length", short.into()),
        ("a chunk that breaks off", Fault::raw(cut_chunk)),
        ("an invalid chunk", Fault::raw(bad_chunk)),
    ];
    let rest = rest.map(|(name, fault)| Way { name: name.to_owned(), fault, at: Moment::InHeaders });
    broken_off().chain(rest).collect()
}

/// The kinds that a transport may report once a byte was sent.
const MAYBE_SENT: [Kind; 3] = [Kind::Interrupted, Kind::Timeout, Kind::Other];

pub(super) async fn refused_connection_is_reported(stage: &Stage<'_>) -> io::Result<()> {
    let port = ClosedPort::reserve()?;
    let uri = port.uri(stage.security());
    // The transport needs the root of some server, although none is used here.
    let other = stage.scene([]).await?;
    let transport = stage.transport(uri.clone(), other.server.root_certificate().cloned());
    let row = "a port without a server";
    if let Some(outcome) = stage.call(row, &transport, request(&uri, Method::POST, "/a", "{}")).await {
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::Connect), row, Kind::Connect, outcome.word());
        outcome.send_gate.arm();
        stage.expect(!outcome.send_gate.maybe_sent(), row, "nothing to have left", &outcome.send_gate);
    }
    Ok(())
}

pub(super) async fn interrupted_exchange_is_reported(stage: &Stage<'_>) -> io::Result<()> {
    for way in all_ways() {
        let row = &*way.name;
        let scene = stage.scene([way.fault]).await?;
        let Some(outcome) = scene.call(row, scene.send()).await else { continue };
        let before = match (way.at, stage.security()) {
            (Moment::Accepted, Security::Plain) => &[Kind::Connect, Kind::NotSent][..],
            (Moment::Accepted, _) => &[Kind::Connect, Kind::NotSent, Kind::Tls],
            // A body that was not sent when the server closed can be revoked.
            (Moment::BeforeRequest | Moment::AfterHeaders, _) => &[Kind::NotSent],
            _ => &[],
        };
        let allowed = [before, &MAYBE_SENT].concat();
        // A connection that closed at once may have received nothing: then a second one is allowed, and gets a reply.
        let again = way.at == Moment::Accepted && outcome.result.is_ok();
        let right = outcome.result.as_ref().is_err_and(|error| allowed.contains(&error.kind()));
        stage.expect(right || again, row, format!("an error of {allowed:?}"), outcome.word());
    }
    Ok(())
}

pub(super) async fn endless_headers_are_limited(stage: &Stage<'_>) -> io::Result<()> {
    let rows: [(&str, Fault); 3] = [
        ("2000 headers", Reply::json(200, REPLY).with_header_bomb(2000, 50).into()),
        ("one header of 8 MB", Reply::json(200, REPLY).with_header_bomb(1, 8_000_000).into()),
        ("100 MB of headers", Reply::json(200, REPLY).with_header_bomb(100, 1_000_000).into()),
    ];
    for (row, fault) in rows {
        let scene = stage.scene([fault]).await?;
        let Some(outcome) = scene.call(row, scene.send()).await else { continue };
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        let right = kind.is_none_or(|kind| MAYBE_SENT.contains(&kind) || kind == Kind::ReplyTooLarge);
        stage.expect(right, row, format!("a reply, or an error of {MAYBE_SENT:?}"), outcome.word());
    }
    Ok(())
}

/// More bytes than the buffers of two sockets, so that a server can interrupt the transfer.
const LARGE: usize = 8 * 1024 * 1024;

pub(super) async fn claim_of_not_sent_is_true(stage: &Stage<'_>) -> io::Result<()> {
    for way in all_ways() {
        for kind in ["send", "read"] {
            let row = &*format!("{kind}, {}", way.name);
            let scene = stage.scene([way.fault.clone()]).await?;
            let request = if kind == "send" { scene.send() } else { scene.read() };
            if let Some(outcome) = scene.call(row, request).await {
                expect_no_lie(stage, row, &scene, &outcome).await;
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
            expect_no_lie(stage, row, &scene, &outcome).await;
        }
    }
    Ok(())
}

pub(super) async fn reply_proves_the_request_was_sent(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    for (row, request) in [("a send", scene.send()), ("a read", scene.read())] {
        if let Some(outcome) = scene.call(row, request).await {
            stage.expect(outcome.send_gate.maybe_sent(), row, "a send_gate that left", &outcome.send_gate);
        }
    }
    Ok(())
}

async fn expect_no_lie(stage: &Stage<'_>, row: &str, scene: &Scene<'_>, outcome: &Outcome) {
    let seen = scene.settled(row).await;
    let lie = outcome.claims_not_sent() && !seen.complete.is_empty();
    let found = format!("{}, {:?} and {} complete requests", outcome.word(), outcome.send_gate, seen.complete.len());
    stage.expect(!lie, row, "no word that nothing left", found);
}

const HIDDEN: [(&str, &str); 4] =
    [("the certification code", CODE), ("the query", QUERY), ("the body", BODY), ("the reply", REPLY)];

pub(super) async fn errors_show_no_request_or_reply(stage: &Stage<'_>) -> io::Result<()> {
    for way in all_ways() {
        let scene = stage.scene([way.fault]).await?;
        expect_nothing_shown(stage, &way.name, scene.call(&way.name, scene.send()).await.as_ref());
    }

    let row = "a reply that is too long";
    let scene = stage.scene([Reply::json(200, REPLY).into()]).await?;
    let mut send = scene.send();
    let info = CallInfo::of(&send).with_response_limit(1);
    send.extensions_mut().insert(info);
    expect_nothing_shown(stage, row, scene.call(row, send).await.as_ref());

    let port = ClosedPort::reserve()?;
    let refused = port.uri(stage.security());
    for (row, uri) in [("no host", String::new()), ("a port without a server", refused)] {
        expect_nothing_shown(stage, row, scene.call(row, request(&uri, Method::POST, "/a", BODY)).await.as_ref());
    }

    if stage.security() == Security::Tls {
        let row = "a certificate of an untrusted authority";
        let transport = stage.transport(scene.server.uri(), Some(Identity::generate()?.root));
        expect_nothing_shown(stage, row, stage.call(row, &transport, scene.send()).await.as_ref());
    }
    Ok(())
}

/// Checks the text of an error and of all its causes.
fn expect_nothing_shown(stage: &Stage<'_>, row: &str, outcome: Option<&Outcome>) {
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

pub(super) async fn untrusted_certificate_stops_the_request(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    let stranger = stage.transport(scene.server.uri(), Some(Identity::generate()?.root));
    let by_address = scene.server.uri().replace("localhost", "127.0.0.1");
    let mut misnamed = scene.send();
    *misnamed.uri_mut() = misnamed.uri().to_string().replace("localhost", "127.0.0.1").parse().unwrap_or_default();
    let rightful = stage.transport(by_address, scene.server.root_certificate().cloned());
    for (row, transport, request) in
        [("of a stranger", stranger, scene.send()), ("for another name", rightful, misnamed)]
    {
        let Some(outcome) = stage.call(row, &transport, request).await else { continue };
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::Tls), row, Kind::Tls, outcome.word());
        // Arms the gate for a transport that does not report; a committed gate stays committed.
        outcome.send_gate.arm();
        stage.expect(!outcome.send_gate.maybe_sent(), row, "nothing to have left", &outcome.send_gate);
    }
    let requests = scene.server.seen().complete.len();
    stage.expect(requests == 0, "both", "no request", requests);
    Ok(())
}
