//! The outbox: transactions of the caller, lost replies, several senders, and the cost of operations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use incs_model::Timestamp;
use incs_model::delivery::{DeliveryUpdate, Stage};
use incs_relay::store::{
    Completion, CustomerContact, Decision, DecisionResult, Enqueued, NextStep, OutboxEntry, OutboxFilter, OutboxId,
    OutboxMessage, OutboxState, Proof, RecipientKey, Recorded, Reported, Retention, SendLimits, SendOutcome,
    SendResult, SenderId, SendingMessage, Sighting, SightingKind, StatusUpdate, Store, StoreError,
};
use incs_relay_postgres::tokio_postgres::Client;
use incs_relay_postgres::{EnqueuedIn, PgOptions, PgStore};
use incs_relay_testing::postgres::{self, Server};
use incs_relay_testing::proxy::Proxy;
use tokio::time::{sleep, timeout};

use crate::support::{LONG, append, claim, connect, delivery, message, open};

fn limits(sender: u64, limit: usize) -> SendLimits {
    SendLimits { sender: SenderId(sender), limit, lease: LONG, hold: LONG, is_reported: false }
}

async fn mark(store: &impl Store, limit: usize) -> Vec<OutboxId> {
    ids(&store.advance(Vec::new(), limits(7, limit)).await.unwrap().sending)
}

fn ids(messages: &[SendingMessage]) -> Vec<OutboxId> {
    messages.iter().map(|message| message.id).collect()
}

async fn entries(store: &impl Store) -> Vec<OutboxEntry> {
    store.messages(OutboxFilter { limit: 10_000, ..OutboxFilter::default() }).await.unwrap()
}

async fn keys(store: &impl Store) -> Vec<String> {
    entries(store).await.into_iter().map(|entry| entry.key).collect()
}

fn accepted(message_id: &str) -> SendOutcome {
    SendOutcome::Accepted { message_id: Some(message_id.to_owned()), error: None }
}

fn result(id: OutboxId, attempt: u32, outcome: SendOutcome) -> SendResult {
    SendResult { id, attempt, outcome }
}

#[tokio::test]
async fn message_is_stored_with_the_callers_change_or_not_at_all() {
    let Some(server) = postgres::shared("message_is_stored_with_the_callers_change_or_not_at_all") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    let mut client = connect(&url).await;
    let transaction = client.transaction().await.unwrap();
    assert_eq!(store.enqueue_in(&transaction, &message("one")).await, Ok(EnqueuedIn::New));
    transaction.rollback().await.unwrap();
    assert!(mark(&store, 10).await.is_empty());

    let mut other = message("one");
    other.channel = "rcs".to_owned();
    let transaction = client.transaction().await.unwrap();
    assert_eq!(store.enqueue_in(&transaction, &message("one")).await, Ok(EnqueuedIn::New));
    assert_eq!(store.enqueue_in(&transaction, &message("one")).await, Ok(EnqueuedIn::Seen));
    assert_eq!(store.enqueue_in(&transaction, &other).await, Ok(EnqueuedIn::KeyReused));
    assert_eq!(store.enqueue_in(&transaction, &message("two")).await, Ok(EnqueuedIn::New));
    assert!(mark(&store, 10).await.is_empty(), "it is not committed");
    transaction.commit().await.unwrap();
    let id = mark(&store, 10).await[0];
    assert_eq!(keys(&store).await, ["one", "two"]);

    // The same by the key of a message that was taken up.
    let transaction = client.transaction().await.unwrap();
    assert_eq!(store.enqueue_in(&transaction, &message("one")).await, Ok(EnqueuedIn::Seen));
    assert_eq!(store.enqueue_in(&transaction, &other).await, Ok(EnqueuedIn::KeyReused));
    transaction.commit().await.unwrap();
    let enqueued = store.enqueue(vec![message("one"), other, message("three"), message("three")]).await.unwrap();
    let Enqueued::New(third) = enqueued[2] else { panic!("{enqueued:?}") };
    assert_eq!(enqueued, [Enqueued::Seen(id), Enqueued::KeyReused(id), Enqueued::New(third), Enqueued::Seen(third)]);
    assert_eq!(keys(&store).await, ["one", "two", "three"]);
}

