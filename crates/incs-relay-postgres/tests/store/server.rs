//! Servers that cannot be used, and what is said about them.

use incs_relay::store::{Store as _, StoreError};
use incs_relay_postgres::{PgOptions, PgStore};
use incs_relay_testing::postgres::{self, Server};

use crate::support::{append, connect, delivery, open};

async fn refusal(url: &str) -> String {
    match PgStore::open(url).await {
        Err(StoreError::Unsuitable(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn server_that_loses_commits_is_refused() {
    if postgres::is_left_out("server_that_loses_commits_is_refused") {
        return;
    }
    let server = Server::start().unwrap();
    for (setting, value, usual) in [
        ("fsync", "off", "on"),
        ("full_page_writes", "off", "on"),
        ("synchronous_commit", "off", "on"),
        ("synchronous_commit", "local", "on"),
        ("default_transaction_isolation", "serializable", "read committed"),
    ] {
        server.set(&[(setting, value)]).unwrap();
        let reason = refusal(&server.url()).await;
        assert!(reason.contains(setting) && reason.contains("; s"), "{reason}");
        server.set(&[(setting, usual)]).unwrap();
    }
    for value in ["on", "remote_write", "remote_apply"] {
        server.set(&[("synchronous_commit", value)]).unwrap();
        assert!(PgStore::open(&server.url()).await.is_ok(), "{value}");
    }
    // Also for a role alone.
    server.admin("ALTER ROLE relay SET synchronous_commit = off").unwrap();
    assert!(refusal(&server.url()).await.starts_with("synchronous_commit"));
}

#[tokio::test]
async fn unusable_database_is_explained() {
    let Some(server) = postgres::shared("unusable_database_is_explained") else { return };
    let url = server.database().unwrap();
    assert!(matches!(PgStore::attach(&url).await, Err(StoreError::Unsuitable(reason)) if reason.contains("no store")));
    let store = open(&url).await;
    assert_eq!(store.migrated_from(), Some(0));
    assert_eq!(open(&url).await.migrated_from(), Some(PgStore::schema()));
    connect(&url).await.execute("UPDATE incs_relay.meta SET value = 99 WHERE name = 'schema'", &[]).await.unwrap();
    assert_eq!(PgStore::open(&url).await.unwrap_err(), StoreError::TooNew { found: 99, known: PgStore::schema() });

    connect(&url).await.batch_execute("CREATE SCHEMA shop; CREATE TABLE shop.orders (id int)").await.unwrap();
    let foreign = PgOptions::new(&url).unwrap().with_schema("shop").unwrap().open().await.unwrap_err();
    assert!(foreign.to_string().contains("another program"), "{foreign}");

    let absent = url.replace("/test", "/absent");
    let error = PgStore::open(&absent).await.unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
    for url in ["postgres://relay:s3cret@127.0.0.1:1/relay", "postgres://relay:s3cret@127.0.0.1:x/relay"] {
        let error = format!("{0} {0:?}", PgStore::open(url).await.unwrap_err());
        assert!(!error.contains("s3cret"), "{error}");
    }
    assert!(matches!(PgStore::open("postgres://relay@127.0.0.1:1/relay").await, Err(StoreError::Unreachable(_))));
    for name in ["", "Shop", "1shop", "a b", "a\"b", "a'b", &"a".repeat(41)] {
        assert!(PgOptions::new(&url).unwrap().with_schema(name).is_err(), "{name}");
    }
}

/// A role that may use the tables, and nothing else.
#[tokio::test]
async fn role_without_rights_to_create_is_enough() {
    let Some(server) = postgres::shared("role_without_rights_to_create_is_enough") else { return };
    let url = server.database().unwrap();
    open(&url).await;
    let role = postgres::unique_name("role");
    let grant = format!(
        "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA incs_relay TO {role};
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA incs_relay TO {role};
         GRANT USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA incs_relay TO {role}"
    );
    let admin = url.replace("//relay@", "//postgres@");
    server.query(&admin, &grant).unwrap();
    let as_role = url.replace("//relay@", &format!("//{role}@"));
    let store = open(&as_role).await;
    append(&store, "a", &["one"]).await;
    let error = PgOptions::new(&as_role).unwrap().with_schema("other").unwrap().open().await.unwrap_err();
    assert!(error.to_string().contains("grant"), "{error}");
}

#[tokio::test]
async fn schemas_have_nothing_in_common() {
    let Some(server) = postgres::shared("schemas_have_nothing_in_common") else { return };
    let url = server.database().unwrap();
    let other = PgOptions::new(&url).unwrap().with_schema("viber").unwrap().open().await.unwrap();
    let store = open(&url).await;
    let same = delivery("a", &["one"]);
    store.append(vec![same.clone()]).await.unwrap();
    assert_eq!(other.stats().await.unwrap().items, 0);
    other.append(vec![same]).await.unwrap();
    assert_eq!((store.stats().await.unwrap().items, other.stats().await.unwrap().items), (1, 1));
}

/// PostgreSQL stores no NUL in a text. One webhook with such a text must not fail those that share its statement.
#[tokio::test]
async fn any_text_can_be_stored() {
    let Some(server) = postgres::shared("any_text_can_be_stored") else { return };
    let store = open(&server.database().unwrap()).await;
    let mut odd = delivery("a", &["\0"]);
    odd.items[0].kind = "\0kind\u{10ffff}".to_owned();
    odd.items[0].pointer = "/\0'\"\u{10ffff}".to_owned();
    store.append(vec![odd.clone()]).await.unwrap();
    let read = store.read(None, 9).await.unwrap().pop().unwrap();
    assert_eq!((&*read.pointer, read.raw.as_deref()), ("/\0'\"\u{10ffff}", Some(&b"\0"[..])));
    assert_eq!(read.kind, "\u{fffd}kind\u{10ffff}");
}
