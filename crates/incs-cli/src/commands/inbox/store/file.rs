//! A store in an SQLite file.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use incs_facade::relay::store::{SqliteOptions, SqliteStore, StoreError};

use crate::exit::Failure;

/// The next step for a name that no journal can have.
const JOURNAL: &str = "name a file of its own for the journal, such as bulk.db; it is created if it does not exist";

/// The first bytes of a database file of SQLite.
const DATABASE: &[u8] = b"SQLite format 3\0";

/// The file of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreFile(PathBuf);

impl StoreFile {
    /// Parses the URL of a store without its scheme.
    pub(super) fn parse(file: &str) -> Result<Self, Failure> {
        if file.is_empty() {
            return Err(Failure::usage("the store names no file"));
        }
        if file.starts_with("//") && !file.starts_with("///") {
            return Err(Failure::usage("the file of the store begins with //"));
        }
        Ok(Self(file.into()))
    }

    /// Returns the journal of `incs send` in a file of this name. A URL of a file is accepted too.
    pub(crate) fn of_journal(path: &Path) -> Result<Self, Failure> {
        let name = path.to_str().unwrap_or_default();
        if let Some(file) = name.strip_prefix("sqlite:") {
            return Self::parse(file).map_err(|failure| failure.with_help(JOURNAL));
        }
        // The message does not show a password.
        if ["postgres:", "postgresql:"].iter().any(|scheme| name.starts_with(scheme)) {
            return Err(Failure::usage("a journal is a file, and cannot be in PostgreSQL").with_help(JOURNAL));
        }
        Ok(Self(path.to_owned()))
    }

    /// Fails if the file cannot be a journal of `incs send`, before anything is created beside it.
    pub(crate) fn check_journal(&self) -> Result<(), Failure> {
        let unsuitable = |what: String| Err(Failure::usage(what).with_help(JOURNAL));
        let name = self.0.as_os_str();
        if name.is_empty() || name == "-" || name == ":memory:" {
            return unsuitable("the journal must be a file on a disk".to_owned());
        }
        match self.0.metadata() {
            Ok(found) if found.is_dir() => unsuitable(format!("the journal {self} is a folder")),
            Ok(found) if !found.is_file() => unsuitable(format!("the journal {self} is not a regular file")),
            Ok(_) if !self.starts_as_database() => {
                unsuitable(format!("{self} is not a journal: it holds something else; nothing was changed"))
            }
            Ok(_) => Ok(()),
            Err(_) => match self.0.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
                Some(folder) => Err(Failure::usage(format!("the folder {} does not exist", folder.display()))
                    .with_help("create the folder of the journal first, or name another file")),
                None => Ok(()),
            },
        }
    }

    /// Reports whether the file is empty, or begins like a database. A file that cannot be read fails later.
    fn starts_as_database(&self) -> bool {
        let mut start = Vec::new();
        let read =
            std::fs::File::open(&self.0).and_then(|file| file.take(DATABASE.len() as u64).read_to_end(&mut start));
        read.is_err() || start.is_empty() || start == DATABASE
    }

    /// Fails if the file does not exist.
    pub(crate) fn check_exists(&self) -> Result<(), Failure> {
        if self.0.is_file() {
            return Ok(());
        }
        Err(super::missing(self))
    }

    /// Opens the store beside the process that owns it.
    pub(super) async fn attach(&self) -> Result<SqliteStore, StoreError> {
        SqliteStore::attach(&self.0).await
    }

    /// Opens the store as its owner. Creates it if it does not exist.
    pub(crate) async fn own(&self) -> Result<SqliteStore, StoreError> {
        SqliteOptions::new(&self.0).open().await
    }

    /// Opens a journal of `incs send` as its owner. Creates it if it does not exist.
    pub(crate) async fn own_journal(&self) -> Result<SqliteStore, Failure> {
        SqliteOptions::new(&self.0).open().await.map_err(|error| match error {
            // Another journal for the same file would send its lines twice.
            StoreError::Owned => {
                Failure { message: format!("another process uses the journal {self}"), ..self.cannot("open", &error) }
                    .with_help("wait until that process has ended, or stop it, then run the same command again")
            }
            error => self.cannot("open", &error),
        })
    }

    /// Opens a journal of `incs send` as its owner, if it exists.
    pub(crate) async fn own_existing_journal(&self) -> Result<SqliteStore, Failure> {
        if !self.0.is_file() {
            return Err(Failure::usage(format!("the journal {self} does not exist"))
                .with_help(format!("`incs send FILE --channel CHANNEL --journal {self}` creates it")));
        }
        self.own_journal().await
    }

    /// Returns the names of its files that other users can read.
    #[cfg(unix)]
    pub(crate) fn readable_by_others(&self) -> Vec<String> {
        use std::os::unix::fs::PermissionsExt as _;

        let names = ["", "-wal", "-shm", ".lock"].into_iter().map(|end| {
            let mut name = self.0.as_os_str().to_owned();
            name.push(end);
            PathBuf::from(name)
        });
        let is_readable = |path: &PathBuf| path.metadata().is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
        names.filter(is_readable).map(|path| path.display().to_string()).collect()
    }

    #[cfg(not(unix))]
    pub(crate) fn readable_by_others(&self) -> Vec<String> {
        Vec::new()
    }

    /// Returns the failure of an action on the store.
    pub(crate) fn cannot(&self, action: &str, error: &StoreError) -> Failure {
        let words = match error {
            StoreError::Owned => (
                "another process owns it".to_owned(),
                Some("stop that process, such as `incs inbox serve`, or use another file"),
            ),
            StoreError::Unsuitable(why) if why.contains("another program") => {
                (why.clone(), Some("name a file of its own; it is created if it does not exist"))
            }
            other if other.to_string().contains("NotADatabase") => {
                ("it is not a database".to_owned(), Some("check the name of the file"))
            }
            other => super::words(other),
        };
        super::cannot(action, self, error, words)
    }
}

impl fmt::Display for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}
