//! The outbox of a `SqliteStore`: transactions of the caller, restarts, and what it writes.

use std::time::Duration;

use incs_model::{Timestamp, whatsapp};
use incs_relay::clock::Clock;
use incs_relay::store::{
    Decision, DecisionResult, Enqueued, OutboxEntry, OutboxFilter, OutboxId, OutboxMessage, OutboxState, Proof,
    RecipientKey, Recorded, SendLimits, SendOutcome, SendResult, SenderId, SqliteOptions, SqliteStore, Store,
    StoreError,
};
use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior, params};

use super::sqlite::{containing, file};
use super::{append, claim};

const LEASE: Duration = Duration::from_mins(1);
const NUMBER: &str = "6281200045678";

/// Returns an ordered message, all to one recipient.
pub(super) fn message(key: &str) -> OutboxMessage {
    OutboxMessage::try_new(key, whatsapp::Message::new(NUMBER.parse().unwrap(), "a text to a customer")).unwrap()
}

pub(super) fn limits(limit: usize) -> SendLimits {
    SendLimits { sender: SenderId(7), limit, lease: LEASE, hold: LEASE, is_reported: false }
}

async fn mark(store: &impl Store, limit: usize) -> Vec<OutboxId> {
    let advanced = store.advance(Vec::new(), limits(limit)).await.unwrap();
    advanced.sending.iter().map(|message| message.id).collect()
}

async fn record(store: &impl Store, id: OutboxId, outcome: SendOutcome) -> Recorded {
    let result = SendResult { id, attempt: 1, outcome };
    store.advance(vec![result], limits(0)).await.unwrap().recorded[0]
}

async fn entries(store: &impl Store) -> Vec<OutboxEntry> {
    store.messages(OutboxFilter { limit: 1000, ..OutboxFilter::default() }).await.unwrap()
}

fn accepted(message_id: &str) -> SendOutcome {
    SendOutcome::Accepted { message_id: Some(message_id.to_owned()), error: None }
}

#[tokio::test]
async fn message_is_stored_in_the_callers_transaction() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let mut connection = Connection::open(&path).unwrap();
    connection.execute_batch("CREATE TABLE orders(id INTEGER PRIMARY KEY)").unwrap();

    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    transaction.execute("INSERT INTO orders VALUES (1)", []).unwrap();
    assert!(matches!(SqliteStore::enqueue_in(&transaction, &message("one")), Ok(Enqueued::New(_))));
    transaction.rollback().unwrap();
    assert!(entries(&store).await.is_empty());
    assert!(mark(&store, 10).await.is_empty());

    // A transaction that begins with the message takes the lock at once.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Deferred).unwrap();
    let Enqueued::New(id) = SqliteStore::enqueue_in(&transaction, &message("one")).unwrap() else { panic!("not new") };
    transaction.execute("INSERT INTO orders VALUES (1)", []).unwrap();
    assert_eq!(SqliteStore::enqueue_in(&transaction, &message("one")), Ok(Enqueued::Seen(id)));
    transaction.commit().unwrap();
    assert_eq!(mark(&store, 10).await, [id]);
    let mut other = message("one");
    other.channel = "rcs".to_owned();
    assert_eq!(SqliteStore::enqueue_in(&connection, &other), Ok(Enqueued::KeyReused(id)));
    assert_eq!(connection.query_row("SELECT count(*) FROM orders", [], |row| row.get::<_, i64>(0)), Ok(1));
}

