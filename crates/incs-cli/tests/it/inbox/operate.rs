//! Operators' actions beside a running program.

use serde_json::json;

use super::server::{Handler, Serving, items, message, messages, on_store, states, store_in, wait_until};
use crate::support::{Folder, incs, run};

#[test]
fn actions_change_states() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.post(messages("6281200045678", &["a", "b", "c"], "Hi")), Some(200));
    let on = |args: &[&str]| on_store(&[&["inbox"], args].concat(), &store);

    let ended = on(&["dead-letter", "2", "1", "2"]);
    assert_eq!(ended.documents(), [json!({ "id": 2, "result": "done" }), json!({ "id": 1, "result": "done" })]);
    assert_eq!((ended.code, states(&store)), (0, ["dead", "dead", "stored"].map(str::to_owned).to_vec()));

    let ended = on(&["retry", "1", "3", "9"]);
    let results = [
        json!({ "id": 1, "result": "done" }),
        json!({ "id": 3, "result": "wrong_state", "state": "stored" }),
        json!({ "id": 9, "result": "not_found" }),
    ];
    assert_eq!((ended.code, ended.documents()), (9, results.to_vec()));
    assert_eq!(ended.failure()["message"], "2 of 3 items were not retried");
    assert_eq!(states(&store), ["stored", "dead", "stored"]);

    let ended = on(&["replay", "2"]);
    assert_eq!(ended.document(), json!({ "id": 2, "result": "replayed", "replayed_as": 4 }));
    assert_eq!(items(&store)[3]["replay_of"], 2);

    for (args, code, message) in [
        (&["retry", "3"][..], 1, "the item was not retried"),
        (&["retry", "7", "8"], 3, "none of 2 items was retried"),
        (&["replay", "3"], 1, "the item was not replayed"),
        (&["dead-letter", "2"], 1, "the item was not dead-lettered"),
        (&["retry", "--state", "done"], 2, "items that are done cannot be retried"),
        (&["dead-letter", "--state", "dead"], 2, "items that are dead cannot be dead-lettered"),
    ] {
        let ended = on(args);
        assert_eq!((ended.code, &ended.failure()["message"]), (code, &json!(message)), "{args:?}");
    }
    for args in [&["retry"][..], &["retry", "1", "--state", "dead"], &["retry", "x"], &["retry", "--state", "lost"]] {
        assert_eq!(on(args).code, 2, "{args:?}");
    }
    let help = on(&["retry", "3"]).failure()["help"].clone();
    assert_eq!(help, "items that are failed or dead can be retried, unless they were erased");
}

#[test]
fn all_items_of_state_are_handled() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    let ids: Vec<_> = (0..450).map(|id| id.to_string()).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    assert_eq!(serving.post(messages("6281200045678", &ids, "Hi")), Some(200));
    let text = |args: &[&str]| run(&mut incs(&[&["inbox"], args, &["--store", &store]].concat()));
    let ended = text(&["dead-letter", "--state", "stored"]);
    assert_eq!((ended.code, ended.stdout.lines().count()), (0, 450));
    assert_eq!(ended.stdout.lines().next(), Some("1  dead-lettered"));
    assert_eq!(ended.stderr, "450 items in the state stored\n");
    let ended = text(&["replay", "1", "--quiet"]);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("1  replayed as 451\n", ""));
    let ended = on_store(&["inbox", "retry", "--state", "dead"], &store);
    assert_eq!((ended.code, ended.documents().len()), (0, 450));
    assert!(states(&store).iter().all(|state| state == "stored"));
    let ended = text(&["retry", "--state", "dead"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""));
    assert_eq!(ended.stderr, "0 items in the state dead\n");
}

