//! The schemas of the files, their migrations, and the checks at the start.

use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use super::failure;
use crate::failpoint;
use crate::store::StoreError;

/// SQLite before this version can corrupt a file in WAL mode while one connection writes and another checkpoints.
const OLDEST_SQLITE: i32 = 3_051_003;

/// A kind of file.
pub(super) struct Kind {
    /// Marks the files of this kind.
    pub(super) application_id: i32,
    /// The steps from each schema to the next. Never change a step that was released; add one.
    pub(super) migrations: &'static [&'static str],
    /// The error for a database of another kind.
    pub(super) refusal: &'static str,
}

impl Kind {
    /// Returns the newest schema that this version knows.
    #[allow(clippy::cast_possible_truncation, reason = "there are few steps")]
    const fn schema(&self) -> u32 {
        self.migrations.len() as u32
    }
}

/// A relay store: `INCS` in ASCII.
pub(super) const STORE: Kind =
    Kind { application_id: 0x494E_4353, migrations: &MIGRATIONS, refusal: "the file is a database of another program" };

const MIGRATIONS: [&str; 3] = [
    // The inbox. An item is only inserted; what changes is `open` and the row of its ordering key, which both stay small.
    "CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
     INSERT INTO meta VALUES ('token', 0);
     CREATE TABLE delivery(
         id INTEGER PRIMARY KEY,          -- the first of its items
         items INTEGER NOT NULL,          -- their number; they follow each other
         received_at INTEGER NOT NULL,    -- all times are milliseconds since 1970
         size INTEGER NOT NULL,
         envelope BLOB NOT NULL,
         body BLOB);                      -- NULL if erased
     CREATE TABLE item(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         ordering INTEGER NOT NULL,
         delivery INTEGER,                -- NULL for the first of its delivery, which has its number
         start INTEGER NOT NULL,
         length INTEGER,                  -- NULL if erased
         received_at INTEGER NOT NULL,
         class INTEGER NOT NULL,
         attempts INTEGER NOT NULL,       -- of an item that is done, or its first value
         duplicate_of INTEGER,
         replay_of INTEGER,
         dedup_key BLOB NOT NULL,
         message BLOB,
         kind TEXT NOT NULL,
         pointer TEXT NOT NULL);
     CREATE UNIQUE INDEX item_dedup_key ON item(dedup_key);
     CREATE INDEX item_message ON item(message) WHERE message IS NOT NULL;
     CREATE TABLE open(ordering INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY (ordering, item)) WITHOUT ROWID;
     CREATE TABLE ordering(               -- the keys with open items
         key INTEGER PRIMARY KEY,
         ready_at INTEGER NOT NULL,       -- due, end of the lease, or next attempt
         token INTEGER NOT NULL,
         attempts INTEGER NOT NULL,       -- of the first open item, or of the first leased one
         leased_from INTEGER,             -- the first leased item; NULL without a lease
         leased_to INTEGER,               -- the last one
         single_to INTEGER NOT NULL,      -- items up to this one are handed out one by one
         blocked_since INTEGER,
         error TEXT);
     CREATE INDEX ordering_ready ON ordering(ready_at);
     CREATE TABLE dead(item INTEGER PRIMARY KEY, reason TEXT NOT NULL, error TEXT NOT NULL, at INTEGER NOT NULL,
         attempts INTEGER NOT NULL);
     CREATE TABLE delivery_state(message TEXT PRIMARY KEY, state TEXT NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID;",
    // Messages that handlers enqueue.
    "CREATE TABLE outbox(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         key TEXT NOT NULL UNIQUE,
         channel TEXT NOT NULL,
         body BLOB NOT NULL,
         enqueued_at INTEGER NOT NULL);
     CREATE INDEX delivery_state_updated ON delivery_state(updated_at);",
    // Messages that are sent. The body comes last, so that the other columns are read without its pages. Programs insert messages with SQL
    // of their own, so the table checks their values.
    "ALTER TABLE outbox RENAME TO old_outbox;
     CREATE TABLE outbox(
         id INTEGER PRIMARY KEY AUTOINCREMENT,
         state INTEGER NOT NULL DEFAULT 0,   -- the position in `OutboxState::ALL`
         attempts INTEGER NOT NULL DEFAULT 0,
         recorded INTEGER NOT NULL DEFAULT 0, -- the last attempt whose outcome was recorded
         retries INTEGER NOT NULL DEFAULT 0, -- counted attempts in a row that sent nothing
         due_at INTEGER NOT NULL,            -- its own time: of the enqueue, or the end of the wait
         next_at INTEGER,                    -- the time of the next mark; NULL unless it is queued and nothing blocks it
         hold_until INTEGER,                 -- the time until which it holds later ones, while it is unknown
         enqueued_at INTEGER NOT NULL,
         changed_at INTEGER NOT NULL,
         sending_at INTEGER,
         sender INTEGER,
         accepted_at INTEGER,
         receipt_at INTEGER,
         asked_at INTEGER,
         not_after INTEGER,
         version INTEGER NOT NULL DEFAULT 0,
         is_reported INTEGER NOT NULL DEFAULT 0,
         report_at INTEGER,                  -- NULL if there is nothing to report
         report_attempts INTEGER NOT NULL DEFAULT 0,
         is_ordered INTEGER NOT NULL CHECK (is_ordered IN (0, 1)),
         is_free_form INTEGER NOT NULL CHECK (is_free_form IN (0, 1)),
         is_sent_again INTEGER NOT NULL DEFAULT 0,
         stage INTEGER,                      -- 0 created, 1 sent, 2 failed, 3 delivered, 4 read
         proof INTEGER,                      -- the position in `Proof::ALL`
         recipient INTEGER,
         content BLOB CHECK (length(content) = 16),
         message_id TEXT,
         second_message_id TEXT,
         decided_by TEXT,
         reason TEXT,
         error TEXT,
         channel TEXT NOT NULL,
         key TEXT NOT NULL UNIQUE,
         body BLOB,                          -- NULL if erased
         CHECK (state <> 0 OR body IS NOT NULL)) STRICT;
     INSERT INTO outbox(id, due_at, next_at, enqueued_at, changed_at, is_ordered, is_free_form, channel, key, body)
         SELECT id, enqueued_at, enqueued_at, enqueued_at, enqueued_at, 0, 0, channel, key, CAST(body AS BLOB) FROM old_outbox ORDER BY id;
     DROP TABLE old_outbox;
     CREATE INDEX outbox_due ON outbox(next_at) WHERE next_at IS NOT NULL;
     CREATE INDEX outbox_state ON outbox(state);
     CREATE INDEX outbox_recipient ON outbox(recipient, state, channel, is_ordered);
     CREATE UNIQUE INDEX outbox_message_id ON outbox(message_id) WHERE message_id IS NOT NULL;
     CREATE INDEX outbox_unknown ON outbox(changed_at) WHERE state = 7;
     CREATE INDEX outbox_without_id ON outbox(recipient) WHERE state = 2 AND message_id IS NULL;
     CREATE INDEX outbox_sent_again ON outbox(recipient) WHERE is_sent_again = 1;
     CREATE INDEX outbox_without_receipt ON outbox(accepted_at) WHERE receipt_at IS NULL AND message_id IS NOT NULL;
     CREATE INDEX outbox_final ON outbox(changed_at) WHERE state IN (2, 3, 4, 5, 6, 9);
     CREATE INDEX outbox_report ON outbox(report_at) WHERE report_at IS NOT NULL;
     CREATE TABLE relay_sender(id INTEGER PRIMARY KEY, lease_until INTEGER NOT NULL);
     CREATE TABLE relay_sighting(
         name TEXT PRIMARY KEY,              -- the id of INCS, or else that of the provider
         kind INTEGER NOT NULL,              -- 0 created, 1 receipt
         message_id TEXT,
         incs_id INTEGER,
         channel TEXT,
         recipient INTEGER,
         content BLOB,
         at INTEGER NOT NULL,
         is_exact INTEGER NOT NULL) WITHOUT ROWID;
     CREATE INDEX relay_sighting_recipient ON relay_sighting(recipient, at);
     CREATE INDEX relay_sighting_message_id ON relay_sighting(message_id);
     CREATE INDEX relay_sighting_at ON relay_sighting(at);
     CREATE TABLE relay_contact(customer INTEGER NOT NULL, channel TEXT NOT NULL, at INTEGER NOT NULL,
         PRIMARY KEY (customer, channel)) WITHOUT ROWID;
     CREATE INDEX relay_contact_at ON relay_contact(at);
     CREATE TABLE relay_property(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
];

/// The newest schema of a store that this version knows.
pub(super) const SCHEMA: u32 = STORE.schema();

/// Opens a connection that may write.
pub(super) fn open(path: &Path, kind: &Kind) -> Result<Connection, StoreError> {
    check_version(rusqlite::version_number())?;
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Before anything is written, since the next statement changes the file.
    found(&connection, kind)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(|error| failure(&error))?;
    if mode != "wal" {
        return Err(StoreError::Unsuitable(format!("the file system cannot hold a store: journal mode {mode}")));
    }
    // FAST leaves the bytes of pages that become free. A change of a message with a large body frees such pages, so an erasure would miss
    // them.
    connection
        .execute_batch(
            "PRAGMA wal_autocheckpoint = 0; PRAGMA foreign_keys = OFF; PRAGMA secure_delete = ON;
             PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA cache_size = -32768;
             PRAGMA journal_size_limit = 67108864;",
        )
        .map_err(|error| failure(&error))?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Opens a connection that only reads.
pub(super) fn open_to_read(path: &Path) -> Result<Connection, StoreError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn connect(path: &Path, access: OpenFlags) -> Result<Connection, StoreError> {
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(|error| failure(&error))?;
    // Without it, SQLite compiles a cached statement again whenever another value is bound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(|error| failure(&error))?;
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(|error| failure(&error))?;
    Ok(connection)
}

fn check_version(found: i32) -> Result<(), StoreError> {
    if found >= OLDEST_SQLITE {
        return Ok(());
    }
    let shown = |number: i32| format!("{}.{}.{}", number / 1_000_000, number / 1000 % 1000, number % 1000);
    Err(StoreError::Unsuitable(format!(
        "SQLite {} can corrupt a store; {} or later is needed, such as the one of the feature `bundled`",
        shown(found),
        shown(OLDEST_SQLITE),
    )))
}

/// Returns the schema of the file, 0 for an empty one.
pub(super) fn found(connection: &Connection, kind: &Kind) -> Result<u32, StoreError> {
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    let read =
        || Ok::<_, rusqlite::Error>((pragma("application_id")?, pragma("user_version")?, pragma("schema_version")?));
    match read().map_err(|error| failure(&error))? {
        (0, 0, 0) => Ok(0),
        (application, version, _) if application == i64::from(kind.application_id) => {
            let (found, known) = (u32::try_from(version).unwrap_or(u32::MAX), kind.schema());
            if found > known { Err(StoreError::TooNew { found, known }) } else { Ok(found) }
        }
        _ => Err(StoreError::Unsuitable(kind.refusal.to_owned())),
    }
}

/// Brings the file to the newest schema, each step in a transaction of its own. Returns the schema before.
pub(super) fn migrate(connection: &Connection, kind: &Kind) -> Result<u32, StoreError> {
    let before = found(connection, kind)?;
    let id = kind.application_id;
    for (version, step) in (1..).zip(kind.migrations).skip(before as usize) {
        let sql = format!("BEGIN IMMEDIATE; {step} PRAGMA application_id = {id}; PRAGMA user_version = {version};");
        let stepped = connection.execute_batch(&sql).and_then(|()| {
            failpoint::reached("migration.before_commit");
            connection.execute_batch("COMMIT")
        });
        if let Err(error) = stepped {
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK").map_err(|error| failure(&error))?;
            }
            return Err(failure(&error));
        }
        failpoint::reached("migration.after_commit");
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_sqlite_is_refused() {
        assert!(check_version(3_051_003).is_ok());
        assert!(check_version(4_000_000).is_ok());
        let error = check_version(3_040_001).unwrap_err().to_string();
        assert!(error.starts_with("SQLite 3.40.1 can corrupt a store; 3.51.3 or later"), "{error}");
    }
}
