//! Sending from the outbox against sending without one. The platform is a process of its own, with a latency.

use std::convert::Infallible;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use http::Response;
use http_body_util::Full;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_model::whatsapp;
use incs_relay::Relay;
use incs_relay::store::{OutboxMessage, OutboxState, Store as _};
use tokio::net::TcpListener;

use super::store::{Fresh, Rates, runtime};

/// The time for which each rate is measured.
const SPAN: Duration = Duration::from_millis(1500);
/// Messages that one transaction enqueues.
const CHUNK: u64 = 1000;

/// A platform that accepts every message after a while. It ends with its input.
pub(super) struct Platform {
    process: Child,
    url: String,
}

impl Platform {
    pub(super) fn start(latency: Duration) -> Result<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(["outbox-platform", &latency.as_millis().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        Ok(Self { process, url: format!("http://127.0.0.1:{}", line.trim()) })
    }

    fn client(&self) -> Result<Client> {
        let builder = Client::builder(HyperTransport::new()).certification_code("5d1f").base_urls(&self.url);
        Ok(builder.build()?)
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It ends with its input; this only saves the wait.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

/// Serves as the platform until the input ends.
pub(crate) fn serve(latency: Duration) -> Result<()> {
    runtime()?.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
        std::io::stdout().flush()?;
        let input = tokio::task::spawn_blocking(|| std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink()));
        let sent = Arc::new(AtomicU64::new(0));
        let accept = async {
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let sent = Arc::clone(&sent);
                let service = service_fn(move |_| {
                    let sent = Arc::clone(&sent);
                    async move {
                        if !latency.is_zero() {
                            tokio::time::sleep(latency).await;
                        }
                        let number = sent.fetch_add(1, Ordering::Relaxed);
                        let reply =
                            format!(r#"{{"status":"success","code":200,"data":{{"msg_id":"wamid.{number}"}}}}"#);
                        Ok::<_, Infallible>(Response::new(Full::<bytes::Bytes>::from(reply)))
                    }
                });
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

fn message(number: u64) -> Result<whatsapp::Message> {
    let to = format!("85251{:07}", number % 10_000_000).parse()?;
    Ok(whatsapp::Message::new(to, format!("Your order {number} is on its way. It arrives tomorrow between 9 and 12.")))
}

/// Returns the messages a second that are sent without an outbox.
pub(super) fn bare(platform: &Platform, in_flight: usize) -> Result<f64> {
    runtime()?.block_on(async {
        let client = platform.client()?;
        let (next, sent) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let started = Instant::now();
        let senders: Vec<_> = (0..in_flight)
            .map(|_| {
                let (client, next, sent) = (client.clone(), Arc::clone(&next), Arc::clone(&sent));
                tokio::spawn(async move {
                    while started.elapsed() < SPAN {
                        client.messages().send(message(next.fetch_add(1, Ordering::Relaxed))?).await?;
                        sent.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })
            .collect();
        for sender in senders {
            sender.await??;
        }
        Ok(sent.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
    })
}

/// Returns the messages a second that are sent from an outbox, and the syncs that each took.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate is a small positive number")]
pub(super) fn outbox(platform: &Platform, in_flight: usize, expected: f64) -> Result<Rates> {
    runtime()?.block_on(async {
        let fresh = Fresh::open(1024).await?;
        // More than can be sent in the time.
        enqueue(&fresh, (expected * SPAN.as_secs_f64() * 1.5) as u64 + CHUNK).await?;
        let (_, before) = fresh.store.commits();
        let relay = Relay::builder(fresh.store.clone()).client(platform.client()?).max_sends(in_flight).build();
        let started = Instant::now();
        relay.run_until(tokio::time::sleep(SPAN)).await;
        let time = started.elapsed();
        let (_, after) = fresh.store.commits();
        let stats = fresh.store.stats().await?.outbox;
        let sent = stats.count(OutboxState::Accepted);
        ensure!(stats.count(OutboxState::Queued) > 0, "the outbox was empty before the time was over");
        ensure!(stats.count(OutboxState::Unknown) == 0, "the outcome of a send is unknown");
        Ok(Rates { rate: sent as f64 / time.as_secs_f64(), syncs: (after - before) as f64 / sent as f64 })
    })
}

async fn enqueue(fresh: &Fresh, count: u64) -> Result<()> {
    for start in (0..count).step_by(usize::try_from(CHUNK)?) {
        let numbers = start..start + CHUNK;
        let messages: Result<Vec<_>> =
            numbers.map(|number| Ok(OutboxMessage::try_new(number.to_string(), message(number)?)?)).collect();
        fresh.store.enqueue(messages?).await?;
    }
    Ok(())
}

/// Returns the messages a second that are enqueued in chunks.
pub(super) fn enqueue_rate(count: u64) -> Result<f64> {
    runtime()?.block_on(async {
        let fresh = Fresh::open(1024).await?;
        let started = Instant::now();
        enqueue(&fresh, count).await?;
        Ok(count as f64 / started.elapsed().as_secs_f64())
    })
}