#[tokio::test]
async fn statement_of_the_caller_keeps_the_order() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let connection = Connection::open(&path).unwrap();
    let enqueue = |message: &OutboxMessage| {
        let values = params![
            message.key,
            message.channel,
            std::str::from_utf8(&message.body).unwrap(),
            message.recipient.map(RecipientKey::as_i64),
            message.content.map(|content| content.as_bytes().to_vec()),
            message.is_ordered,
            message.is_free_form,
            message.not_after.map(Timestamp::as_millisecond),
            Timestamp::now().as_millisecond(),
        ];
        connection.execute(SqliteStore::ENQUEUE_SQL, values).unwrap()
    };
    let [first, second, unordered] = [message("first"), message("second"), message("unordered").unordered()];
    assert_eq!([&first, &first, &second, &unordered].map(enqueue), [1, 0, 1, 1]);
    // It is the same message, also if a text was bound.
    let again = vec![first, second, unordered];
    let ids: Vec<_> = entries(&store).await.iter().map(|entry| entry.id).collect();
    let seen: Vec<_> = ids.iter().map(|id| Enqueued::Seen(*id)).collect();
    assert_eq!(store.enqueue(again).await.unwrap(), seen);

    let marked = mark(&store, 10).await;
    assert_eq!(marked, [ids[0], ids[2]]);
    let message_to = |entry: &OutboxEntry| (entry.recipient, entry.content.is_some(), entry.is_free_form);
    let recipient = RecipientKey::of_phone(&NUMBER.parse().unwrap());
    assert!(entries(&store).await.iter().all(|entry| message_to(entry) == (recipient, true, true)));
}

#[tokio::test]
async fn values_of_a_wrong_type_are_refused() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let connection = Connection::open(&path).unwrap();
    let names = ["body", "is_ordered", "is_free_form", "not_after", "content", "recipient", "now"];
    for name in names {
        let value = |own: &str, usual: Value| if own == name { Value::Text("true".to_owned()) } else { usual };
        let values = params![
            "key",
            "rcs",
            if name == "body" { Value::Null } else { Value::Text("{}".to_owned()) },
            value("recipient", Value::Integer(1)),
            value("content", Value::Null),
            value("is_ordered", Value::Integer(1)),
            value("is_free_form", Value::Integer(0)),
            value("not_after", Value::Null),
            value("now", Value::Integer(0)),
        ];
        let error = connection.execute(SqliteStore::ENQUEUE_SQL, values).expect_err(name);
        assert_eq!(error.sqlite_error_code(), Some(rusqlite::ErrorCode::ConstraintViolation), "{name}");
    }
    assert!(entries(&store).await.is_empty());
}

#[tokio::test]
async fn closure_of_a_completion_enqueues() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    let items = append(&store, "a", &["first"]).await;
    let (lease, _) = claim(&store, LEASE).await;
    let work = |connection: &Connection| SqliteStore::enqueue_in(connection, &message("reply"));
    assert!(matches!(store.complete_in(lease, items[0], LEASE, work).await, Ok(Enqueued::New(_))));
    // A stale lease undoes the message too.
    let work = |connection: &Connection| SqliteStore::enqueue_in(connection, &message("other"));
    assert!(store.complete_in(lease, items[0], LEASE, work).await.is_err());
    assert_eq!(entries(&store).await.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), ["reply"]);
}

#[tokio::test]
async fn file_of_another_program_takes_no_message() {
    let connection = Connection::open_in_memory().unwrap();
    assert!(matches!(SqliteStore::enqueue_in(&connection, &message("one")), Err(StoreError::Engine(_))));
}

#[tokio::test]
async fn id_belongs_to_one_message() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    store.enqueue(["a", "b", "c"].map(|key| message(key).unordered()).to_vec()).await.unwrap();
    let ids = mark(&store, 3).await;
    assert_eq!(record(&store, ids[0], accepted("wamid.A")).await, Recorded::Applied(OutboxState::Accepted));
    assert_eq!(record(&store, ids[1], accepted("wamid.A")).await, Recorded::Applied(OutboxState::Unknown));
    let lost = SendOutcome::Unknown { error: "the connection was closed".to_owned() };
    assert_eq!(record(&store, ids[2], lost).await, Recorded::Applied(OutboxState::Unknown));
    let error = entries(&store).await[1].error.clone();
    assert_eq!(error.as_deref(), Some("the reply gives the id of another message"));

    let found = |message_id: &str| Decision::Found { message_id: message_id.to_owned(), proof: Proof::Likely };
    let decisions = vec![(ids[1], found("wamid.A")), (ids[1], found("wamid.B")), (ids[2], found("wamid.B"))];
    let results = store.decide(decisions).await.unwrap();
    assert_eq!(results, [DecisionResult::IdTaken(ids[0]), DecisionResult::Done, DecisionResult::IdTaken(ids[1])]);
}

