//! A server in a separate process, so that its memory and CPU time can be measured.

use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use axum::Router;
use axum::routing::post;
use incs_sandbox::{Memory, Pace, Sandbox, Window};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};
use tokio::process::{Child, Command};

/// The options of the child.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Serve a bare axum server that replies to every text send, instead of the sandbox
    #[arg(long)]
    bare: bool,
    /// Seed of the sandbox
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Maximum number of messages to keep
    #[arg(long, default_value_t = 10_000)]
    messages: usize,
    /// Maximum time of each state of a message, in milliseconds
    #[arg(long, default_value_t = 40)]
    step: u64,
}

/// A running child. It is stopped on drop.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) base_url: String,
    pub(crate) code: String,
    child: Child,
}

#[derive(Debug, Deserialize)]
struct Ready {
    base_url: String,
    code: String,
}

/// Serves until the input ends.
pub(crate) async fn serve(options: &Options) -> Result<()> {
    if options.bare {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        println!(r#"{{"base_url":"http://{}","code":"bare"}}"#, listener.local_addr()?);
        let router = Router::new().route("/external/messages/whatsapp", post(bare));
        let server = tokio::spawn(async move { axum::serve(listener, router).await });
        input_ended().await;
        server.abort();
        return Ok(());
    }
    let step = Duration::ZERO..Duration::from_millis(options.step);
    let mut pace = Pace::instant();
    (pace.sent, pace.delivered, pace.read) = (step.clone(), step.clone(), step);
    pace.read_share = 0.7;
    let mut memory = Memory::default();
    memory.messages = options.messages;
    let sandbox = Sandbox::builder().seed(options.seed).pace(pace).memory(memory).window(Window::Open).start().await?;
    println!(r#"{{"base_url":"{}","code":"{}"}}"#, sandbox.base_url(), sandbox.certification_code());
    input_ended().await;
    sandbox.shutdown().await;
    Ok(())
}

/// The number of replies so far.
static REPLIES: AtomicU64 = AtomicU64::new(0);

/// Handles a text send in the bare server: parses the JSON, and replies with an envelope.
async fn bare(axum::Json(body): axum::Json<serde_json::Value>) -> axum::Json<serde_json::Value> {
    // Every message has a new id: a client may take a repeated one for a late reply.
    let to = body.get("to").and_then(|to| to.as_str()).unwrap_or_default();
    let id = format!("{to}-{}", REPLIES.fetch_add(1, Ordering::Relaxed));
    axum::Json(
        serde_json::json!({"status": "success", "code": 200, "message": "", "data": {"msg_id": id}, "error": {}}),
    )
}

async fn input_ended() {
    let mut rest = Vec::new();
    // An error ends the child as well.
    let _ = tokio::io::stdin().read_to_end(&mut rest).await;
}

impl Server {
    /// Starts a child with these arguments.
    pub(crate) async fn start(arguments: &[&str]) -> Result<Self> {
        let program = std::env::current_exe().context("where this program is")?;
        let mut child = Command::new(program)
            .arg("child")
            .args(arguments)
            // With one arena per thread, glibc keeps freed memory, which would be measured.
            .env("MALLOC_ARENA_MAX", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("the child does not start")?;
        let output = child.stdout.take().context("the child has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).await?;
        let ready: Ready = serde_json::from_str(&line).context("the child did not say where it is")?;
        Ok(Self { base_url: ready.base_url, code: ready.code, child })
    }

    /// Returns the resident memory of the child in KiB; Linux only.
    pub(crate) fn resident(&self) -> Result<u64> {
        let id = self.child.id().ok_or_else(|| anyhow!("the child has ended"))?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).context("memory of the child")?;
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).context("no VmRSS")?;
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).context("no number in VmRSS")
    }
}
