//! Tests of the stores: the contract over each, and what only SQLite does.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test ends at the first surprise"
)]

mod complete_in;
mod outbox;
mod spool;
mod sqlite;
mod suite;
#[path = "../spool/switch.rs"]
mod switch;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use incs_model::Timestamp;
use incs_relay::store::{
    Appended, ClaimLimits, ItemClass, ItemFilter, ItemId, ItemState, Lease, NewDelivery, NewItem, OrderingKey, Store,
};

/// Returns a delivery with one item for each text, all with one ordering key. No two items have one deduplication key.
fn delivery(key: &str, texts: &[&str]) -> NewDelivery {
    static ITEMS: AtomicU64 = AtomicU64::new(0);
    let mut body = Vec::new();
    let item = |(place, text): (usize, &&str)| {
        let start = body.len() + 1;
        let mut dedup_key = [0; 32];
        dedup_key[..8].copy_from_slice(&ITEMS.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        body.extend_from_slice(format!(",{text}").as_bytes());
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

async fn append(store: &impl Store, key: &str, texts: &[&str]) -> Vec<ItemId> {
    let answers = store.append(vec![delivery(key, texts)]).await.unwrap().concat();
    let id = |answer| if let Appended::New(id) = answer { id } else { panic!("not new: {answer:?}") };
    answers.into_iter().map(id).collect()
}

fn limits(lease: Duration) -> ClaimLimits {
    ClaimLimits { keys: 100, items_per_key: 10, bytes: 1 << 20, lease, max_attempts: 5 }
}

/// Claims the one key that is due. Returns the lease and the texts.
async fn claim(store: &impl Store, lease: Duration) -> (Lease, Vec<String>) {
    let mut claims = store.claim(limits(lease)).await.unwrap();
    assert_eq!(claims.len(), 1);
    let claim = claims.pop().unwrap();
    let text = |raw: Option<Vec<u8>>| String::from_utf8(raw.unwrap()).unwrap();
    (claim.lease, claim.items.into_iter().map(|item| text(item.item.raw)).collect())
}

async fn states(store: &impl Store) -> Vec<ItemState> {
    let filter = ItemFilter { limit: 1000, ..ItemFilter::default() };
    store.list(filter).await.unwrap().into_iter().map(|item| item.state).collect()
}
