//! Starting, stopping and killing the child, and posting to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};

use crate::child::{ARGUMENT, PATH, SPOOLED};
use crate::sender;

/// The time within which a child must start or end.
const PATIENCE: Duration = Duration::from_mins(1);

/// The ports of the running children, of which there are up to four at once.
#[derive(Default)]
pub(crate) struct Ports {
    /// 0 for a child that does not run.
    ports: [AtomicU16; 4],
    turn: AtomicUsize,
}

impl Ports {
    /// Sets the port of the child with a number, 0 to 3.
    pub(crate) fn set(&self, child: usize, port: Option<u16>) {
        if let Some(place) = self.ports.get(child) {
            place.store(port.unwrap_or(0), Ordering::Relaxed);
        }
    }

    /// Returns the port of a running child, of each in turn.
    pub(crate) fn next(&self) -> Option<u16> {
        let running = self.ports.each_ref().map(|port| port.load(Ordering::Relaxed));
        let count = running.iter().filter(|port| **port != 0).count().max(1);
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % count;
        running.into_iter().filter(|port| *port != 0).nth(turn)
    }
}

/// A running child.
pub(crate) struct Relay {
    child: Child,
    port: Option<u16>,
}

impl Relay {
    /// Starts a child over a folder, which is killed at the n-th pass of the point in `crash`.
    pub(crate) fn start(folder: &Path, crash: Option<(&str, usize)>) -> Result<Self> {
        let mut command = Command::new(program()?);
        command.arg(ARGUMENT).arg(folder);
        Self::spawn(command, crash)
    }

    /// Starts a child that sends to a platform, which is killed at the n-th pass of the point in `crash`.
    pub(crate) fn start_sender(
        folder: &Path,
        platform: &str,
        transport: &str,
        hold: Duration,
        crash: Option<(&str, usize)>,
    ) -> Result<Self> {
        let mut command = Command::new(program()?);
        command.arg(sender::ARGUMENT).arg(folder).arg(platform).arg(transport).arg(hold.as_millis().to_string());
        Self::spawn(command, crash)
    }

    /// Starts a child by another program that runs it, such as strace.
    pub(crate) fn start_under(mut command: Command, folder: &Path) -> Result<Self> {
        command.arg(program()?).arg(ARGUMENT).arg(folder);
        Self::spawn(command, None)
    }

    fn spawn(mut command: Command, crash: Option<(&str, usize)>) -> Result<Self> {
        command.env_remove("INCS_CRASH").stdout(Stdio::piped()).stdin(Stdio::null());
        if let Some((label, passes)) = crash {
            command.env("INCS_CRASH", format!("{label}:{passes}"));
        }
        let mut child = command.spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        let port = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok());
        Ok(Self { child, port })
    }

    /// Posts a body. Returns the status, or an error if there was no reply.
    pub(crate) fn post(&self, body: &str) -> Result<u16> {
        post(self.port.context("the child ended before it listened")?, body)
    }

    /// Returns the number of webhooks that wait in the child's spool.
    pub(crate) fn spooled(&self) -> Result<u64> {
        let (status, body) = request(self.port.context("the child did not start")?, "GET", SPOOLED, "")?;
        ensure!(status == 200, "status {status}");
        Ok(body.trim().parse()?)
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns true if the child has ended.
    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        Ok(kill_process(Pid::from_child(&self.child), signal)?)
    }

    /// Waits until the child was killed.
    pub(crate) fn wait_for_kill(&mut self) -> Result<()> {
        use std::os::unix::process::ExitStatusExt as _;

        let status = self.wait()?;
        ensure!(status.signal() == Some(Signal::KILL.as_raw()), "the child was not killed: {status}");
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.wait().map(drop)
    }

    /// Asks the child to drain and end.
    pub(crate) fn stop(&mut self) -> Result<()> {
        self.signal(Signal::TERM)?;
        let status = self.wait()?;
        ensure!(status.success(), "the child ended with {status}");
        Ok(())
    }

    fn wait(&mut self) -> Result<std::process::ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "the child does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // It has mostly ended.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn program() -> Result<PathBuf> {
    Ok(std::env::current_exe()?)
}

/// Posts a webhook to a port on this machine, and returns the status.
pub(crate) fn post(port: u16, body: &str) -> Result<u16> {
    request(port, "POST", PATH, body).map(|(status, _)| status)
}

/// Makes a request to a port on this machine, and returns the status and the body of the reply.
pub(crate) fn request(port: u16, method: &str, path: &str, body: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(body.as_bytes())?;
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply)?;
    let reply = String::from_utf8_lossy(&reply);
    let Some(status) = reply.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)) else { bail!("no reply") };
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status.parse()?, body.to_owned()))
}

pub(crate) fn has_strace() -> bool {
    Command::new("strace")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
