//! No reply is longer than allowed.

use std::io;

use bytes::Bytes;
use http::Method;
use incs_client::transport::{CallInfo, RESPONSE_LIMIT, Request, TransportError, TransportErrorKind as Kind};

use crate::fault_server::Reply;
use crate::stage::Stage;

const LIMIT: usize = 64 * 1024;

fn limited(mut request: Request, bytes: usize) -> Request {
    let info = CallInfo::of(&request).with_response_limit(bytes);
    request.extensions_mut().insert(info);
    request
}

pub(super) async fn reply_at_limit_passes(stage: &Stage<'_>) -> io::Result<()> {
    let full = Reply::new(200).with_generated_body(LIMIT as u64);
    let rows = [
        ("length", full.clone(), LIMIT),
        ("chunked", full.clone().chunked(), LIMIT),
        ("until close", full.until_close(), LIMIT),
        ("nothing", Reply::new(200), 0),
        ("nothing, chunked", Reply::new(200).chunked(), 0),
    ];
    for (row, reply, limit) in rows {
        let scene = stage.scene([reply.into()]).await?;
        if let Some(reply) = scene.reply(row, limited(scene.read(), limit)).await {
            stage.expect(reply.body().len() == limit, row, limit, reply.body().len());
        }
    }
    Ok(())
}

pub(super) async fn reply_past_limit_is_not_read(stage: &Stage<'_>) -> io::Result<()> {
    let past = Reply::new(200).with_generated_body(LIMIT as u64 + 1);
    let rows = [
        ("length", past.clone()),
        ("chunked", past.clone().chunked()),
        ("until close", past.until_close()),
        ("without end", Reply::new(200).endless()),
        ("100 MB", Reply::new(200).with_generated_body(100_000_000)),
        ("100 MB, chunked", Reply::new(200).with_generated_body(100_000_000).chunked()),
        ("a failure without end", Reply::new(500).endless()),
    ];
    for (row, reply) in rows {
        let scene = stage.scene([reply.into()]).await?;
        let Some(outcome) = scene.call(row, limited(scene.read(), LIMIT)).await else { continue };
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::ReplyTooLarge), row, Kind::ReplyTooLarge, outcome.word());
        // The transport lives: it is the exchange that must have ended.
        scene.settled(row).await;
    }
    Ok(())
}

pub(super) async fn default_limit_applies_without_call_info(stage: &Stage<'_>) -> io::Result<()> {
    let row = "one byte past the usual limit";
    let scene = stage.scene([Reply::new(200).with_generated_body(RESPONSE_LIMIT as u64 + 1).into()]).await?;
    let mut request = scene.request(Method::GET, "/a", Bytes::new());
    request.extensions_mut().clear();
    if let Some(outcome) = scene.call(row, request).await {
        let kind = outcome.result.as_ref().err().map(TransportError::kind);
        stage.expect(kind == Some(Kind::ReplyTooLarge), row, Kind::ReplyTooLarge, outcome.word());
    }
    Ok(())
}
