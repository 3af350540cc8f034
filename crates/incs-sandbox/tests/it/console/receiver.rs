//! A server that receives webhooks.

use std::net::Ipv4Addr;

use axum::Router;
use axum::routing::post;
use bytes::Bytes;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{self, UnboundedReceiver};

/// A program that takes webhooks on a port of its own.
pub(super) struct Receiver {
    pub(super) url: String,
    bodies: UnboundedReceiver<Value>,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/hooks", listener.local_addr().unwrap());
        let (sender, bodies) = mpsc::unbounded_channel();
        let take = async move |body: Bytes| {
            // The test may be over.
            let _ = sender.send(serde_json::from_slice(&body).unwrap());
        };
        let router: Router = Router::new().route("/hooks", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, bodies }
    }

    /// The next body of an event.
    pub(super) async fn next(&mut self, event: &str) -> Value {
        let search = async {
            loop {
                let body = self.bodies.recv().await.unwrap();
                if body["event"] == event {
                    return body;
                }
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(20), search).await.expect(event)
    }
}
