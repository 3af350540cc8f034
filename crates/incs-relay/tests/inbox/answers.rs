//! Tests of the replies to webhooks.

use std::convert::Infallible;
use std::sync::mpsc;
use std::time::Duration;

use incs_relay::Reply;
use incs_relay::store::{
    Appended, FencingToken, ItemClass, ItemId, Lease, OrderingKey, SqliteOptions, SqliteStore, StoreError,
};
use incs_webhook::testing::bodies::{self, Body};
use incs_webhook::{ItemOutcome, Verified};
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::support::{Inbox, JSON, TARGET, delivery, post, receiver, run, text};

#[tokio::test]
async fn stored_webhook_is_200_and_a_repeat_too() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let body = delivery([text("6281200045678", "wamid.A", "Hi"), text("6281200045679", "wamid.B", "Hello")]);
    let Reply::Stored(items) = post(&relay, &body).await else { panic!("stored") };
    assert!(matches!(items[..], [Appended::New(_), Appended::New(_)]), "{items:?}");
    let Reply::Stored(items) = post(&relay, &body.to_php()).await else { panic!("stored") };
    assert_eq!(items, [Appended::Seen, Appended::Seen]);
    assert_eq!(inbox.items().await.len(), 2);
}

#[tokio::test]
async fn rejected_webhook_is_not_stored() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let body = delivery([text("1", "wamid.A", "Hi")]);
    let reply = relay.receive(&receiver(), &JSON, "/incs/guess", body.as_bytes()).await;
    assert_eq!((reply.status(), reply.retry_after()), (401, None));
    let reply = relay.receive(&receiver(), &[("content-type", "text/plain")], TARGET, body.as_bytes()).await;
    assert_eq!(reply.status(), 415);
    assert_eq!(inbox.items().await.len(), 0);
}

/// Keeps the writer busy until the result is dropped.
async fn block(store: &SqliteStore) -> mpsc::Sender<()> {
    let (release, released) = mpsc::channel::<()>();
    let (start, started) = oneshot::channel();
    let work = move |_: &rusqlite::Connection| {
        start.send(()).unwrap();
        assert!(released.recv().is_err());
        Ok::<_, Infallible>(())
    };
    let nothing = Lease { key: OrderingKey::from_i64(0), token: FencingToken(0) };
    let store = store.clone();
    tokio::spawn(async move { store.complete_in(nothing, ItemId(0), Duration::from_mins(1), work).await });
    started.await.unwrap();
    release
}

#[tokio::test]
async fn slow_store_and_full_queue_are_503() {
    let folder = TempDir::new().unwrap();
    let options = SqliteOptions::new(folder.path().join("relay.db")).with_max_waiting_bytes(0);
    let store = options.open().await.unwrap();
    let relay = incs_relay::Relay::builder(store.clone()).append_timeout(Duration::from_millis(10)).build();
    let body = delivery([text("1", "wamid.A", "Hi")]);
    let blocked = block(&store).await;
    // The first one waits for too long, and the second one finds it waiting.
    for _ in 0..2 {
        let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
        assert!(matches!(reply, Reply::Unavailable(StoreError::Busy)), "{reply:?}");
        assert_eq!((reply.status(), reply.retry_after()), (503, Some(5)));
    }
    drop(blocked);
    // The first one was stored after its answer, so a repeat is recognized.
    let patient = incs_relay::Relay::builder(store).append_timeout(Duration::from_mins(1)).build();
    let items = loop {
        match patient.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await {
            Reply::Stored(items) => break items,
            // The first one is still waiting.
            Reply::Unavailable(StoreError::Busy) => tokio::time::sleep(Duration::from_millis(5)).await,
            reply => panic!("{reply:?}"),
        }
    };
    assert_eq!(items, [Appended::Seen]);
}

#[tokio::test]
async fn webhook_after_shutdown_is_503() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    run(&relay, std::future::ready(())).await;
    let body = delivery([text("1", "wamid.A", "Hi")]);
    let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
    assert!(matches!(reply, Reply::Unavailable(StoreError::Closed)), "{reply:?}");
}

