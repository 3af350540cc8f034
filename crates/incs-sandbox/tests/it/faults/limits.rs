//! Everything that grows stays within its bounds.

use incs_model::Timestamp;
use incs_sandbox::{Clock, Memory, Sandbox};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{admin, host, oldest_first, send};

/// Sends many messages over one connection, none waiting for the reply to the one before.
async fn flood(sandbox: &Sandbox, messages: usize) {
    let mut stream = TcpStream::connect(host(sandbox)).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let requests: String =
        (0..messages).map(|number| send(sandbox, "viber", &format!("8525123{number:04}"), "Hello")).collect();
    let write = async { writer.write_all(requests.as_bytes()).await.unwrap() };
    let read = async {
        let (mut replies, mut part) = (0, vec![0; 1 << 16]);
        let mut seen = Vec::new();
        while replies < messages {
            let read = reader.read(&mut part).await.unwrap();
            assert_ne!(read, 0, "the sandbox closed the connection");
            seen.extend_from_slice(&part[..read]);
            replies = String::from_utf8_lossy(&seen).matches("\"msg_id\"").count();
        }
    };
    tokio::join!(write, read);
}

#[tokio::test]
async fn oldest_messages_and_exchanges_are_forgotten() {
    let mut memory = Memory::default();
    (memory.messages, memory.exchanges) = (20, 5);
    let sandbox = Sandbox::builder().memory(memory).start().await.unwrap();
    flood(&sandbox, 300).await;
    let state = admin(&sandbox, "/state").await;
    assert_eq!((&state["counters"]["accepted"], &state["counters"]["requests"]), (&300.into(), &300.into()));
    let remembered = &state["remembered"];
    assert_eq!((&remembered["messages"], &remembered["exchanges"]), (&20.into(), &5.into()));
    assert_eq!(remembered["conversations"], 20);
    let numbers = |list: Vec<Value>| list.iter().map(|entry| entry["number"].as_u64().unwrap()).collect::<Vec<_>>();
    assert_eq!(numbers(oldest_first(&sandbox, "/messages").await), (281..=300).collect::<Vec<_>>());
    assert_eq!(numbers(oldest_first(&sandbox, "/exchanges").await), (296..=300).collect::<Vec<_>>());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn forgotten_messages_leave_the_schedule() {
    // The clock does not move, so no scheduled job ever runs.
    let clock = Clock::starting_at(Timestamp::from_millisecond(1_778_000_000_000).unwrap());
    let mut memory = Memory::default();
    memory.messages = 20;
    let sandbox = Sandbox::builder().memory(memory).clock(clock).start().await.unwrap();
    flood(&sandbox, 1500).await;
    let state = admin(&sandbox, "/state").await;
    assert_eq!(state["counters"]["accepted"], 1500);
    let jobs = state["remembered"]["agenda"].as_u64().unwrap();
    assert!((20..=1025).contains(&jobs), "{jobs}");
    sandbox.shutdown().await;
}
