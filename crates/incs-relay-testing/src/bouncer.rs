//! PgBouncer, which shares connections to a server.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::TOOLS;
use crate::postgres::{Server, url};
use crate::process::{self, Folder, PATIENCE, as_user, free_port, listens};

/// PgBouncer in transaction mode on a port of its own. Dropping it ends it.
pub struct Bouncer {
    port: u16,
    child: Child,
    // Dropped last: this removes the files.
    folder: Folder,
}

impl Bouncer {
    /// Starts one in front of all databases of a server. After the server was stopped, it connects again within 0.2 seconds.
    ///
    /// # Errors
    ///
    /// PgBouncer is not installed, or does not start. The error has the end of its log.
    pub fn start(server: &Server) -> Result<Self> {
        Self::start_with(server, &[])
    }

    /// Does the same with settings of the section `[pgbouncer]`, such as `("default_pool_size", "2")`.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start).
    pub fn start_with(server: &Server, settings: &[(&str, &str)]) -> Result<Self> {
        let folder = Folder::create("pgbouncer")?;
        let port = free_port()?;
        let mut file = format!(
            "[databases]\n* = host=127.0.0.1 port={} user=relay\n[pgbouncer]\n\
             listen_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\nmax_client_conn = 500\nserver_login_retry = 0.2\n\
             ignore_startup_parameters = extra_float_digits\n",
            server.port()
        );
        for (name, value) in settings {
            file.extend([name, " = ", value, "\n"]);
        }
        let path = folder.path().join("pgbouncer.ini");
        fs::write(&path, file)?;
        let child = process::spawn(as_user(program()).arg(&path), &folder)?;
        // For the guard of the folder.
        fs::write(folder.path().join("pgbouncer.pid"), format!("{}\n", child.id()))?;
        let mut bouncer = Self { port, child, folder };
        let deadline = Instant::now() + PATIENCE;
        while !listens(port) {
            if let Some(status) = bouncer.child.try_wait()? {
                bail!("PgBouncer ended ({status}): {}", bouncer.log());
            }
            ensure!(Instant::now() < deadline, "PgBouncer does not start: {}", bouncer.log());
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(bouncer)
    }

    /// Returns the URL of the first database of the server.
    pub fn url(&self) -> String {
        url("relay", self.port, "relay")
    }

    /// Returns the URL of another database: that of the server with the port of this one.
    ///
    /// # Errors
    ///
    /// The text is no URL with a database.
    pub fn url_of(&self, database: &str) -> Result<String> {
        let (_, name) = database.rsplit_once('/').context("no URL")?;
        Ok(url("relay", self.port, name))
    }

    /// Returns the TCP port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Returns the end of the log.
    pub fn log(&self) -> String {
        self.folder.log()
    }
}

impl fmt::Debug for Bouncer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bouncer").field("port", &self.port).finish_non_exhaustive()
    }
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Returns true if PgBouncer is installed.
pub fn is_installed() -> bool {
    process::is_installed(&program())
}

/// Returns true if tests are to be left out because PgBouncer is not installed, and prints a line that says so.
///
/// With the variable [`TOOLS`] nothing is left out, so that [`Bouncer::start`] fails.
pub fn is_left_out(tests: &str) -> bool {
    let is_left_out = !is_installed() && std::env::var_os(TOOLS).is_none();
    if is_left_out {
        eprintln!("PgBouncer is not installed: {tests} is left out");
    }
    is_left_out
}

/// Returns the program. Its folder is not in the path of most users.
fn program() -> PathBuf {
    let installed = PathBuf::from("/usr/sbin/pgbouncer");
    if installed.is_file() { installed } else { PathBuf::from("pgbouncer") }
}
