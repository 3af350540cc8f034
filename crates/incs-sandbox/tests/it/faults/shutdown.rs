//! A shutdown frees the port and leaves no task.

use std::time::{Duration, Instant};

use incs_sandbox::{Action, Rule, Sandbox};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;

use crate::support::{admin, hasty, host, raw, send, text};

/// Waits until no more tasks live than so many; fails after ten seconds.
async fn tasks_come_down_to(most: usize) {
    let start = Instant::now();
    while Handle::current().metrics().num_alive_tasks() > most {
        assert!(start.elapsed() < Duration::from_secs(10), "tasks are left");
        tokio::task::yield_now().await;
    }
}

/// A request that was sent, and whose reply is not awaited.
async fn begin_request(sandbox: &Sandbox) -> TcpStream {
    let mut stream = TcpStream::connect(host(sandbox)).await.unwrap();
    stream.write_all(send(sandbox, "viber", "85251230088", "Hello").as_bytes()).await.unwrap();
    while admin(sandbox, "/state").await["counters"]["requests"] == 0 {
        tokio::task::yield_now().await;
    }
    stream
}

#[tokio::test]
async fn shutdown_releases_tasks_and_ports() {
    for number in 0..50 {
        let sandbox = Sandbox::builder().seed(number).start().await.unwrap();
        let address = host(&sandbox);
        // The client keeps its connection open: the sandbox has to close it.
        let client = hasty(&sandbox);
        client.messages().send(text()).await.unwrap();
        sandbox.shutdown().await;
        TcpListener::bind(&address).await.unwrap();
    }
    tasks_come_down_to(0).await;
}

#[tokio::test]
async fn drop_releases_tasks() {
    let stall = Rule::new(Action::Stall { accepted: false });
    let sandbox = Sandbox::builder().fault(stall).start().await.unwrap();
    let mut stream = begin_request(&sandbox).await;
    drop(sandbox);
    tasks_come_down_to(0).await;
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn stalled_reply_does_not_delay_shutdown() {
    let stall = Rule::new(Action::Stall { accepted: true });
    let sandbox = Sandbox::builder().fault(stall).start().await.unwrap();
    let mut stream = begin_request(&sandbox).await;
    let start = Instant::now();
    sandbox.shutdown().await;
    assert!(start.elapsed() < Duration::from_millis(1500), "{:?}", start.elapsed());
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
}

#[tokio::test]
async fn shutdown_sends_slow_reply_immediately() {
    let slow = Rule::new(Action::Slow { millis: 300_000 });
    let sandbox = Sandbox::builder().fault(slow).start().await.unwrap();
    let mut stream = begin_request(&sandbox).await;
    sandbox.shutdown().await;
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    assert!(reply.starts_with("HTTP/1.1 200 "), "{reply}");
}

#[tokio::test]
async fn shutdown_abandons_incomplete_request() {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let mut stream = TcpStream::connect(host(&sandbox)).await.unwrap();
    let half = "POST /external/messages/viber HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{";
    stream.write_all(half.as_bytes()).await.unwrap();
    // A whole request after it shows that the half one was taken, too.
    raw(&sandbox, "GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let start = Instant::now();
    sandbox.shutdown().await;
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
    assert_eq!(stream.read(&mut [0; 1]).await.unwrap_or(0), 0);
    tasks_come_down_to(0).await;
}

#[tokio::test]
async fn client_timeout_ends_a_stall() {
    let stall = Rule::new(Action::Stall { accepted: false });
    let sandbox = Sandbox::builder().fault(stall).start().await.unwrap();
    // The server, the driver.
    let idle = 2;
    tasks_come_down_to(idle).await;
    let stream = begin_request(&sandbox).await;
    assert!(Handle::current().metrics().num_alive_tasks() > idle);
    drop(stream);
    tasks_come_down_to(idle).await;
    sandbox.shutdown().await;
}
