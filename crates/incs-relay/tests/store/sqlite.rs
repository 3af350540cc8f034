//! Opening, owning, migrating and erasing the file of a `SqliteStore`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use incs_model::delivery::Stage;
use incs_relay::store::{
    Completion, Enqueued, Erasure, ItemFilter, ItemState, LeaseState, OperatorAction, OperatorResult, OutboxFilter,
    OutboxId, OutboxState, SqliteOptions, SqliteStore, Store, StoreError,
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::outbox::message;
use super::{append, claim, delivery, limits, states};

const LEASE: Duration = Duration::from_mins(1);

pub(super) fn file() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("relay.db");
    (directory, path)
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

#[tokio::test]
async fn reopened_store_has_everything() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.migrated_from(), 0);
    let ids = append(&store, "a", &["first", "second", "third"]).await;
    let (lease, _) = claim(&store, LEASE).await;
    let message = message("reply");
    let completion = Completion { enqueue: vec![message.clone()], ..Completion::release(lease, vec![ids[0]]) };
    assert_eq!(store.complete(vec![completion]).await.unwrap(), [LeaseState::Held]);
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.migrated_from(), SqliteStore::schema());
    assert_eq!(states(&store).await, [ItemState::Done, ItemState::Stored, ItemState::Stored]);
    assert!(matches!(store.enqueue(vec![message]).await.unwrap()[..], [Enqueued::Seen(_)]));
    assert_eq!(claim(&store, LEASE).await.1, ["second", "third"]);
}

#[tokio::test]
async fn old_token_is_stale_after_restart() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let ids = append(&store, "a", &["first"]).await;
    let (old, _) = claim(&store, LEASE).await;
    store.close().await;

    // Whoever held the lease has ended, so the item is due at once.
    let store = SqliteStore::open(&path).await.unwrap();
    let (new, texts) = claim(&store, LEASE).await;
    assert_eq!(texts, ["first"]);
    assert!(new.token > old.token);
    assert_eq!(store.renew(vec![old, new], LEASE).await.unwrap(), [LeaseState::Stale, LeaseState::Held]);
    let completions = vec![Completion::release(old, ids.clone()), Completion::release(new, ids)];
    assert_eq!(store.complete(completions).await.unwrap(), [LeaseState::Stale, LeaseState::Held]);
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    append(&store, "a", &["second"]).await;
    let (last, _) = claim(&store, LEASE).await;
    assert!(last.token > new.token);
}

#[tokio::test]
async fn item_that_was_claimed_twice_waits_after_restart() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    append(&store, "a", &["first"]).await;
    claim(&store, Duration::ZERO).await;
    claim(&store, LEASE).await;
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    assert!(store.claim(limits(LEASE)).await.unwrap().is_empty());
}

#[tokio::test]
async fn second_owner_is_refused() {
    let (_directory, path) = file();
    let owner = SqliteStore::open(&path).await.unwrap();
    assert_eq!(SqliteStore::open(&path).await.unwrap_err(), StoreError::Owned);
    owner.close().await;
    SqliteStore::open(&path).await.unwrap();
}

#[tokio::test]
async fn operator_acts_beside_the_owner() {
    let (_directory, path) = file();
    let owner = SqliteStore::open(&path).await.unwrap();
    let ids = append(&owner, "a", &["first", "second"]).await;
    let operator = SqliteStore::attach(&path).await.unwrap();
    assert_eq!(states(&operator).await, [ItemState::Stored; 2]);
    let results = operator.operate(vec![(ids[0], OperatorAction::DeadLetter)]).await.unwrap();
    assert_eq!(results, [OperatorResult::Done]);
    assert_eq!(states(&owner).await, [ItemState::Dead, ItemState::Stored]);
    assert_eq!(claim(&owner, LEASE).await.1, ["second"]);
    assert_eq!(states(&operator).await, [ItemState::Dead, ItemState::Leased]);
    operator.close().await;
    append(&owner, "b", &["third"]).await;
}

#[tokio::test]
async fn attaching_creates_no_file() {
    let (_directory, path) = file();
    assert!(matches!(SqliteStore::attach(&path).await, Err(StoreError::Unsuitable(_))));
    assert!(matches!(SqliteOptions::new(&path).existing().open().await, Err(StoreError::Unsuitable(_))));
    assert!(!path.exists());
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    append(&store, "a", &["first"]).await;
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mode = std::fs::metadata(beside(&path, suffix)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{suffix}");
    }
}

/// Opens a file in each way, and checks that its bytes stay.
async fn refused(path: &Path) -> StoreError {
    let before = std::fs::read(path).unwrap();
    let error = SqliteStore::open(path).await.unwrap_err();
    assert_eq!(SqliteStore::attach(path).await.unwrap_err(), error);
    assert!(std::fs::read(path).unwrap() == before, "the file was changed");
    error
}

