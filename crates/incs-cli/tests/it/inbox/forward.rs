//! Items that are forwarded to a real handler.

use std::collections::BTreeMap;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use incs_facade::model::Timestamp;
use incs_facade::webhook::scheme::StandardWebhooks;
use incs_facade::webhook::{Delivery, Item, Secrets};
use serde_json::{Value, json};

use super::server::{
    FORWARD_SECRET, Forwarded, Handler, Serving, batch_of, items, message, messages, on_store, states, store_in,
    wait_until,
};
use crate::support::{Folder, fixture_path, incs, run};

/// Asserts that an item was signed by Standard Webhooks.
fn assert_signed(item: &Forwarded) {
    let scheme = StandardWebhooks::try_new(Secrets::try_new(FORWARD_SECRET).unwrap()).unwrap();
    let delivery = Delivery::new(&item.headers, &item.body);
    assert!(delivery.verify(&scheme, Timestamp::now()).is_ok(), "{:?}", item.headers);
    let mut changed = item.body.clone();
    changed.push(b' ');
    assert!(Delivery::new(&item.headers, &changed).verify(&scheme, Timestamp::now()).is_err());
}

#[test]
fn each_conversation_is_forwarded_in_order() {
    let folder = Folder::new();
    let store = store_in(&folder);
    // One person's first message fails twice, another's replies are slow, a third one's second message is gone for good, and all of a
    // fourth one's attempts fail.
    let handler = Handler::start(|item, earlier| match item.id().as_str() {
        "a-1" if earlier < 2 => [500, 302][earlier],
        id if id.starts_with("b-") => {
            thread::sleep(Duration::from_millis(100));
            204
        }
        "c-2" => 410,
        "d-1" => 503,
        _ => 200,
    });
    let serving =
        Serving::start(&store, &["--forward", &handler.url, "--retry", "50ms,50ms,50ms", "--concurrency", "8"]);
    assert_eq!(serving.ready["forward"], true);
    let people = [("a", "6281200000001"), ("b", "6281200000002"), ("c", "6281200000003"), ("d", "6281200000004")];
    for number in 1..=4 {
        for (name, phone) in people {
            assert_eq!(serving.post(message(phone, &format!("{name}-{number}"), "Hi")), Some(200));
        }
    }
    wait_until(|| states(&store).iter().all(|state| ["done", "dead"].contains(&state.as_str())));

    let seen = handler.seen();
    let mut taken: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in &seen {
        assert_signed(item);
        if (200..300).contains(&item.status) {
            taken.entry(item.id()[..1].to_owned()).or_default().push(item.id());
        }
    }
    let expected = [("a", "a-1 a-2 a-3 a-4"), ("b", "b-1 b-2 b-3 b-4"), ("c", "c-1 c-3 c-4"), ("d", "d-2 d-3 d-4")];
    let found: Vec<_> = taken.iter().map(|(name, ids)| (name.as_str(), ids.join(" "))).collect();
    assert_eq!(found, expected.map(|(name, ids)| (name, ids.to_owned())));

    let attempts = |id: &str| -> Vec<_> {
        seen.iter().filter(|item| item.id() == id).map(|item| item.header("incs-attempt").to_owned()).collect()
    };
    assert_eq!(attempts("a-1"), ["1", "2", "3"]);
    assert_eq!(attempts("c-2"), ["1"], "410 is not tried again");
    assert_eq!(attempts("d-1"), ["1", "2", "3", "4"]);
    let dead: Vec<_> = on_store(&["inbox", "list", "--state", "dead"], &store).documents();
    let reasons: Vec<_> =
        dead.iter().map(|item| (item["reason"].as_str().unwrap(), item["error"].as_str().unwrap())).collect();
    assert_eq!(reasons, [("attempts_used_up", "the handler replied 503"), ("handler", "the handler replied 410")]);
    for item in items(&store) {
        let id = item["id"].to_string();
        let of_item: Vec<_> = seen.iter().filter(|one| one.header("incs-item") == id).collect();
        assert_eq!(item["attempts"], of_item.len(), "{item}");
        for one in of_item {
            assert_eq!(one.header("webhook-id"), item["dedup_key"]);
            assert_eq!(one.header("incs-kind"), "new_message.whatsapp.text");
            assert_eq!(one.header("content-type"), "application/json");
        }
    }
    let (code, stderr) = serving.stop();
    assert_eq!((code, stderr.as_str()), (0, ""));
}

