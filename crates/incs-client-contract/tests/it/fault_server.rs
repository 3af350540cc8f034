//! Tests that the server injects the configured faults and records the requests.

use std::time::Duration;

use incs_client_contract::{ClosedPort, Fault, FaultServer, Moment, Reply, Security, Seen};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const SOON: Duration = Duration::from_secs(5);

async fn start(faults: impl IntoIterator<Item = Fault>) -> FaultServer {
    let server = FaultServer::start(Security::Plain).await.unwrap();
    faults.into_iter().for_each(|fault| server.push(fault));
    server
}

async fn connect(server: &FaultServer) -> TcpStream {
    TcpStream::connect(server.uri().strip_prefix("http://").unwrap()).await.unwrap()
}

/// Writes, leaves with the writing half, and reads what comes until the end or a reset.
async fn talk(server: &FaultServer, bytes: &[u8]) -> Vec<u8> {
    let mut connection = connect(server).await;
    connection.write_all(bytes).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut reply = Vec::new();
    let _ = connection.read_to_end(&mut reply).await;
    reply
}

async fn at_rest(server: &FaultServer) -> Seen {
    assert!(server.wait_until(SOON, |seen| seen.open == 0).await, "{:?}", server.seen());
    server.seen()
}

#[tokio::test]
async fn partial_requests_are_recognized() {
    let rows: [(&[u8], usize, usize); 10] = [
        (b"", 0, 0),
        (b"GET /", 0, 1),
        (b"GET / HTTP/1.1\r\nhost: a\r\n", 0, 1),
        (b"GET / HTTP/1.1\r\nhost: a\r\n\r\n", 1, 0),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nab", 0, 1),
        (b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc", 1, 0),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n", 0, 1),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 1, 0),
        (b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\nGET", 2, 1),
        (b"\x16\x03\x01\x02", 0, 1),
    ];
    for (bytes, complete, partial) in rows {
        for fault in [Reply::new(200).into(), Fault::drain(Moment::BeforeRequest), Fault::stall(Moment::Accepted)] {
            let server = start([fault.clone()]).await;
            talk(&server, bytes).await;
            let seen = at_rest(&server).await;
            let row = String::from_utf8_lossy(bytes);
            assert_eq!((seen.complete.len(), seen.partial.len()), (complete, partial), "{fault:?}: {row}");
        }
    }
}

#[tokio::test]
async fn request_is_recorded_unchanged() {
    let server = start([]).await;
    let sent = b"POST /a%2Fb?c=%3D HTTP/1.1\r\nX-One:  two \r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
    let reply = talk(&server, sent).await;
    assert_eq!(reply, b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc");
    let seen = at_rest(&server).await;
    let request = &seen.complete[0];
    assert_eq!((request.method.as_str(), &*request.target, &*request.body), ("POST", "/a%2Fb?c=%3D", &b"abc"[..]));
    assert_eq!((request.headers["x-one"].as_bytes(), request.connection), (&b"two"[..], 1));
}

#[tokio::test]
async fn exchange_breaks_at_given_point() {
    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc";
    for (at, written) in Moment::ALL.into_iter().zip([0, 0, 0, 0, 11, 59, 88]) {
        for fault in [Fault::close(at), Fault::drain(at), Fault::stall(at)] {
            let server = start([fault.clone()]).await;
            let reply = talk(&server, REQUEST).await;
            assert_eq!(reply.len(), written, "{fault:?}: {}", String::from_utf8_lossy(&reply));
            at_rest(&server).await;
        }
    }
}

#[tokio::test]
async fn a_reset_is_one() {
    let server = start([Fault::reset(Moment::AfterRequest)]).await;
    let mut connection = connect(&server).await;
    connection.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let error = connection.read(&mut [0; 8]).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn stalled_server_notices_client_disconnect() {
    let server = start([Fault::stall(Moment::AfterRequest)]).await;
    let mut connection = connect(&server).await;
    connection.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    assert!(server.wait_until(SOON, |seen| seen.stalled == 1 && seen.busy == 1).await);
    drop(connection);
    assert!(server.wait_until(SOON, |seen| seen.stalled == 0 && seen.busy == 0 && seen.open == 0).await);
}

#[tokio::test]
async fn dropped_server_closes_its_port() {
    let server = start([Fault::stall(Moment::Accepted)]).await;
    let mut connection = connect(&server).await;
    assert!(server.wait_until(SOON, |seen| seen.stalled == 1).await);
    let address = server.uri().strip_prefix("http://").unwrap().to_owned();
    drop(server);
    assert!(matches!(connection.read(&mut [0; 8]).await, Ok(0) | Err(_)));
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn nobody_answers_on_a_closed_port() {
    let port = ClosedPort::reserve().unwrap();
    let uri = port.uri(Security::Plain);
    let error = TcpStream::connect(uri.strip_prefix("http://").unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionRefused);
}

#[tokio::test]
async fn replies_are_written_as_told() {
    let request = b"GET / HTTP/1.1\r\n\r\n";
    let rows: [(Reply, &str); 8] = [
        (Reply::new(204), "HTTP/1.1 204 No Content\r\n\r\n"),
        (
            Reply::new(200).with_body("ab").chunked(),
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n",
        ),
        (Reply::new(200).with_body("ab").until_close(), "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nab"),
        (Reply::new(200).with_body("ab").with_stated_length(9), "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nab"),
        (Reply::new(200).after_interim(), "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"),
        (Reply::redirect(307, "/b"), "HTTP/1.1 307 Temporary Redirect\r\nlocation: /b\r\ncontent-length: 0\r\n\r\n"),
        (Reply::new(200).with_generated_body(3), "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nxxx"),
        (
            Reply::new(599).with_retry_after(std::time::SystemTime::UNIX_EPOCH).with_stray_bytes("!"),
            "HTTP/1.1 599 \r\nretry-after: Thu, 01 Jan 1970 00:00:00 GMT\r\ncontent-length: 0\r\n\r\n!",
        ),
    ];
    for (reply, expected) in rows {
        let server = start([reply.into()]).await;
        assert_eq!(String::from_utf8(talk(&server, request).await).unwrap(), expected);
    }
}

#[tokio::test]
async fn drained_connection_reads_after_close() {
    let server = start([Fault::drain(Moment::AfterHeaders)]).await;
    let mut connection = connect(&server).await;
    connection.write_all(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\na").await.unwrap();
    assert_eq!(connection.read(&mut [0; 8]).await.unwrap(), 0);
    connection.write_all(b"bc").await.unwrap();
    drop(connection);
    assert_eq!(at_rest(&server).await.complete[0].body, "abc");
}

#[tokio::test]
async fn numbered_replies_differ() {
    let server = start([]).await;
    server.set_default(Reply::new(200).with_body("m-{number}, m-{number}").numbered());
    for number in 1..=11 {
        let reply = String::from_utf8(talk(&server, b"GET / HTTP/1.1\r\n\r\n").await).unwrap();
        let body = format!("m-{number}, m-{number}");
        assert!(reply.ends_with(&body) && reply.contains(&format!("content-length: {}\r\n", body.len())), "{reply}");
    }
}
