//! Measures how many webhooks a second the durable inbox stores, claims and completes, and how many jobs a second apalis does: in an SQLite
//! file, where apalis-sqlite only enqueues, and with the argument `postgres` in a private PostgreSQL, where apalis-postgres also runs them.
//! All of them sync the disk for each commit of an event. Run with the feature `apalis`.

#[cfg(feature = "apalis")]
mod postgres;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use incs_model::Timestamp;
use incs_relay::store::{ClaimLimits, Completion, ItemClass, NewDelivery, NewItem, OrderingKey, SqliteStore, Store};
use tempfile::TempDir;

const WRITERS: usize = 64;
const ROUNDS: usize = 5;
const SPAN: Duration = Duration::from_secs(2);

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<()> {
    #[cfg(feature = "apalis")]
    if std::env::args().nth(1).as_deref() == Some("postgres") {
        return postgres::compare().await;
    }
    let program: PathBuf = std::env::current_exe()?;
    let disk = program.parent().context("a program without a folder")?;
    let (mut inbox, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        inbox.push(end_to_end(disk).await?);
        peer.push(peer::enqueue(disk).await?);
    }
    let mut ratios: Vec<f64> = inbox.iter().zip(&peer).map(|(inbox, peer)| inbox / peer).collect();
    ratios.sort_by(f64::total_cmp);
    let shown = |rates: &[f64]| rates.iter().map(|rate| format!("{rate:.0}")).collect::<Vec<_>>().join(", ");
    println!("{WRITERS} writers, a second: stored, claimed and completed by the inbox: {}", shown(&inbox));
    println!("{WRITERS} writers, a second: enqueued by apalis-sqlite: {}", shown(&peer));
    println!("times: {:.1}", ratios.get(ROUNDS / 2).copied().unwrap_or(f64::NAN));
    Ok(())
}

/// Returns the events a second that the inbox in a file stores, claims and completes.
async fn end_to_end(disk: &Path) -> Result<f64> {
    let folder = TempDir::new_in(disk)?;
    rate(SqliteStore::open(folder.path().join("relay.db")).await?, WRITERS).await
}

/// Returns the events a second that a store stores, claims and completes.
async fn rate(store: impl Store + Clone, writers: usize) -> Result<f64> {
    const LIMITS: ClaimLimits =
        ClaimLimits { keys: 64, items_per_key: 32, bytes: 16 << 20, lease: Duration::from_secs(30), max_attempts: 9 };

    let done = Arc::new(AtomicU64::new(0));
    let worker = {
        let (store, done) = (store.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            loop {
                let claims = store.claim(LIMITS).await?;
                if claims.is_empty() {
                    store.wait(Duration::from_millis(50)).await;
                    continue;
                }
                let completed = |claim: &incs_relay::store::Claim| {
                    Completion::release(claim.lease, claim.items.iter().map(|claimed| claimed.item.id).collect())
                };
                store.complete(claims.iter().map(completed).collect()).await?;
                let items: usize = claims.iter().map(|claim| claim.items.len()).sum();
                done.fetch_add(items as u64, Ordering::Relaxed);
            }
            #[allow(unreachable_code, reason = "the type of the error")]
            Ok::<_, anyhow::Error>(())
        })
    };
    let numbers = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let writers: Vec<_> = (0..writers)
        .map(|_| {
            let (store, numbers) = (store.clone(), Arc::clone(&numbers));
            tokio::spawn(async move {
                while begin.elapsed() < SPAN {
                    store.append(vec![delivery(numbers.fetch_add(1, Ordering::Relaxed))]).await?;
                }
                Ok::<_, anyhow::Error>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    let events = numbers.load(Ordering::Relaxed);
    while done.load(Ordering::Relaxed) < events {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    worker.abort();
    Ok(events as f64 / begin.elapsed().as_secs_f64())
}

fn delivery(number: u64) -> NewDelivery {
    let mut dedup_key = [0; 32];
    dedup_key[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
    NewDelivery {
        received_at: Timestamp::now(),
        body: vec![b'x'; 464].into(),
        envelope: br#"{"provider":"incs"}"#[..].into(),
        items: vec![NewItem {
            ordering_key: OrderingKey::of_parts(["bench", &(number % 1000).to_string()]),
            dedup_key,
            message: None,
            kind: "new_message.whatsapp.text".to_owned(),
            class: ItemClass::Message,
            pointer: "/message/messages/0".to_owned(),
            range: 100..400,
            contact: None,
        }],
    }
}

#[cfg(not(feature = "apalis"))]
mod peer {
    use std::path::Path;

    use anyhow::{Result, bail};

    pub(crate) async fn enqueue(_: &Path) -> Result<f64> {
        bail!("build with the feature `apalis`")
    }
}

#[cfg(feature = "apalis")]
mod peer {
    use std::path::Path;
    use std::str::FromStr as _;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::time::Instant;

    use anyhow::{Result, anyhow};
    use apalis_core::backend::TaskSink as _;
    use apalis_sqlite::{SqliteConnectOptions, SqlitePool, SqliteStorage};
    use tempfile::TempDir;

    use super::{SPAN, WRITERS};

    /// Returns the jobs a second that apalis-sqlite enqueues with a sync for each, over the pool of sqlx with its default size.
    pub(crate) async fn enqueue(disk: &Path) -> Result<f64> {
        let folder = TempDir::new_in(disk)?;
        let file = folder.path().join("jobs.db");
        let url = format!("sqlite:{}?mode=rwc", file.display());
        let options = SqliteConnectOptions::from_str(&url)?
            .pragma("journal_mode", "WAL")
            .pragma("synchronous", "FULL")
            .pragma("busy_timeout", "60000");
        let pool = SqlitePool::connect_with(options).await?;
        SqliteStorage::setup(&pool).await.map_err(|error| anyhow!("{error}"))?;
        let storage = SqliteStorage::<String>::new(&pool);
        let enqueued = Arc::new(AtomicU64::new(0));
        let begin = Instant::now();
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (mut storage, enqueued) = (storage.clone(), Arc::clone(&enqueued));
                tokio::spawn(async move {
                    while begin.elapsed() < SPAN {
                        storage.push("x".repeat(464)).await.map_err(|error| anyhow!("{error:?}"))?;
                        enqueued.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok::<_, anyhow::Error>(())
                })
            })
            .collect();
        for writer in writers {
            writer.await??;
        }
        Ok(enqueued.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64())
    }
}
