//! Errors of the database as errors of a store. Messages of PostgreSQL may quote values, so only its codes are shown.

use std::error::Error as _;
use std::io;

use deadpool_postgres::{PoolError, TimeoutType};
use incs_relay::store::StoreError;
use tokio_postgres::error::SqlState;

/// Reports whether an operation that is repeated may succeed at once: the database has undone it because of another one.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    matches!(error.code(), Some(&SqlState::T_R_DEADLOCK_DETECTED | &SqlState::T_R_SERIALIZATION_FAILURE))
}

/// Reports whether the connection is lost, so that nobody knows whether the operation was done.
pub(crate) fn is_lost(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => is_shutdown(code) || code.code().starts_with("08"),
        None => true,
    }
}

fn is_shutdown(code: &SqlState) -> bool {
    matches!(*code, SqlState::ADMIN_SHUTDOWN | SqlState::CRASH_SHUTDOWN | SqlState::CANNOT_CONNECT_NOW)
}

/// Returns the error of the store for an error of the driver.
pub(crate) fn failure(error: &tokio_postgres::Error) -> StoreError {
    let Some(code) = error.code() else { return broken(error) };
    match *code {
        SqlState::DISK_FULL => StoreError::Full,
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::QUERY_CANCELED
        | SqlState::TOO_MANY_CONNECTIONS => StoreError::Busy,
        SqlState::UNDEFINED_TABLE | SqlState::UNDEFINED_FUNCTION | SqlState::INVALID_SCHEMA_NAME => {
            StoreError::Unsuitable("the schema in the database is not that of this version".to_owned())
        }
        SqlState::INSUFFICIENT_PRIVILEGE => {
            StoreError::Unsuitable("the role may not use the schema in the database; grant it".to_owned())
        }
        SqlState::INVALID_PASSWORD | SqlState::INVALID_AUTHORIZATION_SPECIFICATION => {
            StoreError::Unsuitable("the database refuses the user or the password".to_owned())
        }
        SqlState::INVALID_CATALOG_NAME => StoreError::Unsuitable("the database does not exist; create it".to_owned()),
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            StoreError::Unsuitable("the server only reads, as a standby does; use the primary".to_owned())
        }
        _ if is_lost(error) => unreachable(),
        _ => StoreError::Engine(format!("PostgreSQL: {}", code.code())),
    }
}

/// Returns the error of the store for a connection that broke or did not come about.
fn broken(error: &tokio_postgres::Error) -> StoreError {
    let source = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    // rustls reports what it refuses as data of this kind.
    if source.is_some_and(|source| source.kind() == io::ErrorKind::InvalidData) {
        return StoreError::Unsuitable(
            "the database is not trusted: TLS failed; trust the root of its certificate, or say sslmode=disable"
                .to_owned(),
        );
    }
    let Some(cause) = error.source().map(|cause| without_number(&cause.to_string())) else { return unreachable() };
    // The driver shows the kind of an error by its text only.
    match &*error.to_string() {
        // As when the server asks for a password and the URL has none.
        "invalid configuration" => StoreError::Unsuitable(format!("the URL does not suit the database: {cause}")),
        "authentication error" => StoreError::Unsuitable(format!("the database cannot be logged into: {cause}")),
        "error performing TLS handshake" => StoreError::Unreachable(format!("TLS failed, {cause}")),
        // The driver has a text of its own for a connection that ends early.
        _ if source.is_some_and(|source| source.kind() == io::ErrorKind::UnexpectedEof) => {
            StoreError::Unreachable("the connection was closed".to_owned())
        }
        "error connecting to server" | "error communicating with the server" => StoreError::Unreachable(cause),
        _ => unreachable(),
    }
}

/// Returns the text of an error of the system without its number: `connection refused`.
fn without_number(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut signs = text.chars();
    let first = signs.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(signs).collect()
}

/// Returns the error of the store for an error of the pool.
pub(crate) fn pool_failure(error: &PoolError) -> StoreError {
    match error {
        PoolError::Backend(error) => failure(error),
        // All connections are in use.
        PoolError::Timeout(TimeoutType::Wait) => StoreError::Busy,
        PoolError::Timeout(_) => unreachable(),
        _ => StoreError::Closed,
    }
}

pub(crate) fn unreachable() -> StoreError {
    StoreError::Unreachable("PostgreSQL does not answer".to_owned())
}

/// Returns the error for a row that is not what this version writes.
pub(crate) fn unexpected() -> StoreError {
    StoreError::Engine("PostgreSQL returned data of an unexpected form".to_owned())
}
