//! Tests of the connections.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::*;
use crate::config::Config;
use crate::stop;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: sandbox\r\n\r\n";

/// Reads a whole reply, which has no body.
async fn answered(stream: &mut TcpStream) {
    let mut reply = Vec::new();
    while !reply.ends_with(b"\r\n\r\n") {
        reply.push(stream.read_u8().await.unwrap());
    }
    assert!(reply.starts_with(b"HTTP/1.1 307"));
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
            answered(stream).await;
            stream.write_all(REQUEST).await.unwrap();
        }
    }
    assert!(third.try_read(&mut [0; 1]).is_err());
    connections.pop();
    answered(&mut third).await;
    stopper.stop();
    server.await.unwrap();
}
