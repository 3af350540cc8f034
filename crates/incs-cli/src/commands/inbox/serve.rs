//! `incs inbox serve`.

mod forward;
pub(crate) mod printer;

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use clap::Args;
use incs_facade::client::http::StatusCode;
use incs_facade::relay::Relay;
use incs_facade::relay::store::{Retention, Store};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use self::forward::ForwardArgs;
use self::printer::Printer;
use super::store::StoreArgs;
use crate::commands::webhook::receiver::ReceiverArgs;
use crate::commands::webhook::server::{Deliveries, Rejected, Server, Verified, serve};
use crate::connect;
use crate::exit::{Exit, Failure};
use crate::output::{Context, Output};
use crate::stop::{Stop, no_signals};

/// Pause between two removals of old items, and the number of items that one looks at.
const SWEEP_PAUSE: Duration = Duration::from_mins(1);
const SWEEP_BUDGET: usize = 1000;

/// The arguments of `incs inbox serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    store: StoreArgs,
    /// Address to listen on, such as 127.0.0.1:8080; port 0 for a free one
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", value_parser = address)]
    listen: SocketAddr,
    #[command(flatten)]
    receiver: ReceiverArgs,
    #[command(flatten)]
    forward: ForwardArgs,
}

/// Parses an address. A port alone is one of this machine.
fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").or_else(|| text.strip_prefix(':')).unwrap_or(text);
    if let Ok(port) = port.parse() {
        return Ok((Ipv4Addr::LOCALHOST, port).into());
    }
    text.parse().map_err(|_| "expected an IP address and a port, such as 127.0.0.1:8080".to_owned())
}

/// Runs the command.
pub(super) fn run(args: &Serve, context: &Context) -> Result<Exit, Failure> {
    let (receiver, scheme) = args.receiver.build(context)?;
    let forward = args.forward.build(context)?;
    let name = args.store.name(context)?;
    let is_in_path = args.receiver.is_in_path();
    connect::runtime()?.block_on(async {
        let listener = TcpListener::bind(args.listen).await.map_err(|error| {
            Failure::new(Exit::Failure, format!("cannot listen on {}: {error}", args.listen))
                .with_help("another program may use the port; port 0 picks a free one")
        })?;
        let address = listener.local_addr().map_err(|error| Failure::new(Exit::Failure, error.to_string()))?;
        let store = name.own().await?;
        let is_forwarding = forward.is_some();
        let relay = match forward {
            Some(forward) => forward.relay(&store),
            None => store.relay().build(),
        };
        // Signals are handled before the address is printed: a reader of it may stop the program at once.
        let mut stop = Stop::listen().map_err(|error| no_signals(&error))?;
        printer::ready(context.out, address, scheme, is_in_path, is_forwarding)?;
        let printer = Printer::start(context.out);
        let deliveries = Inbox { relay: relay.clone(), printer: printer.handle() };
        let server = Server::new(receiver, deliveries);
        let ended = if is_forwarding {
            receive_and_forward(listener, server, &relay, &mut stop, context.out).await
        } else {
            let end = async {
                tokio::select! { () = stop.asked() => {}, () = sweep(&*store) => {} }
            };
            serve(listener, server, end).await;
            Ok(())
        };
        printer.end().await;
        drop(relay);
        store.close().await;
        ended.map(|()| Exit::Done)
    })
}

/// Receives until a signal arrives, and waits for the items that are being forwarded.
async fn receive_and_forward(
    listener: TcpListener,
    server: Server<Inbox>,
    relay: &Relay,
    stop: &mut Stop,
    out: Output,
) -> Result<(), Failure> {
    let (end, ended) = oneshot::channel::<()>();
    let running = relay.clone();
    let mut forwarding = tokio::spawn(async move { running.run_until(async { drop(ended.await) }).await });
    let failed = || Failure::new(Exit::Failure, "forwarding ended unexpectedly; the items are stored");
    // Webhooks are stored until the last item in flight is forwarded.
    serve(listener, server, async {
        tokio::select! { () = stop.asked() => {}, _ = &mut forwarding => return Err(failed()) }
        drop(end);
        tokio::select! {
            ended = &mut forwarding => ended.map_err(|_| failed()),
            () = stop.asked() => {
                out.note("stopped at once; the items in flight will be forwarded again");
                forwarding.abort();
                drop((&mut forwarding).await);
                Ok(())
            }
        }
    })
    .await
}

/// Removes old items from time to time. Never returns. With `--forward` the relay does it.
async fn sweep(store: &dyn Store) {
    loop {
        match store.sweep(Retention::default(), SWEEP_BUDGET).await {
            Ok(swept) if !swept.is_finished => tokio::task::yield_now().await,
            Ok(_) | Err(_) => tokio::time::sleep(SWEEP_PAUSE).await,
        }
    }
}

/// Stores deliveries.
struct Inbox {
    relay: Relay,
    printer: printer::Handle,
}

impl Deliveries for Inbox {
    async fn accept(&self, delivery: Verified<'_>) -> StatusCode {
        match self.relay.append(delivery.batch).await {
            Ok(items) => {
                self.printer.stored(&items);
                StatusCode::OK
            }
            Err(error) => {
                self.printer.rejected(StatusCode::SERVICE_UNAVAILABLE.as_u16(), &error.to_string());
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }

    async fn reject(&self, delivery: Rejected<'_>) {
        self.printer.rejected(delivery.status, delivery.reason);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn port_alone_is_on_this_machine() {
        for (text, expected) in [
            ("127.0.0.1:8080", Some("127.0.0.1:8080")),
            ("0.0.0.0:80", Some("0.0.0.0:80")),
            ("[::1]:0", Some("[::1]:0")),
            ("8080", Some("127.0.0.1:8080")),
            (":0", Some("127.0.0.1:0")),
            ("localhost:9", Some("127.0.0.1:9")),
            ("example.com:80", None),
            ("127.0.0.1", None),
            ("", None),
        ] {
            assert_eq!(address(text).ok(), expected.map(|address| address.parse().unwrap()), "{text}");
        }
    }
}
