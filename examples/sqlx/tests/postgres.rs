//! Messages and bookings of transactions that were rolled back and committed, in a private PostgreSQL.

use std::time::Duration;

use anyhow::{Context as _, Result};
use incs_example_sqlx::postgres::{book, enqueue, ship};
use incs_facade::Client;
use incs_facade::client::testing::{AutoAdvanceClock, ScriptedTransport};
use incs_facade::model::event::whatsapp::{Content, Message, Text};
use incs_facade::model::{Sent, whatsapp};
use incs_facade::relay::store::{FencingToken, OutboxMessage, OutboxState};
use incs_facade::relay::{HandlerError, Relay};
use incs_facade::webhook::scheme::SharedSecret;
use incs_facade::webhook::testing::bodies;
use incs_facade::webhook::{Receiver, Secrets};
use incs_relay_postgres::PgStore;
use incs_relay_testing::postgres;
use sqlx::PgPool;

#[tokio::test]
async fn message_is_sent_if_its_transaction_is_committed() -> Result<()> {
    let Some(server) = postgres::shared("message_is_sent_if_its_transaction_is_committed") else { return Ok(()) };
    let url = server.database()?;
    let platform = ScriptedTransport::new().success(&Sent::new("wamid.1"));
    let client =
        Client::builder_with_clock(platform.clone(), AutoAdvanceClock::new()).certification_code("5d1f").build()?;
    let store = PgStore::open(&url).await?;
    let relay = Relay::builder(store.clone()).client(client).build();

    let pool = PgPool::connect(&url).await?;
    sqlx::query("CREATE TABLE shop_order(id bigint PRIMARY KEY, is_shipped boolean NOT NULL)").execute(&pool).await?;
    sqlx::query("INSERT INTO shop_order VALUES (17, false)").execute(&pool).await?;
    let shipped = "SELECT is_shipped FROM shop_order WHERE id = 17";
    let message = OutboxMessage::try_new(
        "order-17-shipped",
        whatsapp::Message::new("+852 5123 0088".parse()?, "It is on its way."),
    )?;

    let work = async {
        let mut transaction = pool.begin().await?;
        sqlx::query("UPDATE shop_order SET is_shipped = true WHERE id = 17").execute(&mut *transaction).await?;
        assert!(enqueue(&mut transaction, &store, &message).await?);
        transaction.rollback().await?;
        // Longer than the relay takes to look for new messages.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!sqlx::query_scalar::<_, bool>(shipped).fetch_one(&pool).await?);
        assert!(relay.outbox().find("order-17-shipped").await?.is_none());
        assert!(platform.requests().is_empty());

        // The second time the key is known, and nothing is stored.
        for _ in 0..2 {
            ship(&pool, &store, 17, &message).await?;
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

#[tokio::test]
async fn seat_is_booked_once() -> Result<()> {
    let Some(server) = postgres::shared("seat_is_booked_once") else { return Ok(()) };
    let url = server.database()?;
    let store = PgStore::open(&url).await?;
    let pool = PgPool::connect(&url).await?;
    sqlx::query("CREATE TABLE booking(seat bigint NOT NULL)").execute(&pool).await?;

    let (bookings, seats) = (store.clone(), pool.clone());
    let relay = Relay::builder(store)
        .retry_schedule(vec![Duration::from_millis(10); 5])
        .on_message(move |_, context| {
            let (store, pool) = (bookings.clone(), seats.clone());
            async move {
                let mut lease = context.lease();
                if context.attempt() == 1 {
                    // As if another process had claimed the item since.
                    lease.token = FencingToken(lease.token.0 - 1);
                }
                match book(&pool, &store, 7, lease, context.id()).await? {
                    true => Ok(()),
                    false => Err(HandlerError::retry("the lease is stale")),
                }
            }
        })
        .build();
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("change-me")?));
    let wish = Message::new("6281200045678", "wamid.1", Content::Text(Text::new("Seat 7, please")));
    let body = bodies::whatsapp_messages(30112, "6281100099001", [wish]);
    let headers = [("content-type", "application/json")];
    for _ in 0..3 {
        assert_eq!(relay.receive(&receiver, &headers, "/hooks/change-me", body.as_bytes()).await.status(), 200);
    }
    let is_handled = async {
        while relay.stats().await.is_ok_and(|stats| stats.open > 0) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    relay.run_until(async { drop(tokio::time::timeout(Duration::from_secs(30), is_handled).await) }).await;
    let booked: i64 = sqlx::query_scalar("SELECT count(*) FROM booking").fetch_one(&pool).await?;
    assert_eq!(booked, 1);
    Ok(())
}
