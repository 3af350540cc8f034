//! The receiver of the demo: the program that a user would write.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use incs_facade::model::Timestamp;
use incs_facade::webhook::guard::{Claim, MemoryGuard, Ticket};
use incs_facade::webhook::scheme::StandardWebhooks;
use incs_facade::webhook::{Received, Receiver, Secrets};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::journal::{Journal, Seen};
use crate::exit::Exit;
use crate::failure::Failure;

/// Known to both sides of the demo, which are one process.
const SECRET: &str = "whsec_aW5jcyBkZW1vLCBub3QgYSBzZWNyZXQ=";

/// A running receiver.
#[derive(Debug)]
pub(super) struct DemoReceiver {
    url: String,
    task: JoinHandle<()>,
}

/// The scheme that both sides use.
pub(super) fn scheme() -> Result<StandardWebhooks, Failure> {
    let secrets = Secrets::try_new(SECRET).map_err(|error| failed(&error))?;
    StandardWebhooks::try_new(secrets).map_err(|error| failed(&error))
}

impl DemoReceiver {
    /// Starts it on a free port. Each item is verified, read, and taken once.
    pub(super) async fn start(journal: Arc<Journal>) -> Result<Self, Failure> {
        let guard = Arc::new(MemoryGuard::new(10_000, Duration::from_hours(1)));
        let receive = move |Received(batch): Received| {
            let (journal, guard) = (Arc::clone(&journal), Arc::clone(&guard));
            async move {
                for item in &batch {
                    let claim = Ticket::claim(&*guard, item.dedup_key(), now());
                    let is_repeated = !matches!(claim, Claim::First(_));
                    if let Claim::First(ticket) = claim {
                        ticket.confirm(now());
                    }
                    journal.add(Seen { item: item.clone(), is_repeated });
                }
                StatusCode::OK
            }
        };
        let router = Router::new().route("/hooks", post(receive)).with_state(Receiver::new(scheme()?));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(|error| failed(&error))?;
        let address = listener.local_addr().map_err(|error| failed(&error))?;
        let task = tokio::spawn(async move {
            // It ends with the demo.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url: format!("http://{address}/hooks"), task })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for DemoReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn now() -> Timestamp {
    Timestamp::now()
}

fn failed(error: &impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Failure, format!("the receiver of the demo: {error}"))
}
