//! `incs relay doctor` on a database.

use std::time::Duration;

use incs_facade::relay_postgres::tokio_postgres::{Client, NoTls, connect};
use incs_facade::relay_postgres::{PgStore, ServerState};
use incs_relay_testing::postgres::{self, Server};
use serde_json::Value;

use crate::inbox::server::{Serving, message, on_store};

/// Returns the exit code, and each check with its result and message.
fn checks(store: &str) -> (i32, Vec<[String; 3]>) {
    let ended = on_store(&["relay", "doctor", "--deny-warnings"], store);
    let word = |line: &Value, name: &str| line[name].as_str().unwrap().to_owned();
    let lines = ended.documents();
    let checks = lines.iter().filter(|line| line["type"] == "check");
    (ended.code, checks.map(|line| ["check", "result", "message"].map(|name| word(line, name))).collect())
}

fn find<'a>(checks: &'a [[String; 3]], name: &str) -> &'a [String; 3] {
    checks.iter().find(|[check, ..]| check == name).unwrap_or_else(|| panic!("{checks:?}"))
}

#[test]
fn fresh_database_is_sound() {
    let Some(server) = postgres::shared("fresh_database_is_sound") else { return };
    let store = server.database().unwrap();
    assert_eq!(on_store(&["relay", "doctor"], &store).code, 2, "there is no store");
    let serving = Serving::start(&store, &[]);
    assert_eq!(serving.post(message("15550000123", "c", "Hi")), Some(200));
    let (code, found) = checks(&store);
    assert_eq!((code, found.len()), (0, 9), "{found:?}");
    assert!(found.iter().all(|[_, result, _]| result == "ok"), "{found:?}");
    assert!(find(&found, "postgres")[2].ends_with("synchronous_commit is on"), "{found:?}");
    assert!(find(&found, "inbox")[2].starts_with("1 open since "), "{found:?}");
    assert_eq!(find(&found, "transactions")[2], "none is open for long");
}

#[test]
fn server_without_autovacuum_is_a_warning() {
    if postgres::is_left_out("server_without_autovacuum_is_a_warning") {
        return;
    }
    let server = Server::start_with(&[("autovacuum", "off")]).unwrap();
    assert_eq!(on_store(&["relay", "migrate"], &server.url()).code, 0);
    let (code, found) = checks(&server.url());
    assert_eq!((code, &*find(&found, "autovacuum")[1]), (1, "warning"), "{found:?}");
    server.set(&[("synchronous_commit", "off")]).unwrap();
    let (code, found) = checks(&server.url());
    assert_eq!((code, &*find(&found, "store")[1], &*find(&found, "postgres")[1]), (1, "failed", "skipped"));
    assert!(find(&found, "store")[2].contains("synchronous_commit is off"), "{found:?}");
}

async fn client(url: &str) -> Client {
    let (client, connection) = connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

#[tokio::test]
async fn open_transactions_are_seen() {
    let Some(server) = postgres::shared("open_transactions_are_seen") else { return };
    let url = server.database().unwrap();
    let store = PgStore::open(&url).await.unwrap();
    let none = |state: &ServerState| state.oldest_transaction.is_none() && state.hidden_transactions == 0;
    let state = store.server().await.unwrap();
    assert!(none(&state) && state.is_autovacuum_on && state.version.contains('.'), "{state:?}");

    let own = client(&format!("{url}?application_name=reports")).await;
    own.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let oldest = store.server().await.unwrap().oldest_transaction.unwrap();
    assert!(oldest.age >= Duration::from_millis(50) && oldest.age < Duration::from_mins(1), "{oldest:?}");
    assert!(oldest.process.is_some() && oldest.name == "reports", "{oldest:?}");
    own.batch_execute("COMMIT").await.unwrap();
    // Without a snapshot, a transaction keeps nothing.
    own.batch_execute("BEGIN").await.unwrap();
    assert!(none(&store.server().await.unwrap()));

    let other = client(&url.replace("//relay@", "//postgres@")).await;
    other.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1").await.unwrap();
    let state = store.server().await.unwrap();
    assert_eq!((state.oldest_transaction, state.hidden_transactions), (None, 1));
}