#[tokio::test]
async fn statement_of_the_caller_stores_a_whole_message() {
    let Some(server) = postgres::shared("statement_of_the_caller_stores_a_whole_message") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    let client = connect(&url).await;
    // Prepared, so that the server finds the types.
    let statement = client.prepare(&store.enqueue_sql()).await.unwrap();
    let message = message("one").with_not_after("2100-01-01T00:00:00Z".parse().unwrap());
    let enqueue = async |message: &OutboxMessage| {
        let row = client
            .query_one(
                &statement,
                &[
                    &message.key,
                    &message.channel,
                    &&message.body[..],
                    &message.recipient.map(RecipientKey::as_i64),
                    &message.content.map(|content| content.as_bytes().to_vec()),
                    &message.is_ordered,
                    &message.is_free_form,
                    &message.not_after.map(Timestamp::as_millisecond),
                ],
            )
            .await
            .unwrap();
        row.get::<_, i16>(0)
    };
    let mut other = message.clone();
    other.not_after = None;
    assert_eq!([enqueue(&message).await, enqueue(&message).await, enqueue(&other).await], [0, 1, 2]);
    let entry = entries(&store).await.remove(0);
    assert_eq!((entry.recipient, entry.content), (message.recipient, message.content));
    assert_eq!((entry.is_ordered, entry.is_free_form, entry.not_after), (true, true, message.not_after));
    assert_eq!(store.message_body(entry.id).await.unwrap().as_deref(), Some(&message.body[..]));
}

#[tokio::test]
async fn long_transaction_is_passed_by_others() {
    let Some(server) = postgres::shared("long_transaction_is_passed_by_others") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    let (mut slow, mut quick) = (connect(&url).await, connect(&url).await);
    let transaction = slow.transaction().await.unwrap();
    store.enqueue_in(&transaction, &message("slow")).await.unwrap();
    let others = async {
        let transaction = quick.transaction().await.unwrap();
        store.enqueue_in(&transaction, &message("quick")).await.unwrap();
        transaction.commit().await.unwrap();
        store.enqueue(vec![message("direct")]).await.unwrap();
        mark(&store, 1).await
    };
    let marked = timeout(Duration::from_secs(3), others).await.expect("something waited for the transaction");
    transaction.commit().await.unwrap();
    assert_eq!(keys(&store).await, ["quick", "direct", "slow"]);
    assert_eq!(entries(&store).await[0].id, marked[0]);
}

#[tokio::test]
async fn key_that_another_transaction_stores_is_waited_for() {
    let Some(server) = postgres::shared("key_that_another_transaction_stores_is_waited_for") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    for is_committed in [true, false] {
        let (mut first, mut second) = (connect(&url).await, connect(&url).await);
        let key = format!("key {is_committed}");
        let transaction = first.transaction().await.unwrap();
        store.enqueue_in(&transaction, &message(&key)).await.unwrap();
        let later = second.transaction().await.unwrap();
        let message = message(&key);
        let (answer, ()) = tokio::join!(store.enqueue_in(&later, &message), async {
            sleep(Duration::from_millis(100)).await;
            if is_committed {
                transaction.commit().await.unwrap();
                // It is in the outbox when the other one goes on, or will be soon.
                mark(&store, 1).await;
            } else {
                transaction.rollback().await.unwrap();
            }
        });
        later.commit().await.unwrap();
        assert_eq!(answer, Ok(if is_committed { EnqueuedIn::Seen } else { EnqueuedIn::New }));
    }
    assert_eq!(keys(&store).await, ["key true", "key false"]);
}

#[tokio::test]
async fn message_of_a_handler_is_kept_once() {
    let Some(server) = postgres::shared("message_of_a_handler_is_kept_once") else { return };
    let store = open(&server.database().unwrap()).await;
    append(&store, "a", &["one"]).await;
    let lease = claim(&store, LONG).await[0].lease;
    for text in ["reply", "another reply"] {
        let mut message = message("reply");
        message.body = text.as_bytes().into();
        let completion =
            Completion { next: NextStep::KeepLease, enqueue: vec![message], ..Completion::release(lease, Vec::new()) };
        store.complete(vec![completion]).await.unwrap();
        let entry = entries(&store).await.remove(0);
        assert_eq!(store.message_body(entry.id).await.unwrap().as_deref(), Some(&b"reply"[..]));
    }
    assert_eq!(entries(&store).await.len(), 1);
}

