//! `incs webhook listen`.

mod screen;
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

use self::screen::Screen;
use self::server::{End, Folder, Forward, Server};
use super::parse::{Anyone, ProviderChoice};
use super::request::{Post, checked};
use super::scheme::{Name, SchemeArgs};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::Context;

/// How long the one to whom deliveries are forwarded may take.
const FORWARD_TIMEOUT: Duration = Duration::from_secs(10);

/// The arguments of `incs webhook listen`.
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(super) struct Listen {
    /// The port of 127.0.0.1 to listen at; 0 for a free one
    #[arg(long, value_name = "PORT", default_value_t = 8080)]
    port: u16,
    #[command(flatten)]
    scheme: SchemeArgs,
    /// Take deliveries of anyone, unproved
    #[arg(long, conflicts_with_all = ["scheme", "secret_file"])]
    insecure: bool,
    /// Whose bodies they are
    #[arg(long, value_name = "WHO", default_value = "auto")]
    provider: ProviderChoice,
    /// Take bodies that call themselves something other than JSON
    #[arg(long)]
    any_content_type: bool,
    /// Look for the cause of each refusal
    #[arg(long)]
    explain: bool,
    /// Post each delivery on to this URL, with the same bytes and headers
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Forward to another machine too
    #[arg(long, requires = "forward")]
    allow_remote: bool,
    /// Save each delivery in this folder: the body, and its headers beside it
    #[arg(long, value_name = "DIR")]
    save: Option<PathBuf>,
    /// End after so many items
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,
    /// End after this time
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration)]
    timeout: Option<Duration>,
}

/// Runs it.
pub(super) fn run(args: Listen, context: &Context) -> Result<Exit, Failure> {
    let (scheme, name) = args.scheme(context)?;
    let forward = match &args.forward {
        Some(url) => Some(checked(url, "--forward", args.allow_remote)?),
        None => None,
    };
    let folder = args.save.map(Folder::create).transpose()?;
    connect::runtime()?.block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port)).await.map_err(|error| {
            Failure::new(Exit::Failure, format!("cannot listen at port {}: {error}", args.port))
                .with_help("another program may have it; --port 0 takes a free one")
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
        let screen = Screen::new(context.out, args.count, Arc::clone(&enough));
        let screen = Arc::new(screen);
        // Whoever is told that it listens may tell it to end.
        let told_to_end = told_to_end();
        screen.ready(address, name, args.scheme.is_in_path()).await;
        let forward = forward.map(|url| Forward { url, post: Post::new(FORWARD_TIMEOUT) });
        let server = Server::new(receiver, args.explain, forward, folder, Arc::clone(&screen));
        let end = server::serve(listener, server, end(enough, args.timeout, told_to_end)).await;
        screen.flush().await;
        let end = end?;
        match (end, args.count) {
            (End::Timeout, Some(count)) => {
                Err(Failure::new(Exit::TimedOut, format!("{} of {count} items came in time", screen.shown())))
            }
            _ => Ok(Exit::Done),
        }
    })
}

impl Listen {
    /// How senders prove themselves: as asked for, or by a secret in the path if one is set.
    fn scheme(&self, context: &Context) -> Result<(Box<dyn Scheme>, Option<Name>), Failure> {
        if self.insecure {
            return Ok((Box::new(Anyone), None));
        }
        if let Some(scheme) = self.scheme.build(context)? {
            return Ok((scheme, self.scheme.scheme));
        }
        let secrets = self.scheme.secrets(context)?.ok_or_else(|| {
            Failure::usage("nothing says how senders prove who they are")
                .with_help("set INCS_WEBHOOK_SECRET, which is then to stand in the path, or say --insecure")
        })?;
        Ok((Box::new(SharedSecret::in_path(secrets)), Some(Name::SharedSecret)))
    }
}

/// Ends when enough came, the time is up, or the program is told to end.
async fn end(enough: Arc<Notify>, timeout: Option<Duration>, told_to_end: impl Future<Output = ()>) -> End {
    let time_is_up = async {
        match timeout {
            Some(timeout) => tokio::time::sleep(timeout).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = enough.notified() => End::Count,
        () = time_is_up => End::Timeout,
        () = told_to_end => End::Signal,
    }
}

/// Listens for signals from now on.
#[cfg(unix)]
fn told_to_end() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};

    // Without a handler the signal ends the program by itself.
    let handlers = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async {
        let (Ok(mut interrupt), Ok(mut terminate)) = handlers else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
async fn told_to_end() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
