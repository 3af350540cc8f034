//! The store by itself.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use incs_model::Timestamp;
use incs_relay::store::{
    Claim, ClaimLimits, Completion, ItemClass, NewDelivery, NewItem, OrderingKey, SqliteOptions, SqliteStore,
    Store as _,
};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// The time for which each rate is measured.
const SPAN: Duration = Duration::from_millis(1500);
/// The size of a webhook with one text.
const BODY: usize = 464;
/// The number of conversations.
pub(super) const KEYS: u64 = 1000;
/// Items behind the measured ones.
const HISTORY: u64 = 1_000_000;
/// Items that wait in two conversations.
const STUCK: u64 = 100_000;

/// A rate, and the syncs that each event took.
pub(super) struct Rates {
    pub(super) rate: f64,
    pub(super) syncs: f64,
}

/// A store in a new file beside this program, which is on a disk and not in memory.
pub(super) struct Fresh {
    pub(super) store: SqliteStore,
    _folder: TempDir,
}

impl Fresh {
    pub(super) async fn open(max_jobs: usize) -> Result<Self> {
        let program: PathBuf = std::env::current_exe()?;
        let folder = TempDir::new_in(program.parent().context("a program without a folder")?)?;
        let store = SqliteOptions::new(folder.path().join("relay.db")).with_max_jobs(max_jobs).open().await?;
        Ok(Self { store, _folder: folder })
    }
}

