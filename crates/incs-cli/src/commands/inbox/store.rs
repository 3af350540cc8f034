//! The store that a command works on.

use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use incs_facade::model::Secret;
use incs_facade::relay::store::{SqliteOptions, SqliteStore, StoreError};

use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::settings::Settings;

/// The store of the inbox.
#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[arg(long, value_name = "URL", help = "Store, such as sqlite:inbox.db, instead of INCS_STORE")]
    store: Option<String>,
}

impl StoreArgs {
    /// Returns the file of `--store` or of the settings.
    pub(crate) fn file(&self, context: &Context) -> Result<StoreFile, Failure> {
        let set = if self.store.is_some() { None } else { Settings::load(context)?.store()? };
        let url = self.store.as_deref().or(set.as_ref().map(Secret::expose)).ok_or_else(|| {
            Failure::usage("no store is given").with_help("name one with --store sqlite:FILE, or set INCS_STORE")
        })?;
        StoreFile::parse(url)
    }

    /// Opens the store beside the process that owns it.
    pub(crate) async fn attach(&self, context: &Context) -> Result<(StoreFile, SqliteStore), Failure> {
        let file = self.file(context)?;
        file.check_exists()?;
        let store = SqliteStore::attach(&file.0).await.map_err(|error| file.cannot("open", &error))?;
        Ok((file, store))
    }
}

/// The first bytes of a database file of SQLite.
const DATABASE: &[u8] = b"SQLite format 3\0";

/// The file of a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoreFile(PathBuf);

impl StoreFile {
    /// Parses the URL of a store. An error does not show more of it than the scheme: it may hold a password.
    fn parse(url: &str) -> Result<Self, Failure> {
        const KNOWN: &str = "known stores: sqlite:FILE";
        let Some((scheme, rest)) = url.split_once(':') else {
            return Err(Failure::usage("the store has no scheme").with_help(KNOWN));
        };
        let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        match (scheme, rest) {
            ("sqlite", "") => Err(Failure::usage("the store names no file").with_help(KNOWN)),
            ("sqlite", rest) if rest.starts_with("//") && !rest.starts_with("///") => {
                Err(Failure::usage("the file of the store begins with //").with_help(KNOWN))
            }
            ("sqlite", file) => Ok(Self(file.into())),
            (scheme, _) if is_scheme => {
                Err(Failure::usage(format!("unknown kind of store `{scheme}:`")).with_help(KNOWN))
            }
            _ => Err(Failure::usage("unknown kind of store").with_help(KNOWN)),
        }
    }

    /// Returns the store in a file of this name. A URL of a store is accepted too.
    pub(crate) fn of_path(path: &Path) -> Result<Self, Failure> {
        match path.to_str().filter(|text| text.starts_with("sqlite:")) {
            Some(url) => Self::parse(url),
            None => Ok(Self(path.to_owned())),
        }
    }

    /// Fails if the file cannot be a journal of `incs send`, before anything is created beside it.
    pub(crate) fn check_journal(&self) -> Result<(), Failure> {
        const HELP: &str =
            "name a file of its own for the journal, such as bulk.db; it is created if it does not exist";
        let unsuitable = |what: String| Err(Failure::usage(what).with_help(HELP));
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
        Err(Failure::usage(format!("the store {self} does not exist"))
            .with_help("`incs inbox serve` and `incs relay migrate` create a store"))
    }

    /// Opens the store as its owner. Creates it if it does not exist.
    pub(crate) async fn own(&self) -> Result<SqliteStore, Failure> {
        SqliteOptions::new(&self.0).open().await.map_err(|error| self.cannot("open", &error))
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

    /// Returns the names of those of its files that other users can read.
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
        let (cause, help) = match error {
            StoreError::Owned => (
                "another process owns it".to_owned(),
                Some("stop that process, such as `incs inbox serve`, or use another file"),
            ),
            StoreError::Full => (error.to_string(), Some("make room on the disk of the store, then retry")),
            StoreError::Busy => ("it is busy".to_owned(), Some("retry later; another process writes into it")),
            StoreError::TooNew { found, known } => (
                format!("it has schema {found}, and this version knows schema {known}"),
                Some("use a newer version of incs"),
            ),
            StoreError::Unsuitable(why) if why.contains("older schema") => (
                "it has an older schema".to_owned(),
                Some("stop the process that owns it, then run `incs relay migrate`"),
            ),
            StoreError::Unsuitable(why) if why.contains("another program") => {
                (why.clone(), Some("name a file of its own; it is created if it does not exist"))
            }
            other if other.to_string().contains("NotADatabase") => {
                ("it is not a database".to_owned(), Some("check the name of the file"))
            }
            other => (other.to_string(), None),
        };
        let failure = Failure::new(Exit::Failure, format!("cannot {action} the store {self}: {cause}"))
            .with_details(|details| details.kind = Some(error.reason()));
        match help {
            Some(help) => failure.with_help(help),
            None => failure,
        }
    }
}

impl fmt::Display for StoreFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.display().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_url_needs_known_scheme() {
        for (url, file) in [("sqlite:a.db", "a.db"), ("sqlite:/var/a:b", "/var/a:b"), ("sqlite:///var/a", "///var/a")] {
            assert_eq!(StoreFile::parse(url).unwrap(), StoreFile(file.into()), "{url}");
        }
        for (url, message) in [
            ("inbox.db", "the store has no scheme"),
            ("sqlite:", "the store names no file"),
            ("sqlite://a.db", "the file of the store begins with //"),
            ("postgres://me:pass@host/db", "unknown kind of store `postgres:`"),
            ("me@home:a", "unknown kind of store"),
        ] {
            let failure = StoreFile::parse(url).unwrap_err();
            assert_eq!((failure.message.as_str(), failure.exit), (message, Exit::Usage), "{url}");
            assert_eq!(failure.help.as_deref(), Some("known stores: sqlite:FILE"));
        }
    }
}
