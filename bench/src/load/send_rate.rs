//! Compares `incs send` of many lines with a bare loop over the client.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use futures_util::StreamExt as _;
use futures_util::stream;
use incs_client::Client;
use incs_client::backend::HyperTransport;
use incs_model::whatsapp;

use crate::child::Server;
use crate::share;

#[derive(Debug, clap::Args)]
pub(crate) struct SendRate {
    /// Path of the program `incs`, built with `--release`
    #[arg(long, default_value = "target/release/incs")]
    incs: PathBuf,
    /// Number of lines
    #[arg(long, default_value_t = 20_000)]
    lines: u32,
    /// Maximum number of concurrent sends, in both
    #[arg(long, default_value_t = 32)]
    concurrency: usize,
    /// Number of rounds of each
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Fail if `incs send` has less than this share of the loop's rate
    #[arg(long)]
    at_least: Option<f64>,
}

pub(crate) async fn run(options: &SendRate) -> Result<()> {
    let file = std::env::temp_dir().join(format!("incs-load-{}.jsonl", std::process::id()));
    let mut lines = String::new();
    for index in 0..options.lines {
        writeln!(
            lines,
            r#"{{"to":"{}","type":"text","text":"Parcel {index} is at the door."}}"#,
            852_510_000_000_u64 + u64::from(index)
        )?;
    }
    std::fs::write(&file, &lines).context("the lines")?;
    let mut shares = Vec::new();
    for round in 1..=options.rounds {
        let server = Server::start(&[]).await?;
        let bare = bare(&server, &lines, options.concurrency).await?;
        let server = Server::start(&[]).await?;
        let incs = incs(&server, options, &file)?;
        println!("round {round}: loop {bare:.0}/s, incs send {incs:.0}/s, share {:.2}", incs / bare);
        shares.push(incs / bare);
    }
    std::fs::remove_file(&file).context("the lines")?;
    share::conclude("loop", shares, options.at_least)
}

/// Sends the lines with a bare loop, without result lines: reads, sends and counts.
async fn bare(server: &Server, lines: &str, concurrency: usize) -> Result<f64> {
    let client = Client::builder(HyperTransport::new())
        .base_urls(&server.base_url)
        .certification_code(server.code.clone())
        .build()?;
    let start = Instant::now();
    let mut results = stream::iter(lines.lines())
        .map(|line| {
            let client = &client;
            async move {
                let message: whatsapp::Message = incs_model::decode(line.as_bytes())?;
                client.messages().send(message).await.map_err(anyhow::Error::from)
            }
        })
        .buffer_unordered(concurrency);
    let mut sent = 0_u32;
    while let Some(result) = results.next().await {
        result?;
        sent += 1;
    }
    Ok(f64::from(sent) / start.elapsed().as_secs_f64())
}

fn incs(server: &Server, options: &SendRate, file: &std::path::Path) -> Result<f64> {
    let start = Instant::now();
    let mut child = Command::new(&options.incs)
        .args(["send", "--json", "--channel", "whatsapp", "--concurrency", &options.concurrency.to_string()])
        .arg(file)
        .env("INCS_BASE_URL", &server.base_url)
        .env("INCS_CERTIFICATION_CODE", &server.code)
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| {
            format!("{} does not start; build it with `cargo build --release -p incs-cli`", options.incs.display())
        })?;
    let output = std::io::read_to_string(child.stdout.take().context("no output")?)?;
    ensure!(child.wait()?.success(), "incs send failed");
    let seconds = start.elapsed().as_secs_f64();
    let accepted = output.lines().filter(|line| line.contains("accepted")).count();
    ensure!(u32::try_from(accepted)? >= options.lines, "{accepted} of {} lines were accepted", options.lines);
    Ok(f64::from(options.lines) / seconds)
}
