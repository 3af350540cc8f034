//! The schema in the database, its migrations, and the checks at the start.

use deadpool_postgres::Object;
use incs_relay::store::StoreError;
use tokio_postgres::types::Type;

use crate::error::{failure, unexpected};

/// The steps from each schema to the next. Never change a step that was released; add one.
const MIGRATIONS: [&str; 1] =
    [concat!(include_str!("sql/tables.sql"), include_str!("sql/outbox.sql"), include_str!("sql/inbox.sql"))];

/// The newest schema that this version knows.
#[allow(clippy::cast_possible_truncation, reason = "there are few steps")]
pub(crate) const SCHEMA: u32 = MIGRATIONS.len() as u32;

/// The oldest version of PostgreSQL that the tests run with.
const OLDEST_SERVER: i32 = 150_000;

/// Checks the server, and creates or migrates the schema if that is wanted. Returns the schema that the database had, 0 if there was none.
pub(crate) async fn prepare(connection: &mut Object, schema: &str, is_created: bool) -> Result<u32, StoreError> {
    check_server(connection).await?;
    let before = found(connection, schema).await?;
    match before {
        SCHEMA => {}
        _ if is_created => migrate(connection, schema).await?,
        0 => return Err(StoreError::Unsuitable("the database holds no store in this schema".to_owned())),
        _ => return Err(StoreError::Unsuitable("the store has an older schema; migrate it first".to_owned())),
    }
    Ok(before)
}

/// Refuses a server whose settings lose what was committed.
async fn check_server(connection: &Object) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('fsync'), current_setting('full_page_writes'),
                   current_setting('synchronous_commit'), current_setting('server_version_num')::integer,
                   pg_is_in_recovery(), current_setting('default_transaction_isolation')";
    let rows = connection.query_typed(sql, &[]).await.map_err(|error| failure(&error))?;
    let row = rows.first().ok_or_else(unexpected)?;
    let setting = |place: usize| row.try_get::<_, String>(place).map_err(|error| failure(&error));
    let version: i32 = row.try_get(3).map_err(|error| failure(&error))?;
    let is_standby: bool = row.try_get(4).map_err(|error| failure(&error))?;
    let refusal = if setting(0)? != "on" {
        "fsync is off, so a crash can lose what was acknowledged; switch it on"
    } else if setting(1)? != "on" {
        "full_page_writes is off, so a crash can damage the database; switch it on"
    } else if ["off", "local"].contains(&&*setting(2)?) {
        "synchronous_commit is off or local, so a crash can lose what was acknowledged; set it to on or more for this role"
    } else if setting(5)? != "read committed" {
        "default_transaction_isolation is not `read committed`, which the functions rely on; set it for this role"
    } else if version < OLDEST_SERVER {
        "the server is older than PostgreSQL 15; use a newer one"
    } else if is_standby {
        "the server is a standby, which only reads; use the primary"
    } else {
        return Ok(());
    };
    Err(StoreError::Unsuitable(refusal.to_owned()))
}

/// Returns the number of the schema in the database, 0 for a database without one.
async fn found(connection: &Object, schema: &str) -> Result<u32, StoreError> {
    let sql =
        "SELECT to_regclass($1) IS NOT NULL, EXISTS (SELECT 1 FROM pg_class WHERE relnamespace = to_regnamespace($2))";
    let (meta, name) = (format!("{schema}.meta"), schema.to_owned());
    let rows = connection.query_typed(sql, &[(&meta, Type::TEXT), (&name, Type::TEXT)]).await;
    let rows = rows.map_err(|error| failure(&error))?;
    let is_there = |place: usize| rows.first().and_then(|row| row.try_get::<_, bool>(place).ok()).unwrap_or(false);
    let (has_meta, has_tables) = (is_there(0), is_there(1));
    let foreign = || StoreError::Unsuitable("the schema holds tables of another program; name another one".to_owned());
    if !has_meta {
        return if has_tables { Err(foreign()) } else { Ok(0) };
    }
    let sql = format!("SELECT value FROM {schema}.meta WHERE name = 'schema'");
    let rows = connection.query_typed(&sql, &[]).await.map_err(|_| foreign())?;
    let found = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok()).and_then(|found| u32::try_from(found).ok());
    match found {
        Some(found) if found > SCHEMA => Err(StoreError::TooNew { found, known: SCHEMA }),
        Some(found) => Ok(found),
        None => Err(foreign()),
    }
}

/// Brings the schema to the newest version, all steps in one transaction.
async fn migrate(connection: &mut Object, schema: &str) -> Result<(), StoreError> {
    let transaction = connection.transaction().await.map_err(|error| failure(&error))?;
    // Another process may migrate at the same time.
    let begin = format!(
        "SET LOCAL lock_timeout = '60s';
         SELECT pg_advisory_xact_lock(hashtext('incs relay {schema}')::bigint);
         CREATE SCHEMA IF NOT EXISTS {schema};
         CREATE TABLE IF NOT EXISTS {schema}.meta(name text PRIMARY KEY, value bigint NOT NULL);"
    );
    transaction.batch_execute(&begin).await.map_err(|error| failure(&error))?;
    let sql = format!("SELECT value FROM {schema}.meta WHERE name = 'schema'");
    let rows = transaction.query_typed(&sql, &[]).await.map_err(|error| failure(&error))?;
    let version = rows.first().and_then(|row| row.try_get::<_, i64>(0).ok()).unwrap_or(0);
    for (number, step) in (1_i64..).zip(MIGRATIONS).skip(usize::try_from(version).unwrap_or(usize::MAX)) {
        let step = step.replace("{s}", schema).replace("{name}", schema.trim_matches('"'));
        let sql = format!(
            "{step}
             INSERT INTO {schema}.meta VALUES ('schema', {number}) ON CONFLICT (name) DO UPDATE SET value = excluded.value;"
        );
        transaction.batch_execute(&sql).await.map_err(|error| failure(&error))?;
    }
    transaction.commit().await.map_err(|error| failure(&error))
}

/// Returns the quoted form of a name.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}
