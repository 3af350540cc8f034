//! `incs webhook listen`.

pub(crate) mod printer;
mod server;

use std::net::Ipv4Addr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use incs_facade::webhook::scheme::{Scheme, SharedSecret};
use incs_facade::webhook::{Limits, Receiver};
use tokio::net::TcpListener;
use tokio::sync::Notify;

use self::printer::Printer;
use self::server::{EndReason, Folder, Forward, Server};
use super::parse::{AcceptAll, ProviderName};
use super::request::{PostClient, checked};
use super::scheme::{Name, SchemeArgs};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;
use crate::stop::{Stop, no_signals};

/// Time limit for forwarding one delivery.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(10);

/// The arguments of `incs webhook listen`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Listen {
    /// Port on 127.0.0.1 to listen on; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Accept unverified deliveries
    #[arg(long, conflicts_with_all = ["scheme", "secret_file"])]
    insecure: bool,
    /// Provider that posts the deliveries
    #[arg(long, value_name = "PROVIDER", default_value = "auto")]
    provider: ProviderName,
    /// Accept deliveries whose content type is not JSON
    #[arg(long)]
    any_content_type: bool,
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
    let (scheme, name) = args.scheme(context)?;
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
        let mut limits = Limits::DEFAULT;
        if args.any_content_type || args.insecure {
            limits = limits.with_any_content_type();
        }
        let mut receiver = Receiver::new(scheme).with_limits(limits);
        if let Some(provider) = args.provider.provider() {
            receiver = receiver.with_provider(provider);
        }
        let enough = Arc::new(Notify::new());
        let printer = Printer::new(context.out, args.count, Arc::clone(&enough));
        let printer = Arc::new(printer);
        // Signals are handled before the address is printed: a reader of it may stop the program at once.
        let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
        printer.ready(address, name, args.scheme.is_in_path()).await;
        let forward = forward.map(|url| Forward { url, client: PostClient::new(FORWARD_TIMEOUT) });
        let server = Server::new(receiver, args.explain, forward, folder, Arc::clone(&printer));
        let end = server::serve(listener, server, end(enough, args.timeout, &mut stop)).await;
        printer.flush().await?;
        match (end, args.count) {
            (EndReason::Timeout, Some(count)) => {
                Err(Failure::new(Exit::TimedOut, format!("timed out: {} of {count} items arrived", printer.shown())))
            }
            _ => Ok(Exit::Done),
        }
    })
}

impl Listen {
    /// Returns the scheme: the one of `--scheme`, or a secret in the path if one is set.
    fn scheme(&self, context: &Context) -> Result<(Box<dyn Scheme>, Option<Name>), Failure> {
        if self.insecure {
            return Ok((Box::new(AcceptAll), None));
        }
        if let Some(scheme) = self.scheme.build(context)? {
            return Ok((scheme, self.scheme.scheme));
        }
        let secrets = self.scheme.secrets(context)?.ok_or_else(|| {
            Failure::usage("no scheme and no webhook secret is set").with_help(
                "set INCS_WEBHOOK_SECRET for a secret in the path, or accept unverified deliveries with --insecure",
            )
        })?;
        Ok((Box::new(SharedSecret::in_path(secrets)), Some(Name::SharedSecret)))
    }
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
