//! A spool in front of a store that can be switched off.

use std::future::poll_fn;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use incs_model::Timestamp;
use incs_relay::clock::Clock;
use incs_relay::contract::Suite;
use incs_relay::store::{
    Appended, ClaimLimits, CustomerContact, ItemClass, ItemFilter, MemoryStore, NewDelivery, NewItem, OrderingKey,
    RecipientKey, Spool, SpoolOptions, Spooled, SqliteStore, Store, StoreError,
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::delivery;
use super::switch::{Mode, Switched};

const PATIENCE: Duration = Duration::from_millis(100);

fn file() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spool.db");
    (folder, path)
}

/// A spool in front of a store in memory, which is switched on.
struct Stage {
    spool: Spool<Switched<MemoryStore>>,
    store: Switched<MemoryStore>,
    memory: MemoryStore,
    path: PathBuf,
    _folder: TempDir,
}

impl Stage {
    async fn new() -> Self {
        Self::with_max_bytes(1 << 30).await
    }

    async fn with_max_bytes(bytes: u64) -> Self {
        let (folder, path) = file();
        let memory = MemoryStore::new();
        let store = Switched::new(memory.clone());
        let options = SpoolOptions::new(&path).with_patience(PATIENCE).with_max_bytes(bytes);
        let spool = options.open(store.clone()).await.unwrap();
        Self { spool, store, memory, path, _folder: folder }
    }

    async fn append(&self, text: &str) -> Vec<Appended> {
        self.spool.append(vec![delivery("a", &[text])]).await.unwrap().concat()
    }

    /// Switches the store on, and waits until webhooks go to it.
    async fn recover(&self) {
        self.store.set(Mode::On);
        until_empty(&self.spool).await;
    }
}

