//! Completing an item in the transaction of its effect.

use std::time::Duration;

use incs_relay::store::{
    CompleteInError, Completion, ItemId, ItemState, Lease, LeaseState, SqliteStore, Store, StoreError,
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{append, claim, states};

const LEASE: Duration = Duration::from_mins(1);

struct Case {
    store: SqliteStore,
    items: Vec<ItemId>,
    lease: Lease,
    _directory: TempDir,
}

/// Returns a store with two leased items and a table `effect`.
async fn case() -> Case {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("relay.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let items = append(&store, "a", &["first", "second"]).await;
    let (lease, _) = claim(&store, LEASE).await;
    Connection::open(path).unwrap().execute_batch("CREATE TABLE effect(number INTEGER)").unwrap();
    Case { store, items, lease, _directory: directory }
}

fn effect(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute("INSERT INTO effect VALUES (1)", []).map(drop)
}

impl Case {
    async fn run<E: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Connection) -> Result<(), E> + Send + 'static,
    ) -> Result<(), CompleteInError<E>> {
        self.store.complete_in(self.lease, self.items[0], limit, work).await
    }

    /// Returns the number of effects and the state of the first item.
    async fn found(&self) -> (i64, ItemState) {
        let items = append(&self.store, "count", &["count"]).await;
        let (lease, _) = claim(&self.store, LEASE).await;
        let count = |connection: &Connection| connection.query_row("SELECT count(*) FROM effect", [], |row| row.get(0));
        let effects = self.store.complete_in(lease, items[0], LEASE, count).await.unwrap();
        (effects, states(&self.store).await[0])
    }
}

#[tokio::test]
async fn effect_and_completion_are_stored_together() {
    let case = case().await;
    case.run(LEASE, effect).await.unwrap();
    assert_eq!(case.found().await, (1, ItemState::Done));
    // The lease goes on for the next item, and the same item is completed once.
    assert_eq!(case.run(LEASE, effect).await, Err(CompleteInError::Stale));
    case.store.complete_in(case.lease, case.items[1], LEASE, effect).await.unwrap();
    assert_eq!(case.found().await, (2, ItemState::Done));
}

#[tokio::test]
async fn stale_lease_undoes_the_effect() {
    let case = case().await;
    let released = case.store.complete(vec![Completion::release(case.lease, vec![])]).await.unwrap();
    assert_eq!(released, [LeaseState::Held]);
    claim(&case.store, LEASE).await;
    assert_eq!(case.run(LEASE, effect).await, Err(CompleteInError::Stale));
    assert_eq!(case.found().await, (0, ItemState::Leased));
}

#[tokio::test]
async fn failed_closure_undoes_the_effect() {
    let case = case().await;
    let work = |connection: &Connection| {
        effect(connection).unwrap();
        Err("no")
    };
    assert_eq!(case.run(LEASE, work).await, Err(CompleteInError::Work("no")));
    assert_eq!(case.found().await, (0, ItemState::Leased));
}

#[tokio::test]
async fn panic_undoes_the_effect_and_the_writer_goes_on() {
    let case = case().await;
    let work = |connection: &Connection| -> Result<(), ()> {
        effect(connection).unwrap();
        panic!("a panic of the test")
    };
    assert_eq!(case.run(LEASE, work).await, Err(CompleteInError::Panicked));
    assert_eq!(case.found().await, (0, ItemState::Leased));
}

#[tokio::test]
async fn endless_statement_is_interrupted() {
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)";
    let read = format!("{endless} SELECT count(*) FROM n");
    let write = format!("{endless} INSERT INTO effect SELECT i FROM n");
    for sql in [read, write] {
        let case = case().await;
        let work = move |connection: &Connection| {
            effect(connection)?;
            connection.execute_batch(&sql)
        };
        assert_eq!(case.run(Duration::from_millis(50), work).await, Err(CompleteInError::TooSlow));
        assert_eq!(case.found().await, (0, ItemState::Leased));
    }
}

#[tokio::test]
async fn slow_closure_is_undone() {
    let case = case().await;
    let work = |connection: &Connection| {
        std::thread::sleep(Duration::from_millis(20));
        effect(connection)
    };
    assert_eq!(case.run(Duration::from_millis(10), work).await, Err(CompleteInError::TooSlow));
    assert_eq!(case.found().await, (0, ItemState::Leased));
}

#[tokio::test(flavor = "multi_thread")]
async fn closure_that_ends_the_transaction_loses_nothing() {
    for sql in ["COMMIT", "ROLLBACK", "COMMIT; BEGIN", "ROLLBACK; BEGIN", "ROLLBACK; BEGIN; SAVEPOINT job"] {
        let case = case().await;
        let (begun, has_begun) = std::sync::mpsc::channel();
        let (end, ending) = std::sync::mpsc::channel();
        let (first, second) = (case.store.clone(), case.store.clone());
        let (lease, items) = (case.lease, case.items.clone());
        // Holds the writer, so that the next jobs share a transaction.
        let holding = tokio::spawn(async move {
            let work = move |_: &Connection| {
                begun.send(()).unwrap();
                ending.recv().map_err(|_| ())
            };
            first.complete_in(lease, items[0], LEASE, work).await
        });
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        let before = tokio::spawn({
            let (store, delivery) = (case.store.clone(), super::delivery("b", &["before"]));
            async move { store.append(vec![delivery]).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let item = case.items[1];
        let guilty = tokio::spawn(async move {
            let work = move |connection: &Connection| connection.execute_batch(sql);
            second.complete_in(lease, item, LEASE, work).await
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let after = tokio::spawn({
            let (store, delivery) = (case.store.clone(), super::delivery("c", &["after"]));
            async move { store.append(vec![delivery]).await }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        end.send(()).unwrap();
        let held = holding.await.unwrap();
        let error = guilty.await.unwrap().unwrap_err();
        assert!(matches!(error, CompleteInError::Store(StoreError::Engine(_))), "{sql}: {error:?}");
        let read = case.store.read(None, 100).await.unwrap();
        for (text, answer) in [("before", before.await.unwrap()), ("after", after.await.unwrap())] {
            let is_stored = read.iter().any(|item| item.raw.as_deref() == Some(text.as_bytes()));
            assert!(is_stored || answer.is_err(), "{sql}: {text} was acknowledged and lost");
            assert!(!matches!(answer, Err(StoreError::Closed)), "{sql}: the store is not closed");
        }
        // The first closure shares the transaction, so its end is an error for it too. It may have been stored.
        let states = states(&case.store).await;
        assert!(states[0] == ItemState::Done || matches!(held, Err(CompleteInError::Store(_))), "{sql}: {held:?}");
        assert_eq!(states[1], ItemState::Leased, "{sql}");
        append(&case.store, "d", &["last"]).await;
    }
}