#[tokio::test]
async fn lost_reply_makes_no_message_unknown() {
    let Some(server) = postgres::shared("lost_reply_makes_no_message_unknown") else { return };
    let url = server.database().unwrap();
    let proxy = Proxy::start(server.port()).unwrap();
    let store = PgOptions::new(&proxy.through(&url, server.port())).unwrap().without_listening().open().await.unwrap();
    let messages = ["a", "b", "c", "d"].map(|key| message(key).unordered());
    store.enqueue(messages.to_vec()).await.unwrap();
    let first = mark(&store, 1).await;

    proxy.lose_replies(1);
    let results = vec![result(first[0], 1, accepted("wamid.A")), result(OutboxId(999), 1, accepted("wamid.B"))];
    let advanced = store.advance(results, limits(7, 2)).await.unwrap();
    assert_eq!(proxy.replies_to_lose(), 0);
    assert_eq!(advanced.recorded, [Recorded::Applied(OutboxState::Accepted), Recorded::Final]);
    assert_eq!(
        advanced.sending.iter().map(|message| (&*message.key, message.attempt)).collect::<Vec<_>>(),
        [("b", 1), ("c", 1)]
    );
    let states: Vec<_> = entries(&store).await.iter().map(|entry| (entry.state, entry.attempts)).collect();
    let sending = (OutboxState::Sending, 1);
    assert_eq!(states, [(OutboxState::Accepted, 1), sending, sending, (OutboxState::Queued, 0)]);

    // Recorded twice by two calls, it is no first outcome.
    let again = vec![result(first[0], 1, accepted("wamid.A"))];
    assert_eq!(store.advance(again, limits(7, 0)).await.unwrap().recorded, [Recorded::Final]);

    // The sender takes another number after this, so that the last message becomes unknown.
    proxy.lose_replies(2);
    let lost = store.advance(Vec::new(), limits(8, 2)).await;
    assert!(matches!(lost, Err(StoreError::Unreachable(_))), "{lost:?}");
    assert_eq!(entries(&store).await[3].state, OutboxState::Sending);
    store.renew_sender(SenderId(8), Duration::ZERO).await.unwrap();
    assert_eq!(store.expire_sends(LONG, LONG).await.unwrap().unknown, 1);
}

