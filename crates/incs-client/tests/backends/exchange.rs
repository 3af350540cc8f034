//! The tests of all backends: written once, run for each.

use std::sync::Arc;
use std::time::Duration;

use incs_client::transport::{Transport, TransportError, TransportErrorKind};
use incs_client::{BuildError, Client};
use incs_model::ParseUrlError;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{Arrived, SECRET, arrive, assert_discreet, call, end, listen, post, request, soon};

/// The tests below for the transport that the expression makes.
macro_rules! exchange_tests {
    ($make:expr; $($name:ident)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::exchange::$name($make).await;
            }
        )*
    };
    ($make:expr) => {
        crate::exchange::exchange_tests! { $make;
            a_uri_that_cannot_be_called_is_not_sent
            invalid_port_connects_nowhere
        }
        crate::exchange::exchange_tests! { $make, whatever the URI }
    };
    ($make:expr, whatever the URI) => {
        crate::exchange::exchange_tests! { $make;
            a_reply_of_any_status_is_a_reply
            a_redirect_is_not_followed
            a_request_arrives_as_it_was_given
            a_refused_connection_is_no_connection
            a_name_without_an_address_is_no_connection
            a_connection_that_ends_without_a_reply_is_an_interruption
            a_reply_that_is_no_http_is_an_interruption
            a_reply_that_breaks_off_is_an_interruption
            a_reply_that_announces_too_much_is_refused
            a_reply_in_chunks_that_grows_too_long_is_refused
            a_reply_may_be_as_long_as_the_limit
            dropping_the_call_ends_the_connection
            a_connection_is_used_again
        }
    };
}
pub(crate) use exchange_tests;

/// Answers one request with the bytes, and gives what had arrived and the connection, still open.
async fn answer_one(reply: &'static [u8]) -> (String, tokio::task::JoinHandle<(Arrived, TcpStream)>) {
    let (listener, address) = listen().await;
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let arrived = arrive(&mut stream).await.unwrap();
        stream.write_all(reply).await.unwrap();
        (arrived, stream)
    });
    (format!("http://{address}/path?phone={SECRET}"), server)
}

/// Answers one request with the bytes and ends the connection.
async fn answer_and_end(reply: &'static [u8]) -> String {
    let (uri, server) = answer_one(reply).await;
    tokio::spawn(async move { drop(server.await) });
    uri
}

async fn fails(transport: &impl Transport, uri: &str) -> (TransportError, bool) {
    let (request, send_gate) = post(uri);
    let error = call(transport, request).await.unwrap_err();
    assert_discreet(&error);
    (error, send_gate.maybe_sent())
}

pub(crate) async fn a_reply_of_any_status_is_a_reply(transport: impl Transport) {
    for status in ["200", "204", "304", "400", "401", "429", "500", "503", "599", "999"] {
        let reply = format!("HTTP/1.1 {status} Word\r\nX-Reply: yes\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let (uri, _server) = answer_one(reply.leak().as_bytes()).await;
        let (request, send_gate) = post(&uri);
        let reply = call(&transport, request).await.unwrap();
        assert_eq!((reply.status().as_str(), reply.headers()["x-reply"].as_bytes()), (status, &b"yes"[..]));
        assert!(send_gate.maybe_sent());
    }
}

pub(crate) async fn a_redirect_is_not_followed(transport: impl Transport) {
    for status in ["301", "302", "303", "307", "308"] {
        for method in ["POST", "GET"] {
            let (elsewhere, address) = listen().await;
            let reply = format!(
                "HTTP/1.1 {status} Moved\r\nLocation: http://{address}/\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"
            );
            let (uri, _server) = answer_one(reply.leak().as_bytes()).await;
            let reply = call(&transport, request(method, &uri, "", 2).0).await.unwrap();
            assert_eq!((reply.status().as_str(), &reply.body()[..]), (status, &b"hi"[..]));
            assert!(reply.headers().contains_key("location"));
            // Nobody waits to be accepted: the queue of the listener is empty.
            elsewhere.into_std().unwrap().accept().unwrap_err();
        }
    }
}

pub(crate) async fn a_request_arrives_as_it_was_given(transport: impl Transport) {
    let (uri, server) = answer_one(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi").await;
    // Longer than any buffer on the way, and not only ASCII.
    let body: String = "ни байта мимо\r\n\u{0}".repeat(50_000);
    let (mut request, _) = request("POST", &uri, &body, 2);
    request.headers_mut().append("X-Two", "one".parse().unwrap());
    request.headers_mut().append("X-Two", "  ".parse().unwrap());
    request.headers_mut().insert("X-Odd", http::HeaderValue::from_bytes(b"a, \"b\";=\xc3\xa9").unwrap());
    let reply = call(&transport, request).await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.body()[..]), (200, &b"hi"[..]));

    let (arrived, _stream) = server.await.unwrap();
    assert!(arrived.head.starts_with(&format!("POST /path?phone={SECRET} HTTP/1.1\r\n")), "{}", arrived.head);
    assert_eq!(arrived.header("content-length"), body.len().to_string());
    assert!(!arrived.head.to_lowercase().contains("transfer-encoding"));
    assert_eq!(arrived.header("x-certification-code"), SECRET);
    assert_eq!(arrived.header("x-odd"), "a, \"b\";=é");
    assert_eq!(arrived.header("host"), uri.split('/').nth(2).unwrap());
    let twice: Vec<_> = arrived.head.lines().filter(|line| line.to_lowercase().starts_with("x-two:")).collect();
    assert_eq!(twice.len(), 2);
    // Ours, the length and the host, and nothing besides.
    assert_eq!(arrived.head.lines().count(), 1 + 5 + 2 + 1, "{}", arrived.head);
    assert!(arrived.body == body.as_bytes());
}