/// Returns the forwarded items of some bodies.
fn forwarded(bodies: &[Vec<u8>], form: &str) -> Vec<Forwarded> {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|_, _| 200);
    let serving = Serving::start(&store, &["--forward", &handler.url, "--forward-as", form]);
    for body in bodies {
        assert_eq!(serving.post(body), Some(200));
        wait_until(|| states(&store).iter().all(|state| state == "done"));
    }
    let mut seen = handler.seen();
    seen.iter().for_each(assert_signed);
    seen.sort_by_key(|item| item.header("incs-item").parse::<u64>().unwrap());
    seen
}

#[test]
fn form_of_items_is_selected() {
    let read = |name: &str| fs::read(fixture_path(name)).unwrap();
    let bodies = [
        read("webhook-new-message-whatsapp-text.json"),
        read("webhook-new-message-whatsapp-inferred-statuses.json"),
        b"{\"event\": \"other\", \"price\": 1.0e400}".to_vec(),
    ];
    let known: Vec<_> = bodies.iter().flat_map(|body| batch_of(body).items().to_vec()).collect();
    let raw = forwarded(&bodies, "raw");
    assert_eq!(
        raw.iter().map(|item| item.body.as_slice()).collect::<Vec<_>>(),
        known.iter().map(Item::raw).collect::<Vec<_>>()
    );
    let neutral = forwarded(&bodies, "inbound");
    assert_eq!(neutral.len(), known.len());
    assert_eq!(neutral[0].json(), serde_json::to_value(known[0].inbound().unwrap()).unwrap());
    let folder = Folder::new();
    let parsed: Vec<Value> = bodies[1..]
        .iter()
        .enumerate()
        .map(|(number, body)| folder.file(&number.to_string(), body))
        .flat_map(|path| {
            let ended = run(&mut incs(&["webhook", "parse", &path, "--json"]));
            // A number may be too large for a `Value`.
            let document: Value = serde_json::from_str(&ended.stdout.replace("1.0e400", "7")).unwrap();
            let provider = document["provider"].clone();
            let one = |item: &Value| json!({ "provider": provider, "items": [item] });
            document["items"].as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        })
        .collect();
    let documents: Vec<Value> = neutral[1..]
        .iter()
        .map(|item| {
            serde_json::from_str(&String::from_utf8(item.body.clone()).unwrap().replace("1.0e400", "7")).unwrap()
        })
        .collect();
    assert_eq!(documents, parsed);
    assert_eq!(neutral[1].header("incs-kind"), "new_message.whatsapp.status.delivered");
}

#[test]
fn killed_program_forwards_again() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|_, _| {
        thread::sleep(Duration::from_millis(30));
        200
    });
    let ids: Vec<_> = (0..40).map(|id| format!("id-{id}")).collect();
    for (round, ids) in ids.chunks(10).enumerate() {
        let serving = Serving::start(&store, &["--forward", &handler.url]);
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        assert_eq!(serving.post(messages(&format!("628120000{round}"), &ids, "Hi")), Some(200));
        thread::sleep(Duration::from_millis(100));
        serving.kill();
    }
    let serving = Serving::start(&store, &["--forward", &handler.url]);
    wait_until(|| states(&store).iter().all(|state| state == "done"));
    serving.stop();
    // Each at least once, and in order for each person apart from repetitions.
    let seen = handler.seen();
    for ids in ids.chunks(10) {
        let mut first = Vec::new();
        for id in seen.iter().map(Forwarded::id).filter(|id| ids.contains(id)) {
            if !first.contains(&id) {
                first.push(id);
            }
        }
        assert_eq!(first, ids);
    }
}