/// Calls `advance` as a store does. Returns the keys of the messages that are marked.
async fn advance(client: &Client, mark: i64, is_repeated: bool) -> Vec<String> {
    let sql = "SELECT key FROM incs_relay.advance(NULL, $1, $2, 7, 1, 60000, 60000, false, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}')";
    client.query(sql, &[&mark, &is_repeated]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn call_that_comes_after_its_repetition_marks_nothing() {
    let Some(server) = postgres::shared("call_that_comes_after_its_repetition_marks_nothing") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    let client = connect(&url).await;
    store.enqueue(["a", "b", "c"].map(|key| message(key).unordered()).to_vec()).await.unwrap();
    assert_eq!(advance(&client, 1, true).await, ["a"]);
    assert_eq!(advance(&client, 1, false).await, [""; 0]);
    assert_eq!(advance(&client, 2, false).await, ["b"]);
    assert_eq!(advance(&client, 2, true).await, ["b"]);
    // What has ended meanwhile is not sent again.
    let sending = entries(&store).await[1].id;
    store.advance(vec![result(sending, 1, accepted("wamid.B"))], limits(7, 0)).await.unwrap();
    assert_eq!(advance(&client, 2, true).await, ["c"]);
    assert_eq!(entries(&store).await.iter().map(|entry| entry.attempts).collect::<Vec<_>>(), [1, 1, 1]);
}

#[tokio::test]
async fn texts_may_contain_any_character() {
    let Some(server) = postgres::shared("texts_may_contain_any_character") else { return };
    let store = open(&server.database().unwrap()).await;
    let odd = "a\0b \u{1f600} ' \" \\ {s} $1";
    let shown = odd.replace('\0', "\u{fffd}");
    let mut message = message(odd);
    message.body = odd.as_bytes().into();
    store.enqueue(vec![message.clone()]).await.unwrap();
    assert!(matches!(store.enqueue(vec![message]).await.unwrap()[..], [Enqueued::Seen(_)]));
    let id = mark(&store, 1).await[0];
    let unknown = SendOutcome::Unknown { error: odd.to_owned() };
    store.advance(vec![result(id, 1, unknown)], limits(7, 0)).await.unwrap();
    let accept = Decision::Accept { message_id: Some(odd.to_owned()), by: odd.to_owned() };
    assert_eq!(store.decide(vec![(id, accept)]).await.unwrap(), [DecisionResult::Done]);
    store.set_property(odd, odd).await.unwrap();
    assert_eq!(store.property(odd).await.unwrap().as_deref(), Some(&*shown));
    let found = store.messages(OutboxFilter { key: Some(odd.to_owned()), limit: 1, ..OutboxFilter::default() }).await;
    let entry = found.unwrap().remove(0);
    assert_eq!((&*entry.key, entry.message_id, entry.decided_by), (&*shown, Some(shown.clone()), Some(shown.clone())));
    assert_eq!(entry.error, Some(shown));
    assert_eq!(store.message_body(id).await.unwrap().as_deref(), Some(odd.as_bytes()));
}

/// Several processes send the messages of a few orders while others enqueue. Each message is marked once, in its order, and never two of an
/// order at the same time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_senders_keep_the_order() {
    const ORDERS: i64 = 5;
    const MESSAGES: u64 = 150;
    let Some(server) = postgres::shared("several_senders_keep_the_order") else { return };
    let url = server.database().unwrap();
    let store = open(&url).await;
    let enqueuing = async |client: Option<Client>, name: &str| {
        let mut client = client;
        for number in 0..MESSAGES {
            let mut message = message(&format!("{name} {number}"));
            message.recipient = Some(RecipientKey::from_i64(number.cast_signed() % ORDERS));
            if let Some(client) = &mut client {
                let transaction = client.transaction().await.unwrap();
                store.enqueue_in(&transaction, &message).await.unwrap();
                transaction.commit().await.unwrap();
            } else {
                store.enqueue(vec![message]).await.unwrap();
            }
        }
    };
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut senders = Vec::new();
    for sender in 0..4 {
        let (store, log) = (open(&url).await, Arc::clone(&log));
        senders.push(tokio::spawn(async move {
            let mut results = Vec::new();
            while (log.lock().unwrap().len() as u64) < 2 * MESSAGES {
                let advanced = store.advance(std::mem::take(&mut results), limits(sender, 3)).await.unwrap();
                for message in advanced.sending {
                    log.lock().unwrap().push(message.id);
                    results.push(result(message.id, message.attempt, accepted(&format!("wamid.{}", message.id))));
                }
            }
            store.advance(results, limits(sender, 0)).await.unwrap();
        }));
    }
    tokio::join!(enqueuing(None, "direct"), enqueuing(Some(connect(&url).await), "staged"));
    for sender in senders {
        sender.await.unwrap();
    }
    let entries = entries(&store).await;
    assert!(entries.iter().all(|entry| entry.state == OutboxState::Accepted && entry.attempts == 1));
    let log = log.lock().unwrap();
    assert_eq!(log.iter().collect::<BTreeSet<_>>().len(), entries.len());
    let mut sent: BTreeMap<i64, Vec<&OutboxEntry>> = BTreeMap::new();
    for entry in &entries {
        sent.entry(entry.recipient.unwrap().as_i64()).or_default().push(entry);
    }
    for (before, after) in sent.values().flat_map(|order| order.iter().zip(order.iter().skip(1))) {
        assert!(before.changed_at <= after.sending_at.unwrap(), "{} left before {} had ended", after.id, before.id);
    }
    // Each enqueuer's messages have numbers in the order in which it enqueued them.
    for name in ["direct", "staged"] {
        let numbers = entries.iter().filter_map(|entry| entry.key.strip_prefix(name)?.trim().parse::<u64>().ok());
        assert!(numbers.eq(0..MESSAGES), "{name}");
    }
}

/// Senders whose connections are cut in the middle of statements and replies. Each message leaves at most once, and none stays marked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_connections_send_nothing_twice() {
    const MESSAGES: usize = 600;
    let Some(server) = postgres::shared("cut_connections_send_nothing_twice") else { return };
    let url = server.database().unwrap();
    let direct = open(&url).await;
    let messages: Vec<_> = (0..MESSAGES).map(|number| message(&format!("{number}")).unordered()).collect();
    direct.enqueue(messages).await.unwrap();
    let proxy = Proxy::start(server.port()).unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let lease = Duration::from_millis(500);
    let send = async |store: PgStore, is_over: Arc<AtomicBool>| {
        let (mut sender, mut left, mut results) = (fastrand::u64(..), Vec::new(), Vec::new());
        while !is_over.load(Ordering::Relaxed) || !results.is_empty() {
            let limit = if is_over.load(Ordering::Relaxed) { 0 } else { 3 };
            let limits = SendLimits { lease, ..limits(sender, limit) };
            // As the relay does, it is another sender after an error, and records the same outcomes again.
            let Ok(advanced) = store.advance(results.clone(), limits).await else {
                sender = fastrand::u64(..);
                continue;
            };
            results.clear();
            for message in advanced.sending {
                left.push(message.id);
                results.push(result(message.id, message.attempt, accepted(&format!("wamid.{}", message.id))));
            }
            sleep(Duration::from_millis(2)).await;
        }
        left
    };
    let mut senders = Vec::new();
    for _ in 0..3 {
        let store =
            PgOptions::new(&proxy.through(&url, server.port())).unwrap().without_listening().open().await.unwrap();
        senders.push(send(store, Arc::clone(&is_over)));
    }
    let disturb = async {
        for round in 0..50 {
            match round % 4 {
                0 => proxy.cut_after_requests_bytes(fastrand::usize(1..4000)),
                1 => proxy.cut_after_reply_bytes(fastrand::usize(1..2000)),
                2 => proxy.lose_replies(fastrand::usize(1..4)),
                _ => proxy.cut_all(),
            }
            sleep(Duration::from_millis(fastrand::u64(10..50))).await;
            proxy.cut_no_more();
            sleep(Duration::from_millis(fastrand::u64(10..50))).await;
        }
        is_over.store(true, Ordering::Relaxed);
    };
    let (left, ()) = tokio::join!(futures_util::future::join_all(senders), disturb);
    let left = left.concat();
    let distinct: BTreeSet<_> = left.iter().collect();
    assert_eq!(distinct.len(), left.len(), "a message left twice");
    sleep(lease).await;
    let expired = direct.expire_sends(LONG, LONG).await.unwrap().unknown;
    let states = direct.stats().await.unwrap().outbox;
    assert_eq!(states.count(OutboxState::Accepted), left.len() as u64, "an outcome was lost");
    assert_eq!(states.count(OutboxState::Sending), 0);
    assert_eq!(states.count(OutboxState::Unknown), expired);
    assert!(left.len() > 50, "only {} left, so little was tried", left.len());
}

