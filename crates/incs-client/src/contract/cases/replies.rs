//! What came back is what the server sent.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderValue, Method};

use super::cases;
use crate::contract::fault_server::Reply;
use crate::contract::stage::Stage;

cases!(
    any_status_is_a_reply,
    a_reply_arrives_as_it_was_sent,
    no_redirect_is_followed,
    calls_at_once_get_their_own_replies
);

const STATUSES: [u16; 20] =
    [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 408, 422, 429, 500, 502, 503, 504];

/// Calls that are made at once.
const AT_ONCE: usize = 32;

/// Nested lists of one body: enough for a parser to run out of stack.
const LEVELS: usize = 100_000;

async fn any_status_is_a_reply(stage: &Stage<'_>) -> io::Result<()> {
    for status in STATUSES {
        let row = format!("status {status}");
        let body = if status == 204 { "" } else { r#"{"status":"error"}"# };
        let scene = stage.scene([Reply::json(status, body).with_header("x-sample", "kept as it is").into()]).await?;
        let Some(reply) = scene.reply(&row, scene.send()).await else { continue };
        stage.expect(reply.status() == status, &row, status, reply.status());
        stage.expect(reply.body() == body, &row, body, reply.body());
        let sample = reply.headers().get("x-sample");
        stage.expect(sample.is_some_and(|value| value == "kept as it is"), &row, "header x-sample", sample);
    }
    Ok(())
}

async fn a_reply_arrives_as_it_was_sent(stage: &Stage<'_>) -> io::Result<()> {
    let text = "{\"text\":\"Grüße, 你好 🎉\"}";
    let broken = &b"\xff\xfe not UTF-8 \x00\xc3"[..];
    let deep = [vec![b'['; LEVELS], vec![b']'; LEVELS]].concat();
    let rows: Vec<(&str, Reply, Bytes)> = vec![
        ("length", Reply::json(200, text), text.into()),
        ("chunked", Reply::json(200, text).chunked(), text.into()),
        ("until close", Reply::json(200, text).until_close(), text.into()),
        ("connection: close", Reply::json(200, text).closing(), text.into()),
        ("after 100 Continue", Reply::json(200, text).after_interim(), text.into()),
        ("byte by byte", Reply::json(200, text).dripping(Duration::from_millis(1)), text.into()),
        ("empty", Reply::new(200), Bytes::new()),
        ("empty, chunked", Reply::new(200).chunked(), Bytes::new()),
        ("not UTF-8", Reply::json(200, broken), Bytes::from_static(broken)),
        ("deep JSON", Reply::deep_json(LEVELS), deep.into()),
        ("100 KB", Reply::new(200).with_generated_body(100_000), "x".repeat(100_000).into()),
        ("more than its length", Reply::new(200).with_body("five+five").with_stated_length(5), "five+".into()),
    ];
    for (row, reply, body) in rows {
        let reply =
            reply.with_header("x-twice", "1").with_header("x-twice", "2").with_header("x-latin", &b"Gr\xfc\xdfe"[..]);
        let scene = stage.scene([reply.into()]).await?;
        let Some(reply) = scene.reply(row, scene.send()).await else { continue };
        stage.expect(reply.status() == 200, row, 200, reply.status());
        let length = reply.body().len();
        stage.expect(*reply.body() == body, row, format!("the {} bytes sent", body.len()), format!("{length} others"));
        let twice: Vec<_> = reply.headers().get_all("x-twice").iter().collect();
        stage.expect(twice == ["1", "2"], row, "x-twice: 1, 2", &twice);
        let latin = reply.headers().get("x-latin").map(HeaderValue::as_bytes);
        stage.expect(latin == Some(&b"Gr\xfc\xdfe"[..]), row, "x-latin, byte for byte", latin);
    }
    Ok(())
}

async fn no_redirect_is_followed(stage: &Stage<'_>) -> io::Result<()> {
    for status in [301, 302, 303, 307, 308] {
        for method in [Method::GET, Method::POST] {
            let row = format!("{method}, status {status}");
            let scene = stage.scene([]).await?;
            scene.server.set_default(Reply::redirect(status, "/elsewhere"));
            let outcome = scene.call(&row, scene.request(method, "/here", "")).await;
            if let Some(outcome) = outcome {
                let given = outcome.result.as_ref().is_ok_and(|reply| reply.status() == status);
                stage.expect(given, &row, format!("the reply {status}"), outcome.word());
            }
            let requests = scene.server.seen().complete.len();
            stage.expect(requests == 1, &row, "1 request", requests);
        }
    }
    Ok(())
}

async fn calls_at_once_get_their_own_replies(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    let calls = (0..AT_ONCE).map(|number| {
        let scene = &scene;
        async move {
            let row = format!("call {number}");
            let body = format!("the body of call {number}");
            let request = scene.request(Method::POST, &format!("/{number}"), body.clone());
            if let Some(reply) = scene.reply(&row, request).await {
                stage.expect(reply.body() == body.as_bytes(), &row, body, reply.body());
            }
        }
    });
    join_all(calls).await;
    let requests = scene.server.seen().complete.len();
    stage.expect(requests == AT_ONCE, "all calls", format!("{AT_ONCE} requests"), requests);
    Ok(())
}