/// Every sample body of both platforms: each item is stored with its class and its bytes, and the whole body as it came.
#[tokio::test]
async fn every_kind_of_item_is_stored_as_it_came() {
    use incs_relay::store::Store as _;

    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let mut after = None;
    let odd = [
        r#"{"event":"new_message","message":{"messaging_product":"whatsapp","messages":[{"id":7}],"history":[1,2]}}"#,
        "{",
    ];
    let samples = bodies::sample::all().into_iter().map(|(_, body)| body.as_str().to_owned());
    for body in samples.chain(fixtures()).chain(odd.map(str::to_owned)) {
        let reply = relay.receive(&receiver(), &JSON, TARGET, body.as_bytes()).await;
        let Reply::Stored(answers) = reply else { panic!("{body}: {reply:?}") };
        let batch = parse(body.as_bytes());
        assert_eq!(answers.len(), batch.items().len(), "{body}");
        let new = answers.iter().zip(&batch).filter(|(answer, _)| **answer != Appended::Seen);
        for (answer, item) in new {
            let (Appended::New(id) | Appended::DuplicateOf { id, .. }) = *answer else { panic!("{body}") };
            let stored = inbox.store.read(after, 1).await.unwrap().remove(0);
            after = Some(id);
            assert_eq!((stored.id, stored.raw.as_deref()), (id, Some(item.raw())), "{body}");
            assert_eq!(stored.pointer, item.pointer(), "{body}");
            assert_eq!(stored.kind, item.kind().unwrap_or_else(|| "unknown".to_owned()), "{body}");
            let class = match item.outcome() {
                ItemOutcome::Parsed(_) if item.inbound().is_some() => ItemClass::Message,
                ItemOutcome::Parsed(_) if item.delivery_update().is_some() => ItemClass::Receipt,
                ItemOutcome::Parsed(_) => ItemClass::Event,
                ItemOutcome::Unknown | ItemOutcome::Malformed(_) => ItemClass::Unparsed,
            };
            assert_eq!(stored.class, class, "{body}");
            assert_eq!(inbox.store.body(id).await.unwrap().as_deref(), Some(body.as_bytes()), "{body}");
        }
    }
    assert!(inbox.items().await.len() >= 60, "{}", inbox.items().await.len());
}

/// The recorded webhooks of the model.
fn fixtures() -> Vec<String> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../incs-model/fixtures");
    let mut bodies = Vec::new();
    for folder in ["incs", "exotel", "recorded/incs", "recorded/exotel"] {
        let Ok(files) = std::fs::read_dir(root.join(folder)) else { continue };
        for file in files.map(|file| file.unwrap().path()) {
            let name = file.file_name().unwrap().to_str().unwrap();
            if name.starts_with("webhook-") || name.contains("callback") || folder.contains("exotel") {
                bodies.push(std::fs::read_to_string(&file).unwrap());
            }
        }
    }
    bodies.sort();
    bodies
}

fn parse(body: &[u8]) -> incs_webhook::Batch {
    let verified: Verified<'_> = incs_webhook::Delivery::new(&JSON, body)
        .with_target(TARGET)
        .verify(receiver().scheme(), "2026-12-01T00:00:00Z".parse().unwrap())
        .unwrap();
    verified.parse()
}

#[tokio::test]
async fn item_without_identity_is_stored_each_time() {
    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    for _ in 0..2 {
        let reply = relay.receive(&receiver(), &JSON, TARGET, b"{\"event\":\"of_tomorrow\"}").await;
        assert!(matches!(reply, Reply::Stored(ref items) if matches!(items[..], [Appended::New(_)])), "{reply:?}");
    }
    assert_eq!(inbox.items().await.len(), 2);
}

#[tokio::test]
async fn axum_handler_answers_with_status_and_retry_after() {
    use axum::body::Body as HttpBody;
    use axum::http::Request;
    use tower::ServiceExt as _;

    let inbox = Inbox::new().await;
    let relay = inbox.builder().build();
    let router = axum::Router::new().route("/incs/{secret}", axum::routing::post(relay.webhook(receiver())));
    let send = async |target: &str, body: &Body| {
        let request = Request::post(target).header("content-type", "application/json");
        let request = request.body(HttpBody::from(body.as_str().to_owned())).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let retry_after = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        (response.status().as_u16(), retry_after)
    };
    let body = delivery([text("1", "wamid.A", "Hi")]);
    assert_eq!(send(TARGET, &body).await, (200, None));
    assert_eq!(send("/incs/guess", &body).await, (401, None));
    run(&relay, std::future::ready(())).await;
    assert_eq!(send(TARGET, &body).await, (503, Some("5".to_owned())));
}
