//! The receiver of the soak: verifies deliveries, drops duplicate items and merges updates.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use incs_model::Timestamp;
use incs_webhook::guard::{Claim, ClaimGuard, MemoryGuard};
use incs_webhook::scheme::StandardWebhooks;
use incs_webhook::{Event, Item, Received, Receiver, Secrets};
use tokio::net::TcpListener;

use super::ledger::Ledger;

/// The secret of both sides, which are started by one program.
pub(super) const SECRET: &str = "whsec_aW5jcyBzb2FrLCBub3QgYSBzZWNyZXQ=";

/// Starts the receiver on a free port, and returns its URL. It ends with the program.
pub(super) async fn start(ledger: Arc<Ledger>) -> Result<String> {
    let guard = Arc::new(MemoryGuard::new(200_000, Duration::from_mins(10)));
    let receive = move |Received(batch): Received| {
        let (ledger, guard) = (Arc::clone(&ledger), Arc::clone(&guard));
        async move {
            for item in &batch {
                match ClaimGuard::claim(&*guard, item.dedup_key(), now()) {
                    Claim::First(ticket) => {
                        ledger.came(false);
                        take(&ledger, item);
                        ticket.confirm(now());
                    }
                    _ => ledger.came(true),
                }
            }
            StatusCode::OK
        }
    };
    let scheme = StandardWebhooks::try_new(Secrets::try_new(SECRET)?)?;
    let router = Router::new().route("/hooks", post(receive)).with_state(Receiver::new(scheme));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/hooks", listener.local_addr()?);
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

fn take(ledger: &Ledger, item: &Item) {
    if let Some(Event::MessageCreated(message)) = item.event()
        && let (Some(customer), Some(id)) =
            (message.customer().and_then(|customer| customer.phone), message.provider_id())
    {
        ledger.names(customer.key().to_owned(), id.clone());
    }
    if let Some(fact) = item.delivery_update()
        && let Some(id) = fact.message_id.clone()
    {
        ledger.merge(&id, &fact);
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}
