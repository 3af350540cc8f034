//! The state of the server, for operators.

use std::time::Duration;

use incs_model::Timestamp;
use incs_relay::store::StoreError;

use crate::database::{Database, column, timestamp};
use crate::error::unexpected;

/// The state of a server, as far as it matters for a store.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ServerState {
    /// The version, such as `15.6`.
    pub version: String,
    /// The setting `synchronous_commit` of this role.
    pub synchronous_commit: String,
    /// True if the server removes dead rows by itself.
    pub is_autovacuum_on: bool,
    /// Rows that are used. An estimate of the server.
    pub live_rows: u64,
    /// Rows that are not used any more, and take space until they are removed. An estimate of the server.
    pub dead_rows: u64,
    /// The time at which the table with the most dead rows was last vacuumed.
    pub vacuumed_at: Option<Timestamp>,
    /// The time of the server.
    pub now: Timestamp,
    /// The oldest transaction in the database that keeps dead rows from being removed.
    pub oldest_transaction: Option<OpenTransaction>,
    /// Transactions of other roles whose age this role may not see. Members of `pg_read_all_stats` see all of them.
    pub hidden_transactions: u64,
}

/// A transaction that is open in the database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct OpenTransaction {
    /// The time for which it has been open.
    pub age: Duration,
    /// The number of the process that `pg_terminate_backend` ends. `None` for a prepared transaction.
    pub process: Option<i32>,
    /// The name of the program, as it gave it to the server, or the name of the prepared transaction.
    pub name: String,
}

/// The first table is the one with the most dead rows.
const SQL: &str = "WITH tables AS (
        SELECT n_live_tup AS live, n_dead_tup AS dead, greatest(last_vacuum, last_autovacuum) AS vacuumed
        FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid WHERE relnamespace = '{s}'::regnamespace),
    transactions AS (
        SELECT xact_start AS since, pid, application_name AS name FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
            AND xact_start IS NOT NULL AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)
        UNION ALL
        SELECT prepared, NULL, gid FROM pg_prepared_xacts WHERE database = current_database()),
    oldest AS (SELECT * FROM transactions ORDER BY since LIMIT 1)
    SELECT current_setting('server_version') AS version, current_setting('synchronous_commit') AS synchronous_commit,
        current_setting('autovacuum')::boolean AND current_setting('track_counts')::boolean AS is_autovacuum_on,
        (SELECT coalesce(sum(live), 0)::bigint FROM tables) AS live,
        (SELECT coalesce(sum(dead), 0)::bigint FROM tables) AS dead,
        (SELECT extract(epoch FROM vacuumed) * 1000 FROM tables ORDER BY dead DESC LIMIT 1)::bigint AS vacuumed_at,
        (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now,
        (SELECT extract(epoch FROM clock_timestamp() - since) * 1000 FROM oldest)::bigint AS age,
        (SELECT pid FROM oldest) AS process, (SELECT name FROM oldest) AS name,
        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type IS NULL
            AND (backend_xid IS NOT NULL OR backend_xmin IS NOT NULL)) AS hidden";

pub(crate) async fn state(database: &Database) -> Result<ServerState, StoreError> {
    let rows = database.read(SQL, &[]).await?;
    let row = rows.first().ok_or_else(unexpected)?;
    let count = |name: &str| column::<i64>(row, name).map(i64::unsigned_abs);
    let age = column::<Option<i64>>(row, "age")?.map(|age| Duration::from_millis(u64::try_from(age).unwrap_or(0)));
    let oldest_transaction = match age {
        Some(age) => Some(OpenTransaction { age, process: column(row, "process")?, name: column(row, "name")? }),
        None => None,
    };
    Ok(ServerState {
        version: column(row, "version")?,
        synchronous_commit: column(row, "synchronous_commit")?,
        is_autovacuum_on: column(row, "is_autovacuum_on")?,
        live_rows: count("live")?,
        dead_rows: count("dead")?,
        vacuumed_at: column::<Option<i64>>(row, "vacuumed_at")?.map(timestamp),
        now: timestamp(column(row, "now")?),
        oldest_transaction,
        hidden_transactions: count("hidden")?,
    })
}
