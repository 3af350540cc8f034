//! The inbox in PostgreSQL beside apalis-postgres: store, hand out, do nothing, complete.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, bail};
use apalis_core::backend::TaskSink as _;
use apalis_core::backend::ext::BackendExt as _;
use apalis_core::backend::ext::poll_strategy::Strategy;
use apalis_core::error::BoxDynError;
use apalis_core::worker::builder::WorkerBuilder;
use apalis_postgres::{Config, PgPool, PostgresStorage};
use incs_relay_postgres::PgStore;
use incs_relay_testing::postgres::Server;

use super::{ROUNDS, SPAN, rate};

/// The connections of the pool of apalis. With the 10 that sqlx has by default, it is slower.
const CONNECTIONS: u32 = 32;

pub(crate) async fn compare() -> Result<()> {
    let server = Arc::new(Server::start()?);
    for writers in [64, 256] {
        let (mut inbox, mut peer) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let store = PgStore::open(&server.database()?).await?;
            inbox.push(rate(store.clone(), writers).await?);
            store.close().await;
            peer.push(apalis(&server, writers).await?);
        }
        let mut ratios: Vec<f64> = inbox.iter().zip(&peer).map(|(inbox, peer)| inbox / peer).collect();
        ratios.sort_by(f64::total_cmp);
        let shown = |rates: &[f64]| rates.iter().map(|rate| format!("{rate:.0}")).collect::<Vec<_>>().join(", ");
        println!("{writers} writers, a second, from store to completion: the inbox: {}", shown(&inbox));
        println!("{writers} writers, a second, from store to completion: apalis-postgres: {}", shown(&peer));
        println!("times: {:.1}", ratios.get(ROUNDS / 2).copied().unwrap_or(f64::NAN));
    }
    Ok(())
}

/// Returns the jobs a second that apalis-postgres enqueues, runs and marks as done. One worker takes up to 256 jobs at a time and looks for
/// more every millisecond; it does not lock each job once more before it runs, since nobody else runs jobs.
async fn apalis(server: &Arc<Server>, writers: usize) -> Result<f64> {
    let url = server.database()?;
    let options = PgPool::connect_lazy(&url)?.options().clone();
    let pool = options.clone().max_connections(CONNECTIONS).connect(&url).await?;
    // In one pool with the writers, the worker would wait behind all of them.
    let own_pool = options.max_connections(2).connect(&url).await?;
    PostgresStorage::setup(&pool).await.map_err(|error| anyhow!("{error}"))?;
    let config = Config::default().queue("bench").batch_size(256).lock_tasks(false);
    let storage = PostgresStorage::<String>::new(&pool).with_config(config.clone());
    let own_storage = PostgresStorage::<String>::new(&own_pool).with_config(config);
    let looks = Strategy::new().interval(Duration::from_millis(1));
    let worker = WorkerBuilder::new("bench")
        .backend(own_storage.poll_with_strategy(looks))
        .build(|_: String| async { Ok::<_, BoxDynError>(()) });
    let rate = tokio::select! {
        _ = worker.run() => bail!("the worker of apalis has ended"),
        rate = enqueue(server, &url, &storage, writers) => rate?,
    };
    own_pool.close().await;
    pool.close().await;
    Ok(rate)
}

/// Enqueues jobs, and waits until all are done. Returns the jobs a second.
async fn enqueue(server: &Arc<Server>, url: &str, storage: &PostgresStorage<String>, writers: usize) -> Result<f64> {
    let jobs = Arc::new(AtomicU64::new(0));
    let begin = Instant::now();
    let writers: Vec<_> = (0..writers)
        .map(|_| {
            let (mut storage, jobs) = (storage.clone(), Arc::clone(&jobs));
            tokio::spawn(async move {
                while begin.elapsed() < SPAN {
                    storage.push("x".repeat(464)).await.map_err(|error| anyhow!("{error:?}"))?;
                    jobs.fetch_add(1, Ordering::Relaxed);
                }
                Ok::<_, anyhow::Error>(())
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    loop {
        let (server, url) = (Arc::clone(server), url.to_owned());
        let open = "SELECT EXISTS (SELECT 1 FROM apalis.jobs WHERE done_at IS NULL)";
        if tokio::task::spawn_blocking(move || server.query(&url, open)).await?? == "f" {
            return Ok(jobs.load(Ordering::Relaxed) as f64 / begin.elapsed().as_secs_f64());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