#[tokio::test]
async fn idle_sender_writes_nothing() {
    if postgres::is_left_out("idle_sender_writes_nothing") {
        return;
    }
    let server = Server::start_with(&[("autovacuum", "off")]).unwrap();
    let url = server.url();
    let store = open(&url).await;
    store.enqueue(vec![message("first"), message("second")]).await.unwrap();
    let first = mark(&store, 10).await[0];
    let unknown = SendOutcome::Unknown { error: String::new() };
    store.advance(vec![result(first, 1, unknown)], limits(7, 0)).await.unwrap();
    let client = connect(&url).await;
    // The number that the next transaction gets which writes.
    let next = async || {
        let row = client.query_one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text", &[]).await.unwrap();
        row.get::<_, String>(0)
    };
    let before = next().await;
    for _ in 0..3 {
        assert!(mark(&store, 10).await.is_empty());
        store.expire_sends(LONG, LONG).await.unwrap();
        assert!(store.claim_reports(10, LONG).await.unwrap().is_empty());
        store.stats().await.unwrap();
    }
    assert_eq!(next().await, before);
    store.enqueue(vec![message("third")]).await.unwrap();
    assert_ne!(next().await, before);
}

const WAITING: i64 = 50_000;

/// As many accepted messages, unordered ones that are due later, and ordered ones, all to one recipient. The first ordered one is due.
const FILL: &str = "
    INSERT INTO incs_relay.outbox(id, key, channel, state, next_at, due_at, enqueued_at, changed_at, accepted_at, receipt_at, message_id,
        is_ordered, is_free_form, recipient, body)
    SELECT nextval('incs_relay.outbox_id'), kind || number, 'whatsapp', CASE kind WHEN 'accepted' THEN 2 ELSE 0 END,
        CASE WHEN kind = 'ordered' AND number = 1 THEN now WHEN kind = 'later' THEN now + 3600000 END,
        now, now, now, CASE kind WHEN 'accepted' THEN now END, CASE kind WHEN 'accepted' THEN now END,
        CASE kind WHEN 'accepted' THEN 'wamid.' || number END, kind = 'ordered', false, $1::bigint, '{}'
    FROM unnest('{accepted,later,ordered}'::text[]) AS kind, generate_series(1, $2::bigint) AS number, incs_relay.now_ms(NULL) AS now
    ORDER BY kind, number";