async fn until_empty<S: Store>(spool: &Spool<S>) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while spool.waiting() != Spooled::default() {
        assert!(Instant::now() < deadline, "{:?}", spool.waiting());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

async fn texts(store: &impl Store) -> Vec<String> {
    let items = store.read(None, usize::MAX >> 1).await.unwrap();
    items.into_iter().map(|item| String::from_utf8(item.raw.unwrap()).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn spool_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let files = AtomicUsize::new(0);
    let open = |clock| {
        let name = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
        Spool::open(folder.path().join(name), MemoryStore::with_clock(clock))
    };
    Suite::new().with_cases(8).run(open).await.unwrap();
}

#[tokio::test]
async fn webhooks_are_spooled_while_the_store_is_off() {
    let stage = Stage::new().await;
    assert!(matches!(stage.append("first").await[..], [Appended::New(_)]));
    assert_eq!(stage.spool.waiting(), Spooled::default());
    stage.store.set(Mode::Off);
    let before = Timestamp::now();
    for text in ["second", "third"] {
        assert_eq!(stage.append(text).await, [Appended::Spooled]);
    }
    let waiting = stage.spool.waiting();
    assert_eq!(waiting.deliveries, 2);
    assert!(waiting.bytes > 20 && waiting.since.unwrap() >= before, "{waiting:?}");
    assert_eq!(stage.spool.spooled(), Some(waiting));
    assert_eq!(texts(&stage.memory).await, ["first"]);
    stage.recover().await;
    assert!(matches!(stage.append("fourth").await[..], [Appended::New(_)]));
    assert_eq!(texts(&stage.memory).await, ["first", "second", "third", "fourth"]);
}

#[tokio::test]
async fn hanging_store_is_waited_for_once() {
    let stage = Stage::new().await;
    stage.store.set(Mode::Hangs);
    let started = Instant::now();
    assert_eq!(stage.append("first").await, [Appended::Spooled]);
    assert!(started.elapsed() >= PATIENCE, "{:?}", started.elapsed());
    let started = Instant::now();
    assert_eq!(stage.append("second").await, [Appended::Spooled]);
    assert!(started.elapsed() < PATIENCE, "{:?}", started.elapsed());
    stage.recover().await;
    assert_eq!(texts(&stage.memory).await, ["first", "second"]);
}

#[tokio::test]
async fn lost_answers_store_nothing_twice() {
    let stage = Stage::new().await;
    stage.store.set(Mode::Loses);
    for text in ["first", "second"] {
        assert_eq!(stage.append(text).await, [Appended::Spooled]);
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(stage.spool.waiting().deliveries, 2);
    stage.recover().await;
    assert_eq!(texts(&stage.memory).await, ["first", "second"]);
}

/// Returns deliveries that have every member, among them repeated items and a second callback.
fn full_deliveries() -> Vec<NewDelivery> {
    let time = |nanos: i128| Timestamp::from_nanosecond(nanos).unwrap();
    let item = |place: u8| NewItem {
        ordering_key: OrderingKey::from_i64(if place == 2 { i64::MIN } else { i64::MAX - i64::from(place) }),
        dedup_key: std::array::from_fn(|byte| place.wrapping_mul(37).wrapping_add(u8::try_from(byte).unwrap())),
        message: (place % 2 == 1).then_some([place % 4; 16]),
        kind: format!("kind \"{place}\" \u{0} ß\u{1F600}"),
        class: ItemClass::ALL[usize::from(place) % 4],
        pointer: format!("/a~1b/{place}"),
        range: usize::from(place)..usize::from(place) + 10,
        contact: (place % 3 == 1).then(|| CustomerContact {
            channel: format!("channel{place}"),
            customers: vec![RecipientKey::from_i64(i64::from(place)), RecipientKey::from_i64(i64::MIN + 1)],
            at: time(1_764_547_200_123_456_789 + i128::from(place)),
        }),
    };
    let of = |number: u8, items: Vec<NewItem>| NewDelivery {
        received_at: time(1_764_547_201_987_654_321 + i128::from(number)),
        body: (0..=255).chain(0..number).collect(),
        envelope: [b"{}\xFF\0".as_slice(), &[number]].concat().into(),
        items,
    };
    vec![
        of(1, vec![item(1), item(2), item(3)]),
        of(2, Vec::new()),
        of(3, vec![item(4), item(1)]),
        of(4, vec![item(5), item(6), item(7), item(7)]),
        of(1, vec![item(1), item(2), item(3)]),
    ]
}

/// Everything that a store tells of its items.
async fn everything(store: &MemoryStore) -> String {
    use std::fmt::Write as _;

    let mut all = String::new();
    for item in store.list(ItemFilter { limit: 1000, ..ItemFilter::default() }).await.unwrap() {
        writeln!(all, "{item:?} {:?}", store.body(item.id).await.unwrap()).unwrap();
    }
    for stored in store.read(None, 1000).await.unwrap() {
        writeln!(all, "{stored:?} {:?} {:?} {:?}", stored.pointer, stored.envelope, stored.raw).unwrap();
        writeln!(all, "{:?} {:?} {:?}", stored.class, stored.received_at, stored.replay_of).unwrap();
    }
    for place in 0..8 {
        let customer = vec![RecipientKey::from_i64(place)];
        let contact = store.last_contact(&format!("channel{place}"), customer).await.unwrap();
        writeln!(all, "{contact:?}").unwrap();
        let contact = store.last_contact(&format!("channel{place}"), vec![RecipientKey::from_i64(i64::MIN + 1)]).await;
        writeln!(all, "{contact:?}").unwrap();
    }
    let limits =
        ClaimLimits { keys: 10, items_per_key: 10, bytes: 1 << 20, lease: Duration::from_secs(1), max_attempts: 3 };
    for claim in store.claim(limits).await.unwrap() {
        writeln!(all, "{claim:?}").unwrap();
    }
    all
}

#[tokio::test]
async fn forwarded_deliveries_are_the_same_as_direct_ones() {
    let clock = || Clock::of(|| Timestamp::from_second(1_764_547_300).unwrap());
    let direct = MemoryStore::with_clock(clock());
    for delivery in full_deliveries() {
        direct.append(vec![delivery]).await.unwrap();
    }
    let expected = everything(&direct).await;
    assert!(expected.contains("Ok(Some(2025-12-01T00:00:00.123456793Z))"), "{expected}");

    let (_folder, path) = file();
    let memory = MemoryStore::with_clock(clock());
    let store = Switched::new(memory.clone());
    store.set(Mode::Off);
    let spool = Spool::open(&path, store.clone()).await.unwrap();
    for delivery in full_deliveries() {
        let number = delivery.items.len();
        assert_eq!(spool.append(vec![delivery]).await.unwrap(), [vec![Appended::Spooled; number]]);
    }
    let waiting = spool.waiting();
    spool.close().await;

    let spool = Spool::open(&path, store.clone()).await.unwrap();
    assert_eq!(spool.waiting(), waiting);
    store.set(Mode::On);
    until_empty(&spool).await;
    assert_eq!(everything(&memory).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_webhook_overtakes_another_one() {
    const SENDERS: usize = 16;

    let stage = Stage::new().await;
    let is_over = Arc::new(AtomicBool::new(false));
    let (numbers, direct) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let senders: Vec<_> = (0..SENDERS)
        .map(|sender| {
            let (spool, is_over) = (stage.spool.clone(), Arc::clone(&is_over));
            let (numbers, direct) = (Arc::clone(&numbers), Arc::clone(&direct));
            tokio::spawn(async move {
                let (mut sent, mut spooled) = (0, 0);
                let items = if sender < 2 { 100 } else { 1 };
                while !is_over.load(Ordering::Relaxed) {
                    let texts = (0..items).map(|item| format!("{sender} {}", sent + item));
                    match spool.append(vec![many(&sender.to_string(), texts, &numbers)]).await.unwrap().concat()[..] {
                        [Appended::New(_), ..] => drop(direct.fetch_add(1, Ordering::Relaxed)),
                        [Appended::Spooled, ..] => spooled += 1,
                        ref other => panic!("{other:?}"),
                    }
                    sent += items;
                }
                (sent, spooled)
            })
        })
        .collect();
    for round in 0..12 {
        stage.store.set(Mode::ALL[1 + round % 3]);
        tokio::time::sleep(Duration::from_millis(20 + (round as u64 * 7 % 10) * 20)).await;
        // Under load too, webhooks go to the store again.
        stage.store.set(Mode::On);
        let (before, deadline) = (direct.load(Ordering::Relaxed), Instant::now() + Duration::from_secs(30));
        while direct.load(Ordering::Relaxed) < before + 200 {
            assert!(Instant::now() < deadline, "{:?}", stage.spool.waiting());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    is_over.store(true, Ordering::Relaxed);
    let (mut expected, mut all_spooled) = (Vec::new(), 0);
    for sender in senders {
        let (sent, spooled) = sender.await.unwrap();
        expected.push(sent);
        all_spooled += spooled;
    }
    assert!(all_spooled > 300, "{all_spooled} were spooled");
    until_empty(&stage.spool).await;
    let mut next = [0; SENDERS];
    for text in texts(&stage.memory).await {
        let (sender, number) = text.split_once(' ').unwrap();
        let next = &mut next[sender.parse::<usize>().unwrap()];
        assert_eq!(number.parse::<i32>().unwrap(), *next, "of {sender}");
        *next += 1;
    }
    assert_eq!(next[..], expected[..]);
}

/// Returns a delivery with any number of items.
fn many(key: &str, texts: impl Iterator<Item = String>, numbers: &AtomicUsize) -> NewDelivery {
    let texts: Vec<_> = texts.collect();
    let mut delivery = delivery(key, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    for item in &mut delivery.items {
        item.dedup_key[..8].copy_from_slice(&numbers.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    }
    delivery
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn spool_does_not_end_during_an_append() {
    let stage = Stage::new().await;
    let large = many("b", (0..15_000).map(|item| item.to_string()), &AtomicUsize::new(1));
    stage.store.set(Mode::Off);
    stage.append("first").await;
    stage.store.set(Mode::On);
    // The first webhook is forwarded after 200 to 300 ms, while this one is encoded.
    let spool = stage.spool.clone();
    tokio::time::sleep(Duration::from_millis(150)).await;
    // On a slow machine it comes too late, and goes to the store.
    spool.append(vec![large]).await.unwrap();
    until_empty(&stage.spool).await;
    assert_eq!(texts(&stage.memory).await.len(), 15_001);
}

#[tokio::test]
async fn full_spool_refuses_and_recovers() {
    let stage = Stage::with_max_bytes(2000).await;
    stage.store.set(Mode::Off);
    let mut accepted = Vec::new();
    let refused = loop {
        let text = format!("number {}", accepted.len());
        match stage.spool.append(vec![delivery("a", &[&text])]).await {
            Ok(_) => accepted.push(text),
            Err(error) => break error,
        }
    };
    assert_eq!(refused, StoreError::Full);
    assert!((2..20).contains(&accepted.len()) && stage.spool.waiting().bytes <= 2000, "{accepted:?}");
    stage.recover().await;
    assert_eq!(texts(&stage.memory).await, accepted);
    assert!(matches!(stage.append("next").await[..], [Appended::New(_)]));
}

#[tokio::test]
async fn cancelled_appends_do_not_confuse_the_spool() {
    let stage = Stage::new().await;
    let mut accepted = Vec::new();
    for round in 0..50 {
        stage.store.set(if round % 3 == 0 { Mode::On } else { Mode::Off });
        let text = round.to_string();
        let mut append = Box::pin(stage.append(&text));
        // Some are cancelled at once, and some after other tasks and threads have gone on. Each fifth one is not cancelled.
        let mut is_ready = round % 5 == 4 && !append.as_mut().await.is_empty();
        for _ in 0..=round % 5 {
            if !is_ready {
                is_ready = poll_fn(|context| Poll::Ready(append.as_mut().poll(context).is_ready())).await;
                tokio::task::yield_now().await;
            }
        }
        drop(append);
        accepted.extend(is_ready.then_some(text));
    }
    assert!((1..50).contains(&accepted.len()), "{accepted:?}");
    stage.recover().await;
    assert!(matches!(stage.append("last").await[..], [Appended::New(_)]));
    let texts = texts(&stage.memory).await;
    let numbers: Vec<u64> = texts.iter().filter_map(|text| text.parse().ok()).collect();
    assert!(numbers.is_sorted() && texts.last().is_some_and(|last| last == "last"), "{texts:?}");
    assert!(accepted.iter().all(|text| texts.contains(text)), "{accepted:?}: {texts:?}");
}

#[tokio::test]
async fn spool_survives_a_store_that_panics() {
    let stage = Stage::new().await;
    stage.store.set(Mode::Off);
    stage.append("first").await;
    stage.store.set(Mode::Panics);
    until_empty(&stage.spool).await;
    assert_eq!(texts(&stage.memory).await, ["first"]);
}

#[tokio::test]
async fn dropped_spool_forwards_nothing_more() {
    let stage = Stage::new().await;
    stage.store.set(Mode::Off);
    stage.append("first").await;
    let Stage { spool, store, memory, path, _folder } = stage;
    let clone = spool.clone();
    spool.close().await;
    assert!(matches!(Spool::open(&path, memory.clone()).await, Err(StoreError::Owned)));
    drop(clone);
    let reopened = Spool::open(&path, Switched::new(MemoryStore::new())).await;
    store.set(Mode::On);
    until_empty(&reopened.unwrap()).await;
    assert!(texts(&memory).await.is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn files_are_readable_by_the_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;

    let stage = Stage::new().await;
    stage.store.set(Mode::Off);
    stage.append("first").await;
    for suffix in ["", "-wal", "-shm", ".lock"] {
        let mut name = stage.path.clone().into_os_string();
        name.push(suffix);
        assert_eq!(std::fs::metadata(name).unwrap().permissions().mode() & 0o777, 0o600, "{suffix}");
    }
}

/// Opens a file as a spool, and checks that its bytes stay.
async fn refused(path: &Path) -> StoreError {
    let before = std::fs::read(path).unwrap();
    let error = Spool::open(path, MemoryStore::new()).await.unwrap_err();
    assert!(std::fs::read(path).unwrap() == before, "the file was changed");
    error
}

#[tokio::test]
async fn other_files_are_refused_untouched() {
    let (folder, path) = file();
    let relay = folder.path().join("relay.db");
    SqliteStore::open(&relay).await.unwrap().close().await;
    let expected = "the file is a database of another kind, not a spool";
    assert_eq!(refused(&relay).await, StoreError::Unsuitable(expected.to_owned()));

    let store = Switched::new(MemoryStore::new());
    store.set(Mode::Off);
    let spool = Spool::open(&path, store).await.unwrap();
    spool.append(vec![delivery("a", &["first"])]).await.unwrap();
    spool.close().await;
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Unsuitable(_))));
    let change = |sql: &str| {
        Connection::open(&path).unwrap().execute_batch(&format!("PRAGMA journal_mode = DELETE; {sql}")).unwrap();
    };
    change("PRAGMA user_version = 2");
    assert_eq!(refused(&path).await, StoreError::TooNew { found: 2, known: 1 });
    change("PRAGMA user_version = 1; UPDATE delivery SET version = 2");
    assert!(matches!(Spool::open(&path, MemoryStore::new()).await, Err(StoreError::Engine(_))));
    change("UPDATE delivery SET version = 1");
    until_empty(&Spool::open(&path, MemoryStore::new()).await.unwrap()).await;
}
