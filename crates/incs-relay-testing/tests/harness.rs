//! The servers and the proxy themselves, with `tokio-postgres`.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use incs_relay_testing::bouncer::{self, Bouncer};
use incs_relay_testing::postgres::{self, Server};
use incs_relay_testing::proxy::Proxy;
use tokio_postgres::{Client, NoTls};

async fn connect(url: &str) -> Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn number(client: &Client, sql: &str) -> Result<i32> {
    // Without a named statement, so that PgBouncer in transaction mode can pass it on.
    let rows = client.query_typed(sql, &[]).await?;
    Ok(rows.first().context("no row")?.try_get(0)?)
}

#[tokio::test]
async fn server_stops_and_starts_again() -> Result<()> {
    if postgres::is_left_out("server_stops_and_starts_again") {
        return Ok(());
    }
    let server = Server::start()?;
    let client = connect(&server.url()).await?;
    client.batch_execute("CREATE TABLE t (n int); INSERT INTO t VALUES (7)").await?;
    server.stop_immediately()?;
    ensure!(number(&client, "SELECT 1").await.is_err(), "the connection survived");
    ensure!(connect(&server.url()).await.is_err(), "it still accepts connections");
    server.start_again()?;
    let client = connect(&server.url()).await?;
    ensure!(number(&client, "SELECT n FROM t").await? == 7);
    server.kill()?;
    server.start_again()?;
    let client = connect(&server.url()).await?;
    ensure!(number(&client, "SELECT n FROM t").await? == 7);
    ensure!(server.query(&server.url(), "SHOW fsync")? == "on");
    server.set(&[("synchronous_commit", "off")])?;
    ensure!(server.query(&server.url(), "SHOW synchronous_commit")? == "off");
    server.stop()?;
    server.start_again()?;
    ensure!(server.query(&server.url(), "SELECT n FROM t")? == "7");
    Ok(())
}

#[tokio::test]
async fn each_test_has_a_database() -> Result<()> {
    let Some(server) = postgres::shared("each_test_has_a_database") else { return Ok(()) };
    let (one, other) = (server.database()?, server.database()?);
    connect(&one).await?.batch_execute("CREATE TABLE t (n int)").await?;
    ensure!(number(&connect(&one).await?, "SELECT count(*)::int FROM t").await? == 0);
    ensure!(number(&connect(&other).await?, "SELECT count(*)::int FROM t").await.is_err());
    Ok(())
}

#[tokio::test]
async fn bouncer_shares_connections() -> Result<()> {
    if bouncer::is_left_out("bouncer_shares_connections") || postgres::is_left_out("bouncer_shares_connections") {
        return Ok(());
    }
    let server = Server::start()?;
    let bouncer = Bouncer::start_with(&server, &[("default_pool_size", "1")])?;
    let clients = [connect(&bouncer.url()).await?, connect(&bouncer.url()).await?];
    let pid = "SELECT pg_backend_pid()";
    ensure!(number(&clients[0], pid).await? == number(&clients[1], pid).await?, "each has its own");
    let database = bouncer.url_of(&server.database()?)?;
    ensure!(number(&connect(&database).await?, "SELECT 1").await? == 1);
    server.stop_immediately()?;
    server.start_again()?;
    let mut client = None;
    for _ in 0..50 {
        if let Ok(again) = connect(&bouncer.url()).await
            && number(&again, "SELECT 1").await.is_ok()
        {
            client = Some(again);
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    ensure!(client.is_some(), "it does not connect again: {}", bouncer.log());
    Ok(())
}

#[tokio::test]
async fn proxy_cuts_and_holds() -> Result<()> {
    let Some(server) = postgres::shared("proxy_cuts_and_holds") else { return Ok(()) };
    let url = server.database()?;
    let proxy = Proxy::start(server.port())?;
    let through = proxy.through(&url, server.port());
    let client = connect(&through).await?;
    ensure!(number(&client, "SELECT 1").await? == 1);

    proxy.pause();
    let held = tokio::time::timeout(Duration::from_millis(200), number(&client, "SELECT 2")).await;
    ensure!(held.is_err(), "nothing was held");
    proxy.resume();
    ensure!(number(&client, "SELECT 3").await? == 3);

    client.batch_execute("CREATE TABLE t (n int)").await?;
    proxy.lose_replies(1);
    ensure!(client.batch_execute("INSERT INTO t VALUES (1)").await.is_err(), "the reply arrived");
    ensure!(proxy.replies_to_lose() == 0);
    ensure!(server.query(&url, "SELECT count(*) FROM t")? == "1");

    proxy.cut_after_requests_bytes(150);
    let client = connect(&through).await?;
    let insert = format!("INSERT INTO t VALUES (2) -- {}", "-".repeat(200));
    ensure!(client.batch_execute(&insert).await.is_err(), "the request arrived");
    ensure!(server.query(&url, "SELECT count(*) FROM t")? == "1");
    proxy.cut_no_more();

    proxy.cut_after_reply_bytes(0);
    ensure!(connect(&through).await.is_err(), "a reply arrived");
    proxy.cut_no_more();

    let client = connect(&through).await?;
    proxy.cut_all();
    ensure!(number(&client, "SELECT 1").await.is_err(), "the connection survived");
    proxy.refuse();
    ensure!(connect(&through).await.is_err(), "it still accepts connections");
    proxy.resume();
    ensure!(number(&connect(&through).await?, "SELECT 1").await? == 1);
    Ok(())
}
