//! Compares the sandbox with a bare axum server: text sends per second.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use crate::child::Server;
use crate::share;

#[derive(Debug, clap::Args)]
pub(crate) struct SandboxRate {
    /// Number of connections
    #[arg(long, default_value_t = 64)]
    connections: usize,
    /// Number of rounds of each
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Seconds per round
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// Fail if the sandbox has less than this share of the bare server's rate
    #[arg(long)]
    at_least: Option<f64>,
}

type Http = Client<HttpConnector, Full<Bytes>>;

const BODY: &[u8] = br#"{"to":"85251230088","type":"text","text":"Your table is ready. Please come to the counter."}"#;

pub(crate) async fn run(options: &SandboxRate) -> Result<()> {
    let span = Duration::from_secs(options.seconds);
    let mut shares = Vec::new();
    for round in 1..=options.rounds {
        // Each round has new servers, which alternate in going first.
        let mut rates = [0.0; 2];
        let order = if round % 2 == 0 { [0, 1] } else { [1, 0] };
        for which in order {
            let arguments: &[&str] = if which == 0 { &["--bare"] } else { &[] };
            let server = Server::start(arguments).await?;
            if let Some(rate) = rates.get_mut(which) {
                *rate = measure(&server, options.connections, span).await?;
            }
        }
        let [bare, sandbox] = rates;
        println!("round {round}: bare axum {bare:.0}/s, sandbox {sandbox:.0}/s, share {:.2}", sandbox / bare);
        shares.push(sandbox / bare);
    }
    share::conclude("bare server", shares, options.at_least)
}

async fn measure(server: &Server, connections: usize, span: Duration) -> Result<f64> {
    let http: Http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(connections).build_http();
    let start = Instant::now();
    let workers = (0..connections).map(|_| {
        let (http, url, code) = (http.clone(), server.base_url.clone(), server.code.clone());
        tokio::spawn(async move {
            let mut done = 0_u32;
            while start.elapsed() < span {
                let request = Request::post(format!("{url}/external/messages/whatsapp"))
                    .header("content-type", "application/json")
                    .header("certification-code", &code)
                    .body(Full::new(Bytes::from_static(BODY)))?;
                let reply = http.request(request).await?;
                ensure!(reply.status().is_success(), "status {}", reply.status());
                let body = reply.into_body().collect().await?.to_bytes();
                ensure!(body.starts_with(b"{"), "no JSON");
                done += 1;
            }
            Ok(done)
        })
    });
    let mut total = 0;
    for done in try_join_all(workers).await? {
        total += done?;
    }
    Ok(f64::from(total) / start.elapsed().as_secs_f64())
}
