//! The HTTP server: takes connections, and ends them when the sandbox is shut down.

mod front;
mod intake;
mod mask;
#[cfg(test)]
mod tests;
mod upset;

use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use self::front::Front;
use crate::core::Core;
use crate::stop::Stop;

/// How long calls may go on after the shutdown began.
const GRACE: Duration = Duration::from_secs(2);

/// How long the head of a request may take, and how long a connection may be idle.
const HEAD_TIME: Duration = Duration::from_mins(1);

/// Longest head of a request, in bytes.
const LONGEST_HEAD: usize = 64 << 10;

/// How long to wait when the machine has no connection to give.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Takes connections until the sandbox is shut down; then every connection ends.
pub(crate) async fn run(core: Arc<Core>, listener: TcpListener, mut stop: Stop) {
    let most = core.config.connections;
    let front = Arc::new(Front::new(core, stop.clone()));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept(), if connections.len() < most => match taken {
                Ok((stream, _)) => {
                    connections.spawn(serve(Arc::clone(&front), stream, stop.clone()));
                }
                // Out of descriptors, mostly; asking again at once would keep the machine busy.
                Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = connections.join_next() => {}
            () = stop.stopped() => break,
        }
    }
    drop(listener);
    let all_over = async { while connections.join_next().await.is_some() {} };
    let _ = tokio::time::timeout(GRACE, all_over).await;
    connections.shutdown().await;
}

async fn serve(front: Arc<Front>, stream: TcpStream, mut stop: Stop) {
    // Small replies must not wait for more.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { front.answer(request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(LONGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    let is_over = tokio::select! {
        _ = connection.as_mut() => false,
        () = stop.stopped() => true,
    };
    if is_over {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}
