//! What the server got is what the client gave.

use std::io;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};

use super::cases;
use crate::contract::stage::{Stage, request};
use crate::transport::Request;

cases!(
    a_request_goes_out_as_it_was_given,
    an_odd_target_goes_out_as_it_was_given_or_not_at_all,
    no_body_is_invented,
    a_request_that_cannot_go_out_is_an_error,
);

/// More than the buffers of a socket hold.
const LARGE: usize = 4 * 1024 * 1024;

async fn a_request_goes_out_as_it_was_given(stage: &Stage<'_>) -> io::Result<()> {
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

/// Paths and queries that a library may want to tidy up.
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

async fn an_odd_target_goes_out_as_it_was_given_or_not_at_all(stage: &Stage<'_>) -> io::Result<()> {
    for row in ODD {
        let scene = stage.scene([]).await?;
        let mut request = scene.send();
        // `http` knows which of these are URIs; those that are not reach no transport.
        let Ok(uri) = format!("{}{row}", scene.server.uri()).parse() else { continue };
        *request.uri_mut() = uri;
        let Some(outcome) = scene.call(row, request).await else { continue };
        let got: Vec<_> = scene.settled(row).await.complete.into_iter().map(|request| request.target).collect();
        // Quotes mean the same when they are escaped, and the standard for URLs wants them so.
        let escaped = row.replace('\'', "%27").replace('"', "%22");
        let same = got == [row] || got == [escaped];
        let right = if outcome.result.is_ok() { same } else { got.is_empty() };
        stage.expect(right, row, "the same target, or an error and no request", (outcome.word(), got));
    }
    Ok(())
}

async fn no_body_is_invented(stage: &Stage<'_>) -> io::Result<()> {
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

async fn a_request_that_cannot_go_out_is_an_error(stage: &Stage<'_>) -> io::Result<()> {
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

/// The values of a header in the order in which they stand.
fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value: &HeaderValue| value.to_str().unwrap_or("<not text>")).collect()
}
