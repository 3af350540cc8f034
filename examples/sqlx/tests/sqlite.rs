//! Messages of transactions that were rolled back and committed.

use std::time::Duration;

use anyhow::{Context as _, Result};
use incs_example_sqlx::{enqueue, ship};
use incs_facade::Client;
use incs_facade::client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_facade::model::{Sent, whatsapp};
use incs_facade::relay::Relay;
use incs_facade::relay::store::{OutboxMessage, OutboxState, SqliteStore};
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;

#[tokio::test]
async fn message_is_sent_if_its_transaction_is_committed() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("relay.db");
    let platform = ScriptedTransport::new().success(&Sent::new("wamid.1"));
    let client =
        Client::builder_with_clock(platform.clone(), AutoAdvanceClock::new()).certification_code("5d1f").build()?;
    let relay = Relay::builder(SqliteStore::open(&path).await?).client(client).build();

    let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path)).await?;
    sqlx::query("CREATE TABLE shop_order(id INTEGER PRIMARY KEY, is_shipped INTEGER NOT NULL)").execute(&pool).await?;
    sqlx::query("INSERT INTO shop_order VALUES (17, false)").execute(&pool).await?;
    let shipped = "SELECT is_shipped FROM shop_order WHERE id = 17";
    let message = OutboxMessage::try_new(
        "order-17-shipped",
        whatsapp::Message::new("+852 5123 0088".parse()?, "It is on its way."),
    )?;

    let work = async {
        let mut transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
        sqlx::query("UPDATE shop_order SET is_shipped = true WHERE id = 17").execute(&mut *transaction).await?;
        assert!(enqueue(&mut transaction, &message).await?);
        transaction.rollback().await?;
        // Longer than the relay takes to look for new messages.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!sqlx::query_scalar::<_, bool>(shipped).fetch_one(&pool).await?);
        assert!(relay.outbox().find("order-17-shipped").await?.is_none());
        assert!(platform.requests().is_empty());

        // The second time the key is known, and nothing is stored.
        for _ in 0..2 {
            ship(&pool, 17, &message).await?;
        }
        assert!(sqlx::query_scalar::<_, bool>(shipped).fetch_one(&pool).await?);
        loop {
            let entry = relay.outbox().find("order-17-shipped").await?.filter(|entry| entry.state.is_final());
            if let Some(entry) = entry {
                assert_eq!((entry.state, entry.message_id.as_deref()), (OutboxState::Accepted, Some("wamid.1")));
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(platform.requests().len(), 1);
        anyhow::Ok(())
    };
    let mut result = None;
    relay.run_until(async { result = Some(tokio::time::timeout(Duration::from_secs(30), work).await) }).await;
    result.context("the relay ended by itself")??
}
