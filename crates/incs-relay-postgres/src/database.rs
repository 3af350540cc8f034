//! The connections, and the statements over them.

use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use incs_relay::clock::Clock;
use incs_relay::store::StoreError;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::{FromSqlOwned, ToSql, Type};

use crate::error::{failure, is_conflict, is_lost, pool_failure, unexpected};
use crate::schema;

/// A parameter with its type. With the type known, a statement needs no name and no round trip of its own, so PgBouncer can pass it on.
pub(crate) type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The longest time for a statement.
const LIMIT: Duration = Duration::from_secs(10);
/// The number of times that a statement is made which the database undid because of another one.
const ATTEMPTS: usize = 4;

/// The rule for a statement whose connection was lost, when nobody knows whether it was done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// It is made again once: it changes nothing, or a second time changes nothing.
    Once,
    /// It fails.
    Never,
}

/// The database of a store.
pub(crate) struct Database {
    pub(crate) pool: Pool,
    /// The quoted name of the schema.
    pub(crate) schema: String,
    /// The clock of a test. Without it, the database has its own.
    pub(crate) clock: Option<Clock>,
    /// True if the schema is created and migrated when the database is first reached.
    pub(crate) is_created: bool,
    /// The schema that the database had, once it was reached.
    pub(crate) reached: OnceCell<u32>,
}

impl Database {
    /// Returns the time for a function, or null for that of the database.
    pub(crate) fn now(&self) -> Option<i64> {
        self.clock.as_ref().map(|clock| clock.now().as_millisecond())
    }

    /// Calls a function of the schema.
    pub(crate) async fn call(
        &self,
        function: &str,
        repeat: Repeat,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let places: Vec<_> = (1..=parameters.len()).map(|place| format!("${place}")).collect();
        let sql = format!("SELECT * FROM {}.{function}({})", self.schema, places.join(", "));
        reached(function, "before_commit");
        let rows = self.query(&sql, repeat, parameters).await;
        reached(function, "after_commit");
        rows
    }

    /// Runs a statement with `{s}` in place of the schema.
    pub(crate) async fn read(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        self.query(&sql.replace("{s}", &self.schema), Repeat::Once, parameters).await
    }

    /// Checks the server and prepares the schema, once. Returns the schema that the database had.
    pub(crate) async fn prepare(&self) -> Result<u32, StoreError> {
        let prepare = async || schema::prepare(&mut self.connection().await?, &self.schema, self.is_created).await;
        self.reached.get_or_try_init(prepare).await.copied()
    }

    async fn query(&self, sql: &str, repeat: Repeat, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        self.prepare().await?;
        let mut attempts = 0;
        let mut is_repeated = repeat == Repeat::Never;
        loop {
            attempts += 1;
            let connection = self.connection().await?;
            let error = match timeout(LIMIT, connection.query_typed(sql, parameters)).await {
                Ok(Ok(rows)) => return Ok(rows),
                Ok(Err(error)) => error,
                Err(_) => {
                    // The statement may still run, and nothing else can use the connection meanwhile.
                    drop(Object::take(connection));
                    return Err(StoreError::Busy);
                }
            };
            let may_repeat = if is_conflict(&error) {
                attempts < ATTEMPTS
            } else {
                is_lost(&error) && !std::mem::replace(&mut is_repeated, true)
            };
            if !may_repeat {
                return Err(failure(&error));
            }
        }
    }

    pub(crate) async fn connection(&self) -> Result<Object, StoreError> {
        self.pool.get().await.map_err(|error| pool_failure(&error))
    }
}

/// Reports a pass of a point at which a crash test kills the process.
#[cfg(feature = "failpoints")]
fn reached(function: &str, point: &str) {
    incs_relay::failpoint::reached(&format!("{function}.{point}"));
}

#[cfg(not(feature = "failpoints"))]
fn reached(_function: &str, _point: &str) {}

/// Returns a column of a row.
pub(crate) fn column<T: FromSqlOwned>(row: &Row, name: &str) -> Result<T, StoreError> {
    row.try_get(name).map_err(|_| unexpected())
}

/// Returns the place in a list that a column holds as a number from 1.
pub(crate) fn place(row: &Row, name: &str) -> Result<usize, StoreError> {
    usize::try_from(column::<i64>(row, name)?).ok().and_then(|place| place.checked_sub(1)).ok_or_else(unexpected)
}

/// Removes what PostgreSQL cannot store in a text.
pub(crate) fn clean(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Returns a number for a column or a limit. A larger one than PostgreSQL knows is the largest.
pub(crate) fn number(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Returns a place in a body, or a count, as a column holds it.
pub(crate) fn small(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

pub(crate) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Returns a time, or the nearest one that can be shown.
pub(crate) fn timestamp(millis: i64) -> incs_model::Timestamp {
    use incs_model::Timestamp;
    let nearest = if millis < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_millisecond(millis).unwrap_or(nearest)
}
