//! The store that a command works on.

#[cfg(feature = "postgres")]
mod database;
mod file;

use std::fmt;
use std::ops::Deref;

use clap::Args;
use incs_facade::model::Secret;
use incs_facade::relay::store::{SqliteStore, Store, StoreError};
use incs_facade::relay::{Relay, RelayBuilder};
#[cfg(feature = "postgres")]
use incs_facade::relay_postgres::PgStore;

#[cfg(feature = "postgres")]
use self::database::Database;
pub(crate) use self::file::StoreFile;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::settings::Settings;

/// The stores that this program knows.
const KNOWN: &str = if cfg!(feature = "postgres") { "sqlite:FILE and postgres://HOST/DATABASE" } else { "sqlite:FILE" };

/// The store of the inbox and the outbox.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[arg(
        long,
        value_name = "URL",
        help = "Store, such as sqlite:inbox.db or postgres://HOST/DATABASE, instead of INCS_STORE",
        long_help = "Store, such as sqlite:inbox.db or postgres://USER@HOST/DATABASE, instead of INCS_STORE. \
            Other users of this machine can see a password in this option: set INCS_STORE to a URL with a password, \
            or INCS_STORE_FILE to the name of a file with it. \
            A database has its tables in the schema incs_relay unless the URL ends in ?schema=NAME"
    )]
    store: Option<String>,
}

impl StoreArgs {
    /// Returns the name in `--store` or in the settings.
    pub(crate) fn name(&self, context: &Context) -> Result<StoreName, Failure> {
        if let Some(url) = &self.store {
            let name = StoreName::parse(url)?;
            if name.has_password() {
                context
                    .out
                    .note("note: other users of this machine can see the password in --store; set INCS_STORE instead");
            }
            return Ok(name);
        }
        let set = Settings::load(context)?.store()?;
        let url = set.as_ref().map(Secret::expose).ok_or_else(|| {
            let example = KNOWN.replace(" and ", " or ");
            Failure::usage("no store is given")
                .with_help(format!("name one with --store, as in {example}, or set INCS_STORE"))
        })?;
        StoreName::parse(url)
    }

    /// Opens the store beside the processes that use it.
    pub(crate) async fn attach(&self, context: &Context) -> Result<(StoreName, OpenStore), Failure> {
        let name = self.name(context)?;
        let store = name.attach().await?;
        Ok((name, store))
    }
}

/// The name of a store. `Display` shows no password.
#[derive(Debug, Clone)]
pub(crate) enum StoreName {
    File(StoreFile),
    #[cfg(feature = "postgres")]
    Database(Database),
}

impl StoreName {
    /// Parses the URL of a store. An error does not show more of it than the scheme: it may hold a password.
    fn parse(url: &str) -> Result<Self, Failure> {
        let known = || format!("known stores: {KNOWN}");
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(Failure::usage("the store has no scheme").with_help(known()));
        };
        let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        match scheme {
            "sqlite" => StoreFile::parse(rest).map(Self::File).map_err(|failure| failure.with_help(known())),
            #[cfg(feature = "postgres")]
            "postgres" | "postgresql" => Database::parse(url).map(Self::Database),
            scheme if is_scheme => Err(Failure::usage(format!("unknown kind of store `{scheme}:`")).with_help(known())),
            _ => Err(Failure::usage("unknown kind of store").with_help(known())),
        }
    }

    fn has_password(&self) -> bool {
        match self {
            Self::File(_) => false,
            #[cfg(feature = "postgres")]
            Self::Database(database) => database.has_password(),
        }
    }

    /// Fails if the store is a file that does not exist. A database is not asked before it is opened.
    pub(crate) fn check_exists(&self) -> Result<(), Failure> {
        match self {
            Self::File(file) => file.check_exists(),
            #[cfg(feature = "postgres")]
            Self::Database(_) => Ok(()),
        }
    }

    /// Opens a store that exists, beside the processes that use it.
    pub(crate) async fn attach(&self) -> Result<OpenStore, Failure> {
        self.check_exists()?;
        let opened = match self {
            Self::File(file) => file.attach().await.map(OpenStore::Sqlite),
            #[cfg(feature = "postgres")]
            Self::Database(database) => database.attach().await.map(OpenStore::Postgres),
        };
        opened.map_err(|error| self.cannot("open", &error))
    }

    /// Opens the store to run on it: a file as its only owner, a database beside others. Creates and migrates its schema.
    pub(crate) async fn own(&self) -> Result<OpenStore, Failure> {
        let opened = match self {
            Self::File(file) => file.own().await.map(OpenStore::Sqlite),
            #[cfg(feature = "postgres")]
            Self::Database(database) => database.open().await.map(OpenStore::Postgres),
        };
        opened.map_err(|error| self.cannot("open", &error))
    }

    /// Returns the failure of an action on the store.
    pub(crate) fn cannot(&self, action: &str, error: &StoreError) -> Failure {
        match self {
            Self::File(file) => file.cannot(action, error),
            #[cfg(feature = "postgres")]
            Self::Database(database) => database.cannot(action, error),
        }
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => file.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Database(database) => database.fmt(f),
        }
    }
}