pub(crate) async fn a_refused_connection_is_no_connection(transport: impl Transport) {
    let (listener, address) = listen().await;
    drop(listener);
    let (error, left) = fails(&transport, &format!("http://{address}/path?{SECRET}")).await;
    assert_eq!((error.kind(), left), (TransportErrorKind::Connect, false));
    // A request without a body cannot be seen leaving, but the kind knows.
    let error = call(&transport, request("GET", &format!("http://{address}/path"), "", 0).0).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::Connect);
}

pub(crate) async fn a_name_without_an_address_is_no_connection(transport: impl Transport) {
    // A label of more than 63 letters has no address anywhere, and no server is asked for it.
    let (error, left) = fails(&transport, &format!("http://{}.invalid/path", "a".repeat(64))).await;
    assert_eq!((error.kind(), left), (TransportErrorKind::Connect, false));
}

pub(crate) async fn a_connection_that_ends_without_a_reply_is_an_interruption(transport: impl Transport) {
    let uri = answer_and_end(b"").await;
    let (error, left) = fails(&transport, &uri).await;
    assert_eq!((error.kind(), left), (TransportErrorKind::Interrupted, true));
}

pub(crate) async fn a_reply_that_is_no_http_is_an_interruption(transport: impl Transport) {
    for reply in
        [&b"SSH-2.0-OpenSSH\r\n\r\n"[..], b"HTTP/1.1 abc\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
    {
        let uri = answer_and_end(reply).await;
        let (error, left) = fails(&transport, &uri).await;
        assert_eq!((error.kind(), left), (TransportErrorKind::Interrupted, true));
    }
}

pub(crate) async fn a_reply_that_breaks_off_is_an_interruption(transport: impl Transport) {
    for reply in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
        b"HTTP/1.1 200 OK\r\nContent-Le",
    ] {
        let uri = answer_and_end(reply).await;
        let (error, left) = fails(&transport, &uri).await;
        assert_eq!((error.kind(), left), (TransportErrorKind::Interrupted, true));
    }
}

pub(crate) async fn a_reply_that_announces_too_much_is_refused(transport: impl Transport) {
    // Nothing of the body ever comes: the announcement is enough.
    let (uri, server) = answer_one(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n").await;
    let error = call(&transport, request("POST", &uri, "{}", 3).0).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::ReplyTooLarge);
    // And the connection is given up rather than read to its end.
    let (_, mut stream) = server.await.unwrap();
    soon(end(&mut stream)).await;
}

