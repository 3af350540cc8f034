//! The process that is killed: a relay over a spool, in front of a store that the test switches off by a file.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use axum::Router;
use axum::routing::{get, post};
use incs_model::inbound::Content;
use incs_relay::store::{SpoolOptions, SqliteStore};
use incs_relay::{HandlerError, Relay};
use incs_webhook::scheme::SharedSecret;
use incs_webhook::{Receiver, Secrets};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::switch::{Mode, Switched};

/// The first argument of a child. The second one is its folder.
pub(crate) const ARGUMENT: &str = "spool-child";
/// The time within which a child must start or end.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) fn run() -> ExitCode {
    let folder = PathBuf::from(std::env::args().nth(2).unwrap_or_default());
    match serve(&folder) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:?}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn serve(folder: &Path) -> Result<()> {
    // From here on the signal is caught, also while the store opens.
    let mut stop = signal(SignalKind::terminate())?;
    let store = Switched::new(SqliteStore::attach(folder.join("store.db")).await.context("attach")?);
    store.set(mode(folder));
    tokio::spawn({
        let (store, folder) = (store.clone(), folder.to_owned());
        async move {
            loop {
                tokio::time::sleep(Duration::from_millis(2)).await;
                store.set(mode(&folder));
            }
        }
    });
    let options = SpoolOptions::new(folder.join("spool.db")).with_patience(Duration::from_millis(150));
    let spool = options.open(store).await.context("open")?;
    let log = Arc::new(OpenOptions::new().create(true).append(true).open(folder.join("handled"))?);
    let relay = Relay::builder(spool.clone())
        .lease(Duration::from_millis(300))
        .retry_schedule(vec![Duration::from_millis(20); 100])
        .on_message(move |message, _| {
            let log = Arc::clone(&log);
            async move {
                let Content::Text(text) = &message.content else { return Err(HandlerError::dead_letter("no text")) };
                // One write of one line: a kill leaves all of it or nothing.
                (&*log).write_all(format!("{}\n", text.text).as_bytes())?;
                Ok(())
            }
        })
        .build();
    let receiver = Receiver::new(SharedSecret::in_path(Secrets::try_new("s3cret")?));
    let waiting = spool.clone();
    let router = Router::new()
        .route("/incs/{secret}", post(relay.webhook(receiver)))
        .route("/waiting", get(move || async move { waiting.waiting().deliveries.to_string() }));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready {}", listener.local_addr()?.port());
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    relay
        .run_until(async {
            stop.recv().await;
        })
        .await;
    server.abort();
    drop((relay, server.await));
    spool.close().await;
    Ok(())
}

fn mode(folder: &Path) -> Mode {
    let number = std::fs::read(folder.join("mode")).ok().and_then(|mode| mode.first().copied()).unwrap_or_default();
    Mode::ALL.get(usize::from(number)).copied().unwrap_or(Mode::On)
}

/// A running child.
pub(crate) struct Child {
    process: std::process::Child,
    port: Option<u16>,
}

impl Child {
    /// Starts a child over a folder, which is killed at the n-th pass of the point in `crash`.
    pub(crate) fn start(folder: &Path, crash: Option<(&str, usize)>) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(ARGUMENT).arg(folder).env_remove("INCS_CRASH").stdout(Stdio::piped()).stdin(Stdio::null());
        if let Some((label, passes)) = crash {
            command.env("INCS_CRASH", format!("{label}:{passes}"));
        }
        let mut process = command.spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let port = line.strip_prefix("ready ").and_then(|port| port.trim().parse().ok());
        Ok(Self { process, port })
    }

    pub(crate) fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the number of webhooks in the spool.
    pub(crate) fn waiting(&self) -> Result<u64> {
        let (status, body) = request(self.port.context("the child did not start")?, "GET", "/waiting", "")?;
        ensure!(status == 200, "status {status}");
        Ok(body.trim().parse()?)
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.process.try_wait()?.is_some())
    }

    /// Waits until the child was killed.
    pub(crate) fn wait_for_kill(&mut self) -> Result<()> {
        use std::os::unix::process::ExitStatusExt as _;

        let status = self.wait()?;
        ensure!(status.signal() == Some(Signal::KILL.as_raw()), "the child was not killed: {status}");
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.process.kill()?;
        self.wait().map(drop)
    }

    /// Asks the child to drain and end.
    pub(crate) fn stop(&mut self) -> Result<()> {
        kill_process(Pid::from_child(&self.process), Signal::TERM)?;
        let status = self.wait()?;
        ensure!(status.success(), "the child ended with {status}");
        Ok(())
    }

    fn wait(&mut self) -> Result<ExitStatus> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.process.try_wait()? {
                return Ok(status);
            }
            ensure!(Instant::now() < deadline, "the child does not end");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It has mostly ended.
        drop(self.process.kill());
        drop(self.process.wait());
    }
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
    let mut reply = String::new();
    stream.read_to_string(&mut reply)?;
    let Some(status) = reply.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)) else { bail!("no reply") };
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status.parse()?, body.to_owned()))
}
