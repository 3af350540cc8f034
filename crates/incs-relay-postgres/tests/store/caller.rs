//! Transactions of a program that has its own tables in the same database.

use std::time::{Duration, Instant};

use incs_relay::store::{Claim, Completion, ItemState, LeaseState, NextStep, OrderingKey, Store as _};
use incs_relay_postgres::PgStore;
use incs_relay_testing::postgres;
use tokio::time::{sleep, timeout};

use crate::support::{LONG, append, claim, connect, delivery, drain, open, states};

/// Returns a store with three leased items of one customer, and the URL of its database.
async fn leased(test: &str) -> Option<(PgStore, String, Claim)> {
    let url = postgres::shared(test)?.database().unwrap();
    let store = open(&url).await;
    append(&store, "a", &["one", "two", "three"]).await;
    let claim = claim(&store, LONG).await.pop().unwrap();
    connect(&url).await.batch_execute("CREATE TABLE seats (id int)").await.unwrap();
    Some((store, url, claim))
}

#[tokio::test]
async fn item_is_completed_with_the_callers_change_or_not_at_all() {
    let Some((store, url, claim)) = leased("item_is_completed_with_the_callers_change_or_not_at_all").await else {
        return;
    };
    let mut client = connect(&url).await;
    let first = claim.items[0].item.id;
    for is_committed in [false, true] {
        let transaction = client.transaction().await.unwrap();
        transaction.execute("INSERT INTO seats VALUES (7)", &[]).await.unwrap();
        assert_eq!(store.complete_in(&transaction, claim.lease, first).await.unwrap(), LeaseState::Held);
        // It is completed once.
        assert_eq!(store.complete_in(&transaction, claim.lease, first).await.unwrap(), LeaseState::Stale);
        if is_committed {
            transaction.commit().await.unwrap();
        } else {
            transaction.rollback().await.unwrap();
        }
        let seats: i64 = client.query_one("SELECT count(*) FROM seats", &[]).await.unwrap().get(0);
        assert_eq!(seats, i64::from(is_committed));
        let expected = if is_committed { ItemState::Done } else { ItemState::Leased };
        assert_eq!(states(&store).await[0], expected);
    }
    let transaction = client.transaction().await.unwrap();
    let rest = [claim.items[1].item.id, claim.items[2].item.id];
    for id in rest {
        assert_eq!(store.complete_in(&transaction, claim.lease, id).await.unwrap(), LeaseState::Held);
    }
    transaction.commit().await.unwrap();
    assert_eq!(states(&store).await, [ItemState::Done; 3]);
    append(&store, "a", &["four"]).await;
    sleep(Duration::from_millis(5)).await;
    assert_eq!(states(&store).await[3], ItemState::Stored);
}

#[tokio::test]
async fn stale_lease_completes_nothing() {
    let Some((store, url, old)) = leased("stale_lease_completes_nothing").await else { return };
    connect(&url).await.execute("UPDATE incs_relay.ordering SET ready_at = 0", &[]).await.unwrap();
    let new = claim(&store, LONG).await.pop().unwrap();
    let mut client = connect(&url).await;
    let transaction = client.transaction().await.unwrap();
    let id = old.items[0].item.id;
    assert_eq!(store.complete_in(&transaction, old.lease, id).await.unwrap(), LeaseState::Stale);
    assert_eq!(store.complete_in(&transaction, new.lease, id).await.unwrap(), LeaseState::Held);
}

/// The transaction of a caller may be open for long, such as ten minutes: it holds up neither webhooks of the same customer nor others.
#[tokio::test]
async fn long_transaction_holds_up_nobody() {
    let Some((store, url, claim_of_a)) = leased("long_transaction_holds_up_nobody").await else { return };
    let mut client = connect(&url).await;
    let transaction = client.transaction().await.unwrap();
    for item in &claim_of_a.items {
        let state = store.complete_in(&transaction, claim_of_a.lease, item.item.id).await.unwrap();
        assert_eq!(state, LeaseState::Held);
    }
    // The lease runs out while the transaction is open.
    let started = Instant::now();
    append(&store, "a", &["four"]).await;
    append(&store, "b", &["five"]).await;
    assert_eq!(store.renew(vec![claim_of_a.lease], Duration::ZERO).await.unwrap(), [LeaseState::Held]);
    let of_b = claim(&store, LONG).await;
    assert_eq!(of_b.len(), 1, "only b can be claimed");
    assert!(started.elapsed() < Duration::from_secs(3), "something waited for the transaction");
    transaction.commit().await.unwrap();
    assert_eq!(states(&store).await[..3], [ItemState::Done; 3]);
    assert_eq!(store.renew(vec![claim_of_a.lease], Duration::ZERO).await.unwrap(), [LeaseState::Held]);
    assert_eq!(drain(&store).await.len(), 1);
    assert_eq!(states(&store).await[3], ItemState::Done);
}

#[tokio::test]
async fn other_process_is_woken_by_a_notification() {
    let Some(server) = postgres::shared("other_process_is_woken_by_a_notification") else { return };
    let url = server.database().unwrap();
    let (one, other) = (open(&url).await, open(&url).await);
    // Until the other one listens.
    let woken = timeout(LONG, async {
        loop {
            append(&one, "a", &["text"]).await;
            if timeout(Duration::from_millis(500), other.wait(LONG)).await.is_ok() {
                return;
            }
        }
    });
    woken.await.unwrap();
}

/// An append reads the row of a customer, waits, and then locks it. If the last item of the customer was claimed and completed meanwhile, the
/// customer is idle, and the append must see that: its item would never be handed out otherwise.
#[tokio::test]
async fn append_sees_a_customer_who_became_idle_meanwhile() {
    let Some(server) = postgres::shared("append_sees_a_customer_who_became_idle_meanwhile") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    // The rows are locked in the order of the keys.
    let mut names = ["first", "second"];
    names.sort_by_key(|name| OrderingKey::of_parts([*name]).as_i64());
    let [before, idle] = names;
    append(&store, before, &["one"]).await;
    drain(&store).await;
    append(&store, idle, &["two"]).await;

    let mut client = connect(&url).await;
    let transaction = client.transaction().await.unwrap();
    let lock = "SELECT 1 FROM incs_relay.ordering WHERE key = $1 FOR UPDATE";
    transaction.execute(lock, &[&OrderingKey::of_parts([before]).as_i64()]).await.unwrap();
    let appending = store.clone();
    let deliveries = vec![delivery(before, &["three"]), delivery(idle, &["four"])];
    let appended = tokio::spawn(async move { appending.append(deliveries).await });
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while connect(&url).await.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        sleep(Duration::from_millis(5)).await;
    }
    // A dead letter is locked in a transaction within that of the completion, so PostgreSQL takes the change for one that an append need not
    // see.
    let Claim { lease, items } = claim(&store, LONG).await.pop().unwrap();
    let two = items[0].item.id;
    let next = NextStep::DeadLetter { item: two, reason: "handler", error: String::new() };
    let completion = Completion { next, ..Completion::release(lease, Vec::new()) };
    assert_eq!(store.complete(vec![completion]).await.unwrap(), [LeaseState::Held]);
    transaction.commit().await.unwrap();
    appended.await.unwrap().unwrap();
    assert_eq!(drain(&store).await.len(), 2, "the items three and four");
}