pub(crate) async fn a_reply_in_chunks_that_grows_too_long_is_refused(transport: impl Transport) {
    let (uri, server) =
        answer_one(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n").await;
    let error = call(&transport, request("POST", &uri, "{}", 3).0).await.unwrap_err();
    assert_eq!(error.kind(), TransportErrorKind::ReplyTooLarge);
    let (_, mut stream) = server.await.unwrap();
    soon(end(&mut stream)).await;
}

pub(crate) async fn a_reply_may_be_as_long_as_the_limit(transport: impl Transport) {
    for reply in [
        &b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd"[..],
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabcd",
    ] {
        let uri = answer_and_end(reply).await;
        let reply = call(&transport, request("POST", &uri, "{}", 4).0).await.unwrap();
        assert_eq!(&reply.body()[..], b"abcd");
    }
}

pub(crate) async fn dropping_the_call_ends_the_connection(transport: impl Transport) {
    let transport = Arc::new(transport);
    for reply in [&b""[..], b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi"] {
        let (uri, server) = answer_one(reply).await;
        let (request, send_gate) = post(&uri);
        let calling = tokio::spawn({
            let transport = Arc::clone(&transport);
            async move { transport.call(request).await }
        });
        let (_, mut stream) = soon(server).await.unwrap();
        calling.abort();
        soon(end(&mut stream)).await;
        assert!(send_gate.maybe_sent());
    }
}

pub(crate) async fn a_connection_is_used_again(transport: impl Transport) {
    let (listener, address) = listen().await;
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                for count in 1..10 {
                    let Some(_) = arrive(&mut stream).await else { return };
                    let reply = format!("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n{count}");
                    stream.write_all(reply.as_bytes()).await.unwrap();
                }
            });
        }
    });
    // A connection goes back to the pool a moment after its reply, and a call that comes sooner opens another one.
    soon(async { while call(&transport, post(&format!("http://{address}/path")).0).await.unwrap().body() != "2" {} })
        .await;
}

pub(crate) async fn a_uri_that_cannot_be_called_is_not_sent(transport: impl Transport) {
    for uri in ["/path", "ftp://127.0.0.1/path"] {
        let error = call(&transport, post(uri).0).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::NotSent, "{uri}");
        assert_discreet(&error);
    }
}

/// Listens where a port that is out of range might lead: its low 16 bits, and the default ports if this machine lets us.
pub(crate) async fn invalid_port_connects_nowhere(transport: impl Transport + 'static) {
    let (listener, address) = listen().await;
    let mut listeners = vec![listener];
    for port in [80, 443] {
        listeners.extend(tokio::net::TcpListener::bind(("127.0.0.1", port)).await.ok());
    }
    let wrapped = u32::from(address.port()) + 65536;
    let ports = [wrapped.to_string(), "70000".to_owned(), "0".to_owned(), "00".to_owned(), String::new()];
    for (scheme, port) in ["http", "https"].iter().flat_map(|scheme| ports.iter().map(move |port| (scheme, port))) {
        let base = format!("{scheme}://127.0.0.1:{port}");
        // Those that the type of URIs takes; the others cannot get this far.
        if let Ok(uri) = format!("{base}/path").parse::<http::Uri>() {
            let error = call(&transport, post(&uri.to_string()).0).await.unwrap_err();
            assert_eq!(error.kind(), TransportErrorKind::NotSent, "{base}");
            assert_discreet(&error);
        }
    }
    let transport = Arc::new(transport);
    for port in &ports {
        let base = format!("http://127.0.0.1:{port}");
        let client = Client::builder(Arc::clone(&transport)).certification_code(SECRET).base_urls(&base).build();
        assert_eq!(client.err(), Some(BuildError::BaseUrl(ParseUrlError::Port)), "{base}");
    }
    for listener in listeners {
        let visit = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(visit.is_err(), "a connection to {:?}", listener.local_addr());
    }
}

#[cfg(not(all(feature = "hyper-rustls", any(feature = "reqwest-rustls", feature = "reqwest-native-tls"))))]
#[allow(dead_code, reason = "only a backend without TLS calls it")]
pub(crate) async fn https_needs_a_feature(transport: &impl Transport, feature: &str) {
    let (error, left) = fails(transport, "https://127.0.0.1/path").await;
    assert_eq!(error.kind(), TransportErrorKind::Tls);
    assert!(!left || error.kind().proves_not_sent());
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, format!("https needs the feature `{feature}`, which is off"));
}