#[tokio::test]
async fn newer_schema_is_refused_untouched() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    append(&store, "a", &["first"]).await;
    store.close().await;
    let known = SqliteStore::schema();
    let sql = format!("PRAGMA journal_mode = DELETE; PRAGMA user_version = {}", known + 1);
    Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    assert_eq!(refused(&path).await, StoreError::TooNew { found: known + 1, known });
}

#[tokio::test]
async fn other_database_is_refused_untouched() {
    let (_directory, path) = file();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE customer(id INTEGER PRIMARY KEY)").unwrap();
    assert!(matches!(refused(&path).await, StoreError::Unsuitable(_)));
}

#[tokio::test]
async fn other_file_is_refused_untouched() {
    let (_directory, path) = file();
    std::fs::write(&path, "a text that is no database".repeat(100)).unwrap();
    assert!(matches!(refused(&path).await, StoreError::Engine(_)));
}

/// Returns the definitions of all tables and indexes, without comments and spaces.
fn definitions(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT ifnull(sql, name) FROM sqlite_schema ORDER BY name").unwrap();
    let sqls: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let code = |line: &str| line.split("--").next().unwrap().split_whitespace().collect::<String>();
    sqls.iter().map(|sql| sql.lines().map(code).collect()).collect()
}

#[tokio::test]
async fn schema_one_is_migrated() {
    let (_directory, path) = file();
    Connection::open(&path).unwrap().execute_batch(include_str!("../../fixtures/schema-1.sql")).unwrap();
    assert!(matches!(SqliteStore::attach(&path).await, Err(StoreError::Unsuitable(_))));
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.migrated_from(), 1);

    assert_eq!(states(&store).await, [ItemState::Done, ItemState::Leased, ItemState::Dead]);
    let items = store.list(ItemFilter { limit: 10, ..ItemFilter::default() }).await.unwrap();
    assert_eq!(items.iter().map(|item| item.attempts).collect::<Vec<_>>(), [2, 1, 1]);
    let body = store.body(items[0].id).await.unwrap().unwrap();
    assert!(body.starts_with(br#"{"results":[{"from":"a customer","text":"first"},"#));
    let read = store.read(None, 10).await.unwrap();
    assert_eq!(read[2].raw.as_deref(), Some(&br#"{"status":"read"}"#[..]));
    let state = store.delivery_state("wamid.fixture", None).await.unwrap().unwrap();
    assert_eq!(state.stage(), Some(Stage::Read));

    let (lease, texts) = claim(&store, LEASE).await;
    assert!(lease.token.0 > 7);
    assert_eq!(texts, [r#"{"from":"a customer","text":"second"}"#]);
    let states = store.complete(vec![Completion::release(lease, vec![items[1].id])]).await.unwrap();
    assert_eq!(states, [LeaseState::Held]);
    store.enqueue(vec![message("reply")]).await.unwrap();
    store.close().await;

    let (_directory, new) = file();
    SqliteStore::open(&new).await.unwrap().close().await;
    assert_eq!(definitions(&path), definitions(&new));
}

#[tokio::test]
async fn queued_messages_of_schema_two_are_migrated() {
    let (_directory, path) = file();
    Connection::open(&path).unwrap().execute_batch(include_str!("../../fixtures/schema-2.sql")).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    assert_eq!(store.migrated_from(), 2);

    let messages = store.messages(OutboxFilter { limit: 10, ..OutboxFilter::default() }).await.unwrap();
    let [first, second] = &messages[..] else { panic!("{messages:?}") };
    assert_eq!((first.id, first.key.as_str(), first.channel.as_str()), (OutboxId(1), "inbox/1/1", "whatsapp"));
    assert_eq!((second.id, second.key.as_str(), second.channel.as_str()), (OutboxId(4), "inbox/1/2", "rcs"));
    for message in &messages {
        assert_eq!((message.state, message.attempts), (OutboxState::Queued, 0));
        assert_eq!((message.recipient, message.is_ordered, message.is_free_form), (None, false, false));
        assert_eq!((message.next_at, message.changed_at), (Some(message.enqueued_at), message.enqueued_at));
    }
    let sending = store.advance(Vec::new(), super::outbox::limits(10)).await.unwrap().sending;
    let bodies: Vec<_> = sending.iter().map(|message| &message.body[..]).collect();
    assert_eq!(bodies, [br#"{"text":"one"}"#, br#"{"text":"two"}"#]);
    // A number is not used twice.
    assert_eq!(store.enqueue(vec![message("reply")]).await.unwrap(), [Enqueued::New(OutboxId(5))]);
    store.close().await;

    let (_directory, new) = file();
    SqliteStore::open(&new).await.unwrap().close().await;
    assert_eq!(definitions(&path), definitions(&new));
}

/// Returns the files of a store that contain a text.
pub(super) fn containing(path: &Path, text: &str) -> Vec<&'static str> {
    let has = |suffix: &&str| {
        let bytes = std::fs::read(beside(path, suffix)).unwrap_or_default();
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    ["", "-wal", "-shm", ".lock"].into_iter().filter(has).collect()
}

#[tokio::test]
async fn erased_bytes_are_in_no_file() {
    // A short text, and one that fills many pages.
    for repeats in [1, 20_000] {
        let (_directory, path) = file();
        let store = SqliteStore::open(&path).await.unwrap();
        let [first, other, alone] =
            ["secret-one ", "kept-text ", "secret-two "].map(|text| text.repeat(repeats).trim().to_owned());
        let ids = append(&store, "a", &[&first, &other]).await;
        let alone_id = append(&store, "b", &[&alone]).await[0];
        let results =
            store.operate(vec![(ids[0], OperatorAction::DeadLetter), (ids[0], OperatorAction::Replay)]).await.unwrap();
        let [OperatorResult::Done, OperatorResult::Replayed(replay)] = results[..] else { panic!("{results:?}") };
        assert!(!containing(&path, "secret-one").is_empty());
        let erasures = [ids[0], alone_id, replay].map(|item| Erasure { item, envelope: None });
        assert_eq!(store.erase(erasures.to_vec()).await.unwrap(), 3);

        assert_eq!(claim(&store, LEASE).await.1, std::slice::from_ref(&other));
        let body = store.body(ids[1]).await.unwrap().unwrap();
        assert_eq!(body.len(), first.len() + other.len() + 2);
        assert!(body.ends_with(other.as_bytes()));
        assert_eq!(store.body(alone_id).await.unwrap(), None);
        store.close().await;
        for text in ["secret-one", "secret-two"] {
            assert_eq!(containing(&path, text), [""; 0], "{text} * {repeats}");
        }
        assert_eq!(containing(&path, "kept-text"), [""]);
    }
}

#[tokio::test]
async fn replay_has_no_bytes_of_other_items() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let ids = append(&store, "a", &["secret-one", "kept-text"]).await;
    store.operate(vec![(ids[1], OperatorAction::DeadLetter)]).await.unwrap();
    let results = store.operate(vec![(ids[1], OperatorAction::Replay)]).await.unwrap();
    let [OperatorResult::Replayed(replay)] = results[..] else { panic!("{results:?}") };
    store.erase(vec![Erasure { item: ids[0], envelope: None }]).await.unwrap();
    assert_eq!(store.body(replay).await.unwrap().unwrap(), b"kept-text");
    store.close().await;
    assert_eq!(containing(&path, "secret-one"), [""; 0]);
}

#[tokio::test]
async fn vacuum_makes_the_file_smaller() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let long = "long".repeat(250_000);
    let ids = append(&store, "a", &[&long, "short"]).await;
    append(&store, "b", &["other"]).await;
    store.operate(vec![(ids[1], OperatorAction::DeadLetter), (ids[1], OperatorAction::Replay)]).await.unwrap();
    store.erase(ids.iter().map(|item| Erasure { item: *item, envelope: None }).collect()).await.unwrap();
    store.vacuum().await.unwrap();
    assert!(std::fs::metadata(&path).unwrap().len() < 200_000);
    // The store goes on beside it.
    append(&store, "b", &["last"]).await;
    let claims = store.claim(limits(LEASE)).await.unwrap();
    assert_eq!(claims.iter().map(|claim| claim.items.len()).collect::<Vec<_>>().iter().sum::<usize>(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_waiting_bytes_are_refused() {
    let (_directory, path) = file();
    let store = SqliteOptions::new(&path).with_max_waiting_bytes(10_000).open().await.unwrap();
    append(&store, "a", &["first"]).await;
    let (lease, _) = claim(&store, LEASE).await;
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, ending) = std::sync::mpsc::channel();
    let busy = store.clone();
    // The writer does nothing else until it is told to.
    let wait = tokio::spawn(async move {
        let work = move |_: &Connection| {
            begun.send(()).unwrap();
            ending.recv().map_err(|_| ())
        };
        busy.complete_in(lease, incs_relay::store::ItemId(1), LEASE, work).await
    });
    tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();

    let long = "x".repeat(6000);
    let waiting = tokio::spawn({
        let (store, delivery) = (store.clone(), delivery("b", &[&long]));
        async move { store.append(vec![delivery]).await }
    });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(store.append(vec![delivery("c", &[&long])]).await, Err(StoreError::Busy));
    end.send(()).unwrap();
    wait.await.unwrap().unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().concat().len(), 1);
    append(&store, "c", &[&long]).await;
    // One delivery may be larger than the limit.
    append(&store, "d", &[&"x".repeat(20_000)]).await;
}

#[cfg(unix)]
#[tokio::test]
async fn other_names_of_the_file_have_the_same_owner() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("relay.db");
    let store = SqliteStore::open(&file).await.unwrap();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&file, &link).unwrap();
    assert!(matches!(SqliteStore::open(&link).await, Err(StoreError::Owned)));
    store.close().await;
    // A second hard link would have a log of its own.
    std::fs::hard_link(&file, folder.path().join("hard.db")).unwrap();
    for name in ["relay.db", "hard.db"] {
        let error = SqliteStore::open(folder.path().join(name)).await.unwrap_err();
        assert!(error.to_string().contains("hard links"), "{error}");
    }
}
