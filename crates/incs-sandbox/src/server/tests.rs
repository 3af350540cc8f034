//! Tests of the connections.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header::CONTENT_TYPE;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::config::Config;
use crate::stop;

const MOVED: &[u8] = b"HTTP/1.1 307";

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: sandbox\r\n\r\n";

/// Reads the head of a reply.
async fn answered(stream: &mut TcpStream, status: &[u8]) {
    let mut reply = Vec::new();
    while !reply.ends_with(b"\r\n\r\n") {
        reply.push(stream.read_u8().await.unwrap());
    }
    assert!(reply.starts_with(status));
}

#[tokio::test]
async fn more_connections_than_there_is_room_for_wait_their_turn() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopper, stop) = stop::pair();
    let core = Arc::new(Core::new(Config { connections: 2, ..Config::default() }));
    let server = tokio::spawn(run(core, listener, stop));
    let mut connections = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(REQUEST).await.unwrap();
        connections.push(stream);
    }
    let mut third = connections.pop().unwrap();
    // Whoever has room is answered again and again, and the third still waits.
    for _ in 0..20 {
        for stream in &mut connections {
            answered(stream, MOVED).await;
            stream.write_all(REQUEST).await.unwrap();
        }
    }
    assert!(third.try_read(&mut [0; 1]).is_err());
    connections.pop();
    answered(&mut third, MOVED).await;
    stopper.stop();
    server.await.unwrap();
}

#[tokio::test]
async fn a_stream_of_events_ends_with_the_sandbox() {
    let events = async || {
        let endless = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b": hello\n\n")) });
        ([(CONTENT_TYPE, "text/event-stream")], Body::from_stream(endless.chain(stream::pending())))
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stopper, stop) = stop::pair();
    let mut front = Front::new(Arc::new(Core::new(Config::default())), stop.clone());
    front.admin = Router::new().route("/_sandbox/events", get(events));
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let server = tokio::spawn(serve(Arc::new(front), listener.accept().await.unwrap().0, stop));
    client.write_all(b"GET /_sandbox/events HTTP/1.1\r\nhost: sandbox\r\n\r\n").await.unwrap();
    answered(&mut client, b"HTTP/1.1 200").await;
    stopper.stop();
    let mut rest = String::new();
    let whole = tokio::time::timeout(GRACE, client.read_to_string(&mut rest)).await;
    assert!(whole.is_ok() && rest.contains(": hello"), "{rest}");
    server.await.unwrap();
}
