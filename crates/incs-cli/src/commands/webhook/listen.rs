//! `incs webhook listen`.

pub(crate) mod printer;
mod server;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use self::printer::Printer;
use self::server::{Folder, Forward, Listener};
use super::receiver::ReceiverArgs;
use super::request::{PostClient, checked};
use super::server::{Server, serve};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::{Stop, no_signals};

/// Time limit for forwarding one delivery.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(10);

/// The arguments of `incs webhook listen`.
#[derive(Debug, Args)]
pub(super) struct Listen {
    /// Port on 127.0.0.1 to listen on; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    receiver: ReceiverArgs,
    /// Explain why a delivery was rejected
    #[arg(long)]
    explain: bool,
    /// Forward each delivery to this URL, with the same bytes and headers
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Allow forwarding to other machines
    #[arg(long, requires = "forward")]
    allow_remote: bool,
    /// Save each delivery in this folder: the body, and its headers beside it
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// Stop after this many items
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// Stop after this time
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

/// Runs the command.
pub(super) fn run(args: Listen, context: &Context) -> Result<Exit, Failure> {
    let (receiver, name) = args.receiver.build(context)?;
    let forward = match &args.forward {
        Some(url) => Some(checked(url, "--forward", args.allow_remote)?),
        None => None,
    };
    let folder = args.save.map(Folder::create).transpose()?;
    connect::runtime()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.map_err(|error| {
            Failure::new(Exit::Failure, format!("cannot listen on port {}: {error}", args.port))
                .with_help("another program may use it; --port 0 picks a free one")
        })?;
        let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failure, error.to_string()))?;
        let enough = Arc::new(Notify::new());
        let printer = Printer::new(context.out, args.count, Arc::clone(&enough));
        let printer = Arc::new(printer);
        // Signals are handled before the address is printed: a reader of it may stop the program at once.
        let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
        printer.ready(address, name, args.receiver.is_in_path()).await;
        let forward = forward.map(|url| Forward { url, client: PostClient::new(FORWARD_TIMEOUT) });
        let deliveries = Listener::new(forward, folder, Arc::clone(&printer));
        let server = Server::new(receiver, deliveries).explaining(args.explain);
        let end = serve(listener, server, end(enough, args.timeout, &mut stop)).await;
        printer.flush().await?;
        match (end, args.count) {
            (EndReason::Timeout, Some(count)) => {
                Err(Failure::new(Exit::TimedOut, format!("timed out: {} of {count} items arrived", printer.shown())))
            }
            _ => Ok(Exit::Done),
        }
    })
}

/// The reason for which listening ended.
enum EndReason {
    Count,
    Timeout,
    Signal,
}

/// Waits for the number of items, the timeout or a signal.
async fn end(enough: Arc<Notify>, timeout: Option<Duration>, stop: &mut Stop) -> EndReason {
    let time_is_up = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = enough.notified() => EndReason::Count,
        () = time_is_up => EndReason::Timeout,
        () = stop.asked() => EndReason::Signal,
    }
}
