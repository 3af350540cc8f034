//! The state of one ordering key with open items.

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{Millis, millis};
use crate::store::types::NOTICE;

/// The row of an ordering key. Changes are written by [`save`](Self::save).
pub(super) struct Key {
    pub(super) ordering: i64,
    /// The time at which it is due, at which its lease ends, or of the next attempt.
    pub(super) ready_at: Millis,
    pub(super) token: i64,
    /// Attempts of the current item, like the two fields below.
    pub(super) attempts: i64,
    pub(super) blocked_since: Option<Millis>,
    pub(super) error: Option<String>,
    /// The first and the last leased item.
    pub(super) lease: Option<(i64, i64)>,
    /// Items up to this one are handed out one by one.
    pub(super) single_to: i64,
    /// The first open item of the lease, or the first one of the key without a lease. The two differ after a dead letter was handed back
    /// while later items were leased.
    pub(super) current: Option<i64>,
}

/// The columns that [`Key::read`] reads.
const COLUMNS: &str = "key, ready_at, token, attempts, blocked_since, error, leased_from, leased_to, single_to,
    (SELECT min(item) FROM open WHERE open.ordering = key AND item >= ifnull(leased_from, 0)) AS current";

impl Key {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let lease: (Option<i64>, Option<i64>) = (row.get("leased_from")?, row.get("leased_to")?);
        Ok(Self {
            ordering: row.get("key")?,
            ready_at: row.get("ready_at")?,
            token: row.get("token")?,
            attempts: row.get("attempts")?,
            blocked_since: row.get("blocked_since")?,
            error: row.get("error")?,
            lease: lease.0.zip(lease.1),
            single_to: row.get("single_to")?,
            current: row.get("current")?,
        })
    }

    /// Loads a key. `None` if it has no open item.
    pub(super) fn load(connection: &Connection, key: i64) -> rusqlite::Result<Option<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM ordering WHERE key = ?1");
        connection.prepare_cached(&sql)?.query_row([key], Self::read).optional()
    }

    /// Loads the keys that are due, those that wait the longest first.
    pub(super) fn due(connection: &Connection, now: Millis, keys: i64) -> rusqlite::Result<Vec<Self>> {
        let sql = format!("SELECT {COLUMNS} FROM ordering WHERE ready_at <= ?1 ORDER BY ready_at, key LIMIT ?2");
        connection.prepare_cached(&sql)?.query_map([now, keys], Self::read)?.collect()
    }

    /// Writes the row, or removes it if the key has no open item.
    pub(super) fn save(&self, connection: &Connection) -> rusqlite::Result<()> {
        if self.current.is_none() && self.head(connection)?.is_none() {
            return connection
                .prepare_cached("DELETE FROM ordering WHERE key = ?1")?
                .execute([self.ordering])
                .map(drop);
        }
        let sql = "UPDATE ordering SET ready_at = ?2, token = ?3, attempts = ?4, blocked_since = ?5, error = ?6,
                       leased_from = ?7, leased_to = ?8, single_to = ?9 WHERE key = ?1";
        let (from, to) = self.lease.unzip();
        let Self { ordering, ready_at, token, attempts, blocked_since, error, single_to, .. } = self;
        let values = params![ordering, ready_at, token, attempts, blocked_since, error, from, to, single_to];
        connection.prepare_cached(sql)?.execute(values).map(drop)
    }

    /// Returns the first open item.
    pub(super) fn head(&self, connection: &Connection) -> rusqlite::Result<Option<i64>> {
        self.first(connection, 0)
    }

    fn first(&self, connection: &Connection, from: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "SELECT min(item) FROM open WHERE ordering = ?1 AND item >= ?2";
        connection.prepare_cached(sql)?.query_row([self.ordering, from], |row| row.get(0))
    }

    pub(super) fn is_leased(&self, id: i64) -> bool {
        self.lease.is_some_and(|(from, to)| (from..=to).contains(&id))
    }

    /// Removes an open item. Returns its attempts, or `None` if it is not open.
    pub(super) fn take(&mut self, connection: &Connection, id: i64) -> rusqlite::Result<Option<i64>> {
        let sql = "DELETE FROM open WHERE ordering = ?1 AND item = ?2";
        if connection.prepare_cached(sql)?.execute([self.ordering, id])? == 0 {
            return Ok(None);
        }
        let attempts = if self.current == Some(id) { self.attempts } else { i64::from(self.is_leased(id)) };
        // An item is inserted with one attempt, so that most items are never written again.
        if attempts != 1 {
            connection.prepare_cached("UPDATE item SET attempts = ?2 WHERE id = ?1")?.execute([id, attempts])?;
        }
        if self.current == Some(id) {
            self.current = self.first(connection, self.lease.map_or(0, |(from, _)| from))?;
            self.start_anew();
            // The next leased item was handed out with this one.
            self.attempts = i64::from(self.current.is_some_and(|next| self.is_leased(next)));
        }
        Ok(Some(attempts))
    }

    /// Makes an open item a dead letter. Does nothing if it is not open.
    pub(super) fn bury(
        &mut self,
        connection: &Connection,
        now: Millis,
        id: i64,
        reason: &str,
        error: &str,
    ) -> rusqlite::Result<()> {
        let Some(attempts) = self.take(connection, id)? else { return Ok(()) };
        let sql = "INSERT OR REPLACE INTO dead(item, reason, error, at, attempts) VALUES (?1, ?2, ?3, ?4, ?5)";
        connection.prepare_cached(sql)?.execute(params![id, reason, error, now, attempts]).map(drop)
    }

    /// Forgets the failures, which were those of another item.
    pub(super) fn start_anew(&mut self) {
        (self.attempts, self.blocked_since, self.error) = (0, None, None);
    }

    pub(super) fn end_lease(&mut self, connection: &Connection, now: Millis, ready_at: Millis) -> rusqlite::Result<()> {
        let head = self.head(connection)?;
        (self.lease, self.ready_at) = (None, ready_at);
        if head != self.current {
            self.current = head;
            self.start_anew();
            self.ready_at = now;
        }
        Ok(())
    }

    /// Ends the lease after an operator has ended an item of it. The key waits a little, so that the holder can notice.
    pub(super) fn revoke(&mut self, connection: &Connection, now: Millis) -> rusqlite::Result<()> {
        if self.lease.is_none() {
            return Ok(());
        }
        let ready_at = self.ready_at.min(now.saturating_add(millis(NOTICE)));
        // The attempt was ended by the operator.
        self.attempts = self.attempts.saturating_sub(1).max(0);
        self.end_lease(connection, now, ready_at)?;
        self.ready_at = ready_at;
        Ok(())
    }

    /// Makes the key due if an operator is about to end its first item.
    pub(super) fn unblock(&mut self, now: Millis, id: i64) {
        if self.lease.is_none() && self.current == Some(id) {
            self.ready_at = now;
        }
    }
}