pub(super) fn runtime() -> Result<Runtime> {
    Ok(Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}

pub(super) fn delivery(number: u64, key: u64) -> NewDelivery {
    // Random numbers, like the beginnings of hashes.
    let mixed = u128::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    let mut dedup_key = [0; 32];
    for (to, from) in dedup_key.iter_mut().zip(mixed.to_be_bytes()) {
        *to = from;
    }
    let message = mixed.rotate_left(64).to_be_bytes();
    NewDelivery {
        received_at: Timestamp::now(),
        body: vec![b'x'; BODY].into(),
        envelope: br#"{"provider":"incs"}"#[..].into(),
        items: vec![NewItem {
            ordering_key: OrderingKey::of_parts(["bench", &key.to_string()]),
            dedup_key,
            message: Some(message),
            kind: "new_message.whatsapp.text".to_owned(),
            class: ItemClass::Message,
            pointer: "/message/messages/0".to_owned(),
            range: 100..400,
            contact: None,
        }],
    }
}

/// Appends one event at a time from each writer until the time is over. Returns the events a second.
async fn append_until(store: &SqliteStore, writers: usize, numbers: &Arc<AtomicU64>, span: Duration) -> Result<f64> {
    let begin = Instant::now();
    let end = begin + span;
    let first = numbers.load(Ordering::Relaxed);
    let tasks: Vec<_> = (0..writers)
        .map(|_| {
            let (store, numbers) = (store.clone(), Arc::clone(numbers));
            tokio::spawn(async move {
                while Instant::now() < end {
                    let number = numbers.fetch_add(1, Ordering::Relaxed);
                    store.append(vec![delivery(number, number % KEYS)]).await?;
                }
                Ok::<_, anyhow::Error>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    Ok((numbers.load(Ordering::Relaxed) - first) as f64 / begin.elapsed().as_secs_f64())
}

/// Returns the appends a second of an empty store, with at most so many in one commit.
pub(super) fn append(writers: usize, max_jobs: usize) -> Result<f64> {
    runtime()?.block_on(async {
        let fresh = Fresh::open(max_jobs).await?;
        append_until(&fresh.store, writers, &Arc::default(), SPAN).await
    })
}

pub(super) const LIMITS: ClaimLimits =
    ClaimLimits { keys: 64, items_per_key: 32, bytes: 16 << 20, lease: Duration::from_secs(30), max_attempts: 9 };

/// Returns the events a second that are stored, claimed and completed, while writers append.
pub(super) fn end_to_end(writers: usize) -> Result<Rates> {
    runtime()?.block_on(async {
        let fresh = Fresh::open(1024).await?;
        let store = fresh.store.clone();
        let done = Arc::new(AtomicU64::new(0));
        let begin = Instant::now();
        let handler = {
            let (store, done) = (store.clone(), Arc::clone(&done));
            tokio::spawn(async move {
                loop {
                    let claims = store.claim(LIMITS).await?;
                    if claims.is_empty() {
                        store.wait(Duration::from_millis(50)).await;
                        continue;
                    }
                    let completions = claims.iter().map(completed).collect::<Vec<_>>();
                    let items = completions.iter().map(|one| one.done.len() as u64).sum();
                    store.complete(completions).await?;
                    done.fetch_add(items, Ordering::Relaxed);
                }
                #[allow(unreachable_code, reason = "the type of the error")]
                Ok::<_, anyhow::Error>(())
            })
        };
        let numbers = Arc::default();
        append_until(&store, writers, &numbers, SPAN).await?;
        while store.stats().await?.open > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let seconds = begin.elapsed().as_secs_f64();
        handler.abort();
        let events = numbers.load(Ordering::Relaxed) as f64;
        anyhow::ensure!(done.load(Ordering::Relaxed) as f64 <= events, "an event was completed twice");
        let (_, synced) = store.commits();
        Ok(Rates { rate: events / seconds, syncs: synced as f64 / events })
    })
}

pub(super) fn completed(claim: &Claim) -> Completion {
    Completion::release(claim.lease, claim.items.iter().map(|claimed| claimed.item.id).collect())
}

/// Returns the appends a second of 64 writers into an empty store, and into one with a million items that are done.
pub(super) fn history() -> Result<(f64, f64)> {
    runtime()?.block_on(async {
        let (old, numbers) = (Fresh::open(1024).await?, Arc::new(AtomicU64::new(0)));
        eprintln!("a store with {HISTORY} items: writing them");
        fill(&old.store, HISTORY).await?;
        numbers.store(HISTORY, Ordering::Relaxed);
        let (mut empty, mut full) = (vec![], vec![]);
        for _ in 0..super::ROUNDS {
            let fresh = Fresh::open(1024).await?;
            empty.push(append_until(&fresh.store, 64, &Arc::default(), SPAN).await?);
            full.push(append_until(&old.store, 64, &numbers, SPAN).await?);
        }
        Ok((super::middle(empty), super::middle(full)))
    })
}

/// Stores items and completes them.
async fn fill(store: &SqliteStore, items: u64) -> Result<()> {
    for first in (0..items).step_by(5000) {
        let deliveries = (first..first + 5000).map(|number| delivery(number, number % KEYS)).collect();
        store.append(deliveries).await?;
        loop {
            let claims = store.claim(ClaimLimits { keys: 5000, ..LIMITS }).await?;
            if claims.is_empty() {
                break;
            }
            store.complete(claims.iter().map(completed).collect()).await?;
        }
    }
    Ok(())
}

/// Returns the items a second that are claimed and completed from 5,000 conversations, without and with 100,000 items in two others that
/// wait after a failure.
pub(super) fn stuck() -> Result<(f64, f64)> {
    runtime()?.block_on(async {
        let (free, blocked) = (Fresh::open(1024).await?, Fresh::open(1024).await?);
        for first in (0..STUCK).step_by(5000) {
            let deliveries = (first..first + 5000).map(|number| delivery(number, 1_000_000 + number % 2)).collect();
            blocked.store.append(deliveries).await?;
        }
        let claims = blocked.store.claim(LIMITS).await?;
        let failed = claims.iter().map(|claim| Completion {
            next: incs_relay::store::NextStep::Retry { delay: Duration::from_hours(1), error: String::new() },
            ..Completion::release(claim.lease, Vec::new())
        });
        blocked.store.complete(failed.collect()).await?;
        let (mut without, mut with) = (vec![], vec![]);
        for round in 0..super::ROUNDS as u64 {
            without.push(claim_rate(&free.store, round).await?);
            with.push(claim_rate(&blocked.store, round).await?);
        }
        Ok((super::middle(without), super::middle(with)))
    })
}

async fn claim_rate(store: &SqliteStore, round: u64) -> Result<f64> {
    let first = 1_000_000 + round * 50_000;
    store.append((first..first + 50_000).map(|number| delivery(number, number % 5000)).collect()).await?;
    let (begin, mut items) = (Instant::now(), 0);
    loop {
        let claims = store.claim(ClaimLimits { keys: 256, items_per_key: 10, ..LIMITS }).await?;
        if claims.is_empty() {
            return Ok(items as f64 / begin.elapsed().as_secs_f64());
        }
        items += claims.iter().map(|claim| claim.items.len()).sum::<usize>();
        store.complete(claims.iter().map(completed).collect()).await?;
    }
}