#[tokio::test]
async fn restart_makes_messages_that_are_being_sent_unknown() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    store.enqueue(vec![message("first"), message("second")]).await.unwrap();
    let marked = mark(&store, 10).await;
    assert_eq!(store.expire_sends(LEASE, LEASE).await.unwrap().unknown, 0);
    store.close().await;

    let store = SqliteStore::open(&path).await.unwrap();
    let other = SendLimits { sender: SenderId(8), ..limits(10) };
    let sending = store.advance(Vec::new(), other).await.unwrap().sending;
    assert!(sending.is_empty(), "the second one waits for the first one");
    assert_eq!(store.expire_sends(LEASE, LEASE).await.unwrap().unknown, 1);
    let states: Vec<_> = entries(&store).await.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [OutboxState::Unknown, OutboxState::Queued]);
    assert!(mark(&store, 10).await.is_empty(), "the first one holds the second one");
    // The reply of the old attempt was on its way.
    assert_eq!(record(&store, marked[0], accepted("wamid.A")).await, Recorded::Applied(OutboxState::Accepted));
    assert_eq!(mark(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn idle_sender_writes_nothing() {
    let (_directory, path) = file();
    let store = SqliteStore::open(&path).await.unwrap();
    store.enqueue(vec![message("first"), message("second")]).await.unwrap();
    let first = mark(&store, 10).await[0];
    record(&store, first, SendOutcome::Unknown { error: String::new() }).await;
    let observer = Connection::open(&path).unwrap();
    let version = || observer.query_row("PRAGMA data_version", [], |row| row.get::<_, i64>(0)).unwrap();
    let before = version();
    for _ in 0..3 {
        assert!(mark(&store, 10).await.is_empty());
        store.expire_sends(LEASE, LEASE).await.unwrap();
        assert!(store.claim_reports(10, LEASE).await.unwrap().is_empty());
    }
    assert_eq!(version(), before);
    store.enqueue(vec![message("third")]).await.unwrap();
    assert_ne!(version(), before);
}

#[tokio::test]
async fn clock_that_was_set_back_delays_no_message() {
    let (_directory, path) = file();
    let now = Timestamp::now();
    let at = |time: Timestamp| SqliteOptions::new(&path).with_clock(Clock::of(move || time)).open();
    let store = at(now + Duration::from_hours(5)).await.unwrap();
    store.enqueue(vec![message("first")]).await.unwrap();
    store.close().await;
    let store = at(now).await.unwrap();
    assert_eq!(mark(&store, 10).await.len(), 1);
}

#[tokio::test]
async fn erased_message_is_in_no_file() {
    for repeats in [1, 2000] {
        let (_directory, path) = file();
        let store = SqliteStore::open(&path).await.unwrap();
        let text = "secret ".repeat(repeats);
        let mut messages = ["first", "second"].map(message);
        for message in &mut messages {
            message.body = text.as_bytes().into();
        }
        store.enqueue(messages.to_vec()).await.unwrap();
        mark(&store, 1).await;
        assert!(!containing(&path, "secret").is_empty());
        let recipient = messages[0].recipient.unwrap();
        assert_eq!(store.erase_messages(vec![recipient]).await.unwrap(), 2);
        assert_eq!(store.erase_messages(vec![recipient]).await.unwrap(), 0);
        let states: Vec<_> = entries(&store).await.iter().map(|entry| (entry.state, entry.is_erased)).collect();
        assert_eq!(states, [(OutboxState::Sending, true), (OutboxState::Cancelled, true)]);
        store.close().await;
        assert_eq!(containing(&path, "secret"), [""; 0], "{repeats}");
    }
}