/// Returns the number of rows of the outbox and of index entries that were read so far.
async fn rows_read(client: &Client) -> i64 {
    let sql = "SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE schemaname = 'incs_relay')::bigint
        + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE schemaname = 'incs_relay')::bigint";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

/// Makes the backends report what they have read, which they do once a second.
async fn report(store: &PgStore, client: &Client) {
    sleep(Duration::from_millis(1100)).await;
    store.property("a").await.unwrap();
    client.query("SELECT", &[]).await.unwrap();
    sleep(Duration::from_millis(200)).await;
}

/// Performs every operation that a relay makes all the time. `round` makes keys and ids new.
async fn operate(store: &PgStore, client: &mut Client, round: i64, recipient: RecipientKey) {
    let key = |name: &str| format!("{name} of round {round}");
    let mut ordered = message(&key("new"));
    ordered.recipient = Some(recipient);
    let enqueued = store.enqueue(vec![ordered.clone(), ordered.clone()]).await.unwrap();
    let Enqueued::New(new) = enqueued[0] else { panic!("{enqueued:?}") };
    let mut staged = ordered.clone().unordered();
    staged.key = key("staged");
    let transaction = client.transaction().await.unwrap();
    store.enqueue_in(&transaction, &staged).await.unwrap();
    store.enqueue_in(&transaction, &ordered).await.unwrap();
    transaction.commit().await.unwrap();

    // The first ordered one, and the staged one.
    let reported = SendLimits { is_reported: true, ..limits(7, 10) };
    let sending = store.advance(Vec::new(), reported).await.unwrap().sending;
    assert_eq!(sending.len(), 2);
    let [first, other] = &sending[..] else { unreachable!() };
    let record = async |message: &SendingMessage, attempt, outcome| {
        let result = result(message.id, attempt, outcome);
        store.advance(vec![result], limits(7, 0)).await.unwrap().recorded[0]
    };
    let retry = SendOutcome::Retry { delay: Duration::ZERO, error: String::new(), is_counted: true };
    assert_eq!(record(first, 1, retry).await, Recorded::Applied(OutboxState::Queued));
    assert_eq!(ids(&store.advance(Vec::new(), reported).await.unwrap().sending), [first.id]);
    let unknown = || SendOutcome::Unknown { error: String::new() };
    assert_eq!(record(first, 2, unknown()).await, Recorded::Applied(OutboxState::Unknown));
    assert_eq!(record(other, 1, unknown()).await, Recorded::Applied(OutboxState::Unknown));
    let unresolved = store.expire_sends(LONG, Duration::ZERO).await.unwrap().unresolved;
    assert_eq!(unresolved, 2);
    store.decide(vec![(other.id, Decision::Abandon { by: "a person".to_owned() })]).await.unwrap();

    // Evidence, and receipts of an accepted message.
    append(store, &key("item"), &["text"]).await;
    let lease = claim(store, LONG).await[0].lease;
    let webhook = |id: &str, recipient| {
        let mut sighting = Sighting::new(SightingKind::Created, Timestamp::now());
        (sighting.message_id, sighting.recipient) = (Some(key(id)), recipient);
        let update = DeliveryUpdate::new();
        StatusUpdate { message_id: key(id), recipient: None, update, sighting: Some(sighting) }
    };
    let status_updates = vec![webhook("wamid.A", Some(recipient)), webhook("wamid.B", None)];
    let completion = Completion { status_updates, ..Completion::release(lease, Vec::new()) };
    store.complete(vec![completion]).await.unwrap();
    let candidates = store.candidates(first.id).await.unwrap().unwrap();
    assert!(candidates.sightings.len() >= 2);
    let found = Decision::Found { message_id: key("wamid.A"), proof: Proof::Likely };
    assert_eq!(store.decide(vec![(first.id, found)]).await.unwrap(), [DecisionResult::Done]);
    let mut read = DeliveryUpdate::new();
    read.stage = Some(Stage::Failed);
    let status = StatusUpdate { message_id: key("wamid.A"), recipient: None, update: read, sighting: None };
    store.record_statuses(vec![first.id], vec![status]).await.unwrap();

    // The message that is last in the order, and the one that is first.
    assert_eq!(store.decide(vec![(new, Decision::Cancel { by: None })]).await.unwrap().len(), 1);
    let reports = store.claim_reports(10, LONG).await.unwrap();
    assert!(!reports.is_empty());
    let reports = reports.iter().map(|entry| Reported { id: entry.id, version: entry.version, retry: None }).collect();
    store.complete_reports(reports).await.unwrap();

    let filter = OutboxFilter { limit: 10, ..OutboxFilter::default() };
    let without_receipt = Some(Timestamp::UNIX_EPOCH..Timestamp::now());
    for filter in [
        filter.clone(),
        OutboxFilter { state: Some(OutboxState::Unresolved), ..filter.clone() },
        OutboxFilter { state: Some(OutboxState::Queued), after: Some(new), ..filter.clone() },
        OutboxFilter { without_receipt, not_asked_since: Some(Timestamp::now()), ..filter.clone() },
        OutboxFilter { key: Some(key("new")), state: Some(OutboxState::Cancelled), ..filter.clone() },
        OutboxFilter { id: Some(new), ..filter },
    ] {
        store.messages(filter).await.unwrap();
    }
    store.message_body(first.id).await.unwrap();
    let mut contact = delivery(&key("contact"), &["text"]);
    let of = CustomerContact { channel: "whatsapp".to_owned(), customers: vec![recipient], at: Timestamp::now() };
    contact.items[0].contact = Some(of);
    store.append(vec![contact]).await.unwrap();
    assert!(store.last_contact("whatsapp", vec![recipient]).await.unwrap().is_some());
    store.renew_sender(SenderId(7), LONG).await.unwrap();
    assert_eq!(store.erase_messages(vec![RecipientKey::from_i64(1)]).await.unwrap(), 0);
    assert_eq!(store.sweep(Retention::default(), 100).await.unwrap().messages, 0);
}