#[test]
fn replay_has_own_webhook_id() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|item, _| if item.id() == "b" { 410 } else { 200 });
    let serving = Serving::start(&store, &["--forward", &handler.url]);
    assert_eq!(serving.post(messages("6281200045678", &["a", "b"], "Hi")), Some(200));
    wait_until(|| states(&store) == ["done", "dead"]);
    assert_eq!(on_store(&["inbox", "replay", "1"], &store).code, 0);
    wait_until(|| states(&store) == ["done", "dead", "done"]);
    let seen = handler.seen();
    let ids: Vec<_> = seen.iter().filter(|item| item.id() == "a").map(|item| item.header("webhook-id")).collect();
    let listed = items(&store);
    assert_eq!(ids, [listed[0]["dedup_key"].as_str().unwrap(), listed[2]["dedup_key"].as_str().unwrap()]);
    assert_ne!(ids[0], ids[1]);
    // A dead letter is handed out again by hand only.
    assert_eq!(on_store(&["inbox", "retry", "2"], &store).code, 0);
    wait_until(|| handler.seen().iter().filter(|item| item.id() == "b").count() == 2);
    serving.stop();
}

#[test]
fn signal_waits_for_items_in_flight() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|_, _| {
        thread::sleep(Duration::from_millis(800));
        200
    });
    let serving = Serving::start(&store, &["--forward", &handler.url]);
    assert_eq!(serving.post(message("6281200045678", "a", "Hi")), Some(200));
    wait_until(|| states(&store) == ["leased"]);
    assert_eq!(serving.stop(), (0, String::new()));
    assert_eq!(states(&store), ["done"]);

    let slow = Handler::start(|_, _| {
        thread::sleep(Duration::from_secs(20));
        200
    });
    let serving = Serving::start(&store, &["--forward", &slow.url]);
    assert_eq!(serving.post(message("6281200045678", "b", "Hi")), Some(200));
    wait_until(|| states(&store)[1] == "leased");
    let start = Instant::now();
    serving.signal("-TERM");
    thread::sleep(Duration::from_millis(300));
    let (code, stderr) = serving.stop();
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!((code, stderr.as_str()), (0, "stopped at once; the items in flight will be forwarded again\n"));
    let serving = Serving::start(&store, &["--forward", &handler.url]);
    wait_until(|| states(&store) == ["done", "done"]);
    serving.stop();
}

#[test]
fn slow_or_absent_handler_is_tried_again() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|_, earlier| {
        thread::sleep(Duration::from_millis(if earlier == 0 { 0 } else { 2000 }));
        200
    });
    let closed = crate::webhook::server::closed_port();
    for (url, timeout, error) in [
        (
            format!("http://{closed}/s3cret"),
            "5s",
            format!("cannot connect to {closed} (connection refused); nothing was sent, it is safe to retry"),
        ),
        (handler.url.clone(), "1ms", String::new()),
    ] {
        let args = ["--forward", &url, "--forward-timeout", timeout, "--retry", "10ms"];
        let serving = Serving::start(&store, &args);
        let id = if error.is_empty() { "b" } else { "a" };
        assert_eq!(serving.post(message("6281200045678", id, "Hi")), Some(200));
        if error.is_empty() {
            wait_until(|| states(&store)[1] != "stored" && states(&store)[1] != "leased");
        } else {
            wait_until(|| states(&store)[0] == "dead");
            let dead = &items(&store)[0];
            assert_eq!((&dead["error"], &dead["attempts"]), (&json!(error), &json!(2)));
        }
        serving.stop();
    }
}

#[test]
fn forwarding_needs_secret_and_permission() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serve = ["inbox", "serve", "--insecure", "--listen", "0"];
    let weak = folder.file("weak", "no base64!\n");
    for (args, message) in [
        (&["--forward", "http://127.0.0.1:9/"][..], "--forward needs a secret to sign the items with"),
        (&["--forward", "http://example.com/"], "--forward is not a URL on this machine"),
        (
            &["--forward", "http://127.0.0.1:9/", "--forward-secret-file", &weak],
            "the secret for forwarding is unsuitable",
        ),
    ] {
        let ended = on_store(&[&serve, args].concat(), &store);
        assert_eq!(ended.code, 2, "{args:?}");
        let found = ended.failure()["message"].as_str().unwrap().to_owned();
        assert!(found.starts_with(message) && !found.contains("base64!"), "{found}");
    }
    for args in [
        &["--retry", "1s"][..],
        &["--forward-as", "raw"],
        &["--concurrency", "3"],
        &["--allow-remote"],
        &["--forward", "http://127.0.0.1:9/", "--retry", "soon"],
        &["--forward", "http://127.0.0.1:9/", "--concurrency", "0"],
    ] {
        assert_eq!(on_store(&[&serve, args].concat(), &store).code, 2, "{args:?}");
    }
}
