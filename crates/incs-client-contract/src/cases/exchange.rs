//! Requests and replies arrive unchanged.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use http::{HeaderMap, HeaderValue, Method, header};
use incs_client::transport::Request;

use crate::fault_server::Reply;
use crate::stage::{Stage, request};

const STATUSES: [u16; 20] =
    [200, 201, 204, 301, 302, 303, 307, 308, 400, 401, 403, 404, 407, 408, 422, 429, 500, 502, 503, 504];

/// The number of concurrent calls.
const AT_ONCE: usize = 32;

/// The depth of nested lists in a body: enough to overflow the stack of a parser.
const LEVELS: usize = 100_000;

pub(super) async fn any_status_is_a_reply(stage: &Stage<'_>) -> io::Result<()> {
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

pub(super) async fn reply_arrives_unchanged(stage: &Stage<'_>) -> io::Result<()> {
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

pub(super) async fn no_redirect_is_followed(stage: &Stage<'_>) -> io::Result<()> {
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

pub(super) async fn concurrent_calls_get_own_replies(stage: &Stage<'_>) -> io::Result<()> {
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

/// More bytes than the buffers of a socket.
const LARGE: usize = 4 * 1024 * 1024;

pub(super) async fn request_is_sent_unchanged(stage: &Stage<'_>) -> io::Result<()> {
    for (row, body) in [("a send", None), ("a large send", Some(Bytes::from(vec![b'x'; LARGE])))] {
        let scene = stage.scene([]).await?;
        let mut given = scene.send();
        if let Some(body) = body {
            *given.body_mut() = body;
        }
        scene.reply(row, given.clone()).await;
        let seen = scene.server.seen();
        let [got] = &*seen.complete else {
            stage.expect(false, row, "1 complete request", seen.complete.len());
            continue;
        };
        stage.expect(got.method == given.method(), row, given.method(), &got.method);
        stage.expect(got.target == target(&given), row, target(&given), &got.target);
        stage.expect(got.body == given.body(), row, "the body, byte for byte", format!("{} bytes", got.body.len()));
        for name in given.headers().keys() {
            let (given, got) = (values(given.headers(), name.as_str()), values(&got.headers, name.as_str()));
            stage.expect(given == got, row, format!("{name}: {given:?}"), got);
        }
        let authority = given.uri().authority().map_or("", |authority| authority.as_str());
        let host = values(&got.headers, "host");
        stage.expect(host == [authority], row, format!("host: {authority}"), host);
        let length = values(&got.headers, "content-length");
        stage.expect(length == [given.body().len().to_string()], row, "the content-length", length);
        let encoding = values(&got.headers, "accept-encoding");
        let plain = encoding.iter().all(|value| *value == "identity");
        stage.expect(plain, row, "no accept-encoding, which could change the body", encoding);
    }
    Ok(())
}

/// Paths and queries that a library may normalize.
const ODD: [&str; 9] = [
    "/a//b",
    "/a/../b",
    "/a/%2e%2E/b",
    "/a;b=c/",
    "/a%2fb%41",
    "/a?b='c'",
    "/a?b=\"c\"",
    "/a?b=[c]{d}|e",
    "/a?b=%zz&c=%",
];

pub(super) async fn odd_target_is_unchanged_or_refused(stage: &Stage<'_>) -> io::Result<()> {
    for row in ODD {
        let scene = stage.scene([]).await?;
        let mut request = scene.send();
        // `http` refuses some of these as URIs, so they reach no transport.
        let Ok(uri) = format!("{}{row}", scene.server.uri()).parse() else { continue };
        *request.uri_mut() = uri;
        let Some(outcome) = scene.call(row, request).await else { continue };
        let got: Vec<_> = scene.settled(row).await.complete.into_iter().map(|request| request.target).collect();
        // Escaped quotes mean the same, and the URL standard requires the escape.
        let escaped = row.replace('\'', "%27").replace('"', "%22");
        let same = got == [row] || got == [escaped];
        let right = if outcome.result.is_ok() { same } else { got.is_empty() };
        stage.expect(right, row, "the same target, or an error and no request", (outcome.word(), got));
    }
    Ok(())
}

pub(super) async fn no_body_is_invented(stage: &Stage<'_>) -> io::Result<()> {
    for method in [Method::GET, Method::DELETE] {
        let row = method.as_str();
        let scene = stage.scene([]).await?;
        scene.reply(row, scene.request(method.clone(), "/external/items/7", "")).await;
        let seen = scene.server.seen();
        let [got] = &*seen.complete else {
            stage.expect(false, row, "1 complete request", seen.complete.len());
            continue;
        };
        stage.expect(got.method == method, row, &method, &got.method);
        stage.expect(got.body.is_empty(), row, "no body", format!("{} bytes", got.body.len()));
        let chunks = got.headers.get(header::TRANSFER_ENCODING);
        stage.expect(chunks.is_none(), row, "no transfer-encoding", chunks);
        let length = values(&got.headers, "content-length");
        stage.expect(length.iter().all(|value| *value == "0"), row, "no content-length but 0", length);
    }
    Ok(())
}

pub(super) async fn unsendable_request_is_an_error(stage: &Stage<'_>) -> io::Result<()> {
    let scene = stage.scene([]).await?;
    for (row, uri) in
        [("no host", String::new()), ("a scheme that is not HTTP", scene.server.uri().replace("http", "ftp"))]
    {
        if let Some(outcome) = scene.call(row, request(&uri, Method::GET, "/nowhere", "")).await {
            stage.expect(outcome.result.is_err(), row, "an error", outcome.word());
        }
    }
    let requests = scene.server.seen().complete.len();
    stage.expect(requests == 0, "both", "no request", requests);
    Ok(())
}

fn target(request: &Request) -> &str {
    request.uri().path_and_query().map_or("", |target| target.as_str())
}

/// Returns the values of a header in order.
fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value: &HeaderValue| value.to_str().unwrap_or("<not text>")).collect()
}