/// The rows that are read are counted, so a scan of the queue shows, whatever the machine. Plans that were made while the tables were small
/// are used on.
#[tokio::test]
async fn cost_does_not_grow_with_the_queue() {
    if postgres::is_left_out("cost_does_not_grow_with_the_queue") {
        return;
    }
    let server = Server::start_with(&[("autovacuum", "off")]).unwrap();
    let url = server.url();
    let store = PgOptions::new(&url).unwrap().with_connections(1).without_listening().open().await.unwrap();
    let (observer, mut client) = (connect(&url).await, connect(&url).await);
    let recipient = message("a").recipient.unwrap();
    // After five uses, the server keeps a plan. It chooses another one when the statistics change.
    for round in 0..10 {
        if round == 1 || round == 8 {
            observer.batch_execute("VACUUM ANALYZE").await.unwrap();
        }
        operate(&store, &mut client, round, recipient).await;
    }
    observer.execute(FILL, &[&recipient.as_i64(), &WAITING]).await.unwrap();
    for (round, case) in [(100, "plans of small tables"), (101, "new plans")] {
        let mut store = store.clone();
        if round == 101 {
            observer.batch_execute("ANALYZE").await.unwrap();
            (store, client) = (open(&url).await, connect(&url).await);
        }
        report(&store, &client).await;
        let before = rows_read(&observer).await;
        operate(&store, &mut client, round, recipient).await;
        report(&store, &client).await;
        let read = rows_read(&observer).await - before;
        assert!(read < WAITING / 10, "{case}: {read} rows were read");
    }
}
