//! `incs inbox` beside running programs.

use incs_relay_testing::postgres;
use serde_json::json;

use crate::inbox::server::{Handler, Serving, items, message, messages, on_store, states, wait_until};
use crate::support::{Folder, incs, run};

#[test]
fn each_command_works_beside_running_program() {
    let Some(server) = postgres::shared("each_command_works_beside_running_program") else { return };
    let store = server.database().unwrap();
    let serving = Serving::start(&store, &[]);
    let body = messages("6281200045678", &["a", "b"], "Hi");
    assert_eq!(serving.post(&body), Some(200));
    assert_eq!(serving.post(message("15550000123", "c", "Hi")), Some(200));
    assert_eq!(serving.next_line(), r#"{"items":2,"new":2,"type":"stored"}"#);
    assert_eq!(serving.post(&body), Some(200), "it is recognized");
    let ids: Vec<_> = items(&store).iter().map(|item| item["id"].to_string()).collect();
    let [a, b, c] = ids.iter().map(String::as_str).collect::<Vec<_>>()[..] else { panic!("{ids:?}") };
    let on = |args: &[&str]| on_store(&[&["inbox"], args].concat(), &store);

    assert_eq!(on(&["show", a]).document()["state"], "stored");
    let raw = run(&mut incs(&["inbox", "show", b, "--body", "--store", &store]));
    assert_eq!((raw.code, raw.stdout), (0, body));
    assert_eq!(on(&["dead-letter", a]).document(), json!({ "id": a.parse::<u64>().unwrap(), "result": "done" }));
    assert_eq!(states(&store), ["dead", "stored", "stored"]);
    let replayed = on(&["replay", a]).document();
    assert_eq!((&replayed["result"], items(&store).len()), (&json!("replayed"), 4));
    let ended = on(&["retry", a, b, "99999"]);
    let results: Vec<_> = ended.documents().iter().map(|line| line["result"].clone()).collect();
    assert_eq!((ended.code, results), (9, [json!("done"), json!("wrong_state"), json!("not_found")].to_vec()));
    let found = on(&["stats"]).document();
    assert!(found["open"] == 4 && found["items"] == 4 && found["bytes"].as_u64().unwrap() > 4096, "{found}");
    let page = on(&["list", "--after", a, "--limit", "1"]);
    assert_eq!(page.document()["id"].to_string(), b);
    assert_eq!(on(&["erase", "--party", "15550000123", "--yes"]).document(), json!({ "erased": 1 }));
    assert_eq!(on(&["show", c]).document()["erased"], true);

    // Another program hands out what the first one has received.
    let handler = Handler::start(|_, _| 200);
    let forwarding = Serving::start(&store, &["--forward", &handler.url]);
    wait_until(|| states(&store).iter().all(|state| state == "done"));
    let seen: Vec<_> = handler.seen().iter().map(|item| item.header("incs-item").to_owned()).collect();
    assert_eq!(seen, [a, b, &replayed["replayed_as"].to_string()], "in order for the customer");
    assert_eq!((forwarding.stop().0, serving.stop().0), (0, 0));
}

#[test]
fn store_is_named_by_variable_or_file() {
    let Some(server) = postgres::shared("store_is_named_by_variable_or_file") else { return };
    let store = server.database().unwrap();
    let created = on_store(&["relay", "migrate"], &store).document();
    assert_eq!(created["before"], 0);
    assert_eq!(on_store(&["relay", "migrate"], &store).document()["before"], created["after"]);
    let folder = Folder::new();
    let list = ["inbox", "list"];
    assert_eq!(run(incs(&list).env("INCS_STORE", &store)).code, 0);
    let file = folder.file("store", format!("{store}\n"));
    assert_eq!(run(incs(&list).env("INCS_STORE_FILE", &file)).code, 0);
    let config = folder.file("config.toml", "[profile.shop]\nstore_file = 'store'\n");
    let of_profile = ["inbox", "list", "--config", &config, "--profile", "shop"];
    let ended = run(&mut incs(&of_profile));
    assert_eq!((ended.code, &*ended.stderr), (0, "no matching items\n"));
    folder.file("config.toml", format!("[profile.shop]\nstore = '{store}'\n"));
    assert!(run(&mut incs(&of_profile)).stderr.contains("protect it"), "the URL may hold a password");
}

#[test]
fn schema_of_url_is_a_store_of_its_own() {
    let Some(server) = postgres::shared("schema_of_url_is_a_store_of_its_own") else { return };
    let store = server.database().unwrap();
    let other = format!("{store}?schema=viber&application_name=test");
    let ended = on_store(&["inbox", "list"], &other);
    let missing = ended.failure();
    assert_eq!((ended.code, missing["help"].as_str().unwrap().contains("create a store")), (2, true), "{missing}");
    let message_of = missing["message"].as_str().unwrap();
    assert!(message_of.ends_with("?schema=viber does not exist") && !message_of.contains("relay@"), "{missing}");
    let serving = Serving::start(&other, &[]);
    assert_eq!(serving.post(message("15550000123", "c", "Hi")), Some(200));
    assert_eq!(states(&other), ["stored"]);
    assert_eq!(on_store(&["inbox", "list"], &store).code, 2, "the other schema was not created");
    assert_eq!(server.query(&store, "SELECT count(*) FROM viber.item").unwrap(), "1");
}
