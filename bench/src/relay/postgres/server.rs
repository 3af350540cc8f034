//! A private PostgreSQL and its figures.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_relay_testing::postgres::Server;

/// Ticks of `/proc` a second.
const TICKS: f64 = 100.0;

/// A server with its default settings, and what it has done.
pub(super) struct Measured {
    server: Server,
    postmaster: u32,
}

/// The counters of a server since its start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Work {
    pub(super) cpu: f64,
    pub(super) syncs: f64,
    pub(super) commits: f64,
    pub(super) wal_bytes: f64,
}

impl Measured {
    pub(super) fn start() -> Result<Self> {
        let server = Server::start()?;
        let file = server.admin("SHOW data_directory")?;
        let file = fs::read_to_string(format!("{file}/postmaster.pid"))?;
        let postmaster = file.lines().next().context("no process")?.parse()?;
        Ok(Self { server, postmaster })
    }

    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    pub(super) fn database(&self) -> Result<String> {
        self.server.database()
    }

    /// Runs a statement with `{s}` in place of the schema.
    pub(super) fn prepare(&self, schema: &str, sql: &str) -> Result<()> {
        self.server.query(&self.url(), &sql.replace("{s}", schema))?;
        Ok(())
    }

    pub(super) fn remove(&self, schema: &str) -> Result<()> {
        self.server.query(&self.url(), &format!("DROP SCHEMA {schema} CASCADE"))?;
        Ok(())
    }

    /// Returns what the server has done. Waits until the backends of processes that have ended have reported it.
    pub(super) fn work(&self) -> Result<Work> {
        let deadline = Instant::now() + Duration::from_secs(30);
        let others =
            "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
            AND application_name = 'incs-relay'";
        while self.server.admin(others)? != "0" {
            ensure!(Instant::now() < deadline, "connections are left");
            sleep(Duration::from_millis(20));
        }
        let row = self
            .server
            .admin("SELECT wal_sync, wal_bytes, (SELECT sum(xact_commit) FROM pg_stat_database) FROM pg_stat_wal")?;
        let mut columns = row.split('|').map(str::parse::<f64>);
        let mut column = || columns.next().context("no figure")?.context("no number");
        Ok(Work { syncs: column()?, wal_bytes: column()?, commits: column()?, cpu: self.cpu()? })
    }

    /// Returns the CPU seconds of all processes of the server, also of those that have ended.
    fn cpu(&self) -> Result<f64> {
        let mut total = cpu_of(self.postmaster)?;
        for entry in fs::read_dir("/proc")?.flatten() {
            let Some(process) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // It may have ended, and then its parent has its time.
            let Ok(stat) = stat(process) else { continue };
            if stat.first() == Some(&self.postmaster.to_string()) {
                total += cpu_of(process).unwrap_or_default();
            }
        }
        Ok(total)
    }
}

/// Returns the columns of the `stat` of a process, beginning with its parent.
fn stat(process: u32) -> Result<Vec<String>> {
    let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, rest) = text.rsplit_once(')').context("no stat")?;
    // After the name: the state, and then the parent.
    Ok(rest.split_whitespace().skip(1).map(str::to_owned).collect())
}

/// Returns the CPU seconds of a process and of its children that have ended.
pub(super) fn cpu_of(process: u32) -> Result<f64> {
    // utime, stime, cutime, cstime
    let ticks = stat(process)?.iter().skip(10).take(4).map(|word| word.parse::<f64>()).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS)
}