#[test]
fn erased_person_leaves_only_keys() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.post(messages("6281200045678", &["a", "b"], "A secret text")), Some(200));
    assert_eq!(serving.post(message("15550000123", "c", "Hi")), Some(200));
    let erase = |args: &[&str]| on_store(&[&["inbox", "erase"], args].concat(), &store);

    // Without a terminal there is nobody to ask.
    let ended = erase(&["--party", "6281200045678"]);
    assert_eq!((ended.code, &ended.failure()["help"]), (2, &json!("confirm it with --yes")));
    let ended = erase(&["--party", "rina", "--yes"]);
    assert_eq!(ended.code, 2);
    assert!(!ended.stderr.contains("rina"), "{ended:?}");
    assert_eq!(items(&store).iter().filter(|item| item["erased"] == true).count(), 0);

    let ended = erase(&["--party", "+6281200045678", "--yes"]);
    assert_eq!((ended.code, ended.document()), (0, json!({ "erased": 2 })));
    assert_eq!(erase(&["--party", "phone:6281200045678", "--yes"]).document(), json!({ "erased": 0 }));
    let found = items(&store);
    for item in &found[..2] {
        assert_eq!((&item["erased"], &item["state"]), (&json!(true), &json!("done")));
    }
    assert_eq!(found[2].get("erased"), None);
    for args in [&["inbox", "show", "1", "--raw"][..], &["inbox", "show", "1", "--body"]] {
        let ended = on_store(args, &store);
        assert_eq!((ended.code, ended.stdout.as_str()), (1, ""), "{args:?}");
        assert_eq!(ended.failure()["message"], "the bytes of item 1 were erased");
    }
    for action in ["retry", "replay"] {
        assert_eq!(on_store(&["inbox", action, "1"], &store).document(), json!({ "id": 1, "result": "erased" }));
    }
    // A duplicate that arrives later is still recognized.
    assert_eq!(serving.post(messages("6281200045678", &["a", "b"], "A secret text")), Some(200));
    assert_eq!(items(&store).len(), 3);
    serving.stop();
    let file = std::fs::read(folder.join("inbox.db")).unwrap();
    for secret in [&b"A secret text"[..], b"6281200045678"] {
        assert!(!file.windows(secret.len()).any(|window| window == secret));
    }
}

#[test]
fn numbers_show_blocked_conversation() {
    let folder = Folder::new();
    let store = store_in(&folder);
    let handler = Handler::start(|item, _| if item.id() == "a" { 500 } else { 200 });
    let serving = Serving::start(&store, &["--forward", &handler.url, "--retry", "1h"]);
    assert_eq!(serving.post(messages("6281200045678", &["a", "b"], "Hi")), Some(200));
    assert_eq!(serving.post(message("15550000123", "c", "Hi")), Some(200));
    let stats = || on_store(&["inbox", "stats"], &store).document();
    wait_until(|| stats()["blocked"] == 1 && stats()["open"] == 2);
    let found = stats();
    for (name, value) in [("dead", 0), ("items", 3), ("leased", 0), ("queued", 0)] {
        assert_eq!(found[name], value, "{found}");
    }
    assert!(found["blocked_since"].as_str().is_some() && found["oldest_open"].as_str().is_some(), "{found}");
    assert!(found["bytes"].as_u64().unwrap() > 4096 && found["oldest_open_seconds"].as_u64().is_some(), "{found}");
    let failed = &items(&store)[0];
    assert_eq!((&failed["state"], &failed["attempts"]), (&json!("failed"), &json!(1)));
    assert_eq!(failed["error"], "the handler replied 500");
    assert!(failed["next_at"].as_str().is_some());
    assert_eq!(items(&store)[1]["state"], "stored", "a later message of the same person waits");

    let ended = on_store(&["inbox", "dead-letter", "--state", "failed"], &store);
    assert_eq!(ended.document(), json!({ "id": 1, "result": "done" }));
    wait_until(|| states(&store) == ["dead", "done", "done"]);
    let text = run(&mut incs(&["inbox", "stats", "--store", &store])).stdout;
    assert!(text.contains("blocked          0\ndead letters     1\nall items        3\n"), "{text}");
}
