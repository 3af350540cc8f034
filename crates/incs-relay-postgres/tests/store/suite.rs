//! The contract over PostgreSQL: directly, and through PgBouncer in transaction mode.

use incs_relay::clock::Clock;
use incs_relay::contract::Suite;
use incs_relay_postgres::{PgOptions, tokio_postgres::Client};
use incs_relay_testing::bouncer::{self, Bouncer};
use incs_relay_testing::postgres;

use crate::support::connect;

/// Removes everything but the tables.
const WIPE: &str = "DO $$ DECLARE v_table text; BEGIN
    FOR v_table IN SELECT tablename FROM pg_tables WHERE schemaname = 'incs_relay' AND tablename <> 'meta' LOOP
        EXECUTE format('DELETE FROM incs_relay.%I', v_table);
    END LOOP;
    IF to_regclass('incs_relay.meta') IS NOT NULL THEN DELETE FROM incs_relay.meta WHERE name <> 'schema'; END IF;
END $$";

async fn check(url: &str, admin: &Client, cases: u32) {
    let open = |clock: Clock| async move {
        admin.batch_execute(WIPE).await.unwrap();
        PgOptions::new(url)?.with_clock(clock).without_listening().open().await
    };
    Suite::new().with_cases(cases).run(open).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contract_is_kept() {
    let Some(server) = postgres::shared("contract_is_kept") else { return };
    let url = server.database().unwrap();
    let cases = std::env::var("INCS_CONTRACT_CASES").ok().and_then(|cases| cases.parse().ok());
    check(&url, &connect(&url).await, cases.unwrap_or(256)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contract_is_kept_behind_pgbouncer() {
    let Some(server) = postgres::shared("contract_is_kept_behind_pgbouncer") else { return };
    if bouncer::is_left_out("contract_is_kept_behind_pgbouncer") {
        return;
    }
    let bouncer = Bouncer::start(server).unwrap();
    let url = server.database().unwrap();
    check(&bouncer.url_of(&url).unwrap(), &connect(&url).await, 16).await;
}
