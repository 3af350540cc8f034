//! A server that receives webhooks and can answer badly.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderMap, StatusCode, Uri, header};
use incs_model::Timestamp;
use incs_webhook::{Batch, Event, ItemOutcome, Receiver, Rejection};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// The answer to the n-th post, counted from 0.
pub(crate) enum Answer {
    Status(u16),
    RedirectTo(String),
    Never,
}

/// One post.
#[derive(Clone)]
pub(crate) struct Post {
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) came_at: Instant,
}

impl Post {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn received_by(&self, receiver: &Receiver, now: Timestamp) -> Result<Batch, Rejection> {
        receiver.receive(&self.headers, &self.target, &self.body, now)
    }
}

/// Every item of a batch was understood, with what it holds.
pub(crate) fn assert_understood(batch: &Batch) {
    for item in batch {
        assert!(matches!(item.outcome(), ItemOutcome::Parsed(_)), "{item:?}");
        // The workbench's form of custom messages is unknown.
        if !matches!(item.event(), Some(Event::MessageCreated(_))) {
            let inbound = item.inbound().map(|message| message.content.kind().to_owned());
            assert_ne!(inbound.as_deref(), Some("other"), "{item:?}");
        }
    }
}

/// Chooses the answer to a post.
type Answering = dyn Fn(usize, &Post) -> Answer + Send + Sync;

struct Shared {
    posts: Mutex<Vec<Post>>,
    more: Notify,
    answer: Box<Answering>,
}

/// A server that keeps all posts.
pub(crate) struct Inbox {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Inbox {
    /// Starts a server that accepts everything.
    pub(crate) async fn open() -> Self {
        Self::answering(|_, _| Answer::Status(200)).await
    }

    pub(crate) async fn answering(answer: impl Fn(usize, &Post) -> Answer + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), answer).await
    }

    pub(crate) async fn at(
        address: SocketAddr,
        answer: impl Fn(usize, &Post) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { posts: Mutex::default(), more: Notify::new(), answer: Box::new(answer) });
        let router = Router::new().fallback(take).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, shared, task }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(crate) fn posts(&self) -> Vec<Post> {
        self.shared.posts.lock().unwrap().clone()
    }

    /// The bodies as JSON.
    pub(crate) fn bodies(&self) -> Vec<Value> {
        self.posts().iter().map(Post::json).collect()
    }

    /// Waits for a number of posts, and returns them all.
    pub(crate) async fn wait(&self, count: usize) -> Vec<Post> {
        self.wait_until(|posts| posts.len() >= count).await
    }

    pub(crate) async fn wait_until(&self, is_enough: impl Fn(&[Post]) -> bool) -> Vec<Post> {
        let enough = async {
            loop {
                let more = self.shared.more.notified();
                let posts = self.posts();
                if is_enough(&posts) {
                    return posts;
                }
                more.await;
            }
        };
        let found = tokio::time::timeout(Duration::from_secs(20), enough).await;
        found.unwrap_or_else(|_| panic!("only {} posts came", self.posts().len()))
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn take(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let post = Post { target: uri.to_string(), headers, body, came_at: Instant::now() };
    let answer = {
        let mut posts = shared.posts.lock().unwrap();
        posts.push(post.clone());
        (shared.answer)(posts.len() - 1, &post)
    };
    shared.more.notify_waiters();
    match answer {
        Answer::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Answer::RedirectTo(url) => (StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, url)]).into_response(),
        Answer::Never => std::future::pending().await,
    }
}
