//! The contract, over both stores.

use std::sync::atomic::{AtomicUsize, Ordering};

use incs_relay::contract::{self, Suite};
use incs_relay::store::{MemoryStore, SqliteOptions};

#[tokio::test(flavor = "multi_thread")]
async fn memory_keeps_the_contract() {
    Suite::new().with_cases(100).run(|clock| async { Ok(MemoryStore::with_clock(clock)) }).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_the_contract() {
    let directory = tempfile::tempdir().unwrap();
    let files = AtomicUsize::new(0);
    let open = |clock| {
        let name = format!("{}.db", files.fetch_add(1, Ordering::Relaxed));
        SqliteOptions::new(directory.path().join(name)).with_clock(clock).open()
    };
    contract::run(open).await.unwrap();
}
