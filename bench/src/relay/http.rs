//! Webhooks over HTTP, stored before the reply or not. Server and load are processes of their own.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use incs_model::Timestamp;
use incs_relay::Relay;
use incs_relay::store::SqliteStore;
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::task::JoinSet;

const TARGET: &str = "/incs/s3cret";
const SPAN: Duration = Duration::from_millis(1500);

/// Returns the webhooks a second that a server answers with 200.
pub(super) fn rate(is_stored: bool, connections: u32) -> Result<f64> {
    let name = if is_stored { "stored" } else { "not-stored" };
    let program = std::env::current_exe()?;
    let mut server =
        Command::new(&program).args(["relay-serve", name]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    BufReader::new(server.stdout.take().context("no output")?).read_line(&mut line)?;
    let output = Command::new(program).args(["relay-load", line.trim(), &connections.to_string()]).output()?;
    // The server ends with its input.
    drop(server.stdin.take());
    server.wait()?;
    ensure!(output.status.success(), "no load: {}", String::from_utf8_lossy(&output.stderr));
    let webhooks: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().context("the load printed no number")?;
    Ok(webhooks / SPAN.as_secs_f64())
}

/// Serves until the input ends.
pub(crate) fn serve(is_stored: bool) -> Result<()> {
    let program = std::env::current_exe()?;
    let folder = TempDir::new_in(program.parent().context("a program without a folder")?)?;
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let relay = if is_stored {
            Some(Relay::builder(SqliteStore::open(folder.path().join("relay.db")).await?).build())
        } else {
            None
        };
        let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret")?));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
        std::io::stdout().flush()?;
        let input = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
        let accept = async {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let (relay, receiver) = (relay.clone(), receiver.clone());
                let service = service_fn(move |request| answer(relay.clone(), receiver.clone(), request));
                // A broken connection only ends its own task.
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
            #[allow(unreachable_code, reason = "the type of the error")]
            Ok::<_, std::io::Error>(())
        };
        tokio::select! {
            ended = input => drop(ended?),
            served = accept => served?,
        }
        Ok(())
    })
}

async fn answer(
    relay: Option<Relay>,
    receiver: Receiver,
    request: Request<Incoming>,
) -> Result<Response<Empty<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let mut response = Response::new(Empty::new());
    let status = match body.collect().await {
        Ok(body) => {
            let body = body.to_bytes();
            match relay {
                Some(relay) => relay.receive(&receiver, &head.headers, head.uri.path(), &body).await.status(),
                None => receiver.receive(&head.headers, head.uri.path(), &body, Timestamp::now()).map_or_else(
                    |rejection| rejection.status(),
                    |batch| {
                        std::hint::black_box(batch);
                        200
                    },
                ),
            }
        }
        Err(_) => 400,
    };
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok(response)
}

/// Posts webhooks, each another text of one of 1,000 customers, and prints how many were answered with 200.
pub(crate) fn load(port: u16, connections: u32) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let total = runtime.block_on(async {
        let (end, numbers) = (Instant::now() + SPAN, Arc::new(AtomicU64::new(0)));
        let mut senders = JoinSet::new();
        for _ in 0..connections {
            senders.spawn(post_until(end, port, Arc::clone(&numbers)));
        }
        let mut total = 0;
        while let Some(sent) = senders.join_next().await {
            total += sent??;
        }
        Ok::<_, anyhow::Error>(total)
    })?;
    println!("{total}");
    Ok(())
}

async fn post_until(end: Instant, port: u16, numbers: Arc<AtomicU64>) -> Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut sent, mut reply) = (0, Vec::with_capacity(1024));
    while Instant::now() < end {
        let number = numbers.fetch_add(1, Ordering::Relaxed);
        stream.write_all(request(number).as_bytes()).await?;
        reply.clear();
        // The responses have no body.
        while !reply.ends_with(b"\r\n\r\n") {
            ensure!(stream.read_buf(&mut reply).await? > 0, "the server closed a connection");
        }
        ensure!(reply.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&reply));
        sent += 1;
    }
    Ok(sent)
}

fn request(number: u64) -> String {
    let customer = 6_281_200_045_000 + number % 1000;
    let body = format!(
        r#"{{"event":"new_message","channel_id":30112,"business_phone":"6281100099001","message":{{"messaging_product":"whatsapp","metadata":{{"display_phone_number":"6281100099001","phone_number_id":"118"}},"contacts":[{{"wa_id":"{customer}","profile":{{"name":"Rina"}}}}],"messages":[{{"from":"{customer}","id":"wamid.HBgNNjI4MTIwMDA0NTY3OBUC{number:016}","timestamp":"1777860669","type":"text","text":{{"body":"Good morning, do you open on Sunday?"}}}}]}}}}"#
    );
    format!(
        "POST {TARGET} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
}
