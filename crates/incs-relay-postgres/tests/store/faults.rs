//! Connections that break, and servers that stop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use incs_relay::store::{Appended, Claim, Completion, ItemFilter, ItemState, LeaseState, Store as _, StoreError};
use incs_relay_postgres::{PgOptions, PgStore};
use incs_relay_testing::postgres::{self, Server};
use incs_relay_testing::proxy::Proxy;
use tokio::time::sleep;

use crate::support::{append, delivery, drain, limits, open, states};

/// Appends deliveries with keys of their own until `is_over`, each until it is acknowledged. Returns how many were.
async fn append_until(store: PgStore, customer: u64, is_over: Arc<AtomicBool>) -> u64 {
    let key = format!("customer {customer}");
    let mut acknowledged = 0;
    while !is_over.load(Ordering::Relaxed) {
        let text = format!("{acknowledged}");
        let delivery = delivery(&key, &[&*text]);
        while store.append(vec![delivery.clone()]).await.is_err() {
            sleep(Duration::from_millis(5)).await;
        }
        acknowledged += 1;
    }
    acknowledged
}

/// Claims and completes until `is_over`. Returns the texts in the order in which their completions were acknowledged, for each customer.
async fn handle_until(store: PgStore, is_over: Arc<AtomicBool>) -> Vec<Claim> {
    let mut handled = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        let Ok(claims) = store.claim(limits(Duration::from_millis(300))).await else {
            sleep(Duration::from_millis(5)).await;
            continue;
        };
        if claims.is_empty() {
            store.wait(Duration::from_millis(20)).await;
        }
        for claim in claims {
            let ids = claim.items.iter().map(|item| item.item.id).collect();
            let completion = Completion::release(claim.lease, ids);
            if store.complete(vec![completion]).await.is_ok_and(|states| states == [LeaseState::Held]) {
                handled.push(claim);
            }
        }
    }
    handled
}

/// Appends and handles while `disturb` runs. At the end everything that was acknowledged is stored once, and handled, in order. A server that
/// crashes may forget the completions of the last moment, so their items are handled again.
async fn survives(url: &str, direct: &str, is_crashed: bool, disturb: impl AsyncFnOnce()) {
    let options = || PgOptions::new(url).unwrap().without_listening();
    let is_over = Arc::new(AtomicBool::new(false));
    let store = options().open_lazily().unwrap();
    let checked = open(direct).await;
    let appends: Vec<_> =
        (0..8).map(|customer| tokio::spawn(append_until(store.clone(), customer, Arc::clone(&is_over)))).collect();
    let holders: Vec<_> =
        (0..2).map(|_| tokio::spawn(handle_until(options().open_lazily().unwrap(), Arc::clone(&is_over)))).collect();
    disturb().await;
    is_over.store(true, Ordering::Relaxed);
    let mut acknowledged = 0;
    for append in appends {
        acknowledged += append.await.unwrap();
    }
    let mut held = BTreeMap::new();
    for holder in holders {
        for Claim { lease, items } in holder.await.unwrap() {
            for item in items {
                let before = held.insert((lease.key, item.item.id), lease.token);
                assert!(before.is_none() || is_crashed, "item {} was completed twice", item.item.id);
                assert!(before != Some(lease.token), "a token was given twice");
            }
        }
    }
    // The items of a key were completed in order: their tokens grow.
    for ((first, second), (token, next)) in
        held.keys().zip(held.keys().skip(1)).zip(held.values().zip(held.values().skip(1)))
    {
        let is_in_order = first.0 != second.0 || token <= next || is_crashed;
        assert!(is_in_order, "item {} was completed after item {}", first.1, second.1);
    }
    // Leases that nobody knows of run out.
    sleep(Duration::from_millis(400)).await;
    drain(&checked).await;
    let items = checked.list(ItemFilter { limit: 1_000_000, ..ItemFilter::default() }).await.unwrap();
    let keys: BTreeSet<_> = items.iter().map(|item| item.dedup_key).collect();
    assert_eq!(keys.len(), items.len());
    assert_eq!(items.len() as u64, acknowledged, "each delivery was repeated until it was acknowledged");
    assert!(items.iter().all(|item| item.state == ItemState::Done));
    assert!(acknowledged > 50, "only {acknowledged} were appended, so little was tried");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_lose_nothing() {
    let Some(server) = postgres::shared("cut_connections_lose_nothing") else { return };
    let url = server.database().unwrap();
    open(&url).await;
    let proxy = Proxy::start(server.port()).unwrap();
    survives(&proxy.through(&url, server.port()), &url, false, async || {
        for round in 0..60 {
            // In the middle of a statement, of a reply, and between the two.
            match round % 4 {
                0 => proxy.cut_after_requests_bytes(fastrand::usize(1..4000)),
                1 => proxy.cut_after_reply_bytes(fastrand::usize(1..2000)),
                2 => proxy.lose_replies(2),
                _ => proxy.cut_all(),
            }
            sleep(Duration::from_millis(fastrand::u64(10..80))).await;
            proxy.cut_no_more();
            sleep(Duration::from_millis(fastrand::u64(10..80))).await;
        }
        proxy.cut_no_more();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn immediate_stop_loses_nothing() {
    if postgres::is_left_out("immediate_stop_loses_nothing") {
        return;
    }
    let server = Server::start().unwrap();
    let url = server.url();
    survives(&url, &url, true, async || {
        for _ in 0..3 {
            sleep(Duration::from_millis(700)).await;
            server.stop_immediately().unwrap();
            sleep(Duration::from_millis(200)).await;
            server.start_again().unwrap();
        }
        sleep(Duration::from_millis(500)).await;
    })
    .await;
}

#[tokio::test]
async fn lost_reply_of_an_append_is_no_error() {
    let Some(server) = postgres::shared("lost_reply_of_an_append_is_no_error") else { return };
    let url = server.database().unwrap();
    let proxy = Proxy::start(server.port()).unwrap();
    let store = PgOptions::new(&proxy.through(&url, server.port())).unwrap().without_listening().open().await.unwrap();
    append(&store, "a", &["one"]).await;
    proxy.lose_replies(1);
    let answers = store.append(vec![delivery("a", &["two"])]).await.unwrap();
    assert_eq!(answers, [[Appended::Seen]], "the first try was stored");
    assert_eq!(proxy.replies_to_lose(), 0);
    assert_eq!(states(&store).await.len(), 2);
}

#[tokio::test]
async fn store_that_is_opened_lazily_begins_when_the_server_does() {
    if postgres::is_left_out("store_that_is_opened_lazily_begins_when_the_server_does") {
        return;
    }
    let server = Server::start().unwrap();
    server.stop().unwrap();
    let store = PgOptions::new(&server.url()).unwrap().open_lazily().unwrap();
    assert!(matches!(store.append(vec![delivery("a", &["one"])]).await, Err(StoreError::Unreachable(_))));
    assert_eq!(store.migrated_from(), None);
    server.start_again().unwrap();
    append(&store, "a", &["one"]).await;
    assert_eq!(store.migrated_from(), Some(0));
}
