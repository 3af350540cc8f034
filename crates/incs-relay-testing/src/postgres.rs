//! A private PostgreSQL.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;

use crate::TOOLS;
use crate::process::{self, Folder, PATIENCE, as_user, free_port, output};

/// The user and the name of the first database. The user is no superuser, and may create databases.
const RELAY: &str = "relay";
/// The superuser.
const ADMIN: &str = "postgres";
/// Where Debian installs each version.
const VERSIONS: &str = "/usr/lib/postgresql";

/// A PostgreSQL of its own on 127.0.0.1. Dropping it stops it and removes its files.
///
/// `fsync` is on, texts are compared by the rules of English (not by bytes, as on most servers), and all connections are trusted.
pub struct Server {
    port: u16,
    running: Mutex<Option<Child>>,
    settings: Mutex<BTreeMap<String, String>>,
    // Dropped last: this removes the files.
    folder: Folder,
}

impl Server {
    /// Creates a database cluster in a temporary folder and starts it.
    ///
    /// # Errors
    ///
    /// PostgreSQL is not installed, or does not start. The error has the end of its log.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// Does the same with settings of `postgresql.conf`, such as `("synchronous_commit", "off")`.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self> {
        let folder = Folder::create("postgres")?;
        let mut initdb = as_user(program("initdb")?);
        initdb
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--username", ADMIN])
            .args(["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=en-US"])
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .current_dir(folder.path());
        output(&mut initdb)?;
        let mut server = Self { port: free_port()?, running: Mutex::default(), settings: Mutex::default(), folder };
        server.remember(settings);
        // Another process may have taken the port.
        for _ in 0..3 {
            if server.start_again().is_err() {
                server.port = free_port()?;
            }
        }
        server.start_again()?;
        server.admin(&format!("CREATE ROLE {RELAY} LOGIN CREATEDB"))?;
        server.admin(&format!("CREATE DATABASE {RELAY} OWNER {RELAY}"))?;
        Ok(server)
    }

    /// Returns the URL of the first database.
    pub fn url(&self) -> String {
        url(RELAY, self.port, RELAY)
    }

    /// Returns the URL of the first database for the superuser.
    pub fn admin_url(&self) -> String {
        url(ADMIN, self.port, RELAY)
    }

    /// Returns the TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database with a name of its own and returns its URL.
    ///
    /// # Errors
    ///
    /// The server is stopped.
    pub fn database(&self) -> Result<String> {
        let name = unique_name("test");
        self.admin(&format!("CREATE DATABASE {name} OWNER {RELAY}"))?;
        Ok(url(RELAY, self.port, &name))
    }

    /// Runs one SQL statement as the superuser and returns its rows, one a line, columns divided by `|`.
    ///
    /// # Errors
    ///
    /// The server is stopped or reports an error.
    pub fn admin(&self, sql: &str) -> Result<String> {
        self.query(&url(ADMIN, self.port, ADMIN), sql)
    }

    /// Runs one SQL statement on a database by its URL and returns its rows, one a line, columns divided by `|`.
    ///
    /// # Errors
    ///
    /// As [`admin`](Self::admin).
    pub fn query(&self, url: &str, sql: &str) -> Result<String> {
        let mut psql = Command::new(program("psql")?);
        psql.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]);
        output(psql.arg("--dbname").arg(url).arg("--command").arg(sql)).map(|rows| rows.trim_end().to_owned())
    }

    /// Adds settings and restarts the server with them. They stay for later starts.
    ///
    /// # Errors
    ///
    /// The server does not start. The error has the end of its log.
    pub fn set(&self, settings: &[(&str, &str)]) -> Result<()> {
        self.remember(settings);
        self.stop()?;
        self.start_again()
    }

    /// Makes the server offer TLS with a certificate and its key, both PEM, and starts it again.
    ///
    /// # Errors
    ///
    /// As [`set`](Self::set).
    pub fn use_tls(&self, certificate: &str, key: &str) -> Result<()> {
        let (certificate, key) = (self.folder.write("tls.crt", certificate)?, self.folder.write("tls.key", key)?);
        self.set(&[("ssl", "on"), ("ssl_cert_file", &certificate), ("ssl_key_file", &key)])
    }

    /// Stops the server after open connections have been ended: `pg_ctl stop -m fast`. Does nothing if it is stopped.
    ///
    /// # Errors
    ///
    /// The server does not end within a minute.
    pub fn stop(&self) -> Result<()> {
        self.end(Signal::INT)
    }

    /// Stops the server without a checkpoint, so that the next start recovers: `pg_ctl stop -m immediate`.
    ///
    /// # Errors
    ///
    /// As [`stop`](Self::stop).
    pub fn stop_immediately(&self) -> Result<()> {
        self.end(Signal::QUIT)
    }

    /// Kills all processes of the server with SIGKILL.
    ///
    /// # Errors
    ///
    /// A process does not end within a minute.
    pub fn kill(&self) -> Result<()> {
        let mut running = lock(&self.running);
        if let Some(child) = running.as_mut() {
            process::kill_family(child)?;
            *running = None;
        }
        Ok(())
    }

    /// Starts the server on the same port and waits until it accepts connections. Does nothing if it runs.
    ///
    /// # Errors
    ///
    /// The server does not start. The error has the end of its log.
    pub fn start_again(&self) -> Result<()> {
        let mut running = lock(&self.running);
        if running.is_some() {
            return Ok(());
        }
        let mut command = as_user(program("postgres")?);
        command.arg("-D").arg(self.folder.path().join("data"));
        let port = self.port.to_string();
        let folder = self.folder.path().display().to_string();
        let own = [
            ("port", &*port),
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", &folder),
            ("max_connections", "200"),
        ];
        for (name, value) in own {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        for (name, value) in &*lock(&self.settings) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        let mut child = process::spawn(&mut command, &self.folder)?;
        match self.is_ready(&mut child) {
            Ok(()) => {
                *running = Some(child);
                Ok(())
            }
            Err(error) => {
                drop(child.kill());
                drop(child.wait());
                Err(error.context(self.log()))
            }
        }
    }

    /// Returns the end of the log of the server.
    pub fn log(&self) -> String {
        self.folder.log()
    }

    /// Waits until the server says in its file, as for `pg_ctl`, that it accepts connections.
    fn is_ready(&self, child: &mut Child) -> Result<()> {
        let file = self.folder.path().join("data/postmaster.pid");
        let pid = child.id().to_string();
        let deadline = Instant::now() + PATIENCE;
        loop {
            let text = fs::read_to_string(&file).unwrap_or_default();
            let mut lines = text.lines();
            if lines.next() == Some(&*pid) && lines.nth(6).is_some_and(|status| status.trim() == "ready") {
                return Ok(());
            }
            if let Some(status) = child.try_wait()? {
                anyhow::bail!("PostgreSQL ended ({status})");
            }
            ensure!(Instant::now() < deadline, "PostgreSQL does not start");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn end(&self, signal: Signal) -> Result<()> {
        let mut running = lock(&self.running);
        let Some(child) = running.as_mut() else { return Ok(()) };
        process::signal(child, signal)?;
        let status = process::wait(child)?;
        *running = None;
        ensure!(status.signal().is_none(), "PostgreSQL was killed ({status})");
        Ok(())
    }

    fn remember(&self, settings: &[(&str, &str)]) {
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        lock(&self.settings).extend(settings);
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(error) = self.stop_immediately() {
            eprintln!("PostgreSQL did not end: {error:#}");
        }
    }
}

/// Returns true if PostgreSQL is installed.
pub fn is_installed() -> bool {
    folder().is_some()
}

/// Returns true if tests are to be left out because PostgreSQL is not installed, and prints a line that says so.
///
/// With the variable [`TOOLS`] nothing is left out, so that [`Server::start`] fails.
pub fn is_left_out(tests: &str) -> bool {
    let is_left_out = !is_installed() && std::env::var_os(TOOLS).is_none();
    if is_left_out {
        eprintln!("PostgreSQL is not installed: {tests} is left out");
    }
    is_left_out
}

/// Returns a server that all tests of this program share, or `None` if they are to be [left out](is_left_out).
///
/// Give each test a [database](Server::database) or a [schema](unique_name) of its own. A test that stops the server starts its own.
///
/// # Panics
///
/// Panics if the server does not start.
#[allow(clippy::panic, reason = "only tests call it")]
pub fn shared(tests: &str) -> Option<&'static Server> {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let start = || Server::start().unwrap_or_else(|error| panic!("PostgreSQL does not start: {error:#}"));
    (!is_left_out(tests)).then(|| SERVER.get_or_init(start))
}

/// Returns a name for a schema or a database, which no other test of this process or another one has.
pub fn unique_name(prefix: &str) -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("{prefix}_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Returns a URL with which `tokio-postgres` connects.
pub(crate) fn url(user: &str, port: u16, database: &str) -> String {
    format!("postgres://{user}@127.0.0.1:{port}/{database}")
}

/// Returns the folder of the programs of the newest version that Debian has installed, or of the `pg_ctl` in the path.
fn folder() -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let versions = fs::read_dir(VERSIONS).into_iter().flatten().flatten().map(|entry| entry.path());
    let newest = versions.filter(|path| path.join("bin/initdb").is_file()).max_by_key(version);
    newest.map(|path| path.join("bin")).or_else(|| {
        let path = std::env::var_os("PATH")?;
        let found = std::env::split_paths(&path).map(|folder| folder.join("pg_ctl")).find(|path| path.is_file())?;
        // The other programs are beside the file itself, which a link may lead to.
        Some(found.canonicalize().ok()?.parent()?.to_owned())
    })
}

fn program(name: &str) -> Result<PathBuf> {
    Ok(folder().context("PostgreSQL is not installed: apt-get install postgresql")?.join(name))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
