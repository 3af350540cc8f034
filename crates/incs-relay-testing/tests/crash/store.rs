//! The store of a case. The process that is killed and the test open it by the same folder.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use incs_relay::store::{Spool, SqliteStore, Store};
use incs_relay::{Relay, RelayBuilder};
use incs_relay_postgres::{PgOptions, PgStore};
use incs_relay_testing::postgres::{self, Server};
use incs_relay_testing::proxy::Proxy;
use tempfile::TempDir;

/// The file with the URL of the database. Without it, the store is SQLite.
const URL: &str = "postgres.url";
/// The file of a spool in front of the store. Without it, the store has none.
const SPOOL: &str = "spool.db";

/// The kind of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }

    /// Returns the longest time in milliseconds that a child lives that is killed at random. A database that was just connected to is slow.
    pub(crate) fn life(self) -> u64 {
        match self {
            Self::Sqlite => 600,
            Self::Postgres => 1500,
        }
    }

    /// Returns true if this store passes a failpoint. The other points belong to a file and its migrations.
    pub(crate) fn passes(self, label: &str) -> bool {
        self == Self::Sqlite || !(label.starts_with("checkpoint.") || label.starts_with("migration."))
    }
}

/// A folder with an empty store. Dropping it removes both.
pub(crate) struct Case {
    folder: TempDir,
    database: Option<(&'static Server, String)>,
}

impl Case {
    pub(crate) fn new(kind: Kind) -> Result<Self> {
        let folder = TempDir::new()?;
        if kind == Kind::Sqlite {
            return Ok(Self { folder, database: None });
        }
        let server = postgres::shared("crash").context("PostgreSQL is not installed")?;
        let url = server.database()?;
        fs::write(folder.path().join(URL), &url)?;
        Ok(Self { folder, database: Some((server, url)) })
    }

    /// Returns a case in a database of a server that it may stop.
    pub(crate) fn over(server: &Server) -> Result<Self> {
        let folder = TempDir::new()?;
        fs::write(folder.path().join(URL), server.database()?)?;
        Ok(Self { folder, database: None })
    }

    /// Returns a case in such a database, with a spool in front of it.
    pub(crate) fn with_spool(server: &Server) -> Result<Self> {
        let case = Self::over(server)?;
        fs::write(case.path().join(SPOOL), "")?;
        Ok(case)
    }

    /// Returns a case in a database whose connections go through a proxy.
    pub(crate) fn through(proxy: &Proxy, server: &Server) -> Result<Self> {
        let case = Self::over(server)?;
        let url = url_of(case.path()).context("no URL")?;
        fs::write(case.path().join(URL), proxy.through(&url, server.port()))?;
        Ok(case)
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Case {
    fn drop(&mut self) {
        let Some((server, url)) = &self.database else { return };
        let dropped = url.rsplit_once('/').context("no name").and_then(|(_, name)| {
            // Whoever was killed may still have a connection.
            server.admin(&format!("DROP DATABASE {name} WITH (FORCE)"))
        });
        if let Err(error) = dropped {
            eprintln!("{error:#}");
        }
    }
}

/// An open store of either kind, or a spool in front of one.
#[derive(Clone)]
pub(crate) enum Opened {
    Sqlite(SqliteStore),
    Postgres(PgStore),
    Spooled(Spool<PgStore>),
}

/// Opens the store of a folder as the process that owns it, and creates its tables. With a spool, the database may be down.
pub(crate) async fn open(folder: &Path) -> Result<Opened> {
    let spool = folder.join(SPOOL);
    Ok(match url_of(folder) {
        None => Opened::Sqlite(SqliteStore::open(file_of(folder)).await?),
        Some(url) if spool.exists() => Opened::Spooled(Spool::open(spool, PgOptions::new(&url)?.open_lazily()?).await?),
        Some(url) => Opened::Postgres(PgStore::open(&url).await?),
    })
}

/// Opens the store of a folder beside the child.
pub(crate) async fn attach(folder: &Path) -> Result<Opened> {
    Ok(match url_of(folder) {
        None => Opened::Sqlite(SqliteStore::attach(file_of(folder)).await?),
        Some(url) => Opened::Postgres(PgStore::attach(&url).await?),
    })
}

/// Returns the file of SQLite in a folder, or `None` if the store is another one.
pub(crate) fn sqlite_file(folder: &Path) -> Option<PathBuf> {
    url_of(folder).is_none().then(|| file_of(folder))
}

fn url_of(folder: &Path) -> Option<String> {
    fs::read_to_string(folder.join(URL)).ok()
}

fn file_of(folder: &Path) -> PathBuf {
    folder.join("relay.db")
}

impl Opened {
    pub(crate) fn relay(&self) -> RelayBuilder {
        match self {
            Self::Sqlite(store) => Relay::builder(store.clone()),
            Self::Postgres(store) => Relay::builder(store.clone()),
            Self::Spooled(store) => Relay::builder(store.clone()),
        }
    }

    /// Ends the store, which must be the last clone.
    pub(crate) async fn close(self) {
        match self {
            Self::Sqlite(store) => store.close().await,
            Self::Postgres(store) => store.close().await,
            Self::Spooled(store) => store.close().await,
        }
    }
}

impl Deref for Opened {
    type Target = dyn Store;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Sqlite(store) => store,
            Self::Postgres(store) => store,
            Self::Spooled(store) => store,
        }
    }
}
