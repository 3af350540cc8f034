//! A store in a PostgreSQL database.

use std::fmt;

use incs_facade::relay::store::StoreError;
use incs_facade::relay_postgres::{PgOptions, PgStore};

use crate::exit::Failure;

/// The parameter of a URL that names the schema. The driver does not know it.
const SCHEMA: &str = "schema=";

/// The form of a URL.
const FORM: &str = "write postgres://USER:PASSWORD@HOST/DATABASE, with special characters as in %40 for @";

/// The database and the schema of a store.
#[derive(Debug, Clone)]
pub(crate) struct Database {
    options: PgOptions,
    /// The URL without user, password and parameters other than the schema.
    shown: String,
    has_password: bool,
}

impl Database {
    /// Parses the URL of a store. An error shows nothing of it.
    pub(super) fn parse(url: &str) -> Result<Self, Failure> {
        let wrong = |why: String| Failure::usage(why).with_help(FORM);
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("the URL of the store has no //".to_owned()))?;
        // The first @ ends the user and the password for the driver, too.
        let (credentials, place) = rest.split_once('@').map_or(("", rest), |(credentials, place)| (credentials, place));
        let (place, parameters) = place.split_once('?').unwrap_or((place, ""));
        let (named, others): (Vec<_>, Vec<_>) =
            parameters.split('&').filter(|one| !one.is_empty()).partition(|one| one.starts_with(SCHEMA));
        let chosen = match named.as_slice() {
            [] => None,
            [one] => Some(one.trim_start_matches(SCHEMA)),
            _ => return Err(wrong("the URL of the store names two schemas".to_owned())),
        };
        let at = if rest.contains('@') { "@" } else { "" };
        let query = if others.is_empty() { String::new() } else { format!("?{}", others.join("&")) };
        let unfit = |error: StoreError| match error {
            StoreError::Unsuitable(why) => wrong(why),
            other => wrong(other.to_string()),
        };
        let mut options = PgOptions::new(&format!("{scheme}://{credentials}{at}{place}{query}")).map_err(unfit)?;
        if let Some(name) = chosen {
            let help = "write postgres://HOST/DATABASE?schema=viber for the schema viber";
            options = options.with_schema(name).map_err(|error| unfit(error).with_help(help))?;
        }
        // A password that is not encoded may have another @.
        let place = place.rsplit('@').next().unwrap_or_default();
        let parameter = chosen.map(|name| format!("?{SCHEMA}{name}")).unwrap_or_default();
        let has_password = credentials.contains(':') || others.iter().any(|one| one.starts_with("password="));
        Ok(Self { options, shown: format!("{scheme}://{place}{parameter}"), has_password })
    }

    pub(super) fn has_password(&self) -> bool {
        self.has_password
    }

    /// Opens the store if its schema exists.
    pub(super) async fn attach(&self) -> Result<PgStore, StoreError> {
        self.options.clone().without_listening().attach().await
    }

    /// Opens the store, and creates or migrates its schema.
    pub(super) async fn open(&self) -> Result<PgStore, StoreError> {
        self.options.clone().open().await
    }

    /// Returns the failure of an action on the store.
    pub(super) fn cannot(&self, action: &str, error: &StoreError) -> Failure {
        let words = match error {
            StoreError::Unsuitable(why) if why.contains("holds no store") => return super::missing(self),
            StoreError::Unsuitable(why) if why.contains("user or the password") => {
                (why.clone(), Some("set INCS_STORE to a URL with the right user and password"))
            }
            StoreError::Unsuitable(why) if why.contains("password missing") => {
                ("the database asks for a password".to_owned(), Some("set INCS_STORE to a URL with the password"))
            }
            StoreError::Unsuitable(why) if why.contains("URL does not suit") => {
                return Failure::usage(why.clone()).with_help(FORM);
            }
            StoreError::Unreachable(why) if ["change", "write", "erase from"].contains(&action) => {
                (why.clone(), Some("it is unknown whether anything was changed: look before you run the command again"))
            }
            StoreError::Unreachable(why) => {
                (why.clone(), Some("check the address, and that PostgreSQL runs and can be reached, then retry"))
            }
            other => super::words(other),
        };
        super::cannot(action, self, error, words)
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn name_shows_no_secret() {
        for (url, shown) in [
            ("postgres://host", "postgres://host"),
            ("postgresql://me@host:5433/db", "postgresql://host:5433/db"),
            ("postgres://me:s3cret@a,b:5433/db?sslmode=disable", "postgres://a,b:5433/db"),
            ("postgres://me:s3cret@host/db?schema=viber&connect_timeout=3", "postgres://host/db?schema=viber"),
            ("postgres://me:s3:c/r?et@host/db", "postgres://host/db"),
            ("postgres://me:s3@cret@host/db", "postgres://host/db"),
            ("postgres:///db?host=/run/postgresql&password=s3cret", "postgres:///db"),
        ] {
            let database = Database::parse(url).unwrap();
            assert_eq!(database.to_string(), shown, "{url}");
            assert_eq!(database.has_password(), url.contains("s3"), "{url}");
            assert!(!format!("{database:?}").contains("cret"), "{database:?}");
        }
    }

    #[test]
    fn unreadable_url_is_not_shown() {
        for (url, message) in [
            ("postgres:s3cret", "the URL of the store has no //"),
            ("postgres://me:s3cret", "the URL of the database cannot be read"),
            ("postgres://host/db?sslrootcert=s3cret", "the URL of the database cannot be read"),
            ("postgres://host/db?schema=a&schema=b", "the URL of the store names two schemas"),
        ] {
            let failure = Database::parse(url).unwrap_err();
            assert_eq!((failure.exit, &*failure.message, failure.help.as_deref()), (Exit::Usage, message, Some(FORM)));
        }
        let failure = Database::parse("postgres://host/db?schema=S3cret").unwrap_err();
        let (message, help) = (failure.message, failure.help.unwrap_or_default());
        assert!(message.starts_with("the name of a schema has") && help.ends_with("for the schema viber"), "{message}");
    }
}
