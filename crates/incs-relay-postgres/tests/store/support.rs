//! Databases, items and claims.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use incs_model::{Timestamp, whatsapp};
use incs_relay::store::{
    Appended, Claim, ClaimLimits, Completion, ItemClass, ItemFilter, ItemId, ItemState, LeaseState, NewDelivery,
    NewItem, OrderingKey, OutboxMessage, Store,
};
use incs_relay_postgres::tokio_postgres::{Client, NoTls};
use incs_relay_postgres::{PgOptions, PgStore, tokio_postgres};

/// Opens an empty store in a database of its own.
pub(crate) async fn open(url: &str) -> PgStore {
    PgOptions::new(url).unwrap().open().await.unwrap()
}

/// Connects as the program whose tables are in the same database.
pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Returns a delivery with one item for each text, all with one ordering key. No two items have one deduplication key.
pub(crate) fn delivery(key: &str, texts: &[&str]) -> NewDelivery {
    static ITEMS: AtomicU64 = AtomicU64::new(1);
    let mut body = Vec::new();
    let item = |(place, text): (usize, &&str)| {
        let start = body.len() + 1;
        body.extend_from_slice(format!(",{text}").as_bytes());
        let mut dedup_key = [0; 32];
        dedup_key[..8].copy_from_slice(&ITEMS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        NewItem {
            ordering_key: OrderingKey::of_parts([key]),
            dedup_key,
            message: None,
            kind: "message".to_owned(),
            class: ItemClass::Message,
            pointer: format!("/{place}"),
            range: start..start + text.len(),
            contact: None,
        }
    };
    let items = texts.iter().enumerate().map(item).collect();
    NewDelivery { received_at: Timestamp::now(), body: body.into(), envelope: Arc::from(&b"{}"[..]), items }
}

pub(crate) async fn append(store: &impl Store, key: &str, texts: &[&str]) -> Vec<ItemId> {
    let answers = store.append(vec![delivery(key, texts)]).await.unwrap().concat();
    let id = |answer| if let Appended::New(id) = answer { id } else { panic!("not new: {answer:?}") };
    answers.into_iter().map(id).collect()
}

pub(crate) fn limits(lease: Duration) -> ClaimLimits {
    ClaimLimits { keys: 100, items_per_key: 10, bytes: 1 << 20, lease, max_attempts: 5 }
}

pub(crate) const LONG: Duration = Duration::from_mins(1);

pub(crate) async fn claim(store: &impl Store, lease: Duration) -> Vec<Claim> {
    store.claim(limits(lease)).await.unwrap()
}

/// Handles everything that is due. Returns the items in the order in which they were completed.
pub(crate) async fn drain(store: &impl Store) -> Vec<ItemId> {
    let mut done = Vec::new();
    loop {
        let claims = claim(store, LONG).await;
        if claims.is_empty() {
            return done;
        }
        for Claim { lease, items } in claims {
            let ids: Vec<_> = items.iter().map(|item| item.item.id).collect();
            let states = store.complete(vec![Completion::release(lease, ids.clone())]).await.unwrap();
            assert_eq!(states, [LeaseState::Held]);
            done.extend(ids);
        }
    }
}

pub(crate) async fn states(store: &impl Store) -> Vec<ItemState> {
    let filter = ItemFilter { limit: 10_000, ..ItemFilter::default() };
    store.list(filter).await.unwrap().into_iter().map(|item| item.state).collect()
}

pub(crate) fn message(key: &str) -> OutboxMessage {
    OutboxMessage::try_new(key, whatsapp::Message::new("6281200045678".parse().unwrap(), "See you at 9")).unwrap()
}
