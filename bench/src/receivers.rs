//! Webhook receivers as HTTP servers under load at 64 connections: the receiver of the README, and hyper by hand.
//!
//! Server and load generator are separate processes with one core each. Only the server's core is busy all the time: the generator
//! writes bytes that are ready, and looks only for the end of each response.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use incs_bench::receive::{Receiving, serve, signed_text};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::Builder;
use tokio::task::JoinSet;

use crate::goals::Goal;
use crate::table::{Cell, Table};
use crate::times::middle;

const CONNECTIONS: usize = 64;
const ROUNDS: usize = 9;
const SPAN: Duration = Duration::from_secs(1);

/// The share of the rate by hand that the receiver of the README should have.
const GOAL: f64 = 0.80;

/// Compares the receivers. They alternate, and shares are taken within a round.
pub(crate) fn table(goals: &mut Vec<Goal>) -> Result<Table> {
    let servers = Receiving::ALL.into_iter().map(Server::start).collect::<Result<Vec<_>>>()?;
    let mut rates = vec![Vec::new(); servers.len()];
    let mut costs = rates.clone();
    for round in 0..=ROUNDS {
        eprintln!("receivers at {CONNECTIONS} connections: round {round} of {ROUNDS}");
        for ((server, rates), costs) in servers.iter().zip(&mut rates).zip(&mut costs) {
            let before = server.cpu_seconds()?;
            let requests = load(server.port)?;
            // The first round warms up.
            if round > 0 {
                rates.push(requests / SPAN.as_secs_f64());
                costs.push((server.cpu_seconds()? - before) / requests * 1e6);
            }
        }
    }
    let columns =
        ["receiver", "requests a second", "share", "CPU time a request, µs", "share of requests a CPU second"];
    let mut table = Table::new("Receivers at 64 connections", &columns);
    // By hand comes first.
    let (rate_by_hand, cost_by_hand) = (rates.first().cloned(), costs.first().cloned());
    let (rate_by_hand, cost_by_hand) = (rate_by_hand.unwrap_or_default(), cost_by_hand.unwrap_or_default());
    for ((server, rates), costs) in servers.iter().zip(rates).zip(costs) {
        let share = middle(rates.iter().zip(&rate_by_hand).map(|(rate, by_hand)| rate / by_hand).collect());
        let cpu_share = middle(costs.iter().zip(&cost_by_hand).map(|(cost, by_hand)| by_hand / cost).collect());
        let (rate, cost) = (Cell::count(middle(rates)), Cell::Number(middle(costs), 1));
        let name = server.receiving.description().into();
        table.push([name, rate, Cell::ratio(share), cost, Cell::ratio(cpu_share)]);
        if server.receiving == Receiving::Axum {
            let what =
                "the receiver of the README at 64 connections: requests a CPU second, as a share of those by hand";
            goals.push(Goal::at_least(what, cpu_share, GOAL));
        }
    }
    Ok(table)
}

/// A receiver in a process of its own, on the first core. It is stopped on drop.
struct Server {
    receiving: Receiving,
    process: Child,
    port: u16,
}

impl Server {
    fn start(receiving: Receiving) -> Result<Self> {
        let mut process = on_core(0)?
            .args(["receive", receiving.name()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("taskset does not start; it is in the package `util-linux`")?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no output")?).read_line(&mut line)?;
        let port = line.trim().parse().context("the receiver did not say its port")?;
        Ok(Self { receiving, process, port })
    }

    /// Returns the CPU time of the process so far. `/proc` counts hundredths of a second.
    fn cpu_seconds(&self) -> Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id()))?;
        // The name of the program, in brackets, may hold spaces.
        let (_, after) = stat.rsplit_once(')').context("/proc has another form")?;
        let ticks = after.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Ok(ticks.sum::<Result<f64, _>>()? / 100.0)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It ends with its input; this only saves the wait.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Returns this program on one core.
fn on_core(core: u8) -> Result<Command> {
    let mut command = Command::new("taskset");
    command.args(["-c", &core.to_string()]).arg(std::env::current_exe().context("the path of this program")?);
    Ok(command)
}

/// Returns the number of requests that a server handled while a generator on the second core posted to it.
fn load(port: u16) -> Result<f64> {
    let output = on_core(1)?.args(["post", &port.to_string()]).output().context("the load generator")?;
    let text = String::from_utf8_lossy(&output.stdout);
    ensure!(output.status.success(), "no load: {}", String::from_utf8_lossy(&output.stderr));
    text.trim().parse().context("the load generator printed no number")
}

/// Runs a receiver until the input ends.
pub(crate) fn receive(name: &str) -> Result<()> {
    let receiving = Receiving::ALL.into_iter().find(|receiving| receiving.name() == name);
    let receiving = receiving.with_context(|| format!("no receiver {name}"))?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    writeln!(std::io::stdout(), "{}", listener.local_addr()?.port())?;
    std::io::stdout().flush()?;
    std::thread::spawn(|| {
        // The end of the input ends the process, also after an error.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        std::process::exit(0);
    });
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { serve(receiving, tokio::net::TcpListener::from_std(listener)?).await })?;
    Ok(())
}

/// Posts the same delivery over and over, and prints how often it was accepted.
pub(crate) fn post(port: u16) -> Result<()> {
    let (body, header, signature) = signed_text();
    let head = "POST /hooks HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json";
    let request = format!("{head}\r\n{header}: {signature}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let total = runtime.block_on(async {
        let end = Instant::now() + SPAN;
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(post_until(end, port, request.clone()));
        }
        let mut total = 0;
        while let Some(done) = connections.join_next().await {
            total += done??;
        }
        Ok::<_, anyhow::Error>(total)
    })?;
    println!("{total}");
    Ok(())
}

async fn post_until(end: Instant, port: u16, request: String) -> Result<u64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    let (mut done, mut response) = (0, Vec::with_capacity(1_024));
    while Instant::now() < end {
        stream.write_all(request.as_bytes()).await?;
        response.clear();
        // The responses have no body.
        while !response.ends_with(b"\r\n\r\n") {
            ensure!(stream.read_buf(&mut response).await? > 0, "the receiver closed a connection");
        }
        ensure!(response.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&response));
        done += 1;
    }
    Ok(done)
}