/// An open store. Cheap to clone.
#[derive(Clone)]
pub(crate) enum OpenStore {
    Sqlite(SqliteStore),
    #[cfg(feature = "postgres")]
    Postgres(PgStore),
}

impl OpenStore {
    /// Returns a builder of a relay over the store.
    pub(crate) fn relay(&self) -> RelayBuilder {
        match self.clone() {
            Self::Sqlite(store) => Relay::builder(store),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Relay::builder(store),
        }
    }

    /// Returns the newest schema of this kind of store.
    pub(crate) fn schema(&self) -> u32 {
        match self {
            Self::Sqlite(_) => SqliteStore::schema(),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => PgStore::schema(),
        }
    }

    /// Returns the schema before the store was opened, 0 for a new one.
    pub(crate) fn migrated_from(&self) -> u32 {
        match self {
            Self::Sqlite(store) => store.migrated_from(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.migrated_from().unwrap_or_default(),
        }
    }

    /// Ends the threads or connections of the store.
    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.close().await,
        }
    }
}

impl Deref for OpenStore {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Sqlite(store) => store,
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store,
        }
    }
}

/// Returns the failure of an action on a store, with its cause and the next step in words.
fn cannot(action: &str, name: &dyn fmt::Display, error: &StoreError, words: (String, Option<&str>)) -> Failure {
    let (cause, help) = words;
    let exit = if matches!(error, StoreError::Unreachable(_)) { Exit::Network } else { Exit::Failure };
    let failure = Failure::new(exit, format!("cannot {action} the store {name}: {cause}"))
        .with_details(|details| details.kind = Some(error.reason()));
    match help {
        Some(help) => failure.with_help(help),
        None => failure,
    }
}

/// Returns the failure of a command that needs a store that exists.
fn missing(name: &dyn fmt::Display) -> Failure {
    Failure::usage(format!("the store {name} does not exist"))
        .with_help("`incs inbox serve` and `incs relay migrate` create a store")
}

/// Returns the cause and the next step for errors of any kind of store.
fn words(error: &StoreError) -> (String, Option<&'static str>) {
    match error {
        StoreError::Full => (error.to_string(), Some("make room on the disk of the store, then retry")),
        StoreError::Busy => ("it is busy".to_owned(), Some("retry later; another process writes into it")),
        StoreError::TooNew { found, known } => (
            format!("it has schema {found}, and this version knows schema {known}"),
            Some("use a newer version of incs"),
        ),
        StoreError::Unsuitable(why) if why.contains("older schema") => {
            ("it has an older schema".to_owned(), Some("stop the process that owns it, then run `incs relay migrate`"))
        }
        other => (other.to_string(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_url_needs_known_scheme() {
        for (url, shown) in [
            ("sqlite:a.db", "a.db"),
            ("sqlite:/var/a:b", "/var/a:b"),
            ("sqlite:///var/a", "///var/a"),
            #[cfg(feature = "postgres")]
            ("postgres://me:pass@host/db", "postgres://host/db"),
        ] {
            assert_eq!(StoreName::parse(url).unwrap().to_string(), shown, "{url}");
        }
        for (url, message) in [
            ("inbox.db", "the store has no scheme"),
            ("sqlite:", "the store names no file"),
            ("sqlite://a.db", "the file of the store begins with //"),
            ("mysql://me:pass@host/db", "unknown kind of store `mysql:`"),
            ("me@home:a", "unknown kind of store"),
        ] {
            let failure = StoreName::parse(url).unwrap_err();
            assert_eq!((failure.message.as_str(), failure.exit), (message, Exit::Usage), "{url}");
            assert_eq!(failure.help.unwrap(), format!("known stores: {KNOWN}"));
        }
    }
}
